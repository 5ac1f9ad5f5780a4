// Every reason to drop a packet: what gives exactly this one, and that the packet
// changed nothing else.
#include <gtest/gtest.h>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;
using relay::LegCounters;
using relay::Mux;

constexpr Suite kSuite = Suite::kAesCm128HmacSha1_80;
const Endpoint kStranger = endpoint("203.0.113.66:9000");
constexpr std::uint32_t kAnotherSource = 0x0badf00d;

/// A call in which each side has been heard, and what its counters were then.
class RelayDrops : public ::testing::Test {
 protected:
  void establish(PhoneSetup caller, PhoneSetup callee) {
    call_.emplace(std::move(caller), std::move(callee));
    both_are_heard(1);
  }
  RelayedCall& call() { return *call_; }
  RelayedPhone& caller() { return call_->caller; }
  RelayedPhone& callee() { return call_->callee; }

  void both_are_heard(std::uint16_t sequence) {
    for (RelayedPhone* phone : {&caller(), &callee()}) {
      const auto sent = call().says_rtp(*phone, sequence);
      ASSERT_TRUE(sent) << relay::name(sent.error());
      EXPECT_EQ(sent->plain, rtp_packet(sequence, RelayedCall::ssrc_of(*phone)));
      const auto report = call().says(*phone, Component::kRtcp, rtcp_packet(RelayedCall::ssrc_of(*phone)));
      ASSERT_TRUE(report) << relay::name(report.error());
    }
  }

  /// Octets arrive, later than anything before, at the leg of `from`; nothing but the counter of `why` moves, and
  /// the call goes on.
  void drops(Drop why, const RelayedPhone& from, Component port, const Endpoint& source, ByteView wire) {
    LegCounters here = call().counters(from);
    const RelayedPhone& other = from.leg == 0 ? callee() : caller();
    const LegCounters there = call().counters(other);
    call().now += std::chrono::milliseconds(20);
    const auto sent = call().feed(from, port, source, wire);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error(), why);
    ++here.dropped[static_cast<std::size_t>(why)];
    EXPECT_EQ(call().counters(from), here);
    EXPECT_EQ(call().counters(other), there);
  }
  void drops(Drop why, const RelayedPhone& from, Component port, ByteView wire) {
    drops(why, from, port, from.at(port), wire);
  }

 private:
  std::optional<RelayedCall> call_;
};

TEST_F(RelayDrops, NotAnsweredBeforeAnybodyIsConnected) {
  relay::Stream stream;
  const RelayedPhone phone(0, {});
  stream.set_leg(0, phone.leg_setup(), TimePoint{});
  Buffer b(rtp_packet(1));
  const auto sent = stream.handle(0, Component::kRtp, {phone.at(Component::kRtp), b.whole(), b.size}, TimePoint{});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kNotAnswered);
  EXPECT_EQ(stream.counters(0).dropped[static_cast<std::size_t>(Drop::kNotAnswered)], 1U);
  EXPECT_EQ(stream.counters(0).received_rtp.packets, 0U);
}

TEST_F(RelayDrops, WhateverALegIsBlockedFor) {
  for (const Drop why : {Drop::kNotAnswered, Drop::kFailed}) {
    establish({}, {.suite = kSuite});
    call().stream.set_leg(caller().leg, caller().leg_setup(relay::Blocked{why}), call().now);
    drops(why, caller(), Component::kRtp, rtp_packet(2));
    drops(why, caller(), Component::kRtp, kStranger, rtp_packet(2));
    drops(why, caller(), Component::kRtcp, from_hex("00"));
  }
}

TEST_F(RelayDrops, WhateverTheOtherLegIsBlockedForWhereItArrived) {
  for (const Drop why : {Drop::kNotAnswered, Drop::kFailed}) {
    establish({.suite = kSuite}, {});
    call().stream.set_leg(callee().leg, callee().leg_setup(relay::Blocked{why}), call().now);
    const auto sent = call().says_rtp(caller(), 2);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error(), why);
    EXPECT_EQ(call().dropped(caller(), why), 1U);
    EXPECT_EQ(call().counters(caller()).received_rtp.packets, 1U);
    EXPECT_EQ(call().counters(caller()).authenticated, 3U);  // its peer is there all the same
    EXPECT_EQ(call().counters(callee()).sent_rtp.packets, 1U);
  }
}

