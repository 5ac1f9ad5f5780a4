#include <string.h>

#include "core/dprint.h"
#include "core/ip_addr.h"
#include "core/parser/hf.h"
#include "core/parser/msg_parser.h"
#include "core/parser/parse_cseq.h"
#include "core/parser/parse_from.h"
#include "core/parser/parse_to.h"
#include "core/route.h"
#include "module/shim.h"
#include "module/slice.h"
#include "modules/tm/tm_load.h"

static struct tm_binds tm;

int osrtp_bind_tm(void) {
  if (load_tm_api(&tm) == 0) return 0;
  LM_ERR("needs the module tm: load it before osrtp\n");
  return -1;
}

static enum osrtp_method method_of(unsigned int method) {
  switch (method) {
    case METHOD_INVITE:
      return OSRTP_INVITE;
    case METHOD_UPDATE:
      return OSRTP_UPDATE;
    case METHOD_ACK:
      return OSRTP_ACK;
    case METHOD_PRACK:
      return OSRTP_PRACK;
    case METHOD_BYE:
      return OSRTP_BYE;
    case METHOD_CANCEL:
      return OSRTP_CANCEL;
    default:
      return OSRTP_OTHER;
  }
}

static enum osrtp_route route_of(const struct sip_msg* msg) {
  if (msg->first_line.type == SIP_REPLY) return OSRTP_IN_REPLY;
  switch (get_route_type()) {
    case BRANCH_ROUTE:
      return OSRTP_IN_BRANCH;
    case FAILURE_ROUTE:
      return OSRTP_IN_FAILURE;
    case BRANCH_FAILURE_ROUTE:
      return OSRTP_IN_BRANCH_FAILURE;
    default:
      return OSRTP_IN_REQUEST;
  }
}

static int branch_of(enum osrtp_route route) {
  const tm_ctx_t* context = tm.tm_ctx_get();
  if (context == NULL || route == OSRTP_IN_REQUEST || route == OSRTP_IN_FAILURE) return -1;
  /* A reply that goes on has none there. */
  return context->branch_index >= 0 ? context->branch_index : tm.t_gett_branch();
}

struct cell* osrtp_transaction(void) {
  struct cell* found = tm.t_gett();
  return found == T_UNDEFINED ? NULL : found;
}

const struct tm_binds* osrtp_tm(void) { return &tm; }

/** What a reply has to know of its request. */
struct request_facts {
  int in_dialog;
  int had_sdp;
  struct osrtp_slice route;
};

static struct osrtp_slice first_route(struct sip_msg* msg) {
  if (parse_headers(msg, HDR_ROUTE_F, 0) < 0 || msg->route == NULL) return osrtp_slice_of(NULL);
  return osrtp_slice_of(&msg->route->body);
}

/** Reads a transaction's request, anew: what is parsed of it must not be kept in shared memory. */
static void read_request(const struct sip_msg* request, struct request_facts* facts) {
  struct sip_msg copy;

  memset(&copy, 0, sizeof copy);
  copy.buf = request->buf;
  copy.len = request->len;
  if (parse_msg(copy.buf, copy.len, &copy) == 0) {
    facts->in_dialog = parse_headers(&copy, HDR_TO_F, 0) == 0 && copy.to != NULL && get_to(&copy)->tag_value.len > 0;
    facts->had_sdp = osrtp_find_sdp(&copy).data != NULL;
    facts->route = first_route(&copy);
  }
  free_sip_msg(&copy);
}

static void read_transaction(struct osrtp_message* message) {
  const struct cell* found = osrtp_transaction();
  /* Without a transaction (core's reply_route) the usual case is taken, and nothing is said of hops. */
  struct request_facts facts = {1, 1, {NULL, 0}};

  if (found != NULL && found->uas.request != NULL) {
    read_request(found->uas.request, &facts);
    message->sender_hop = osrtp_hop_of_protocol(found->uas.request->rcv.proto);
    message->next_hop = osrtp_family_of_address(&found->uas.request->rcv.src_ip);
  }
  message->in_dialog = facts.in_dialog;
  message->request_had_sdp = facts.had_sdp;
  message->first_route = facts.route;
}

/** The CSeq number in a RAck's value (RFC 3262 section 7.2): `response-num CSeq-num method`. */
static str rack_cseq(const struct hdr_field* rack) {
  str number = {rack->body.s, 0};
  const char* end = rack->body.s + rack->body.len;

  while (number.s < end && *number.s >= '0' && *number.s <= '9') number.s++;
  while (number.s < end && (*number.s == ' ' || *number.s == '\t')) number.s++;
  while (number.s + number.len < end && number.s[number.len] >= '0' && number.s[number.len] <= '9') number.len++;
  return number;
}

