#include "io/socket_lane.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "io/clock.hpp"
#include "io/socket_network.hpp"
#include "support/octets.hpp"

namespace osrtp::io {
namespace {

using testing::Octets;

constexpr SocketId kFirst{3};
constexpr SocketId kSecond{4};

/// Two ports of a lane, and one of somebody else's.
class ALane : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kPorts = 44'100;
  ALane() : lane(*network.lane()), outside(open_any()) {
    EXPECT_FALSE(lane->add(kFirst, *network.open(first)));
    EXPECT_FALSE(lane->add(kSecond, *network.open(second)));
  }
  static Endpoint at(std::uint32_t port) { return {*IpAddress::parse("127.0.0.1"), *Port::from(port)}; }
  UdpSocket open_any() { return *UdpSocket::bind(from); }
  void say(const Endpoint& to, std::uint8_t what) { ASSERT_TRUE(outside.send(to, Octets(20, what))); }
  /// What each packet says, in the order of arrival, over as many batches as there are.
  std::vector<std::pair<SocketId, int>> all() {
    std::vector<std::pair<SocketId, int>> got;
    while (true) {
      const Batch batch = lane->receive();
      for (const Arrival& arrival : batch.arrivals) {
        EXPECT_EQ(arrival.datagram.from, from);
        EXPECT_EQ(arrival.datagram.size, 20U);
        EXPECT_GE(arrival.datagram.buffer.size(), arrival.datagram.size + kTailRoom);
        got.emplace_back(arrival.port, arrival.datagram.buffer[0]);
      }
      if (batch.arrivals.empty() && !batch.more) return got;
    }
  }

  Endpoint first = at(kPorts);
  Endpoint second = at(kPorts + 1);
  Endpoint from = at(kPorts + 2);
  SocketNetwork network;
  std::unique_ptr<PacketLane> lane;
  UdpSocket outside;
};

using Got = std::vector<std::pair<SocketId, int>>;

TEST_F(ALane, ReceivesWhatArrivesAndNothingElse) {
  EXPECT_TRUE(all().empty());
  say(first, 1);
  say(second, 2);
  EXPECT_EQ(all(), (Got{{kFirst, 1}, {kSecond, 2}}));
  EXPECT_TRUE(all().empty());
}

TEST_F(ALane, ABusyPortKeepsItsOrderAndStarvesNobody) {
  for (int n = 0; n < 100; ++n) say(first, static_cast<std::uint8_t>(n));
  say(second, 200);
  const Batch batch = lane->receive();
  bool heard = false;
  for (const Arrival& arrival : batch.arrivals) heard = heard || arrival.port == kSecond;
  EXPECT_TRUE(heard) << "in the first batch";
  int expected = static_cast<int>(batch.arrivals.size()) - 1;
  for (const auto& [port, what] : all()) {
    EXPECT_EQ(port, kFirst);
    EXPECT_EQ(what, expected++);
  }
  EXPECT_EQ(expected, 100);
}

/// Else who rests between batches would leave the rest of a picture waiting from tick to tick.
TEST_F(ALane, SaysThatABusyPortHasMoreThanItsShare) {
  for (int n = 0; n < 12; ++n) say(first, 1);
  EXPECT_FALSE(lane->receive().more) << "one at first: most ports have no second";
  const Batch share = lane->receive();
  EXPECT_EQ(share.arrivals.size(), 8U);
  EXPECT_TRUE(share.more);
  const Batch rest = lane->receive();
  EXPECT_EQ(rest.arrivals.size(), 3U);
  EXPECT_FALSE(rest.more);
}

TEST_F(ALane, SendsFromThePortThatItIsTold) {
  const Octets packet(30, 7);
  const std::array<Forward, 2> batch{Forward{kSecond, from, packet}, Forward{SocketId(9), from, packet}};
  EXPECT_EQ(lane->send(batch), 1U) << "there is no port 9";
  Octets buffer(kMaxDatagram + kTailRoom);
  const auto got = outside.receive(buffer);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->from, second);
  EXPECT_EQ(got->size, 30U);
}

TEST_F(ALane, TakesTheLongestDatagram) {
  const Octets longest(65'507, 5);
  ASSERT_TRUE(outside.send(first, longest));
  const Batch batch = lane->receive();
  ASSERT_EQ(batch.arrivals.size(), 1U);
  EXPECT_EQ(batch.arrivals[0].datagram.size, longest.size());
}

TEST_F(ALane, APortThatIsRemovedIsSilentAndFree) {
  say(first, 1);
  lane->remove(kFirst);
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(UdpSocket::bind(first)) << "it is closed";
}

TEST_F(ALane, AWaitEndsWithAPacket) {
  say(first, 1);
  lane->wait(std::nullopt);
  EXPECT_EQ(all(), (Got{{kFirst, 1}}));
}

TEST_F(ALane, AWaitEndsWhenItsTimeIsOver) {
  const TimePoint end = Clock::now() + std::chrono::milliseconds(5);
  lane->wait(end);
  EXPECT_GE(Clock::now(), end);
}

TEST_F(ALane, AWaitEndsWhenWoken) {
  for (int n = 0; n < 100; ++n) {
    std::thread other([&] { lane->wake(); });
    lane->wait(std::nullopt);
    other.join();
  }
}

/// It would be missed else, when the ring comes just before the wait.
TEST_F(ALane, ARingBeforeTheWaitEndsIt) {
  lane->wake();
  lane->wait(std::nullopt);
}

}  // namespace
}  // namespace osrtp::io
