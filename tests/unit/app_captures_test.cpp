#include "app/captures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "explain/paper_plane.hpp"
#include "support/octets.hpp"
#include "support/temporary_folder.hpp"

namespace osrtp::app {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const Endpoint kSource = Endpoint::parse("192.0.2.9:5000").value();

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(TapQueue, KeepsSoManyAndCountsTheRest) {
  TapQueue queue;
  const osrtp::testing::Octets octets(20);
  for (std::size_t n = 0; n < TapQueue::kMost + 3; ++n)
    queue.see(0, relay::Component::kRtp, kSource, octets, TimePoint());
  EXPECT_EQ(queue.lost(), 3U);
  std::size_t taken = 0;
  queue.take([&](TapQueue::Seen&&) { ++taken; });
  EXPECT_EQ(taken, TapQueue::kMost);
  queue.see(0, relay::Component::kRtp, kSource, octets, TimePoint());
  EXPECT_EQ(queue.lost(), 3U) << "there is room again";
}

/// Remembers who looks on at which stream.
class TappedPlane final : public explain::PaperPlane {
 public:
  using PaperPlane::PaperPlane;
  void tap(StreamId stream, std::shared_ptr<relay::Tap> tap) override { taps[stream] = std::move(tap); }
  std::map<StreamId, std::shared_ptr<relay::Tap>> taps;
};

class CallCaptures : public ::testing::Test {
 protected:
  Result<std::string, protocol::Error> begin(const std::string& id = "x") {
    const Endpoint rtp = Endpoint::parse("192.0.2.1:4000").value();
    return captures.begin(id, {{StreamId(1), {{0, "caller, m-line 1", "plain", rtp, rtp}}}}, std::chrono::seconds(60),
                          now);
  }
  void sees(std::string_view payload) {
    plane.taps[StreamId(1)]->see(0, relay::Component::kRtp, kSource, bytes_of(payload), now.steady);
  }

  test::TemporaryFolder folder;
  TappedPlane plane;
  std::vector<std::string> log;
  Captures captures{plane, folder / ".", [this](LogLevel, std::string_view line) { log.emplace_back(line); }};
  Now now{TimePoint(std::chrono::hours(1)), WallTime(std::chrono::seconds(1'764'590'160))};
};

TEST_F(CallCaptures, AreFilesOfTheOwnerAlone) {
  const auto file = begin("a call");
  ASSERT_TRUE(file) << file.error().reason;
  EXPECT_EQ(std::filesystem::path(*file).filename(), "2025-12-01T115600Z-1.pcapng");
  struct stat found {};
  ASSERT_EQ(stat(file->c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_THAT(log, ::testing::ElementsAre(HasSubstr("call=a?call event=capture seconds=60 file=")));
}

TEST_F(CallCaptures, HoldWhatWasSeenUntilTheirTimeIsOver) {
  const auto file = begin();
  ASSERT_TRUE(file);
  sees("first packet");
  now.steady += std::chrono::seconds(59);
  captures.tick(now);
  EXPECT_THAT(read(*file), HasSubstr("first packet"));
  sees("second packet");
  now.steady += std::chrono::seconds(1);
  captures.tick(now);
  EXPECT_THAT(read(*file), HasSubstr("second packet"));
  EXPECT_EQ(plane.taps[StreamId(1)], nullptr) << "nobody looks on any more";
  EXPECT_THAT(log.back(), HasSubstr("event=capture-ended why=\"time\" packets=2 lost=0"));
}

TEST_F(CallCaptures, AreFewAtATime) {
  for (std::size_t n = 0; n < Captures::kMost; ++n) EXPECT_TRUE(begin());
  const auto refused = begin();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, protocol::ErrorCode::kBadRequest);
  now.steady += std::chrono::seconds(60);
  captures.tick(now);
  EXPECT_TRUE(begin());
}

TEST_F(CallCaptures, SayWhyAFileCannotBeMade) {
  Captures nowhere(plane, folder / "none", [](LogLevel, std::string_view) {});
  const auto refused = nowhere.begin("x", {}, std::chrono::seconds(60), now);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().reason, HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace osrtp::app
