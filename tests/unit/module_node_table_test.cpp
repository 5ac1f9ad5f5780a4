#include "module/node_table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace osrtp::module {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours{1}};

bool nobody(const NodeView&) { return false; }
bool everybody(const NodeView&) { return true; }

class Nodes : public testing::Test {
 protected:
  NodeTable::Change load(std::string_view text) {
    auto nodes = parse_nodes(text);
    auto change = table_->load(*nodes, everybody);
    EXPECT_TRUE(change) << change.error();
    return *change;
  }
  [[nodiscard]] NodeView node(std::size_t number) const { return table_->view(number).value(); }

  std::unique_ptr<NodeTable> table_ = std::make_unique<NodeTable>();
};

TEST_F(Nodes, AreWhatIsLoaded) {
  EXPECT_EQ(load("3 == udp:10.0.0.1:1=5 unix:/run/x").added, 2U);
  EXPECT_EQ(node(0).address, "udp:10.0.0.1:1");
  EXPECT_EQ(node(0).set, 3);
  EXPECT_EQ(node(0).weight, 5U);
  EXPECT_EQ(node(0).admin, Admin::kEnabled);
  EXPECT_EQ(node(0).health, Health::kAlive);
  EXPECT_EQ(node(1).address, "unix:/run/x");
  EXPECT_EQ(table_->all().size(), 2U);
  EXPECT_FALSE(table_->view(2));
  EXPECT_FALSE(table_->view(NodeTable::kCapacity));
}

TEST_F(Nodes, ThatVanishKeepTheirNumberWhileTheyAreNeeded) {
  load("udp:10.0.0.1:1 udp:10.0.0.2:1");
  const auto change = load("udp:10.0.0.2:1=4 udp:10.0.0.3:1");
  EXPECT_EQ(change.kept, 1U);
  EXPECT_EQ(change.added, 1U);
  EXPECT_EQ(change.leaving, 1U);
  EXPECT_EQ(node(0).admin, Admin::kLeaving);
  EXPECT_EQ(node(0).address, "udp:10.0.0.1:1");
  EXPECT_EQ(node(1).weight, 4U);
  EXPECT_EQ(node(2).address, "udp:10.0.0.3:1");
}

TEST_F(Nodes, ThatNobodyNeedsGiveTheirNumberToOthers) {
  load("udp:10.0.0.1:1 udp:10.0.0.2:1");
  load("udp:10.0.0.2:1");
  const auto before = node(0).generation;
  ASSERT_TRUE(table_->load(*parse_nodes("udp:10.0.0.2:1 udp:10.0.0.3:1"), nobody));
  EXPECT_EQ(node(0).address, "udp:10.0.0.3:1");
  EXPECT_NE(node(0).generation, before);
  EXPECT_EQ(node(0).admin, Admin::kEnabled);
}

TEST_F(Nodes, ThatComeBackAreThemselvesAgain) {
  load("udp:10.0.0.1:1 udp:10.0.0.2:1");
  load("udp:10.0.0.2:1");
  const auto generation = node(0).generation;
  // However little they are needed.
  ASSERT_TRUE(table_->load(*parse_nodes("udp:10.0.0.3:1 udp:10.0.0.1:1"), nobody));
  EXPECT_EQ(node(0).address, "udp:10.0.0.1:1");
  EXPECT_EQ(node(0).admin, Admin::kEnabled);
  EXPECT_EQ(node(0).generation, generation);
}

TEST_F(Nodes, AreNotChangedByAListThatCannotBe) {
  load("udp:10.0.0.1:1");
  auto many = *parse_nodes("udp:10.0.0.2:1");
  for (int i = 0; i < 64; ++i) many.push_back(parse_nodes("udp:10.0.1." + std::to_string(i) + ":1")->front());
  EXPECT_FALSE(table_->load(many, everybody));
  EXPECT_EQ(table_->load(*parse_nodes("udp:10.0.0.2:1 udp:10.0.0.2:1=2"), everybody).error(),
            "udp:10.0.0.2:1 is listed twice in set 0");
  EXPECT_EQ(table_->all().size(), 1U);
  EXPECT_EQ(node(0).admin, Admin::kEnabled);
}

TEST_F(Nodes, MayBeInTwoSets) {
  auto both = *parse_nodes("1 == udp:10.0.0.1:1");
  both.push_back(parse_nodes("2 == udp:10.0.0.1:1")->front());
  ASSERT_TRUE(table_->load(both, everybody));
  EXPECT_EQ(node(0).identity, node(1).identity);
  EXPECT_EQ(node(1).set, 2);
}

