#include "bench/load/remote.hpp"

#include <charconv>

#include "sdp/fingerprint.hpp"

namespace osrtp::bench {
namespace {

/// The next line without its end, taken from the front of `rest`.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string_view> behind(std::string_view line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return std::nullopt;
  return line.substr(prefix.size());
}

std::optional<Port> port_at(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return Port::from(number);
}

}  // namespace

std::optional<Remote> Remote::parse(std::string_view sdp) {
  std::optional<IpAddress> address;
  std::optional<Port> port;
  std::vector<sdp::CryptoAttribute> cryptos;
  std::optional<Fingerprint> fingerprint;
  while (!sdp.empty()) {
    const std::string_view line = take_line(sdp);
    if (const auto media = behind(line, "m=audio ")) {
      port = port_at(*media);
    } else if (const auto where = behind(line, "c=IN IP4 ")) {
      address = IpAddress::parse(*where);
    } else if (const auto crypto = behind(line, "a=crypto:")) {
      if (auto parsed = sdp::parse_crypto(*crypto)) cryptos.push_back(*std::move(parsed));
    } else if (const auto print = behind(line, "a=fingerprint:")) {
      if (auto parsed = sdp::parse_fingerprint(*print)) fingerprint = *std::move(parsed);
    }
  }
  if (!address || !port) return std::nullopt;
  return Remote{{*address, *port}, std::move(cryptos), std::move(fingerprint)};
}

}  // namespace osrtp::bench
