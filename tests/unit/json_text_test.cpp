#include "protocol/json_text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <utility>
#include <vector>

#include "protocol/json.hpp"

namespace osrtp::protocol::json {
namespace {

/// What another reader makes of it.
std::string read_back(const Value& value) {
  Array all;
  const std::string list = std::move(all.add(value)).take().text;
  std::size_t position = 0;
  const Owned parsed = parse(list, position);
  return std::string(as_text(json_array_get(parsed.get(), 0)).value_or("no text"));
}

TEST(JsonText, EveryCharacterComesBack) {
  for (int c = 1; c < 0x80; ++c) {
    const std::string octets = "a" + std::string(1, static_cast<char>(c)) + "z";
    EXPECT_EQ(read_back(text(octets)), octets) << c;
  }
  for (const std::string octets : {"", "\"", "\\\\", "\xc3\xa4", "\xe2\x82\xac\n", "\xf0\x9f\x93\x9e", "\r\n\r\n"}) {
    EXPECT_EQ(read_back(text(octets)), octets);
  }
}

TEST(JsonText, EscapesAreTheShortOnesAndNothingElseIsEscaped) {
  EXPECT_EQ(text("\"\\\b\f\n\r\t").text, R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(text("\x01\x1f").text, R"("\u0001\u001F")");
  EXPECT_EQ(text("/\x7f\xc3\xa4").text, "\"/\x7f\xc3\xa4\"");
}

TEST(JsonText, WhatIsNoTextIsReplacedOctetByOctet) {
  using namespace std::string_literals;
  EXPECT_EQ(text("a\xff\xfe").text, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(text("\0\xc3"s).text, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(text("\xed\xa0\x80").text, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonText, NumbersEndWhereReadersDo) {
  EXPECT_EQ(number(std::numeric_limits<std::uint64_t>::max()).text, "9223372036854775807");
  EXPECT_EQ(number(std::numeric_limits<std::int64_t>::min()).text, "-9223372036854775808");
}

TEST(JsonText, ListsAndMembersAreInOrder) {
  EXPECT_EQ(Array().take().text, "[]");
  EXPECT_EQ(Object().take().text, "{}");
  const std::vector<std::string> words{"a", "b"};
  Object object;
  object.set("z", texts(words)).set("a\"", null()).set("m", boolean(true));
  EXPECT_EQ(std::move(object).take().text, R"({"z":["a","b"],"a\"":null,"m":true})");
}

}  // namespace
}  // namespace osrtp::protocol::json
