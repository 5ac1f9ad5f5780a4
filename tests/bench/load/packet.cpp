#include "bench/load/packet.hpp"

#include <array>
#include <cstring>

namespace osrtp::bench {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kStampSize = 24;
constexpr std::size_t kWords = (kPacketSize - kHeaderSize - kStampSize) / 8;
static_assert(kHeaderSize + kStampSize + 8 * kWords == kPacketSize);
constexpr std::uint32_t kMagic = 0x6f737274;

struct Wire {
  std::uint32_t magic;
  std::uint32_t call;
  std::uint32_t sender;
  std::uint32_t number;
  std::uint64_t sent_at_ns;
};
static_assert(sizeof(Wire) == kStampSize);

std::array<std::uint8_t, kHeaderSize> header_of(const Stamp& stamp) noexcept {
  const std::uint32_t timestamp = stamp.number * 160;
  const std::uint32_t ssrc = 0x10000000U + 2 * stamp.call + static_cast<std::uint32_t>(stamp.sender);
  const auto octet = [](std::uint32_t value, unsigned shift) { return static_cast<std::uint8_t>(value >> shift); };
  return {0x80,
          0,
          octet(stamp.number, 8),
          octet(stamp.number, 0),
          octet(timestamp, 24),
          octet(timestamp, 16),
          octet(timestamp, 8),
          octet(timestamp, 0),
          octet(ssrc, 24),
          octet(ssrc, 16),
          octet(ssrc, 8),
          octet(ssrc, 0)};
}

/// The octets behind the stamp: a sequence that no other packet has.
std::array<std::uint64_t, kWords> filling_of(const Stamp& stamp) noexcept {
  std::uint64_t state = stamp.sent_at_ns ^ (std::uint64_t{stamp.call} << 40U) ^ (std::uint64_t{stamp.number} << 8U) ^
                        (stamp.sender == Side::kCaller ? 0U : 1U);
  std::array<std::uint64_t, kWords> words{};
  for (std::uint64_t& word : words) {
    state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    word = state;
  }
  return words;
}

}  // namespace

void write_packet(ByteSpan out, const Stamp& stamp) noexcept {
  const auto header = header_of(stamp);
  const Wire wire{kMagic, stamp.call, static_cast<std::uint32_t>(stamp.sender), stamp.number, stamp.sent_at_ns};
  const auto filling = filling_of(stamp);
  std::memcpy(out.data(), header.data(), kHeaderSize);
  std::memcpy(out.data() + kHeaderSize, &wire, kStampSize);
  std::memcpy(out.data() + kHeaderSize + kStampSize, filling.data(), sizeof filling);
}

std::optional<Stamp> read_packet(ByteView packet) noexcept {
  if (packet.size() != kPacketSize) return std::nullopt;
  Wire wire{};
  std::memcpy(&wire, packet.data() + kHeaderSize, kStampSize);
  if (wire.magic != kMagic || wire.sender > 1) return std::nullopt;
  const Stamp stamp{wire.call, static_cast<Side>(wire.sender), wire.number, wire.sent_at_ns};
  const auto header = header_of(stamp);
  const auto filling = filling_of(stamp);
  const bool same = std::memcmp(packet.data(), header.data(), kHeaderSize) == 0 &&
                    std::memcmp(packet.data() + kHeaderSize + kStampSize, filling.data(), sizeof filling) == 0;
  return same ? std::optional(stamp) : std::nullopt;
}

}  // namespace osrtp::bench
