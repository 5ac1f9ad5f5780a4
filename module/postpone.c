#include <string.h>

#include "core/action.h"
#include "core/config.h"
#include "core/dprint.h"
#include "core/forward.h"
#include "core/globals.h"
#include "core/kemi.h"
#include "core/msg_translator.h"
#include "core/parser/parse_cseq.h"
#include "core/receive.h"
#include "core/route.h"
#include "core/script_cb.h"
#include "module/shim.h"
#include "module/slice.h"
#include "modules/tm/tm_load.h"

/* Replies that come while their transaction has something under way. tm would acknowledge them and then lose them,
 * final ones too. They are kept before any of the script has run, and received again in the client process that has the
 * call, behind what is under way. */

/* Each time something else of the transaction may have come in between. Who suspends it and is not this module may take
 * forever. */
#define MOST_TIMES 64

struct kept {
  unsigned int times;
  struct receive_info from;
  char reply[BUF_SIZE];
};

/** How often the reply that is received again has been kept. */
static unsigned int times = 0;

static int is_reply(const struct sip_msg* msg) { return msg->first_line.type == SIP_REPLY; }

/** @return 0, or -1: it is too long, or the client process has no room */
static int keep(struct sip_msg* msg) {
  static struct kept kept;
  struct osrtp_message message;
  struct osrtp_return back;
  struct osrtp_slice parcel;

  if (msg->callid == NULL || msg->len > sizeof kept.reply || times >= MOST_TIMES) return -1;
  kept.times = times + 1;
  kept.from = msg->rcv;
  memcpy(kept.reply, msg->buf, msg->len);
  memset(&message, 0, sizeof message);
  message.call_id = osrtp_slice_of(&msg->callid->body);
  memset(&back, 0, sizeof back);
  back.task = OSRTP_REPLAY;
  back.baggage.data = (const char*)&kept;
  back.baggage.size = sizeof kept - sizeof kept.reply + msg->len;
  parcel = osrtp_pack(OSRTP_MANAGE, &message, 0, back.route, &back);
  return parcel.data == NULL ? -1 : osrtp_send_parcel(message.call_id, parcel);
}

int osrtp_postpone(struct sip_msg* msg) {
  const struct cell* transaction = osrtp_transaction();

  if (!is_reply(msg) || get_route_type() != TM_ONREPLY_ROUTE || transaction == NULL) return -1;
  if (osrtp_clients() == 0 || !osrtp_is_busy(transaction) || keep(msg) < 0) return -1;
  /* tm then leaves it alone, also where the transaction has gone on meanwhile. */
  msg->msg_flags |= FL_RPL_SUSPENDED;
  return 0;
}

/** The branch that the reply at hand is from; negative: of no transaction, or one that goes on. */
static struct {
  unsigned int index; /* of its transaction */
  unsigned int label;
  int branch;
} sender = {0, 0, -1};

/** The first thing that happens to a reply. @return 0: nothing else does */
static int hold_back(struct sip_msg* msg, unsigned int flags, void* unused) {
  const struct cell* transaction;
  int branch = -1;
  int busy;

  sender.branch = -1;
  /* With a transaction it is one that goes on. */
  if (osrtp_clients() == 0 || !is_reply(msg) || osrtp_transaction() != NULL) return 1;
  if (osrtp_tm()->t_check(msg, &branch) != 1 || osrtp_transaction() == NULL) return 1;
  transaction = osrtp_transaction();
  sender.index = transaction->hash_index;
  sender.label = transaction->label;
  sender.branch = branch;
  busy = osrtp_is_busy(transaction);
  osrtp_tm()->t_unref(msg);
  return busy && keep(msg) == 0 ? 0 : 1;
}

