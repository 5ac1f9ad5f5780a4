#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/datagram.hpp"
#include "io/descriptor.hpp"

namespace osrtp::bench {

/// A phone's address is this one and its number: 127.1.0.0/16 and on, all of the loopback interface.
inline constexpr std::uint32_t kFirstAddress = 0x7f010000;
/// Calls, both phones each, that there are addresses for.
inline constexpr std::uint32_t kMaxCalls = 60'000;

/// One datagram for a phone.
struct Arrival {
  std::uint32_t phone;       // whose address it was sent to
  std::uint16_t relay_port;  // whose port it came from
  ByteSpan packet;           // may be changed in place; valid until the next receive()
};

/// All phones on one UDP socket, told apart by their addresses: a hundred thousand packets a second must cost the
/// generator little, and one socket takes and gives them in batches, without a descriptor or a wake-up for each phone.
class Wire {
 public:
  /// Datagrams that one system call takes or gives. A larger batch would make what is first in it wait for the last.
  static constexpr std::size_t kBatch = 32;

  /// Binds `port` on every address. Ends the process where it cannot.
  explicit Wire(std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// What has come, without waiting.
  [[nodiscard]] std::span<const Arrival> receive() noexcept;

  [[nodiscard]] bool has_room() const noexcept { return waiting_ < kBatch; }
  /// Where the next packet to send is to be written.
  [[nodiscard]] ByteSpan next_slot() noexcept { return out_[waiting_].octets; }
  /// Its first `size` octets go from `phone` to `to` with the next flush(). Only where has_room().
  void push(std::uint32_t phone, const sockaddr_in& to, std::size_t size) noexcept;
  void flush() noexcept;
  /// One datagram, at once.
  void send(std::uint32_t phone, const sockaddr_in& to, ByteView datagram) noexcept;

  /// Datagrams that the kernel has dropped because receive() came too late.
  [[nodiscard]] std::uint64_t overflowed() const noexcept { return overflowed_; }

 private:
  struct Slot {
    std::array<std::uint8_t, 2048> octets;
    sockaddr_in peer;
    iovec vector;
    alignas(cmsghdr) std::array<std::uint8_t, 128> control;
  };
  using Slots = std::array<Slot, kBatch>;
  using Headers = std::array<mmsghdr, kBatch>;

  [[nodiscard]] Arrival arrival_of(std::size_t n) noexcept;

  std::uint16_t port_;
  io::Descriptor socket_;
  std::uint64_t overflowed_ = 0;
  std::size_t waiting_ = 0;
  Slots in_{};
  Slots out_{};
  Headers in_headers_{};
  Headers out_headers_{};
  std::array<Arrival, kBatch> arrivals_{};
};

}  // namespace osrtp::bench