TEST_F(RelayDrops, HeldWhereTheOtherSideReceivesNothing) {
  establish({.suite = kSuite}, {});
  relay::LegSetup hold = callee().leg_setup(relay::Keep{});
  hold.rtp.reset();
  call().stream.set_leg(callee().leg, std::move(hold), call().now);
  const auto sent = call().says_rtp(caller(), 2);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kHeld);
  EXPECT_EQ(call().dropped(caller(), Drop::kHeld), 1U);
  EXPECT_EQ(call().counters(callee()).sent_rtp.packets, 1U);
  EXPECT_FALSE(call().counters(callee()).rtp_source);
  EXPECT_TRUE(call().says_rtp(callee(), 2));  // music
  EXPECT_TRUE(call().says(caller(), Component::kRtcp, rtcp_packet()));
}

TEST_F(RelayDrops, NotConnectedWhileAnotherBranchHasTheCall) {
  establish({.suite = kSuite}, {.suite = kSuite});
  RelayedPhone rival(2, {.suite = kSuite});
  call().add(rival);
  const LegCounters caller_before = call().counters(caller());
  const auto sent = call().says_rtp(rival, 1);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kNotConnected);
  EXPECT_EQ(call().dropped(rival, Drop::kNotConnected), 1U);
  EXPECT_EQ(call().counters(caller()), caller_before);
}

TEST_F(RelayDrops, UnknownKindIsWhatIsNeitherRtpNorRtcp) {
  const Octets stun = from_hex("000100002112a442000102030405060708090a0b");
  const Octets dtls = from_hex("16fefd0000000000000000000100");
  Octets zrtp = from_hex("1000000a5a525450cafebabe");
  zrtp.resize(40);
  for (const std::optional<Suite> suite : {std::optional<Suite>{}, std::optional(kSuite)}) {
    establish({.suite = suite}, {.suite = kSuite});
    for (const Octets& packet : {stun, dtls, zrtp, from_hex("ff"), from_hex(""), Octets(100, 0), Octets(100, 0x47)}) {
      drops(Drop::kUnknownKind, caller(), Component::kRtp, packet);
      drops(Drop::kUnknownKind, caller(), Component::kRtcp, packet);
    }
    Octets version_1 = rtp_packet(2);
    version_1[0] = 0x40;
    drops(Drop::kUnknownKind, caller(), Component::kRtp, version_1);
    Octets short_rtp = rtp_packet(2);
    short_rtp.resize(11);
    drops(Drop::kUnknownKind, caller(), Component::kRtp, short_rtp);
    both_are_heard(2);
  }
}

TEST_F(RelayDrops, MalformedIsWhatAnnouncesMoreThanThereIs) {
  Octets csrcs = rtp_packet(2, 1, 8);
  csrcs[0] = 0x8f;
  Octets extension = rtp_packet(2, 1, 8);
  extension[0] = 0x90;
  std::fill(extension.begin() + 12, extension.end(), 0xff);
  Octets no_extension = rtp_packet(2, 1, 2);
  no_extension[0] = 0x90;
  for (const std::optional<Suite> suite : {std::optional<Suite>{}, std::optional(kSuite)}) {
    establish({.suite = suite}, {.suite = kSuite});
    for (const Octets& packet : {csrcs, extension, no_extension}) {
      drops(Drop::kMalformed, caller(), Component::kRtp, packet);
    }
    both_are_heard(2);
  }
}

TEST_F(RelayDrops, MalformedIsPlainRtcpThatDoesNotAddUp) {
  establish({}, {.suite = kSuite});
  Octets overrun = rtcp_packet();
  overrun[3] = 9;
  Octets rest = rtcp_packet();
  rest.push_back(0);
  Octets blocks = from_hex("81c90001cafebabe");  // one block announced, none there
  for (const Octets& packet : {overrun, rest, blocks}) drops(Drop::kMalformed, caller(), Component::kRtcp, packet);
  both_are_heard(2);
}

