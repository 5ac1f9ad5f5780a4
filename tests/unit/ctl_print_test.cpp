#include "ctl/print.hpp"

#include <gtest/gtest.h>

namespace osrtp::ctl {
namespace {

protocol::Reply list_of(std::vector<std::string> calls) {
  protocol::Reply reply;
  reply.body = protocol::ListReply{std::move(calls)};
  return reply;
}

TEST(CtlPrint, ListsCallIdsAndNothingElse) {
  EXPECT_EQ(describe(list_of({"a", "b"}), protocol::List{2}), "a\nb\n");
  EXPECT_EQ(describe(list_of({}), protocol::List{2}), "");
}

TEST(CtlPrint, RemarksThatAListMayHaveBeenCut) {
  EXPECT_EQ(remark(list_of({"a", "b"}), protocol::List{2}), "there may be more calls, see --limit\n");
  EXPECT_EQ(remark(list_of({"a"}), protocol::List{2}), "");
  EXPECT_EQ(remark(protocol::Reply{protocol::Pong{}, {}}, protocol::Ping{}), "");
}

TEST(CtlPrint, TellsOfADaemonThatDrains) {
  const auto text = [](protocol::ReplyBody body) { return describe({std::move(body), {}}, protocol::Ping{}); };
  EXPECT_EQ(text(protocol::Pong{false, 7}), "pong\n");
  EXPECT_EQ(text(protocol::Pong{true, 7}), "pong, draining: 7 calls run\n");
  EXPECT_EQ(text(protocol::DrainReply{true, 1}), "draining, no call begins: 1 call runs\n");
  EXPECT_EQ(text(protocol::DrainReply{false, 0}), "calls may begin: 0 calls run\n");
}

TEST(CtlPrint, EscapesWhatCameFromOutside) {
  EXPECT_EQ(describe(list_of({"\x1b]0;x"}), protocol::List{2}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace osrtp::ctl
