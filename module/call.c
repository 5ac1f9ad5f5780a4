#include "core/dprint.h"
#include "core/parser/msg_parser.h"
#include "module/shim.h"
#include "module/slice.h"

/** One call of a script function, from the message to the message. */

int osrtp_apply(struct sip_msg* msg, struct osrtp_slice sdp, struct osrtp_result result) {
  osrtp_remember_message(msg);
  osrtp_keep_branch_notes();
  if (result.sdp.data == NULL || sdp.data == NULL) return result.code;
  return osrtp_replace_sdp(msg, sdp, result.sdp) < 0 ? OSRTP_FAILED : result.code;
}

static int run_now(struct sip_msg* msg, enum osrtp_verb verb, const struct osrtp_message* message,
                   struct osrtp_slice options) {
  return osrtp_apply(msg, message->sdp, osrtp_run(verb, message, options));
}

/** A script that names no route holds its process up where others need not. It is told so once. */
static void advise(const struct osrtp_intent* plan) {
  static int done = 0;
  if (done || plan->block || osrtp_clients() == 0) return;
  done = 1;
  LM_WARN(
      "a process waits for the relay: name the route to go on in, osrtp_manage(\"\", \"ROUTE\"), or say mode=block\n");
}

static int may_suspend(struct sip_msg* msg, const struct osrtp_intent* plan) {
  return plan->need == OSRTP_NEEDS_ANSWER && !plan->block && osrtp_clients() > 0 && osrtp_can_suspend(msg);
}

/** What can be done without going on elsewhere. @return for the script */
static int settle(struct sip_msg* msg, enum osrtp_verb verb, const struct osrtp_message* message,
                  struct osrtp_slice options, const struct osrtp_intent* plan) {
  if (plan->need == OSRTP_NEEDS_DELIVERY && !plan->block && osrtp_deliver(verb, message, options) == 0)
    return osrtp_apply(msg, message->sdp, osrtp_delivered());
  return run_now(msg, verb, message, options);
}

int osrtp_call(struct sip_msg* msg, enum osrtp_verb verb, const str* options, const str* route) {
  const struct osrtp_slice words = osrtp_slice_of(options);
  const int goes_on = route != NULL && route->len > 0;
  struct osrtp_message message;
  struct osrtp_intent plan;
  int code;

  /* Kamailio forgets a reply that comes while its call is suspended: it is kept here, and comes again. */
  if (osrtp_postpone(msg) == 0) return 0;
  if (osrtp_read_message(msg, &message) < 0) return OSRTP_FAILED;
  plan = osrtp_plan(verb, &message, words);
  if (goes_on && may_suspend(msg, &plan) && osrtp_suspend(msg, verb, &message, words, route) == 0) return 0;
  if (!goes_on && may_suspend(msg, &plan)) advise(&plan);
  code = settle(msg, verb, &message, words, &plan);
  if (!goes_on) return code;
  osrtp_run_route(msg, route);
  return 0;
}
