#include "rtp/header.hpp"

#include <gtest/gtest.h>

#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

using rtp::Header;

TEST(RtpHeader, ReadsEveryField) {
  const auto h = Header::parse(from_hex("a0e3 1234 89abcdef cafebabe 5555"));
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->marker);
  EXPECT_TRUE(h->padding);
  EXPECT_EQ(h->payload_type, 0x63);
  EXPECT_EQ(h->sequence, SequenceNumber(0x1234));
  EXPECT_EQ(h->timestamp, 0x89abcdefU);
  EXPECT_EQ(h->ssrc, Ssrc(0xcafebabe));
  EXPECT_EQ(h->size, 12U);
}

TEST(RtpHeader, TellsAMarkerFromAPayloadType) {
  const auto h = Header::parse(from_hex("8063 0000 00000000 00000000"));
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->marker);
  EXPECT_FALSE(h->padding);
  EXPECT_EQ(h->payload_type, 0x63);
}

struct Row {
  const char* name;
  const char* packet;
  std::optional<std::size_t> size;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class RtpHeaderSize : public ::testing::TestWithParam<Row> {};

TEST_P(RtpHeaderSize, IsCheckedAgainstThePacket) {
  const auto h = Header::parse(from_hex(GetParam().packet));
  EXPECT_EQ(h ? std::optional(h->size) : std::nullopt, GetParam().size);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3550, RtpHeaderSize,
    ::testing::Values(Row{"EmptyPayload", "8000 0001 00000001 00000007", 12}, Row{"Nothing", "", std::nullopt},
                      Row{"ElevenOctets", "8000 0001 00000001 000000", std::nullopt},
                      Row{"Version1", "4000 0001 00000001 00000007", std::nullopt},
                      Row{"Version3", "c000 0001 00000001 00000007", std::nullopt},
                      Row{"TwoContributors", "8200 0001 00000001 00000007 00000011 00000012 ff", 20},
                      Row{"AContributorMissing", "8200 0001 00000001 00000007 00000011 000000", std::nullopt},
                      Row{"EmptyExtension", "9000 0001 00000001 00000007 bede0000", 16},
                      Row{"OneWordOfExtension", "9000 0001 00000001 00000007 bede0001 10aa0000 ff", 20},
                      Row{"ExtensionOneOctetShort", "9000 0001 00000001 00000007 bede0001 10aa00", std::nullopt},
                      Row{"ExtensionHeaderCut", "9000 0001 00000001 00000007 bede00", std::nullopt},
                      Row{"LongestExtension", "9000 0001 00000001 00000007 bedeffff", std::nullopt},
                      Row{"ContributorsAndExtension", "9100 0001 00000001 00000007 00000011 bede0001 00000000", 24}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osrtp::testing
