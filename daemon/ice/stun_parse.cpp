#include <openssl/crypto.h>

#include <algorithm>

#include "ice/stun.hpp"
#include "ice/stun_wire.hpp"

namespace osrtp::ice {
namespace {

// RFC 8489 §5: the class's two bits stand between the method's twelve.
Class class_of(std::uint16_t type) noexcept { return static_cast<Class>((type >> 4U & 1U) | (type >> 7U & 2U)); }
std::uint16_t method_of(std::uint16_t type) noexcept {
  return static_cast<std::uint16_t>((type & 0x000fU) | (type >> 1U & 0x0070U) | (type >> 2U & 0x0f80U));
}

/// Reads the attributes of one message, each by a function that says whether it is well formed.
class Attributes {
 public:
  Attributes(ByteView datagram, Message& message) noexcept
      : datagram_(datagram), in_(datagram.subspan(wire::kHeaderSize)), message_(message) {}

  bool read_all() {
    while (!in_.rest().empty()) {
      if (!read_one()) return false;
    }
    return true;
  }

 private:
  bool read_one() {
    const std::size_t offset = datagram_.size() - in_.rest().size();
    const auto type = in_.read<std::uint16_t>();
    const auto size = in_.read<std::uint16_t>();
    if (!size) return false;
    const auto whole = in_.take(wire::padded(*size));
    if (!whole) return false;
    const ByteView value = whole->first(*size);
    if (*type == wire::kFingerprint) return on_fingerprint(offset, value);
    // What follows the integrity is not covered by it, so nobody vouches for it.
    if (message_.integrity_offset) return true;
    return on_attribute(*type, offset, value);
  }

  bool on_attribute(std::uint16_t type, std::size_t offset, ByteView value) {
    switch (type) {
      case wire::kUsername:
        return on_username(value);
      case wire::kMessageIntegrity:
        message_.integrity_offset = offset;
        return value.size() == wire::kMacSize;
      case wire::kErrorCode:
        return on_error_code(value);
      case wire::kXorMappedAddress:
        return on_mapped(value);
      case wire::kPriority:
        return on_number(value, message_.priority);
      case wire::kUseCandidate:
        message_.use_candidate = true;
        return value.empty();
      case wire::kIceControlled:
        return on_number(value, message_.ice_controlled);
      case wire::kIceControlling:
        return on_number(value, message_.ice_controlling);
      case wire::kMappedAddress:
      case wire::kUnknownAttributes:
      case wire::kRealm:
      case wire::kNonce:
        return true;  // known, and not expected in ICE: ignored (RFC 8489 §6.3)
      default:
        return on_unknown(type);
    }
  }

  bool on_fingerprint(std::size_t offset, ByteView value) noexcept {
    ByteReader in(value);
    const auto stated = in.read<std::uint32_t>();
    if (!stated || !in.rest().empty() || !in_.rest().empty()) return false;
    message_.fingerprint = *stated == wire::fingerprint(datagram_.first(offset));
    return message_.fingerprint;
  }

  bool on_username(ByteView value) noexcept {
    if (value.size() > wire::kMaxUsername) return false;
    if (!message_.username) message_.username.emplace(reinterpret_cast<const char*>(value.data()), value.size());
    return true;
  }

  template <class T>
  static bool on_number(ByteView value, std::optional<T>& out) noexcept {
    ByteReader in(value);
    const auto number = in.read<T>();
    if (!number || !in.rest().empty()) return false;
    if (!out) out = number;
    return true;
  }

  bool on_error_code(ByteView value) noexcept {
    ByteReader in(value);
    const auto head = in.read<std::uint32_t>();
    if (!head) return false;
    const std::uint32_t hundreds = *head >> 8U & 7U;
    const std::uint32_t rest = *head & 0xffU;
    if (hundreds < 3 || hundreds > 6 || rest > 99) return false;
    if (!message_.error_code) message_.error_code = static_cast<std::uint16_t>(hundreds * 100 + rest);
    return true;
  }

  // RFC 8489 §14.2: the port is masked by the cookie's first half, the address by cookie and transaction id, which
  // are one run of octets in the header.
  bool on_mapped(ByteView value) noexcept {
    ByteReader in(value);
    static_cast<void>(in.read<std::uint8_t>());
    const auto family = in.read<std::uint8_t>();
    const auto masked_port = in.read<std::uint16_t>();
    if (!masked_port) return false;
    const auto port = Port::from(*masked_port ^ (wire::kCookie >> 16U));
    const auto address = unmask(*family, in.rest());
    if (!port || !address) return false;
    if (!message_.mapped) message_.mapped = Endpoint{*address, *port};
    return true;
  }

  [[nodiscard]] std::optional<IpAddress> unmask(std::uint8_t family, ByteView masked) const noexcept {
    std::array<std::uint8_t, 16> octets{};
    if (masked.size() > octets.size()) return std::nullopt;
    const ByteView mask = datagram_.subspan(4, octets.size());
    for (std::size_t i = 0; i < masked.size(); ++i) octets[i] = masked[i] ^ mask[i];
    if (family == wire::kAddressIpv6 && masked.size() == octets.size()) return IpAddress::from_v6(octets);
    if (family != wire::kAddressIpv4 || masked.size() != 4) return std::nullopt;
    return IpAddress::from_v4({octets[0], octets[1], octets[2], octets[3]});
  }

  bool on_unknown(std::uint16_t type) {
    auto& unknown = message_.unknown_required;
    const bool is_new = std::find(unknown.begin(), unknown.end(), type) == unknown.end();
    if (type < wire::kFirstOptional && is_new) unknown.push_back(type);
    return true;
  }

  ByteView datagram_;
  ByteReader in_;
  Message& message_;
};

}  // namespace

std::optional<Message> Message::parse(ByteView datagram) {
  ByteReader in(datagram);
  const auto type = in.read<std::uint16_t>();
  const auto length = in.read<std::uint16_t>();
  const auto cookie = in.read<std::uint32_t>();
  const auto id = in.take(TransactionId{}.size());
  if (!id || *type >> 14U != 0 || cookie != wire::kCookie) return std::nullopt;
  if (*length != in.rest().size()) return std::nullopt;
  Message message{.message_class = class_of(*type), .method = method_of(*type)};
  std::copy(id->begin(), id->end(), message.transaction.begin());
  if (!Attributes(datagram, message).read_all()) return std::nullopt;
  return message;
}

bool verify_integrity(ByteView datagram, const Message& message, ByteView password) {
  if (!message.integrity_offset || password.empty()) return false;
  const std::size_t end = *message.integrity_offset + wire::kAttributeHeaderSize + wire::kMacSize;
  if (*message.integrity_offset < wire::kHeaderSize || end > datagram.size()) return false;
  const ByteView covered = datagram.first(*message.integrity_offset);
  std::vector<std::uint8_t> signed_octets(covered.begin(), covered.end());
  const std::size_t length = end - wire::kHeaderSize;
  signed_octets[wire::kLengthOffset] = static_cast<std::uint8_t>(length >> 8U);
  signed_octets[wire::kLengthOffset + 1] = static_cast<std::uint8_t>(length);
  const auto mac = wire::hmac_sha1(signed_octets, password);
  return mac && CRYPTO_memcmp(mac->data(), datagram.data() + end - mac->size(), mac->size()) == 0;
}

}  // namespace osrtp::ice
