#include "app/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>

namespace osrtp::app {
namespace {

constexpr auto kKnown = std::to_array<std::string_view>({"address", "advertised", "control", "name", "ports", "tos"});

TEST(Suggestion, NamesWhatTheHandMeant) {
  EXPECT_EQ(suggestion("adress", kKnown), "; did you mean 'address'?");
  EXPECT_EQ(suggestion("port", kKnown), "; did you mean 'ports'?");
  EXPECT_EQ(suggestion("Advertized", kKnown), "; did you mean 'advertised'?");
  EXPECT_EQ(suggestion("ADVERTISED", kKnown), "; did you mean 'advertised'?");
}

TEST(Suggestion, KnowsWhatOthersCallIt) {
  EXPECT_EQ(suggestion("dscp", kKnown), "; did you mean 'tos'?");
  EXPECT_EQ(suggestion("traffic_class", kKnown), "; did you mean 'tos'?");
  EXPECT_EQ(suggestion("listen", kKnown), "; did you mean 'control'?");
}

TEST(Suggestion, NamesNothingThatIsNotThere) {
  EXPECT_EQ(suggestion("dscp", std::array<std::string_view, 1>{"address"}), "");
  EXPECT_EQ(suggestion("listen", std::array<std::string_view, 1>{"name"}), "");
}

TEST(Suggestion, GuessesAtNothingThatIsFar) {
  for (const char* word : {"", "x", "frob", "frobnicate", "qqqqqq"}) EXPECT_EQ(suggestion(word, kKnown), "") << word;
  EXPECT_EQ(suggestion(std::string(10'000, 'a'), kKnown), "");
}

}  // namespace
}  // namespace osrtp::app
