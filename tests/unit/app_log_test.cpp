// Lines on their way to standard error: bounded, counted when they are too many, never waited for.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <sstream>
#include <thread>

#include "app/line_queue.hpp"
#include "app/line_writer.hpp"
#include "app/log.hpp"

namespace osrtp::testing {
namespace {

using app::LineQueue;
using app::LineWriter;

TEST(LineQueue, GivesLinesBackInTheirOrder) {
  LineQueue queue(100);
  EXPECT_TRUE(queue.is_empty());
  queue.push("one\n");
  queue.push("two\n");
  EXPECT_FALSE(queue.is_empty());
  const auto batch = queue.take();
  EXPECT_EQ(batch.lines, (std::deque<std::string>{"one\n", "two\n"}));
  EXPECT_EQ(batch.lost, 0U);
  EXPECT_TRUE(queue.is_empty());
}

TEST(LineQueue, TheOldestGoWhenThereAreTooManyAndAreCounted) {
  LineQueue queue(8);
  for (const char* line : {"one\n", "two\n", "six\n", "ten\n"}) queue.push(line);
  const auto batch = queue.take();
  EXPECT_EQ(batch.lines, (std::deque<std::string>{"six\n", "ten\n"}));
  EXPECT_EQ(batch.lost, 2U);
}

TEST(LineQueue, TheCountAndTheRoomBeginAnewAfterEachTake) {
  LineQueue queue(8);
  for (const char* line : {"one\n", "two\n", "six\n"}) queue.push(line);
  EXPECT_EQ(queue.take().lost, 1U);
  queue.push("one\n");
  queue.push("two\n");
  const auto batch = queue.take();
  EXPECT_EQ(batch.lines.size(), 2U);
  EXPECT_EQ(batch.lost, 0U);
}

TEST(LineQueue, ALineThatIsLongerThanTheLimitGoesAlone) {
  LineQueue queue(4);
  queue.push("one\n");
  queue.push("a long one\n");
  const auto batch = queue.take();
  EXPECT_EQ(batch.lines, (std::deque<std::string>{"a long one\n"}));
  EXPECT_EQ(batch.lost, 1U);
}

class Pipe {
 public:
  Pipe() {
    if (pipe(ends_.data()) != 0) std::abort();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close_writer();
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  /// What has been written, up to and with `last`, or the end.
  std::string read_until(std::string_view last) const {
    std::string text;
    std::array<char, 4096> some{};
    while (!text.ends_with(last)) {
      const ssize_t size = read(ends_[0], some.data(), some.size());
      if (size <= 0) break;
      text.append(some.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::string confess(std::uint64_t lost) { return "lost " + std::to_string(lost) + "\n"; }

TEST(LineWriter, HasWrittenEverythingWhenItIsGone) {
  Pipe pipe;
  {
    LineWriter writer(pipe.writer(), confess);
    for (int n = 0; n < 100; ++n) writer.push(std::to_string(n) + "\n");
  }
  pipe.close_writer();
  std::string expected;
  for (int n = 0; n < 100; ++n) expected += std::to_string(n) + "\n";
  EXPECT_EQ(pipe.read_until("no such line"), expected);
}

TEST(LineWriter, GoesOnWithoutAReaderAndTellsHowManyLinesThatCost) {
  Pipe pipe;
  LineWriter writer(pipe.writer(), confess);
  const std::string line(999, 'x');
  constexpr std::size_t kLines = 4 * LineWriter::kMaxWaiting / 1000;
  for (std::size_t n = 0; n < kLines; ++n) writer.push(line + "\n");  // would never return if it waited
  writer.push("last\n");
  std::istringstream text(pipe.read_until("last\n"));
  std::size_t written = 0;
  std::size_t lost = 0;
  for (std::string one; std::getline(text, one);) {
    if (one == line) ++written;
    if (one.starts_with("lost ")) lost += std::stoul(one.substr(5));
  }
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(written + lost, kLines);
}

/// A file may be so long and no longer, as on a disk that is full.
class Limited {
 public:
  explicit Limited(rlim_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{octets, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;
  ~Limited() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(LineWriter, BeginsALineAnewAfterOneThatTheDiskTookInPart) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::tmpfile(), std::fclose);
  ASSERT_NE(file, nullptr);
  const int descriptor = fileno(file.get());
  const auto size = [&] {
    struct stat found {};
    fstat(descriptor, &found);
    return found.st_size;
  };
  {
    LineWriter writer(descriptor, confess);
    {
      const Limited full(12);
      writer.push("first\n");
      writer.push("second line\n");
      while (size() < 12) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // it tries the rest meanwhile, in vain
    }
    writer.push("third\n");
  }
  std::string text(static_cast<std::size_t>(size()), '\0');
  ASSERT_EQ(pread(descriptor, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  // The latter where it was so slow that nothing was lost.
  EXPECT_TRUE(text == "first\nsecond\nlost 1\nthird\n" || text == "first\nsecond line\nthird\n") << text;
}

TEST(Log, WritesWhatIsUrgentEnoughEscapedInOneLine) {
  Pipe pipe;
  {
    LineWriter writer(pipe.writer(), app::stderr_confession(LogFormat::kText));
    const LogLevel least = LogLevel::kWarning;
    const LogSink log = app::stderr_log(LogFormat::kText, &least, writer);
    log(LogLevel::kInfo, "event=quiet");
    log(LogLevel::kWarning, "event=\x1bnoisy\n");
    log(LogLevel::kError, "event=urgent");
  }
  pipe.close_writer();
  const std::string text = pipe.read_until("no such line");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_NE(text.find(" warning event=\\x1bnoisy\\x0a\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(" error event=urgent\n")) << text;
}

TEST(Log, IsJsonWhereThatIsWanted) {
  const std::string line = app::stderr_confession(LogFormat::kJson)(17);
  EXPECT_TRUE(line.starts_with("{\"time\":\"20")) << line;
  EXPECT_TRUE(line.ends_with("\"level\":\"warning\",\"event\":\"log-lost\",\"lines\":\"17\"}\n")) << line;
}

TEST(Log, TellsOfLostLinesAsOfAnythingElse) {
  const std::string line = app::stderr_confession(LogFormat::kText)(17);
  EXPECT_TRUE(line.ends_with(" warning event=log-lost lines=17\n")) << line;
}

}  // namespace
}  // namespace osrtp::testing