TEST_F(RelayDrops, MalformedIsRtcpThatSaysItIsNotEncrypted) {
  establish({.suite = kSuite}, {});
  Octets wire = caller().seal(Component::kRtcp, rtcp_packet());
  wire[wire.size() - 14] &= 0x7f;  // E, in front of the tag
  drops(Drop::kMalformed, caller(), Component::kRtcp, wire);
  both_are_heard(2);
}

TEST_F(RelayDrops, TooShortIsWhatCannotHoldATag) {
  for (const SuiteFacts& suite : kSuites) {
    establish({.suite = suite.suite}, {});
    const Octets bare = rtp_packet(2, 1, suite.rtp_tag_size - 1);
    drops(Drop::kTooShort, caller(), Component::kRtp, bare);
    drops(Drop::kTooShort, caller(), Component::kRtcp, from_hex("80c90001cafebabe"));
    // What a phone sends in clear before its encrypted call.
    drops(Drop::kTooShort, caller(), Component::kRtcp, from_hex("80c90001cafebabe81cb0001cafebabe"));
    both_are_heard(2);
  }
}

TEST_F(RelayDrops, AuthenticationIsAWrongTagWhereverItComesFrom) {
  for (const SuiteFacts& suite : kSuites) {
    establish({.suite = suite.suite}, {.suite = suite.suite});
    for (const Component kind : {Component::kRtp, Component::kRtcp}) {
      const Octets plain = kind == Component::kRtp ? rtp_packet(2) : rtcp_packet();
      Octets wire = caller().seal(kind, plain);
      wire.back() ^= 1;
      drops(Drop::kAuthentication, caller(), kind, wire);
      drops(Drop::kAuthentication, caller(), kind, kStranger, wire);
    }
    // Clear octets in the shape of an SRTP packet, from the right place.
    drops(Drop::kAuthentication, caller(), Component::kRtp, rtp_packet(2, RelayedCall::ssrc_of(caller())));
    both_are_heard(3);
  }
}

TEST_F(RelayDrops, ReplayIsWhatWasSeenBefore) {
  establish({.suite = kSuite}, {.suite = kSuite});
  const Octets media = caller().seal(Component::kRtp, rtp_packet(2, 1));
  const Octets report = caller().seal(Component::kRtcp, rtcp_packet(1));
  ASSERT_TRUE(call().feed(caller(), Component::kRtp, caller().at(Component::kRtp), media));
  ASSERT_TRUE(call().feed(caller(), Component::kRtcp, caller().at(Component::kRtcp), report));
  drops(Drop::kReplay, caller(), Component::kRtp, media);
  drops(Drop::kReplay, caller(), Component::kRtp, kStranger, media);
  drops(Drop::kReplay, caller(), Component::kRtcp, report);
  both_are_heard(2);
}

TEST_F(RelayDrops, KeyExpiredWhenTheKeyHasDoneItsPackets) {
  establish({.suite = kSuite, .lifetime = 3}, {});
  both_are_heard(2);
  both_are_heard(3);
  RelayedPhone without_limit(0, {.suite = kSuite});
  drops(Drop::kKeyExpired, caller(), Component::kRtp, without_limit.seal(Component::kRtp, rtp_packet(4)));
  // The way out ends at the same number, and is counted where the packet came in.
  const auto sent = call().says_rtp(callee(), 4);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kKeyExpired);
  EXPECT_EQ(call().dropped(callee(), Drop::kKeyExpired), 1U);
}

TEST_F(RelayDrops, TooManySsrcsIsOneMoreThanAKeyServes) {
  for (const std::optional<Suite> suite : {std::optional<Suite>{}, std::optional(kSuite)}) {
    establish({.suite = suite}, {.suite = kSuite});
    for (std::uint32_t ssrc = 1; ssrc < srtp::kMaxSsrcs; ++ssrc) {
      ASSERT_TRUE(call().says(caller(), Component::kRtp, rtp_packet(1, ssrc)));
    }
    RelayedPhone another(0, {.suite = suite});
    const auto sent = call().says(another, Component::kRtp, rtp_packet(1, 9999));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error(), Drop::kTooManySsrcs);
    EXPECT_EQ(call().dropped(caller(), Drop::kTooManySsrcs), 1U);
    both_are_heard(2);
  }
}

