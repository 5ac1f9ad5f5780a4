#include "negotiate/association.hpp"

#include <algorithm>

namespace osrtp::negotiate {
namespace {

bool holds(const std::vector<Fingerprint>& all, const std::vector<Fingerprint>& some) {
  return std::all_of(some.begin(), some.end(),
                     [&](const Fingerprint& f) { return std::find(all.begin(), all.end(), f) != all.end(); });
}

/// A side that says none, no matter whether it did before, says nothing; one that says its first means
/// another association than the one without.
bool changed(const std::optional<std::string>& ran, const std::optional<std::string>& said) {
  return said && said != ran;
}

/// Neither a hold nor a resumption of what was never elsewhere moves a peer.
bool moved(const std::optional<Endpoint>& ran, const std::optional<Endpoint>& said) {
  return ran && said && *ran != *said;
}

}  // namespace

AssociationFate needs_new_association(const AssociationFacts& ran, const AssociationFacts& said) {
  if (ran.role != said.role) return AssociationFate::kNew;
  if (!holds(ran.peer_fingerprints, said.peer_fingerprints)) return AssociationFate::kNew;
  if (!holds(said.peer_fingerprints, ran.peer_fingerprints)) return AssociationFate::kNew;
  if (changed(ran.our_tls_id, said.our_tls_id) || changed(ran.peer_tls_id, said.peer_tls_id)) {
    return AssociationFate::kNew;
  }
  const bool both_said = said.our_tls_id && said.peer_tls_id;
  return !both_said && moved(ran.peer, said.peer) ? AssociationFate::kNew : AssociationFate::kKeep;
}

}  // namespace osrtp::negotiate
