#include "module/peer_table.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>

namespace osrtp::module {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

FormSet set(std::initializer_list<Form> forms) {
  FormSet all;
  for (const Form form : forms) all.add(form);
  return all;
}

class Peers : public testing::Test {
 protected:
  Peers() { table_->set_memory(hours{1}); }

  std::unique_ptr<PeerTable> table_{new PeerTable{}};
  TimePoint now_ = TimePoint{} + hours{1000};
};

TEST_F(Peers, NothingIsKnownOfStrangers) {
  EXPECT_EQ(table_->find("192.0.2.1:5060", now_), Habits{});
  EXPECT_TRUE(table_->list(now_).empty());
}

TEST_F(Peers, AreInOtherPlacesUnderAnotherKey) {
  table_->refused("carrier", set({Form::kOpportunistic}), now_);
  table_->set_key({1, 2});
  EXPECT_EQ(table_->find("carrier", now_), Habits{});
}

TEST_F(Peers, AreKnownByWhatTheyRefusedAndTook) {
  table_->refused("carrier", set({Form::kOpportunistic}), now_);
  table_->refused("carrier", set({Form::kSecureSdes}), now_);
  table_->taken("carrier", Form::kPlain, now_);
  table_->taken("phone", Form::kOpportunistic, now_);
  EXPECT_EQ(table_->find("carrier", now_), (Habits{set({Form::kOpportunistic, Form::kSecureSdes}), Form::kPlain}));
  EXPECT_EQ(table_->find("phone", now_), (Habits{{}, Form::kOpportunistic}));
}

TEST_F(Peers, RefusalsAreForgottenAndTheBetterFormIsTriedAgain) {
  table_->refused("carrier", set({Form::kOpportunistic}), now_);
  EXPECT_TRUE(table_->find("carrier", now_ + hours{1} - seconds{1}).refused.has(Form::kOpportunistic));
  EXPECT_EQ(table_->find("carrier", now_ + hours{1}), Habits{});
}

TEST_F(Peers, CallsInBetweenKeepNoRefusalAlive) {
  table_->refused("carrier", set({Form::kOpportunistic}), now_);
  for (int minute = 1; minute < 60; ++minute) {
    table_->taken("carrier", Form::kPlain, now_ + std::chrono::minutes{minute});
    table_->refused("carrier", set({Form::kOpportunistic}), now_ + std::chrono::minutes{minute});
  }
  EXPECT_TRUE(table_->find("carrier", now_ + hours{1}).refused.empty());
}

TEST_F(Peers, RefusedAgainItIsRememberedAnew) {
  table_->refused("carrier", set({Form::kOpportunistic}), now_);
  table_->refused("carrier", set({Form::kOpportunistic}), now_ + hours{1});
  EXPECT_FALSE(table_->find("carrier", now_ + hours{2} - seconds{1}).refused.empty());
}

TEST_F(Peers, TheLastWordCounts) {
  table_->refused("pbx", set({Form::kOpportunistic}), now_);
  table_->taken("pbx", Form::kOpportunistic, now_);
  EXPECT_EQ(table_->find("pbx", now_), (Habits{{}, Form::kOpportunistic}));
  table_->refused("pbx", set({Form::kOpportunistic}), now_);
  EXPECT_EQ(table_->find("pbx", now_), (Habits{set({Form::kOpportunistic}), {}}));
}

TEST_F(Peers, AreListedWithTheirAge) {
  table_->refused("carrier", set({Form::kSecureDtls}), now_);
  table_->taken("carrier", Form::kPlain, now_ + seconds{10});
  const auto all = table_->list(now_ + seconds{15});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "carrier");
  EXPECT_EQ(all[0].habits, (Habits{set({Form::kSecureDtls}), Form::kPlain}));
  EXPECT_EQ(all[0].age, seconds{5});
  EXPECT_EQ(all[0].left, hours{1} - seconds{15});
  EXPECT_TRUE(table_->list(now_ + hours{2}).empty());
}

