#include "rtp/rtcp.hpp"

#include <gtest/gtest.h>

#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

using rtp::Compound;
using rtp::RtcpHeader;

struct Row {
  const char* name;
  std::string datagram;
  std::size_t packets;  // 0: refused
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Rtcp : public ::testing::TestWithParam<Row> {};

TEST_P(Rtcp, IsWalkedFromEndToEnd) {
  const auto compound = Compound::parse(from_hex(GetParam().datagram));
  EXPECT_EQ(compound ? compound->packets : 0, GetParam().packets);
}

const std::string kSr = "80c80006 00000007" + std::string(40, '0');
const std::string kRr = "80c90001 00000007";
const std::string kSdes = "81ca0004 00000007 0106 70686f6e6531 0000 0000";
const std::string kBye = "81cb0001 00000007";
const std::string kPaddedRr = "a0c90002 00000007 00000004";

INSTANTIATE_TEST_SUITE_P(
    Datagrams, Rtcp,
    ::testing::Values(
        Row{"SenderReportAndSdes", kSr + kSdes, 2}, Row{"ReceiverReportSdesBye", kRr + kSdes + kBye, 3},
        Row{"ReceiverReportAlone", kRr, 1}, Row{"PaddedLastPacket", kRr + kPaddedRr, 2},
        Row{"PaddingBeforeTheEnd", kPaddedRr + kRr, 0}, Row{"PaddingCountZero", "a0c90002 00000007 00000000", 0},
        Row{"PaddingCountOdd", "a0c90002 00000007 00000003", 0},
        Row{"PaddingLongerThanThePacket", "a0c90002 00000007 00000010", 0},
        Row{"ReducedSizeFeedback", "81cd0003 00000007 00000008 00010000", 1},
        Row{"ReducedSizePictureLoss", "81ce0002 00000007 00000008", 1},
        Row{"ClearAppOfSixteenOctets", "80cc0003 00000007 6f737274 00000000", 1},
        Row{"ExtendedReport", "80cf0001 00000007", 1}, Row{"UnknownTypeInRange", "80df0001 00000007", 1},
        Row{"Nothing", "", 0}, Row{"SevenOctets", "80c90001 000000", 0}, Row{"Version1", "40c90001 00000007", 0},
        Row{"TypeBelowTheRange", "80bf0001 00000007", 0}, Row{"TypeAboveTheRange", "80e00001 00000007", 0},
        Row{"SecondPacketOfVersion1", kRr + "41ca0001 00000007", 0},
        Row{"LengthBeyondTheDatagram", "80c90002 00000007", 0}, Row{"OctetsLeftOver", kRr + "00", 0},
        Row{"AnotherHeaderCut", kRr + "81ca00", 0}, Row{"SenderReportWithoutSenderInfo", "80c80001 00000007", 0},
        Row{"ReportBlockMissing", "81c90001 00000007", 0}, Row{"AppWithoutName", "80cc0001 00000007", 0},
        Row{"FeedbackWithoutMediaSource", "81cd0001 00000007", 0}, Row{"ByeOfTwoWithOne", kRr + "82cb0001 00000007", 0},
        Row{"EmptyBye", kRr + "80cb0000", 2}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RtcpCompound, NamesItsFirstPacketsTypeAndSender) {
  const auto compound = Compound::parse(from_hex(kRr + kSdes));
  ASSERT_TRUE(compound);
  EXPECT_EQ(compound->first.type, rtp::kReceiverReport);
  EXPECT_EQ(compound->first.sender, Ssrc(7));
}

TEST(RtcpHeader, IsReadableInSrtcp) {
  const auto header = RtcpHeader::parse(from_hex("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->type, rtp::kSenderReport);
  EXPECT_EQ(header->sender, Ssrc(0xcafebabe));
}

TEST(RtcpHeader, NeedsEightOctetsOfVersion2) {
  EXPECT_FALSE(RtcpHeader::parse(from_hex("81c8000bcafeba")));
  EXPECT_FALSE(RtcpHeader::parse(from_hex("41c8000bcafebabe")));
  EXPECT_FALSE(RtcpHeader::parse(from_hex("8148000bcafebabe")));
  EXPECT_TRUE(RtcpHeader::parse(from_hex("81c8000bcafebabe")));
}

std::string without_feedback(const std::string& hex) {
  Octets datagram = from_hex(hex);
  return to_hex(ByteView(datagram).first(rtp::strip_feedback(datagram)));
}
std::string plain_hex(const std::string& hex) { return to_hex(from_hex(hex)); }

const std::string kPli = "81ce0002 00000007 00000009";
const std::string kNack = "81cd0003 00000007 00000009 00010000";

TEST(RtcpFeedback, IsTakenOutAndTheReportsStay) {
  EXPECT_EQ(without_feedback(kRr + kSdes + kPli), plain_hex(kRr + kSdes));
  EXPECT_EQ(without_feedback(kRr + kNack + kSdes + kPli), plain_hex(kRr + kSdes));
}

TEST(RtcpFeedback, AloneLeavesNothing) { EXPECT_EQ(without_feedback(kPli + kNack), ""); }

TEST(RtcpFeedback, ReportsWithoutItAreUntouched) {
  EXPECT_EQ(without_feedback(kSr + kSdes + kBye), plain_hex(kSr + kSdes + kBye));
}

TEST(RtcpFeedback, WhatIsNoCompoundStaysAsItIs) { EXPECT_EQ(without_feedback(kPli + "81"), plain_hex(kPli + "81")); }

}  // namespace
}  // namespace osrtp::testing
