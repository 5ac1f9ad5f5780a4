#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/exchange.hpp"

/// Golden cases: SDP in, settings beside it, SDP and security out. A folder per case, tests/golden/cases/NAME:
///
///   settings.txt    says what the case shows (# lines) and sets what is not the default; see `kDefaults`
///   offer.sdp       in: what the offerer sends
///   offer-out.sdp   out: what the answerer gets
///   answer.sdp      in: what the answerer sends; missing where the case ends with the offer
///   answer-out.sdp  out: what the offerer gets
///   security.txt    out: how each leg stands after each step, warnings, refusals
///
/// More exchanges in the same dialog are 2-offer.sdp, 2-answer.sdp and so on; "[2]" in settings.txt begins settings
/// for that exchange alone. What is refused is not answered.
namespace osrtp::testing {

/// File name to content.
using Files = std::map<std::string, std::string>;
/// Name to value.
using Settings = std::map<std::string, std::string>;

[[nodiscard]] Files read_folder(const std::filesystem::path& folder);
[[nodiscard]] constexpr bool is_output(std::string_view file) noexcept {
  return file.ends_with("-out.sdp") || file == "security.txt";
}

/// Plays the case's inputs through a registry of its own. Complaints about the case itself, and about
/// what must hold in every case, go to `complaints`.
/// @param instead of the defaults; what settings.txt says goes before both
/// @return the outputs
[[nodiscard]] Files play(const Files& inputs, std::vector<std::string>& complaints, const Settings& instead = {});

}  // namespace osrtp::testing
