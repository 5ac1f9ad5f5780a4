#include "app/worker.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "app/pace.hpp"
#include "support/memory_network.hpp"
#include "support/relayed_call.hpp"

namespace osrtp::app {
namespace {

using relay::Component;
using relay::Drop;
using std::chrono::milliseconds;
using testing::endpoint;
using testing::MemoryNetwork;
using testing::octets_of;
using testing::RelayedCall;
using testing::RelayedPhone;
using testing::rtp_packet;

constexpr StreamId kStream{7};

/// One worker in memory with one stream between two phones.
class AWorker : public ::testing::Test {
 protected:
  explicit AWorker(milliseconds tick = milliseconds(0)) : worker(*network.lane(), tick, now) {
    worker.post(OpenStream{kStream});
    for (const RelayedPhone* phone : {&caller, &callee}) {
      add_port(*phone, Component::kRtp);
      add_port(*phone, Component::kRtcp);
      set(*phone, phone->leg_setup());
    }
    worker.post(Connect{kStream, callee.leg, relay::Choice::kFinal, now});
    static_cast<void>(worker.turn(now));
  }
  /// Ours, which faces the phone.
  static Endpoint ours(const RelayedPhone& phone, Component kind) {
    return endpoint("192.0.2." + std::to_string(phone.leg + 1) + (kind == Component::kRtp ? ":30000" : ":30001"));
  }
  void add_port(const RelayedPhone& phone, Component kind) {
    worker.post(AddPort{phone.socket(kind), *network.open(ours(phone, kind))});
  }
  void set(const RelayedPhone& phone, relay::LegSetup setup) {
    worker.post(SetLeg{kStream, phone.leg, {.relay = std::move(setup)}, now, board(phone)});
  }
  std::shared_ptr<LegBoard>& board(const RelayedPhone& phone) { return boards.at(phone.leg); }
  relay::LegCounters counters(const RelayedPhone& phone) { return board(phone)->counters.read(); }
  bool speak(RelayedPhone& phone, std::uint16_t sequence) {
    return network.deliver(phone.at(Component::kRtp), ours(phone, Component::kRtp),
                           phone.seal(Component::kRtp, rtp_packet(sequence, RelayedCall::ssrc_of(phone))));
  }
  Worker::Next turn() { return worker.turn(now); }

  TimePoint now{std::chrono::hours(1)};
  std::uint16_t last = 0;
  RelayedPhone caller{0, {.suite = Suite::kAesCm128HmacSha1_80}};
  RelayedPhone callee{1, {.latch_window = milliseconds(5000)}};
  std::array<std::shared_ptr<LegBoard>, 2> boards{std::make_shared<LegBoard>(), std::make_shared<LegBoard>()};
  MemoryNetwork network;
  Worker worker;
};

TEST_F(AWorker, RelaysBothWaysAndTells) {
  ASSERT_TRUE(speak(caller, 1));
  ASSERT_TRUE(speak(callee, 2));
  static_cast<void>(turn());
  const auto sent = network.take_sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].from, ours(callee, Component::kRtp));
  EXPECT_EQ(sent[0].to, callee.at(Component::kRtp));
  EXPECT_EQ(sent[0].octets, rtp_packet(1, RelayedCall::ssrc_of(caller)));
  EXPECT_EQ(sent[1].to, caller.at(Component::kRtp));
  EXPECT_NE(sent[1].octets, rtp_packet(2, RelayedCall::ssrc_of(callee)));
  EXPECT_EQ(counters(caller).received_rtp.packets, 1U);
  EXPECT_EQ(counters(caller).authenticated, 1U);
  EXPECT_EQ(counters(callee).sent_rtp.packets, 1U);
  EXPECT_EQ(counters(caller).last_received, now);
  EXPECT_EQ(worker.counters().packets, 2U);
}

TEST_F(AWorker, WantsToKnowOfSomeTurnsHowLongTheyTook) {
  for (std::uint32_t n = 1; n <= 2 * Worker::kSampled; ++n) {
    ASSERT_TRUE(speak(caller, static_cast<std::uint16_t>(n)));
    static_cast<void>(turn());
    EXPECT_EQ(worker.is_sample(), n % Worker::kSampled == 0) << n;
    if (worker.is_sample()) worker.note_time(std::chrono::microseconds(30));
    static_cast<void>(turn());
    EXPECT_FALSE(worker.is_sample()) << "a turn without a packet";
  }
  observe::TurnCounts expected;
  expected.add(observe::kTurnBounds, std::chrono::microseconds(30));
  expected.add(observe::kTurnBounds, std::chrono::microseconds(30));
  EXPECT_EQ(worker.turn_times(), expected);
}

