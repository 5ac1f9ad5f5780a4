// Workers that hang: who notices, what becomes of new calls, and of the end of the process.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/media_plane.hpp"
#include "io/clock.hpp"

namespace osrtp::app {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kPatience{20};  // for a machine that is busy elsewhere
constexpr std::size_t kWorkers = 2;

/// Lanes that hang, each when it is told to, once it is woken.
class Hanging final : public io::PacketNetwork {
 public:
  struct Control {
    std::atomic<bool> hangs{false};
    std::atomic<int> waits{0};
    std::atomic<int> ports{0};  // that it was given
  };
  class Port final : public io::PacketPort {
   public:
    [[nodiscard]] std::optional<io::SocketError> mark(TrafficClass /*traffic*/) noexcept override {
      return std::nullopt;
    }
  };
  class Lane final : public io::PacketLane {
   public:
    explicit Lane(std::shared_ptr<Control> control) : control_(std::move(control)) {}
    [[nodiscard]] std::optional<io::SocketError> add(SocketId /*id*/, std::shared_ptr<io::PacketPort>) override {
      ++control_->ports;
      return std::nullopt;
    }
    void remove(SocketId /*id*/) noexcept override {}
    [[nodiscard]] io::Batch receive() noexcept override { return {}; }
    std::size_t send(std::span<const Forward> batch) noexcept override { return batch.size(); }
    [[nodiscard]] int refusal() const noexcept override { return 0; }
    void wait(std::optional<TimePoint> /*until*/) noexcept override {
      ++control_->waits;
      rung_.wait(false);
      rung_ = false;
      control_->hangs.wait(true);
    }
    void wake() noexcept override { rung_ = true, rung_.notify_one(); }

   private:
    std::shared_ptr<Control> control_;
    std::atomic<bool> rung_{false};
  };
  [[nodiscard]] Result<std::shared_ptr<io::PacketPort>, io::SocketError> open(const Endpoint& /*local*/) override {
    return std::shared_ptr<io::PacketPort>(std::make_shared<Port>());
  }
  [[nodiscard]] Result<std::unique_ptr<io::PacketLane>, io::SocketError> lane() override {
    return std::unique_ptr<io::PacketLane>(std::make_unique<Lane>(controls.at(lanes_++)));
  }
  std::array<std::shared_ptr<Control>, kWorkers> controls{std::make_shared<Control>(), std::make_shared<Control>()};

 private:
  std::size_t lanes_ = 0;
};

std::vector<call::Interface> interfaces() {
  const IpAddress host = *IpAddress::parse("192.0.2.1");
  return {{.name = "lo", .address = host, .advertised = host, .ports = call::PortRange{41'000, 42'999}}};
}

class AStalledWorker : public ::testing::Test {
 protected:
  ~AStalledWorker() override {
    for (std::size_t n = 0; n < kWorkers; ++n) let_go(n);
  }
  void hang(std::size_t worker) { network.controls.at(worker)->hangs = true; }
  void let_go(std::size_t worker) {
    network.controls.at(worker)->hangs = false;
    network.controls.at(worker)->hangs.notify_all();
  }
  /// One round of the watch, which all that do not hang have answered at its end. A thread that has not begun yet when
  /// it is told to hang takes its first turn whenever it likes: one round comes before that.
  void watch() {
    std::array<int, kWorkers> before{};
    for (std::size_t n = 0; n < kWorkers; ++n) before.at(n) = network.controls.at(n)->waits;
    plane->watch();
    for (std::size_t n = 0; n < kWorkers; ++n) {
      const auto& control = *network.controls.at(n);
      const TimePoint end = io::Clock::now() + kPatience;
      while (!control.hangs && control.waits == before.at(n) && io::Clock::now() < end) std::this_thread::yield();
    }
  }
  /// @return the worker that serves a new call.
  std::optional<std::size_t> place_call() {
    const auto ours = plane->open_ports(0);
    if (!ours) return std::nullopt;
    std::array<int, kWorkers> before{};
    for (std::size_t n = 0; n < kWorkers; ++n) before.at(n) = network.controls.at(n)->ports;
    const StreamId stream(next_++);
    plane->open_stream(stream, std::nullopt);
    relay::LegSetup leg;
    leg.rtp_socket = ours->rtp;
    leg.rtcp_socket = ours->rtcp;
    leg.protection = relay::Plain{};
    plane->set_leg(stream, 0, {.relay = std::move(leg)}, io::Clock::now());
    const TimePoint end = io::Clock::now() + kPatience;
    while (io::Clock::now() < end) {
      for (std::size_t n = 0; n < kWorkers; ++n) {
        if (network.controls.at(n)->ports == before.at(n) + 2) return n;
      }
      std::this_thread::yield();
    }
    ADD_FAILURE() << "nobody serves the call";
    return std::nullopt;
  }
  std::size_t times_said(const std::string& part) const {
    std::size_t count = 0;
    for (std::size_t at = said.find(part); at != std::string::npos; at = said.find(part, at + 1)) ++count;
    return count;
  }

  Hanging network;
  std::string said;
  std::unique_ptr<WorkerMediaPlane> plane =
      *WorkerMediaPlane::create(network, interfaces(), kWorkers, milliseconds(0),
                                [this](LogLevel, std::string_view line) { said.append(line).append("\n"); });

 private:
  std::uint64_t next_ = 1;
};

TEST_F(AStalledWorker, IsNobodyWhileAllTakeTurns) {
  for (int round = 0; round < 10; ++round) watch();
  EXPECT_EQ(said, "");
  EXPECT_EQ(plane->health().workers, kWorkers);
  EXPECT_EQ(plane->health().stalled, 0U);
}

TEST_F(AStalledWorker, IsToldOfOnceAndGetsNoNewCalls) {
  watch();
  hang(0);
  for (int round = 0; round < 5; ++round) watch();
  EXPECT_EQ(times_said("event=worker-stalled worker=0 streams=0 after=2s"), 1U) << said;
  EXPECT_EQ(plane->health().stalled, 1U);
  EXPECT_FALSE(plane->has_lost_a_worker());
  for (int call = 0; call < 5; ++call) EXPECT_EQ(place_call(), 1U);
  let_go(0);
  for (int round = 0; round < 3; ++round) watch();
  EXPECT_EQ(times_said("event=worker-back worker=0"), 1U) << said;
  EXPECT_EQ(plane->health().stalled, 0U);
  EXPECT_EQ(place_call(), 0U) << "the one with the fewest";
}

TEST_F(AStalledWorker, WithoutAnotherRefusesNewCalls) {
  watch();
  for (std::size_t n = 0; n < kWorkers; ++n) hang(n);
  for (int round = 0; round < 5; ++round) watch();
  const auto refused = plane->open_ports(0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), call::PortError::kUnserved);
  let_go(1);
  for (int round = 0; round < 3; ++round) watch();
  EXPECT_EQ(place_call(), 1U);
}

TEST_F(AStalledWorker, IsGivenUpInTheEnd) {
  watch();
  hang(1);
  for (unsigned round = 0; round <= WorkerWatch::kLost + 1; ++round) watch();
  EXPECT_TRUE(plane->has_lost_a_worker());
  EXPECT_EQ(times_said("event=worker-lost worker=1"), 1U) << said;
}

TEST_F(AStalledWorker, DoesNotKeepTheProcessFromEnding) {
  hang(0);
  for (int round = 0; round < 4; ++round) watch();
  plane.reset();
  SUCCEED() << "and what it has is left to it until it ends";
}

}  // namespace
}  // namespace osrtp::app
