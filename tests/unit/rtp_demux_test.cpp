#include "rtp/demux.hpp"

#include <gtest/gtest.h>

#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

using rtp::Kind;

struct Row {
  const char* name;
  const char* datagram;
  Kind kind;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Demux : public ::testing::TestWithParam<Row> {};

TEST_P(Demux, ClassifiesIt) { EXPECT_EQ(rtp::classify(from_hex(GetParam().datagram)), GetParam().kind); }

INSTANTIATE_TEST_SUITE_P(
    Rfc7983AndRfc5761, Demux,
    ::testing::Values(Row{"Nothing", "", Kind::kUnknown}, Row{"OneOctet", "80", Kind::kUnknown},
                      Row{"Rtp", "8000 0001 00000001 00000007", Kind::kRtp},
                      Row{"RtpWithMarkerAndDynamicType", "80e0 0001 00000001 00000007", Kind::kRtp},
                      Row{"RtpTooShort", "8000 0001 00000001 000000", Kind::kUnknown},
                      Row{"SenderReport", "80c8 0001 00000007", Kind::kRtcp},
                      Row{"FirstRtcpType", "80c0 0001 00000007", Kind::kRtcp},
                      Row{"LastRtcpType", "80df 0001 00000007", Kind::kRtcp},
                      Row{"PayloadType63IsRtp", "80bf 0001 00000001 00000007", Kind::kRtp},
                      Row{"PayloadType96IsRtp", "8060 0001 00000001 00000007", Kind::kRtp},
                      Row{"PayloadType72ReadsAsRtcp", "8048 0001 00000001 00000007", Kind::kRtcp},
                      Row{"RtcpTooShort", "80c8 0001 000000", Kind::kUnknown},
                      Row{"ClearAppOfSixteenOctets", "80cc 0003 00000007 6f737274 00000000", Kind::kRtcp},
                      Row{"EmptyAfterHeaderVersion2", "bfff 0001 00000001 00000007", Kind::kRtp},
                      Row{"Stun", "0001 0000 2112a442 000000000000000000000000", Kind::kStun},
                      Row{"StunWithoutCookie", "0001 0000 2112a443 000000000000000000000000", Kind::kUnknown},
                      Row{"StunOfOddLength", "0001 0000 2112a442 00000000000000000000000000", Kind::kUnknown},
                      Row{"StunTooShort", "0001 0000 2112a442 00000000", Kind::kUnknown},
                      Row{"Dtls", "16fefd 0000 000000000000 0000", Kind::kDtls},
                      Row{"DtlsTooShort", "16fefd 0000 000000000000 00", Kind::kUnknown},
                      Row{"Zrtp", "1000 0001 5a525450 00000007 505a0003 48656c6c 00000000 00000000", Kind::kZrtp},
                      Row{"ZrtpWithoutCookie", "1000 0001 5a525451 00000007 505a0003 48656c6c 00000000 00000000",
                          Kind::kUnknown},
                      Row{"ZrtpTooShort", "1000 0001 5a525450 00000007 505a0003 48656c6c 00000000", Kind::kUnknown},
                      Row{"TurnChannel", "4000 0004 00000000 0000000000000000", Kind::kUnknown},
                      Row{"Version1", "4100 0001 00000001 00000007 0000000000000000", Kind::kUnknown},
                      Row{"Version3", "c000 0001 00000001 00000007 0000000000000000", Kind::kUnknown}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(DemuxFirstOctet, SortsEveryFirstOctetIntoItsRange) {
  for (unsigned first = 0; first < 256; ++first) {
    Octets datagram(64, 0);
    datagram[0] = static_cast<std::uint8_t>(first);
    const Kind kind = rtp::classify(datagram);  // no cookie in it
    const bool media = first >= 128 && first <= 191;
    const bool dtls = first >= 20 && first <= 63;
    EXPECT_EQ(kind, media ? Kind::kRtp : dtls ? Kind::kDtls : Kind::kUnknown) << first;
  }
}

constexpr std::array<std::uint8_t, 8> kReport{0x80, 0xc9, 0, 1, 0, 0, 0, 7};
static_assert(rtp::classify(kReport) == Kind::kRtcp);  // at compile time too

}  // namespace
}  // namespace osrtp::testing
