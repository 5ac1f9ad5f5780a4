#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/fingerprint.hpp"
#include "negotiate/terms.hpp"

/// Whether an exchange means the DTLS association that runs or another one.
namespace osrtp::negotiate {

/// What identifies an association once offer and answer are in.
struct AssociationFacts {
  std::optional<std::string> our_tls_id;  // nothing: none was said
  std::optional<std::string> peer_tls_id;
  std::vector<Fingerprint> peer_fingerprints;  // a set: neither order nor repetition counts
  DtlsRole role = DtlsRole::kActive;           // ours
  std::optional<Endpoint> peer;                // where its SDP has it; nothing: held, or ICE finds it
};

enum class AssociationFate : std::uint8_t {
  kKeep,
  kNew,  // a handshake is due, on a new 3-tuple of at least one side (RFC 8842 §5.1)
};

/// RFC 8842 §3.1, §4 (DTLS-9): a role, a fingerprint or a tls-id that changes means a new association. Where a side has
/// no tls-id, so does the peer's address. An ICE ufrag is no part of it, and neither is an address
/// that ICE chose.
[[nodiscard]] AssociationFate needs_new_association(const AssociationFacts& ran, const AssociationFacts& said);

}  // namespace osrtp::negotiate
