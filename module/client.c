#define _GNU_SOURCE /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "core/cfg/cfg_struct.h"
#include "core/dprint.h"
#include "core/mem/shm.h"
#include "core/pt.h"
#include "core/sr_module.h"
#include "core/timer_proc.h"
#include "module/shim.h"

/* The client processes: each serves the calls that fall to it, many at once. What they are to do comes through a pipe,
 * as pointers to parcels in shared memory, so that a parcel has any size and a pipe room for thousands. */

#define MOST_CLIENTS 64

struct parcel {
  size_t size;
  char data[];
};

static int clients = 0;
static int pipes[MOST_CLIENTS][2];
/* Which transaction each process goes on with now, in shared memory; 0: none. */
static uint64_t* going_on;

int osrtp_clients(void) { return clients; }

static int open_pipe(int ends[2]) { return pipe2(ends, O_NONBLOCK | O_CLOEXEC); }

int osrtp_prepare_clients(int count) {
  int i;

  if (count < 0 || count > MOST_CLIENTS) {
    LM_ERR("client_processes=%d: must be 0 to %d\n", count, MOST_CLIENTS);
    return -1;
  }
  for (i = 0; i < count; ++i) {
    if (open_pipe(pipes[i]) == 0) continue;
    LM_ERR("pipe: %s\n", strerror(errno));
    return -1;
  }
  going_on = shm_mallocxz(sizeof *going_on * MOST_CLIENTS);
  if (going_on == NULL) {
    SHM_MEM_ERROR;
    return -1;
  }
  register_procs(count);
  cfg_register_child(count);
  clients = count;
  return 0;
}

int osrtp_has_room(struct osrtp_slice call_id) {
  struct pollfd pipe = {pipes[osrtp_shard(call_id, (unsigned int)clients)][1], POLLOUT, 0};
  return poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLOUT) != 0;
}

int osrtp_send_parcel(struct osrtp_slice call_id, struct osrtp_slice contents) {
  struct parcel* parcel = shm_malloc(sizeof *parcel + contents.size);
  const unsigned int shard = osrtp_shard(call_id, (unsigned int)clients);

  if (parcel == NULL) {
    SHM_MEM_ERROR;
    return -1;
  }
  parcel->size = contents.size;
  memcpy(parcel->data, contents.data, contents.size);
  /* Less than PIPE_BUF is written whole or not at all. */
  if (write(pipes[shard][1], &parcel, sizeof parcel) == (ssize_t)sizeof parcel) return 0;
  LM_ERR("client process %u has more to do than it can: %s\n", shard, strerror(errno));
  shm_free(parcel);
  return -1;
}

/** No transaction is 0: its label may be, and then its index counts from 1 here. */
static uint64_t transaction_named(unsigned int index, unsigned int label) {
  return ((uint64_t)index + 1) << 32 | label;
}

/* Of a client process. */
static int own_number = -1;

int osrtp_goes_on_elsewhere(unsigned int index, unsigned int label) {
  const uint64_t name = transaction_named(index, label);
  int i;

  for (i = 0; i < clients; ++i) {
    if (i != own_number && __atomic_load_n(&going_on[i], __ATOMIC_SEQ_CST) == name) return 1;
  }
  return 0;
}

int osrtp_goes_on_here(void) { return own_number >= 0 && going_on[own_number] != 0; }

/* In a client process. */

static struct parcel* taken;

static struct osrtp_slice take(int pipe) {
  struct osrtp_slice contents = {NULL, 0};

  if (taken != NULL) shm_free(taken);
  taken = NULL;
  if (read(pipe, &taken, sizeof taken) != (ssize_t)sizeof taken) {
    taken = NULL;
    return contents;
  }
  contents.data = taken->data;
  contents.size = taken->size;
  return contents;
}

static void tick(void) { cfg_update(); }

static void go_on(const struct osrtp_return* back) {
  uint64_t* own = &going_on[own_number];

  if (back->task == OSRTP_RESUME) __atomic_store_n(own, transaction_named(back->index, back->label), __ATOMIC_SEQ_CST);
  osrtp_go_on(back);
  __atomic_store_n(own, 0, __ATOMIC_SEQ_CST);
}

static void serve(int number) {
  /* One listens for all. */
  const struct osrtp_host host = {take, go_on, tick, number == 0 && osrtp_hears_events() ? osrtp_on_event : NULL};
  int i;

  own_number = number;
  for (i = 0; i < clients; ++i) {
    if (i != number) close(pipes[i][0]);
  }
  osrtp_serve(pipes[number][0], &host);
}

int osrtp_start_clients(void) {
  int i;
  int pid;

  for (i = 0; i < clients; ++i) {
    /* The script goes on there: modules get ready as in other processes that run routes, and TCP can be sent on. */
    pid = fork_process(PROC_RPC, "OSRTP client", 1);
    if (pid < 0) return -1;
    if (pid > 0) continue;
    if (cfg_child_init() != 0) return -1;
    serve(i);
    return -1;
  }
  return 0;
}
