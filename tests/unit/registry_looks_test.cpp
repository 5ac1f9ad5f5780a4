#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>

#include "call/registry.hpp"
#include "support/exchange.hpp"

namespace osrtp::call {
namespace {

using namespace std::chrono_literals;

/// Ports without end, and who has been looked at: by the first stream of each call, as all have one.
class WatchedPlane final : public MediaPlane {
 public:
  [[nodiscard]] const std::vector<Interface>& interfaces() const override { return interfaces_; }
  [[nodiscard]] Result<LocalPorts, PortError> open_ports(std::size_t interface) override {
    const Endpoint end{interfaces_[interface].advertised, *Port::from(30'000)};
    return LocalPorts{interface, SocketId(++sockets_), SocketId(++sockets_), end, end};
  }
  void mark(const LocalPorts& /*ports*/, std::optional<TrafficClass> /*traffic*/) override {}
  void close_ports(const LocalPorts& /*ports*/) override {}
  void open_stream(StreamId stream, std::optional<StreamId> /*beside*/) override { open.insert(stream); }
  void set_leg(StreamId /*s*/, relay::LegIndex /*leg*/, transport::LegSetup /*setup*/, TimePoint /*now*/) override {}
  void remove_leg(StreamId /*stream*/, relay::LegIndex /*leg*/) override {}
  void connect(StreamId /*stream*/, relay::LegIndex /*callee*/, relay::Choice /*choice*/, TimePoint /*now*/) override {}
  [[nodiscard]] relay::LegCounters counters(StreamId stream, relay::LegIndex /*leg*/) const override {
    looked_at.insert(stream);
    return {};
  }
  [[nodiscard]] transport::Progress progress(StreamId /*stream*/, relay::LegIndex /*leg*/) const override { return {}; }
  void tap(StreamId /*stream*/, std::shared_ptr<relay::Tap> /*tap*/) override {}
  void close_stream(StreamId stream) override { open.erase(stream); }
  [[nodiscard]] MediaHealth health() const override { return {}; }

  std::set<StreamId> open;
  mutable std::set<StreamId> looked_at;

 private:
  std::vector<Interface> interfaces_{{"default", *IpAddress::parse("192.0.2.10"), *IpAddress::parse("192.0.2.10")}};
  std::uint32_t sockets_ = 0;
};

constexpr const char* kSdp =
    "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

class RegistryLooks : public ::testing::Test {
 protected:
  static constexpr auto kTick = 50ms;

  void stand(std::size_t calls) {
    for (std::size_t i = 0; i < calls; ++i) {
      const std::string id = "call-" + std::to_string(next_++);
      protocol::Offer offer = exchange_.offer(kSdp);
      protocol::Answer answer = exchange_.answer(kSdp);
      offer.call_id = answer.call_id = id;
      ASSERT_TRUE(registry.offer(offer, now));
      ASSERT_TRUE(registry.answer(answer, now));
    }
  }
  void pass(std::chrono::milliseconds time) {
    now.steady += time;
    now.wall += time;
  }
  /// How many calls one call of expire() looks at.
  std::size_t sweep() {
    plane.looked_at.clear();
    registry.expire(now);
    return plane.looked_at.size();
  }
  static Settings settings() {
    Settings all;
    all.media_timeout = 3600s;
    return all;
  }

  WatchedPlane plane;
  Now now{TimePoint{} + 1h, WallTime{} + std::chrono::hours(500'000)};

 private:
  testing::Exchange exchange_;
  std::size_t next_ = 0;

 protected:
  Registry registry{settings(), plane, [](ByteSpan octets) { std::fill(octets.begin(), octets.end(), 7); },
                    [](LogLevel, std::string_view) {}};
};

TEST_F(RegistryLooks, ATickLooksAtNoMoreThanItsShare) {
  stand(2'000);
  (void)sweep();
  for (int tick = 0; tick < 60; ++tick) {
    pass(kTick);
    EXPECT_LE(sweep(), Registry::kLeastLooks + 2'000 / 20);
  }
}

TEST_F(RegistryLooks, EveryCallIsLookedAtInItsInterval) {
  stand(2'000);
  (void)sweep();
  for (int second = 0; second < 3; ++second) {
    std::set<StreamId> seen;
    for (auto passed = 0ms; passed < Registry::kLookInterval; passed += kTick) {
      pass(kTick);
      (void)sweep();
      seen.insert(plane.looked_at.begin(), plane.looked_at.end());
    }
    EXPECT_EQ(seen, plane.open);
  }
}

TEST_F(RegistryLooks, CallsThatComeAndGoHideNone) {
  stand(1'000);
  (void)sweep();
  std::map<StreamId, TimePoint> seen;
  for (const StreamId stream : plane.open) seen[stream] = now.steady;
  for (int tick = 0; tick < 100; ++tick) {
    // The second oldest of those that are left, and some anew.
    for (int i = 0; i < 20; ++i) {
      protocol::Delete request;
      request.call_id = "call-" + std::to_string(2 * (20 * tick + i) + 1);
      (void)registry.remove(request, now);
    }
    stand(20);
    for (const StreamId stream : plane.open) seen.emplace(stream, now.steady);
    pass(kTick);
    (void)sweep();
    for (const StreamId stream : plane.looked_at) seen[stream] = now.steady;
    for (const StreamId stream : plane.open) ASSERT_LE(now.steady - seen[stream], Registry::kLookInterval + kTick);
  }
}

TEST_F(RegistryLooks, WhoHasNotTickedForLongLooksAtAllOnce) {
  stand(100);
  pass(5s);
  EXPECT_EQ(sweep(), 100U);
}

TEST_F(RegistryLooks, FewCallsAreAllLookedAt) {
  stand(Registry::kLeastLooks);
  (void)sweep();
  EXPECT_EQ(sweep(), Registry::kLeastLooks);
}

TEST_F(RegistryLooks, WhatEndsOnTheWayTakesNobodysTurn) {
  stand(100);
  pass(3599s);
  (void)sweep();
  pass(1s);
  registry.expire(now);
  EXPECT_EQ(registry.size(), 0U);
}

}  // namespace
}  // namespace osrtp::call
