#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "ice/lite_agent.hpp"
#include "support/octets.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {

inline constexpr std::string_view kUfrag = "ourufrag0001";
inline constexpr std::string_view kPassword = "ourpassword0123456789abc";
inline constexpr std::string_view kNewUfrag = "ourufrag0002";
inline constexpr std::string_view kNewPassword = "newpassword0123456789abc";
inline const Endpoint kHome = *Endpoint::parse("192.0.2.1:4000");
inline const Endpoint kOther = *Endpoint::parse("192.0.2.2:4000");
inline const Endpoint kHome6 = *Endpoint::parse("[2001:db8::1]:4000");
inline const Endpoint kStranger = *Endpoint::parse("203.0.113.66:9");
inline constexpr TimePoint kStart{std::chrono::seconds(1000)};

inline ice::Credentials credentials(std::string_view ufrag, std::string_view password) {
  return {std::string(ufrag), *Secret::from(bytes_of(password))};
}
inline Endpoint nth(unsigned n) { return {kHome.address, *Port::from(10'000 + n)}; }

/// An agent of two components that knows its peer, and what a full agent sends it.
struct IceLite : ::testing::Test {
  IceLite() { agent.set_remote("them"); }

  static Check check() { return {.username = std::string(kUfrag) + ":them", .password = std::string(kPassword)}; }
  static Check nomination(std::uint32_t priority = 100) {
    Check c = check();
    c.use_candidate = true;
    c.priority = priority;
    return c;
  }
  /// A check under the credentials of restart().
  static Check renewed(Check c = check()) {
    c.username = std::string(kNewUfrag) + ":them2";
    c.password = kNewPassword;
    return c;
  }
  void restart() {
    agent.restart(credentials(kNewUfrag, kNewPassword), 2);
    agent.set_remote("them2");
  }
  ice::Handled feed(const Check& c, const Endpoint& from = kHome, std::size_t component = 1) {
    return agent.handle(component, from, c.octets(), now);
  }
  /// What a datagram that must not count does: no reply, and nothing to see afterwards.
  void expect_nothing(const Octets& datagram, ice::Verdict verdict, std::size_t component = 1) {
    const auto handled = agent.handle(component, kStranger, datagram, now);
    EXPECT_EQ(handled.verdict, verdict);
    EXPECT_TRUE(handled.reply.empty());
    EXPECT_FALSE(handled.selected);
    EXPECT_FALSE(agent.is_validated(1, kStranger));
    EXPECT_FALSE(agent.selected(1));
    EXPECT_FALSE(agent.has_consent(1, now));
  }

  ice::LiteAgent agent{credentials(kUfrag, kPassword), 2};
  TimePoint now = kStart;
};

}  // namespace osrtp::testing