TEST_F(Peers, AreForgottenByOrder) {
  table_->refused("a", set({Form::kSecureDtls}), now_);
  table_->refused("b", set({Form::kSecureDtls}), now_);
  EXPECT_EQ(table_->clear(), 2U);
  EXPECT_EQ(table_->find("a", now_), Habits{});
  EXPECT_EQ(table_->clear(), 0U);
}

TEST_F(Peers, WithoutMemoryNothingIsKnown) {
  table_->set_memory(seconds{0});
  table_->refused("carrier", set({Form::kOpportunistic}), now_);
  EXPECT_EQ(table_->find("carrier", now_), Habits{});
  table_->set_memory(hours{1});
  EXPECT_EQ(table_->find("carrier", now_), Habits{});
}

TEST_F(Peers, WithoutNameAreNobody) {
  table_->refused("", set({Form::kOpportunistic}), now_);
  EXPECT_EQ(table_->find("", now_), Habits{});
  EXPECT_TRUE(table_->list(now_).empty());
}

TEST_F(Peers, LongNamesAreToldApart) {
  const std::string start(200, 'x');
  table_->refused(start + "1", set({Form::kOpportunistic}), now_);
  EXPECT_EQ(table_->find(start + "2", now_), Habits{});
  EXPECT_FALSE(table_->find(start + "1", now_).refused.empty());
  EXPECT_EQ(table_->list(now_)[0].name, std::string(PeerTable::kNameSize, 'x'));
}

TEST_F(Peers, AreBoundedAndTheOldestGoFirst) {
  const int many = 20'000;
  for (int i = 0; i < many; ++i)
    table_->refused("peer" + std::to_string(i), set({Form::kOpportunistic}), now_ + seconds{i / 100});
  const auto all = table_->list(now_ + seconds{many / 100});
  EXPECT_LE(all.size(), PeerTable::kMostPeers);
  EXPECT_GT(all.size(), PeerTable::kMostPeers * 9 / 10);
  EXPECT_FALSE(table_->find("peer" + std::to_string(many - 1), now_ + seconds{many / 100}).refused.empty());
  // Those that are left are young.
  const auto old = std::count_if(all.begin(), all.end(), [](const auto& peer) { return peer.age > seconds{160}; });
  EXPECT_LT(old, 100);
}

/// One that dies while it writes stops nobody.
TEST(PeersOfProcesses, WriteAtOnceAndMayDie) {
  void* memory = ::mmap(nullptr, sizeof(PeerTable), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto& table = *static_cast<PeerTable*>(memory);
  table.set_memory(hours{1});
  const TimePoint now = TimePoint{} + hours{1000};
  std::array<pid_t, 4> children{};
  for (std::size_t i = 0; i < children.size(); ++i) {
    children[i] = ::fork();
    if (children[i] != 0) continue;
    // The last one writes until it is killed.
    for (int round = 0; i + 1 == children.size() || round < 20'000; ++round) {
      const std::string name = "peer" + std::to_string(round % 50);
      table.refused(name, set({Form::kOpportunistic}), now);
      table.taken(name, Form::kSecureSdes, now);
      const Habits habits = table.find(name, now);
      if (habits.taken && habits != Habits{set({Form::kOpportunistic}), Form::kSecureSdes}) ::_exit(1);
    }
    ::_exit(0);
  }
  int worst = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (i + 1 == children.size()) ::kill(children[i], SIGKILL);
    int status = 0;
    ::waitpid(children[i], &status, 0);
    if (i + 1 < children.size()) worst = std::max(worst, status);
  }
  EXPECT_EQ(worst, 0);
  for (int i = 0; i < 50; ++i) static_cast<void>(table.find("peer" + std::to_string(i), now));
  EXPECT_GE(table.list(now).size(), 46U);
  ::munmap(memory, sizeof(PeerTable));
}

}  // namespace
}  // namespace osrtp::module
