#include "module/client.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{std::chrono::hours{1}};
const std::string kOk = R"({"result":"ok","sdp":"v=0"})";

/// A client that may put each command to nodes 4 and 7, and what it says of them.
class ClientOfTwo : public testing::Test {
 protected:
  ClientOfTwo()
      : client_({[this](const Command&, TimePoint now) { return begin(now); },
                 [this](std::size_t node, std::string_view frame) { return send(node, frame); },
                 [this](const Command&, const Errand::News& news, TimePoint) { learnt_.push_back(news); },
                 [](const Command&, std::size_t node, Outcome& outcome, TimePoint) {
                   outcome.node = std::to_string(node);
                 }}) {}

  void ask(const std::string& call_id, std::size_t commands = 1, TimePoint now = kStart) {
    Parcel parcel;
    parcel.call_id = call_id;
    Command command;
    command.action = Action::kOffer;
    command.call_id = call_id;
    parcel.commands.assign(commands, command);
    client_.accept(std::move(parcel), now);
  }
  /// Whenever it says that it wants to.
  void run_until(TimePoint end) {
    for (auto due = client_.run(now_); due && *due <= end; due = client_.run(now_)) now_ = *due;
  }
  /// The nodes take up what is in their queues.
  void answer_queued() {
    for (const auto& [node, cookie] : std::exchange(queued_, {})) client_.receive(node, cookie + " " + kOk);
  }
  Outcome outcome() {
    const auto finished = client_.finished();
    EXPECT_TRUE(finished);
    return finished ? finished->outcomes.front() : Outcome{};
  }

  Client client_;
  TimePoint now_ = kStart;
  std::vector<std::size_t> sent_;
  std::vector<Errand::News> learnt_;
  std::optional<std::size_t> refuses_;
  std::size_t room_ = 100'000;                               // in the nodes' queues
  std::vector<std::pair<std::size_t, std::string>> queued_;  // nodes and cookies
  int begun_ = 0;

 private:
  Errand begin(TimePoint now) {
    const std::string cookie = "c" + std::to_string(++begun_);
    return {{{4, 7}, false, 2, false}, {cookie, cookie + " {}", ""}, milliseconds{400}, now};
  }
  std::optional<Errand::NotSent> send(std::size_t node, std::string_view frame) {
    if (queued_.size() == room_) return Errand::NotSent::kBusy;
    queued_.emplace_back(node, frame.substr(0, frame.find(' ')));
    sent_.push_back(node);
    return refuses_ == node ? std::optional(Errand::NotSent::kRefused) : std::nullopt;
  }
};

TEST_F(ClientOfTwo, SaysWhoHasAnswered) {
  ask("a");
  EXPECT_EQ(client_.run(kStart), kStart + milliseconds{56});
  EXPECT_FALSE(client_.receive(4, "c9 " + kOk));
  EXPECT_FALSE(client_.receive(7, "c1 " + kOk));
  EXPECT_TRUE(client_.receive(4, "c1 " + kOk));
  client_.run(kStart);
  EXPECT_EQ(outcome().node, "4");
  EXPECT_TRUE(learnt_.empty());
}

TEST_F(ClientOfTwo, HandsOnWhatItLearns) {
  ask("a");
  run_until(kStart + milliseconds{150});
  EXPECT_EQ(sent_, (std::vector<std::size_t>{4, 4, 4, 7}));
  client_.receive(4, "c1 " + kOk);
  run_until(kStart + milliseconds{400});
  EXPECT_EQ(learnt_, (std::vector<Errand::News>{{4, Errand::Finding::kSilent}, {7, Errand::Finding::kSilent}}));
  const Outcome came = outcome();
  EXPECT_EQ(came.code, OSRTP_UNREACHABLE);
  EXPECT_EQ(came.reason, "no answer within 400 ms");
}

TEST_F(ClientOfTwo, AsksForOneCallInOrderAndForOthersMeanwhile) {
  ask("a");
  ask("a");
  ask("b");
  client_.run(kStart);
  EXPECT_EQ(sent_.size(), 2U);
  client_.receive(4, "c1 " + kOk);
  client_.receive(4, "c2 " + kOk);
  client_.run(kStart);
  // Answered or not, the second waits until the first has been taken.
  EXPECT_EQ(sent_.size(), 2U);
  ASSERT_TRUE(client_.finished());
  ASSERT_TRUE(client_.finished());
  EXPECT_FALSE(client_.finished());
  client_.release("a");
  client_.run(kStart);
  EXPECT_EQ(sent_.size(), 3U);
  client_.release("b");
  client_.release("b");
  EXPECT_EQ(client_.size(), 1U);
}

