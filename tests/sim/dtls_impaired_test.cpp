// Two components agree on keys over networks that lose, repeat and reorder, on virtual time.
#include <gtest/gtest.h>

#include <queue>
#include <random>

#include "support/dtls.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;
using std::chrono::milliseconds;

constexpr int kRuns = 300;
constexpr int kSprayed = 500;

const Endpoint kCaller = *Endpoint::parse("192.0.2.1:4000");
const Endpoint kCallee = *Endpoint::parse("192.0.2.2:5000");
const Endpoint kAttacker = *Endpoint::parse("203.0.113.66:9");

struct Arrival {
  TimePoint at;
  std::uint64_t order;
  Endpoint from;
  Endpoint to;
  Octets octets;
  friend bool operator>(const Arrival& a, const Arrival& b) {
    return std::tie(a.at, a.order) > std::tie(b.at, b.order);
  }
};

struct Impairment {
  const char* name;
  double loss;
  double repeat;
  milliseconds jitter;  // uniform, on top of 5 ms
  Source source;        // what both know of each other's address
};

/// The caller is active, the callee passive.
class Network {
 public:
  Network(const Impairment& how, unsigned seed) : how_(how), random_(seed) {
    callee.expect(only(*alice()), now);
    caller.expect(only(*bob()), now);
    caller.start_limit(now);
    callee.start_limit(now);
    caller.connect(kCallee, now);
    collect();
  }

  /// @return whether there was anything left to do
  bool step() {
    const auto next = next_event();
    if (!next) return false;
    now = std::max(now, *next);
    clock_.set(now);
    if (!wire_.empty() && wire_.top().at <= now) {
      const Arrival one = wire_.top();
      wire_.pop();
      deliver(one);
    }
    for (Handshakes* end : {&caller, &callee}) {
      if (end->next_timeout() && *end->next_timeout() <= now) end->handle_timeout(now);
    }
    collect();
    return true;
  }
  void run() {
    for (int steps = 0; steps < 20'000 && step(); ++steps) {
    }
  }
  void post(const Endpoint& from, const Endpoint& to, Octets octets) {
    wire_.push({now + milliseconds(1), order_++, from, to, std::move(octets)});
  }
  [[nodiscard]] bool connected() const {
    return is<Handshakes::Connected>(caller.state()) && is<Handshakes::Connected>(callee.state());
  }

  TimePoint now{std::chrono::seconds(1)};
  Handshakes caller{{.identity = alice(), .cookie_secret = {1}}};
  Handshakes callee{{.identity = bob(), .cookie_secret = {2}}};
  std::size_t to_attacker = 0;    // octets
  std::size_t from_attacker = 0;  // octets
  std::size_t largest = 0;

 private:
  [[nodiscard]] std::optional<TimePoint> next_event() const {
    std::optional<TimePoint> next;
    if (!wire_.empty()) next = wire_.top().at;
    for (const Handshakes* end : {&caller, &callee}) {
      const auto at = end->next_timeout();
      if (at && (!next || *at < *next)) next = at;
    }
    return next;
  }
  void deliver(const Arrival& one) {
    if (one.to == kAttacker) {
      to_attacker += one.octets.size();
      return;
    }
    if (one.from == kAttacker) from_attacker += one.octets.size();
    Handshakes& end = one.to == kCaller ? caller : callee;
    end.handle(one.from, one.from == kAttacker ? Source::kStranger : how_.source, one.octets, now);
  }
  bool happens(double chance) { return std::uniform_real_distribution<>(0, 1)(random_) < chance; }
  void collect() {
    for (const auto& [end, home] : {std::pair(&caller, kCaller), std::pair(&callee, kCallee)}) {
      for (Outgoing& out : end->take_output()) {
        largest = std::max(largest, out.octets.size());
        const int copies = happens(how_.loss) ? 0 : happens(how_.repeat) ? 2 : 1;
        for (int i = 0; i < copies; ++i) {
          const auto late = std::uniform_int_distribution<std::int64_t>(0, how_.jitter.count())(random_);
          wire_.push({now + milliseconds(5 + late), order_++, home, out.to, out.octets});
        }
      }
    }
  }

  const Impairment how_;
  std::mt19937 random_;
  OpensslClock clock_{now};
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> wire_;
  std::uint64_t order_ = 0;
};

class DtlsImpaired : public ::testing::TestWithParam<Impairment> {};

TEST_P(DtlsImpaired, EveryHandshakeIsDoneInTimeWithTheSameKeys) {
  std::vector<double> seconds;
  for (unsigned seed = 0; seed < kRuns; ++seed) {
    Network network(GetParam(), seed);
    const TimePoint start = network.now;
    while (!network.connected() && network.step()) {
    }
    ASSERT_TRUE(network.connected()) << "seed " << seed << ": " << failure_of(network.caller) << ' '
                                     << failure_of(network.callee);
    EXPECT_EQ(master(network.caller.take_keys()->ours), master(network.callee.take_keys()->theirs));
    EXPECT_LE(network.largest, kMaxPacket);
    seconds.push_back(std::chrono::duration<double>(network.now - start).count());
    network.run();
    EXPECT_TRUE(network.connected()) << "what was still under way has changed something";
  }
  std::sort(seconds.begin(), seconds.end());
  RecordProperty("median_ms", static_cast<int>(1000 * seconds[seconds.size() / 2]));
  RecordProperty("longest_ms", static_cast<int>(1000 * seconds.back()));
  EXPECT_LT(seconds.back(), 15.0);
}

