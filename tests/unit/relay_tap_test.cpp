// Who looks on sees what the peers have sent, in the clear, and nothing that is not theirs.
#include "relay/tap.hpp"

#include <gtest/gtest.h>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;

struct Seen {
  relay::LegIndex from;
  Component kind;
  Endpoint source;
  Octets plain;

  friend bool operator==(const Seen&, const Seen&) = default;
};

class Recording final : public relay::Tap {
 public:
  void see(relay::LegIndex from, Component kind, const Endpoint& source, ByteView plain,
           TimePoint /*now*/) noexcept override {
    seen.push_back({from, kind, source, {plain.begin(), plain.end()}});
  }
  std::vector<Seen> seen;
};

class RelayTap : public ::testing::Test {
 protected:
  RelayTap() { call.stream.set_tap(tap); }
  RelayedCall call{{.suite = Suite::kAesCm128HmacSha1_80}, {.suite = Suite::kAeadAes256Gcm}};
  std::shared_ptr<Recording> tap = std::make_shared<Recording>();
};

TEST_F(RelayTap, SeesBothSidesInTheClear) {
  for (RelayedPhone* phone : {&call.caller, &call.callee}) {
    tap->seen.clear();
    const auto rtp = rtp_packet(7, RelayedCall::ssrc_of(*phone));
    const auto rtcp = rtcp_packet(RelayedCall::ssrc_of(*phone));
    ASSERT_TRUE(call.says(*phone, Component::kRtp, rtp));
    ASSERT_TRUE(call.says(*phone, Component::kRtcp, rtcp));
    EXPECT_EQ(tap->seen, (std::vector<Seen>{{phone->leg, Component::kRtp, phone->at(Component::kRtp), rtp},
                                            {phone->leg, Component::kRtcp, phone->at(Component::kRtcp), rtcp}}));
  }
}

TEST_F(RelayTap, SeesNothingThatIsNotThePeers) {
  const auto plain = rtp_packet(7, RelayedCall::ssrc_of(call.caller));
  const auto source = call.caller.at(Component::kRtp);
  EXPECT_FALSE(call.feed(call.caller, Component::kRtp, source, plain)) << "not protected";
  const auto wire = call.caller.seal(Component::kRtp, plain);
  ASSERT_TRUE(call.feed(call.caller, Component::kRtp, source, wire));
  EXPECT_FALSE(call.feed(call.caller, Component::kRtp, source, wire)) << "replayed";
  EXPECT_EQ(tap->seen.size(), 1U);
}

TEST_F(RelayTap, SeesNothingOnceItIsTakenAway) {
  call.stream.set_tap(nullptr);
  ASSERT_TRUE(call.says_rtp(call.caller, 7));
  EXPECT_TRUE(tap->seen.empty());
  EXPECT_EQ(tap.use_count(), 1) << "and nothing is kept of it";
}

}  // namespace
}  // namespace osrtp::testing
