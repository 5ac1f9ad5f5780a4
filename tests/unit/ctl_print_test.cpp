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

TEST(CtlPrint, EscapesWhatCameFromOutside) {
  EXPECT_EQ(describe(list_of({"\x1b]0;x"}), protocol::List{2}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace osrtp::ctl
