#include "module/tls_link.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/words.hpp"
#include "module/link.hpp"
#include "protocol/stream_framing.hpp"

namespace osrtp::module {

namespace {

using std::chrono::steady_clock;
using State = protocol::TlsSession::State;

bool later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

TlsLink::TlsLink(const Endpoint& relay, TlsSource source) : relay_(relay), source_(std::move(source)) {}

TlsLink::~TlsLink() { close(); }

void TlsLink::close() noexcept {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  session_.reset();
  unanswered_ = 0;
}

bool TlsLink::give_up(const std::string& why) {
  problem_ = "tls:" + relay_.to_string() + ": " + why;
  failed_ = steady_clock::now();
  close();
  return false;
}

bool TlsLink::open() {
  if (failed_ && steady_clock::now() - *failed_ < kPause) return false;
  auto ours = source_();
  if (!ours) return give_up(ours.error());
  const SocketAddress peer = socket_address(relay_);
  socket_ = ::socket(peer.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return give_up("socket: " + words(errno));
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&peer.storage), peer.size) != 0 && errno != EINPROGRESS) {
    return give_up("connect: " + words(errno));
  }
  session_.emplace(*std::move(ours), relay_.address.to_string());
  failed_.reset();
  return true;
}

bool TlsLink::push() {
  const std::string_view out = session_->outgoing();
  if (out.empty()) return true;
  const ssize_t sent = ::send(socket_, out.data(), out.size(), MSG_NOSIGNAL);
  if (sent > 0) session_->sent(static_cast<std::size_t>(sent));
  return sent >= 0 || later(errno) || give_up("send: " + words(errno));
}

bool TlsLink::pull() {
  std::array<char, 16'384> octets{};
  const ssize_t got = ::recv(socket_, octets.data(), octets.size(), 0);
  if (got > 0) session_->receive({octets.data(), static_cast<std::size_t>(got)});
  if (got > 0 && session_->state() == State::kClosed) return give_up(session_->problem());
  if (got == 0) return give_up("the relay has ended the connection");
  return got > 0 || (!later(errno) && give_up("receive: " + words(errno)));
}

void TlsLink::notice_end() {
  if (!session_ || unanswered_ != 0) return;
  while (pull()) {
  }
  if (!session_) failed_.reset();
}

NodeLink::Sent TlsLink::send(std::string_view frame) {
  // Twice: the first error may be about the daemon that was there before.
  for (int attempt = 0; attempt < 2; ++attempt) {
    notice_end();
    if (!session_ && !open()) return Sent::kNobody;
    if (session_->outgoing().size() > kMostUnsent) return Sent::kBusy;
    if (session_->send(protocol::in_stream(frame)) && push()) {
      ++unanswered_;
      return Sent::kSent;
    }
    close();
    failed_.reset();
  }
  return Sent::kNobody;
}

NodeLink::Event TlsLink::receive() {
  const bool asked = unanswered_ != 0;  // an end that nobody waits for is no news: the next to send connects anew
  const Event ended = asked ? Event::kNobody : Event::kNothing;
  while (session_) {
    const auto found = protocol::cut(session_->plain());
    if (!found) static_cast<void>(give_up("no frame where one should be"));
    if (!found) return ended;
    if (*found) {
      frame_ = (*found)->frame;
      session_->consume((*found)->taken);
      if (unanswered_ != 0) --unanswered_;
      return Event::kDatagram;
    }
    const bool more = push() && pull();
    if (more) continue;
    if (session_) return Event::kNothing;
    if (!asked) failed_.reset();
    return ended;
  }
  return Event::kNothing;
}

}  // namespace osrtp::module
