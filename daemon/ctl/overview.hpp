#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "protocol/message.hpp"

/// Many calls at a glance. Whatever came from outside is escaped; each line is ended.
namespace osrtp::ctl {

struct KnownCall {
  std::string id;
  protocol::CallReport report;
};

/// What the place that the text goes to can show.
struct Style {
  enum class Marks : std::uint8_t { kAscii, kUnicode } marks = Marks::kAscii;
  enum class Colours : std::uint8_t { kNone, kAnsi } colours = Colours::kNone;
};

/// A line for each call: a mark for the caller's and the callee's leg, its age, how each leg is protected and why not,
/// packets relayed from each, what was lost of them, the Call-ID.
[[nodiscard]] std::string table(const std::vector<KnownCall>& calls, Style style);

/// How many have both legs encrypted, one, none: "12 calls: 10 encrypted on both legs, 1 on one, 1 on none".
[[nodiscard]] std::string shares(const std::vector<KnownCall>& calls);

/// The same with what was relayed between two looks, the busiest calls first and at most `rows` of them.
/// @param between the time from `before` to `now`
[[nodiscard]] std::string busiest(const std::vector<KnownCall>& before, const std::vector<KnownCall>& now,
                                  std::chrono::milliseconds between, std::size_t rows, Style style);

/// The daemon in a few lines.
[[nodiscard]] std::string status(const protocol::Pong& pong, const protocol::StatisticsReply& numbers,
                                 const std::vector<KnownCall>& calls);

/// {"call-id": TEXT, "call": REPLY} of each call on a line of its own, REPLY as that to `query` in docs/protocol.md.
[[nodiscard]] std::string json_lines(const std::vector<KnownCall>& calls);

}  // namespace osrtp::ctl
