#include <string.h>

#include "core/action.h"
#include "core/dprint.h"
#include "core/dset.h"
#include "core/kemi.h"
#include "core/mem/shm.h"
#include "core/route.h"
#include "core/script_cb.h"
#include "module/shim.h"
#include "module/slice.h"
#include "modules/tm/tm_load.h"

/* A message that waits for the relay waits in tm, and goes on in a client process (client.c). tm keeps one message of a
 * transaction at a time; replies that come meanwhile are postponed (postpone.c). */

/* Where a request goes. Big enough for a full set of destinations; one process does one thing at a time. */
static char baggage[OSRTP_MOST_DESTINATIONS * sizeof(branch_t) + 8192];

static int is_reply(const struct sip_msg* msg) { return msg->first_line.type == SIP_REPLY; }

/* tm keeps what it needs to go on in one place of the transaction, until the end of t_continue(): suspended once more
 * meanwhile, by the reply to what has just been sent, it would be released for the other message. A client process says
 * what it goes on with before tm takes the flag away, and so the flag is looked at first. */
int osrtp_is_busy(const struct cell* transaction) {
  if ((transaction->flags & T_ASYNC_SUSPENDED) != 0) return 1;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return osrtp_goes_on_elsewhere(transaction->hash_index, transaction->label);
}

static struct ua_client* branch_of_reply(struct cell* transaction) {
  const int branch = osrtp_tm()->t_gett_branch();
  return branch >= 0 && branch < transaction->nr_of_outgoings ? &transaction->uac[branch] : NULL;
}

/** Not one to a request of tm's own, which has no request to go back to; and not where tm still has an earlier reply,
 * since it would go on with that. */
static int can_suspend_reply(struct cell* transaction) {
  const struct ua_client* branch;

  if (get_route_type() != TM_ONREPLY_ROUTE || transaction == NULL || transaction->uas.request == NULL) return 0;
  branch = branch_of_reply(transaction);
  return branch != NULL && branch->reply == NULL;
}

static int can_suspend_request(struct sip_msg* msg) {
  switch (get_route_type()) {
    case REQUEST_ROUTE:
    case FAILURE_ROUTE:
    case BRANCH_FAILURE_ROUTE:
      return msg->REQ_METHOD != METHOD_ACK && msg->REQ_METHOD != METHOD_CANCEL;
    default:
      return 0;
  }
}

int osrtp_can_suspend(struct sip_msg* msg) {
  struct cell* transaction = osrtp_transaction();

  if (transaction != NULL) {
    if (osrtp_is_busy(transaction) || osrtp_goes_on_here()) return 0;
    if ((transaction->flags & T_CANCELED) != 0 || transaction->uas.status >= 200) return 0;
  }
  return is_reply(msg) ? can_suspend_reply(transaction) : can_suspend_request(msg);
}

enum made { MADE, REPEATED, NOT_MADE };

/** A repeated message has been answered by its transaction. */
static enum made make_transaction(struct sip_msg* msg) {
  int code;

  if (osrtp_transaction() != NULL) return MADE;
  code = osrtp_tm()->t_newtran(msg);
  if (code > 0 && osrtp_transaction() != NULL) return MADE;
  return code == 0 ? REPEATED : NOT_MADE;
}

/** Undoes t_suspend(), of which tm leaves traces: it would lose this reply, and go on with it in place of the next. */
static void stay(struct sip_msg* msg, const struct osrtp_return* back) {
  struct cell* transaction = osrtp_transaction();
  struct ua_client* branch;

  osrtp_tm()->t_cancel_suspend(back->index, back->label);
  transaction->flags &= (unsigned short)~T_ASYNC_SUSPENDED;
  if (!is_reply(msg)) return;
  msg->msg_flags &= ~(unsigned int)FL_RPL_SUSPENDED;
  branch = branch_of_reply(transaction);
  if (branch == NULL || branch->reply == NULL || branch->reply == FAKED_REPLY) return;
  shm_free(branch->reply);
  branch->reply = NULL;
  branch->end_reply = NULL;
}

/** What is asked about a request: its SDP, for each place it is about to go to. */
static unsigned int expand(struct sip_msg* msg, struct osrtp_message* message, struct osrtp_message* all) {
  if (is_reply(msg) || message->in_dialog || message->method != OSRTP_INVITE || message->sdp.data == NULL) {
    all[0] = *message;
    return 1;
  }
  return osrtp_add_attempts(all,
                            osrtp_destinations(msg, message, (unsigned int)osrtp_transaction()->nr_of_outgoings, all));
}

static int hand_over(struct sip_msg* msg, enum osrtp_verb verb, struct osrtp_message* message,
                     struct osrtp_slice options, struct osrtp_return* back) {
  struct osrtp_message all[OSRTP_MOST_DESTINATIONS];
  const unsigned int count = expand(msg, message, all);
  const struct osrtp_slice parcel = osrtp_pack(verb, all, count, options, back);

  return parcel.data == NULL ? -1 : osrtp_send_parcel(message->call_id, parcel);
}

