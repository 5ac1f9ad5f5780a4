#include "io/tls_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/words.hpp"
#include "io/clock.hpp"
#include "protocol/stream_framing.hpp"

namespace osrtp::io {

namespace {

using std::chrono::milliseconds;
using State = protocol::TlsSession::State;

bool wait(const Descriptor& socket, bool to_write, TimePoint until) {
  const auto left = std::max(std::chrono::ceil<milliseconds>(until - Clock::now()), milliseconds(0));
  pollfd ready{socket.number(), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
  return ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
}

}  // namespace

Result<TlsClient, std::string> TlsClient::connect(const TlsAddress& server, protocol::TlsCredentials::Shared ours,
                                                  const std::string& name, milliseconds patience) {
  const TimePoint until = Clock::now() + patience;
  const SocketAddress address = SocketAddress::from(server.endpoint);
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail(words(errno));
  if (::connect(socket.number(), address.data(), address.size) != 0 && errno != EINPROGRESS) {
    return fail(words(errno));
  }
  TlsClient client(std::move(socket), protocol::TlsSession(std::move(ours), name));
  while (client.session_.state() == State::kHandshake && client.progress(until)) {
  }
  if (client.session_.state() != State::kOpen) return fail(client.why_closed());
  return client;
}

std::string TlsClient::why_closed() const {
  if (!session_.problem().empty()) return session_.problem();
  return error_ != 0 ? words(error_) : "no answer; is osrtpd running?";
}

bool TlsClient::progress(TimePoint until) {
  if (!wait(descriptor_, !session_.outgoing().empty(), until)) return false;
  // Of a connection that was never made, for it is told once.
  socklen_t size = sizeof error_;
  if (getsockopt(descriptor_.number(), SOL_SOCKET, SO_ERROR, &error_, &size) != 0 || error_ != 0) return false;
  const std::string_view out = session_.outgoing();
  const ssize_t sent = out.empty() ? 0 : ::send(descriptor_.number(), out.data(), out.size(), MSG_NOSIGNAL);
  if (sent > 0) session_.sent(static_cast<std::size_t>(sent));
  std::array<char, 16'384> octets{};
  const ssize_t got = ::recv(descriptor_.number(), octets.data(), octets.size(), 0);
  if (got > 0) session_.receive({octets.data(), static_cast<std::size_t>(got)});
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

std::optional<std::string> TlsClient::send(std::string_view frame) {
  if (!session_.send(protocol::in_stream(frame))) return why_closed();
  return std::nullopt;
}

std::optional<std::string> TlsClient::receive(milliseconds patience) {
  const TimePoint until = Clock::now() + patience;
  do {
    const auto found = protocol::cut(session_.plain());
    if (!found) return std::nullopt;
    if (*found) {
      std::string frame((*found)->frame);
      session_.consume((*found)->taken);
      return frame;
    }
  } while (progress(until));
  return std::nullopt;
}

}  // namespace osrtp::io
