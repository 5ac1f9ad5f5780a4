#ifndef OSRTP_SHIM_H
#define OSRTP_SHIM_H

/** What the C files of the module share: Kamailio's side. */

#include "module/osrtp_abi.h"

struct cell;
struct ip_addr;
struct sip_msg;
struct socket_info;
struct _str;
struct _pv_spec;
struct _pv_param;
struct _pv_value;

/** Binds tm, whose transactions tell which request a reply is to. @return 0 or -1, logged. */
int osrtp_bind_tm(void);
const struct tm_binds* osrtp_tm(void);
/** The current transaction, or NULL. */
struct cell* osrtp_transaction(void);

/** Reads what the relay has to know of `msg`. All of `message` points into `msg` or static memory.
 * @return 0, or -1: not a message of a dialog; logged. */
int osrtp_read_message(struct sip_msg* msg, struct osrtp_message* message);

/** The SDP in `msg`'s body, alone or as one part of several; clipped to Content-Length.
 * data is NULL: there is none. */
struct osrtp_slice osrtp_find_sdp(struct sip_msg* msg);

/** Puts `text` in place of `sdp`, which osrtp_find_sdp() returned. Earlier changes of the same
 * text, ours or another module's, are undone. @return 0, or -1: out of memory, nothing changed. */
int osrtp_replace_sdp(struct sip_msg* msg, struct osrtp_slice sdp, struct osrtp_slice text);

/** How a request came in. */
enum osrtp_hop osrtp_hop_of_protocol(int protocol);
enum osrtp_family osrtp_family_of_address(const struct ip_addr* address);

/** Writes down one destination of a request: its URI, the URI of the next hop (may be empty) and the socket it is sent
 * from (may be NULL); and what these tell of the hop and its address family, without asking the DNS. */
void osrtp_read_destination(const struct _str* uri, const struct _str* next_hop_uri, const struct socket_info* from,
                            struct osrtp_message* message);

#define OSRTP_MOST_DESTINATIONS 12 /* tm's own limit, unless configured */

/** The destinations of a request that is about to be relayed: `first` once for each, with the numbers that tm will give
 * its branches, beginning with `first_branch`. @return how many, at least one */
unsigned int osrtp_destinations(struct sip_msg* msg, struct osrtp_message* first, unsigned int first_branch,
                                struct osrtp_message* all);

/** Writes down where a request goes, for another process. @return the size; more than `room`: it did not fit. */
size_t osrtp_write_destinations(struct sip_msg* msg, char* data, size_t room);
/** Brings back what osrtp_write_destinations() wrote, in place of this process's destinations. */
void osrtp_restore_destinations(struct sip_msg* msg, struct osrtp_slice from);

/** The message of this process's last command: $osrtp(...) of another one is null. */
void osrtp_remember_message(const struct sip_msg* msg);
int osrtp_is_remembered(const struct sip_msg* msg);

/** One call of a script function: reads the message, asks the relay, changes the SDP. With `route` the script goes on
 * there, in this process or, once the relay has answered, in another one. @return for the script */
int osrtp_call(struct sip_msg* msg, enum osrtp_verb verb, const struct _str* options, const struct _str* route);

/** Does to a message what came of a command for it, and lets $osrtp(...) tell of it. @return for the script */
int osrtp_apply(struct sip_msg* msg, struct osrtp_slice sdp, struct osrtp_result result);

/** Whether a message can go on later, in a client process. */
int osrtp_can_suspend(struct sip_msg* msg);
/** Suspends it. @return 0: the script ends here; negative: it cannot be, and nothing has happened */
int osrtp_suspend(struct sip_msg* msg, enum osrtp_verb verb, struct osrtp_message* message, struct osrtp_slice options,
                  const struct _str* route);
