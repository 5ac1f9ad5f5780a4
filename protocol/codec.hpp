#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "protocol/message.hpp"

/// Requests and replies as JSON and back; docs/protocol.md is the specification. The
/// dictionaries only: the cookie before them is framing.hpp's. Everything here is a total
/// function: any octets are either read or refused, and nothing recurses on their depth.
namespace osrtp::protocol {

/// Reads a request as tolerantly as NG clients need (spellings, a string for a list, an integer as
/// a string). What is not understood is ignored and named in the warnings, except inside `osrtp`,
/// where a wrong value could lower a policy and is refused.
///
/// @return kBadRequest, kUnknownCommand or kMissingKey, with the reason texts of NG.
[[nodiscard]] Result<DecodedRequest, Error> decode_request(std::string_view json);

/// Why something cannot be written as JSON: its text is not UTF-8, or has a NUL in it.
struct Unencodable {
  std::string key;

  friend bool operator==(const Unencodable&, const Unencodable&) = default;
};

/// Only SDP may be any octets (it then travels as `sdp-base64`). What a client has from a SIP
/// message and is not UTF-8 otherwise cannot be sent.
[[nodiscard]] Result<std::string, Unencodable> encode_request(const Request& request);

/// Octets that are not UTF-8 leave as U+FFFD, but for SDP, which becomes `sdp-base64`. The length
/// is not bounded here: join() of framing.hpp refuses what does not fit.
[[nodiscard]] std::string encode_reply(const Reply& reply);

/// The most octets that an SDP takes in a reply, and that any part of it does: escaped, or as base64.
[[nodiscard]] std::size_t encoded_size(std::string_view sdp) noexcept;

/// What a reply is an answer to: it does not say so itself.
enum class Command : std::uint8_t {
  kPing,
  kOffer,
  kAnswer,
  kDelete,
  kQuery,
  kList,
  kStatistics,
  kDrain,
  kSubscribe,
  kCapture
};

inline constexpr std::array<std::string_view, 10> kCommandNames{"ping", "offer",      "answer", "delete",    "query",
                                                                "list", "statistics", "drain",  "subscribe", "capture"};

[[nodiscard]] constexpr std::string_view name(Command command) noexcept {
  return kCommandNames[static_cast<std::size_t>(command)];
}
/// The variant's alternatives and Command's enumerators have one order.
[[nodiscard]] constexpr Command command_of(const Request& request) noexcept {
  return static_cast<Command>(request.index());
}

/// Why something is no reply to the command.
struct BadReply {
  std::string reason;  // for people; quotes nothing of the reply

  friend bool operator==(const BadReply&, const BadReply&) = default;
};

/// Reads what a server answered. Names of a newer server's closed lists (states, reasons) are
/// dropped with a warning: what is not understood is never taken for security. An error of
/// unknown code is kInternal; NG's `load limit` is kTooManyCalls.
[[nodiscard]] Result<Reply, BadReply> decode_reply(std::string_view json, Command command);

}  // namespace osrtp::protocol
