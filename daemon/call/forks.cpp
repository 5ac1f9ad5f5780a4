#include <algorithm>

#include "call/call.hpp"

// Phones further down that share a branch: one offer, one pair of ports, an answer from each. The rest of Call is in
// call.cpp.
namespace osrtp::call {
namespace {

/// Of one branch; each costs a try per packet that no key fits.
constexpr std::size_t kMaxForks = 8;

/// Our side of an m-line as the INVITE's offer has it, and nothing of whoever has answered that.
LegMedia as_offered(const LegMedia& first, const OfferedLine& line) {
  LegMedia media;
  media.ports = first.ports;
  media.kind = line.kind;
  media.protocol = line.own_proto;
  media.used = first.used;
  for (std::size_t i = 0; i < line.own_lines.size(); ++i) {
    media.own_keys.emplace(line.own_lines[i].suite, OwnKey{line.own_keys[i].clone(), true});
  }
  if (first.dtls) media.dtls = DtlsLeg{first.dtls->identity, first.dtls->own_tls_id, {}, false};
  if (first.ice) {
    const ice::Credentials& own = first.ice->own;
    media.ice = IceLeg{{own.ufrag, own.password.clone()}, {}, true, false};
  }
  return media;
}

}  // namespace

Branch* Call::add_fork(const Branch& first, Now now) {
  const auto of_branch = [&](const auto& b) { return b->party.via_branch == first.party.via_branch; };
  const auto forks = static_cast<std::size_t>(std::count_if(branches_.begin(), branches_.end(), of_branch));
  if (forks >= kMaxForks || branches_.size() + 1 >= relay::kMaxLegs) return nullptr;
  Branch& fork = add_branch(first.party.via_branch, now);
  fork.invite = fork.exchange = first.invite;
  fork.party.terms = first.party.terms;
  fork.told = first.told;
  for (std::size_t n = 0; n < fork.invite->lines.size(); ++n) {
    fork.party.media.push_back(as_offered(first.party.media[n], fork.invite->lines[n]));
  }
  return &fork;
}

void Call::drop_forks(const Branch& but) {
  for (std::size_t i = branches_.size(); i-- > 0;) {
    const Branch& branch = *branches_[i];
    if (&branch != &but && branch.party.via_branch == but.party.via_branch) drop_branch(i);
  }
}

void Call::close_ports(const Party& party) {
  const auto shared = [&](const LocalPorts& ports) {
    return std::any_of(branches_.begin(), branches_.end(), [&](const auto& branch) {
      const auto& all = branch->party.media;
      return &branch->party != &party && std::any_of(all.begin(), all.end(), [&](const LegMedia& m) {
        return m.ports && m.ports->rtp == ports.rtp;
      });
    });
  };
  for (const LegMedia& media : party.media) {
    if (media.ports && !shared(*media.ports)) around_.plane.close_ports(*media.ports);
  }
}

}  // namespace osrtp::call
