#include "sdp/mki.hpp"

#include <algorithm>

namespace osrtp::sdp {

std::optional<std::vector<std::uint8_t>> mki_from_decimal(std::string_view digits, std::size_t size) {
  // Three digits an octet are more than enough; the bound keeps the work small.
  if (digits.empty() || digits.front() == '0' || digits.size() > 3 * size) return std::nullopt;
  std::vector<std::uint8_t> octets(size);
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet) {
      carry += *octet * 10U;
      *octet = static_cast<std::uint8_t>(carry);
      carry >>= 8U;
    }
    if (carry != 0) return std::nullopt;
  }
  return octets;
}

std::string mki_to_decimal(ByteView mki) {
  std::vector<std::uint8_t> rest(mki.begin(), mki.end());
  std::string digits;
  do {
    unsigned remainder = 0;
    for (std::uint8_t& octet : rest) {
      remainder = remainder << 8U | octet;
      octet = static_cast<std::uint8_t>(remainder / 10);
      remainder %= 10;
    }
    digits += static_cast<char>('0' + remainder);
  } while (std::any_of(rest.begin(), rest.end(), [](std::uint8_t octet) { return octet != 0; }));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace osrtp::sdp
