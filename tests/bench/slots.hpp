#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/datagram.hpp"

namespace osrtp::bench {

/// 20 ms of G.711 and the header before it.
inline constexpr std::size_t kPacketSize = 172;
using Slot = std::array<std::uint8_t, kPacketSize + kTailRoom>;

inline void renumber(Slot& slot, std::uint16_t sequence) noexcept {
  slot[2] = static_cast<std::uint8_t>(sequence >> 8U);
  slot[3] = static_cast<std::uint8_t>(sequence);
}

inline void write_packet(Slot& slot, std::uint16_t sequence) noexcept {
  constexpr std::array<std::uint8_t, 12> header{0x80, 0, 0, 0, 0, 0, 0, 1, 0xca, 0xfe, 0xba, 0xbe};
  slot.fill(0xd5);
  std::memcpy(slot.data(), header.data(), header.size());
  renumber(slot, sequence);
}

/// Packets that are made, some at a time and outside of what is measured, when they are asked for.
class Batch {
 public:
  /// `prepare(slot)` makes of a plain packet what is asked for. @return the next one, of `size` octets
  template <class State, class Prepare>
  ByteSpan next(State& state, Prepare prepare) {
    if (at_ == slots_.size()) {
      state.PauseTiming();
      for (Slot& slot : slots_) {
        write_packet(slot, ++sequence_);
        size_ = prepare(slot);
      }
      at_ = 0;
      state.ResumeTiming();
    }
    return ByteSpan(slots_[at_++]).first(size_);
  }

 private:
  std::vector<Slot> slots_ = std::vector<Slot>(256);
  std::size_t at_ = slots_.size();
  std::size_t size_ = 0;
  std::uint16_t sequence_ = 0;
};

}  // namespace osrtp::bench
