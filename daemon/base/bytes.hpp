#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace osrtp {

using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

/// The octets of `text`; borrows them.
inline ByteView bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A cursor over octets in network byte order. No read is unchecked: what is not
/// there reads as nothing and leaves the cursor at the end.
class ByteReader {
 public:
  constexpr explicit ByteReader(ByteView bytes) noexcept : rest_(bytes) {}

  template <std::unsigned_integral T>
  constexpr std::optional<T> read() noexcept {
    const auto octets = take(sizeof(T));
    if (!octets) return std::nullopt;
    std::uint64_t value = 0;
    for (const std::uint8_t octet : *octets) value = value << 8U | octet;
    return static_cast<T>(value);
  }

  /// The next `size` octets, borrowed.
  constexpr std::optional<ByteView> take(std::size_t size) noexcept {
    if (size > rest_.size()) {
      rest_ = {};
      return std::nullopt;
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  [[nodiscard]] constexpr ByteView rest() const noexcept { return rest_; }

 private:
  ByteView rest_;
};

}  // namespace osrtp
