// Nanoseconds per datagram without sockets: telling what it is, answering a STUN check, and the way through a stream.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "bench/slots.hpp"
#include "ice/lite_agent.hpp"
#include "rtp/demux.hpp"
#include "support/stun.hpp"
#include "transport/stream.hpp"

namespace osrtp::bench {
namespace {

using benchmark::State;
using relay::Component;

const Endpoint kCaller = *Endpoint::parse("198.51.100.1:4000");
const Endpoint kCallee = *Endpoint::parse("198.51.100.2:4000");
constexpr TimePoint kNow{std::chrono::hours(1)};

srtp::Key key(Suite suite, std::uint8_t fill) {
  const std::vector<std::uint8_t> octets(facts(suite).master_size(), fill);
  return {.suite = suite, .master = *Secret::from(octets)};
}

relay::LegSetup leg(std::uint32_t socket, const Endpoint& peer) {
  relay::LegSetup setup;
  setup.rtp_socket = setup.rtcp_socket = SocketId(socket);
  setup.rtp = setup.rtcp = peer;
  setup.mux = relay::Mux::kMuxed;
  setup.protection = relay::Plain{};
  return setup;
}

relay::LegSetup sdes_leg(std::uint32_t socket, const Endpoint& peer, Suite suite) {
  relay::LegSetup setup = leg(socket, peer);
  setup.protection = relay::Secured{*srtp::Context::create(srtp::Direction::kInbound, key(suite, 1)),
                                    *srtp::Context::create(srtp::Direction::kOutbound, key(suite, 2))};
  return setup;
}

bool is_sent(const Result<Forward, relay::Drop>& handled) { return handled.has_value(); }
bool is_sent(const transport::Stream::Handled& handled) { return std::holds_alternative<Forward>(handled); }

template <class Stream>
void relay_plain(State& state, Stream& stream) {
  Slot slot{};
  std::uint16_t sequence = 0;
  write_packet(slot, 0);
  for (auto _ : state) {
    renumber(slot, ++sequence);
    if (!is_sent(stream.handle(1, Component::kRtp, {kCallee, slot, kPacketSize}, kNow))) std::abort();
  }
}

/// A plain callee, and a caller who is plain too or has `suite`.
void relay_stream(State& state, std::optional<Suite> suite) {
  relay::Stream stream;
  stream.set_leg(0, suite ? sdes_leg(1, kCaller, *suite) : leg(1, kCaller), kNow);
  stream.set_leg(1, leg(2, kCallee), kNow);
  stream.connect(1);
  relay_plain(state, stream);
}

void transport_stream(State& state, std::optional<Suite> suite) {
  transport::Stream stream;
  transport::LegSetup caller;
  caller.relay = suite ? sdes_leg(1, kCaller, *suite) : leg(1, kCaller);
  transport::LegSetup callee;
  callee.relay = leg(2, kCallee);
  stream.set_leg(0, std::move(caller), kNow);
  stream.set_leg(1, std::move(callee), kNow);
  stream.connect(1);
  relay_plain(state, stream);
}

void demux(State& state) {
  Slot slot{};
  write_packet(slot, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(slot);
    benchmark::DoNotOptimize(rtp::classify(ByteView(slot).first(kPacketSize)));
  }
}

void stun_check(State& state) {
  const std::string ufrag = "ufragufragxx";
  const std::string password = "0123456789abcdefghijkl";
  ice::LiteAgent agent({ufrag, *Secret::from(bytes_of(password))}, 1);
  agent.set_remote("peer");
  const auto request = testing::Check{.username = ufrag + ":peer", .password = password}.octets();
  for (auto _ : state) {
    if (agent.handle(1, kCaller, request, kNow).verdict != ice::Verdict::kAnswered) std::abort();
  }
}

BENCHMARK(demux);
BENCHMARK(stun_check);
BENCHMARK_CAPTURE(relay_stream, plain_plain, std::nullopt);
BENCHMARK_CAPTURE(relay_stream, plain_aes_cm_128, Suite::kAesCm128HmacSha1_80);
BENCHMARK_CAPTURE(relay_stream, plain_aes_gcm_256, Suite::kAeadAes256Gcm);
BENCHMARK_CAPTURE(transport_stream, plain_plain, std::nullopt);
BENCHMARK_CAPTURE(transport_stream, plain_aes_cm_128, Suite::kAesCm128HmacSha1_80);
BENCHMARK_CAPTURE(transport_stream, plain_aes_gcm_256, Suite::kAeadAes256Gcm);

}  // namespace
}  // namespace osrtp::bench

int main(int argc, char** argv) {
  if (!osrtp::srtp::initialize()) return 1;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
