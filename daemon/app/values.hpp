#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "call/media_plane.hpp"
#include "call/port_pool.hpp"

/// The values that have a text form of their own, alike in the file and on the command line.
/// Errors say what is wrong with the text, and quote it.
namespace osrtp::app {

/// What `text` makes of each value, with commas between.
template <class Values, class Text>
[[nodiscard]] std::string joined(const Values& values, const Text& text) {
  std::string all;
  for (const auto& value : values) all += (all.empty() ? "" : ",") + std::string(text(value));
  return all;
}

/// A name that `direction` can name.
[[nodiscard]] bool is_interface_name(std::string_view text);
/// An address that SDP can name: of one machine. Brackets around IPv6 say nothing.
[[nodiscard]] Result<IpAddress, std::string> parse_host(std::string_view text);

/// "[NAME/]ADDRESS[!ADVERTISED]". Without a name the address is the name.
[[nodiscard]] Result<call::Interface, std::string> parse_interface(std::string_view text);

/// "MIN-MAX", both included, with room for the two RTP/RTCP pairs of one call.
[[nodiscard]] Result<call::PortRange, std::string> parse_ports(std::string_view text);

/// Of a tick, in milliseconds; see Pace. More saves little, and near the 10 or 20 ms between a phone's packets every
/// port would look as if it sent more than one at a time.
inline constexpr double kMaxTick = 5;
[[nodiscard]] std::chrono::microseconds tick_of(double milliseconds);

inline constexpr std::array<std::string_view, 4> kLogLevelNames{"error", "warning", "info", "debug"};
[[nodiscard]] constexpr std::string_view name(LogLevel level) noexcept {
  return kLogLevelNames[static_cast<std::size_t>(level)];
}
[[nodiscard]] Result<LogLevel, std::string> parse_log_level(std::string_view text);

}  // namespace osrtp::app
