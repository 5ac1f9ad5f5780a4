#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/address.hpp"
#include "io/descriptor.hpp"

namespace osrtp::io {

/// A datagram longer than this is none of ours and is dropped unread.
inline constexpr std::size_t kMaxControlDatagram = 65'535;
using ControlBuffer = std::array<char, kMaxControlDatagram>;

/// A datagram socket on which requests come and from which the replies leave.
class ControlSocket {
 public:
  /// A UNIX path gets mode 0660; what an ended process has left there is replaced, a socket
  /// on which somebody listens, or anything that is no socket, is not. UDP is refused but
  /// on loopback: nobody proves here who they are. TLS is TlsServer's.
  /// @return or why not, in words for the operator.
  [[nodiscard]] static Result<ControlSocket, std::string> open(const ControlAddress& address);

  ControlSocket(ControlSocket&&) noexcept = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  /// Removes the path, if what is there is still this socket.
  ~ControlSocket();

  struct Request {
    std::string_view datagram;  // inside the buffer
    SocketAddress from;         // not always one that can be answered: a client need not be bound
  };
  /// Nothing: none is waiting, or it was too long.
  [[nodiscard]] std::optional<Request> receive(ControlBuffer& buffer) noexcept;
  /// Never waits: a client that does not read loses its reply, and asks again.
  bool send(const SocketAddress& to, std::string_view datagram) noexcept;
  /// The same for what nobody has asked for, which goes only while half of the room for what is unread is left. On a
  /// UNIX socket a client that is connected and does not read takes up that of all others.
  bool send_unasked(const SocketAddress& to, std::string_view datagram) noexcept;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }

 private:
  struct Left {  // what the destructor removes; an empty path: nothing
    std::string path{};
    dev_t device = 0;
    ino_t inode = 0;
  };
  ControlSocket(Descriptor descriptor, Left left) noexcept
      : descriptor_(std::move(descriptor)), left_(std::move(left)) {}
  static Result<ControlSocket, std::string> open_path(const std::string& path);
  static Result<ControlSocket, std::string> open_udp(const Endpoint& local);

  Descriptor descriptor_;
  Left left_;
};

}  // namespace osrtp::io