TEST_F(ClientOfTwo, CarriesAParcelsCommandsOutOneAfterTheOther) {
  ask("a", 3);
  for (int i = 1; i <= 3; ++i) {
    client_.run(kStart);
    EXPECT_EQ(sent_.size(), static_cast<std::size_t>(i));
    EXPECT_FALSE(client_.finished());
    client_.receive(4, "c" + std::to_string(i) + " " + kOk);
  }
  client_.run(kStart);
  const auto finished = client_.finished();
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->outcomes.size(), 3U);
}

TEST_F(ClientOfTwo, OneParcelTooManyComesToNothingAtOnce) {
  for (std::size_t i = 0; i <= Client::kMostParcels; ++i) ask(std::to_string(i));
  client_.run(kStart);
  EXPECT_EQ(sent_.size(), Client::kMostParcels);
}

TEST_F(ClientOfTwo, IsFullWhereOneCallHasFarTooMuch) {
  for (std::size_t i = 0; i < Client::kMostHeld; ++i) {
    EXPECT_FALSE(client_.is_full());
    ask("a");
  }
  EXPECT_TRUE(client_.is_full());
  client_.run(kStart);
  client_.receive(4, "c1 " + kOk);
  client_.run(kStart);
  ASSERT_TRUE(client_.finished());
  client_.release("a");
  EXPECT_FALSE(client_.is_full());
}

TEST_F(ClientOfTwo, LooksAtWhatIsDueOnly) {
  ask("a");
  client_.run(kStart);
  ask("b", 1, kStart + milliseconds{20});
  client_.run(kStart + milliseconds{20});
  EXPECT_EQ(begun_, 2);
  // Of "a", whose resend is due at 56 ms: and then of "b", at 76 ms.
  EXPECT_EQ(client_.run(kStart + milliseconds{55}), kStart + milliseconds{56});
  EXPECT_EQ(sent_.size(), 2U);
  EXPECT_EQ(client_.run(kStart + milliseconds{56}), kStart + milliseconds{76});
  EXPECT_EQ(sent_.size(), 3U);
  client_.receive(4, "c2 " + kOk);
  EXPECT_EQ(client_.run(kStart + milliseconds{56}), kStart + milliseconds{112});
  ASSERT_TRUE(client_.finished());
  EXPECT_FALSE(client_.finished());
  // What is finished and not released is not looked at, whatever comes.
  EXPECT_FALSE(client_.receive(4, "c2 " + kOk));
  client_.nobody(9, kStart + milliseconds{57});
  client_.run(kStart + milliseconds{57});
  EXPECT_FALSE(client_.finished());
}

TEST_F(ClientOfTwo, SendsEveryFrameThatAFullQueueDidNotTakeAgain) {
  room_ = 10;
  for (int i = 0; i < 200; ++i) ask("call " + std::to_string(i));
  std::size_t finished = 0;
  for (auto due = client_.run(now_); due; due = client_.run(now_)) {
    answer_queued();
    client_.run(now_);
    while (client_.finished()) ++finished;
    now_ = *due;
  }
  EXPECT_EQ(finished, 200U);
  EXPECT_TRUE(learnt_.empty());
  EXPECT_LT(now_, kStart + milliseconds{100});
}

TEST_F(ClientOfTwo, MovesEveryCommandOnWhenTheKernelSaysThatNobodyListens) {
  ask("a");
  ask("b");
  client_.run(kStart);
  client_.nobody(4, kStart);
  client_.run(kStart);
  EXPECT_EQ(sent_, (std::vector<std::size_t>{4, 4, 7, 7}));
  EXPECT_EQ(learnt_.size(), 2U);
}

TEST_F(ClientOfTwo, WaitsForNothingWhereNobodyListens) {
  refuses_ = 4;
  ask("a");
  client_.run(kStart);
  client_.nobody(7, kStart);
  client_.run(kStart);
  EXPECT_EQ(outcome().reason, "nobody listens at the nodes");
}

}  // namespace
}  // namespace osrtp::module
