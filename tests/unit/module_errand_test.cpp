#include "module/errand.hpp"

#include <gtest/gtest.h>

#include <map>

namespace osrtp::module {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{std::chrono::hours{1}};
constexpr milliseconds kBudget{400};

const std::string kOk = R"({"result":"ok","sdp":"v=0"})";
const std::string kFull = R"({"result":"error","error-code":"ports-exhausted","error-reason":"none left"})";
const std::string kNoMoreFiles =
    R"({"result":"error","error-code":"descriptors-exhausted","error-reason":"none left"})";
const std::string kCrowded = R"({"result":"error","error-code":"too-many-calls","error-reason":"no"})";
const std::string kDrains = R"({"result":"error","error-code":"draining","error-reason":"going"})";
const std::string kRefused = R"({"result":"error","error-code":"policy-refused","error-reason":"no"})";

using Numbers = std::vector<std::size_t>;
using Finding = Errand::Finding;
using News = std::vector<Errand::News>;

Itinerary new_call(Numbers nodes) { return {nodes, false, nodes.size(), false}; }
Itinerary later(std::size_t node) { return {{node}, true, 1, true}; }

/// A command among nodes that answer at once, in virtual time. Who has no answer in `answers` is silent.
class Voyage {
 public:
  explicit Voyage(Itinerary itinerary, std::string anew = {})
      : errand_(std::move(itinerary), {"c1", "c1 {asked}", std::move(anew)}, kBudget, now_) {}

  std::map<std::size_t, std::string> answers;
  std::map<std::size_t, Errand::NotSent> problems;
  std::map<std::size_t, milliseconds> busy_until;

  std::string run() {
    for (int steps = 0; steps < 1000; ++steps) {
      const auto step = errand_.step(now_);
      if (const auto* wait = std::get_if<Errand::Wait>(&step)) now_ = wait->until;
      if (const auto* send = std::get_if<Errand::Send>(&step)) deliver(*send);
      if (const auto* done = std::get_if<Errand::Done>(&step)) {
        node = done->node;
        return std::string(done->dictionary);
      }
      if (const auto* failed = std::get_if<Errand::Failed>(&step)) {
        waited = failed->waited;
        return "failure " + std::to_string(static_cast<int>(failed->failure));
      }
    }
    return "endless";
  }
  [[nodiscard]] News news() { return errand_.news(); }
  [[nodiscard]] milliseconds took() const { return std::chrono::duration_cast<milliseconds>(now_ - kStart); }
  [[nodiscard]] Errand& errand() { return errand_; }

  Numbers asked;
  std::vector<std::string> frames;
  std::size_t node = 99;
  milliseconds waited{0};

 private:
  void deliver(const Errand::Send& send) {
    asked.push_back(send.node);
    frames.emplace_back(send.frame);
    if (const auto problem = problems.find(send.node); problem != problems.end())
      errand_.send_failed(send.node, problem->second, now_);
    if (const auto busy = busy_until.find(send.node); busy != busy_until.end() && took() < busy->second)
      return errand_.send_failed(send.node, Errand::NotSent::kBusy, now_);
    if (const auto answer = answers.find(send.node); answer != answers.end())
      static_cast<void>(errand_.receive(send.node, "c1 " + answer->second));
  }