TEST_F(RelayDrops, WrongSourceIsAPlainPacketFromElsewhere) {
  for (const auto window : {std::chrono::milliseconds(0), std::chrono::milliseconds(5000)}) {
    establish({.latch_window = window}, {.suite = kSuite});
    const Octets next = rtp_packet(2, RelayedCall::ssrc_of(caller()));
    drops(Drop::kWrongSource, caller(), Component::kRtp, kStranger, next);
    drops(Drop::kWrongSource, caller(), Component::kRtp, caller().at(Component::kRtcp), next);
    drops(Drop::kWrongSource, caller(), Component::kRtcp, kStranger, rtcp_packet());
    both_are_heard(2);
  }
}

TEST_F(RelayDrops, DuplicateIsWhatWouldRepeatKeystream) {
  establish({}, {.suite = kSuite});
  const std::uint32_t ssrc = RelayedCall::ssrc_of(caller());
  const LegCounters there = call().counters(callee());
  for (const std::uint8_t fill : Octets{0xab, 0x55}) {  // the same octets and others
    const auto sent = call().says(caller(), Component::kRtp, rtp_packet(1, ssrc, 160, fill));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error(), Drop::kDuplicate);
  }
  EXPECT_EQ(call().dropped(caller(), Drop::kDuplicate), 2U);
  EXPECT_EQ(call().counters(callee()), there);
  both_are_heard(2);
}

TEST_F(RelayDrops, TooBigIsWhatLeavesNoRoomForTheTag) {
  establish({}, {.suite = kSuite});
  Octets packet = rtp_packet(2, RelayedCall::ssrc_of(caller()));
  const LegCounters there = call().counters(callee());
  const auto sent = call().stream.handle(caller().leg, Component::kRtp,
                                         {caller().at(Component::kRtp), packet, packet.size()}, call().now);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kTooBig);
  EXPECT_EQ(call().dropped(caller(), Drop::kTooBig), 1U);
  EXPECT_EQ(call().counters(callee()), there);
  both_are_heard(2);  // its index has not been used
}

TEST_F(RelayDrops, InternalIsAnOpaqueLegFacingAnother) {
  for (const std::optional<Suite> suite : {std::optional<Suite>{}, std::optional(kSuite)}) {
    establish({}, {.suite = suite});
    call().stream.set_leg(caller().leg, caller().leg_setup(relay::Opaque{}), call().now);
    for (RelayedPhone* phone : {&caller(), &callee()}) {
      const auto sent = call().says(*phone, Component::kRtp, rtp_packet(2, kAnotherSource));
      ASSERT_FALSE(sent);
      EXPECT_EQ(sent.error(), Drop::kInternal);
      EXPECT_EQ(call().dropped(*phone, Drop::kInternal), 1U);
    }
  }
}

TEST_F(RelayDrops, UnknownKindIsSoundThatIsLateForAnOpaqueLeg) {
  establish({}, {});
  call().stream.set_leg(caller().leg, caller().leg_setup(relay::Opaque{}), call().now);
  const auto sent = call().says_rtp(caller(), 2);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kUnknownKind);
  EXPECT_EQ(call().dropped(caller(), Drop::kUnknownKind), 1U);
}

TEST_F(RelayDrops, InternalIsALegThatIsNotThere) {
  establish({}, {});
  const auto sent = call().feed(RelayedPhone(7, {}), Component::kRtp, kStranger, rtp_packet(1));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), Drop::kInternal);
  EXPECT_EQ(call().stream.counters(7), LegCounters{});
}

TEST(DropNames, AreDifferentAndComplete) {
  std::vector<std::string_view> names(relay::kDropNames.begin(), relay::kDropNames.end());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_FALSE(names.front().empty());
  EXPECT_EQ(static_cast<std::size_t>(Drop::kInternal) + 1, relay::kDropCount);
  EXPECT_EQ(relay::name(Drop::kInternal), "internal");
}

}  // namespace
}  // namespace osrtp::testing
