#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace osrtp {

/// An integer that means something: no implicit conversion, no arithmetic.
template <class Tag, class Rep>
class Strong {
 public:
  constexpr Strong() noexcept = default;
  constexpr explicit Strong(Rep value) noexcept : value_(value) {}
  [[nodiscard]] constexpr Rep get() const noexcept { return value_; }
  // NOLINTNEXTLINE(modernize-use-nullptr): `<` compares what this returns with 0, which is no pointer.
  friend constexpr auto operator<=>(Strong, Strong) noexcept = default;

 private:
  Rep value_{};
};

using Ssrc = Strong<struct SsrcTag, std::uint32_t>;                // RFC 3550 §8, host byte order
using SequenceNumber = Strong<struct SequenceTag, std::uint16_t>;  // RFC 3550 §5.1, wraps
using SocketId = Strong<struct SocketIdTag, std::uint32_t>;        // opaque; io/ maps it to a descriptor
using StreamId = Strong<struct StreamIdTag, std::uint64_t>;        // opaque; one m-line of one call

/// A UDP port somebody can send to: 1..65535. Zero means "rejected" in SDP
/// (RFC 3264 §6), so it is not a Port; such a section has no Port at all.
class Port {
 public:
  static constexpr std::optional<Port> from(std::uint32_t number) noexcept {
    if (number == 0 || number > 65535) return std::nullopt;
    return Port(static_cast<std::uint16_t>(number));
  }
  [[nodiscard]] constexpr std::uint16_t number() const noexcept { return number_; }
  /// The RTCP port implied when there is neither a=rtcp nor a=rtcp-mux (RFC 3550 §11).
  [[nodiscard]] constexpr std::optional<Port> implied_rtcp() const noexcept { return from(number_ + 1U); }
  friend constexpr auto operator<=>(Port, Port) noexcept = default;

 private:
  constexpr explicit Port(std::uint16_t number) noexcept : number_(number) {}
  std::uint16_t number_;
};

}  // namespace osrtp
