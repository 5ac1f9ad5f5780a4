#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace osrtp::module {

/// One process's way to one relay, of whatever kind. Opened when first used: sockets that two processes share would
/// hand one the answers of the other.
class NodeLink {
 public:
  NodeLink() = default;
  NodeLink(const NodeLink&) = delete;
  NodeLink& operator=(const NodeLink&) = delete;
  virtual ~NodeLink() = default;

  enum class Sent : std::uint8_t {
    kSent,
    kBusy,     // the daemon's queue is full: try again
    kTooLong,  // more than a datagram of this kind holds
    kNobody,   // see problem()
  };
  /// A daemon that was restarted meanwhile is connected to anew.
  [[nodiscard]] virtual Sent send(std::string_view frame) = 0;

  enum class Event : std::uint8_t { kDatagram, kNothing, kNobody };
  /// Takes a datagram that is there already, which datagram() then returns.
  [[nodiscard]] virtual Event receive() = 0;
  /// The last one received; valid until the next receive().
  [[nodiscard]] virtual std::string_view datagram() const noexcept = 0;

  /// To poll; negative: not open.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;
  /// Whether receive() is to be called when it can be written to, too.
  [[nodiscard]] virtual bool wants_to_write() const noexcept { return false; }
  /// Why there is kNobody, in words.
  [[nodiscard]] virtual const std::string& problem() const noexcept = 0;
};

}  // namespace osrtp::module
