#include "core/dprint.h"
#include "core/parser/msg_parser.h"
#include "module/shim.h"

/** Which set of nodes a message's call is to go to. */

/* A message is known by its number in this process: what another one chose does not count for it. */
static msg_ctx_id_t chosen_for;
static int chosen;

int osrtp_choose_set(const struct sip_msg* msg, int set) {
  if (!osrtp_has_set(set)) {
    LM_ERR("there is no node in set %d\n", set);
    return OSRTP_FAILED;
  }
  msg_ctx_id_set(msg, &chosen_for);
  chosen = set;
  return OSRTP_DONE;
}

int osrtp_chosen_set(const struct sip_msg* msg) { return msg_ctx_id_match(msg, &chosen_for) == 1 ? chosen : -1; }
