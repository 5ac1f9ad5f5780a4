#include "sdp/ice.hpp"

#include <gtest/gtest.h>

namespace osrtp::sdp {
namespace {

struct Good {
  const char* name;
  const char* value;
  Candidate candidate;
};
class SdpCandidate : public testing::TestWithParam<Good> {};

TEST_P(SdpCandidate, IsRead) { EXPECT_EQ(parse_candidate(GetParam().value), GetParam().candidate); }

Endpoint at(const char* text) { return *Endpoint::parse(text); }

INSTANTIATE_TEST_SUITE_P(
    Values, SdpCandidate,
    testing::Values(Good{"Host",
                         "1 1 UDP 2130706431 192.0.2.1 4000 typ host",
                         {1, 2130706431, at("192.0.2.1:4000"), CandidateKind::kHost}},
                    Good{"Reflexive",
                         "842163049 1 udp 1677729535 192.0.2.7 61665 typ srflx raddr 10.0.0.1 rport 4000 generation 0",
                         {1, 1677729535, at("192.0.2.7:61665"), CandidateKind::kServerReflexive}},
                    Good{"PeerReflexive",
                         "a+/Z 2 UDP 1 192.0.2.1 4001 typ prflx",
                         {2, 1, at("192.0.2.1:4001"), CandidateKind::kPeerReflexive}},
                    Good{"Relayed",
                         "3 1 UDP 41885439 192.0.2.8 50000 TYP Relay raddr 0.0.0.0 rport 0",
                         {1, 41885439, at("192.0.2.8:50000"), CandidateKind::kRelayed}},
                    Good{"Ipv6",
                         "1 1 UDP 2130706431 2001:DB8::1 4000 typ host",
                         {1, 2130706431, at("[2001:db8::1]:4000"), CandidateKind::kHost}},
                    Good{"LastComponentAndPriority",
                         "1 256 UDP 2147483647 192.0.2.1 65535 typ host",
                         {256, 2147483647, at("192.0.2.1:65535"), CandidateKind::kHost}}),
    [](const auto& row) { return row.param.name; });

TEST(SdpCandidate, IsPassedOverWhereARelayCannotUseIt) {
  for (const std::string value :
       {"", "1", "1 1 UDP 1 192.0.2.1 4000", "1 1 UDP 1 192.0.2.1 4000 typ", "1 1 UDP 1 192.0.2.1 4000 typ other",
        "1 1 UDP 1 192.0.2.1 4000 host typ", "1 1 TCP 1 192.0.2.1 4000 typ host tcptype passive",
        "1 1 UDP 1 8b3d2c1a.local 4000 typ host", "1 1 UDP 1 0.0.0.0 4000 typ host", "1 1 UDP 1 192.0.2.1 0 typ host",
        "1 1 UDP 1 192.0.2.1 70000 typ host", "1 0 UDP 1 192.0.2.1 4000 typ host",
        "1 257 UDP 1 192.0.2.1 4000 typ host", "1 1 UDP 0 192.0.2.1 4000 typ host",
        "1 1 UDP 2147483648 192.0.2.1 4000 typ host", "1 1 UDP -1 192.0.2.1 4000 typ host",
        "a-b 1 UDP 1 192.0.2.1 4000 typ host", "123456789012345678901234567890123 1 UDP 1 192.0.2.1 4000 typ host"}) {
    EXPECT_FALSE(parse_candidate(value)) << value;
  }
}

TEST(SdpCandidate, IsWrittenAsItIsRead) {
  const Candidate candidate{1, 2130706431, at("[2001:db8::1]:4000"), CandidateKind::kHost};
  const std::string line = format_candidate(candidate, "2");
  EXPECT_EQ(line, "a=candidate:2 1 UDP 2130706431 2001:db8::1 4000 typ host");
  EXPECT_EQ(parse_candidate(line.substr(line.find(':') + 1)), candidate);
}

TEST(SdpIce, NamesAndPasswordsHaveTheirLengthsAndCharacters) {
  EXPECT_TRUE(is_ufrag("gzyw") && is_ufrag("+/aZ09") && is_ufrag(std::string(256, 'a')));
  EXPECT_FALSE(is_ufrag("gzy") || is_ufrag(std::string(257, 'a')) || is_ufrag("gz:w") || is_ufrag("gzy w"));
  EXPECT_TRUE(is_ice_password(std::string(22, 'a')) && is_ice_password(std::string(256, '+')));
  EXPECT_FALSE(is_ice_password(std::string(21, 'a')) || is_ice_password(std::string(257, 'a')) ||
               is_ice_password(std::string(22, '-')));
}

}  // namespace
}  // namespace osrtp::sdp