TEST_F(AWorker, TellsOfASetupOnceItIsCarriedOut) {
  EXPECT_EQ(board(caller)->state.load().setups, 1U);
  set(caller, caller.leg_setup(relay::Blocked{Drop::kHeld}));
  EXPECT_EQ(board(caller)->state.load().setups, 1U);
  static_cast<void>(turn());
  EXPECT_EQ(board(caller)->state.load().setups, 2U);
}

TEST_F(AWorker, TellsWhereAPhoneIsFollowedTo) {
  EXPECT_EQ(board(callee)->state.load().sources.rtp, callee.at(Component::kRtp));
  const Endpoint nat = endpoint("203.0.113.9:62000");
  network.deliver(nat, ours(callee, Component::kRtp), rtp_packet(1, RelayedCall::ssrc_of(callee)));
  static_cast<void>(turn());
  EXPECT_EQ(board(callee)->state.load().sources.rtp, nat);
}

TEST_F(AWorker, WhatNoCallExpectsIsCounted) {
  worker.post(CloseStream{kStream});
  speak(caller, 1);
  static_cast<void>(turn());
  EXPECT_TRUE(network.take_sent().empty());
  EXPECT_EQ(worker.counters().unrouted, 1U);
}

TEST_F(AWorker, APortThatIsGivenUpIsClosedAndServedNoMore) {
  worker.post(RemovePort{caller.socket(Component::kRtp)});
  EXPECT_EQ(network.open_ports(), 4U);
  static_cast<void>(turn());
  EXPECT_EQ(network.open_ports(), 3U);
  EXPECT_FALSE(speak(caller, 1));
}

/// The packet had arrived before the command, and is looked at after it.
TEST_F(AWorker, ALateCommandCountsForPacketsThatWait) {
  speak(caller, 1);
  worker.post(RemovePort{caller.socket(Component::kRtp)});
  static_cast<void>(turn());
  EXPECT_TRUE(network.take_sent().empty());
  EXPECT_EQ(worker.counters().unrouted, 1U);
}

TEST_F(AWorker, WhatTheSystemHasNoRoomForIsCounted) {
  EXPECT_EQ(worker.counters().refusal, 0);
  network.refuse_to_send(ENOBUFS);
  speak(caller, 1);
  static_cast<void>(turn());
  EXPECT_EQ(worker.counters().unsent, 1U);
  EXPECT_EQ(worker.counters().refusal, ENOBUFS);
}

/// What could not be sent is lost, and nothing else: neither side's keystream nor the counters have gone astray.
TEST_F(AWorker, GoesOnOnceTheSystemHasRoomAgain) {
  srtp::Context in = testing::context(srtp::Direction::kInbound, caller.relay_key());
  for (const int error : {ENOBUFS, EAGAIN, ENETUNREACH, ENETDOWN, EPERM}) {
    network.refuse_to_send(error);
    for (std::uint16_t n = 1; n <= 3; ++n) speak(n % 2 == 0 ? callee : caller, ++last);
    static_cast<void>(turn());
    EXPECT_TRUE(network.take_sent().empty());
    network.send_again();
    speak(caller, ++last);
    speak(callee, ++last);
    static_cast<void>(turn());
    const auto sent = network.take_sent();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].octets, rtp_packet(static_cast<std::uint16_t>(last - 1), RelayedCall::ssrc_of(caller)));
    const auto heard = testing::unprotect_rtp(in, sent[1].octets);
    ASSERT_TRUE(heard);
    EXPECT_EQ(*heard, rtp_packet(last, RelayedCall::ssrc_of(callee)));
  }
}

TEST_F(AWorker, TakesATurnWhenItIsRung) {
  const auto before = worker.turns();
  EXPECT_TRUE(std::holds_alternative<Worker::Wait>(turn()));
  EXPECT_EQ(worker.turns(), before + 1);
  const int wakes = network.wakes();
  worker.ring();
  EXPECT_EQ(network.wakes(), wakes + 1);
  worker.ring();
  EXPECT_EQ(network.wakes(), wakes + 1) << "it is awake already";
}

TEST_F(AWorker, AForkThatIsGoneLeavesItsPortToTheOther) {
  RelayedPhone fork{2, {}};
  relay::LegSetup setup = fork.leg_setup();
  setup.rtp_socket = callee.socket(Component::kRtp);
  setup.rtcp_socket = callee.socket(Component::kRtcp);
  worker.post(SetLeg{kStream, fork.leg, {.relay = std::move(setup)}, now, std::make_shared<LegBoard>()});
  worker.post(RemoveLeg{kStream, fork.leg});
  speak(callee, 1);
  static_cast<void>(turn());
  EXPECT_EQ(network.take_sent().size(), 1U);
  EXPECT_EQ(worker.counters().unrouted, 0U);
}

