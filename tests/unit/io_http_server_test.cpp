#include "io/http_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string>

#include "io/address.hpp"
#include "io/descriptor.hpp"

namespace osrtp::io {
namespace {

using std::chrono::milliseconds;

/// A free port of this test alone: the kernel's, given back just before.
Endpoint some_endpoint() {
  const Descriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  SocketAddress address = SocketAddress::from(*IpAddress::parse("127.0.0.1"), 0);
  EXPECT_EQ(::bind(probe.number(), address.data(), address.size), 0);
  EXPECT_EQ(::getsockname(probe.number(), address.data(), &address.size), 0);
  return *address.endpoint();
}

class AnHttpServer : public ::testing::Test {
 protected:
  AnHttpServer() {
    auto opened = HttpServer::open(loop, at,
                                   {{"/metrics",
                                     [this] {
                                       ++written;
                                       return HttpServer::Page{"text/plain", body};
                                     }}},
                                   kLimits);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error());
    server = *std::move(opened);
  }
  /// The loop runs for as long as nothing or too much would happen.
  void turn(milliseconds time) {
    auto over = loop.timer([this] { loop.stop(); });
    over->arm(time);
    loop.run();
  }
  Descriptor connect() {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress address = SocketAddress::from(at);
    EXPECT_EQ(::connect(socket.number(), address.data(), address.size), 0);
    return socket;
  }
  static constexpr HttpServer::Limits kLimits{8, std::chrono::seconds(5), milliseconds(300), milliseconds(50)};
  static void say(const Descriptor& to, std::string_view text) {
    EXPECT_EQ(::send(to.number(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// All that comes until the other end closes, in some turns of the loop.
  std::string hear(const Descriptor& from) {
    std::string heard;
    for (int patience = 200; patience > 0;) {
      std::array<char, 4096> octets{};
      const ssize_t got = ::recv(from.number(), octets.data(), octets.size(), MSG_DONTWAIT);
      if (got == 0) return heard;
      if (got > 0) {
        heard.append(octets.data(), static_cast<std::size_t>(got));
      } else {
        turn(milliseconds(10));
        --patience;
      }
    }
    return heard + "[still open]";
  }
  std::string ask(std::string_view request) {
    const Descriptor socket = connect();
    say(socket, request);
    return hear(socket);
  }

  Loop loop;
  Endpoint at = some_endpoint();
  std::string body = "one 1\n";
  int written = 0;
  std::unique_ptr<HttpServer> server;
};

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(AnHttpServer, GivesAPageAndCloses) {
  const std::string reply = ask(kGet);
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 OK\r\n")) << reply;
  EXPECT_NE(reply.find("\r\nContent-Type: text/plain\r\n"), std::string::npos);
  EXPECT_TRUE(reply.ends_with("\r\n\r\none 1\n")) << reply;
  EXPECT_EQ(written, 1);
  turn(2 * kLimits.sweep);
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(AnHttpServer, GivesAPageThatIsLargerThanASocketTakesAtOnce) {
  body = std::string(8UL << 20U, 'x');
  const std::string reply = ask(kGet);
  EXPECT_TRUE(reply.ends_with("\r\n\r\n" + body)) << reply.size();
}

TEST_F(AnHttpServer, KnowsNoOtherPage) {
  for (const char* path : {"/", "/metrics/", "/metrics2", "/../metrics", "*"}) {
    const std::string reply = ask("GET " + std::string(path) + " HTTP/1.0\r\n\r\n");
    EXPECT_EQ(reply.find(" 200 "), std::string::npos) << path << ": " << reply;
  }
  EXPECT_EQ(written, 0);
  EXPECT_TRUE(ask("GET /metrics?x=y HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 200"));
}

TEST_F(AnHttpServer, TakesNoOtherMethod) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "DANCE"}) {
    const std::string reply = ask(std::string(method) + " /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(reply.find(" 200 "), std::string::npos) << method << ": " << reply;
  }
  EXPECT_EQ(written, 0);
}

TEST_F(AnHttpServer, EndsWhatIsNoRequest) {
  EXPECT_EQ(ask("\x16\x03\x01\r\n\r\n").find("[still open]"), std::string::npos);
  const std::string endless = "GET /metrics HTTP/1.1\r\nX: " + std::string(3 * HttpServer::kMostHeaders, 'x');
  EXPECT_EQ(ask(endless).find("[still open]"), std::string::npos);
  EXPECT_EQ(written, 0);
  EXPECT_TRUE(ask(kGet).starts_with("HTTP/1.1 200"));
}

TEST_F(AnHttpServer, AnswersBesideMoreIdlersThanItKeeps) {
  std::vector<Descriptor> idle;
  for (std::size_t i = 0; i < 3 * kLimits.connections; ++i) {
    idle.push_back(connect());
    say(idle.back(), "GET /metrics HTTP/1.1\r\nX:");
    if (i % 5 == 0) turn(milliseconds(5));
  }
  EXPECT_TRUE(ask(kGet).starts_with("HTTP/1.1 200"));
  EXPECT_LE(server->connections(), kLimits.connections);
  EXPECT_EQ(hear(idle.front()), "") << "the oldest has given way";
}

TEST_F(AnHttpServer, EndsWhoNeverComesToAnEnd) {
  const Descriptor slow = connect();
  bool open = true;
  say(slow, "GET /metrics HTTP/1.1\r\nX: ");
  for (int patience = 0; open && patience < 200; ++patience) {
    open = ::send(slow.number(), "x", 1, MSG_NOSIGNAL) == 1;
    turn(milliseconds(50));
  }
  EXPECT_FALSE(open);
  turn(2 * kLimits.sweep);
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(AnHttpServer, SaysWhyItCannotListen) {
  Loop other;
  const auto second = HttpServer::open(other, at, {}, kLimits);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "another process listens there");
  const auto foreign = HttpServer::open(other, *Endpoint::parse("192.0.2.1:9464"), {}, kLimits);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error(), "Cannot assign requested address");
}

}  // namespace
}  // namespace osrtp::io
