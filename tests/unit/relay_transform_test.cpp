// Every combination of what two legs can be (plain, or SRTP with any suite) carries
// RTP and RTCP both ways without touching an octet of them.
#include <gtest/gtest.h>

#include <tuple>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;
using relay::Mux;
using MaybeSuite = std::optional<Suite>;

std::vector<MaybeSuite> all_protections() {
  std::vector<MaybeSuite> all{std::nullopt};
  for (const SuiteFacts& one : kSuites) all.emplace_back(one.suite);
  return all;
}

std::string name_of(const MaybeSuite& suite) { return suite ? std::string(facts(*suite).name) : "plain"; }

/// Packets of every shape: payloads of 0 to 1460 octets, CSRCs, an extension, padding, marker.
std::vector<Octets> shapes() {
  std::vector<Octets> all;
  std::uint16_t sequence = 100;
  for (const std::size_t size : {0U, 1U, 4U, 15U, 16U, 17U, 160U, 1460U}) {
    all.push_back(rtp_packet(sequence++, 0xcafe, size));
  }
  for (const unsigned csrcs : {1U, 15U}) {
    Octets p = rtp_packet(sequence++, 0xcafe, std::size_t{4} * csrcs + 20);
    p[0] = static_cast<std::uint8_t>(0x80U | csrcs);
    all.push_back(p);
  }
  Octets extended = rtp_packet(sequence++, 0xcafe, 0);
  extended[0] = 0x90;
  const Octets extension = from_hex("bede0001 10ff0000 01020304");
  extended.insert(extended.end(), extension.begin(), extension.end());
  all.push_back(extended);
  Octets padded = rtp_packet(sequence++, 0xcafe, 20);
  padded[0] = 0xa0;
  padded[1] = 0x80;
  padded.back() = 4;
  all.push_back(padded);
  return all;
}

class RelayTransform : public ::testing::TestWithParam<std::tuple<MaybeSuite, MaybeSuite>> {
 protected:
  static void carries(RelayedCall& call, RelayedPhone& from, RelayedPhone& to) {
    for (const Octets& packet : shapes()) {
      const auto sent = call.says(from, Component::kRtp, packet);
      ASSERT_TRUE(sent) << relay::name(sent.error()) << " for " << packet.size() << " octets";
      EXPECT_EQ(to_hex(sent->plain), to_hex(packet));
      EXPECT_EQ(sent->to, to.at(Component::kRtp));
      EXPECT_EQ(sent->socket, to.socket(Component::kRtp));
      const std::size_t tag = to.setup.suite ? facts(*to.setup.suite).rtp_tag_size : 0;
      EXPECT_EQ(sent->wire.size(), packet.size() + tag);
    }
    for (int i = 0; i < 3; ++i) {
      const auto report = call.says(from, Component::kRtcp, rtcp_packet(0xcafe));
      ASSERT_TRUE(report) << relay::name(report.error());
      EXPECT_EQ(to_hex(report->plain), to_hex(rtcp_packet(0xcafe)));
      EXPECT_EQ(report->to, to.at(Component::kRtcp));
      EXPECT_EQ(report->socket, to.socket(Component::kRtcp));
    }
  }
};

TEST_P(RelayTransform, CarriesRtpAndRtcpBothWaysOctetByOctet) {
  const auto [a, b] = GetParam();
  RelayedCall call({.suite = a}, {.suite = b});
  carries(call, call.caller, call.callee);
  carries(call, call.callee, call.caller);
  for (const RelayedPhone* phone : {&call.caller, &call.callee}) {
    const auto numbers = call.counters(*phone);
    EXPECT_EQ(numbers.received_rtp.packets, shapes().size());
    EXPECT_EQ(numbers.received_rtcp.packets, 3U);
    EXPECT_EQ(numbers.sent_rtp.packets, shapes().size());
    EXPECT_EQ(numbers.sent_rtcp.packets, 3U);
    EXPECT_EQ(numbers.authenticated, phone->setup.suite ? shapes().size() + 3 : 0);
    EXPECT_EQ(call.accounted(*phone), shapes().size() + 3);
  }
}

TEST_P(RelayTransform, CountsWholeUdpPayloads) {
  const auto [a, b] = GetParam();
  RelayedCall call({.suite = a}, {.suite = b});
  const Octets packet = rtp_packet(1);
  const Octets wire = call.caller.seal(Component::kRtp, packet);
  const auto sent = call.feed(call.caller, Component::kRtp, call.caller.at(Component::kRtp), wire);
  ASSERT_TRUE(sent);
  EXPECT_EQ(call.counters(call.caller).received_rtp, (relay::Tally{1, wire.size()}));
  EXPECT_EQ(call.counters(call.callee).sent_rtp, (relay::Tally{1, sent->wire.size()}));
}

