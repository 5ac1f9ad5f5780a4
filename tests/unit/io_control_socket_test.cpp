#include "io/control_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>

#include "io/control_client.hpp"
#include "support/temporary_folder.hpp"

namespace osrtp::io {
namespace {

constexpr std::chrono::milliseconds kPatience{5000};

ControlAddress unix_at(const std::string& path) { return UnixPath{path}; }

std::optional<ControlSocket::Request> next(ControlSocket& socket, ControlBuffer& buffer) {
  pollfd readable{socket.descriptor(), POLLIN, 0};
  poll(&readable, 1, static_cast<int>(kPatience.count()));
  return socket.receive(buffer);
}

class ControlSockets : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  const std::string path_ = folder_ / "control.sock";
  std::unique_ptr<ControlBuffer> buffer_ = std::make_unique<ControlBuffer>();

  /// One request and its reply, both as long as can be.
  void expect_exchange(const ControlAddress& address, std::size_t size) {
    auto server = ControlSocket::open(address);
    ASSERT_TRUE(server) << server.error();
    auto client = ControlClient::connect(address);
    ASSERT_TRUE(client) << client.error();
    const std::string question(size, 'q');
    const std::string reply(size, 'r');
    ASSERT_EQ(client->send(question), std::nullopt);
    const auto request = next(*server, *buffer_);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->datagram, question);
    EXPECT_TRUE(server->send(request->from, reply));
    EXPECT_EQ(client->receive(kPatience), reply);
  }
};

