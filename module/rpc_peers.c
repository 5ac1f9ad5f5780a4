#include <string.h>

#include "core/dprint.h"
#include "core/rpc.h"
#include "core/rpc_lookup.h"
#include "module/shim.h"

/** What is remembered of peers, as operators see it: osrtp.peers, osrtp.forget_peers. */

struct listing {
  rpc_t* rpc;
  void* context;
  const char* start; /* of the names that are wanted */
};

static void show(void* to, const struct osrtp_peer* peer) {
  const struct listing* list = to;
  void* entry;

  if (strncmp(peer->name, list->start, strlen(list->start)) != 0) return;
  if (list->rpc->add(list->context, "{", &entry) < 0) return;
  list->rpc->struct_add(entry, "sssdd", "name", peer->name, "refused", peer->refused, "taken", peer->taken, "age",
                        peer->age, "forgets_in", peer->left);
}

static void rpc_peers(rpc_t* rpc, void* context) {
  char* start = "";
  struct listing list = {rpc, context, NULL};

  list.start = rpc->scan(context, "*s", &start) > 0 ? start : "";
  osrtp_list_peers(show, &list);
}

static void rpc_forget(rpc_t* rpc, void* context) { rpc->add(context, "d", osrtp_forget_peers()); }

static const char* peers_text[] = {
    "What callees refuse and take, or those alone whose names begin so: name, refused and taken forms of an offer, age "
    "of the last news in seconds, and in how many seconds the refusals are forgotten",
    NULL};
static const char* forget_text[] = {"Forgets what callees refuse and take. Returns how many there were", NULL};

static rpc_export_t commands[] = {
    {"osrtp.peers", rpc_peers, peers_text, RET_ARRAY},
    {"osrtp.forget_peers", rpc_forget, forget_text, 0},
    {NULL, NULL, NULL, 0},
};

int osrtp_register_peers_rpc(void) {
  if (rpc_register_array(commands) == 0) return 0;
  LM_ERR("cannot register RPC commands\n");
  return -1;
}
