#include <string.h>

#include "core/kemi.h"
#include "core/mem/shm.h"
#include "core/mod_fix.h"
#include "core/pvar.h"
#include "core/sr_module.h"
#include "core/timer.h"
#include "module/shim.h"

/** The module's registration with Kamailio: functions, parameters, start. */

static int timeout_ms = 400;
static int allow_sdes_over_clear = 0;
static int restart_on_dead_node = 0;
static char* db_url = "";
static char* db_table = "osrtp";
static int client_processes = 2;
static int peer_memory = 3600;

static void log_line(enum osrtp_log_level level, const char* line, size_t size) {
  const int length = (int)size;
  switch (level) {
    case OSRTP_LOG_ERROR:
      LM_ERR("%.*s\n", length, line);
      break;
    case OSRTP_LOG_WARNING:
      LM_WARN("%.*s\n", length, line);
      break;
    case OSRTP_LOG_DEBUG:
      LM_DBG("%.*s\n", length, line);
      break;
  }
}

/* Functions of scripts in Kamailio's own language: NAME([OPTIONS [, ROUTE]]). */

static int value_of(struct sip_msg* msg, char* parameter, const char* what, str* value) {
  if (parameter == NULL || fixup_get_svalue(msg, (gparam_t*)parameter, value) == 0) return 0;
  LM_ERR("the %s has no value\n", what);
  return -1;
}

struct arguments {
  str options;
  str route;
};

static int arguments_of(struct sip_msg* msg, char* options, char* route, struct arguments* values) {
  memset(values, 0, sizeof *values);
  if (value_of(msg, options, "text of options", &values->options) < 0) return -1;
  return value_of(msg, route, "route", &values->route);
}

static int run(struct sip_msg* msg, enum osrtp_verb verb, char* options, char* route) {
  struct arguments values;
  if (arguments_of(msg, options, route, &values) < 0) return OSRTP_FAILED;
  return osrtp_call(msg, verb, &values.options, &values.route);
}

static int w_manage(struct sip_msg* msg, char* options, char* route) { return run(msg, OSRTP_MANAGE, options, route); }
static int w_offer(struct sip_msg* msg, char* options, char* route) { return run(msg, OSRTP_OFFER, options, route); }
static int w_answer(struct sip_msg* msg, char* options, char* route) { return run(msg, OSRTP_ANSWER, options, route); }
static int w_delete(struct sip_msg* msg, char* options, char* route) { return run(msg, OSRTP_DELETE, options, route); }
static int w_query(struct sip_msg* msg, char* options, char* route) { return run(msg, OSRTP_QUERY, options, route); }

/** @return 0, or E_CFG: a route that is no pseudo-variable and is not in the script; logged */
static int check_route(const char* name) {
  const str route = {(char*)name, (int)strlen(name)};
  if (strchr(name, '$') != NULL || osrtp_has_route(&route)) return 0;
  LM_ERR("there is no route[%s]\n", name);
  return E_CFG;
}

static int fix_parameter(void** parameter, int number) {
  struct osrtp_error error = {""};

  if (number == 2) return check_route((const char*)*parameter) < 0 ? E_CFG : fixup_spve_null(parameter, 1);
  if (osrtp_check_options((const char*)*parameter, &error) != 0) {
    LM_ERR("\"%s\": %s\n", (const char*)*parameter, error.text);
    return E_CFG;
  }
  return fixup_spve_null(parameter, 1);
}

static int w_retry(struct sip_msg* msg, char* options, char* route) {
  struct arguments values;
  if (arguments_of(msg, options, route, &values) < 0) return OSRTP_FAILED;
  return osrtp_retry(msg, &values.options, &values.route);
}

static int w_set(struct sip_msg* msg, char* parameter, char* unused) {
  int set;
  if (fixup_get_ivalue(msg, (gparam_t*)parameter, &set) == 0) return osrtp_choose_set(msg, set);
  LM_ERR("the set has no value\n");
  return OSRTP_FAILED;
}

static int free_parameter(void** parameter, int number) { return fixup_free_spve_null(parameter, 1); }

/* The same for KEMI: NAME(OPTIONS), and NAME_route(OPTIONS, FUNCTION) that goes on in a function of the script. */

