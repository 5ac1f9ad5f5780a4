#pragma once

#include <string>

#include "protocol/message.hpp"

/// Replies as people read them. Whatever came from outside is escaped.
namespace osrtp::ctl {

/// How one m-line of one leg is protected, and its counters:
/// "caller audio: encrypted, srtp-sdes AES_CM_128_HMAC_SHA1_80, 512 authenticated, 512 relayed".
[[nodiscard]] std::string describe(const protocol::LegSecurity& security, const protocol::CallReport& call);

/// The same of what has been agreed, without counters: "caller audio: encrypted, srtp-sdes AES_CM_128_HMAC_SHA1_80".
/// The m-line goes by its number.
[[nodiscard]] std::string agreed(const protocol::LegSecurity& security);

/// Lines, each ended. `request` says what was asked.
[[nodiscard]] std::string describe(const protocol::Reply& reply, const protocol::Request& request);

/// What a person should know and a program that reads the lines should not meet: a list that was cut. Often empty.
[[nodiscard]] std::string remark(const protocol::Reply& reply, const protocol::Request& request);

/// Whether what was asked for has been done: no error, and the call to end was there.
[[nodiscard]] bool succeeded(const protocol::Reply& reply) noexcept;

}  // namespace osrtp::ctl