/** Has a client process tell the relay, and waits for nothing. @return 0, or -1: none has room for it */
int osrtp_deliver(enum osrtp_verb verb, const struct osrtp_message* message, struct osrtp_slice options);
/** Whether a message of this transaction is suspended, or goes on in another process. */
int osrtp_is_busy(const struct cell* transaction);

/** A reply that comes while its call has something under way is handled after that. @return 0, or -1: it need not or
 * cannot wait */
int osrtp_postpone(struct sip_msg* msg);
/** Has this done to every such reply, before the script sees it. @return 0 or -1, logged */
int osrtp_register_postponing(void);
/** In a client process: receives one that was postponed. */
void osrtp_replay(struct osrtp_slice octets);
/** In a failure route, of a call or of a branch: offers those who refused the form of their offer the call again, in
 * another one. With `route` the script goes on there when the relay has answered.
 * @return for the script: OSRTP_DONE, 0 with `route`; negative: there is no other attempt, and nothing has changed */
int osrtp_retry(struct sip_msg* msg, const struct _str* options, const struct _str* route);
/** Adds the notes of the attempts that are being made to the last of these destinations. @return `count` */
unsigned int osrtp_add_attempts(struct osrtp_message* all, unsigned int count);
/** Keeps in the transaction what the last command says of its branches. */
void osrtp_keep_branch_notes(void);
/** @return what is kept with a branch of the current transaction; data is NULL: nothing */
struct osrtp_slice osrtp_note_of_branch(int branch);

/** Registers osrtp.peers and osrtp.forget_peers. @return 0, or -1, logged */
int osrtp_register_peers_rpc(void);

/** In a client process: goes on with what was suspended or postponed. */
void osrtp_go_on(const struct osrtp_return* back);
/** Puts the answers in when a suspended message goes on. @return 0 or -1, logged */
int osrtp_register_resumption(void);
/** Runs a route of the script for this message, now. */
void osrtp_run_route(struct sip_msg* msg, const struct _str* route);
/** Whether the script has such a route. */
int osrtp_has_route(const struct _str* route);

/** The client processes. */
int osrtp_prepare_clients(int count);
int osrtp_start_clients(void);
int osrtp_clients(void);
/** Whether another one of them goes on with this transaction right now. */
int osrtp_goes_on_elsewhere(unsigned int index, unsigned int label);
/** Whether this one goes on with some message. */
int osrtp_goes_on_here(void);
/** Whether the process that has this call can take more. */
int osrtp_has_room(struct osrtp_slice call_id);
/** Hands a parcel to the process that has this call. @return 0, or -1: its queue is full */
int osrtp_send_parcel(struct osrtp_slice call_id, struct osrtp_slice parcel);

/** The relays' events, in routes of the script or in one function of another language. */
void osrtp_call_back_events(char* function);
/** Whether the script has anything for them. */
int osrtp_hears_events(void);
void osrtp_on_event(const struct osrtp_event* event);

/** Registers the statistics group `osrtp`. @return 0, or -1, logged */
int osrtp_register_counters(void);

/** osrtp_set(ID): where the message's call is to go, if it begins. @return for the script */
int osrtp_choose_set(const struct sip_msg* msg, int set);
/** @return negative: none has been chosen */
int osrtp_chosen_set(const struct sip_msg* msg);

/** The table of nodes, before mod_init() ends; empty URL: there is none. Both texts are kept. */
void osrtp_table_is(const char* db_url, const char* name);
int osrtp_has_table(void);
/** Reads it, where there is one, and loads what it has. @return 0, or -1 with `error` set: nothing has changed */
int osrtp_read_nodes(struct osrtp_change* change, struct osrtp_error* error);
/** osrtp.nodes and the others. @return 0 or -1, logged */
int osrtp_register_rpc(void);

/** $osrtp(NAME): reads NAME when the script is loaded, and its value for a message. */
int osrtp_variable_name(struct _pv_spec* spec, struct _str* name);
int osrtp_variable_value(struct sip_msg* msg, struct _pv_param* param, struct _pv_value* value);

#endif
