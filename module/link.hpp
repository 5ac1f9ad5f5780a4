#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace osrtp::module {

/// Where the daemon listens.
struct RelayAddress {
  std::variant<std::string, Endpoint> where;  // the path of a UNIX datagram socket, or a UDP socket

  /// "unix:/run/osrtpd/control.sock" or "udp:127.0.0.1:2223" (addresses, no names).
  [[nodiscard]] static Result<RelayAddress, std::string> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const RelayAddress&, const RelayAddress&) = default;
};

/// A connected datagram socket, so that the kernel says at once when nobody listens. Opened when
/// first used: sockets that two processes share would hand one the answers of the other.
class RelayLink {
 public:
  explicit RelayLink(RelayAddress address);
  ~RelayLink();
  RelayLink(const RelayLink&) = delete;
  RelayLink& operator=(const RelayLink&) = delete;

  enum class Sent : std::uint8_t {
    kSent,
    kBusy,     // the daemon's queue is full: try again
    kTooLong,  // more than a datagram of this kind holds
    kNobody,   // see problem()
  };
  /// A daemon that was restarted meanwhile is connected to anew.
  [[nodiscard]] Sent send(std::string_view frame);

  enum class Event : std::uint8_t { kDatagram, kNothing, kNobody };
  /// Takes a datagram that is there already, which datagram() then returns.
  [[nodiscard]] Event receive();
  /// To poll for datagrams; negative: not open.
  [[nodiscard]] int descriptor() const noexcept { return socket_; }
  /// The last one received; valid until the next receive().
  [[nodiscard]] std::string_view datagram() const noexcept { return {buffer_.data(), size_}; }

  /// Why there is kNobody: the system's words.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  [[nodiscard]] bool open();
  void close() noexcept;
  [[nodiscard]] bool give_up(std::string_view what);

  RelayAddress address_;
  int socket_ = -1;
  std::vector<char> buffer_;
  std::size_t size_ = 0;
  std::string problem_;
};

}  // namespace osrtp::module
