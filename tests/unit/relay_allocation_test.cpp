// The packet path asks nobody for memory: not us, not libsrtp, not OpenSSL.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>

#include "support/relayed_call.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OSRTP_CAN_COUNT 0  // the sanitizers have an allocator of their own
#else
#define OSRTP_CAN_COUNT 1
#endif

namespace {
std::atomic<std::uint64_t> allocations{0};
}

#if OSRTP_CAN_COUNT
// operator new ends in malloc, and so does whatever the libraries take.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
}
#endif

namespace osrtp::testing {
namespace {

using relay::Component;

/// What `count` packets of each kind, from the caller, are going to be on the wire.
std::vector<Buffer> prepared(RelayedCall& call, Component kind, std::uint16_t count) {
  std::vector<Buffer> wires;
  for (std::uint16_t i = 1; i <= count; ++i) {
    const Octets plain = kind == Component::kRtp ? rtp_packet(i) : rtcp_packet();
    wires.emplace_back(call.caller.seal(kind, plain));
  }
  return wires;
}

std::uint64_t allocations_of(RelayedCall& call, Component kind, std::vector<Buffer>& wires, std::size_t from) {
  const Endpoint source = call.caller.at(kind);
  const std::uint64_t before = allocations;
  for (std::size_t i = from; i < wires.size(); ++i) {
    const auto sent = call.stream.handle(0, kind, {source, wires[i].whole(), wires[i].size}, call.now);
    if (!sent) return ~std::uint64_t{0};
  }
  return allocations - before;
}

TEST(PacketPath, AllocatesNothingOnceAnSsrcIsKnown) {
  if (!OSRTP_CAN_COUNT) GTEST_SKIP() << "built with a sanitizer";
  std::vector<std::optional<Suite>> all{std::nullopt};
  for (const SuiteFacts& one : kSuites) all.emplace_back(one.suite);
  for (const auto& in : all) {
    for (const auto& out : all) {
      RelayedCall call({.suite = in}, {.suite = out});
      for (const Component kind : {Component::kRtp, Component::kRtcp}) {
        auto wires = prepared(call, kind, 20);
        std::vector<Buffer> first(wires.begin(), wires.begin() + 1);
        ASSERT_NE(allocations_of(call, kind, first, 0), ~std::uint64_t{0});
        EXPECT_EQ(allocations_of(call, kind, wires, 1), 0U);
      }
    }
  }
}

TEST(PacketPath, AllocatesNothingForWhatItDrops) {
  if (!OSRTP_CAN_COUNT) GTEST_SKIP() << "built with a sanitizer";
  RelayedCall call({.suite = Suite::kAesCm128HmacSha1_80}, {});
  Buffer forged(rtp_packet(1));
  const Endpoint source = call.caller.at(Component::kRtp);
  const std::uint64_t before = allocations;
  for (std::uint8_t i = 0; i < 200; ++i) {
    forged.octets[11] = i;  // ever new SSRCs
    EXPECT_FALSE(call.stream.handle(0, Component::kRtp, {source, forged.whole(), forged.size}, call.now));
  }
  EXPECT_EQ(allocations - before, 0U);
}

std::uint64_t allocations_of_forgeries(RelayedCall& call, std::uint8_t count) {
  Buffer forged(rtp_packet(1));
  const Endpoint source = call.caller.at(Component::kRtp);
  const std::uint64_t before = allocations;
  for (std::uint8_t i = 0; i < count; ++i) {
    forged.octets[11] = i;
    EXPECT_FALSE(call.stream.handle(0, Component::kRtp, {source, forged.whole(), forged.size}, call.now));
  }
  return allocations - before;
}

// GCM cannot tell a forgery before it has deciphered it; its cipher is made then, once.
TEST(PacketPath, AllocatesAtMostOnceForForgeries) {
  if (!OSRTP_CAN_COUNT) GTEST_SKIP() << "built with a sanitizer";
  for (const SuiteFacts& suite : kSuites) {
    RelayedCall call({.suite = suite.suite}, {});
    const std::uint64_t first = allocations_of_forgeries(call, 1);
    EXPECT_LE(first, suite.salt_size == 12 ? 4U : 0U) << suite.name;
    EXPECT_EQ(allocations_of_forgeries(call, 200), 0U) << suite.name;
  }
}

TEST(PacketPath, CountIsNotBlind) {
  if (!OSRTP_CAN_COUNT) GTEST_SKIP() << "built with a sanitizer";
  const std::uint64_t before = allocations;
  const Octets some(100);
  EXPECT_GT(allocations - before, some.size() - 100);
}

}  // namespace
}  // namespace osrtp::testing