int osrtp_suspend(struct sip_msg* msg, enum osrtp_verb verb, struct osrtp_message* message, struct osrtp_slice options,
                  const str* route) {
  struct osrtp_return back;

  memset(&back, 0, sizeof back);
  back.task = OSRTP_RESUME;
  back.route = osrtp_slice_of(route);
  if (!osrtp_has_room(message->call_id)) return -1;
  switch (make_transaction(msg)) {
    case MADE:
      break;
    case REPEATED:
      return 0;
    case NOT_MADE:
      return -1;
  }
  if (!is_reply(msg)) {
    back.baggage.size = osrtp_write_destinations(msg, baggage, sizeof baggage);
    back.baggage.data = baggage;
    if (back.baggage.size > sizeof baggage) return -1;
  }
  if (osrtp_tm()->t_suspend(msg, &back.index, &back.label) != 0) {
    msg->msg_flags &= ~(unsigned int)FL_RPL_SUSPENDED;
    return -1;
  }
  if (hand_over(msg, verb, message, options, &back) == 0) return 0;
  stay(msg, &back);
  return -1;
}

int osrtp_deliver(enum osrtp_verb verb, const struct osrtp_message* message, struct osrtp_slice options) {
  struct osrtp_return back;
  struct osrtp_slice parcel;

  if (osrtp_clients() == 0) return -1;
  memset(&back, 0, sizeof back);
  back.task = OSRTP_DELIVER;
  parcel = osrtp_pack(verb, message, 1, options, &back);
  return parcel.data == NULL ? -1 : osrtp_send_parcel(message->call_id, parcel);
}

/* Going on, in a client process. */

static const struct osrtp_return* going_on;

/** @return NULL: the script has none */
static struct action* route_named(const str* name) {
  const int number = route_lookup(&main_rt, name->s);
  return number < 0 ? NULL : main_rt.rlist[number];
}

void osrtp_run_route(struct sip_msg* msg, const str* route) {
  str name = *route;
  sr_kemi_eng_t* engine = sr_kemi_eng_get();
  struct action* actions;

  if (engine != NULL) {
    if (sr_kemi_route(engine, msg, get_route_type(), &name, NULL) < 0) LM_ERR("%.*s failed\n", name.len, name.s);
    return;
  }
  actions = route_named(&name);
  if (actions == NULL) {
    LM_ERR("there is no route[%.*s]\n", name.len, name.s);
    return;
  }
  run_top_route(actions, msg, NULL);
}

int osrtp_has_route(const str* route) { return sr_kemi_eng_get() != NULL || route_named(route) != NULL; }

static void go_on_in_route(const struct osrtp_return* back) {
  str name = {(char*)back->route.data, (int)back->route.size};

  if (sr_kemi_eng_get() != NULL)
    osrtp_tm()->t_continue_cb(back->index, back->label, &name, NULL);
  else
    osrtp_tm()->t_continue(back->index, back->label, route_named(&name));
}

/** Nothing went on: the transaction was cancelled, or is gone. */
static void take_back(void) {
  struct osrtp_slice call_id;
  const struct osrtp_slice parcel = osrtp_undo(&call_id);

  if (parcel.data != NULL) osrtp_send_parcel(call_id, parcel);
}

void osrtp_go_on(const struct osrtp_return* back) {
  if (back->task == OSRTP_REPLAY) {
    osrtp_replay(back->baggage);
    return;
  }
  going_on = back;
  go_on_in_route(back);
  if (going_on != NULL) take_back();
  going_on = NULL;
}

/** tm brings them back for requests alone. */
static flag_t flags_of_branch(void) {
  struct cell* transaction = osrtp_transaction();
  const struct ua_client* branch = transaction == NULL ? NULL : branch_of_reply(transaction);
  return branch == NULL ? 0 : branch->branch_flags;
}

/** The first thing that happens to a message that goes on. */
static int take_up(struct sip_msg* msg, unsigned int flags, void* unused) {
  const struct osrtp_return* back = going_on;

  if (back == NULL) return 1;
  going_on = NULL;
  if (is_reply(msg))
    setbflagsval(0, flags_of_branch());
  else
    osrtp_restore_destinations(msg, back->baggage);
  osrtp_apply(msg, osrtp_find_sdp(msg), osrtp_outcome());
  return 1;
}

int osrtp_register_resumption(void) {
  if (register_script_cb(take_up, PRE_SCRIPT_CB | FAILURE_CB | ONREPLY_CB, NULL) == 0) return 0;
  LM_ERR("cannot register with the script\n");
  return -1;
}
