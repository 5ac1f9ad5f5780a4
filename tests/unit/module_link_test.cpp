#include "module/link.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace osrtp::module {
namespace {

TEST(RelayAddress, ReadsUnixAndUdp) {
  EXPECT_EQ(RelayAddress::parse("unix:/run/x.sock")->to_string(), "unix:/run/x.sock");
  EXPECT_EQ(RelayAddress::parse("udp:127.0.0.1:2223")->to_string(), "udp:127.0.0.1:2223");
  EXPECT_EQ(RelayAddress::parse("udp:[::1]:2223")->to_string(), "udp:[::1]:2223");
  EXPECT_EQ(RelayAddress::parse("tls:192.0.2.10:2223")->to_string(), "tls:192.0.2.10:2223");
}

TEST(RelayAddress, RefusesTheRest) {
  for (const std::string& text :
       {std::string(), std::string("unix:"), std::string("unix:x.sock"), "unix:/" + std::string(107, 'x'),
        std::string("udp:localhost:1"), std::string("tls:relay.example.org:1"), std::string("udp:127.0.0.1"),
        std::string("/run/x.sock")})
    EXPECT_FALSE(RelayAddress::parse(text)) << text;
}

/// A daemon's socket in a directory of its own, which answers nothing by itself.
class Daemon {
 public:
  Daemon() {
    std::string name = "/tmp/osrtp-module-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    listen();
  }
  ~Daemon() {
    ::close(socket_);
    std::filesystem::remove_all(directory_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] std::string path() const { return directory_ + "/control"; }
  void listen() {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  void die() {
    ::close(socket_);
    std::filesystem::remove(path());
  }
  /// Takes a datagram and sends `reply` to where it came from.
  std::string answer(const std::string& reply) const {
    std::string frame(1000, '\0');
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket_, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    frame.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    return frame;
  }

 private:
  std::string directory_;
  int socket_ = -1;
};

RelayAddress address_of(const Daemon& daemon) { return {daemon.path()}; }

TEST(RelayLink, SendsAndReceives) {
  const Daemon daemon;
  RelayLink link(address_of(daemon));
  EXPECT_EQ(link.send("hello"), RelayLink::Sent::kSent);
  EXPECT_EQ(daemon.answer("world"), "hello");
  EXPECT_EQ(link.receive(), RelayLink::Event::kDatagram);
  EXPECT_EQ(link.datagram(), "world");
}

TEST(RelayLink, SaysAtOnceWhenNobodyListens) {
  Daemon daemon;
  RelayLink link(address_of(daemon));
  daemon.die();
  EXPECT_EQ(link.send("hello"), RelayLink::Sent::kNobody);
  EXPECT_NE(link.problem().find(daemon.path()), std::string::npos) << link.problem();
  daemon.listen();
}

TEST(RelayLink, FindsTheDaemonThatWasStartedAnew) {
  Daemon daemon;
  RelayLink link(address_of(daemon));
  EXPECT_EQ(link.send("one"), RelayLink::Sent::kSent);
  daemon.die();
  daemon.listen();
  EXPECT_EQ(link.send("two"), RelayLink::Sent::kSent);
  EXPECT_EQ(daemon.answer("-"), "two");
}

}  // namespace
}  // namespace osrtp::module
