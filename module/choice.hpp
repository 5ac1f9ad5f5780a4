#pragma once

#include <optional>
#include <string>

#include "module/attempts.hpp"
#include "module/note.hpp"
#include "module/outcome.hpp"

/// How a destination is offered a call, and what it makes of it. Pure.
namespace osrtp::module {

/// Whom an offer is for, by name: `peer=`, or whom the branch's note names, or `user@host:port` of the request's URI
/// and, where the message has a next hop, `>host:port` of that: what one number refuses, the others behind the same
/// carrier need not. A URI without a user: the host and port that the message goes to. The table of peers bounds its
/// length.
[[nodiscard]] std::string peer_of(const osrtp_message& message, const std::optional<Note>& note,
                                  const Options& options);

struct Choice {
  Options options;           // for this offer
  std::optional<Form> form;  // nothing: the policy leaves none, as the daemon will say
  FormSet tried;             // with `form` among them
};

/// The same form again where the branch's note has one.
[[nodiscard]] Choice choose(const osrtp_message& message, const std::optional<Note>& note, const Options& options,
                            const Defaults& defaults, const Habits& habits);

enum class Verdict : std::uint8_t { kNone, kTaken, kRefused };

/// What the answer to an offer says of its form: refused is one of which every m-line was rejected by port 0, as some
/// PBXs do where others answer 488.
[[nodiscard]] Verdict verdict_of(const Outcome& answer);

}  // namespace osrtp::module