/** Whether the INVITE that a PRACK belongs to had an offer. Unknown INVITEs count as not: then the
 * PRACK's SDP answers the reply that it acknowledges. */
static int invite_had_sdp(struct sip_msg* prack) {
  struct hdr_field* rack;
  struct cell* current;
  struct cell* invite = NULL;
  int current_branch;
  struct request_facts facts = {0, 0, {NULL, 0}};

  if (parse_headers(prack, HDR_EOH_F, 0) < 0) return 0;
  for (rack = prack->headers; rack != NULL; rack = rack->next) {
    if (rack->name.len == 4 && strncasecmp(rack->name.s, "RAck", 4) == 0) break;
  }
  if (rack == NULL) return 0;
  /* Looking one up makes it the current transaction, which is the PRACK's own. */
  current = tm.t_gett();
  current_branch = tm.t_gett_branch();
  if (tm.t_lookup_callid(&invite, prack->callid->body, rack_cseq(rack)) < 0) return 0;
  if (invite->uas.request != NULL) read_request(invite->uas.request, &facts);
  tm.unref_cell(invite);
  tm.t_sett(current, current_branch);
  return facts.had_sdp;
}

static int parse_dialog(struct sip_msg* msg) {
  if (parse_headers(msg, HDR_CALLID_F | HDR_FROM_F | HDR_TO_F | HDR_CSEQ_F, 0) < 0) return -1;
  if (msg->callid == NULL || msg->from == NULL || msg->to == NULL || msg->cseq == NULL) return -1;
  return parse_from_header(msg);
}

/** Whether the INVITE that it is to cancel has been answered. */
static int is_too_late(struct sip_msg* cancel) {
  struct cell* invite = tm.t_lookup_original(cancel);
  int late;

  if (invite == NULL || invite == T_UNDEFINED) return 0;
  late = invite->uas.status >= 200;
  tm.unref_cell(invite);
  return late;
}

static void read_request_side(struct sip_msg* msg, struct osrtp_message* message) {
  message->in_dialog = message->to_tag.size > 0;
  message->first_route = first_route(msg);
  message->sender_hop = osrtp_hop_of_protocol(msg->rcv.proto);
  osrtp_read_destination(GET_RURI(msg), &msg->dst_uri, msg->force_send_socket, message);
  if (message->method == OSRTP_CANCEL) message->too_late = is_too_late(msg);
  if (message->method == OSRTP_PRACK && message->sdp.data != NULL) message->request_had_sdp = invite_had_sdp(msg);
}

/** Whether the message's sender takes RTP/AVP in answer to RTP/SAVP. Supported may be there more than once. */
static int announces_fallback(struct sip_msg* msg) {
  const struct hdr_field* field;

  if (parse_headers(msg, HDR_EOH_F, 0) < 0) return 0;
  for (field = msg->headers; field != NULL; field = field->next) {
    if (field->type == HDR_SUPPORTED_T && osrtp_lists_fallback(osrtp_slice_of(&field->body))) return 1;
  }
  return 0;
}

int osrtp_read_message(struct sip_msg* msg, struct osrtp_message* message) {
  memset(message, 0, sizeof *message);
  if (parse_dialog(msg) < 0) {
    LM_ERR("a message without Call-ID, From, To or CSeq\n");
    return -1;
  }
  message->route = route_of(msg);
  message->set = osrtp_chosen_set(msg);
  message->branch = branch_of(message->route);
  message->method = method_of((unsigned int)get_cseq(msg)->method_id);
  message->call_id = osrtp_slice_of(&msg->callid->body);
  message->from_tag = osrtp_slice_of(&get_from(msg)->tag_value);
  message->to_tag = osrtp_slice_of(&get_to(msg)->tag_value);
  message->sdp = osrtp_find_sdp(msg);
  message->note = osrtp_note_of_branch(message->branch);
  message->plain_fallback = announces_fallback(msg);
  message->received_from.data = ip_addr2a(&msg->rcv.src_ip);
  message->received_from.size = strlen(message->received_from.data);
  if (message->route != OSRTP_IN_REPLY) {
    read_request_side(msg, message);
  } else {
    message->status = (int)msg->first_line.u.reply.statuscode;
    message->receiver_hop = osrtp_hop_of_protocol(msg->rcv.proto);
    read_transaction(message);
  }
  return 0;
}

/* A message is known by its number in this process; those of different processes never meet here. */
static msg_ctx_id_t last_message;

void osrtp_remember_message(const struct sip_msg* msg) { msg_ctx_id_set(msg, &last_message); }

int osrtp_is_remembered(const struct sip_msg* msg) { return msg_ctx_id_match(msg, &last_message) == 1; }
