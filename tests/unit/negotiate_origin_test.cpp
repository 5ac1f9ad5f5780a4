// One party in one dialog sees one session (RFC 3264 §8): whose words it gets is no matter of its own.
#include <gtest/gtest.h>

#include <string>

#include "negotiate/origin.hpp"

namespace osrtp::testing {
namespace {

using negotiate::next_version;
using negotiate::tell;
using negotiate::Told;

const std::string kBody = "s=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

std::string sdp(const std::string& origin, const std::string& attributes = {}) {
  return "v=0\r\no=" + origin + "\r\n" + kBody + attributes;
}

/// One party, and everything that it is told in turn.
class Origin : public ::testing::Test {
 protected:
  std::string told(const std::string& text) {
    auto next = tell(text, before_);
    before_ = std::move(next.told);
    return next.sdp;
  }

 private:
  std::optional<Told> before_;
};

TEST(NextVersion, IsOneMoreWhateverItsLength) {
  EXPECT_EQ(next_version("0"), "1");
  EXPECT_EQ(next_version("9"), "10");
  EXPECT_EQ(next_version("1099"), "1100");
  EXPECT_EQ(next_version("007"), "008");
  EXPECT_EQ(next_version("18446744073709551615"), "18446744073709551616");
  EXPECT_EQ(next_version("99999999999999999999999999"), "100000000000000000000000000");
}

TEST_F(Origin, OfTheFirstSdpIsItsWriters) {
  for (const char* origin : {"- 1 1 IN IP4 192.0.2.9", "-", "", "a b c d e f g", "- 1 -1 IN IP4 h"}) {
    EXPECT_EQ(tell(sdp(origin), std::nullopt).sdp, sdp(origin));
  }
}

TEST_F(Origin, StaysWhereAVersionRisesAndNothingElseChanges) {
  const std::string first = told(sdp("- 1 1 IN IP4 192.0.2.9"));
  EXPECT_EQ(told(sdp("- 1 2 IN IP4 192.0.2.9")), first);
  EXPECT_EQ(told(sdp("- 1 1 IN IP4 192.0.2.9")), first);
}

TEST_F(Origin, RisesWhereSomethingChangesAndTheVersionDoesNot) {
  const std::string origin = "- 3913471000 3913471000 IN IP4 192.0.2.9";
  told(sdp(origin));
  EXPECT_EQ(told(sdp(origin, "a=inactive\r\n")), sdp("- 3913471000 3913471001 IN IP4 192.0.2.9", "a=inactive\r\n"));
  EXPECT_EQ(told(sdp(origin, "a=inactive\r\n")), sdp("- 3913471000 3913471001 IN IP4 192.0.2.9", "a=inactive\r\n"));
  EXPECT_EQ(told(sdp(origin)), sdp("- 3913471000 3913471002 IN IP4 192.0.2.9"));
}

TEST_F(Origin, IsOneMoreAndNotWhatItsWriterHasCountedTo) {
  told(sdp("- 1 1 IN IP4 h"));
  EXPECT_EQ(told(sdp("- 1 900 IN IP4 h", "a=x\r\n")), sdp("- 1 2 IN IP4 h", "a=x\r\n"));
  EXPECT_EQ(told(sdp("- 1 0 IN IP4 h", "a=y\r\n")), sdp("- 1 3 IN IP4 h", "a=y\r\n"));
}

TEST_F(Origin, OfAnotherWriterIsThatOfTheFirst) {
  const std::string first = told(sdp("alice 11 1 IN IP4 192.0.2.9"));
  EXPECT_EQ(told(sdp("bob 77 5 IN IP6 2001:db8::7")), first);
  EXPECT_EQ(told(sdp("bob 77 5 IN IP6 2001:db8::7", "a=x\r\n")), sdp("alice 11 2 IN IP4 192.0.2.9", "a=x\r\n"));
}

TEST_F(Origin, OfAVersionBeyondAnyMachinesNumbersIsCounted) {
  told(sdp("- 1 18446744073709551615 IN IP4 h"));
  EXPECT_EQ(told(sdp("- 1 5 IN IP4 h", "a=x\r\n")), sdp("- 1 18446744073709551616 IN IP4 h", "a=x\r\n"));
}

TEST_F(Origin, WithBlanksInTheUserNameIsCountedAtItsVersion) {
  told(sdp("John  5 Smith 1 9 IN IP4 h"));
  EXPECT_EQ(told(sdp("- 1 5 IN IP4 h", "a=x\r\n")), sdp("John  5 Smith 1 10 IN IP4 h", "a=x\r\n"));
}

TEST_F(Origin, CutShortIsCountedAllTheSame) {
  told(sdp("- 1 9 IN"));
  EXPECT_EQ(told(sdp("- 1 9 IN", "a=x\r\n")), sdp("- 1 10 IN", "a=x\r\n"));
}

TEST_F(Origin, ThatCannotBeCountedIsLeftToItsWriter) {
  for (const char* odd : {"-", "", "- 1 x IN IP4 h", "- 1 -1 IN IP4 h", "IN", "IN IP4 h"}) {
    const auto first = tell(sdp("- 1 1 IN IP4 h"), std::nullopt);
    EXPECT_EQ(tell(sdp(odd, "a=x\r\n"), first.told).sdp, sdp("- 1 2 IN IP4 h", "a=x\r\n")) << odd;
    const auto odd_first = tell(sdp(odd), std::nullopt);
    EXPECT_EQ(tell(sdp("- 1 7 IN IP4 h", "a=x\r\n"), odd_first.told).sdp, sdp("- 1 7 IN IP4 h", "a=x\r\n")) << odd;
  }
}

TEST_F(Origin, ThatIsMissingIsPutBack) {
  told(sdp("- 1 1 IN IP4 h"));
  EXPECT_EQ(told("v=0\r\n" + kBody), sdp("- 1 1 IN IP4 h"));
  EXPECT_EQ(told("v=0\r\n" + kBody + "a=x\r\n"), sdp("- 1 2 IN IP4 h", "a=x\r\n"));
}

TEST_F(Origin, ThatNobodyHasGivenYetIsTheFirstThatComes) {
  EXPECT_EQ(told("v=0\r\n" + kBody), "v=0\r\n" + kBody);
  EXPECT_EQ(told(sdp("- 1 4 IN IP4 h")), sdp("- 1 4 IN IP4 h"));
  EXPECT_EQ(told(sdp("- 1 9 IN IP4 h", "a=x\r\n")), sdp("- 1 5 IN IP4 h", "a=x\r\n"));
}

TEST_F(Origin, GivenTwiceIsOneAndNeitherCountsAsContent) {
  const std::string two = "v=0\r\no=- 1 1 IN IP4 h\r\no=- 2 5 IN IP4 h\r\n" + kBody;
  EXPECT_EQ(told(two), two);
  EXPECT_EQ(told("v=0\r\no=- 1 1 IN IP4 h\r\no=- 2 6 IN IP4 h\r\n" + kBody),
            "v=0\r\no=- 1 1 IN IP4 h\r\no=- 1 1 IN IP4 h\r\n" + kBody);
}

TEST_F(Origin, LeavesTheRestByteForByte) {
  told("v=0\no=- 1 1 IN IP4 h\ns=-\nm=audio 1 RTP/AVP 0\n");
  EXPECT_EQ(told("v=0\no=- 1 1 IN IP4 h\ns=-\r\nm=audio  1 RTP/AVP 0\na=x \n\n"),
            "v=0\no=- 1 2 IN IP4 h\ns=-\r\nm=audio  1 RTP/AVP 0\na=x \n\n");
}

TEST_F(Origin, OfWhatIsNoSdpIsLeftAlone) {
  EXPECT_EQ(told("hello"), "hello");
  EXPECT_EQ(told(sdp("- 1 4 IN IP4 h")), sdp("- 1 4 IN IP4 h"));
}

}  // namespace
}  // namespace osrtp::testing
