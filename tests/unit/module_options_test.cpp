#include "module/options.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

using protocol::Peer;
using protocol::Policy;

TEST(Options, NothingSaidIsNothingSet) { EXPECT_EQ(*parse_options(" \t\n", OptionText::kFinal), Options{}); }

TEST(Options, EveryWordHasItsPlace) {
  const auto options = parse_options(
      "caller=prefer  callee=require allow-sdes-over-clear suites=aes_cm_128_hmac_sha1_80,AES_CM_256_HMAC_SHA1_80 "
      "from-interface=in to-interface=out peer=carrier",
      OptionText::kFinal);
  Options wanted;
  wanted.peer = "carrier";
  wanted.caller = Policy::kPrefer;
  wanted.callee = Policy::kRequire;
  wanted.allow_sdes_over_clear = true;
  wanted.suites = {"AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80"};
  wanted.interface_from = "in";
  wanted.interface_to = "out";
  EXPECT_EQ(*options, wanted);
}

TEST(Options, EachSideHasItsPeerItsShapeAndItsKeyManagements) {
  const auto options = parse_options(
      "callee=require callee-keying=dtls callee-peer=webrtc caller-peer=sip "
      "caller-keying=sdes,dtls callee-shape=two-lines caller-shape=one-line",
      OptionText::kFinal);
  Options wanted;
  wanted.callee = Policy::kRequire;
  wanted.caller_peer = Peer::kSip;
  wanted.callee_peer = Peer::kWebrtc;
  wanted.callee_shape = protocol::Shape::kTwoLines;
  wanted.caller_keying = {"sdes", "dtls"};
  wanted.callee_keying = {"dtls"};
  EXPECT_EQ(*options, wanted);
}

TEST(Options, TheLastOfEqualWordsCounts) {
  EXPECT_EQ(parse_options("callee=off callee=require", OptionText::kFinal)->callee, Policy::kRequire);
  EXPECT_EQ(parse_options("suites=AEAD_AES_128_GCM suites=AEAD_AES_256_GCM", OptionText::kFinal)->suites,
            std::vector<std::string>{"AEAD_AES_256_GCM"});
  EXPECT_EQ(parse_options("callee-keying=sdes callee-keying=dtls", OptionText::kFinal)->callee_keying,
            std::vector<std::string>{"dtls"});
}

TEST(Options, WordsWithVariablesWaitForTheMessage) {
  EXPECT_TRUE(parse_options("callee=$avp(policy) $var(more)", OptionText::kWithVariables));
  EXPECT_TRUE(parse_options("from-interface=a $var(perhaps_to_interface)", OptionText::kWithVariables));
  EXPECT_FALSE(parse_options("callee=$avp(policy) caller=maybe", OptionText::kWithVariables));
  EXPECT_FALSE(parse_options("callee=$avp(policy)", OptionText::kFinal));
}

struct Wrong {
  const char* name;
  const char* text;
  const char* quotes;  // what the sentence must name
};

class WrongOptions : public testing::TestWithParam<Wrong> {};

TEST_P(WrongOptions, AreRefusedByName) {
  for (const OptionText kind : {OptionText::kFinal, OptionText::kWithVariables}) {
    const auto options = parse_options(GetParam().text, kind);
    ASSERT_FALSE(options);
    EXPECT_NE(options.error().find(GetParam().quotes), std::string::npos) << options.error();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongOptions,
    testing::Values(Wrong{"Policy", "callee=secure", "'secure'"}, Wrong{"PolicyInCapitals", "callee=OFF", "'OFF'"},
                    Wrong{"NoPolicy", "callee=", "''"}, Wrong{"NoValue", "caller", "''"},
                    Wrong{"Word", "require", "'require'"},
                    Wrong{"ValueWhereThereIsNone", "allow-sdes-over-clear=1", "'allow-sdes-over-clear=1'"},
                    Wrong{"Peer", "callee-peer=browser", "'browser'"}, Wrong{"NoPeer", "caller-peer", "''"},
                    Wrong{"Shape", "callee-shape=both", "'both'"}, Wrong{"NoShape", "caller-shape", "''"},
                    Wrong{"ShapeOfNobody", "shape=two-lines", "'shape=two-lines'"},
                    Wrong{"Keying", "callee-keying=dtls,zrtp", "'zrtp'"}, Wrong{"NoKeying", "caller-keying=", "''"},
                    Wrong{"KeyingOfNobody", "keying=dtls", "'keying=dtls'"},
                    Wrong{"NobodysPeer", "callees-peer=sip", "'callees-peer=sip'"},
                    Wrong{"NullSuite", "suites=NULL_HMAC_SHA1_80", "'NULL_HMAC_SHA1_80'"},
                    Wrong{"EmptySuite", "suites=AEAD_AES_128_GCM,", "''"},
                    Wrong{"OneInterface", "to-interface=out", "go together"},
                    Wrong{"EmptyInterface", "to-interface= from-interface=a", "needs a name"},
                    Wrong{"NamelessPeer", "peer=", "a peer needs a name"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace osrtp::module
