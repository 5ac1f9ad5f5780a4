// The media plane as calls see it, over real sockets on loopback and several workers.
#include "app/media_plane.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "dtls/identity.hpp"
#include "io/clock.hpp"
#include "io/socket_network.hpp"
#include "io/udp_socket.hpp"
#include "support/srtp.hpp"
#include "support/wire_oracle.hpp"

namespace osrtp::app {
namespace {

using std::chrono::milliseconds;
using testing::Octets;
using testing::Verdict;

constexpr std::chrono::seconds kPatience{20};  // for a machine that is busy elsewhere
const IpAddress kHost = *IpAddress::parse("127.0.0.1");

std::vector<call::Interface> interfaces() {
  return {{.name = "lo", .address = kHost, .advertised = kHost, .ports = call::PortRange{41'000, 42'999}}};
}

/// A phone: the first port that is free.
io::UdpSocket phone_socket(std::uint32_t& next) {
  while (true) {
    if (auto socket = io::UdpSocket::bind({kHost, *Port::from(next++)})) return *std::move(socket);
  }
}

std::optional<Octets> receive(io::UdpSocket& socket) {
  Octets buffer(io::kMaxDatagram + kTailRoom);
  const TimePoint end = io::Clock::now() + kPatience;
  while (io::Clock::now() < end) {
    pollfd waits{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&waits, 1, 100);
    if (const auto got = socket.receive(buffer)) return testing::octets_of(got->packet());
  }
  return std::nullopt;
}

/// Whether it does in time.
template <class Condition>
bool comes_true(const Condition& condition) {
  const TimePoint end = io::Clock::now() + kPatience;
  while (!condition()) {
    if (io::Clock::now() >= end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// All but the protection.
relay::LegSetup leg_at(const call::LocalPorts& ours, std::optional<Endpoint> peer) {
  relay::LegSetup leg;
  leg.rtp_socket = ours.rtp;
  leg.rtcp_socket = ours.rtcp;
  leg.rtp = peer;
  return leg;
}

class APlane : public ::testing::Test {
 protected:
  explicit APlane(unsigned workers = 4, milliseconds tick = milliseconds(1))
      : plane(*WorkerMediaPlane::create(network, interfaces(), workers, tick, [](LogLevel, std::string_view) {})) {}

  io::SocketNetwork network;
  std::unique_ptr<WorkerMediaPlane> plane;
  std::uint32_t next_port = 43'000;
};

/// One call with a caller under SDES and a plain callee, each with a socket of its own.
class Talk {
 public:
  Talk(WorkerMediaPlane& plane, StreamId stream, std::uint32_t& next_port)
      : plane_(plane), stream_(stream), caller_(phone_socket(next_port)), callee_(phone_socket(next_port)) {
    ours_[0] = *plane.open_ports(0);
    ours_[1] = *plane.open_ports(0);
    plane.open_stream(stream, std::nullopt);
    auto caller = leg(0, Endpoint{kHost, *Port::from(next_port - 2)});
    caller.protection = relay::Secured{testing::context(srtp::Direction::kInbound, testing::test_key(kSuite, 1)),
                                       testing::context(srtp::Direction::kOutbound, testing::test_key(kSuite, 99))};
    auto callee = leg(1, Endpoint{kHost, *Port::from(next_port - 1)});
    callee.protection = relay::Plain{};
    plane.set_leg(stream, 0, {.relay = std::move(caller)}, io::Clock::now());
    plane.set_leg(stream, 1, {.relay = std::move(callee)}, io::Clock::now());
    plane.connect(stream, 1, relay::Choice::kFinal, io::Clock::now());
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() {
    plane_.close_stream(stream_);
    for (const auto& ports : ours_) plane_.close_ports(*ports);
  }

  /// The packet comes out at the callee, plain and whole.
  void caller_speaks() {
    const Octets plain = testing::rtp_packet(++sequence_, 0x1000);
    caller_.send(ours_[0]->rtp_advertised, *testing::protect_rtp(out_, plain));
    const auto got = receive(callee_);
    ASSERT_TRUE(got) << "it did not arrive";
    EXPECT_EQ(*got, plain);
  }
  /// The packet comes out at the caller, encrypted under its key and with keystream of its own.
  void callee_speaks() {
    const Octets plain = testing::rtp_packet(++sequence_, 0x2000);
    callee_.send(ours_[1]->rtp_advertised, plain);
    const auto got = receive(caller_);
    ASSERT_TRUE(got) << "it did not arrive";
    ASSERT_EQ(oracle_.see(*got), Verdict::kProtected);
    EXPECT_EQ(testing::octets_of(oracle_.plain()), plain);
  }
  void reoffer() {
    auto again = leg(0, callers_place_);
    again.protection = relay::Keep{};
    plane_.set_leg(stream_, 0, {.relay = std::move(again)}, io::Clock::now());
  }
  [[nodiscard]] Endpoint ours(std::size_t leg) const { return ours_.at(leg)->rtp_advertised; }
  [[nodiscard]] relay::LegCounters counters(relay::LegIndex leg) const { return plane_.counters(stream_, leg); }

 private:
  static constexpr Suite kSuite = Suite::kAesCm128HmacSha1_80;
  relay::LegSetup leg(std::size_t n, const Endpoint& to) {
    if (n == 0) callers_place_ = to;
    return leg_at(*ours_.at(n), to);
  }
  WorkerMediaPlane& plane_;
  StreamId stream_;
  io::UdpSocket caller_;
  io::UdpSocket callee_;
  std::array<std::optional<call::LocalPorts>, 2> ours_;
  Endpoint callers_place_{kHost, *Port::from(1)};
  srtp::Context out_ = testing::context(srtp::Direction::kOutbound, testing::test_key(kSuite, 1));
  testing::WireOracle oracle_{kSuite, testing::test_key(kSuite, 99).master.reveal()};
  std::uint16_t sequence_ = 0;
};

TEST_F(APlane, CallsRunOnFourWorkersWhileOthersComeAndGo) {
  std::mt19937 chance(11);  // NOLINT: the same every time
  std::deque<std::unique_ptr<Talk>> talks;
  std::uint64_t next_stream = 1;
  const auto begin = [&] { talks.push_back(std::make_unique<Talk>(*plane, StreamId(next_stream++), next_port)); };
  for (int n = 0; n < 24; ++n) begin();
  for (int round = 0; round < 400; ++round) {
    Talk& talk = *talks[chance() % talks.size()];
    if (chance() % 8 == 0) talk.reoffer();
    ASSERT_NO_FATAL_FAILURE(talk.caller_speaks());
    ASSERT_NO_FATAL_FAILURE(talk.callee_speaks());
    if (chance() % 4 == 0) {
      talks.pop_front();
      begin();
    }
  }
  talks.clear();
  EXPECT_EQ(plane->ports().size(), 0U);
}

/// Who has seen a packet leave finds it counted.
TEST_F(APlane, CountsBeforeItSends) {
  Talk talk(*plane, StreamId(1), next_port);
  for (std::uint64_t n = 1; n <= 200; ++n) {
    ASSERT_NO_FATAL_FAILURE(talk.caller_speaks());
    ASSERT_EQ(talk.counters(0).received_rtp.packets, n);
    ASSERT_EQ(talk.counters(0).authenticated, n);
    ASSERT_EQ(talk.counters(1).sent_rtp.packets, n);
  }
}

TEST_F(APlane, PortsAreClosedOnceTheirCallIs) {
  std::optional<Endpoint> ours;
  {
    Talk talk(*plane, StreamId(1), next_port);
    ASSERT_NO_FATAL_FAILURE(talk.caller_speaks());
    ours = talk.ours(0);
    EXPECT_FALSE(io::UdpSocket::bind(*ours));
  }
  EXPECT_EQ(plane->ports().size(), 0U);
  EXPECT_TRUE(comes_true([&] { return io::UdpSocket::bind(*ours).has_value(); })) << "its worker keeps it open";
}

/// Each is posted as its worker falls asleep after the last, and nothing else would wake it.
TEST(MediaPlane, NoCommandWaitsForAWorkerThatSleeps) {
  constexpr std::uint64_t kCommands = 20'000;
  io::SocketNetwork network;
  auto started = WorkerThread::start(std::make_unique<Worker>(*network.lane(), milliseconds(0), io::Clock::now()), 0);
  ASSERT_TRUE(started);
  Worker& worker = (*started)->worker();
  const auto board = std::make_shared<LegBoard>();
  worker.post(OpenStream{StreamId(1)});
  for (std::uint64_t n = 1; n <= kCommands; ++n) {
    relay::LegSetup leg;
    leg.protection = relay::Blocked{relay::Drop::kHeld};
    worker.post(SetLeg{StreamId(1), 0, {.relay = std::move(leg)}, io::Clock::now(), board});
    ASSERT_TRUE(comes_true([&] { return board->state.load().setups == n; })) << "command " << n;
  }
}

/// A handshake has begun as soon as it has been asked for, though its worker may not have got to it.
TEST_F(APlane, ProgressIsNeverThatFromBeforeTheLastSetup) {
  const auto identity = dtls::Identity::generate(io::Clock::both().wall);
  ASSERT_TRUE(identity);
  for (std::uint64_t n = 1; n <= 50; ++n) {
    const StreamId stream(n);
    const auto ours = *plane->open_ports(0);
    plane->open_stream(stream, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<transport::NotByDtls>(plane->progress(stream, 0)));
    relay::LegSetup leg = leg_at(ours, std::nullopt);
    leg.mux = relay::Mux::kMuxed;
    leg.protection = relay::Blocked{relay::Drop::kNotKeyed};
    transport::Keying keying;
    keying.identity = *identity;
    plane->set_leg(stream, 0, {.relay = std::move(leg), .keying = std::move(keying)}, io::Clock::now());
    EXPECT_TRUE(std::holds_alternative<transport::Handshaking>(plane->progress(stream, 0)));
    relay::LegSetup plain = leg_at(ours, std::nullopt);
    plain.protection = relay::Plain{};
    plane->set_leg(stream, 0, {.relay = std::move(plain)}, io::Clock::now());
    EXPECT_TRUE(std::holds_alternative<transport::NotByDtls>(plane->progress(stream, 0)));
    plane->close_stream(stream);
    plane->close_ports(ours);
  }
}

/// Notes which worker is given which port.
class Observed final : public io::PacketNetwork {
 public:
  class Port final : public io::PacketPort {
   public:
    [[nodiscard]] std::optional<io::SocketError> mark(TrafficClass /*traffic*/) noexcept override {
      return std::nullopt;
    }
    std::atomic<int> lane{-1};
  };
  class Lane final : public io::PacketLane {
   public:
    Lane(int number, bool refuses) : number_(number), refuses_(refuses) {}
    [[nodiscard]] std::optional<io::SocketError> add(SocketId /*id*/, std::shared_ptr<io::PacketPort> port) override {
      static_cast<Port&>(*port).lane = number_;
      if (!refuses_) return std::nullopt;
      return io::SocketError{io::SocketError::Kind::kNoDescriptors, "full"};
    }
    void remove(SocketId /*id*/) noexcept override {}
    [[nodiscard]] io::Batch receive() noexcept override { return {}; }
    std::size_t send(std::span<const Forward> batch) noexcept override { return batch.size(); }
    [[nodiscard]] int refusal() const noexcept override { return 0; }
    void wait(std::optional<TimePoint> /*until*/) noexcept override { rung_.wait(false), rung_ = false; }
    void wake() noexcept override { rung_ = true, rung_.notify_one(); }

   private:
    int number_;
    bool refuses_;
    std::atomic<bool> rung_{false};
  };
  [[nodiscard]] Result<std::shared_ptr<io::PacketPort>, io::SocketError> open(const Endpoint& /*local*/) override {
    ports.push_back(std::make_shared<Port>());
    return std::shared_ptr<io::PacketPort>(ports.back());
  }
  [[nodiscard]] Result<std::unique_ptr<io::PacketLane>, io::SocketError> lane() override {
    return std::unique_ptr<io::PacketLane>(std::make_unique<Lane>(lanes_++, refuses_));
  }
  /// Lanes from now on take no port.
  void refuse_to_serve() noexcept { refuses_ = true; }
  std::vector<std::shared_ptr<Port>> ports;

 private:
  bool refuses_ = false;
  int lanes_ = 0;
};

/// As where the system has no more threads: there is no room for a stack as long as this.
TEST(MediaPlane, SaysThatThereIsNoThread) {
  pthread_attr_t before;
  pthread_attr_t huge;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(pthread_attr_init(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, std::size_t{1} << 47U), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  io::SocketNetwork network;
  const auto plane =
      WorkerMediaPlane::create(network, interfaces(), 2, milliseconds(1), [](LogLevel, std::string_view) {});
  pthread_setattr_default_np(&before);
  ASSERT_FALSE(plane);
  EXPECT_FALSE(plane.error().reason.empty());
}

/// What the one call cannot have any more is not promised to the next.
TEST(MediaPlane, GivesNoPortsWhileTheyCannotBeServed) {
  Observed network;
  network.refuse_to_serve();
  std::string said;
  auto plane = *WorkerMediaPlane::create(network, interfaces(), 1, milliseconds(0),
                                         [&](LogLevel, std::string_view line) { said += line; });
  const auto ours = *plane->open_ports(0);
  plane->open_stream(StreamId(1), std::nullopt);
  relay::LegSetup leg = leg_at(ours, std::nullopt);
  leg.protection = relay::Plain{};
  plane->set_leg(StreamId(1), 0, {.relay = std::move(leg)}, io::Clock::now());
  const TimePoint end = io::Clock::now() + kPatience;
  while (plane->totals().unserved < 2 && io::Clock::now() < end) std::this_thread::yield();
  EXPECT_FALSE(plane->open_ports(0));
  EXPECT_EQ(said.rfind("event=ports-unserved count=2 ", 0), 0U) << said;
}

TEST(MediaPlane, SpreadsCallsEvenlyAndKeepsEachTogether) {
  Observed network;
  auto plane = *WorkerMediaPlane::create(network, interfaces(), 3, milliseconds(1), [](LogLevel, std::string_view) {});
  constexpr std::uint64_t kCalls = 9;
  for (std::uint64_t n = 0; n < 2 * kCalls; n += 2) {
    for (const StreamId stream : {StreamId(n), StreamId(n + 1)}) {  // sound and picture
      const auto ours = *plane->open_ports(0);
      plane->open_stream(stream, stream.get() == n ? std::nullopt : std::optional(StreamId(n)));
      relay::LegSetup leg = leg_at(ours, std::nullopt);
      leg.protection = relay::Plain{};
      plane->set_leg(stream, 0, {.relay = std::move(leg)}, io::Clock::now());
    }
  }
  plane.reset();  // every worker has done what it was told
  std::array<int, 3> served{};
  for (std::size_t call = 0; call < kCalls; ++call) {
    const int lane = network.ports.at(4 * call)->lane;
    ASSERT_GE(lane, 0);
    for (std::size_t n = 1; n < 4; ++n) EXPECT_EQ(network.ports.at(4 * call + n)->lane, lane) << "call " << call;
    ++served.at(static_cast<std::size_t>(lane));
  }
  EXPECT_EQ(served, (std::array<int, 3>{3, 3, 3}));
}

}  // namespace
}  // namespace osrtp::app
