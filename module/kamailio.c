#include "core/kemi.h"
#include "core/mem/shm.h"
#include "core/mod_fix.h"
#include "core/pvar.h"
#include "core/sr_module.h"
#include "module/shim.h"

/** The module's registration with Kamailio: functions, parameters, start. */

static int timeout_ms = 400;
static int allow_sdes_over_clear = 0;

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

/* Commands, for scripts of either kind. */

static int run(struct sip_msg* msg, enum osrtp_verb verb, const str* options) {
  struct osrtp_slice words = {NULL, 0};
  struct osrtp_message message;
  struct osrtp_result result;

  if (options != NULL && options->len > 0) {
    words.data = options->s;
    words.size = (size_t)options->len;
  }
  if (osrtp_read_message(msg, &message) < 0) return OSRTP_FAILED;
  result = osrtp_run(verb, &message, words);
  osrtp_remember_message(msg);
  if (result.sdp.data == NULL) return result.code;
  return osrtp_replace_sdp(msg, message.sdp, result.sdp) < 0 ? OSRTP_FAILED : result.code;
}

static int ki_manage(struct sip_msg* msg, str* options) { return run(msg, OSRTP_MANAGE, options); }
static int ki_offer(struct sip_msg* msg, str* options) { return run(msg, OSRTP_OFFER, options); }
static int ki_answer(struct sip_msg* msg, str* options) { return run(msg, OSRTP_ANSWER, options); }
static int ki_delete(struct sip_msg* msg, str* options) { return run(msg, OSRTP_DELETE, options); }

static int run_script(struct sip_msg* msg, enum osrtp_verb verb, char* parameter) {
  str options = {NULL, 0};
  if (parameter != NULL && fixup_get_svalue(msg, (gparam_t*)parameter, &options) != 0) {
    LM_ERR("the options have no value\n");
    return OSRTP_FAILED;
  }
  return run(msg, verb, &options);
}

static int w_manage(struct sip_msg* msg, char* options, char* unused) { return run_script(msg, OSRTP_MANAGE, options); }
static int w_offer(struct sip_msg* msg, char* options, char* unused) { return run_script(msg, OSRTP_OFFER, options); }
static int w_answer(struct sip_msg* msg, char* options, char* unused) { return run_script(msg, OSRTP_ANSWER, options); }
static int w_delete(struct sip_msg* msg, char* options, char* unused) { return run_script(msg, OSRTP_DELETE, options); }

static int fix_options(void** parameter, int number) {
  struct osrtp_error error = {""};
  if (osrtp_check_options((const char*)*parameter, &error) != 0) {
    LM_ERR("\"%s\": %s\n", (const char*)*parameter, error.text);
    return E_CFG;
  }
  return fixup_spve_null(parameter, number);
}

static int free_options(void** parameter, int number) { return fixup_free_spve_null(parameter, number); }

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

static int set_number(const char* name, int value) {
  struct osrtp_error error = {""};
  if (osrtp_set_number(name, value, &error) == 0) return 0;
  LM_ERR("%s=%d: %s\n", name, value, error.text);
  return -1;
}

static int init_module(void) {
  void* shared;

  if (set_number("timeout_ms", timeout_ms) < 0) return -1;
  if (set_number("allow_sdes_over_clear", allow_sdes_over_clear) < 0) return -1;
  if (osrtp_bind_tm() < 0) return -1;
  shared = shm_mallocxz(osrtp_shared_size());
  if (shared == NULL) {
    SHM_MEM_ERROR;
    return -1;
  }
  osrtp_attach_shared(shared);
  return 0;
}

static cmd_export_t commands[] = {
    {"osrtp_manage", w_manage, 0, 0, 0, ANY_ROUTE},
    {"osrtp_manage", w_manage, 1, fix_options, free_options, ANY_ROUTE},
    {"osrtp_offer", w_offer, 0, 0, 0, ANY_ROUTE},
    {"osrtp_offer", w_offer, 1, fix_options, free_options, ANY_ROUTE},
    {"osrtp_answer", w_answer, 0, 0, 0, ANY_ROUTE},
    {"osrtp_answer", w_answer, 1, fix_options, free_options, ANY_ROUTE},
    {"osrtp_delete", w_delete, 0, 0, 0, ANY_ROUTE},
    {"osrtp_delete", w_delete, 1, fix_options, free_options, ANY_ROUTE},
    {0, 0, 0, 0, 0, 0},
};

static param_export_t parameters[] = {
    {"osrtp_sock", PARAM_STRING | PARAM_USE_FUNC, set_socket},
    {"caller_policy", PARAM_STRING | PARAM_USE_FUNC, set_caller},
    {"callee_policy", PARAM_STRING | PARAM_USE_FUNC, set_callee},
    {"timeout_ms", PARAM_INT, &timeout_ms},
    {"allow_sdes_over_clear", PARAM_INT, &allow_sdes_over_clear},
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
    {{0, 0}, {0, 0}, 0, NULL, {0, 0, 0, 0, 0, 0}},
};

/* All that Kamailio looks for by name; osrtp.map hides the rest. */

MODULE_VERSION

struct module_exports exports = {
    "osrtp", DEFAULT_DLFLAGS, commands, parameters, 0, variables, 0, init_module, 0, 0,
};

int mod_register(char* path, int* dlflags, void* unused1, void* unused2) {
  osrtp_log_to(log_line);
  sr_kemi_modules_add(kemi_functions);
  return 0;
}
