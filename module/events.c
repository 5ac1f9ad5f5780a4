#include <stdio.h>
#include <string.h>

#include "core/action.h"
#include "core/dprint.h"
#include "core/globals.h"
#include "core/kemi.h"
#include "core/msg_translator.h"
#include "core/receive.h"
#include "core/route.h"
#include "core/script_cb.h"
#include "module/shim.h"

/* What the relays tell unasked, in routes of the script: event_route[osrtp:NAME], or one function for all in another
 * language. They run in the first client process. */

#define MOST_MESSAGE 4096

static const char* const names[] = {"osrtp:downgrade", "osrtp:failed", "osrtp:silent"};
#define NAMES (sizeof names / sizeof names[0])

static str callback = STR_NULL; /* in another language; empty: the routes */

void osrtp_call_back_events(char* function) {
  callback.s = function;
  callback.len = (int)strlen(function);
}

static struct action* route_named(const char* name) {
  char text[32];
  int number;

  snprintf(text, sizeof text, "%s", name); /* route_lookup() takes no const */
  number = route_lookup(&event_rt, text);
  return number < 0 ? NULL : event_rt.rlist[number];
}

int osrtp_hears_events(void) {
  size_t i;

  if (callback.len > 0) return 1;
  for (i = 0; i < NAMES; ++i) {
    if (route_named(names[i]) != NULL) return 1;
  }
  return 0;
}

/** A request that nobody has sent, within the call: pseudo-variables and our functions then speak of it.
 * @return its size, or -1: it is too long */
static int write_request(const struct osrtp_event* event, char* text, size_t room) {
  const int size = snprintf(text, room,
                            "BYE sip:osrtp@127.0.0.1 SIP/2.0\r\n"
                            "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKosrtp\r\n"
                            "From: <sip:osrtp@127.0.0.1>;tag=%.*s\r\n"
                            "To: <sip:osrtp@127.0.0.1>;tag=%.*s\r\n"
                            "Call-ID: %.*s\r\n"
                            "CSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                            (int)event->from_tag.size, event->from_tag.data, (int)event->to_tag.size,
                            event->to_tag.data, (int)event->call_id.size, event->call_id.data);
  return size < 0 || (size_t)size >= room ? -1 : size;
}

static void read_sender(struct sip_msg* msg) {
  msg->rcv.proto = PROTO_UDP;
  msg->rcv.src_port = msg->rcv.dst_port = 5060;
  msg->rcv.src_ip.af = msg->rcv.dst_ip.af = AF_INET;
  msg->rcv.src_ip.len = msg->rcv.dst_ip.len = 4;
  msg->rcv.src_ip.u.addr32[0] = msg->rcv.dst_ip.u.addr32[0] = htonl(INADDR_LOOPBACK);
}

static void run(struct sip_msg* msg, const char* name) {
  sr_kemi_eng_t* engine = sr_kemi_eng_get();
  str text = {(char*)name, (int)strlen(name)};
  struct action* route = route_named(name);
  struct run_act_ctx context;

  if (callback.len > 0 && engine != NULL) {
    if (sr_kemi_route(engine, msg, EVENT_ROUTE, &callback, &text) < 0) LM_ERR("%s failed\n", callback.s);
    return;
  }
  if (route == NULL) return;
  init_run_actions_ctx(&context);
  run_top_route(route, msg, &context);
}

static void run_with_message(const struct osrtp_event* event, const char* name) {
  static char text[MOST_MESSAGE];
  static unsigned int number;
  const int size = write_request(event, text, sizeof text);
  const int before = get_route_type();
  struct sip_msg msg;

  /* Numbers of messages that come in are small, and count up. */
  if (size < 0 || build_sip_msg_from_buf(&msg, text, size, 0x80000000u | ++number) < 0) {
    LM_ERR("%s of a call that no message can name\n", name);
    return;
  }
  read_sender(&msg);
  osrtp_remember_message(&msg);
  log_prefix_set(&msg);
  /* What modules keep for one message goes with it. */
  if (exec_pre_script_cb(&msg, REQUEST_CB_TYPE) > 0) {
    /* After tm's, which says that a request is there: this one cannot be suspended. */
    set_route_type(EVENT_ROUTE);
    run(&msg, name);
    exec_post_script_cb(&msg, REQUEST_CB_TYPE);
  }
  set_route_type(before);
  log_prefix_set(NULL);
  free_sip_msg(&msg);
  ksr_msg_env_reset();
}

void osrtp_on_event(const struct osrtp_event* event) {
  size_t i;

  for (i = 0; i < NAMES; ++i) {
    const char* inner = strchr(names[i], ':') + 1;
    if (strlen(inner) == event->name.size && memcmp(inner, event->name.data, event->name.size) == 0)
      run_with_message(event, names[i]);
  }
}