static int ki_manage(struct sip_msg* msg, str* options) { return osrtp_call(msg, OSRTP_MANAGE, options, NULL); }
static int ki_offer(struct sip_msg* msg, str* options) { return osrtp_call(msg, OSRTP_OFFER, options, NULL); }
static int ki_answer(struct sip_msg* msg, str* options) { return osrtp_call(msg, OSRTP_ANSWER, options, NULL); }
static int ki_delete(struct sip_msg* msg, str* options) { return osrtp_call(msg, OSRTP_DELETE, options, NULL); }
static int ki_query(struct sip_msg* msg, str* options) { return osrtp_call(msg, OSRTP_QUERY, options, NULL); }
static int ki_set(struct sip_msg* msg, int set) { return osrtp_choose_set(msg, set); }
static int ki_manage_route(struct sip_msg* msg, str* options, str* route) {
  return osrtp_call(msg, OSRTP_MANAGE, options, route);
}
static int ki_offer_route(struct sip_msg* msg, str* options, str* route) {
  return osrtp_call(msg, OSRTP_OFFER, options, route);
}
static int ki_answer_route(struct sip_msg* msg, str* options, str* route) {
  return osrtp_call(msg, OSRTP_ANSWER, options, route);
}
static int ki_delete_route(struct sip_msg* msg, str* options, str* route) {
  return osrtp_call(msg, OSRTP_DELETE, options, route);
}
static int ki_query_route(struct sip_msg* msg, str* options, str* route) {
  return osrtp_call(msg, OSRTP_QUERY, options, route);
}

static int ki_retry(struct sip_msg* msg, str* options) { return osrtp_retry(msg, options, NULL); }
static int ki_retry_route(struct sip_msg* msg, str* options, str* route) { return osrtp_retry(msg, options, route); }

/* Parameters, which `kamailio -c` checks too. */

static int set_text(const char* name, const void* value) {
  struct osrtp_error error = {""};
  if (osrtp_set_text(name, value, &error) == 0) return 0;
  LM_ERR("%s: %s\n", name, error.text);
  return -1;
}

static int set_socket(modparam_t type, void* value) { return set_text("osrtp_sock", value); }
static int set_caller(modparam_t type, void* value) { return set_text("caller_policy", value); }
static int set_callee(modparam_t type, void* value) { return set_text("callee_policy", value); }

static int set_tls_certificate(modparam_t type, void* value) { return set_text("tls_certificate", value); }
static int set_tls_key(modparam_t type, void* value) { return set_text("tls_key", value); }
static int set_tls_ca(modparam_t type, void* value) { return set_text("tls_ca", value); }

static int set_event_callback(modparam_t type, void* value) {
  osrtp_call_back_events(value);
  return 0;
}

static int set_number(const char* name, int value) {
  struct osrtp_error error = {""};
  if (osrtp_set_number(name, value, &error) == 0) return 0;
  LM_ERR("%s=%d: %s\n", name, value, error.text);
  return -1;
}

static int load_nodes(void) {
  struct osrtp_change change;
  struct osrtp_error error = {""};

  osrtp_table_is(db_url, db_table);
  if (osrtp_read_nodes(&change, &error) == 0) return 0;
  LM_ERR("%s: %s\n", osrtp_has_table() ? "db_url" : "osrtp_sock", error.text);
  return -1;
}

static void probe(unsigned int ticks, void* unused) { osrtp_probe(); }

/** Without client processes a timer finds out when a dead node is back. */
static int start_probing(void) {
  if (client_processes > 0 || register_timer(probe, NULL, 1) == 0) return 0;
  LM_ERR("cannot register a timer\n");
  return -1;
}

static int init_module(void) {
  void* shared;

  if (set_number("timeout_ms", timeout_ms) < 0) return -1;
  if (set_number("allow_sdes_over_clear", allow_sdes_over_clear) < 0) return -1;
  if (set_number("restart_on_dead_node", restart_on_dead_node) < 0) return -1;
  if (set_number("peer_memory", peer_memory) < 0) return -1;
  if (osrtp_bind_tm() < 0) return -1;
  shared = shm_mallocxz(osrtp_shared_size());
  if (shared == NULL) {
    SHM_MEM_ERROR;
    return -1;
  }
  osrtp_attach_shared(shared);
  if (load_nodes() < 0 || start_probing() < 0) return -1;
  if (osrtp_register_rpc() < 0 || osrtp_register_peers_rpc() < 0) return -1;
  if (osrtp_register_resumption() < 0 || osrtp_register_postponing() < 0 || osrtp_register_counters() < 0) return -1;
  if (client_processes == 0 && osrtp_hears_events()) LM_WARN("events need client_processes: none will come\n");
  return osrtp_prepare_clients(client_processes);
}

static int start_child(int rank) { return rank == PROC_MAIN ? osrtp_start_clients() : 0; }

