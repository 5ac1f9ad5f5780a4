#include "module/node_text.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

Node node(std::string_view address, int set = 0, unsigned int weight = 1) {
  return {*RelayAddress::parse(address), set, weight, false};
}

TEST(NodeText, ReadsOneAddress) { EXPECT_EQ(*parse_nodes("unix:/run/x.sock"), std::vector{node("unix:/run/x.sock")}); }

TEST(NodeText, ReadsSeveralWithWeights) {
  EXPECT_EQ(*parse_nodes("  udp:10.0.0.1:2223=2\tudp:[::1]:2223 \n"),
            (std::vector{node("udp:10.0.0.1:2223", 0, 2), node("udp:[::1]:2223")}));
}

TEST(NodeText, ReadsTheirSet) {
  const std::vector both{node("udp:10.0.0.1:1", 7, 3), node("udp:10.0.0.2:1", 7)};
  EXPECT_EQ(*parse_nodes("7 == udp:10.0.0.1:1=3 udp:10.0.0.2:1"), both);
  EXPECT_EQ(*parse_nodes("7==udp:10.0.0.1:1=3 udp:10.0.0.2:1"), both);
}

TEST(NodeText, ReadsAPathWithAnEqualsSignThatHasAWeight) {
  EXPECT_EQ(*parse_nodes("unix:/run/a=b=1"), std::vector{node("unix:/run/a=b")});
}

TEST(NodeText, RefusesTheRest) {
  for (const char* text :
       {"", " ", "1 ==", "== udp:10.0.0.1:1", "x == udp:10.0.0.1:1", "65536 == udp:10.0.0.1:1", "-1 == udp:10.0.0.1:1",
        "1 2 == udp:10.0.0.1:1", "udp:10.0.0.1:1=", "udp:10.0.0.1:1=0", "udp:10.0.0.1:1=1001", "udp:10.0.0.1:1=2x",
        "udp:10.0.0.1", "tcp:10.0.0.1:1", "udp:10.0.0.1:1 here", "1 == 2 == udp:10.0.0.1:1"})
    EXPECT_FALSE(parse_nodes(text)) << text;
}

TEST(NodeText, SaysWhichWordIsWrong) {
  EXPECT_EQ(parse_nodes("udp:10.0.0.1:1 udp:10.0.0.2:1=0").error(), "'udp:10.0.0.2:1=0': a weight is 1 to 1000");
}

}  // namespace
}  // namespace osrtp::module
