#include <string.h>

#include "core/action.h"
#include "core/dprint.h"
#include "core/dset.h"
#include "core/kemi.h"
#include "core/mem/mem.h"
#include "core/receive.h"
#include "core/route.h"
#include "core/script_cb.h"
#include "module/shim.h"
#include "module/slice.h"
#include "modules/tm/tm_load.h"

/* A message that waits for the relay waits in tm, and goes on in a client process (client.c). tm keeps one message of a
 * transaction at a time and loses replies that come meanwhile, so that those are postponed here. */

/* Big enough for a full set of destinations; one process does one thing at a time. */
static char baggage[OSRTP_MOST_DESTINATIONS * sizeof(branch_t) + 8192];

static int is_reply(const struct sip_msg* msg) { return msg->first_line.type == SIP_REPLY; }

/* tm keeps what it needs to go on in one place of the transaction, until the end of t_continue(): suspended once more
 * meanwhile, by the reply to what has just been sent, it would be released for the other message. A client process says
 * what it goes on with before tm takes the flag away, and so the flag is looked at first. */
static int is_under_way(const struct cell* transaction) {
  if ((transaction->flags & T_ASYNC_SUSPENDED) != 0) return 1;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return osrtp_goes_on_now(transaction->hash_index, transaction->label);
}

static int can_suspend_reply(const struct cell* transaction) {
  return get_route_type() == TM_ONREPLY_ROUTE && transaction != NULL;
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
  const struct cell* transaction = osrtp_transaction();

  if (transaction != NULL) {
    if (is_under_way(transaction) || (transaction->flags & T_CANCELED) != 0 || transaction->uas.status >= 200) return 0;
  }
  return is_reply(msg) ? can_suspend_reply(transaction) : can_suspend_request(msg);
}

/** @return 0, or -1: there is no transaction, or the message is a repeated one */
static int need_transaction(struct sip_msg* msg) {
  if (osrtp_transaction() != NULL) return 0;
  return osrtp_tm()->t_newtran(msg) > 0 && osrtp_transaction() != NULL ? 0 : -1;
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
  if (!osrtp_has_room(message->call_id) || need_transaction(msg) < 0) return -1;
  if (!is_reply(msg)) {
    back.baggage.size = osrtp_write_destinations(msg, baggage, sizeof baggage);
    back.baggage.data = baggage;
    if (back.baggage.size > sizeof baggage) return -1;
  }
  if (osrtp_tm()->t_suspend(msg, &back.index, &back.label) != 0) return -1;
  if (hand_over(msg, verb, message, options, &back) == 0) return 0;
  osrtp_tm()->t_cancel_suspend(back.index, back.label);
  /* Which tm leaves set, and then loses the reply. */
  osrtp_transaction()->flags &= (unsigned short)~T_ASYNC_SUSPENDED;
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

/* Replies that come in between. */

static int write_reply(const struct sip_msg* msg) {
  if (sizeof msg->rcv + msg->len > sizeof baggage) return -1;
  memcpy(baggage, &msg->rcv, sizeof msg->rcv);
  memcpy(baggage + sizeof msg->rcv, msg->buf, msg->len);
  return 0;
}

int osrtp_postpone(struct sip_msg* msg) {
  const struct cell* transaction = osrtp_transaction();
  struct osrtp_return back;
  struct osrtp_message message;
  struct osrtp_slice parcel;

  if (!is_reply(msg) || get_route_type() != TM_ONREPLY_ROUTE || transaction == NULL) return -1;
  if (osrtp_clients() == 0 || !is_under_way(transaction)) return -1;
  if (write_reply(msg) < 0 || osrtp_read_message(msg, &message) < 0) return -1;
  memset(&back, 0, sizeof back);
  back.task = OSRTP_REPLAY;
  back.baggage.data = baggage;
  back.baggage.size = sizeof msg->rcv + msg->len;
  parcel = osrtp_pack(OSRTP_MANAGE, &message, 0, back.route, &back);
  if (parcel.data == NULL || osrtp_send_parcel(message.call_id, parcel) < 0) return -1;
  /* tm then leaves it alone, also where the transaction has gone on meanwhile. */
  msg->msg_flags |= FL_RPL_SUSPENDED;
  return 0;
}

static void replay(struct osrtp_slice kept) {
  /* As a receiver's buffer: terminated, writable, and not the baggage, which is packed anew while this is handled. */
  static char reply[sizeof baggage];
  struct receive_info from;
  unsigned int size;

  if (kept.size <= sizeof from || kept.size >= sizeof reply) return;
  memcpy(&from, kept.data, sizeof from);
  size = (unsigned int)(kept.size - sizeof from);
  memcpy(reply, kept.data + sizeof from, size);
  reply[size] = '\0';
  receive_msg(reply, size, &from);
}

/* Going on, in a client process. */

static const struct osrtp_return* going_on;

void osrtp_run_route(struct sip_msg* msg, const str* route) {
  str name = *route;
  sr_kemi_eng_t* engine = sr_kemi_eng_get();
  int number;

  if (engine != NULL) {
    if (sr_kemi_route(engine, msg, get_route_type(), &name, NULL) < 0) LM_ERR("%.*s failed\n", name.len, name.s);
    return;
  }
  number = route_lookup(&main_rt, name.s);
  if (number < 0 || main_rt.rlist[number] == NULL) {
    LM_ERR("there is no route[%.*s]\n", name.len, name.s);
    return;
  }
  run_top_route(main_rt.rlist[number], msg, NULL);
}

int osrtp_has_route(const str* route) {
  if (sr_kemi_eng_get() != NULL) return 1;
  return route_lookup(&main_rt, route->s) >= 0 && main_rt.rlist[route_lookup(&main_rt, route->s)] != NULL;
}

static void go_on_in_route(const struct osrtp_return* back) {
  str name = {(char*)back->route.data, (int)back->route.size};
  int number;

  if (sr_kemi_eng_get() != NULL) {
    osrtp_tm()->t_continue_cb(back->index, back->label, &name, NULL);
    return;
  }
  number = route_lookup(&main_rt, name.s);
  osrtp_tm()->t_continue(back->index, back->label, number < 0 ? NULL : main_rt.rlist[number]);
}

/** Nothing went on: the transaction was cancelled, or is gone. */
static void take_back(void) {
  struct osrtp_slice call_id;
  const struct osrtp_slice parcel = osrtp_undo(&call_id);

  if (parcel.data != NULL) osrtp_send_parcel(call_id, parcel);
}

void osrtp_go_on(const struct osrtp_return* back) {
  if (back->task == OSRTP_REPLAY) {
    replay(back->baggage);
    return;
  }
  going_on = back;
  go_on_in_route(back);
  if (going_on != NULL) take_back();
  going_on = NULL;
}

/** The first thing that happens to a message that goes on. */
static int take_up(struct sip_msg* msg, unsigned int flags, void* unused) {
  const struct osrtp_return* back = going_on;

  if (back == NULL) return 1;
  going_on = NULL;
  if (!is_reply(msg)) osrtp_restore_destinations(msg, back->baggage);
  osrtp_apply(msg, osrtp_find_sdp(msg), osrtp_outcome());
  return 1;
}

int osrtp_register_resumption(void) {
  if (register_script_cb(take_up, PRE_SCRIPT_CB | FAILURE_CB | ONREPLY_CB, NULL) == 0) return 0;
  LM_ERR("cannot register with the script\n");
  return -1;
}
