#pragma once

#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace osrtp::testing {

/// A STUN message as a full ICE agent writes it. Made from RFC 8489 apart from daemon/ice, so that a mistake there
/// is not made here as well.
class StunWriter {
 public:
  using Octets = std::vector<std::uint8_t>;

  explicit StunWriter(std::uint16_t type, std::uint8_t transaction = 0) {
    put16(type);
    put16(0);
    put16(0x2112);
    put16(0xa442);
    octets_.resize(20, transaction);
  }

  StunWriter& add(std::uint16_t type, ByteView value) {
    put16(type);
    put16(static_cast<std::uint16_t>(value.size()));
    octets_.insert(octets_.end(), value.begin(), value.end());
    while (octets_.size() % 4 != 0) octets_.push_back(0);
    set_length(octets_.size() - 20);
    return *this;
  }
  StunWriter& add_number(std::uint16_t type, std::uint64_t value, unsigned size) {
    Octets number;
    for (unsigned i = size; i > 0; --i) number.push_back(static_cast<std::uint8_t>(value >> 8U * (i - 1)));
    return add(type, number);
  }
  StunWriter& add_integrity(std::string_view password) {
    set_length(octets_.size() - 20 + 24);
    std::array<std::uint8_t, 20> mac{};
    unsigned size = 0;
    HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), octets_.data(), octets_.size(), mac.data(),
         &size);
    return add(0x0008, mac);
  }
  StunWriter& add_fingerprint() {
    set_length(octets_.size() - 20 + 8);
    std::uint32_t crc = 0xffffffff;
    for (const std::uint8_t octet : octets_) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        const bool carry = ((crc ^ octet >> bit) & 1U) != 0;
        crc = carry ? crc >> 1U ^ 0xedb88320U : crc >> 1U;
      }
    }
    return add_number(0x8028, ~crc ^ 0x5354554eU, 4);
  }

  [[nodiscard]] const Octets& octets() const { return octets_; }

 private:
  void put16(std::uint16_t number) {
    octets_.push_back(static_cast<std::uint8_t>(number >> 8U));
    octets_.push_back(static_cast<std::uint8_t>(number));
  }
  void set_length(std::size_t length) {
    octets_[2] = static_cast<std::uint8_t>(length >> 8U);
    octets_[3] = static_cast<std::uint8_t>(length);
  }

  Octets octets_{};
};

/// A connectivity check (RFC 8445 §7.1), or what is wrong with one.
struct Check {
  std::string username;
  std::string password;
  std::uint8_t transaction = 1;
  std::optional<std::uint32_t> priority = 0x6e0001ff;
  bool use_candidate = false;
  std::optional<std::uint64_t> controlling = 1;
  std::optional<std::uint64_t> controlled{};
  std::vector<std::uint16_t> extra{};  // empty attributes of these types, before the integrity
  bool fingerprint = true;

  [[nodiscard]] std::vector<std::uint8_t> octets() const {
    StunWriter out(0x0001, transaction);
    out.add(0x0006, bytes_of(username));
    if (priority) out.add_number(0x0024, *priority, 4);
    if (use_candidate) out.add(0x0025, {});
    if (controlled) out.add_number(0x8029, *controlled, 8);
    if (controlling) out.add_number(0x802a, *controlling, 8);
    for (const std::uint16_t type : extra) out.add(type, {});
    out.add_integrity(password);
    if (fingerprint) out.add_fingerprint();
    return out.octets();
  }
};

}  // namespace osrtp::testing
