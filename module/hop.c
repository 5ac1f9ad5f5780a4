#include "core/ip_addr.h"
#include "core/parser/msg_parser.h"
#include "core/parser/parse_uri.h"
#include "core/resolve.h"
#include "module/shim.h"

enum osrtp_hop osrtp_hop_of_protocol(int protocol) {
  switch (protocol) {
    case PROTO_TLS:
      return OSRTP_HOP_ENCRYPTED;
    case PROTO_WSS:
      return OSRTP_HOP_ENCRYPTED_WEBSOCKET;
    case PROTO_WS:
      return OSRTP_HOP_CLEAR_WEBSOCKET;
    case PROTO_UDP:
    case PROTO_TCP:
    case PROTO_SCTP:
      return OSRTP_HOP_CLEAR;
    default:
      return OSRTP_HOP_UNKNOWN;
  }
}

/** A URI's transport is `ws` over TLS too (RFC 7118 section 5.5): what tells is the scheme, or the socket that the
 * registrar has put down with the connection. */
static enum osrtp_hop websocket_hop(const struct sip_msg* msg, const struct sip_uri* uri) {
  const struct socket_info* from = msg->force_send_socket;

  if (uri->proto == PROTO_WSS || uri->type == SIPS_URI_T) return OSRTP_HOP_ENCRYPTED_WEBSOCKET;
  if (from != NULL && (from->proto == PROTO_TLS || from->proto == PROTO_WSS)) return OSRTP_HOP_ENCRYPTED_WEBSOCKET;
  return OSRTP_HOP_CLEAR_WEBSOCKET;
}

/** @return 0, or -1: no usable URI. */
static int parse_destination(const struct sip_msg* msg, struct sip_uri* uri) {
  str target = msg->dst_uri;

  if (target.s == NULL || target.len <= 0) target = *GET_RURI(msg);
  return target.s == NULL || target.len <= 0 || parse_uri(target.s, target.len, uri) < 0 ? -1 : 0;
}

enum osrtp_hop osrtp_hop_of_destination(struct sip_msg* msg) {
  struct sip_uri uri;

  if (parse_destination(msg, &uri) < 0) return OSRTP_HOP_UNKNOWN;
  if (uri.proto == PROTO_WS || uri.proto == PROTO_WSS) return websocket_hop(msg, &uri);
  /* RFC 3261 section 26.2.2: a sips: URI means TLS, and Kamailio shows its protocol as UDP. */
  if (uri.type == SIPS_URI_T) return OSRTP_HOP_ENCRYPTED;
  /* Without a transport UDP is taken (RFC 3263 section 4.1, unless the DNS says otherwise). */
  if (uri.proto == PROTO_NONE) return OSRTP_HOP_CLEAR;
  return osrtp_hop_of_protocol(uri.proto);
}

enum osrtp_family osrtp_family_of_address(const struct ip_addr* address) {
  switch (address->af) {
    case AF_INET:
      return OSRTP_FAMILY_IPV4;
    case AF_INET6:
      return OSRTP_FAMILY_IPV6;
    default:
      return OSRTP_FAMILY_UNKNOWN;
  }
}

enum osrtp_family osrtp_family_of_destination(const struct sip_msg* msg) {
  struct sip_uri uri;
  struct ip_addr address;

  if (parse_destination(msg, &uri) < 0) return OSRTP_FAMILY_UNKNOWN;
  if (str2ipbuf(&uri.host, &address) == 0 || str2ip6buf(&uri.host, &address) == 0)
    return osrtp_family_of_address(&address);
  /* A name: what tells is the socket that the registrar has put down, if it has. */
  if (msg->force_send_socket != NULL) return osrtp_family_of_address(&msg->force_send_socket->address);
  return OSRTP_FAMILY_UNKNOWN;
}
