#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dtls/handshakes.hpp"
#include "support/dtls.hpp"
#include "support/dtls_fragments.hpp"

namespace osrtp::testing {

inline Endpoint at(const char* text) { return *Endpoint::parse(text); }
inline const Endpoint kPeer = at("192.0.2.1:4000");
inline const Endpoint kStranger = at("203.0.113.66:9");

/// Somebody with a DTLS client or server of their own.
struct Somebody {
  Endpoint address;
  dtls::Association association;
};

struct World {
  TimePoint now{std::chrono::seconds(1)};
  OpensslClock clock{now};
  dtls::Handshakes ours{{.identity = bob(), .cookie_secret = {1, 2, 3}}};

  Somebody somebody(const Endpoint& address, const std::shared_ptr<const dtls::Identity>& identity, dtls::Role role,
                    std::vector<Suite> profiles = {dtls::kProfiles.begin(), dtls::kProfiles.end()}) const {
    return {address,
            *dtls::Association::create(
                {.identity = identity, .role = role, .profiles = std::move(profiles), .peer = only(*bob())}, now)};
  }
  Somebody caller(const Endpoint& address, const std::shared_ptr<const dtls::Identity>& identity = alice()) const {
    return somebody(address, identity, dtls::Role::kActive);
  }
  /// Everything that ours sends to `one`, and the other way round, until both are silent.
  void talk(Somebody& one, dtls::Source source) {
    for (bool any = true; any;) {
      any = false;
      for (const Octets& octets : one.association.take_output()) {
        any = true;
        ours.handle(one.address, source, octets, now);
      }
      for (const dtls::Outgoing& out : ours.take_output()) {
        any = true;
        if (out.to == one.address) one.association.handle(out.octets, now);
      }
    }
  }
  void go_to(TimePoint when) {
    now = when;
    clock.set(now);
  }
  void wait(std::chrono::milliseconds time) {
    const TimePoint until = now + time;
    while (ours.next_timeout() && *ours.next_timeout() <= until) {
      go_to(*ours.next_timeout());
      ours.handle_timeout(now);
    }
    go_to(until);
  }
  bool connected() const { return is<dtls::Handshakes::Connected>(ours.state()); }
  bool pending() const { return is<dtls::Handshakes::Pending>(ours.state()); }
};

inline bool is_hello_verify_request(const Octets& octets) { return octets.size() == 60 && octets[13] == 3; }

/// The last flight of `one` goes to ours, and what comes back is what it gets next.
inline void advance(World& world, Somebody& one, dtls::Source source) {
  for (const Octets& octets : one.association.take_output()) world.ours.handle(one.address, source, octets, world.now);
  for (const dtls::Outgoing& out : world.ours.take_output()) {
    if (out.to == one.address) one.association.handle(out.octets, world.now);
  }
}

inline std::string name_of(dtls::Source source) {
  switch (source) {
    case dtls::Source::kValidated:
      return "Validated";
    case dtls::Source::kSignalled:
      return "Signalled";
    case dtls::Source::kStranger:
      return "Stranger";
  }
  return "";
}

}  // namespace osrtp::testing
