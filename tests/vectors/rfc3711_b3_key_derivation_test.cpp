// RFC 3711 appendix B.3 and RFC 6188 §7.2, §7.4. libsrtp keeps its session keys to
// itself, so the derivation of the tests' own implementation is checked here; the
// whole packets in srtp_whole_packets_test.cpp, which it reproduces, tie the daemon to it.
#include <gtest/gtest.h>

#include "support/octets.hpp"
#include "support/wire_oracle.hpp"

namespace osrtp::testing {
namespace {

struct Derivation {
  const char* name;
  const char* master_key;
  const char* master_salt;
  std::uint8_t label;
  const char* session_key;
};

void PrintTo(const Derivation& d, std::ostream* out) { *out << d.name; }

class KeyDerivation : public ::testing::TestWithParam<Derivation> {};

TEST_P(KeyDerivation, GivesTheRfcsSessionKey) {
  const Octets expected = from_hex(GetParam().session_key);
  const Octets derived = derive_session_key(from_hex(GetParam().master_key), from_hex(GetParam().master_salt),
                                            GetParam().label, expected.size());
  EXPECT_EQ(to_hex(derived), to_hex(expected));
}

constexpr const char* kKey128 = "E1F97A0D3E018BE0D64FA32C06DE4139";
constexpr const char* kSalt128 = "0EC675AD498AFEEBB6960B3AABE6";
constexpr const char* kKey192 = "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1";
constexpr const char* kSalt192 = "c8522f3acd4ce86d5add78edbb11";
constexpr const char* kKey256 = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
constexpr const char* kSalt256 = "3b04803de51ee7c96423ab5b78d2";

INSTANTIATE_TEST_SUITE_P(
    Rfcs, KeyDerivation,
    ::testing::Values(
        Derivation{"Aes128RtpEncryption", kKey128, kSalt128, 0, "C61E7A93744F39EE10734AFE3FF7A087"},
        Derivation{"Aes128RtpSalt", kKey128, kSalt128, 2, "30CBBC08863D8C85D49DB34A9AE1"},
        Derivation{"Aes128RtpAuthentication94Octets", kKey128, kSalt128, 1,
                   "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF722709863"
                   "71C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2"},
        Derivation{"Aes128RtcpEncryption", kKey128, kSalt128, 3, "4c1aa45a81f73d61c800bbb00fbb1eaa"},
        Derivation{"Aes128RtcpAuthentication", kKey128, kSalt128, 4, "8d54534feb49ae8e7993a6bd0b844fc323a93dfd"},
        Derivation{"Aes128RtcpSalt", kKey128, kSalt128, 5, "9581c7ad87b3e530bf3e4454a8b3"},
        Derivation{"Aes192Encryption", kKey192, kSalt192, 0, "31874736a8f1143870c26e4857d8a5b2c4a354407faadabb"},
        Derivation{"Aes192Salt", kKey192, kSalt192, 2, "2372b82d639b6d8503a47adc0a6c"},
        Derivation{"Aes192Authentication", kKey192, kSalt192, 1, "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb"},
        Derivation{"Aes256Encryption", kKey256, kSalt256, 0,
                   "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4"},
        Derivation{"Aes256Salt", kKey256, kSalt256, 2, "fa31791685ca444a9e07c6c64e93"},
        Derivation{"Aes256Authentication", kKey256, kSalt256, 1, "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osrtp::testing
