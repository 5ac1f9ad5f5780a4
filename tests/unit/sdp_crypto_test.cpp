#include "sdp/crypto.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "sdp/mki.hpp"

namespace osrtp::sdp {
namespace {

/// As many octets 0, 1, 2, … as a suite wants, or another number.
std::string key_text(std::size_t size) {
  std::vector<std::uint8_t> octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i);
  return encode_base64(octets);
}
const std::string kKey = key_text(30);
const std::string kLine = "1 AES_CM_128_HMAC_SHA1_80 inline:" + kKey;

CryptoAttribute parsed(const std::string& value) {
  auto attribute = parse_crypto(value);
  EXPECT_TRUE(attribute) << value << ": " << describe(attribute.error());
  return *std::move(attribute);
}

TEST(SdpCrypto, ReadsTheCommonLine) {
  const auto line = parsed(kLine);
  EXPECT_EQ(line.tag, 1U);
  EXPECT_EQ(line.suite, Suite::kAesCm128HmacSha1_80);
  EXPECT_EQ(line.suite_spelling, "");
  ASSERT_EQ(line.keys.size(), 1U);
  EXPECT_EQ(encode_base64(line.keys[0].key_salt.reveal()), kKey);
  EXPECT_FALSE(line.keys[0].lifetime);
  EXPECT_TRUE(line.keys[0].mki.empty());
  EXPECT_FALSE(line.window_size_hint);
}

class SdpCryptoSuite : public testing::TestWithParam<SuiteFacts> {};

TEST_P(SdpCryptoSuite, TakesItsKeyPaddedAndUnpaddedAndWritesItPadded) {
  const std::string key = key_text(GetParam().master_size());
  const std::string start = "7 " + std::string(GetParam().name) + " inline:";
  const auto unpadded = parsed(start + key.substr(0, key.find('=')));
  EXPECT_EQ(unpadded.suite, GetParam().suite);
  EXPECT_EQ(format_crypto(unpadded), "a=crypto:" + start + key);
  EXPECT_EQ(format_crypto(parsed(start + key)), "a=crypto:" + start + key);
}

TEST_P(SdpCryptoSuite, RefusesAKeyOneOctetShortOrLong) {
  const std::string start = "7 " + std::string(GetParam().name) + " inline:";
  for (const std::size_t size : {GetParam().master_size() - 1, GetParam().master_size() + 1}) {
    const auto line = parse_crypto(start + key_text(size));
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error(), CryptoError::kBadKeyLength);
  }
}

TEST_P(SdpCryptoSuite, EchoesItsAliasAndNotItsCase) {
  const std::string key = key_text(GetParam().master_size());
  std::string lower(GetParam().name);
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(format_crypto(parsed("7 " + lower + " inline:" + key)),
            "a=crypto:7 " + std::string(GetParam().name) + " inline:" + key);
  if (GetParam().alias.empty()) return;
  const std::string alias = "7 " + std::string(GetParam().alias) + " inline:" + key;
  EXPECT_EQ(parsed(alias).suite, GetParam().suite);
  EXPECT_EQ(format_crypto(parsed(alias)), "a=crypto:" + alias);
}

INSTANTIATE_TEST_SUITE_P(Every, SdpCryptoSuite, testing::ValuesIn(kSuites),
                         [](const auto& row) { return std::string(row.param.name); });

struct Written {
  const char* name;
  std::string value;
  std::string rewritten;  // what format_crypto() makes of it, without "a=crypto:"
};
class SdpCryptoTakes : public testing::TestWithParam<Written> {};

TEST_P(SdpCryptoTakes, AndWritesItByTheBook) {
  EXPECT_EQ(format_crypto(parsed(GetParam().value)), "a=crypto:" + GetParam().rewritten);
}

std::string with(const std::string& key_parameters) { return "1 AES_CM_128_HMAC_SHA1_80 " + key_parameters; }

