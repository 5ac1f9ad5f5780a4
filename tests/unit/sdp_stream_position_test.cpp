#include "sdp/stream_position.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdp/media.hpp"

namespace osrtp::sdp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr StreamPosition at(std::uint32_t ssrc, std::uint64_t roc, std::uint16_t sequence) {
  return {Ssrc(ssrc), roc << 16U | sequence};
}

std::vector<StreamPosition> streams_of(std::string_view value) {
  const auto parsed = parse_srtp_context(value);
  EXPECT_TRUE(parsed) << value;
  return parsed ? parsed->streams : std::vector<StreamPosition>{};
}

TEST(SdpStreamPosition, ReadsAStreamInEitherCaseWithAndWithoutLeadingZeros) {
  for (const char* value : {"1 ssrc=0x00845FED;roc=0x00000002;seq=0x005D", "1 ssrc=0x845fed;roc=0x2;seq=0x05d",
                            "1\tSSRC=0X845fed;ROC=0x2;Seq=0x5d;", "1 seq=0x5d; roc=0x2 ;ssrc=0x845fed ",
                            "1 (ssrc=0x845fed;roc=0x2;seq=0x5d)"}) {
    EXPECT_THAT(streams_of(value), ElementsAre(at(0x845fed, 2, 0x5d))) << value;
    EXPECT_EQ(parse_srtp_context(value)->tag, 1U);
  }
}

TEST(SdpStreamPosition, ReadsSeveralStreams) {
  EXPECT_THAT(
      streams_of(
          "12 (ssrc=0x01;roc=0x0;seq=0x1234), (ssrc=0x02;roc=0x1;seq=0xABCD),(ssrc=0x3;roc=0xffffffff;seq=0xffff)"),
      ElementsAre(at(1, 0, 0x1234), at(2, 1, 0xabcd), at(3, 0xffffffff, 0xffff)));
}

TEST(SdpStreamPosition, AStreamWithoutASequenceNumberIsInTheMiddleOfItsTurn) {
  EXPECT_THAT(streams_of("1 ssrc=0x1;roc=0x3"), ElementsAre(at(1, 3, 0x8000)));
  EXPECT_THAT(streams_of("1 ssrc=0x1;roc=0x3;seq=unknown"), ElementsAre(at(1, 3, 0x8000)));
}

TEST(SdpStreamPosition, WhatIsUnknownSaysNothing) {
  for (const char* value : {"2 ssrc=unknown;roc=0x0001", "2 ssrc=0x1;roc=unknown;seq=0x1", "2 roc=0x1;seq=0x1",
                            "2 ssrc=0x1", "1 foo=1;bar=abc123;nonce=8675309"}) {
    EXPECT_THAT(streams_of(value), IsEmpty()) << value;
  }
}

TEST(SdpStreamPosition, FieldsThatNobodyKnowsArePassedOver) {
  EXPECT_THAT(streams_of("1 ssrc=0x1;vendor=x=y;roc=0x1;seq=0x2"), ElementsAre(at(1, 1, 2)));
}

TEST(SdpStreamPosition, MalformedLinesAreNone) {
  for (const char* value : {"", "1", "x ssrc=0x1;roc=0x1", "-1 ssrc=0x1;roc=0x1", "1234567890 ssrc=0x1;roc=0x1",
                            "1 ssrc", "1 =0x1", "1 ssrc=1;roc=0x1", "1 ssrc=0x;roc=0x1", "1 ssrc=0x123456789;roc=0x1",
                            "1 ssrc=0x1;roc=0x1;seq=0x10000", "1 ssrc=0x-1;roc=0x1", "1 ssrc=0xg;roc=0x1",
                            "1 ssrc=0x1 roc=0x1", "1 ssrc=0x1;ssrc=0x2;roc=0x1", "1 (ssrc=0x1;roc=0x1",
                            "1 (ssrc=0x1;roc=0x1) (ssrc=0x2;roc=0x1)", "1 (ssrc=0x1;roc=0x1),", "1 ssrc=0x1,roc=0x1"}) {
    EXPECT_FALSE(parse_srtp_context(value)) << value;
  }
}

TEST(SdpStreamPosition, ASsrcIsHeardOnceAndNoMoreStreamsThanThereIsRoomFor) {
  EXPECT_THAT(streams_of("1 (ssrc=0x1;roc=0x1;seq=0x1),(ssrc=0x1;roc=0x9;seq=0x9)"), ElementsAre(at(1, 1, 1)));
  std::string many = "1 (ssrc=0x0;roc=0x1)";
  for (int n = 1; n < 100; ++n) many += ",(ssrc=0x" + std::to_string(n) + ";roc=0x1)";
  EXPECT_EQ(streams_of(many).size(), kMaxStreamPositions);
}

/// The streams of each crypto line of a section with `attributes`.
std::vector<std::vector<StreamPosition>> read(const std::string& attributes) {
  const auto text = Text::parse("v=0\r\nm=audio 4000 RTP/SAVP 0\r\n" + attributes);
  const auto media = read_media(*text, 0);
  std::vector<std::vector<StreamPosition>> all;
  for (const auto& line : media->crypto) all.push_back(line.clone().streams);
  return all;
}

const std::string kCrypto = " AES_CM_128_HMAC_SHA1_80 inline:eHwRAtyVH4kcByLmrNrk5g7HDz10Sv/1zzfDWFlA\r\n";

TEST(SdpStreamPosition, BelongsToTheCryptoLineWithItsTagWhereverItStands) {
  const auto all = read("a=srtpctx:2 ssrc=0x2;roc=0x1;seq=0x1\r\na=crypto:1" + kCrypto + "a=crypto:2" + kCrypto +
                        "a=srtpctx:1 ssrc=0x1;roc=0x1;seq=0x1\r\na=srtpctx:7 ssrc=0x7;roc=0x1;seq=0x1\r\n");
  EXPECT_THAT(all, ElementsAre(ElementsAre(at(1, 1, 1)), ElementsAre(at(2, 1, 1))));
}

TEST(SdpStreamPosition, TheFirstLineForASsrcCountsAndAllOfThemTogetherAreBounded) {
  EXPECT_THAT(read("a=crypto:1" + kCrypto + "a=srtpctx:1 ssrc=0x1;roc=0x1;seq=0x1\r\na=srtpctx:1 ssrc=0x1;roc=0x9\r\n"),
              ElementsAre(ElementsAre(at(1, 1, 1))));
  std::string many = "a=crypto:1" + kCrypto;
  for (int n = 1; n < 100; ++n) many += "a=srtpctx:1 ssrc=0x" + std::to_string(n) + ";roc=0x1\r\n";
  EXPECT_EQ(read(many).at(0).size(), kMaxStreamPositions);
}

TEST(SdpStreamPosition, AMalformedLineCostsTheCryptoLineNothing) {
  EXPECT_THAT(read("a=crypto:1" + kCrypto + "a=srtpctx:1 ssrc=1;roc=2\r\n"), ElementsAre(IsEmpty()));
}

}  // namespace
}  // namespace osrtp::sdp
