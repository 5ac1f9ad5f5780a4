#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/dset.h"
#include "core/parser/msg_parser.h"
#include "core/qvalue.h"
#include "core/route.h"
#include "core/usr_avp.h"
#include "module/shim.h"
#include "module/slice.h"
#include "modules/tm/tm_load.h"

/* Another attempt where the form of an offer was refused. How a branch was offered the call is kept with the
 * transaction, as one AVP for each branch: replies and failures are handled in whatever process. */

#define NOTE_FLAGS (AVP_TRACK_FROM | AVP_CLASS_USER | AVP_NAME_STR)

/** Of the process, until the next call. */
static avp_name_t note_name(int branch) {
  static char text[32];
  avp_name_t name;

  name.s.s = text;
  name.s.len = snprintf(text, sizeof text, "osrtp:%d", branch);
  return name;
}

static struct usr_avp* find_note(int branch, avp_value_t* value) {
  struct usr_avp* found = search_first_avp(NOTE_FLAGS, note_name(branch), value, NULL);
  return found != NULL && (found->flags & AVP_VAL_STR) != 0 ? found : NULL;
}

static void drop_note(int branch) { delete_avp(NOTE_FLAGS, note_name(branch)); }

static void keep_note(int branch, struct osrtp_slice note) {
  const struct cell* transaction = osrtp_transaction();
  avp_value_t value;

  /* What is offered before there are branches is for the next one. */
  if (branch < 0) branch = transaction == NULL ? 0 : transaction->nr_of_outgoings;

  value.s.s = (char*)note.data;
  value.s.len = (int)note.size;
  drop_note(branch);
  if (add_avp(NOTE_FLAGS | AVP_VAL_STR, note_name(branch), value) < 0) LM_ERR("out of memory\n");
}

void osrtp_keep_branch_notes(void) { osrtp_keep_notes(keep_note); }

struct osrtp_slice osrtp_note_of_branch(int branch) {
  struct osrtp_slice note = {NULL, 0};
  avp_value_t value;

  if (branch < 0 || osrtp_transaction() == NULL) return note;
  if (find_note(branch, &value) == NULL) return note;
  note.data = value.s.s;
  note.size = (size_t)value.s.len;
  return note;
}

/* The attempts that are being made: the notes for the destinations that have been added last. */

static char notes[OSRTP_MOST_DESTINATIONS][2048];
static size_t sizes[OSRTP_MOST_DESTINATIONS];
static unsigned int attempts;

unsigned int osrtp_add_attempts(struct osrtp_message* all, unsigned int count) {
  unsigned int i;

  for (i = 0; i < attempts && attempts <= count; ++i) {
    all[count - attempts + i].note.data = notes[i];
    all[count - attempts + i].note.size = sizes[i];
  }
  return count;
}

/** What is known of a branch's destination. */
static void read_branch(const struct ua_client* branch, struct osrtp_slice note, struct osrtp_message* message) {
  const struct osrtp_slice next_hop = osrtp_noted_next_hop(note);
  const str next_hop_uri = {(char*)next_hop.data, (int)next_hop.size};

  memset(message, 0, sizeof *message);
  message->status = branch->last_received;
  message->note = note;
  osrtp_read_destination(&branch->uri, &next_hop_uri, branch->request.dst.send_sock, message);
}

static int add_destination(struct sip_msg* msg, struct ua_client* branch, const struct osrtp_message* message) {
  str next_hop = {(char*)message->next_hop_uri.data, (int)message->next_hop_uri.size};

  return append_branch(msg, &branch->uri, &next_hop, &branch->path, Q_UNSPECIFIED, branch->branch_flags,
                       branch->request.dst.send_sock, &branch->instance, 0, &branch->ruid, &branch->location_ua) > 0
             ? 0
             : -1;
}

/** One branch that has failed. A note is good for one attempt. */
static void consider(struct sip_msg* msg, int number, struct osrtp_slice options) {
  struct ua_client* branch = &osrtp_transaction()->uac[number];
  struct osrtp_message message;
  struct osrtp_attempt attempt;

  read_branch(branch, osrtp_note_of_branch(number), &message);
  attempt = osrtp_next_attempt(&message, options);
  if (attempt.code != OSRTP_DONE || attempt.note.size > sizeof notes[0]) return;
  if (add_destination(msg, branch, &message) < 0) return;
  memcpy(notes[attempts], attempt.note.data, attempt.note.size);
  sizes[attempts++] = attempt.note.size;
}

