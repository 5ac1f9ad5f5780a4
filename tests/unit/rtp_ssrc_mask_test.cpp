#include "rtp/ssrc_mask.hpp"

#include <gtest/gtest.h>

#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

constexpr std::uint32_t kMask = 0x0f0f0f0f;

/// One kind of RTCP: clear, with the senders masked, with the subjects masked. 00000007 becomes 0f0f0f08, 00000008
/// becomes 0f0f0f07.
struct Row {
  const char* name;
  std::string clear;
  std::string senders;
  std::string subjects;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class SsrcMask : public ::testing::TestWithParam<Row> {};

std::string masked(void (*by)(ByteSpan, std::uint32_t) noexcept, const std::string& hex) {
  Octets octets = from_hex(hex);
  by(octets, kMask);
  return to_hex(octets);
}
std::string plain(const std::string& hex) { return to_hex(from_hex(hex)); }

TEST_P(SsrcMask, TouchesWhoSends) { EXPECT_EQ(masked(rtp::mask_senders, GetParam().clear), plain(GetParam().senders)); }
TEST_P(SsrcMask, TouchesWhoIsSpokenOf) {
  EXPECT_EQ(masked(rtp::mask_subjects, GetParam().clear), plain(GetParam().subjects));
}

const std::string kInfo(40, '1');    // NTP and RTP time, packets, octets
const std::string kReport(40, '2');  // of a report block, behind its SSRC

INSTANTIATE_TEST_SUITE_P(
    Packets, SsrcMask,
    ::testing::Values(
        Row{"SenderReport", "81c8000c 00000007" + kInfo + "00000008" + kReport,
            "81c8000c 0f0f0f08" + kInfo + "00000008" + kReport, "81c8000c 00000007" + kInfo + "0f0f0f07" + kReport},
        Row{"ReceiverReportOfTwo", "82c9000d 00000007 00000008" + kReport + "00000007" + kReport,
            "82c9000d 0f0f0f08 00000008" + kReport + "00000007" + kReport,
            "82c9000d 00000007 0f0f0f07" + kReport + "0f0f0f08" + kReport},
        Row{"TwoChunks", "82ca0006 00000007 0106 70686f6e6531 0000 0000 00000008 00000000",
            "82ca0006 0f0f0f08 0106 70686f6e6531 0000 0000 0f0f0f07 00000000",
            "82ca0006 00000007 0106 70686f6e6531 0000 0000 00000008 00000000"},
        Row{"Goodbye", "82cb0002 00000007 00000008", "82cb0002 0f0f0f08 0f0f0f07", "82cb0002 00000007 00000008"},
        Row{"Application", "80cc0002 00000007 6e616d65", "80cc0002 0f0f0f08 6e616d65", "80cc0002 00000007 6e616d65"},
        Row{"Nack", "81cd0003 00000007 00000008 00010000", "81cd0003 0f0f0f08 00000008 00010000",
            "81cd0003 00000007 0f0f0f07 00010000"},
        Row{"BandwidthRequest", "83cd0004 00000007 00000000 00000008 12345678",
            "83cd0004 0f0f0f08 00000000 00000008 12345678", "83cd0004 00000007 00000000 0f0f0f07 12345678"},
        Row{"FullIntraRequest", "84ce0004 00000007 00000000 00000008 01000000",
            "84ce0004 0f0f0f08 00000000 00000008 01000000", "84ce0004 00000007 00000000 0f0f0f07 01000000"},
        Row{"Remb", "8fce0006 00000007 00000000 52454d42 02000000 00000008 00000007",
            "8fce0006 0f0f0f08 00000000 52454d42 02000000 00000008 00000007",
            "8fce0006 00000007 00000000 52454d42 02000000 0f0f0f07 0f0f0f08"},
        Row{"VoipMetrics", "80cf0005 00000007 07000003 00000008 33333333 33333333",
            "80cf0005 0f0f0f08 07000003 00000008 33333333 33333333",
            "80cf0005 00000007 07000003 0f0f0f07 33333333 33333333"},
        Row{"ReceiverTimes", "80cf0008 00000007 04000002 33333333 33333333 05000003 00000008 44444444 44444444",
            "80cf0008 0f0f0f08 04000002 33333333 33333333 05000003 00000008 44444444 44444444",
            "80cf0008 00000007 04000002 33333333 33333333 05000003 0f0f0f07 44444444 44444444"},
        Row{"PaddingInPlaceOfTheMediaSource", "a0ce0002 00000007 00000004", "a0ce0002 0f0f0f08 00000004",
            "a0ce0002 00000007 00000004"},
        Row{"TypeOfTheFuture", "80d00001 00000007", "80d00001 0f0f0f08", "80d00001 00000007"},
        Row{"GoodbyeOfNobody", "80cb0001 00000007", "80cb0001 0f0f0f08", "80cb0001 00000007"},
        Row{"HeaderThatIsPadding", "a0c90001 00000004", "a0c90001 0f0f0f0b", "a0c90001 00000004"},
        Row{"NoCompound", "80c90002 00000007", "80c90002 0f0f0f08", "80c90002 00000007"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SsrcMaskOfRtp, IsOfTheThirdWordAlone) {
  EXPECT_EQ(masked(rtp::mask_source, "80000001 00000002 00000007 00000003"),
            plain("80000001 00000002 0f0f0f08 00000003"));
}

TEST(SsrcMaskProperty, ReachesEveryPacketOfACompound) {
  EXPECT_EQ(masked(rtp::mask_senders, "80c90001 00000007 81cb0001 00000007"),
            plain("80c900010f0f0f0881cb00010f0f0f08"));
}

}  // namespace
}  // namespace osrtp::testing
