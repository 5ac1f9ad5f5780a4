#include "core/ip_addr.h"
#include "core/parser/msg_parser.h"
#include "core/parser/parse_uri.h"
#include "core/resolve.h"
#include "module/shim.h"
#include "module/slice.h"

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
static enum osrtp_hop websocket_hop(const struct sip_uri* uri, const struct socket_info* from) {
  if (uri->proto == PROTO_WSS || uri->type == SIPS_URI_T) return OSRTP_HOP_ENCRYPTED_WEBSOCKET;
  if (from != NULL && (from->proto == PROTO_TLS || from->proto == PROTO_WSS)) return OSRTP_HOP_ENCRYPTED_WEBSOCKET;
  return OSRTP_HOP_CLEAR_WEBSOCKET;
}

static enum osrtp_hop hop_of(const struct sip_uri* uri, const struct socket_info* from) {
  if (uri->proto == PROTO_WS || uri->proto == PROTO_WSS) return websocket_hop(uri, from);
  /* RFC 3261 section 26.2.2: a sips: URI means TLS, and Kamailio shows its protocol as UDP. */
  if (uri->type == SIPS_URI_T) return OSRTP_HOP_ENCRYPTED;
  /* Without a transport UDP is taken (RFC 3263 section 4.1, unless the DNS says otherwise). */
  if (uri->proto == PROTO_NONE) return OSRTP_HOP_CLEAR;
  return osrtp_hop_of_protocol(uri->proto);
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

static enum osrtp_family family_of(struct sip_uri* uri, const struct socket_info* from) {
  struct ip_addr address;

  if (str2ipbuf(&uri->host, &address) == 0 || str2ip6buf(&uri->host, &address) == 0)
    return osrtp_family_of_address(&address);
  /* A name: what tells is the socket that the registrar has put down, if it has. */
  return from != NULL ? osrtp_family_of_address(&from->address) : OSRTP_FAMILY_UNKNOWN;
}

void osrtp_read_destination(const str* uri, const str* next_hop_uri, const struct socket_info* from,
                            struct osrtp_message* message) {
  const struct osrtp_slice next = osrtp_slice_of(next_hop_uri);
  str target = next.data != NULL ? *next_hop_uri : *uri;
  struct sip_uri parsed;

  message->target = osrtp_slice_of(uri);
  message->next_hop_uri = next;
  message->receiver_hop = OSRTP_HOP_UNKNOWN;
  message->next_hop = OSRTP_FAMILY_UNKNOWN;
  if (target.s == NULL || target.len <= 0 || parse_uri(target.s, target.len, &parsed) < 0) return;
  message->receiver_hop = hop_of(&parsed, from);
  message->next_hop = family_of(&parsed, from);
  message->peer_host = osrtp_slice_of(&parsed.host);
  message->peer_port = parsed.port_no;
}
