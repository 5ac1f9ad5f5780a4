// Two phones talk through a stream over networks that lose, repeat and reorder, on
// virtual time. What reaches the relay for the first time reaches the other phone, once.
#include <gtest/gtest.h>

#include <map>
#include <queue>
#include <random>
#include <set>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;
using relay::Mux;
using std::chrono::milliseconds;

constexpr int kPackets = 1500;  // half a minute each way
constexpr milliseconds kPace{20};

struct Impairment {
  const char* name;
  PhoneSetup caller;
  PhoneSetup callee;
  double loss;
  double repeat;
  milliseconds jitter;  // uniform, on top of a fixed way
  int strangers;        // packets of a stranger for each genuine one
};

struct Arrival {
  TimePoint at;
  std::uint64_t order;  // ties arrive as they were sent
  RelayedPhone* from;
  Component kind;
  Endpoint source;
  Octets wire;
  Octets plain;
  bool genuine;
  friend bool operator>(const Arrival& a, const Arrival& b) {
    return std::tie(a.at, a.order) > std::tie(b.at, b.order);
  }
};

class Impaired : public ::testing::TestWithParam<std::tuple<Impairment, unsigned>> {
 protected:
  Impaired() : how_(std::get<0>(GetParam())), random_(std::get<1>(GetParam())), call_(how_.caller, how_.callee) {}

  bool happens(double chance) { return std::uniform_real_distribution<>(0, 1)(random_) < chance; }

  void send(RelayedPhone& from, Component kind, const Octets& plain, TimePoint at) {
    const Octets wire = from.seal(kind, plain);
    if (happens(how_.loss)) return;
    const int copies = happens(how_.repeat) ? 2 : 1;
    for (int i = 0; i < copies; ++i) post(from, kind, from.at(kind), wire, plain, at, true);
  }
  void post(RelayedPhone& to, Component kind, const Endpoint& source, const Octets& wire, const Octets& plain,
            TimePoint at, bool genuine) {
    const auto late = std::uniform_int_distribution<std::int64_t>(0, how_.jitter.count())(random_);
    network_.push({at + milliseconds(5 + late), order_++, &to, kind, source, wire, plain, genuine});
  }
  void schedule() {
    for (int i = 0; i < kPackets; ++i) {
      const TimePoint at = call_.now + i * kPace;
      for (RelayedPhone* phone : {&call_.caller, &call_.callee}) {
        const auto number = static_cast<std::uint16_t>(65000 + i);  // turns over on the way
        send(*phone, Component::kRtp,
             rtp_packet(number, RelayedCall::ssrc_of(*phone), 160, static_cast<std::uint8_t>(i)), at);
        if (i % 50 == 0) send(*phone, Component::kRtcp, rtcp_packet(RelayedCall::ssrc_of(*phone)), at);
        for (int n = 0; n < how_.strangers; ++n) {
          post(*phone, Component::kRtp, endpoint("203.0.113.66:9000"),
               rtp_packet(number, static_cast<std::uint32_t>(random_())), {}, at, false);
        }
      }
    }
  }
  void run() {
    schedule();
    for (; !network_.empty(); network_.pop()) arrive(network_.top());
  }
  void arrive(const Arrival& one) {
    call_.now = std::max(call_.now, one.at);
    ++fed_[one.from];
    const auto sent = call_.feed(*one.from, one.from->port(one.kind), one.source, one.wire);
    if (!one.genuine) {
      EXPECT_FALSE(sent);
      return;
    }
    const bool first_time = arrived_[one.from].insert({one.kind, one.wire}).second;
    // Nothing tells a repeated plain packet from a new one but the key that it would leave under, and RTCP leaves
    // under an index of its own.
    const bool may_repeat = !one.from->setup.suite && (!other(*one.from).setup.suite || one.kind == Component::kRtcp);
    EXPECT_EQ(sent.has_value(), first_time || may_repeat) << (sent ? "relayed" : relay::name(sent.error()));
    if (!sent) return;
    EXPECT_EQ(sent->plain, one.plain);
    EXPECT_EQ(sent->to, other(*one.from).at(one.kind));
    ++delivered_[one.from];
  }
  RelayedPhone& other(const RelayedPhone& phone) { return phone.leg == 0 ? call_.callee : call_.caller; }

  const Impairment how_;
  std::mt19937 random_;
  RelayedCall call_;
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> network_;
  std::uint64_t order_ = 0;
  std::map<const RelayedPhone*, std::uint64_t> fed_, delivered_;
  std::map<const RelayedPhone*, std::set<std::pair<Component, Octets>>> arrived_;
};

TEST_P(Impaired, EverythingThatArrivesIsHeardOnceAndAccountedFor) {
  run();
  for (RelayedPhone* phone : {&call_.caller, &call_.callee}) {
    const auto numbers = call_.counters(*phone);
    const auto there = call_.counters(other(*phone));
    EXPECT_GT(delivered_[phone], kPackets * (1 - how_.loss) * 0.8);
    EXPECT_EQ(numbers.received_rtp.packets + numbers.received_rtcp.packets, delivered_[phone]);
    EXPECT_EQ(there.sent_rtp.packets, numbers.received_rtp.packets);
    EXPECT_EQ(there.sent_rtcp.packets, numbers.received_rtcp.packets);
    EXPECT_EQ(call_.accounted(*phone), fed_[phone]);
    EXPECT_EQ(numbers.rtp_source, phone->at(Component::kRtp));
  }
}

constexpr Suite kGcm = Suite::kAeadAes256Gcm;
constexpr Suite kCm = Suite::kAesCm128HmacSha1_80;
constexpr Suite kShort = Suite::kAesCm128HmacSha1_32;

INSTANTIATE_TEST_SUITE_P(
    Networks, Impaired,
    ::testing::Combine(
        ::testing::Values(
            Impairment{"PlainToSecured", {}, {.suite = kGcm}, 0.05, 0.05, milliseconds(200), 0},
            Impairment{"SecuredToSecured", {.suite = kCm}, {.suite = kGcm}, 0.1, 0.1, milliseconds(500), 0},
            Impairment{
                "SecuredToPlainMuxed", {.suite = kShort, .mux = Mux::kMuxed}, {}, 0.3, 0.3, milliseconds(100), 0},
            Impairment{"PlainToPlain", {}, {.mux = Mux::kMuxed}, 0.1, 0.1, milliseconds(300), 2},
            Impairment{"UnderASpray", {.suite = kCm}, {.suite = kCm}, 0.02, 0.02, milliseconds(60), 5}),
        ::testing::Values(1U, 2U, 3U)),
    [](const auto& row) { return std::get<0>(row.param).name + ("_" + std::to_string(std::get<1>(row.param))); });

}  // namespace
}  // namespace osrtp::testing
