// What a call costs above the media plane: nanoseconds for an offer, its answer and a delete as a client sends them,
// beside calls that stand already; octets of heap that a standing call takes; and how long a tick holds requests up.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call/registry.hpp"
#include "control/service.hpp"
#include "io/entropy.hpp"
#include "srtp/context.hpp"

namespace osrtp {
namespace {

/// Ports without end, streams that are nothing.
class EmptyPlane final : public call::MediaPlane {
 public:
  [[nodiscard]] const std::vector<call::Interface>& interfaces() const override { return interfaces_; }
  [[nodiscard]] Result<call::LocalPorts, call::PortError> open_ports(std::size_t interface) override {
    next_ = next_ >= 60'000 ? 10'000 : next_ + 2;
    const IpAddress address = interfaces_[interface].advertised;
    return call::LocalPorts{interface, SocketId(++sockets_), SocketId(++sockets_),
                            Endpoint{address, *Port::from(next_)}, Endpoint{address, *Port::from(next_ + 1)}};
  }
  void mark(const call::LocalPorts& /*ports*/, std::optional<TrafficClass> /*traffic*/) override {}
  void close_ports(const call::LocalPorts& /*ports*/) override {}
  void open_stream(StreamId /*stream*/, std::optional<StreamId> /*beside*/) override {}
  void set_leg(StreamId /*stream*/, relay::LegIndex /*leg*/, transport::LegSetup setup, TimePoint /*now*/) override {
    benchmark::DoNotOptimize(setup);
  }
  void remove_leg(StreamId /*stream*/, relay::LegIndex /*leg*/) override {}
  void connect(StreamId /*stream*/, relay::LegIndex /*callee*/, relay::Choice /*choice*/, TimePoint /*now*/) override {}
  [[nodiscard]] relay::LegCounters counters(StreamId /*stream*/, relay::LegIndex /*leg*/) const override { return {}; }
  [[nodiscard]] transport::Progress progress(StreamId /*stream*/, relay::LegIndex /*leg*/) const override { return {}; }
  void tap(StreamId /*stream*/, std::shared_ptr<relay::Tap> /*tap*/) override {}
  void close_stream(StreamId /*stream*/) override {}
  [[nodiscard]] call::MediaHealth health() const override { return {}; }

 private:
  std::vector<call::Interface> interfaces_{
      {"default", IpAddress::from_v4({192, 0, 2, 10}), IpAddress::from_v4({192, 0, 2, 10})}};
  std::uint32_t next_ = 10'000;
  std::uint32_t sockets_ = 0;
};

enum class Kind : std::uint8_t { kPlainPlain, kSdesPlain, kSdesOffered };

std::string label(Kind kind) {
  if (kind == Kind::kPlainPlain) return "plain-plain";
  return kind == Kind::kSdesPlain ? "sdes-plain" : "sdes, offered on, answered plain";
}

std::string sdp(const std::string& user, const std::string& profile, bool keys) {
  std::string text = "v=0\\r\\no=" + user + " 3929384756 3929384756 IN IP4 198.51.100.7\\r\\ns=call\\r\\n";
  text += "c=IN IP4 198.51.100.7\\r\\nt=0 0\\r\\nm=audio 40000 " + profile + " 0 8 101\\r\\n";
  text += "a=rtpmap:0 PCMU/8000\\r\\na=rtpmap:8 PCMA/8000\\r\\na=rtpmap:101 telephone-event/8000\\r\\n";
  text += "a=fmtp:101 0-16\\r\\na=ptime:20\\r\\na=sendrecv\\r\\na=rtcp:40001\\r\\n";
  if (!keys) return text;
  text += "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\\r\\n";
  return text + "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:YUNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\\r\\n";
}

std::string policies(Kind kind) {
  const std::string caller = kind == Kind::kPlainPlain ? "off" : "require";
  const std::string callee = kind == Kind::kSdesOffered ? "opportunistic" : "off";
  return R"("osrtp":{"caller":")" + caller + R"(","callee":")" + callee +
         R"(","caller-signalling":"encrypted","callee-signalling":"encrypted"})";
}

/// The three requests of one call, as a proxy sends them.
class Client {
 public:
  explicit Client(Kind kind) : kind_(kind), policies_(policies(kind)) {
    const bool keys = kind != Kind::kPlainPlain;
    offer_ = sdp("alice", keys ? "RTP/SAVP" : "RTP/AVP", keys);
    answer_ = sdp("bob", "RTP/AVP", false);
  }
  void next() {
    const std::string number = std::to_string(++number_);
    call_ = R"("call-id":"a84b4c76e66710-)" + number + R"(@198.51.100.7","from-tag":"1928301774","via-branch":"0")";
  }
  [[nodiscard]] std::string offer() {
    return frame(R"({"command":"offer",)" + call_ + R"(,"sdp":")" + offer_ + R"(","replace":["origin"],)" + policies_ +
                 "}");
  }
  [[nodiscard]] std::string answer() {
    return frame(R"({"command":"answer",)" + call_ + R"(,"to-tag":"a6c85cf","sip-code":200,"sdp":")" + answer_ +
                 R"(","replace":["origin"],)" + policies_ + "}");
  }
  [[nodiscard]] std::string remove() { return frame(R"({"command":"delete",)" + call_ + "}"); }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  std::string frame(const std::string& dictionary) { return "4711_" + std::to_string(++cookie_) + " " + dictionary; }

  Kind kind_;
  std::string policies_;
  std::string offer_;
  std::string answer_;
  std::string call_;
  std::uint64_t number_ = 0;
  std::uint64_t cookie_ = 0;
};

