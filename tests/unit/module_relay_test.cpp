#include "module/relay.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <new>
#include <string>

#include "module/last.hpp"

namespace osrtp::module {
namespace {

using std::chrono::milliseconds;

TEST(RelayAddress, ReadsUnixAndUdp) {
  EXPECT_EQ(RelayAddress::parse("unix:/run/x.sock")->to_string(), "unix:/run/x.sock");
  EXPECT_EQ(RelayAddress::parse("udp:127.0.0.1:2223")->to_string(), "udp:127.0.0.1:2223");
  EXPECT_EQ(RelayAddress::parse("udp:[::1]:2223")->to_string(), "udp:[::1]:2223");
}

TEST(RelayAddress, RefusesTheRest) {
  for (const std::string& text :
       {std::string(), std::string("unix:"), std::string("unix:x.sock"), "unix:/" + std::string(107, 'x'),
        std::string("udp:localhost:1"), std::string("udp:127.0.0.1"), std::string("/run/x.sock")})
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
  EXPECT_EQ(link.wait(std::chrono::steady_clock::now() + std::chrono::seconds(5)), RelayLink::Event::kDatagram);
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

struct Health : testing::Test {
  RelayHealth health{};
  TimePoint now{std::chrono::hours(1)};
  milliseconds whole{400};
};

TEST_F(Health, AHealthyRelayGetsTheWholeBudget) {
  EXPECT_EQ(health.budget(now, whole), whole);
  EXPECT_EQ(health.budget(now, whole), whole);
}

TEST_F(Health, ASilentOneIsProbedAndNowAndThenGetsItAll) {
  health.silent(now);
  EXPECT_EQ(health.budget(now, whole), RelayHealth::kProbe);
  EXPECT_EQ(health.budget(now + RelayHealth::kPatience - milliseconds(1), whole), RelayHealth::kProbe);
  EXPECT_EQ(health.budget(now + RelayHealth::kPatience, whole), whole);
  EXPECT_EQ(health.budget(now + RelayHealth::kPatience, whole), RelayHealth::kProbe);
}

TEST_F(Health, AnAnswerEndsTheProbing) {
  health.silent(now);
  health.answered();
  EXPECT_EQ(health.budget(now, whole), whole);
}

TEST_F(Health, AProbeIsNeverLongerThanTheBudget) {
  health.silent(now);
  EXPECT_EQ(health.budget(now, milliseconds(20)), milliseconds(20));
}

TEST_F(Health, SilentProbesDoNotPutOffTheNextWholeTry) {
  health.silent(now);
  health.silent(now + milliseconds(900));
  EXPECT_EQ(health.budget(now + RelayHealth::kPatience, whole), whole);
}

TEST(Relay, ARequestThatCannotBeWrittenIsNotSent) {
  const Daemon daemon;
  RelayHealth health{};
  Relay relay(address_of(daemon), milliseconds(100), health, 1, 2);
  const auto reply = relay.ask(protocol::Delete{"caf\xe9", "", "", "", {}, 0});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, NoReply::Kind::kUnsendable);
  protocol::Offer huge;
  huge.call_id = "c";
  huge.from_tag = "f";
  huge.sdp = std::string(70'000, 'x');
  EXPECT_EQ(relay.ask(huge).error().kind, NoReply::Kind::kUnsendable);
}

TEST(Relay, SilenceIsRememberedAndNobodyIsNot) {
  Daemon daemon;
  RelayHealth health{};
  Relay relay(address_of(daemon), milliseconds(100), health, 1, 2);
  daemon.die();
  EXPECT_EQ(relay.ask(protocol::Ping{}).error().kind, NoReply::Kind::kUnreachable);
  EXPECT_EQ(health.budget(std::chrono::steady_clock::now(), milliseconds(100)), milliseconds(100));
  daemon.listen();
  EXPECT_EQ(relay.ask(protocol::Ping{}).error().reason, "no answer within 100 ms");
  EXPECT_EQ(health.budget(std::chrono::steady_clock::now(), milliseconds(100)), RelayHealth::kProbe);
}

TEST(LastCommand, TheLeastProtectedLineSpeaksForALeg) {
  using protocol::Leg;
  using protocol::SecurityState;
  LastCommand last;
  last.security = {{Leg::kCallee, 0, SecurityState::kSrtpSdes, "AEAD_AES_128_GCM", {}, 0, 0, {}, 0},
                   {Leg::kCallee, 1, SecurityState::kNotRtp, "", protocol::Reason::kNotRtp, 0, 0, {}, 0},
                   {Leg::kCaller, 0, SecurityState::kSrtpSdes, "AEAD_AES_128_GCM", {}, 0, 0, {}, 0},
                   {Leg::kCaller, 1, SecurityState::kPlain, "", protocol::Reason::kPeerDeclined, 0, 0, {}, 0}};
  EXPECT_EQ(last.fact(Fact::kCallee), "srtp-sdes");
  EXPECT_EQ(last.fact(Fact::kCalleeSuite), "AEAD_AES_128_GCM");
  EXPECT_EQ(last.fact(Fact::kCalleeReason), "");
  EXPECT_EQ(last.fact(Fact::kCaller), "plain");
  EXPECT_EQ(last.fact(Fact::kCallerReason), "peer-declined");
  EXPECT_EQ(last.fact(Fact::kCallerSuite), "");
  EXPECT_EQ(LastCommand{}.fact(Fact::kCaller), "");
}

TEST(LastCommand, NamesAreKnown) {
  for (std::size_t i = 0; i < kFactNames.size(); ++i) EXPECT_EQ(fact_named(kFactNames[i]), static_cast<Fact>(i));
  EXPECT_EQ(fact_named("suite"), std::nullopt);
}

}  // namespace
}  // namespace osrtp::module
