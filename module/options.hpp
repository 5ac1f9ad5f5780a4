#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "protocol/policy.hpp"

/// The argument of the script functions: words like `callee=require`.
namespace osrtp::module {

struct Options {
  std::optional<protocol::Policy> caller;
  std::optional<protocol::Policy> callee;
  std::optional<protocol::Peer> caller_peer;  // nothing: what the side's hop tells
  std::optional<protocol::Peer> callee_peer;
  protocol::Shape caller_shape = protocol::Shape::kOneLine;
  protocol::Shape callee_shape = protocol::Shape::kOneLine;
  std::vector<std::string> caller_keying;  // "sdes", "dtls"; empty: all
  std::vector<std::string> callee_keying;
  bool allow_sdes_over_clear = false;
  bool block = false;                         // the process waits for the relay, and the script goes on in it
  std::vector<std::string> suites;            // registered names; empty: the daemon's
  std::optional<std::string> peer;            // by what name the callee is remembered; nothing: its host and port
  std::optional<std::string> interface_from;  // of the daemon's interfaces, the one towards the sender of the SDP
  std::optional<std::string> interface_to;    // and the one towards its receiver

  friend bool operator==(const Options&, const Options&) = default;
};

enum class OptionText : std::uint8_t {
  kFinal,          // what the script passes for a message
  kWithVariables,  // as written in the script: words with a '$' cannot be judged yet
};

/// Reads options; words are parted by blanks, the last of equal ones counts.
/// @return what is wrong, as a sentence that quotes the word.
[[nodiscard]] Result<Options, std::string> parse_options(std::string_view text, OptionText kind);

}  // namespace osrtp::module