/** Whether its branch, which has just answered with a final reply, has none, while the caller waits for one. */
static int is_lost(void) {
  struct cell* transaction = NULL;
  int lost;

  if (osrtp_tm()->t_lookup_ident(&transaction, sender.index, sender.label) < 0 || transaction == NULL) return 0;
  lost = transaction->uas.status < 200 && sender.branch < transaction->nr_of_outgoings &&
         transaction->uac[sender.branch].last_received < 200;
  osrtp_tm()->unref_cell(transaction);
  osrtp_tm()->t_sett(T_UNDEFINED, T_BR_UNDEFINED);
  return lost;
}

/** The last thing that happens to a reply. Another of its transaction may have been suspended since hold_back(), before
 * tm had its lock; a script that calls no function for this one, osrtp_postpone() that is, then does not notice. */
static int keep_what_is_lost(struct sip_msg* msg, unsigned int flags, void* unused) {
  const int is_ours = sender.branch >= 0 && is_reply(msg) && (msg->msg_flags & FL_RPL_SUSPENDED) == 0;

  if (is_ours && msg->REPLY_STATUS >= 200 && get_cseq(msg)->method_id != METHOD_CANCEL && is_lost()) keep(msg);
  sender.branch = -1;
  return 1;
}

/* Receiving again: what the core does with a reply, but for what belongs to octets from the network. */

/** @return whether the core's reply_route lets it go on */
static int passes_reply_route(struct sip_msg* msg) {
  sr_kemi_eng_t* engine = kemi_reply_route_callback.len > 0 ? sr_kemi_eng_get() : NULL;
  struct run_act_ctx context;
  struct run_act_ctx* before;
  int code;

  if (engine == NULL && onreply_rt.rlist[DEFAULT_RT] == NULL) return 1;
  init_run_actions_ctx(&context);
  set_route_type(CORE_ONREPLY_ROUTE);
  if (engine != NULL) {
    before = sr_kemi_act_ctx_get();
    sr_kemi_act_ctx_set(&context);
    code = sr_kemi_route(engine, msg, CORE_ONREPLY_ROUTE, NULL, NULL);
    sr_kemi_act_ctx_set(before);
  } else {
    code = run_top_route(onreply_rt.rlist[DEFAULT_RT], msg, &context);
  }
  return code > 0 && (context.run_flags & DROP_R_F) == 0;
}

static void receive_again(char* text, unsigned int size, const struct receive_info* from) {
  struct sip_msg msg;

  if (build_sip_msg_from_buf(&msg, text, (int)size, inc_msg_no()) < 0) {
    LM_ERR("a reply that can be read no more\n");
    return;
  }
  msg.rcv = *from;
  msg_set_time(&msg);
  if (parse_headers(&msg, HDR_FROM_F | HDR_TO_F | HDR_CALLID_F | HDR_CSEQ_F, 0) == 0) {
    log_prefix_set(&msg);
    if (exec_pre_script_cb(&msg, ONREPLY_CB_TYPE) > 0) {
      if (passes_reply_route(&msg)) forward_reply(&msg);
      exec_post_script_cb(&msg, ONREPLY_CB_TYPE);
    }
    log_prefix_set(NULL);
  }
  ksr_msg_env_reset();
  free_sip_msg(&msg);
}

void osrtp_replay(struct osrtp_slice octets) {
  /* As a receiver's buffer: terminated, and not the parcel, which is packed anew while this is handled. */
  static char text[BUF_SIZE + 1];
  static struct kept kept;
  size_t size;

  if (octets.size <= sizeof kept - sizeof kept.reply || octets.size > sizeof kept) return;
  memcpy(&kept, octets.data, octets.size);
  size = octets.size - (sizeof kept - sizeof kept.reply);
  memcpy(text, kept.reply, size);
  text[size] = '\0';
  times = kept.times;
  receive_again(text, (unsigned int)size, &kept.from);
  times = 0;
}

int osrtp_register_postponing(void) {
  if (register_script_cb(hold_back, PRE_SCRIPT_CB | ONREPLY_CB, NULL) == 0 &&
      register_script_cb(keep_what_is_lost, POST_SCRIPT_CB | ONREPLY_CB, NULL) == 0)
    return 0;
  LM_ERR("cannot register with the script\n");
  return -1;
}