TEST_F(ControlSockets, AnswerAClientWithoutANameOfItsOwn) { expect_exchange(unix_at(path_), 10); }
TEST_F(ControlSockets, CarryTheLongestFrameOnAPath) { expect_exchange(unix_at(path_), kMaxControlDatagram); }
TEST_F(ControlSockets, CarryTheLongestDatagramOnLoopback) {
  expect_exchange(*parse_control_address("udp:127.0.0.1:46891"), 65'507);
}
TEST_F(ControlSockets, SpeakIpv6) { expect_exchange(*parse_control_address("udp:[::1]:46891"), 10); }

/// As when the process of a subscriber has been stopped.
TEST_F(ControlSockets, AnswerOthersWhileOneReadsNoEvents) {
  auto server = ControlSocket::open(unix_at(path_));
  auto silent = ControlClient::connect(unix_at(path_));
  auto other = ControlClient::connect(unix_at(path_));
  ASSERT_TRUE(server && silent && other);
  ASSERT_EQ(silent->send("subscribe"), std::nullopt);
  const auto subscriber = next(*server, *buffer_);
  ASSERT_TRUE(subscriber);
  const SocketAddress whom = subscriber->from;
  const std::string event(300, 'e');
  std::size_t sent = 0;
  while (sent < 100'000 && server->send_unasked(whom, event)) ++sent;
  EXPECT_GT(sent, 100U);
  EXPECT_LT(sent, 100'000U) << "there is no end to it";
  for (int request = 0; request < 10; ++request) {
    ASSERT_EQ(other->send("ping"), std::nullopt);
    const auto asked = next(*server, *buffer_);
    ASSERT_TRUE(asked);
    ASSERT_TRUE(server->send(asked->from, "pong"));
    EXPECT_EQ(other->receive(kPatience), "pong");
  }
  for (std::size_t n = 0; n < sent; ++n) ASSERT_EQ(silent->receive(kPatience), event);
  EXPECT_TRUE(server->send_unasked(whom, event)) << "who reads again is told again";
}

TEST_F(ControlSockets, DropWhatIsTooLong) {
  auto server = ControlSocket::open(unix_at(path_));
  auto client = ControlClient::connect(unix_at(path_));
  ASSERT_TRUE(server && client);
  ASSERT_EQ(client->send(std::string(kMaxControlDatagram + 1, 'x')), std::nullopt);
  EXPECT_FALSE(next(*server, *buffer_));
  ASSERT_EQ(client->send("x"), std::nullopt);
  EXPECT_TRUE(next(*server, *buffer_)) << "and go on";
}

TEST_F(ControlSockets, AreOpenToOwnerAndGroupOnlyWhateverTheUmask) {
  for (const mode_t mask : {mode_t{0}, mode_t{0077}, mode_t{0777}}) {
    const mode_t before = umask(mask);
    const auto server = ControlSocket::open(unix_at(path_));
    EXPECT_EQ(umask(before), mask) << "the process's own mask is as it was";
    ASSERT_TRUE(server) << server.error();
    struct stat made {};
    ASSERT_EQ(stat(path_.c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 0777U, 0660U);
  }
}

TEST_F(ControlSockets, LeaveALivingOneAlone) {
  const auto first = ControlSocket::open(unix_at(path_));
  ASSERT_TRUE(first);
  const auto second = ControlSocket::open(unix_at(path_));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "control socket unix:" + path_ + ": another process listens there");
  EXPECT_TRUE(ControlClient::connect(unix_at(path_)));
}

TEST_F(ControlSockets, ReplaceWhatAnEndedProcessLeft) {
  const auto address = SocketAddress::from_path(path_);
  const int left = socket(AF_UNIX, SOCK_DGRAM, 0);
  ASSERT_EQ(bind(left, address->data(), address->size), 0);
  close(left);
  expect_exchange(unix_at(path_), 10);
}

TEST_F(ControlSockets, NeverRemoveAFile) {
  std::ofstream(path_) << "precious";
  const auto opened = ControlSocket::open(unix_at(path_));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("no socket"), std::string::npos) << opened.error();
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

TEST_F(ControlSockets, RemoveTheirPathWhenTheyGo) {
  { const auto server = ControlSocket::open(unix_at(path_)); }
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(ControlSockets, LeaveAPathThatIsSomebodyElsesNow) {
  {
    const auto server = ControlSocket::open(unix_at(path_));
    // Made beside it, since a number of an inode that is free may come again at once.
    std::ofstream(folder_ / "other") << "other";
    ASSERT_EQ(rename((folder_ / "other").c_str(), path_.c_str()), 0);
  }
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

TEST_F(ControlSockets, RefuseAnAddressThatOthersReach) {
  const auto opened = ControlSocket::open(*parse_control_address("udp:192.0.2.1:2223"));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("not a loopback address"), std::string::npos);
  EXPECT_FALSE(ControlSocket::open(*parse_control_address("udp:0.0.0.0:2223")));
  EXPECT_FALSE(ControlSocket::open(*parse_control_address("udp:[::]:2223")));
}

TEST_F(ControlSockets, SayWhenAPortIsBusy) {
  const auto address = *parse_control_address("udp:127.0.0.1:46892");
  const auto first = ControlSocket::open(address);
  ASSERT_TRUE(first) << first.error();
  const auto second = ControlSocket::open(address);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "control socket udp:127.0.0.1:46892: another process listens there");
}

TEST_F(ControlSockets, SayWhenTheFolderIsMissing) {
  const auto opened = ControlSocket::open(unix_at(folder_ / "missing/control.sock"));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("No such file"), std::string::npos) << opened.error();
}

TEST_F(ControlSockets, LoseAReplyRatherThanWaitForItsReader) {
  auto server = ControlSocket::open(unix_at(path_));
  auto client = ControlClient::connect(unix_at(path_));
  ASSERT_TRUE(server && client);
  ASSERT_EQ(client->send("x"), std::nullopt);
  const auto request = next(*server, *buffer_);
  ASSERT_TRUE(request);
  const std::string reply(60'000, 'r');
  bool lost = false;
  for (int i = 0; i < 2000 && !lost; ++i) lost = !server->send(request->from, reply);
  EXPECT_TRUE(lost);
}

TEST(ControlClient, SaysWhenNobodyListens) {
  test::TemporaryFolder folder;
  const auto client = ControlClient::connect(unix_at(folder / "none.sock"));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error(), "nobody listens there; is osrtpd running?");
}

}  // namespace
}  // namespace osrtp::io
