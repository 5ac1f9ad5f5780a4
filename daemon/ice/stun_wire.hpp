#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

/// What reading and writing STUN share: numbers of the wire and the two checks over a whole message.
namespace osrtp::ice::wire {

inline constexpr std::uint32_t kCookie = 0x2112A442;  // RFC 8489 §5
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kLengthOffset = 2;          // of the 16-bit length of all attributes
inline constexpr std::size_t kAttributeHeaderSize = 4;   // type and length
inline constexpr std::size_t kMacSize = 20;              // HMAC-SHA1
inline constexpr std::uint16_t kFirstOptional = 0x8000;  // from here on not knowing an attribute is no error
inline constexpr std::size_t kMaxUsername = 508;         // octets, RFC 8489 §14.3
inline constexpr std::uint8_t kAddressIpv4 = 1;          // RFC 8489 §14.1
inline constexpr std::uint8_t kAddressIpv6 = 2;

/// RFC 8489 §18.3, RFC 8445 §20.1.
enum Attribute : std::uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000a,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802a,
};

constexpr std::size_t padded(std::size_t size) noexcept { return (size + 3) / 4 * 4; }

using Mac = std::array<std::uint8_t, kMacSize>;
/// RFC 8489 §14.5: over the message up to the attribute, its length field as if the message ended behind it.
[[nodiscard]] std::optional<Mac> hmac_sha1(ByteView message, ByteView password) noexcept;
/// FINGERPRINT's value (RFC 8489 §14.7) over the message up to it, its length field with FINGERPRINT.
[[nodiscard]] std::uint32_t fingerprint(ByteView message) noexcept;

}  // namespace osrtp::ice::wire
