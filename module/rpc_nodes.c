#include "core/rpc.h"

#include <string.h>

#include "core/dprint.h"
#include "core/rpc_lookup.h"
#include "core/str.h"
#include "module/shim.h"
#include "module/slice.h"

/** What an operator asks of the module's nodes, by kamcmd or JSON-RPC. */

#define MOST_NODES 64

/** One entry of the answer for each node. @return the number of these, or -1 */
static int tell(rpc_t* rpc, void* context, const struct osrtp_node_state* nodes, size_t count, int pinged) {
  size_t i;

  for (i = 0; i < count && i < MOST_NODES; ++i) {
    const struct osrtp_node_state* node = &nodes[i];
    void* entry;
    if (rpc->add(context, "{", &entry) < 0) return -1;
    rpc->struct_add(entry, "sddssd", "node", node->address, "set", node->set, "weight", (int)node->weight, "state",
                    node->admin, "health", node->health, "full", node->full);
    if (strcmp(node->health, "alive") != 0) rpc->struct_add(entry, "d", "seconds", node->seconds);
    if (pinged && node->milliseconds >= 0) rpc->struct_add(entry, "d", "milliseconds", node->milliseconds);
  }
  return (int)count;
}

static void no_such_node(rpc_t* rpc, void* context, const str* address) {
  rpc->fault(context, 404, "no node %.*s: osrtp.nodes lists them", address->len, address->s);
}

static void list_nodes(rpc_t* rpc, void* context) {
  struct osrtp_node_state nodes[MOST_NODES];
  tell(rpc, context, nodes, osrtp_nodes(nodes, MOST_NODES), 0);
}

/** The parameter of most: the address of a node, as osrtp.nodes has it, or "all". */
static int address_of(rpc_t* rpc, void* context, str* address) {
  if (rpc->scan(context, "S", address) == 1) return 0;
  rpc->fault(context, 400, "needs the address of a node, or all");
  return -1;
}

static void ping_nodes(rpc_t* rpc, void* context) {
  struct osrtp_node_state nodes[MOST_NODES];
  str address;
  size_t count;

  if (address_of(rpc, context, &address) < 0) return;
  count = osrtp_ping(osrtp_slice_of(&address), nodes, MOST_NODES);
  if (count == 0) {
    no_such_node(rpc, context, &address);
    return;
  }
  tell(rpc, context, nodes, count, 1);
}

struct listing {
  rpc_t* rpc;
  void* context;
};

static void show_call(void* to, struct osrtp_slice call_id, struct osrtp_slice node) {
  const struct listing* list = to;
  str id = {(char*)call_id.data, (int)call_id.size};
  str address = {(char*)node.data, (int)node.size};
  void* entry;

  if (list->rpc->add(list->context, "{", &entry) < 0) return;
  list->rpc->struct_add(entry, "SS", "call_id", &id, "node", &address);
}

static void list_calls(rpc_t* rpc, void* context) {
  struct listing list = {rpc, context};
  int most = 100;
  int silent;
  void* entry;

  if (rpc->scan(context, "*d", &most) == 1 && (most < 1 || most > 1000)) {
    rpc->fault(context, 400, "of each node 1 to 1000 calls can be listed");
    return;
  }
  silent = osrtp_list_calls(most, show_call, &list);
  if (silent > 0 && rpc->add(context, "{", &entry) == 0) rpc->struct_add(entry, "d", "silent_nodes", silent);
}

static void admit(rpc_t* rpc, void* context, int drain) {
  str address;
  size_t count;
  void* entry;

  if (address_of(rpc, context, &address) < 0) return;
  count = osrtp_admit(osrtp_slice_of(&address), drain);
  if (count == 0) {
    no_such_node(rpc, context, &address);
    return;
  }
  if (rpc->add(context, "{", &entry) < 0) return;
  rpc->struct_add(entry, "d", drain ? "drained" : "enabled", (int)count);
}

static void enable_nodes(rpc_t* rpc, void* context) { admit(rpc, context, 0); }
static void drain_nodes(rpc_t* rpc, void* context) { admit(rpc, context, 1); }

static void reload_nodes(rpc_t* rpc, void* context) {
  struct osrtp_change change;
  struct osrtp_error error = {""};
  void* entry;

  if (!osrtp_has_table()) {
    rpc->fault(context, 400, "db_url is not set: all nodes come from osrtp_sock");
    return;
  }
  if (osrtp_read_nodes(&change, &error) < 0) {
    LM_ERR("nodes not reloaded: %s\n", error.text);
    rpc->fault(context, 500, "nothing has changed: %s", error.text);
    return;
  }
  if (rpc->add(context, "{", &entry) < 0) return;
  rpc->struct_add(entry, "ddd", "added", (int)change.added, "kept", (int)change.kept, "leaving", (int)change.leaving);
}

static const char* nodes_doc[] = {"The nodes: how they are and whether they take new calls", NULL};
static const char* calls_doc[] = {
    "The calls that the nodes have, at most 100 of each, or as many as the parameter says", NULL};
static const char* ping_doc[] = {"Asks a node, or all, whether it lives", NULL};
static const char* enable_doc[] = {"Lets a node, or all, take new calls", NULL};
static const char* drain_doc[] = {"Gives a node, or all, no new calls; those it has go on", NULL};
static const char* reload_doc[] = {"Reads the nodes from the table anew; calls stay where they are", NULL};

static rpc_export_t commands[] = {
    {"osrtp.nodes", list_nodes, nodes_doc, RET_ARRAY},
    {"osrtp.ping", ping_nodes, ping_doc, RET_ARRAY},
    {"osrtp.calls", list_calls, calls_doc, RET_ARRAY},
    {"osrtp.enable", enable_nodes, enable_doc, 0},
    {"osrtp.drain", drain_nodes, drain_doc, 0},
    {"osrtp.reload", reload_nodes, reload_doc, 0},
    {NULL, NULL, NULL, 0},
};

int osrtp_register_rpc(void) {
  if (rpc_register_array(commands) == 0) return 0;
  LM_ERR("cannot register RPC commands\n");
  return -1;
}
