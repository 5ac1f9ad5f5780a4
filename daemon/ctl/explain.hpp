#pragma once

#include <string>

#include "explain/explain.hpp"

/// `osrtpctl explain`: an offer in, what would become of it out. No daemon is asked.
namespace osrtp::ctl {

/// The command line's part of it. A file is a path, or "-" for standard input.
struct Explain {
  std::string offer_file = "-";
  std::string answer_file;  // empty: the answers of the usual phones
  protocol::OsrtpOptions terms;
};

/// For people: what the callee would be offered, and how each leg stands after each answer. Each line is ended.
[[nodiscard]] std::string describe(const explain::Explanation& explanation);
/// For programs: {"offer": REPLY, "answers": [{"phone": TEXT, "reply": REPLY}, …]}, replies as in docs/protocol.md.
[[nodiscard]] std::string to_json(const explain::Explanation& explanation);

/// Reads the files, draws keys, asks the relay's own negotiation.
/// @return or what is wrong with a file, in one sentence
[[nodiscard]] Result<explain::Explanation, std::string> run(const Explain& command);

}  // namespace osrtp::ctl
