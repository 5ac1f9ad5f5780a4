#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace osrtp {

/// Up to kCapacity octets of key material: wiped when it goes, compared in constant
/// time, never printed. Copying is explicit, by clone().
class Secret {
 public:
  /// The longest SRTP master key and salt: AES-256-CM, 32 + 14 octets (RFC 6188 §3).
  static constexpr std::size_t kCapacity = 46;

  Secret() noexcept = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// Nothing if `octets` exceed kCapacity.
  [[nodiscard]] static std::optional<Secret> from(ByteView octets) noexcept;
  [[nodiscard]] Secret clone() const noexcept;

  [[nodiscard]] ByteView reveal() const noexcept { return ByteView(octets_).first(size_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool equals(const Secret& other) const noexcept;

 private:
  void wipe() noexcept;

  std::array<std::uint8_t, kCapacity> octets_{};
  std::size_t size_ = 0;
};

}  // namespace osrtp