  TimePoint now_ = kStart;
  Errand errand_;
};

std::string failure_named(Errand::Failure why) { return "failure " + std::to_string(static_cast<int>(why)); }

TEST(Errand, IsDoneWithTheFirstAnswer) {
  Voyage voyage(new_call({4, 7}));
  voyage.answers[4] = kOk;
  EXPECT_EQ(voyage.run(), kOk);
  EXPECT_EQ(voyage.node, 4U);
  EXPECT_EQ(voyage.took(), milliseconds{0});
  EXPECT_TRUE(voyage.news().empty());
}

TEST(Errand, MovesOnFromASilentNodeWithinItsTime) {
  Voyage voyage(new_call({4, 7}));
  voyage.answers[7] = kOk;
  EXPECT_EQ(voyage.run(), kOk);
  EXPECT_EQ(voyage.asked, (Numbers{4, 4, 4, 7}));
  EXPECT_EQ(voyage.took(), kBudget * 3 / 8);
  EXPECT_EQ(voyage.news(), (News{{4, Finding::kSilent}}));
}

TEST(Errand, TakesItsWholeTimeAndNoMoreWhereAllAreSilent) {
  Voyage voyage(new_call({4, 7, 9}));
  EXPECT_EQ(voyage.run(), failure_named(Errand::Failure::kUnreachable));
  EXPECT_EQ(voyage.took(), kBudget);
  EXPECT_EQ(voyage.waited, kBudget);
  EXPECT_EQ(voyage.news(), (News{{4, Finding::kSilent}, {7, Finding::kSilent}, {9, Finding::kSilent}}));
}

TEST(Errand, MovesOnAtOnceWhereNobodyListens) {
  Voyage voyage(new_call({4, 7}));
  voyage.problems[4] = Errand::NotSent::kRefused;
  voyage.answers[7] = kOk;
  EXPECT_EQ(voyage.run(), kOk);
  EXPECT_EQ(voyage.asked, (Numbers{4, 7}));
  EXPECT_EQ(voyage.took(), milliseconds{0});
  EXPECT_EQ(voyage.news(), (News{{4, Finding::kRefused}}));
}

TEST(Errand, FailsAtOnceWhereNobodyListensAnywhere) {
  Voyage voyage(new_call({4, 7}));
  voyage.problems[4] = voyage.problems[7] = Errand::NotSent::kRefused;
  EXPECT_EQ(voyage.run(), failure_named(Errand::Failure::kUnreachable));
  EXPECT_EQ(voyage.waited, milliseconds{0});
  EXPECT_EQ(voyage.took(), milliseconds{0});
}

TEST(Errand, MovesOnFromTheFullAndTheDraining) {
  for (const auto& [refusal, finding] : {std::pair{kFull, Finding::kFull},
                                         {kNoMoreFiles, Finding::kFull},
                                         {kCrowded, Finding::kFull},
                                         {kDrains, Finding::kDraining}}) {
    Voyage voyage(new_call({4, 7}));
    voyage.answers[4] = refusal;
    voyage.answers[7] = kOk;
    EXPECT_EQ(voyage.run(), kOk);
    EXPECT_EQ(voyage.node, 7U);
    EXPECT_EQ(voyage.news(), (News{{4, finding}}));
  }
}

TEST(Errand, TellsOfARefusalWhereNobodyElseTakesTheCall) {
  Voyage full(new_call({4, 7}));
  full.answers[4] = full.answers[7] = kFull;
  EXPECT_EQ(full.run(), kFull);
  EXPECT_EQ(full.news(), (News{{4, Finding::kFull}, {7, Finding::kFull}}));
  Voyage silent(new_call({4, 7}));
  silent.answers[4] = kFull;
  EXPECT_EQ(silent.run(), kFull);
  EXPECT_EQ(silent.node, 4U);
  EXPECT_EQ(silent.took(), kBudget);
}

TEST(Errand, TakesEveryOtherRefusalForAnAnswer) {
  Voyage voyage(new_call({4, 7}));
  voyage.answers[4] = kRefused;
  EXPECT_EQ(voyage.run(), kRefused);
  EXPECT_TRUE(voyage.news().empty());
}

TEST(Errand, OfACallStaysWithTheNodeThatHasIt) {
  Voyage voyage({{4, 7}, true, 2, false});
  voyage.answers[4] = kFull;
  voyage.answers[7] = kOk;
  EXPECT_EQ(voyage.run(), kFull);
  EXPECT_EQ(voyage.news(), (News{{4, Finding::kFull}}));
  Voyage dead({{4, 7}, true, 2, false});
  dead.answers[7] = kOk;
  EXPECT_EQ(dead.run(), kOk);
}

TEST(Errand, OfACallWhoseNodeIsDeadFailsWithoutWaiting) {
  Voyage voyage({{}, false, 0, true});
  EXPECT_EQ(voyage.run(), failure_named(Errand::Failure::kNodeDead));
  EXPECT_EQ(voyage.waited, milliseconds{0});
  Voyage refused(later(4));
  refused.problems[4] = Errand::NotSent::kRefused;
  EXPECT_EQ(refused.run(), failure_named(Errand::Failure::kNodeDead));
  EXPECT_EQ(refused.waited, milliseconds{0});
  Voyage silent(later(4));
  EXPECT_EQ(silent.run(), failure_named(Errand::Failure::kNodeDead));
  EXPECT_EQ(silent.waited, kBudget);
}

TEST(Errand, BeginsAnewElsewhereWhereItMay) {
  Voyage voyage({{4, 7}, true, 1, true}, "c1 {anew}");
  voyage.answers[7] = kOk;
  EXPECT_EQ(voyage.run(), kOk);
  EXPECT_EQ(voyage.frames.front(), "c1 {asked}");
  EXPECT_EQ(voyage.frames.back(), "c1 {anew}");
  Voyage known({{7}, false, 0, true}, "c1 {anew}");
  known.answers[7] = kOk;
  EXPECT_EQ(known.run(), kOk);
  EXPECT_EQ(known.frames, std::vector<std::string>{"c1 {anew}"});
}

TEST(Errand, WithoutNodesFails) {
  Voyage voyage(new_call({}));
  EXPECT_EQ(voyage.run(), failure_named(Errand::Failure::kNoNode));
}

TEST(Errand, SendsAgainSoonWhereTheQueueIsFull) {
  Voyage voyage(new_call({4, 7}));
  voyage.busy_until[4] = milliseconds{7};
  voyage.answers[4] = kOk;
  EXPECT_EQ(voyage.run(), kOk);
  EXPECT_EQ(voyage.asked, (Numbers{4, 4, 4, 4}));
  EXPECT_EQ(voyage.took(), 3 * Errand::kBusyPause);
  EXPECT_TRUE(voyage.news().empty());
}

TEST(Errand, FindsNothingOfANodeThatItsQueueNeverLetItAsk) {
  Voyage voyage(new_call({4, 7}));
  voyage.busy_until[4] = voyage.busy_until[7] = kBudget;
  EXPECT_EQ(voyage.run(), failure_named(Errand::Failure::kUnreachable));
  EXPECT_EQ(voyage.took(), kBudget);
  EXPECT_TRUE(voyage.news().empty());
  Voyage of_call(later(4));
  of_call.busy_until[4] = kBudget;
  EXPECT_EQ(of_call.run(), failure_named(Errand::Failure::kUnreachable));
  EXPECT_TRUE(of_call.news().empty());
}

TEST(Errand, FindsSilentWhoWasAskedBeforeItsQueueWasFull) {
  Errand errand(new_call({4}), {"c1", "c1 {}", ""}, kBudget, kStart);
  TimePoint now = kStart;
  static_cast<void>(errand.step(now));
  for (int sent = 0; now < kStart + kBudget;) {
    const auto step = errand.step(now);
    if (const auto* wait = std::get_if<Errand::Wait>(&step)) now = wait->until;
    if (!std::holds_alternative<Errand::Send>(step)) continue;
    errand.send_failed(4, Errand::NotSent::kBusy, now);
    ASSERT_LT(++sent, 1000);
  }
  EXPECT_TRUE(std::holds_alternative<Errand::Failed>(errand.step(now)));
  EXPECT_EQ(errand.news(), (News{{4, Finding::kSilent}}));
}

TEST(Errand, LeavesWhoGotTheQuestionTooLateWithoutBlame) {
  Voyage voyage(new_call({4, 7}));
  voyage.busy_until[4] = milliseconds{110};
  voyage.answers[7] = kOk;
  EXPECT_EQ(voyage.run(), kOk);
  EXPECT_EQ(voyage.news(), (News{{4, Finding::kUnanswered}}));
}

TEST(Errand, ThatIsTooLongFailsAtOnce) {
  Voyage voyage(new_call({4, 7}));
  voyage.problems[4] = Errand::NotSent::kTooLong;
  EXPECT_EQ(voyage.run(), failure_named(Errand::Failure::kTooLong));
  Errand unframed(new_call({4}), {"c1", "", ""}, kBudget, kStart);
  EXPECT_TRUE(std::holds_alternative<Errand::Failed>(unframed.step(kStart)));
}

TEST(Errand, HearsOnlyTheNodeThatIsAsked) {
  Errand errand(new_call({4, 7}), {"c1", "c1 {}", ""}, kBudget, kStart);
  static_cast<void>(errand.step(kStart));
  EXPECT_FALSE(errand.receive(7, "c1 " + kOk));
  EXPECT_FALSE(errand.receive(4, "c2 " + kOk));
  EXPECT_TRUE(errand.receive(4, "c1 " + kOk));
}

TEST(Errand, ThatIsLookedAtLateBlamesNobodyWhoWasNotAsked) {
  Errand errand(new_call({4, 7}), {"c1", "c1 {}", ""}, kBudget, kStart);
  static_cast<void>(errand.step(kStart));
  EXPECT_TRUE(std::holds_alternative<Errand::Failed>(errand.step(kStart + kBudget)));
  EXPECT_EQ(errand.news(), (News{{4, Finding::kUnanswered}}));
  Errand later_still(new_call({4, 7}), {"c1", "c1 {}", ""}, kBudget, kStart);
  static_cast<void>(later_still.step(kStart));
  const TimePoint nearly = kStart + kBudget - milliseconds{10};
  EXPECT_TRUE(std::holds_alternative<Errand::Send>(later_still.step(nearly)));
  EXPECT_TRUE(std::holds_alternative<Errand::Failed>(later_still.step(kStart + kBudget)));
  EXPECT_EQ(later_still.news(), (News{{4, Finding::kUnanswered}, {7, Finding::kUnanswered}}));
}

TEST(Errand, ThatMissesAResendFindsNobodySilent) {
  Errand errand(new_call({4}), {"c1", "c1 {}", ""}, kBudget, kStart);
  static_cast<void>(errand.step(kStart));
  EXPECT_TRUE(std::holds_alternative<Errand::Failed>(errand.step(kStart + kBudget)));
  EXPECT_EQ(errand.news(), (News{{4, Finding::kUnanswered}}));
}

TEST(Room, IsReadFromErrorsOnly) {
  EXPECT_EQ(room_in(kOk), Room::kSome);
  EXPECT_EQ(room_in(kFull), Room::kFull);
  EXPECT_EQ(room_in(kDrains), Room::kDraining);
  EXPECT_EQ(room_in(R"({"result":"ok","sdp":"s=\"error\" \"draining\""})"), Room::kSome);
  EXPECT_EQ(room_in("\"error\""), Room::kSome);
}

}  // namespace
}  // namespace osrtp::module