static int in_failure_route(void) {
  if (get_route_type() == FAILURE_ROUTE || get_route_type() == BRANCH_FAILURE_ROUTE) return 1;
  LM_ERR("osrtp_retry() is for failure routes\n");
  return 0;
}

/** A 6xx speaks for all of the callee's phones, unless it is about the offer that one of them got. */
static int is_over(const struct cell* transaction) {
  const int picked = osrtp_tm()->t_get_picked_branch();
  int status;

  if ((transaction->flags & T_CANCELED) != 0 || transaction->uas.status >= 200) return 1;
  if (picked < 0 || picked >= transaction->nr_of_outgoings) return 0;
  status = transaction->uac[picked].last_received;
  return status >= 600 && status != 606;
}

/** Adds a destination for each branch that is offered the call again. */
static void collect(struct sip_msg* msg, struct osrtp_slice options, unsigned int most) {
  const struct cell* transaction = osrtp_transaction();
  const int failed = osrtp_tm()->t_get_picked_branch();
  const int alone = get_route_type() == BRANCH_FAILURE_ROUTE;
  int seen[OSRTP_MOST_DESTINATIONS];
  int count = 0;
  int i;

  for (i = 0; i < transaction->nr_of_outgoings && attempts < most && count < OSRTP_MOST_DESTINATIONS; ++i) {
    if ((alone && i != failed) || osrtp_note_of_branch(i).data == NULL) continue;
    if (transaction->uac[i].last_received < 300) continue;
    consider(msg, i, options);
    seen[count++] = i;
  }
  while (count > 0) drop_note(seen[--count]);
}

static int offer_now(struct sip_msg* msg, struct osrtp_message* message, struct osrtp_slice options) {
  struct osrtp_message all[OSRTP_MOST_DESTINATIONS];
  const unsigned int count = osrtp_destinations(msg, message, (unsigned int)osrtp_transaction()->nr_of_outgoings, all);

  osrtp_add_attempts(all, count);
  return osrtp_apply(msg, message->sdp, osrtp_run(OSRTP_OFFER, &all[count - 1], options));
}

static int offer_again(struct sip_msg* msg, struct osrtp_message* message, struct osrtp_slice options, const str* route,
                       int may_suspend) {
  int code;

  if (may_suspend && osrtp_suspend(msg, OSRTP_OFFER, message, options, route) == 0) return 0;
  code = attempts == 1 ? offer_now(msg, message, options) : OSRTP_UNREACHABLE;
  if (code < 0) clear_branches();
  if (code < 0 || route == NULL || route->len <= 0) return code;
  osrtp_run_route(msg, route);
  return 0;
}

int osrtp_retry(struct sip_msg* msg, const str* options, const str* route) {
  const struct osrtp_slice words = osrtp_slice_of(options);
  const int goes_on = route != NULL && route->len > 0;
  struct osrtp_message message;
  struct osrtp_message none;
  int may_suspend;
  int code;

  memset(&none, 0, sizeof none);
  osrtp_remember_message(msg);
  osrtp_next_attempt(&none, words); /* what is told where no branch has anything to say */
  if (!in_failure_route() || osrtp_transaction() == NULL || is_over(osrtp_transaction()) ||
      osrtp_read_message(msg, &message) < 0)
    return OSRTP_FAILED;
  may_suspend = goes_on && osrtp_clients() > 0 && osrtp_can_suspend(msg) && osrtp_has_room(message.call_id) &&
                !osrtp_plan(OSRTP_OFFER, &message, words).block;
  attempts = 0;
  /* Who waits does so for one: the message has one SDP. */
  collect(msg, words, may_suspend ? OSRTP_MOST_DESTINATIONS : 1);
  if (attempts == 0) return OSRTP_FAILED;
  code = offer_again(msg, &message, words, route, may_suspend);
  attempts = 0;
  return code;
}
