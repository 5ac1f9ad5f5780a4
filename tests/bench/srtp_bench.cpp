// Nanoseconds per 172-octet RTP packet (20 ms of G.711), and per key.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/datagram.hpp"
#include "srtp/context.hpp"

namespace osrtp::srtp {
namespace {

constexpr std::size_t kPacketSize = 172;
using Slot = std::array<std::uint8_t, kPacketSize + kTailRoom>;

Key key_of(const benchmark::State& state) {
  const SuiteFacts& suite = kSuites[static_cast<std::size_t>(state.range(0))];
  const std::vector<std::uint8_t> octets(suite.master_size(), 0x42);
  return {.suite = suite.suite, .master = *Secret::from(octets)};
}

Context context(Direction direction, const Key& key) {
  if (!initialize()) std::abort();
  return *Context::create(direction, key);
}

void write_packet(Slot& slot, std::uint16_t sequence) {
  slot.fill(0xd5);
  constexpr std::array<std::uint8_t, 12> header{0x80, 0, 0, 0, 0, 0, 0, 1, 0xca, 0xfe, 0xba, 0xbe};
  std::memcpy(slot.data(), header.data(), header.size());
  slot[2] = static_cast<std::uint8_t>(sequence >> 8U);
  slot[3] = static_cast<std::uint8_t>(sequence);
}

void protect(benchmark::State& state) {
  auto out = context(Direction::kOutbound, key_of(state));
  Slot slot{};
  write_packet(slot, 0);
  std::uint16_t sequence = 0;
  for (auto _ : state) {
    slot[2] = static_cast<std::uint8_t>(++sequence >> 8U);
    slot[3] = static_cast<std::uint8_t>(sequence);
    benchmark::DoNotOptimize(out.protect_rtp(slot, kPacketSize));
  }
  state.SetLabel(std::string(kSuites[static_cast<std::size_t>(state.range(0))].name));
}

void unprotect(benchmark::State& state) {
  auto out = context(Direction::kOutbound, key_of(state));
  auto in = context(Direction::kInbound, key_of(state));
  std::vector<Slot> slots(2048);
  std::size_t size = 0;
  std::uint16_t sequence = 0;
  std::size_t next = slots.size();
  for (auto _ : state) {
    if (next == slots.size()) {
      state.PauseTiming();
      for (Slot& slot : slots) {
        write_packet(slot, ++sequence);
        size = out.protect_rtp(slot, kPacketSize)->size();
      }
      next = 0;
      state.ResumeTiming();
    }
    if (!in.unprotect_rtp(ByteSpan(slots[next++]).first(size))) std::abort();
  }
  state.SetLabel(std::string(kSuites[static_cast<std::size_t>(state.range(0))].name));
}

void forged(benchmark::State& state) {
  auto in = context(Direction::kInbound, key_of(state));
  Slot slot{};
  write_packet(slot, 1);
  for (auto _ : state) benchmark::DoNotOptimize(in.unprotect_rtp(ByteSpan(slot).first(kPacketSize)));
  state.SetLabel(std::string(kSuites[static_cast<std::size_t>(state.range(0))].name));
}

void make_context(benchmark::State& state) {
  const Key key = key_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(context(Direction::kInbound, key));
  state.SetLabel(std::string(kSuites[static_cast<std::size_t>(state.range(0))].name));
}

BENCHMARK(protect)->DenseRange(0, kSuites.size() - 1);
BENCHMARK(unprotect)->DenseRange(0, kSuites.size() - 1);
BENCHMARK(forged)->DenseRange(0, kSuites.size() - 1);
BENCHMARK(make_context)->DenseRange(0, kSuites.size() - 1);

}  // namespace
}  // namespace osrtp::srtp

BENCHMARK_MAIN();
