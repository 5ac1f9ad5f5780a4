#include "module/itinerary.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/siphash.hpp"

namespace osrtp::module {
namespace {

using Numbers = std::vector<std::size_t>;

constexpr TimePoint kNow{std::chrono::hours{1}};

/// Three nodes; `order` is how a new call with no trouble anywhere asks them.
class ItineraryOfThree : public testing::Test {
 protected:
  ItineraryOfThree() {
    for (std::size_t i = 0; i < 3; ++i) {
      NodeView node;
      node.number = i;
      node.identity = siphash(std::to_string(i));
      nodes_.push_back(node);
    }
    order_ = go({.starts_call = true}).nodes;
  }
  [[nodiscard]] Itinerary go(Journey journey) const {
    journey.call = 5;
    return itinerary_for(journey, nodes_, kNow);
  }
  [[nodiscard]] Itinerary new_call() const { return go({.starts_call = true}); }
  [[nodiscard]] Itinerary later() const { return go({.has_call = order_[1]}); }

  std::vector<NodeView> nodes_;
  Numbers order_;
};

TEST_F(ItineraryOfThree, OfANewCallListsAll) {
  Numbers sorted = order_;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, (Numbers{0, 1, 2}));
  EXPECT_EQ(new_call().anew_from, 3U);
  EXPECT_FALSE(new_call().first_has_call);
  EXPECT_FALSE(new_call().needs_call);
}

TEST_F(ItineraryOfThree, OfANewCallLeavesOutWhoTakesNone) {
  for (const Admin admin : {Admin::kDraining, Admin::kDisabled, Admin::kLeaving}) {
    nodes_[order_[0]].admin = admin;
    EXPECT_EQ(new_call().nodes, (Numbers{order_[1], order_[2]}));
  }
}

TEST_F(ItineraryOfThree, OfANewCallLeavesOutTheDead) {
  nodes_[order_[1]].health = Health::kDead;
  EXPECT_EQ(new_call().nodes, (Numbers{order_[0], order_[2]}));
  for (NodeView& node : nodes_) node.health = Health::kDead;
  EXPECT_TRUE(new_call().nodes.empty());
}

TEST_F(ItineraryOfThree, OfANewCallLeavesOutOtherSets) {
  nodes_[order_[0]].set = 1;
  EXPECT_EQ(new_call().nodes, (Numbers{order_[1], order_[2]}));
  EXPECT_EQ(go({.set = 1, .starts_call = true}).nodes, (Numbers{order_[0]}));
  EXPECT_TRUE(go({.set = 2, .starts_call = true}).nodes.empty());
}

TEST_F(ItineraryOfThree, OfANewCallAsksTheFullLateAndThoseWhoRefuseLast) {
  nodes_[order_[0]].health = Health::kRefusing;
  nodes_[order_[1]].full_until = kNow + std::chrono::milliseconds{1};
  EXPECT_EQ(new_call().nodes, (Numbers{order_[2], order_[1], order_[0]}));
  nodes_[order_[1]].full_until = kNow;
  EXPECT_EQ(new_call().nodes, (Numbers{order_[1], order_[2], order_[0]}));
}

TEST_F(ItineraryOfThree, OfALaterCommandIsTheCallsNode) {
  EXPECT_EQ(later().nodes, Numbers{order_[1]});
  EXPECT_TRUE(later().needs_call);
  for (const Admin admin : {Admin::kDraining, Admin::kDisabled, Admin::kLeaving}) {
    nodes_[order_[1]].admin = admin;
    EXPECT_EQ(later().nodes, Numbers{order_[1]});
  }
  nodes_[order_[1]].set = 9;
  EXPECT_EQ(later().nodes, Numbers{order_[1]}) << "the script need not name the set again";
}

TEST_F(ItineraryOfThree, OfALaterCommandIsEmptyWhereItsNodeIsDead) {
  nodes_[order_[1]].health = Health::kDead;
  EXPECT_TRUE(later().nodes.empty());
  EXPECT_TRUE(later().needs_call);
}

TEST_F(ItineraryOfThree, OfACallThatWasForgottenIsItsFirstChoice) {
  EXPECT_EQ(go({}).nodes, Numbers{order_[0]});
  nodes_[order_[0]].admin = Admin::kDraining;
  EXPECT_EQ(go({}).nodes, Numbers{order_[0]});
  nodes_[order_[0]].health = Health::kDead;
  EXPECT_TRUE(go({}).nodes.empty());
  nodes_[order_[0]].admin = Admin::kLeaving;
  EXPECT_EQ(go({}).nodes, Numbers{order_[1]});
}

TEST_F(ItineraryOfThree, OfABranchBeginsWhereItsCallIs) {
  const Journey branch{.starts_call = true, .has_call = order_[1]};
  EXPECT_EQ(go(branch).nodes, (Numbers{order_[1], order_[0], order_[2]}));
  EXPECT_TRUE(go(branch).first_has_call);
  EXPECT_EQ(go(branch).anew_from, 3U);
  nodes_[order_[1]].health = Health::kDead;
  EXPECT_EQ(go(branch).nodes, (Numbers{order_[0], order_[2]}));
  EXPECT_FALSE(go(branch).first_has_call);
}

TEST_F(ItineraryOfThree, OfACommandThatMayRestartGoesOnElsewhereAsANewCall) {
  const Journey restart{.may_restart = true, .has_call = order_[1]};
  EXPECT_EQ(go(restart).nodes, (Numbers{order_[1], order_[0], order_[2]}));
  EXPECT_EQ(go(restart).anew_from, 1U);
  nodes_[order_[1]].health = Health::kDead;
  EXPECT_EQ(go(restart).nodes, (Numbers{order_[0], order_[2]}));
  EXPECT_EQ(go(restart).anew_from, 0U);
}

TEST_F(ItineraryOfThree, OfACallWhoseNodeIsUnknownBeginsAnywhereAndGoesOnNowhere) {
  EXPECT_TRUE(go({.has_call = 17}).nodes.empty());
  EXPECT_EQ(go({.starts_call = true, .has_call = 17}).nodes, order_);
}

}  // namespace
}  // namespace osrtp::module
