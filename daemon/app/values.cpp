#include "app/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace osrtp::app {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// Brackets around IPv6 are a habit; here they say nothing.
std::optional<IpAddress> address_in(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return IpAddress::parse(bracketed ? text.substr(1, text.size() - 2) : text);
}

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && number != 0 ? std::optional(number) : std::nullopt;
}

/// What is wrong with an address for SDP; empty: nothing.
std::string wrong_with(const IpAddress& address) {
  if (address.is_unspecified()) return "name one address of this machine, since it goes into the SDP";
  if (!address.is_unicast()) return "name the address of one machine, not of a group and none that is reserved";
  return {};
}

}  // namespace

bool is_interface_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127 && c != '/'; });
}

Result<IpAddress, std::string> parse_host(std::string_view text) {
  const auto address = address_in(text);
  if (!address) return fail(quoted(text) + " is no address");
  if (auto wrong = wrong_with(*address); !wrong.empty()) return fail(quoted(text) + ": " + wrong);
  return *address;
}

Result<call::Interface, std::string> parse_interface(std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool named = slash != std::string_view::npos;
  const std::string_view addresses = named ? text.substr(slash + 1) : text;
  const std::size_t mark = addresses.find('!');
  const std::string_view bound = addresses.substr(0, mark);
  const std::string_view written = mark == std::string_view::npos ? bound : addresses.substr(mark + 1);

  const std::string shown = "interface " + quoted(text);
  if (named && !is_interface_name(text.substr(0, slash))) return fail(shown + " has no usable name");
  const auto address = address_in(bound);
  if (!address) return fail(shown + " is not [NAME/]ADDRESS[!ADVERTISED]");
  const auto advertised = address_in(written);
  if (!advertised) return fail(shown + ": " + quoted(written) + " is no address");
  for (const IpAddress& each : {*address, *advertised}) {
    if (auto wrong = wrong_with(each); !wrong.empty()) return fail(std::string(shown).append(": ").append(wrong));
  }
  if (address->family() != advertised->family()) return fail(shown + " mixes IPv4 and IPv6");
  return call::Interface{std::string(named ? text.substr(0, slash) : bound), *address, *advertised};
}

Result<call::PortRange, std::string> parse_ports(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return fail("ports " + quoted(text) + " are not MIN-MAX");
  const auto first = port_in(text.substr(0, dash));
  const auto last = port_in(text.substr(dash + 1));
  if (!first || !last) return fail("ports " + quoted(text) + " are not two numbers from 1 to 65535");
  const call::PortRange range{*first, *last};
  // A call needs a pair on each leg.
  if (range.pairs() < 2)
    return fail("ports " + quoted(text) + " have no room for one call, which needs 4 from an even one on");
  return range;
}

Result<LogLevel, std::string> parse_log_level(std::string_view text) {
  const auto found = std::find(kLogLevelNames.begin(), kLogLevelNames.end(), text);
  if (found != kLogLevelNames.end()) return static_cast<LogLevel>(found - kLogLevelNames.begin());
  return fail("log level " + quoted(text) + " is not one of error, warning, info, debug");
}

std::chrono::microseconds tick_of(double milliseconds) {
  return std::chrono::microseconds(std::lround(milliseconds * 1000));
}

}  // namespace osrtp::app