INSTANTIATE_TEST_SUITE_P(
    Lines, SdpCryptoTakes,
    testing::Values(Written{"TagZero", "0" + kLine.substr(1), "0" + kLine.substr(1)},
                    Written{"LongestTag", "999999999" + kLine.substr(1), "999999999" + kLine.substr(1)},
                    Written{"MethodInCapitals", with("INLINE:" + kKey), kLine},
                    Written{"MoreThanOneSpace", "  1   AES_CM_128_HMAC_SHA1_80  inline:" + kKey + "  ", kLine},
                    Written{"Tabs", "1\tAES_CM_128_HMAC_SHA1_80\t\tinline:" + kKey + "\tWSH=64", kLine},
                    Written{"LifetimeAsPower", kLine + "|2^31", kLine + "|2^31"},
                    Written{"LifetimeOfOnePacket", kLine + "|2^0", kLine + "|2^0"},
                    Written{"LongestLifetime", kLine + "|2^48", kLine + "|2^48"},
                    Written{"LongestLifetimeInDecimal", kLine + "|281474976710656", kLine + "|2^48"},
                    Written{"DecimalLifetime", kLine + "|1000", kLine + "|1000"},
                    Written{"MkiAlone", kLine + "|1:1", kLine + "|1:1"},
                    Written{"LifetimeAndMki", kLine + "|2^20|255:1", kLine + "|2^20|255:1"},
                    Written{"TwoKeys", with("inline:" + kKey + "|2^20|1:4;inline:" + kKey + "|2:4"),
                            with("inline:" + kKey + "|2^20|1:4;inline:" + kKey + "|2:4")},
                    Written{"WindowSizeHint", kLine + " WSH=128", kLine},
                    Written{"DefaultFecOrder", kLine + " FEC_ORDER=FEC_SRTP", kLine},
                    Written{"KeysDerivedOnce", kLine + " KDR=0", kLine},
                    Written{"ParametersInLowerCase", kLine + " wsh=64 fec_order=fec_srtp", kLine},
                    Written{"OptionalUnknownParameter", kLine + " -VENDORX=1 -Y", kLine}),
    [](const auto& row) { return row.param.name; });

struct Refused {
  const char* name;
  std::string value;
  CryptoError error;
};
class SdpCryptoRefuses : public testing::TestWithParam<Refused> {};

TEST_P(SdpCryptoRefuses, WithItsReason) {
  const auto line = parse_crypto(GetParam().value);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(), GetParam().error) << describe(line.error());
  EXPECT_FALSE(describe(line.error()).empty());
}

