#include "base/redact.hpp"

#include <gtest/gtest.h>

namespace osrtp::testing {
namespace {

TEST(Redact, TextWithoutKeysStaysAsItIs) {
  for (const char* text :
       {"", "call=x event=offer", "k=v of a log line", "inlined: no", "a=fingerprint:sha-256 AB:CD"}) {
    EXPECT_EQ(redacted(text), text);
  }
}

TEST(Redact, TheKeysOfACryptoLineGoWithAllTheirParameters) {
  EXPECT_EQ(redacted("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA+/==|2^20|1:4;inline:BBBB|2:4 WSH=64\r\na=x"),
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:*** WSH=64\r\na=x");
}

TEST(Redact, AMarkIsFoundInAnyCaseAndBeforeBlanks) {
  EXPECT_EQ(redacted("INLINE:AAAA"), "INLINE:***");
  EXPECT_EQ(redacted("a=ice-pwd: \tsecret\n"), "a=ice-pwd:***\n");
}

TEST(Redact, AnIcePasswordAndAKeyLineGo) {
  EXPECT_EQ(redacted("a=ice-pwd:asd88fgpdd777uzjYhagZg\r\nk=clear:geheim\r\nk=base64:QUJD\nk=uri:http://x/key\n"),
            "a=ice-pwd:***\r\nk=clear:***\r\nk=base64:***\nk=uri:***\n");
}

TEST(Redact, AJsonTextIsReadWithItsEscapes) {
  EXPECT_EQ(redacted(R"({"sdp":"a=crypto:1 X inline:AA\/BB\r\nk=clear:x\r\n","y":1})"),
            R"({"sdp":"a=crypto:1 X inline:***\r\nk=clear:***\r\n","y":1})");
}

TEST(Redact, AMarkAtTheEndHidesNothing) { EXPECT_EQ(redacted("has no inline: \r\n"), "has no inline: \r\n"); }

TEST(Redact, AMarkAtTheEndOfASecretCountsToo) { EXPECT_EQ(redacted("inline:AAAAinline: BBBB C"), "inline:*** C"); }

TEST(Redact, WhatIsRedactedStaysSo) { EXPECT_EQ(redacted("inline:*** k=clear:***"), "inline:*** k=clear:***"); }

}  // namespace
}  // namespace osrtp::testing