TEST_F(Nodes, GoOnDrainingWhenTheyAreLoadedAgain) {
  load("udp:10.0.0.1:1");
  EXPECT_TRUE(table_->admit(0, Admin::kDraining));
  load("udp:10.0.0.1:1");
  EXPECT_EQ(node(0).admin, Admin::kDraining);
  auto disabled = *parse_nodes("udp:10.0.0.1:1");
  disabled.front().disabled = true;
  ASSERT_TRUE(table_->load(disabled, everybody));
  EXPECT_EQ(node(0).admin, Admin::kDisabled);
  load("udp:10.0.0.1:1");
  EXPECT_EQ(node(0).admin, Admin::kEnabled);
}

TEST_F(Nodes, ThatHaveLeftAreNotAdmitted) {
  load("udp:10.0.0.1:1 udp:10.0.0.2:1");
  load("udp:10.0.0.2:1");
  EXPECT_FALSE(table_->admit(0, Admin::kEnabled));
  EXPECT_FALSE(table_->admit(5, Admin::kEnabled));
}

TEST_F(Nodes, AreDeadOnceAndProbedWithPausesThatGrow) {
  load("udp:10.0.0.1:1");
  EXPECT_FALSE(table_->claim_probe(0, kStart)) << "it is alive";
  EXPECT_TRUE(table_->silent(0, kStart));
  EXPECT_FALSE(table_->silent(0, kStart)) << "that is no news";
  EXPECT_EQ(node(0).health_since, kStart);
  std::vector<seconds> probes;
  for (seconds at{0}; at < seconds{100}; ++at) {
    if (!table_->claim_probe(0, kStart + at)) continue;
    probes.push_back(at);
    EXPECT_FALSE(table_->claim_probe(0, kStart + at)) << "one process is enough";
  }
  EXPECT_EQ(probes, (std::vector<seconds>{seconds{0}, seconds{1}, seconds{3}, seconds{7}, seconds{15}, seconds{31},
                                          seconds{61}, seconds{91}}));
}

TEST_F(Nodes, AreAliveWhenTheyAnswerAndDieAnew) {
  load("udp:10.0.0.1:1");
  EXPECT_FALSE(table_->answered(0));
  table_->silent(0, kStart);
  for (int i = 0; i < 5; ++i) static_cast<void>(table_->claim_probe(0, kStart + seconds{100 * i}));
  EXPECT_TRUE(table_->answered(0));
  EXPECT_EQ(node(0).health, Health::kAlive);
  EXPECT_TRUE(table_->silent(0, kStart + seconds{900}));
  EXPECT_TRUE(table_->claim_probe(0, kStart + seconds{900}));
  EXPECT_TRUE(table_->claim_probe(0, kStart + seconds{901}));
}

TEST_F(Nodes, ThatRefuseMayTurnOutDeadButNotTheOtherWay) {
  load("udp:10.0.0.1:1");
  EXPECT_TRUE(table_->refused(0, kStart));
  EXPECT_FALSE(table_->claim_probe(0, kStart + milliseconds{999}));
  EXPECT_TRUE(table_->claim_probe(0, kStart + seconds{1}));
  EXPECT_TRUE(table_->silent(0, kStart + seconds{2}));
  EXPECT_FALSE(table_->refused(0, kStart + seconds{3}));
  EXPECT_EQ(node(0).health, Health::kDead);
}

TEST_F(Nodes, HaveOneProbeHoweverManyAskForIt) {
  load("udp:10.0.0.1:1");
  table_->silent(0, kStart);
  std::atomic<int> claimed{0};
  std::vector<std::thread> processes;
  for (int i = 0; i < 4; ++i) {
    processes.emplace_back([&] {
      for (seconds at{0}; at < seconds{32}; ++at) claimed += table_->claim_probe(0, kStart + at) ? 1 : 0;
    });
  }
  for (std::thread& process : processes) process.join();
  // Who is ahead of the others claims what is due later; nobody claims anything twice.
  EXPECT_GE(claimed, 1);
  EXPECT_LE(claimed, 6);
}

TEST_F(Nodes, AreNeverHalfOfOneAndHalfOfAnother) {
  load("udp:10.0.0.1:1");
  std::atomic<bool> done{false};
  int seen = 0;
  std::thread reader([&] {
    for (; !done || seen == 0; ++seen) {
      const auto node = table_->view(0);
      if (node && node->set == 1) {
        EXPECT_EQ(node->address, "unix:/one");
      }
      if (node && node->set == 2) {
        EXPECT_EQ(node->address, "udp:192.0.2.222:65535");
      }
    }
  });
  for (int i = 0; i < 2000; ++i) {
    static_cast<void>(table_->load({}, nobody));
    static_cast<void>(table_->load(*parse_nodes(i % 2 == 0 ? "1 == unix:/one" : "2 == udp:192.0.2.222:65535"), nobody));
  }
  done = true;
  reader.join();
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace osrtp::module
