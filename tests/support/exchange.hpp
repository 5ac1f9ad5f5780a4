#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "call/registry.hpp"
#include "support/fake_plane.hpp"

namespace osrtp::testing {

/// A registry over a FakePlane, with virtual time and countable entropy.
class Exchange {
 public:
  /// @param identity ours in DTLS; nothing: none is offered or accepted
  explicit Exchange(call::Settings settings = {}, std::shared_ptr<const dtls::Identity> identity = {});

  [[nodiscard]] protocol::Offer offer(const std::string& sdp) const;
  [[nodiscard]] protocol::Answer answer(const std::string& sdp) const;
  /// An offer or answer with these policies, both hops encrypted.
  static protocol::OsrtpOptions options(protocol::Policy caller, protocol::Policy callee);

  [[nodiscard]] Now now() const noexcept { return now_; }
  void advance(std::chrono::milliseconds by);

  FakePlane plane;
  std::vector<std::string> log;
  call::Registry registry;

 private:
  Now now_;
  std::uint8_t entropy_ = 0;
};

/// The state of the only audio line of a leg.
[[nodiscard]] const protocol::LegSecurity& leg(const std::vector<protocol::LegSecurity>& all, protocol::Leg which);

}  // namespace osrtp::testing
