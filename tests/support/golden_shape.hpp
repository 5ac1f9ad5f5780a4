#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/golden.hpp"

/// A shape is one SDP as some device writes it, and what becomes of it under every policy. A folder per shape,
/// tests/golden/shapes/NAME, with the inputs of a case (support/golden.hpp) and one output, outcomes.txt. It is played
/// once for each variant; settings.txt pins what no variant changes, and its first line says what the shape is. `shown`
/// "callee" puts that leg into the table of docs/negotiation.md, for shapes of answers.
namespace osrtp::testing {

struct Variant {
  std::string_view name;
  Settings settings;
};
/// Both legs off, opportunistic, prefer, require; over clear signalling; with DTLS.
[[nodiscard]] const std::vector<Variant>& variants();

inline constexpr std::string_view kOutcomes = "outcomes.txt";

/// What the variants make of a shape.
struct Outcomes {
  std::string text;                // outcomes.txt: of each variant how the legs stand, and each SDP once
  std::vector<std::string> cells;  // by variant: what the shown leg ends as, for people
};
[[nodiscard]] Outcomes play_shape(const Files& inputs, std::vector<std::string>& complaints);

enum class Shown { kCaller, kCallee };
[[nodiscard]] Shown shown_leg(const Files& inputs);

/// The first line of settings.txt, without its '#' and full stop.
[[nodiscard]] std::string description(const Files& inputs);
/// A row of docs/negotiation.md, and what stands above all rows.
[[nodiscard]] std::string table_head(Shown shown);
[[nodiscard]] std::string table_row(const std::string& name, const Files& inputs, const Outcomes& outcomes);

}  // namespace osrtp::testing
