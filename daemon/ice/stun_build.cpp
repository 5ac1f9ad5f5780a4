#include <algorithm>

#include "ice/stun.hpp"
#include "ice/stun_wire.hpp"

namespace osrtp::ice {
namespace {

using Octets = std::vector<std::uint8_t>;

// RFC 8489 §5: the method Binding with the class's two bits.
constexpr std::uint16_t kRequestType = 0x0001;
constexpr std::uint16_t kSuccessType = 0x0101;
constexpr std::uint16_t kErrorType = 0x0111;

template <std::unsigned_integral T>
void append(Octets& out, T number) {
  for (std::size_t shift = 8 * sizeof(T); shift > 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(number >> (shift - 8)));
  }
}

/// A message that grows by attributes; its length field is right for what is there and what is announced.
class Writer {
 public:
  Writer(std::uint16_t type, const TransactionId& transaction) {
    octets_.reserve(wire::kHeaderSize + 64);
    append(octets_, type);
    append(octets_, std::uint16_t{0});
    append(octets_, wire::kCookie);
    octets_.insert(octets_.end(), transaction.begin(), transaction.end());
  }

  void add(wire::Attribute type, ByteView value) {
    append(octets_, std::uint16_t{type});
    append(octets_, static_cast<std::uint16_t>(value.size()));
    octets_.insert(octets_.end(), value.begin(), value.end());
    octets_.resize(wire::padded(octets_.size()));
    announce(0);
  }

  void add_mapped(const Endpoint& mapped) {
    const bool v4 = mapped.address.family() == Family::kIpv4;
    Octets value{0, v4 ? wire::kAddressIpv4 : wire::kAddressIpv6};
    append(value, static_cast<std::uint16_t>(mapped.port.number() ^ (wire::kCookie >> 16U)));
    const std::size_t size = v4 ? 4 : 16;
    // The mask is the cookie and the transaction id, as they stand in the header.
    for (std::size_t i = 0; i < size; ++i) value.push_back(mapped.address.octets()[i] ^ octets_[4 + i]);
    add(wire::kXorMappedAddress, value);
  }

  /// The whole message, sealed if there is a password.
  Octets finish(std::optional<ByteView> password) && {
    if (!password) return std::move(octets_);
    announce(wire::kAttributeHeaderSize + wire::kMacSize);
    const auto mac = wire::hmac_sha1(octets_, *password);
    if (!mac) return {};
    add(wire::kMessageIntegrity, *mac);
    announce(wire::kAttributeHeaderSize + sizeof(std::uint32_t));
    Octets crc;
    append(crc, wire::fingerprint(octets_));
    add(wire::kFingerprint, crc);
    return std::move(octets_);
  }

 private:
  /// Makes the length field count `coming` octets that are not there yet.
  void announce(std::size_t coming) noexcept {
    const std::size_t length = octets_.size() + coming - wire::kHeaderSize;
    octets_[wire::kLengthOffset] = static_cast<std::uint8_t>(length >> 8U);
    octets_[wire::kLengthOffset + 1] = static_cast<std::uint8_t>(length);
  }

  Octets octets_;
};

}  // namespace

Octets binding_success(const TransactionId& transaction, const Endpoint& mapped, std::optional<ByteView> password) {
  Writer writer(kSuccessType, transaction);
  writer.add_mapped(mapped);
  return std::move(writer).finish(password);
}

Octets binding_error(const TransactionId& transaction, std::uint16_t code, const std::vector<std::uint16_t>& unknown,
                     std::optional<ByteView> password) {
  Writer writer(kErrorType, transaction);
  const std::array<std::uint8_t, 4> value{0, 0, static_cast<std::uint8_t>(code / 100),
                                          static_cast<std::uint8_t>(code % 100)};
  writer.add(wire::kErrorCode, value);
  if (!unknown.empty()) {
    Octets types;
    for (const std::uint16_t type : unknown) append(types, type);
    writer.add(wire::kUnknownAttributes, types);
  }
  return std::move(writer).finish(password);
}

Octets binding_request(const TransactionId& transaction) {
  return Writer(kRequestType, transaction).finish(std::nullopt);
}

}  // namespace osrtp::ice