call::Settings settings() {
  call::Settings all;
  all.max_calls = 1'000'000;
  all.media_timeout = all.held_timeout = all.half_open_timeout = std::chrono::hours(24 * 365);
  all.silence_timeout = std::chrono::seconds(0);
  return all;
}

/// A daemon without sockets. Its time runs as the requests come.
class World {
 public:
  explicit World(Kind kind) : client_(kind) {
    if (!srtp::initialize()) std::abort();
  }
  void set_up() {
    client_.next();
    ask(client_.offer());
    ask(client_.answer());
  }
  void tear_down() { ask(client_.remove()); }
  void stand(std::size_t calls) {
    while (registry_.size() < calls) set_up();
  }
  /// As the daemon does it, whose timer runs beside the requests.
  void pass(std::chrono::microseconds time) {
    now_.steady += time;
    now_.wall += time;
    if (now_.steady < next_tick_) return;
    tick();
  }
  void tick() {
    next_tick_ = now_.steady + kTick;
    service_.tick(now_);
    benchmark::DoNotOptimize(service_.take_notices(now_.steady));
  }
  void forget_replies() {
    now_.steady += std::chrono::minutes(1);
    do {
      tick();
    } while (replies() > 0);
  }
  [[nodiscard]] std::size_t replies() const { return service_.replies_kept(); }
  static constexpr std::chrono::milliseconds kTick{50};  // the daemon's

 private:
  void ask(const std::string& request) {
    const std::string reply = service_.handle(request, now_);
    if (reply.find(R"("result":"ok")") == std::string::npos) std::abort();
  }

  static constexpr std::chrono::hours kStart{1};
  Now now_{TimePoint{} + kStart, WallTime{} + std::chrono::hours(500'000)};
  TimePoint next_tick_ = now_.steady + kTick;
  Client client_;
  EmptyPlane plane_;
  std::size_t lines_ = 0;
  LogSink log_ = [this](LogLevel level, std::string_view /*line*/) { lines_ += level <= LogLevel::kInfo ? 1U : 0U; };
  call::Registry registry_{settings(), plane_, io::random_octets, log_};
  control::Service service_{registry_, log_, now_};
};

/// Of what a client at 4,000 calls a second sees.
constexpr std::chrono::microseconds kBetween{250};

void set_up(benchmark::State& state) {
  const auto kind = static_cast<Kind>(state.range(0));
  World world(kind);
  world.stand(static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    world.set_up();
    world.tear_down();
    world.pass(kBetween);
  }
  state.SetLabel(label(kind));
}

std::size_t heap() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

void memory(benchmark::State& state) {
  const auto kind = static_cast<Kind>(state.range(0));
  const auto calls = static_cast<std::size_t>(state.range(1));
  for (auto _ : state) {
    World world(kind);
    const std::size_t before = heap();
    world.stand(calls);
    const std::size_t cached = heap();
    const std::size_t replies = world.replies();
    world.forget_replies();
    const std::size_t bare = heap();
    state.counters["octets/call"] = static_cast<double>(bare - before) / static_cast<double>(calls);
    state.counters["octets/reply"] = static_cast<double>(cached - bare) / static_cast<double>(replies);
  }
  state.SetLabel(label(kind));
}

/// The longest time, in nanoseconds, for which no request is answered.
void tick(benchmark::State& state) {
  World world(Kind::kSdesPlain);
  world.stand(static_cast<std::size_t>(state.range(0)));
  world.forget_replies();
  std::chrono::nanoseconds longest{0};
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    world.pass(World::kTick);
    longest = std::max<std::chrono::nanoseconds>(longest, std::chrono::steady_clock::now() - start);
  }
  state.counters["longest_ns"] = static_cast<double>(longest.count());
}

BENCHMARK(set_up)->ArgsProduct({{0, 1}, {0, 100, 1'000, 5'000, 10'000}});
BENCHMARK(set_up)->Args({2, 0});
BENCHMARK(memory)->ArgsProduct({{0, 1, 2}, {1'000, 5'000}})->Iterations(1);
BENCHMARK(tick)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace osrtp

BENCHMARK_MAIN();
