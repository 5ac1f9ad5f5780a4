#include "module/links.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace osrtp::module {
namespace {

/// A node on the loopback interface that says what it is told to.
class TalkingNode {
 public:
  TalkingNode() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    address_ = "udp:127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~TalkingNode() { ::close(socket_); }
  TalkingNode(const TalkingNode&) = delete;
  TalkingNode& operator=(const TalkingNode&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  /// To whom has sent something.
  void meet() {
    char octet = 0;
    size_ = sizeof peer_;
    ASSERT_EQ(::recvfrom(socket_, &octet, 1, 0, reinterpret_cast<sockaddr*>(&peer_), &size_), 1);
  }
  void say(int times) const {
    for (int i = 0; i < times; ++i)
      ASSERT_EQ(::sendto(socket_, "x", 1, 0, reinterpret_cast<const sockaddr*>(&peer_), size_), 1);
  }

 private:
  int socket_;
  std::string address_;
  sockaddr_storage peer_{};
  socklen_t size_ = 0;
};

TEST(Links, TakeAsMuchAsTheyAreToldAndGiveEachNodeItsTurn) {
  std::array<TalkingNode, 2> nodes;
  const auto table = std::make_unique<NodeTable>();
  ASSERT_TRUE(
      table->load(*parse_nodes(nodes[0].address() + " " + nodes[1].address()), [](const NodeView&) { return true; }));
  Links links(*table);
  for (std::size_t node : {0U, 1U}) {
    EXPECT_FALSE(links.send(node, "x"));
    nodes.at(node).meet();
  }
  nodes[0].say(20);
  nodes[1].say(3);
  std::vector<int> taken(2);
  const Links::Listener listener{[&](std::size_t node, std::string_view) { ++taken.at(node); }, [](std::size_t) {}};
  links.receive_some(listener, 8);
  EXPECT_EQ(taken, (std::vector<int>{5, 3}));
  links.receive_some(listener, 8);
  EXPECT_EQ(taken, (std::vector<int>{13, 3}));
  links.receive_some(listener, 8);
  links.receive_some(listener, 8);
  EXPECT_EQ(taken, (std::vector<int>{20, 3}));
}

}  // namespace
}  // namespace osrtp::module
