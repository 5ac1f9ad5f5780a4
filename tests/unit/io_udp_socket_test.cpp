#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "io/udp_socket.hpp"

namespace osrtp::io {
namespace {

/// Opens somewhere on `address`; the system has ports enough.
std::pair<UdpSocket, Endpoint> open_somewhere(const char* address) {
  for (std::uint32_t number = 47000; number < 48000; ++number) {
    const Endpoint local{*IpAddress::parse(address), *Port::from(number)};
    auto socket = UdpSocket::bind(local);
    if (socket) return {*std::move(socket), local};
  }
  throw std::runtime_error("no free port");
}

bool wait_readable(const UdpSocket& socket) {
  pollfd readable{socket.descriptor(), POLLIN, 0};
  return poll(&readable, 1, 5000) == 1;
}

class UdpSockets : public testing::TestWithParam<const char*> {
 protected:
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kMaxDatagram + kTailRoom);
};

TEST_P(UdpSockets, CarryADatagramAndItsSenderWithTailRoomBehindIt) {
  auto [one, here] = open_somewhere(GetParam());
  auto [two, there] = open_somewhere(GetParam());
  const std::array<std::uint8_t, 3> sent{1, 2, 3};
  ASSERT_TRUE(one.send(there, sent));
  ASSERT_TRUE(wait_readable(two));
  const auto got = two.receive(buffer_);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->from, here);
  EXPECT_TRUE(std::equal(sent.begin(), sent.end(), got->packet().begin(), got->packet().end()));
  EXPECT_GE(got->buffer.size(), got->size + kTailRoom);
}

TEST_P(UdpSockets, CarryTheLongestDatagramWhole) {
  auto [one, here] = open_somewhere(GetParam());
  auto [two, there] = open_somewhere(GetParam());
  const std::vector<std::uint8_t> sent(65'507, 0x5a);
  ASSERT_TRUE(one.send(there, sent));
  ASSERT_TRUE(wait_readable(two));
  const auto got = two.receive(buffer_);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->size, sent.size());
  EXPECT_GE(got->buffer.size(), got->size + kTailRoom);
}

TEST_P(UdpSockets, DoNotWaitForWhatIsNotThere) {
  auto [socket, local] = open_somewhere(GetParam());
  EXPECT_FALSE(socket.receive(buffer_));
}

TEST_P(UdpSockets, ShareNoPort) {
  auto [socket, local] = open_somewhere(GetParam());
  const auto second = UdpSocket::bind(local);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, SocketError::Kind::kPortBusy);
}

TEST_P(UdpSockets, AreNotInheritedByChildren) {
  auto [socket, local] = open_somewhere(GetParam());
  EXPECT_NE(fcntl(socket.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
}

/// From now on; one of the two is not the socket's.
void tell_traffic(const UdpSocket& socket) {
  const int on = 1;
  setsockopt(socket.descriptor(), IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
  setsockopt(socket.descriptor(), IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
}

/// The octet that came with the next datagram.
std::optional<int> traffic_of_next(const UdpSocket& to) {
  if (!wait_readable(to)) return std::nullopt;
  std::array<std::uint8_t, 64> payload{};
  std::array<std::uint8_t, 256> control{};
  iovec part{payload.data(), payload.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(to.descriptor(), &message, 0) < 0) return std::nullopt;
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
    const bool four = at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_TOS;
    const bool six = at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_TCLASS;
    if (four || six) return *CMSG_DATA(at);  // an octet in one family, an int in the other, of which it is the first
  }
  return std::nullopt;
}

TEST_P(UdpSockets, MarkWhatTheySendFromThenOn) {
  auto [one, here] = open_somewhere(GetParam());
  auto [two, there] = open_somewhere(GetParam());
  const std::array<std::uint8_t, 1> sent{1};
  tell_traffic(two);
  for (const int octet : {184, 96, 0}) {
    ASSERT_FALSE(one.mark(*TrafficClass::from(octet)));
    ASSERT_TRUE(one.send(there, sent));
    EXPECT_EQ(traffic_of_next(two), octet);
  }
}

INSTANTIATE_TEST_SUITE_P(Loopback, UdpSockets, testing::Values("127.0.0.1", "::1"),
                         [](const auto& row) { return std::string(row.param) == "::1" ? "Ipv6" : "Ipv4"; });

TEST(UdpSocket, SaysWhenAnAddressIsSomebodyElses) {
  const auto why = cannot_bind(*IpAddress::parse("192.0.2.1"));
  ASSERT_TRUE(why);
  EXPECT_EQ(why->kind, SocketError::Kind::kNotOurAddress);
  EXPECT_FALSE(cannot_bind(*IpAddress::parse("127.0.0.1")));
}

TEST(UdpSocket, GivesItsDescriptorBack) {
  const int before = dup(0);
  close(before);
  { auto [socket, local] = open_somewhere("127.0.0.1"); }
  const int after = dup(0);
  close(after);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace osrtp::io
