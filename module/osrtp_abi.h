#ifndef OSRTP_ABI_H
#define OSRTP_ABI_H

/**
 * What the two halves of the module say to each other. The C half includes Kamailio's headers and
 * knows SIP messages; the C++ half includes none and knows the relay. No function here throws or
 * keeps what it is given, unless it says so.
 */

#include <stddef.h>

#ifdef __cplusplus
#define OSRTP_NOEXCEPT noexcept
extern "C" {
#else
#define OSRTP_NOEXCEPT
#endif

/* NOLINTBEGIN(readability-identifier-naming): named as C is */

/** Octets, not terminated; data is NULL where there are none. */
struct osrtp_slice {
  const char* data;
  size_t size;
};

/** What a script function returns. Never 0, which would end the script. */
enum osrtp_code {
  OSRTP_DONE = 1,
  OSRTP_FAILED = -1,      /* a wrong message or option, or the daemon refused: see the log */
  OSRTP_UNREACHABLE = -2, /* no node has answered in time */
  OSRTP_REFUSED = -3,     /* a policy forbids it, or keying failed */
  OSRTP_NODE_DEAD = -4,   /* the call's node is not there, and no other has the call */
};

enum osrtp_verb { OSRTP_MANAGE, OSRTP_OFFER, OSRTP_ANSWER, OSRTP_DELETE, OSRTP_QUERY };

enum osrtp_method { OSRTP_INVITE, OSRTP_UPDATE, OSRTP_ACK, OSRTP_PRACK, OSRTP_BYE, OSRTP_CANCEL, OSRTP_OTHER };

/** Where in the script the message is. */
enum osrtp_route { OSRTP_IN_REQUEST, OSRTP_IN_BRANCH, OSRTP_IN_REPLY, OSRTP_IN_FAILURE, OSRTP_IN_BRANCH_FAILURE };

/** How the SIP of a hop travels. */
enum osrtp_hop {
  OSRTP_HOP_UNKNOWN,
  OSRTP_HOP_ENCRYPTED,
  OSRTP_HOP_CLEAR,
  OSRTP_HOP_ENCRYPTED_WEBSOCKET, /* RFC 7118: a browser's */
  OSRTP_HOP_CLEAR_WEBSOCKET,
};

/** Of a SIP peer's address. */
enum osrtp_family { OSRTP_FAMILY_UNKNOWN, OSRTP_FAMILY_IPV4, OSRTP_FAMILY_IPV6 };

/** One SIP message. Everything points into memory of the caller's. */
struct osrtp_message {
  enum osrtp_route route;
  enum osrtp_method method; /* of a reply: its request's */
  int status;               /* of a reply; 0: a request */
  int branch;               /* tm's index; negative: none */
  int in_dialog;            /* not 0: the request, or the one a reply is to, has a To tag */
  int request_had_sdp;      /* of a reply: its request; of a PRACK: its INVITE */
  int set;                  /* of nodes, for a call that begins; negative: as before, or 0 */
  int too_late;             /* of a CANCEL: its INVITE has been answered */
  struct osrtp_slice call_id;
  struct osrtp_slice from_tag; /* of the message's From and To, whoever sent it */
  struct osrtp_slice to_tag;
  struct osrtp_slice sdp;
  struct osrtp_slice received_from; /* address, as text */
  int plain_fallback;               /* not 0: it says so in Supported; osrtp_lists_fallback() */
  struct osrtp_slice first_route;   /* of the request: our Record-Route, which knows the caller */
  enum osrtp_hop sender_hop;        /* of whoever sent the request, or the one that a reply is to */
  enum osrtp_hop receiver_hop;
  enum osrtp_family next_hop; /* where this message goes, a reply too */
  struct osrtp_slice target;  /* of a request: its destination, as URI and, where set, the URI of the next hop */
  struct osrtp_slice next_hop_uri;
  struct osrtp_slice note;      /* kept with the message's branch, or to go with it; osrtp_keep_notes() */
  struct osrtp_slice peer_host; /* of the URI that counts of these; and its port, 0: none said */
  int peer_port;
};

/** What came of a command. */
struct osrtp_result {
  int code;               /* enum osrtp_code */
  struct osrtp_slice sdp; /* to put in place of the message's; valid until the next command */
};

/** A sentence about what is wrong. */
struct osrtp_error {
  char text[256];
};

enum osrtp_log_level { OSRTP_LOG_ERROR, OSRTP_LOG_WARNING, OSRTP_LOG_DEBUG };

/** Whoever calls this gets the module's log lines, from then on. */
void osrtp_log_to(void (*sink)(enum osrtp_log_level, const char* line, size_t size)) OSRTP_NOEXCEPT;

/** Sets a module parameter, before any process is forked. @return 0, or -1 with `error` set. */
int osrtp_set_text(const char* parameter, const char* value, struct osrtp_error* error) OSRTP_NOEXCEPT;
int osrtp_set_number(const char* parameter, int value, struct osrtp_error* error) OSRTP_NOEXCEPT;

/** Memory that all processes share, zeroed, which the module keeps: its nodes, and where calls went. */
size_t osrtp_shared_size(void) OSRTP_NOEXCEPT;
void osrtp_attach_shared(void* memory) OSRTP_NOEXCEPT;

/** A node as a table of nodes has it. */
struct osrtp_node {
  struct osrtp_slice address; /* unix:PATH or udp:ADDRESS:PORT */
  int set;
  int weight;
  int disabled; /* not 0: takes no new calls */
};
struct osrtp_change {
  unsigned int added;
  unsigned int kept;
  unsigned int leaving;
};
/** Makes those of the parameters and `listed` the nodes; where both have one, the list counts. `listed` is NULL: there
 * is no table, and without parameters the daemon's usual socket is the node. Calls stay where they are.
 * @return 0, or -1 with `error` set: nothing has changed */
int osrtp_load_nodes(const struct osrtp_node* listed, size_t count, struct osrtp_change* change,
                     struct osrtp_error* error) OSRTP_NOEXCEPT;

/** Whether any node is in it. */
int osrtp_has_set(int set) OSRTP_NOEXCEPT;

/** A node as it is now. */
struct osrtp_node_state {
  char address[128];
  int set;
  unsigned int weight;
  const char* admin;  /* enabled, draining, disabled or leaving */
  const char* health; /* alive, refusing or dead */
  int seconds;        /* that it has been so, unless alive */
  int full;           /* not 0: it had no room for a call just now */
  int milliseconds;   /* osrtp_ping(): that its answer took; negative: there was none */
};
/** @return how many there are; written are at most `room` */
size_t osrtp_nodes(struct osrtp_node_state* nodes, size_t room) OSRTP_NOEXCEPT;
/** Asks the nodes at `address`, or all, whether they live, and waits for them, a quarter of a second at most.
 * @return as osrtp_nodes() */
size_t osrtp_ping(struct osrtp_slice address, struct osrtp_node_state* nodes, size_t room) OSRTP_NOEXCEPT;
/** Shows the Call-ID of each call, and the address of the node that has it; at most `most` of each node. Waits as
 * osrtp_ping() does. @return how many nodes have not told */
int osrtp_list_calls(int most, void (*show)(void* context, struct osrtp_slice call_id, struct osrtp_slice node),
                     void* context) OSRTP_NOEXCEPT;
/** Lets the nodes at `address`, or all, take new calls (`drain` is 0), or no more; calls that they have go on.
 * @return how many it was said to */
size_t osrtp_admit(struct osrtp_slice address, int drain) OSRTP_NOEXCEPT;
/** Asks the nodes that are dead and due; where there are no client processes, once a second. Waits for at most a tenth
 * of one. */
void osrtp_probe(void) OSRTP_NOEXCEPT;

/** What a parcel is for. */
enum osrtp_task {
  OSRTP_DELIVER, /* tell the relay; nothing comes after it */
  OSRTP_RESUME,  /* ask it, and go on with a message that has been suspended */
  OSRTP_REPLAY,  /* ask nothing: a reply that had to wait for what the call had under way */
};

/** What a message asks for, before anything is asked. */
enum osrtp_need {
  OSRTP_NEEDS_NOTHING,  /* osrtp_run() returns at once */
  OSRTP_NEEDS_DELIVERY, /* the relay is to hear of it, and nobody waits for its answer */
  OSRTP_NEEDS_ANSWER,
};
struct osrtp_intent {
  enum osrtp_need need;
  int block; /* not 0: the script wants it to be waited for right here (mode=block) */
};
struct osrtp_intent osrtp_plan(enum osrtp_verb verb, const struct osrtp_message* message,
                               struct osrtp_slice options) OSRTP_NOEXCEPT;

/** What the C half wants back with the answers to a parcel. */
struct osrtp_return {
  enum osrtp_task task;
  unsigned int index; /* of tm's transaction */
  unsigned int label;
  struct osrtp_slice route;   /* where the script goes on */
  struct osrtp_slice baggage; /* whatever the C half needs to go on; opaque */
};

/** Writes down what is to be asked of the relay for one message: once, or once for each of its destinations. The parcel
 * is for a client process, and valid until the next call.
 * @return data is NULL: it cannot be written; logged */
struct osrtp_slice osrtp_pack(enum osrtp_verb verb, const struct osrtp_message* messages, size_t count,
                              struct osrtp_slice options, const struct osrtp_return* back) OSRTP_NOEXCEPT;

/** What a relay tells unasked; docs/protocol.md, "Events". osrtp_last() tells more of it. */
struct osrtp_event {
  struct osrtp_slice name;
  struct osrtp_slice call_id; /* as a SIP message can have it, and the tags: the caller's, the callee's */
  struct osrtp_slice from_tag;
  struct osrtp_slice to_tag;
};

/** What a client process asks of the C half. */
struct osrtp_host {
  /** The next parcel from `pipe`; data is NULL: there is none now. Valid until the next call. */
  struct osrtp_slice (*take)(int pipe);
  /** All has been answered, or the time is up: osrtp_run() and osrtp_last() tell what came of it while this runs. */
  void (*go_on)(const struct osrtp_return* back);
  /** At least once a second. */
  void (*tick)(void);
  /** NULL: this process does not listen to the relays. */
  void (*on_event)(const struct osrtp_event* event);
};
/** Serves parcels from `pipe`, a descriptor that does not block. Does not return. */
void osrtp_serve(int pipe, const struct osrtp_host* host) OSRTP_NOEXCEPT;

/** In go_on(), what came of a message's only command, and of several the best. */
struct osrtp_result osrtp_outcome(void) OSRTP_NOEXCEPT;
/** A command that nobody waits for has been handed over. */
struct osrtp_result osrtp_delivered(void) OSRTP_NOEXCEPT;
/** In go_on(), when the message is gone: the parcel that ends the call which was offered for it.
 * @return data is NULL: no call has begun with it */
struct osrtp_slice osrtp_undo(struct osrtp_slice* call_id) OSRTP_NOEXCEPT;

/** Which of `processes` is to have this call. */
unsigned int osrtp_shard(struct osrtp_slice call_id, unsigned int processes) OSRTP_NOEXCEPT;

/** Checks a function's option text when the script is loaded; words with a pseudo-variable in them
 * have to wait for the message. @return 0, or -1 with `error` set. */
int osrtp_check_options(const char* options, struct osrtp_error* error) OSRTP_NOEXCEPT;

/** Does what `verb` asks for this message. Waits for the relay, at most timeout_ms. */
struct osrtp_result osrtp_run(enum osrtp_verb verb, const struct osrtp_message* message,
                              struct osrtp_slice options) OSRTP_NOEXCEPT;

/** Hands over what is to be kept with the branches that the last command has offered the call to, until the transaction
 * ends: messages about a branch bring its note along. Branch -1: of a request that has no branches yet: it is for the
 * next one. */
void osrtp_keep_notes(void (*keep)(int branch, struct osrtp_slice note)) OSRTP_NOEXCEPT;

/** What comes after a branch that has failed. */
struct osrtp_attempt {
  int code;                /* OSRTP_DONE: another attempt; else there is none, and osrtp_last() tells why */
  struct osrtp_slice note; /* for the new branch; valid until the next command */
};
/** `message`: the branch's destination, its final status and its note. What it refuses is remembered. */
struct osrtp_attempt osrtp_next_attempt(const struct osrtp_message* message, struct osrtp_slice options) OSRTP_NOEXCEPT;
/** The URI of the next hop that was offered the call; data is NULL: none was set. */
struct osrtp_slice osrtp_noted_next_hop(struct osrtp_slice note) OSRTP_NOEXCEPT;

/** What is remembered of one peer; texts are terminated. */
struct osrtp_peer {
  const char* name;
  const char* refused; /* forms, parted by commas; empty: none */
  const char* taken;   /* a form; empty: unknown */
  int age;             /* seconds since the last news */
  int left;            /* seconds until the refusals are forgotten; 0: there are none */
};
void osrtp_list_peers(void (*show)(void* context, const struct osrtp_peer* peer), void* context) OSRTP_NOEXCEPT;
/** Forgets them all. @return how many there were */
int osrtp_forget_peers(void) OSRTP_NOEXCEPT;

/** Whether the value of a Supported field lists X-cisco-srtp-fallback: its sender takes RTP/AVP in answer to RTP/SAVP.
 */
int osrtp_lists_fallback(struct osrtp_slice supported) OSRTP_NOEXCEPT;

/** The counters: how many, and of each its name and what it counts. */
unsigned int osrtp_counters(void) OSRTP_NOEXCEPT;
const char* osrtp_counter_name(unsigned int number) OSRTP_NOEXCEPT;
const char* osrtp_counter_about(unsigned int number) OSRTP_NOEXCEPT;
/** Whoever calls this is told which counter to raise, from then on. */
void osrtp_count_to(void (*count)(unsigned int number)) OSRTP_NOEXCEPT;

/** The inner names of $osrtp(...). @return a number for osrtp_last(), or -1: no such name. */
int osrtp_last_named(struct osrtp_slice name) OSRTP_NOEXCEPT;
/** A fact about this process's last command; data is NULL where there is none. */
struct osrtp_slice osrtp_last(int number) OSRTP_NOEXCEPT;

/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif

#endif
