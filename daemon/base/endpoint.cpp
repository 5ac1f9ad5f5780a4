#include "base/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace osrtp {

namespace {

/// ::ffff:0:0/96, IPv4 addresses inside IPv6 ones (RFC 4291 §2.5.5.2).
constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string z(text);  // inet_pton wants a terminator
  if (z.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, z.c_str(), v4.data()) == 1) return from_v4(v4);
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, z.c_str(), v6.data()) == 1) return from_v6(v6);
  return std::nullopt;
}

bool IpAddress::is_loopback() const noexcept {
  if (family_ == Family::kIpv4) return octets_[0] == 127;
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  return octets_ == one;
}

bool IpAddress::is_unicast() const noexcept {
  const bool v6 = family_ == Family::kIpv6;
  const bool mapped = v6 && std::equal(kMapped.begin(), kMapped.end(), octets_.begin());
  if (v6 && !mapped) return octets_[0] != 0xff && !is_unspecified();
  const std::uint8_t first = octets_[mapped ? kMapped.size() : 0];
  return first != 0 && first < 224;  // 0/8 is this network, 224/4 multicast, 240/4 reserved
}

bool IpAddress::is_private() const noexcept {
  if (family_ == Family::kIpv6) return (octets_[0] & 0xfeU) == 0xfc;
  return octets_[0] == 10 || (octets_[0] == 172 && (octets_[1] & 0xf0U) == 16) ||
         (octets_[0] == 192 && octets_[1] == 168) || (octets_[0] == 100 && (octets_[1] & 0xc0U) == 64);
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family_ == Family::kIpv6) return inet_ntop(AF_INET6, octets_.data(), text.data(), text.size());
  char* end = text.data();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), octets_[i]).ptr;
  }
  return {text.data(), end};
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);

  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const auto port = Port::from(number);
  const auto address = IpAddress::parse(host);
  // "::1:5" could be read two ways, so IPv6 needs its brackets.
  if (!port || !address || bracketed != (address->family() == Family::kIpv6)) return std::nullopt;
  return Endpoint{*address, *port};
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  const std::string number = std::to_string(port.number());
  return address.family() == Family::kIpv6 ? "[" + host + "]:" + number : host + ":" + number;
}

}  // namespace osrtp

std::size_t std::hash<osrtp::Endpoint>::operator()(const osrtp::Endpoint& e) const noexcept {
  const auto& octets = e.address.octets();
  const std::string_view raw(reinterpret_cast<const char*>(octets.data()), octets.size());
  return std::hash<std::string_view>{}(raw)*31U + e.port.number();
}
