#include "capture/pcapng.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

using capture::Interface;

std::uint32_t little(ByteView at) {
  return static_cast<std::uint32_t>(at[0] | at[1] << 8U | at[2] << 16U) | static_cast<std::uint32_t>(at[3]) << 24U;
}

struct Block {
  std::uint32_t type;
  ByteView body;
};

/// A file cut at its lengths, both of which have to be right.
std::vector<Block> blocks(ByteView file) {
  std::vector<Block> found;
  while (file.size() >= 12) {
    const std::uint32_t length = little(file.subspan(4));
    if (length % 4 != 0 || length > file.size() || little(file.subspan(length - 4)) != length) break;
    found.push_back({little(file), file.subspan(8, length - 12)});
    file = file.subspan(length);
  }
  EXPECT_TRUE(file.empty()) << file.size() << " octets are no block";
  return found;
}

bool contains(ByteView where, std::string_view what) {
  const ByteView octets = bytes_of(what);
  return std::search(where.begin(), where.end(), octets.begin(), octets.end()) != where.end();
}

capture::Packet packet(ByteView octets, const char* from, const char* to) {
  const auto at = WallTime(std::chrono::seconds(1'764'000'000) + std::chrono::microseconds(5));
  return {1, at, "rtp", Endpoint::parse(from).value(), Endpoint::parse(to).value(), octets};
}

TEST(Pcapng, BeginsWithASectionAndItsInterfaces) {
  const std::vector<Interface> two{{"caller, m-line 1", "call x"}, {"callee", std::string(3, 'y')}};
  const auto file = capture::head(two);
  const auto found = blocks(file);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].type, 0x0A0D0D0AU);
  EXPECT_EQ(little(found[0].body), 0x1A2B3C4DU);
  EXPECT_EQ(found[1].type, 1U);
  EXPECT_EQ(little(found[1].body) & 0xffffU, 252U) << "exported PDUs";
  EXPECT_TRUE(contains(found[1].body, "caller, m-line 1"));
  EXPECT_TRUE(contains(found[2].body, "yyy"));
}

TEST(Pcapng, APacketHasItsInterfaceTimeAddressesAndOctets) {
  for (std::size_t size = 0; size < 9; ++size) {
    const Octets octets(size, 0xab);
    const auto file = capture::block(packet(octets, "192.0.2.1:4000", "198.51.100.2:5000"));
    const auto found = blocks(file);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].type, 6U);
    const ByteView body = found[0].body;
    EXPECT_EQ(little(body), 1U);
    const std::uint64_t at = std::uint64_t{little(body.subspan(4))} << 32U | little(body.subspan(8));
    EXPECT_EQ(at, 1'764'000'000'000'005'000U);
    const std::uint32_t captured = little(body.subspan(12));
    EXPECT_EQ(little(body.subspan(16)), captured);
    const ByteView pdu = body.subspan(20, captured);
    EXPECT_EQ(Octets(pdu.end() - static_cast<std::ptrdiff_t>(size), pdu.end()), octets);
    EXPECT_TRUE(contains(pdu, "rtp"));
    EXPECT_TRUE(contains(pdu, std::string_view("\0\x14\0\x04\xc0\0\x02\x01", 8))) << "the source, as a tag";
  }
}

TEST(Pcapng, AddressesOfBothFamilies) {
  const auto four = capture::block(packet({}, "192.0.2.1:4000", "192.0.2.2:5000"));
  const auto six = capture::block(packet({}, "[2001:db8::1]:4000", "[2001:db8::2]:5000"));
  EXPECT_EQ(six.size() - four.size(), 2U * 12U);
}

TEST(Pcapng, AnOptionOfAnyLengthKeepsTheFileWhole) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{65'535}, std::size_t{70'000}}) {
    EXPECT_EQ(blocks(capture::head(std::vector<Interface>{{"x", std::string(size, 'd')}})).size(), 2U) << size;
  }
}

}  // namespace
}  // namespace osrtp::testing
