#include "sdp/edits.hpp"

#include <gtest/gtest.h>

namespace osrtp::sdp {
namespace {

Text parsed(std::string_view body) {
  auto text = Text::parse(body);
  EXPECT_TRUE(text) << body;
  return *std::move(text);
}

TEST(SdpEdits, NoneLeaveTheBodyAsItCame) {
  const std::string body = "v=0\r\nt=0 0\nm=a 1 b 0\r\n\r\n";
  const Edits edits;
  EXPECT_TRUE(edits.empty());
  EXPECT_EQ(edits.apply(parsed(body)), body);
}

TEST(SdpEdits, ReplaceRemoveAndInsertTouchTheirLinesOnly) {
  Edits edits;
  edits.replace(2, "m=a 2 b 0");
  edits.remove(3);
  edits.insert_after(4, "a=new");
  EXPECT_FALSE(edits.empty());
  EXPECT_EQ(edits.apply(parsed("v=0\r\ns=caf\xe9\nm=a 1 b 0\r\na=gone\r\na=x\r\na=y\r\n")),
            "v=0\r\ns=caf\xe9\nm=a 2 b 0\r\na=x\r\na=new\r\na=y\r\n");
}

TEST(SdpEdits, NewLinesGetTheEndOfTheFirst) {
  Edits edits;
  edits.insert_after(1, "a=new");
  EXPECT_EQ(edits.apply(parsed("v=0\nm=a 1 b 0\r\n")), "v=0\nm=a 1 b 0\r\na=new\n");
}

TEST(SdpEdits, TheLastReplacementHolds) {
  Edits edits;
  edits.replace(1, "m=a 2 b 0");
  edits.replace(1, "m=a 3 b 0");
  EXPECT_EQ(edits.apply(parsed("v=0\nm=a 1 b 0\n")), "v=0\nm=a 3 b 0\n");
}

TEST(SdpEdits, InsertionsKeepTheOrderOfTheCallsAndSurviveRemoval) {
  Edits edits;
  edits.insert_after(1, "a=first");
  edits.remove(1);
  edits.insert_after(1, "a=second");
  EXPECT_EQ(edits.apply(parsed("v=0\ns=-\nm=a 1 b 0\n")), "v=0\na=first\na=second\nm=a 1 b 0\n");
}

struct Cut {
  const char* name;
  const char* body;
  const char* inserted;
  const char* replaced;
  const char* removed;
};
class SdpEditsAtTheEnd : public testing::TestWithParam<Cut> {};

TEST_P(SdpEditsAtTheEnd, LinesStayWhole) {
  const Text text = parsed(GetParam().body);
  Edits insert;
  insert.insert_after(1, "a=x");
  EXPECT_EQ(insert.apply(text), GetParam().inserted);
  Edits replace;
  replace.replace(1, "m=r");
  EXPECT_EQ(replace.apply(text), GetParam().replaced);
  Edits remove;
  remove.remove(1);
  EXPECT_EQ(remove.apply(text), GetParam().removed);
}

INSTANTIATE_TEST_SUITE_P(
    Ends, SdpEditsAtTheEnd,
    testing::Values(Cut{"Missing", "v=0\r\nm=a", "v=0\r\nm=a\r\na=x\r\n", "v=0\r\nm=r\r\n", "v=0\r\n"},
                    Cut{"MissingLf", "v=0\nm=a", "v=0\nm=a\na=x\n", "v=0\nm=r\n", "v=0\n"},
                    Cut{"Half", "v=0\r\nm=a\r", "v=0\r\nm=a\r\na=x\r\n", "v=0\r\nm=r\r\n", "v=0\r\n"},
                    Cut{"BlankLinesBehind", "v=0\r\nm=a\r\n\r\n", "v=0\r\nm=a\r\na=x\r\n\r\n", "v=0\r\nm=r\r\n\r\n",
                        "v=0\r\n\r\n"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace osrtp::sdp
