#include <string.h>

#include "core/dprint.h"
#include "core/dset.h"
#include "core/mem/mem.h"
#include "core/parser/msg_parser.h"
#include "module/shim.h"

/* Where a request is to go: its own URI, unless that has been used up, and what append_branch() and lookup() have
 * added. The latter is kept per process, and a message that goes on in another one has to bring it along. */

unsigned int osrtp_destinations(struct sip_msg* msg, struct osrtp_message* first, unsigned int first_branch,
                                struct osrtp_message* all) {
  unsigned int count = 0;
  unsigned int i;
  branch_data_t other;

  if (ruri_get_forking_state()) all[count++] = *first;
  for (i = 0; count < OSRTP_MOST_DESTINATIONS; ++i) {
    memset(&other, 0, sizeof other);
    if (get_branch_data(i, &other) != 1) break;
    all[count] = *first;
    osrtp_read_destination(&other.uri, &other.dst_uri, other.force_socket, &all[count++]);
  }
  if (count == 0) all[count++] = *first;
  for (i = 0; i < count; ++i) all[i].branch = (int)(first_branch + i);
  return count;
}

/* The luggage: plain octets for another process of the same program. Socket pointers mean the same there, since all
 * sockets are older than the processes. */

struct luggage {
  char* data;
  size_t room;
  size_t size;
};

static void put(struct luggage* to, const void* octets, size_t size) {
  if (to->size + size <= to->room) memcpy(to->data + to->size, octets, size);
  to->size += size;
}

static void put_text(struct luggage* to, str text) {
  const int size = text.s == NULL || text.len < 0 ? 0 : text.len;
  put(to, &size, sizeof size);
  if (size > 0) put(to, text.s, (size_t)size);
}

static void get(struct osrtp_slice* from, void* octets, size_t size) {
  memset(octets, 0, size);
  if (from->size < size) return;
  memcpy(octets, from->data, size);
  from->data += size;
  from->size -= size;
}

static str get_text(struct osrtp_slice* from) {
  str text = {NULL, 0};
  int size;

  get(from, &size, sizeof size);
  if (size <= 0 || (size_t)size > from->size) return text;
  text.s = (char*)from->data;
  text.len = size;
  from->data += size;
  from->size -= (size_t)size;
  return text;
}

static void write_branches(struct luggage* to) {
  branch_t* branch;
  int i;

  for (i = 0; (branch = get_sip_branch(i)) != NULL; ++i) put(to, branch, sizeof *branch);
}

static unsigned int branch_count(void) {
  unsigned int count = 0;
  while (get_sip_branch((int)count) != NULL) ++count;
  return count;
}

size_t osrtp_write_destinations(struct sip_msg* msg, char* data, size_t room) {
  struct luggage to = {data, room, 0};
  const unsigned int branches = branch_count();
  const int forking = ruri_get_forking_state();
  flag_t flags = 0;

  getbflagsval(0, &flags);
  put(&to, &forking, sizeof forking);
  put(&to, &flags, sizeof flags);
  put(&to, &msg->force_send_socket, sizeof msg->force_send_socket);
  put_text(&to, *GET_RURI(msg));
  put_text(&to, msg->dst_uri);
  put_text(&to, msg->path_vec);
  put_text(&to, msg->instance);
  put_text(&to, msg->ruid);
  put_text(&to, msg->location_ua);
  put(&to, &msg->reg_id, sizeof msg->reg_id);
  put(&to, &branches, sizeof branches);
  write_branches(&to);
  return to.size;
}

static void restore_branch(struct sip_msg* msg, branch_t* branch) {
  str uri = {branch->uri, (int)branch->len};
  str next_hop = {branch->dst_uri, (int)branch->dst_uri_len};
  str path = {branch->path, (int)branch->path_len};
  str instance = {branch->instance, (int)branch->instance_len};
  str ruid = {branch->ruid, (int)branch->ruid_len};
  str user_agent = {branch->location_ua, (int)branch->location_ua_len};
  branch_t* added = ksr_push_branch(msg, &uri, &next_hop, &path, branch->q, branch->flags, branch->force_send_socket,
                                    &instance, branch->reg_id, &ruid, &user_agent);
  if (added == NULL) {
    LM_ERR("%.*s is no destination any more\n", uri.len, uri.s);
    return;
  }
  added->otcpid = branch->otcpid;
}

static int same(str a, str b) { return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, (size_t)a.len) == 0); }

/* What the script changed after the transaction was made is not in tm's copy of the request. */
static void restore_uris(struct sip_msg* msg, struct osrtp_slice* from) {
  str uri;
  str next_hop;
  str path;

  get(from, &msg->force_send_socket, sizeof msg->force_send_socket);
  uri = get_text(from);
  next_hop = get_text(from);
  path = get_text(from);
  if (uri.len > 0 && !same(uri, *GET_RURI(msg))) rewrite_uri(msg, &uri);
  if (next_hop.len == 0)
    reset_dst_uri(msg);
  else if (!same(next_hop, msg->dst_uri))
    set_dst_uri(msg, &next_hop);
  if (path.len == 0)
    reset_path_vector(msg);
  else if (!same(path, msg->path_vec))
    set_path_vector(msg, &path);
}

/* Which registration it is: tm clears these. */
static void restore_registration(struct sip_msg* msg, struct osrtp_slice* from) {
  str instance = get_text(from);
  str ruid = get_text(from);
  str user_agent = get_text(from);

  if (instance.len > 0) set_instance(msg, &instance);
  if (ruid.len > 0) set_ruid(msg, &ruid);
  if (user_agent.len > 0) set_ua(msg, &user_agent);
  get(from, &msg->reg_id, sizeof msg->reg_id);
}

void osrtp_restore_destinations(struct sip_msg* msg, struct osrtp_slice from) {
  int forking;
  flag_t flags;
  unsigned int branches;
  branch_t branch;

  clear_branches();
  get(&from, &forking, sizeof forking);
  get(&from, &flags, sizeof flags);
  setbflagsval(0, flags);
  restore_uris(msg, &from);
  restore_registration(msg, &from);
  if (forking)
    ruri_mark_new();
  else
    ruri_mark_consumed();
  get(&from, &branches, sizeof branches);
  for (; branches > 0 && from.size >= sizeof branch; --branches) {
    get(&from, &branch, sizeof branch);
    restore_branch(msg, &branch);
  }
}
