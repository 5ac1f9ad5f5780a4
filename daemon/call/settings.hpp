#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/suite.hpp"
#include "protocol/policy.hpp"

namespace osrtp::call {

/// What the operator decides; app/config fills it.
struct Settings {
  std::size_t max_calls = 10'000;
  std::chrono::seconds media_timeout{60};       // a call picked up with no packet from anybody, or no keys to pass one
  std::chrono::seconds held_timeout{3'600};     // the same for a call on hold
  std::chrono::seconds half_open_timeout{180};  // an offer without an answer; at least as long while it rings
  std::size_t half_open_per_source = 1'000;     // such offers that one SIP peer may have (received-from); 0: no limit
  std::chrono::seconds silence_timeout{30};     // a leg without a packet, which is told to subscribers; 0: never
  std::chrono::milliseconds latch_window{5'000};
  std::uint32_t replay_window = 128;  // packets, 64 or more (RFC 3711 §3.3.2)
  bool allow_sdes_over_clear = false;
  bool allow_sha1_fingerprints = false;
  bool lenient_answers = true;  // an answer with keys of two methods runs DTLS; else it fails
  protocol::Policy caller_policy = protocol::Policy::kOpportunistic;  // where a request names none
  protocol::Policy callee_policy = protocol::Policy::kOpportunistic;
  std::vector<Suite> suites{kDefaultSuites.begin(), kDefaultSuites.end()};
};

}  // namespace osrtp::call