using enum CryptoError;
INSTANTIATE_TEST_SUITE_P(
    Lines, SdpCryptoRefuses,
    testing::Values(
        Refused{"Nothing", "", kSyntax}, Refused{"NoKey", "1 AES_CM_128_HMAC_SHA1_80", kSyntax},
        Refused{"NoMethod", with(kKey), kSyntax}, Refused{"TagWithLeadingZero", "0" + kLine, kBadTag},
        Refused{"TwoZeros", "00" + kLine.substr(1), kBadTag},
        Refused{"TagOfTenDigits", "1000000000" + kLine.substr(1), kBadTag},
        Refused{"TagWithSign", "+" + kLine, kBadTag}, Refused{"TagOfLetters", "one" + kLine.substr(1), kBadTag},
        Refused{"NullSuite", "1 NULL_HMAC_SHA1_80 inline:" + kKey, kUnknownSuite},
        Refused{"F8", "1 F8_128_HMAC_SHA1_80 inline:" + kKey, kUnknownSuite},
        Refused{"ShortTagGcm", "1 AEAD_AES_128_GCM_8 inline:" + key_text(28), kUnknownSuite},
        Refused{"OtherMethod", with("mikey:" + kKey), kBadKeyMethod},
        Refused{"EmptyKey", with("inline:"), kBadKeyLength},
        Refused{"KeyBeyondAllSuites", with("inline:" + key_text(200)), kBadKeyLength},
        Refused{"KeyThatIsNotBase64", with("inline:" + std::string(39, 'A') + "*"), kBadBase64},
        Refused{"KeyWithTooMuchPadding", with("inline:" + kKey + "="), kBadBase64},
        Refused{"LifetimeZero", kLine + "|0", kBadLifetime},
        Refused{"LifetimeWithLeadingZero", kLine + "|01", kBadLifetime},
        Refused{"LifetimePowerWithLeadingZero", kLine + "|2^031", kBadLifetime},
        Refused{"LifetimeAboveTheMaximum", kLine + "|2^49", kBadLifetime},
        Refused{"DecimalLifetimeAboveTheMaximum", kLine + "|281474976710657", kBadLifetime},
        Refused{"LifetimeBeyondAllIntegers", kLine + "|99999999999999999999999", kBadLifetime},
        Refused{"LifetimeWithoutExponent", kLine + "|2^", kBadLifetime},
        Refused{"OtherBase", kLine + "|3^4", kBadLifetime}, Refused{"EmptyLifetime", kLine + "|", kBadLifetime},
        Refused{"EmptyLifetimeBeforeMki", kLine + "||1:1", kBadLifetime}, Refused{"MkiZero", kLine + "|0:1", kBadMki},
        Refused{"MkiWithLeadingZero", kLine + "|01:4", kBadMki},
        Refused{"MkiThatDoesNotFit", kLine + "|256:1", kBadMki}, Refused{"MkiWithoutValue", kLine + "|:4", kBadMki},
        Refused{"MkiWithoutSize", kLine + "|1:", kBadMki}, Refused{"MkiOfNoOctets", kLine + "|1:0", kBadMki},
        Refused{"MkiTooLong", kLine + "|1:129", kBadMki}, Refused{"MkiOfLetters", kLine + "|x:4", kBadMki},
        Refused{"MkiSizeWithLeadingZero", kLine + "|1:04", kBadMki},
        Refused{"TwoLifetimes", kLine + "|2^20|2^21", kBadMki},
        Refused{"LifetimeBehindMki", kLine + "|1:4|2^20", kSyntax},
        Refused{"TooManyFields", kLine + "|2^20|1:4|x", kSyntax},
        Refused{"SecondKeyWithoutMki", kLine + "|1:4;inline:" + kKey, kBadMki},
        Refused{"FirstKeyWithoutMki", kLine + ";inline:" + kKey + "|1:4", kBadMki},
        Refused{"MkisOfDifferentSizes", kLine + "|1:4;inline:" + kKey + "|2:3", kBadMki},
        Refused{"OneMkiForTwoKeys", kLine + "|1:4;inline:" + kKey + "|1:4", kBadMki},
        Refused{"NothingBehindTheSemicolon", kLine + "|1:4;", kSyntax},
        Refused{"SmallWindow", kLine + " WSH=63", kSyntax}, Refused{"WindowWithoutSize", kLine + " WSH", kSyntax},
        Refused{"WindowBeyondAllIntegers", kLine + " WSH=4294967296", kSyntax},
        Refused{"KeyDerivationRate", kLine + " KDR=1", kRefusedParameter},
        Refused{"OtherFecOrder", kLine + " FEC_ORDER=SRTP_FEC", kRefusedParameter},
        Refused{"FecKey", kLine + " FEC_KEY=inline:" + kKey, kRefusedParameter},
        Refused{"PlainPayload", kLine + " UNENCRYPTED_SRTP", kRefusedParameter},
        Refused{"PlainRtcp", kLine + " unencrypted_srtcp", kRefusedParameter},
        Refused{"NoAuthentication", kLine + " WSH=64 UNAUTHENTICATED_SRTP", kRefusedParameter},
        Refused{"UnknownMandatoryParameter", kLine + " VENDORX=1", kUnknownParameter}),
    [](const auto& row) { return row.param.name; });

TEST(SdpCrypto, KeepsLifetimeMkiAndWindow) {
  const auto line = parsed(kLine + "|2^20|258:3 WSH=1024");
  EXPECT_EQ(line.keys[0].lifetime, 1U << 20U);
  EXPECT_EQ(line.keys[0].mki, (std::vector<std::uint8_t>{0, 1, 2}));
  EXPECT_EQ(line.window_size_hint, 1024U);
}

TEST(SdpCrypto, AClonesKeysAreItsOwn) {
  const auto line = parsed(kLine + "|2^20|1:4");
  const auto copy = line.clone();
  EXPECT_EQ(format_crypto(copy), format_crypto(line));
  EXPECT_NE(copy.keys[0].key_salt.reveal().data(), line.keys[0].key_salt.reveal().data());
}

TEST(SdpMki, TheLargestOneFitsExactly) {
  const std::vector<std::uint8_t> all(kMaxMkiSize, 0xff);
  const std::string digits = mki_to_decimal(all);
  EXPECT_EQ(digits.size(), 309U);
  EXPECT_EQ(mki_from_decimal(digits, kMaxMkiSize), all);
  EXPECT_FALSE(mki_from_decimal(digits, kMaxMkiSize - 1));
  EXPECT_FALSE(mki_from_decimal("1" + digits, kMaxMkiSize));
}

}  // namespace
}  // namespace osrtp::sdp
