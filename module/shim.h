#ifndef OSRTP_SHIM_H
#define OSRTP_SHIM_H

/** What the C files of the module share: Kamailio's side. */

#include "module/osrtp_abi.h"

struct ip_addr;
struct sip_msg;
struct _str;
struct _pv_spec;
struct _pv_param;
struct _pv_value;

/** Binds tm, whose transactions tell which request a reply is to. @return 0 or -1, logged. */
int osrtp_bind_tm(void);

/** Reads what the relay has to know of `msg`. All of `message` points into `msg` or static memory.
 * @return 0, or -1: not a message of a dialog; logged. */
int osrtp_read_message(struct sip_msg* msg, struct osrtp_message* message);

/** The SDP in `msg`'s body, alone or as one part of several; clipped to Content-Length.
 * data is NULL: there is none. */
struct osrtp_slice osrtp_find_sdp(struct sip_msg* msg);

/** Puts `text` in place of `sdp`, which osrtp_find_sdp() returned. Earlier changes of the same
 * text, ours or another module's, are undone. @return 0, or -1: out of memory, nothing changed. */
int osrtp_replace_sdp(struct sip_msg* msg, struct osrtp_slice sdp, struct osrtp_slice text);

/** How a request came in, and where it is about to go. */
enum osrtp_hop osrtp_hop_of_protocol(int protocol);
enum osrtp_hop osrtp_hop_of_destination(struct sip_msg* msg);

/** The address family of where a request is about to go, as far as that can be told without asking the DNS. */
enum osrtp_family osrtp_family_of_destination(const struct sip_msg* msg);
enum osrtp_family osrtp_family_of_address(const struct ip_addr* address);

/** The message of this process's last command: $osrtp(...) of another one is null. */
void osrtp_remember_message(const struct sip_msg* msg);
int osrtp_is_remembered(const struct sip_msg* msg);

/** $osrtp(NAME): reads NAME when the script is loaded, and its value for a message. */
int osrtp_variable_name(struct _pv_spec* spec, struct _str* name);
int osrtp_variable_value(struct sip_msg* msg, struct _pv_param* param, struct _pv_value* value);

#endif