static cmd_export_t commands[] = {
    {"osrtp_manage", w_manage, 0, 0, 0, ANY_ROUTE},
    {"osrtp_manage", w_manage, 1, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_manage", w_manage, 2, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_offer", w_offer, 0, 0, 0, ANY_ROUTE},
    {"osrtp_offer", w_offer, 1, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_offer", w_offer, 2, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_answer", w_answer, 0, 0, 0, ANY_ROUTE},
    {"osrtp_answer", w_answer, 1, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_answer", w_answer, 2, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_delete", w_delete, 0, 0, 0, ANY_ROUTE},
    {"osrtp_delete", w_delete, 1, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_delete", w_delete, 2, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_query", w_query, 0, 0, 0, ANY_ROUTE},
    {"osrtp_query", w_query, 1, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_query", w_query, 2, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_retry", w_retry, 0, 0, 0, ANY_ROUTE},
    {"osrtp_retry", w_retry, 1, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_retry", w_retry, 2, fix_parameter, free_parameter, ANY_ROUTE},
    {"osrtp_set", w_set, 1, fixup_igp_null, fixup_free_igp_null, ANY_ROUTE},
    {0, 0, 0, 0, 0, 0},
};

static param_export_t parameters[] = {
    {"osrtp_sock", PARAM_STRING | PARAM_USE_FUNC, set_socket},
    {"tls_certificate", PARAM_STRING | PARAM_USE_FUNC, set_tls_certificate},
    {"tls_key", PARAM_STRING | PARAM_USE_FUNC, set_tls_key},
    {"tls_ca", PARAM_STRING | PARAM_USE_FUNC, set_tls_ca},
    {"caller_policy", PARAM_STRING | PARAM_USE_FUNC, set_caller},
    {"callee_policy", PARAM_STRING | PARAM_USE_FUNC, set_callee},
    {"event_callback", PARAM_STRING | PARAM_USE_FUNC, set_event_callback},
    {"client_processes", PARAM_INT, &client_processes},
    {"timeout_ms", PARAM_INT, &timeout_ms},
    {"peer_memory", PARAM_INT, &peer_memory},
    {"allow_sdes_over_clear", PARAM_INT, &allow_sdes_over_clear},
    {"db_url", PARAM_STRING, &db_url},
    {"db_table", PARAM_STRING, &db_table},
    {"restart_on_dead_node", PARAM_INT, &restart_on_dead_node},
    {0, 0, 0},
};

static pv_export_t variables[] = {
    {{"osrtp", sizeof "osrtp" - 1}, PVT_OTHER, osrtp_variable_value, 0, osrtp_variable_name, 0, 0, 0},
    {{0, 0}, 0, 0, 0, 0, 0, 0, 0},
};

static sr_kemi_t kemi_functions[] = {
    {str_init("osrtp"), str_init("manage"), SR_KEMIP_INT, ki_manage, {SR_KEMIP_STR, 0, 0, 0, 0, 0}},
    {str_init("osrtp"), str_init("offer"), SR_KEMIP_INT, ki_offer, {SR_KEMIP_STR, 0, 0, 0, 0, 0}},
    {str_init("osrtp"), str_init("answer"), SR_KEMIP_INT, ki_answer, {SR_KEMIP_STR, 0, 0, 0, 0, 0}},
    {str_init("osrtp"), str_init("delete"), SR_KEMIP_INT, ki_delete, {SR_KEMIP_STR, 0, 0, 0, 0, 0}},
    {str_init("osrtp"), str_init("query"), SR_KEMIP_INT, ki_query, {SR_KEMIP_STR, 0, 0, 0, 0, 0}},
    {str_init("osrtp"), str_init("set"), SR_KEMIP_INT, ki_set, {SR_KEMIP_INT, 0, 0, 0, 0, 0}},
    {str_init("osrtp"),
     str_init("manage_route"),
     SR_KEMIP_INT,
     ki_manage_route,
     {SR_KEMIP_STR, SR_KEMIP_STR, 0, 0, 0, 0}},
    {str_init("osrtp"),
     str_init("offer_route"),
     SR_KEMIP_INT,
     ki_offer_route,
     {SR_KEMIP_STR, SR_KEMIP_STR, 0, 0, 0, 0}},
    {str_init("osrtp"),
     str_init("answer_route"),
     SR_KEMIP_INT,
     ki_answer_route,
     {SR_KEMIP_STR, SR_KEMIP_STR, 0, 0, 0, 0}},
    {str_init("osrtp"),
     str_init("delete_route"),
     SR_KEMIP_INT,
     ki_delete_route,
     {SR_KEMIP_STR, SR_KEMIP_STR, 0, 0, 0, 0}},
    {str_init("osrtp"),
     str_init("query_route"),
     SR_KEMIP_INT,
     ki_query_route,
     {SR_KEMIP_STR, SR_KEMIP_STR, 0, 0, 0, 0}},
    {str_init("osrtp"), str_init("retry"), SR_KEMIP_INT, ki_retry, {SR_KEMIP_STR, 0, 0, 0, 0, 0}},
    {str_init("osrtp"),
     str_init("retry_route"),
     SR_KEMIP_INT,
     ki_retry_route,
     {SR_KEMIP_STR, SR_KEMIP_STR, 0, 0, 0, 0}},
    {{0, 0}, {0, 0}, 0, NULL, {0, 0, 0, 0, 0, 0}},
};

/* All that Kamailio looks for by name; osrtp.map hides the rest. */

MODULE_VERSION

struct module_exports exports = {
    "osrtp", DEFAULT_DLFLAGS, commands, parameters, 0, variables, 0, init_module, start_child, 0,
};

int mod_register(char* path, int* dlflags, void* unused1, void* unused2) {
  osrtp_log_to(log_line);
  sr_kemi_modules_add(kemi_functions);
  return 0;
}
