#include "io/text_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/temporary_folder.hpp"

namespace osrtp::io {
namespace {

TEST(TextFile, IsReadWholeOrUpToABound) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "text";
  const std::string text(10'000, 'x');
  std::ofstream(file) << text;
  EXPECT_EQ(*read_text(file), text);
  EXPECT_EQ(read_text(file, 5'000)->size(), 5'000U);
  EXPECT_EQ(read_text(file, 20'000)->size(), text.size());
  std::ofstream(file, std::ios::trunc).flush();
  EXPECT_EQ(*read_text(file), "");
}

TEST(TextFile, ThatCannotBeReadIsNamedWithTheReason) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read_text(folder / "none").error(), (folder / "none") + ": No such file or directory");
  EXPECT_EQ(read_text(folder / ".").error(), (folder / ".") + ": Is a directory");
}

TEST(TextFile, AStreamIsTakenToItsEnd) {
  std::istringstream stream("abc");
  EXPECT_EQ(take(stream, 2), "ab");
  EXPECT_EQ(take(stream), "c");
  EXPECT_EQ(take(stream), "");
}

}  // namespace
}  // namespace osrtp::io