INSTANTIATE_TEST_SUITE_P(Networks, DtlsImpaired,
                         ::testing::Values(Impairment{"Good", 0, 0, milliseconds(0), Source::kSignalled},
                                           Impairment{"Lossy", 0.2, 0, milliseconds(10), Source::kSignalled},
                                           Impairment{"LossyIce", 0.2, 0, milliseconds(10), Source::kValidated},
                                           Impairment{"Repeating", 0.05, 0.5, milliseconds(40), Source::kSignalled},
                                           Impairment{"Everything", 0.2, 0.2, milliseconds(60), Source::kSignalled}),
                         [](const auto& row) { return std::string(row.param.name); });

// The ClientHello race: somebody who needs not even spoof an address.

Octets record(std::uint8_t type, const Octets& payload, std::uint16_t version = 0xfefd) {
  Octets out{type, static_cast<std::uint8_t>(version >> 8U), static_cast<std::uint8_t>(version)};
  out.resize(11);
  out.push_back(static_cast<std::uint8_t>(payload.size() >> 8U));
  out.push_back(static_cast<std::uint8_t>(payload.size()));
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// A ClientHello with these cipher suites.
Octets hello(const Octets& suites, std::uint16_t version = 0xfefd) {
  Octets body{static_cast<std::uint8_t>(version >> 8U), static_cast<std::uint8_t>(version)};
  body.resize(34, 0x5a);
  body.insert(body.end(), {0, 0, 0, static_cast<std::uint8_t>(suites.size())});
  body.insert(body.end(), suites.begin(), suites.end());
  body.insert(body.end(), {1, 0});
  Octets message{1, 0, 0, static_cast<std::uint8_t>(body.size()), 0, 0, 0, 0,
                 0, 0, 0, static_cast<std::uint8_t>(body.size())};
  message.insert(message.end(), body.begin(), body.end());
  return record(22, message);
}

std::vector<Octets> spray() {
  auto valid = *Association::create({.identity = mallory(), .role = Role::kActive}, TimePoint{});
  std::vector<Octets> all = valid.take_output();
  all.push_back(hello({0, 0, 0, 1, 0, 2}));    // TLS_NULL_…
  all.push_back(hello({0xc0, 0x2b}));          // ECDHE-ECDSA-AES128-GCM-SHA256, no extensions
  all.push_back(hello({0xc0, 0x2b}, 0xfeff));  // DTLS 1.0
  all.push_back(hello({0xc0, 0x2b}, 0x0303));  // TLS 1.2
  Octets fragment = all.front();
  fragment[15] = 9;  // of a message of more than 2304 octets
  all.push_back(fragment);
  all.push_back(record(22, from_hex("00000000 0000 000000 000000")));  // HelloRequest
  all.push_back(record(21, {2, 40}));
  all.push_back(record(21, {1, 0}));
  all.push_back(record(20, {1}));
  all.push_back(record(22, Octets(200, 0xff)));
  return all;
}

TEST(DtlsSpray, FromAnotherAddressStopsNoHandshakeAndIsNotAmplified) {
  const std::vector<Octets> sprayed = spray();
  const Impairment good{"Good", 0, 0, milliseconds(0), Source::kSignalled};
  for (unsigned run = 0; run < kSprayed; ++run) {
    Network network(good, run);
    std::size_t next = run;
    while (!network.connected()) {
      for (int i = 0; i < 4; ++i) {
        const Octets& one = sprayed[next++ % sprayed.size()];
        network.post(kAttacker, kCallee, one);
        network.post(kAttacker, kCaller, one);
      }
      for (int i = 0; i < 12; ++i) network.step();
      ASSERT_LT(next, run + 10'000) << "run " << run;
    }
    network.run();
    EXPECT_GT(network.from_attacker, 0U);
    EXPECT_LE(network.to_attacker, network.from_attacker);
    EXPECT_TRUE(network.connected());
  }
}

TEST(DtlsSpray, NoReplyToAnAddressThatHasProvedNothingIsLargerThanTheRequest) {
  const TimePoint now{std::chrono::seconds(1)};
  for (const Source source : {Source::kSignalled, Source::kStranger}) {
    Handshakes ours({.identity = bob(), .cookie_secret = {1}});
    for (int i = 0; i < 20; ++i) {
      for (const Octets& one : spray()) {
        ours.handle(kAttacker, source, one, now);
        std::size_t size = 0;
        for (const Outgoing& out : ours.take_output()) size += out.octets.size();
        EXPECT_LE(size, one.size());
      }
    }
    EXPECT_FALSE(ours.next_timeout()) << "something is kept";
  }
}

}  // namespace
}  // namespace osrtp::dtls