TEST_F(AWorker, MoreThanABatchIsSeveralTurns) {
  for (std::uint16_t n = 1; n <= MemoryNetwork::kBatch + 1; ++n) speak(caller, n);
  EXPECT_TRUE(std::holds_alternative<Worker::Again>(turn()));
  EXPECT_EQ(network.take_sent().size(), MemoryNetwork::kBatch);
  EXPECT_FALSE(std::holds_alternative<Worker::Again>(turn()));
  EXPECT_EQ(network.take_sent().size(), 1U);
}

TEST_F(AWorker, IsWokenOnceAndOnlyWhereItSleeps) {
  EXPECT_EQ(network.wakes(), 0) << "it had not begun to sleep";
  ASSERT_TRUE(std::holds_alternative<Worker::Wait>(turn()));
  worker.post(RemoveLeg{kStream, 9});
  worker.post(RemoveLeg{kStream, 9});
  EXPECT_EQ(network.wakes(), 1);
  ASSERT_TRUE(std::holds_alternative<Worker::Wait>(turn()));
  worker.post(RemoveLeg{kStream, 9});
  EXPECT_EQ(network.wakes(), 2);
}

TEST_F(AWorker, StopsWhenTold) {
  worker.post(Stop{});
  EXPECT_TRUE(std::holds_alternative<Worker::Over>(turn()));
}

TEST_F(AWorker, WithoutATickWaitsForPacketsAlone) {
  for (std::uint16_t n = 1; n <= 3; ++n) speak(caller, n);
  const auto next = turn();
  ASSERT_TRUE(std::holds_alternative<Worker::Wait>(next));
  EXPECT_EQ(std::get<Worker::Wait>(next).until, std::nullopt);
}

/// A worker that shares its wake-ups.
class ATickingWorker : public AWorker {
 protected:
  ATickingWorker() : AWorker(milliseconds(1)) {}
};

TEST_F(ATickingWorker, RestsOnceATickHasSeenTwoPackets) {
  now += milliseconds(50);
  speak(caller, 1);
  EXPECT_TRUE(std::holds_alternative<Worker::Wait>(turn()));
  speak(caller, 2);
  now += std::chrono::microseconds(300);
  const auto next = turn();
  ASSERT_TRUE(std::holds_alternative<Worker::Rest>(next));
  EXPECT_EQ(std::get<Worker::Rest>(next).until, now + std::chrono::microseconds(700));
}

/// Under a load of commands too: at the end of its rest it looks for them anyway.
TEST_F(ATickingWorker, IsNotWokenWhileItRests) {
  now += milliseconds(50);
  for (int n = 0; n < 3; ++n) worker.post(RemoveLeg{kStream, 9});
  ASSERT_TRUE(std::holds_alternative<Worker::Rest>(turn()));
  const int before = network.wakes();
  worker.post(RemoveLeg{kStream, 9});
  EXPECT_EQ(network.wakes(), before);
}

/// Else every tick would last as much longer as serving it takes.
TEST_F(ATickingWorker, ATickBeginsWithItsFirstBatch) {
  now += milliseconds(50);
  const TimePoint began = now;
  for (std::uint16_t n = 1; n <= MemoryNetwork::kBatch + 1; ++n) speak(caller, n);
  EXPECT_TRUE(std::holds_alternative<Worker::Again>(turn()));
  now += std::chrono::microseconds(200);
  const auto next = turn();
  ASSERT_TRUE(std::holds_alternative<Worker::Rest>(next));
  EXPECT_EQ(std::get<Worker::Rest>(next).until, began + milliseconds(1));
}

TEST(Pace, OnePacketATickIsNeverMadeToWait) {
  Pace pace(milliseconds(1));
  TimePoint now{std::chrono::hours(1)};
  for (int n = 0; n < 100; ++n, now += milliseconds(1)) EXPECT_EQ(pace.rest(1, now), std::nullopt);
}

TEST(Pace, UnderLoadOneWakingATick) {
  Pace pace(milliseconds(1));
  TimePoint now{std::chrono::hours(1)};
  for (int n = 0; n < 100; ++n) {
    const auto until = pace.rest(10, now);
    ASSERT_TRUE(until);
    EXPECT_EQ(*until, now + milliseconds(1));
    now = *until;
  }
}

TEST(Pace, NothingToServeIsNothingToRestFor) {
  Pace pace(milliseconds(1));
  const TimePoint now{std::chrono::hours(1)};
  EXPECT_TRUE(pace.rest(2, now));
  EXPECT_EQ(pace.rest(0, now + milliseconds(1)), std::nullopt);
}

TEST(Pace, ATickOfZeroNeverRests) {
  Pace pace(milliseconds(0));
  EXPECT_EQ(pace.rest(1000, TimePoint{std::chrono::hours(1)}), std::nullopt);
}

}  // namespace
}  // namespace osrtp::app