TEST_P(RelayTransform, LetsPlainOctetsOutOfAPlainLegOnly) {
  const auto [a, b] = GetParam();
  RelayedCall call({.suite = a}, {.suite = b});
  for (const std::size_t size : {4U, 16U, 160U}) {
    const Octets packet = rtp_packet(static_cast<std::uint16_t>(size), 1, size, 0);
    const auto sent = call.says(call.caller, Component::kRtp, packet);
    ASSERT_TRUE(sent);
    const Octets payload(sent->wire.begin() + 12, sent->wire.begin() + static_cast<std::ptrdiff_t>(12 + size));
    EXPECT_EQ(payload == Octets(size, 0), !b);
  }
}

INSTANTIATE_TEST_SUITE_P(Pairs, RelayTransform,
                         ::testing::Combine(::testing::ValuesIn(all_protections()),
                                            ::testing::ValuesIn(all_protections())),
                         [](const auto& row) {
                           return name_of(std::get<0>(row.param)) + "_to_" + name_of(std::get<1>(row.param));
                         });

struct MuxCase {
  const char* name;
  Mux caller;
  Mux callee;
};

class RtcpPorts : public ::testing::TestWithParam<std::tuple<MuxCase, MaybeSuite>> {};

TEST_P(RtcpPorts, AreBridgedBothWays) {
  const auto& [mux, suite] = GetParam();
  RelayedCall call({.suite = suite, .mux = mux.caller}, {.suite = suite, .mux = mux.callee});
  for (auto [from, to] : {std::pair{&call.caller, &call.callee}, {&call.callee, &call.caller}}) {
    const auto report = call.says(*from, Component::kRtcp, rtcp_packet());
    ASSERT_TRUE(report) << relay::name(report.error());
    EXPECT_EQ(report->plain, rtcp_packet());
    EXPECT_EQ(report->to, to->at(Component::kRtcp));
    EXPECT_EQ(report->socket, to->socket(Component::kRtcp));
    const auto media = call.says_rtp(*from, 7);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->to, to->at(Component::kRtp));
    EXPECT_EQ(media->socket, to->socket(Component::kRtp));
    EXPECT_EQ(call.counters(*to).sent_rtcp.packets, 1U);
    EXPECT_EQ(call.counters(*from).received_rtcp.packets, 1U);
    EXPECT_EQ(call.counters(*from).rtcp_source, from->at(Component::kRtcp));
  }
}

TEST_P(RtcpPorts, CarryNothingThatIsNotTheirs) {
  const auto& [mux, suite] = GetParam();
  RelayedCall call({.suite = suite, .mux = mux.caller}, {.suite = suite, .mux = mux.callee});
  RelayedPhone& from = call.caller;
  const Component wrong = mux.caller == Mux::kMuxed ? Component::kRtcp : Component::kRtp;
  const auto report = call.feed(from, wrong, from.at(Component::kRtcp), from.seal(Component::kRtcp, rtcp_packet()));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error(), Drop::kUnknownKind);
  const Octets media = from.seal(Component::kRtp, rtp_packet(1));
  const auto stray = call.feed(from, Component::kRtcp, from.at(Component::kRtp), media);
  ASSERT_FALSE(stray);
  EXPECT_EQ(stray.error(), Drop::kUnknownKind);
}

INSTANTIATE_TEST_SUITE_P(
    Combinations, RtcpPorts,
    ::testing::Combine(::testing::Values(MuxCase{"SeparateToSeparate", Mux::kSeparate, Mux::kSeparate},
                                         MuxCase{"SeparateToMuxed", Mux::kSeparate, Mux::kMuxed},
                                         MuxCase{"MuxedToSeparate", Mux::kMuxed, Mux::kSeparate},
                                         MuxCase{"MuxedToMuxed", Mux::kMuxed, Mux::kMuxed}),
                       ::testing::Values(MaybeSuite{}, MaybeSuite{Suite::kAesCm128HmacSha1_32},
                                         MaybeSuite{Suite::kAeadAes256Gcm})),
    [](const auto& row) { return std::get<0>(row.param).name + ("_" + name_of(std::get<1>(row.param))); });

TEST(RelayAddresses, MayBeOfDifferentFamilies) {
  RelayedCall call({.suite = Suite::kAeadAes128Gcm, .family = Family::kIpv6}, {.family = Family::kIpv4});
  const auto out = call.says_rtp(call.caller, 1);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->to.to_string(), "198.51.100.2:4000");
  const auto back = call.says_rtp(call.callee, 1);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->to.to_string(), "[2001:db8::1]:4000");
}

TEST(RelayMki, StandsBehindEveryPacketOfItsLegOnly) {
  RelayedCall call({.suite = Suite::kAesCm128HmacSha1_80, .mki = {1, 2, 3, 4}}, {.suite = Suite::kAesCm128HmacSha1_80});
  const auto out = call.says_rtp(call.caller, 1);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->wire.size(), 172U + 10U);
  const auto back = call.says_rtp(call.callee, 1);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->wire.size(), 172U + 4U + 10U);
  EXPECT_EQ(back->plain, rtp_packet(1, call.ssrc_of(call.callee)));
}

}  // namespace
}  // namespace osrtp::testing
