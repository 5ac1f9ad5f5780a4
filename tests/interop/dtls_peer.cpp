// One end of a DTLS-SRTP handshake on loopback, for dtls_check.sh: Handshakes, a socket and the real clock.
//
//   dtls-peer passive|active PORT FINGERPRINT PROFILE[,PROFILE…]
//
// PORT is where the active one calls; the passive one takes any and says `port N`. FINGERPRINT is the peer's SHA-256
// in hex. Says `connected SUITE KEYS` with the keys as the exporter lays them out, or `failed N`.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "dtls/handshakes.hpp"
#include "support/octets.hpp"

using namespace osrtp;
using namespace osrtp::dtls;
using osrtp::testing::from_hex;
using osrtp::testing::to_hex;
using Clock = std::chrono::steady_clock;

namespace {

// After the handshake: the peer may want our last flight once more.
constexpr std::chrono::milliseconds kLinger{300};
constexpr std::size_t kMaxDatagram = 4096;

sockaddr_in on_loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}
Endpoint endpoint_of(const sockaddr_in& address) {
  return {IpAddress::from_v4({127, 0, 0, 1}), *Port::from(ntohs(address.sin_port))};
}

int bound_socket() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address = on_loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) return -1;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("port %d\n", ntohs(address.sin_port));
  return fd;
}

void flush(int fd, Handshakes& ours) {
  for (const Outgoing& out : ours.take_output()) {
    const sockaddr_in to = on_loopback(out.to.port.number());
    (void)sendto(fd, out.octets.data(), out.octets.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
}

/// Until `until`, or until it is over.
void run(int fd, Handshakes& ours, TimePoint until) {
  const bool was_pending = std::holds_alternative<Handshakes::Pending>(ours.state());
  while (Clock::now() < until && std::holds_alternative<Handshakes::Pending>(ours.state()) == was_pending) {
    flush(fd, ours);
    const TimePoint next = std::min(ours.next_timeout().value_or(until), until);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, static_cast<int>(std::max<long>(wait, 0))) > 0) {
      std::array<std::uint8_t, kMaxDatagram> buffer{};
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const auto got = recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      const ByteView datagram = ByteView(buffer).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got >= 0) ours.handle(endpoint_of(from), Source::kSignalled, datagram, Clock::now());
    }
    if (ours.next_timeout() && *ours.next_timeout() <= Clock::now()) ours.handle_timeout(Clock::now());
  }
  flush(fd, ours);
}

std::vector<Suite> profiles_named(std::string_view list) {
  std::vector<Suite> profiles;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (const auto suite = suite_named(list.substr(0, end))) profiles.push_back(*suite);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return profiles;
}

void report(Handshakes& ours, bool is_active) {
  const auto keys = ours.take_keys();
  if (!keys) {
    const auto* failed = std::get_if<Handshakes::Failed>(&ours.state());
    std::printf("failed %d\n", failed != nullptr ? static_cast<int>(failed->why) : -1);
    return;
  }
  const SuiteFacts& suite = facts(keys->suite);
  const ByteView client = (is_active ? keys->ours : keys->theirs).reveal();
  const ByteView server = (is_active ? keys->theirs : keys->ours).reveal();
  std::printf("connected %s %s%s%s%s\n", std::string(suite.name).c_str(), to_hex(client.first(suite.key_size)).c_str(),
              to_hex(server.first(suite.key_size)).c_str(), to_hex(client.subspan(suite.key_size)).c_str(),
              to_hex(server.subspan(suite.key_size)).c_str());
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const bool is_active = std::string_view(words[1]) == "active";
  auto identity = Identity::generate(std::chrono::system_clock::now());
  const int fd = bound_socket();
  if (!identity || fd < 0) return 1;
  Handshakes ours({.identity = *identity, .profiles = profiles_named(words[4]), .cookie_secret = {4, 2}});
  ours.expect({{.hash = HashFunction::kSha256, .digest = from_hex(words[3])}}, Clock::now());
  ours.start_limit(Clock::now());
  if (is_active) {
    const auto port = Port::from(static_cast<std::uint32_t>(std::stoul(words[2])));
    ours.connect({IpAddress::from_v4({127, 0, 0, 1}), *port}, Clock::now());
  }
  run(fd, ours, Clock::now() + std::chrono::seconds(20));
  report(ours, is_active);
  run(fd, ours, Clock::now() + kLinger);
  close(fd);
}
