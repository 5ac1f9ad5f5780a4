// SDP in, SDP out: a reviewer reads a diff of SDP, not of code. `make golden-accept` takes what comes out as what is
// right: read the diff that it leaves before you commit it. What a case is made of: support/golden.hpp, and a shape:
// support/golden_shape.hpp. README.md beside this file says which is where.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "support/golden.hpp"
#include "support/golden_shape.hpp"

namespace osrtp::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = "tests/golden/cases";
const fs::path kShapes = "tests/golden/shapes";
const fs::path kActual = "build/golden";

bool accepting() { return std::getenv("GOLDEN_ACCEPT") != nullptr; }

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// What `diff -u` says of the expected file and what came out.
std::string difference(const fs::path& expected, const fs::path& actual) {
  const std::string command = "diff -u -a -N '" + expected.string() + "' '" + actual.string() + "'";
  std::FILE* diff = popen(command.c_str(), "r");
  if (diff == nullptr) return "diff cannot be run";
  std::string text;
  for (int c = std::fgetc(diff); c != EOF; c = std::fgetc(diff)) text += static_cast<char>(c);
  pclose(diff);
  return text;
}

/// The files that came out take the place of those expected.
void accept(const fs::path& folder, const Files& expected, const Files& actual) {
  for (const auto& [name, content] : expected) {
    if (!actual.contains(name)) fs::remove(folder / name);
  }
  for (const auto& [name, content] : actual) {
    const auto old = expected.find(name);
    if (old != expected.end() && old->second == content) continue;
    write(folder / name, content);
    std::printf("accepted %s\n", (folder / name).c_str());
  }
}

void compare(const fs::path& folder, const Files& expected, const Files& actual) {
  const fs::path beside = kActual / folder.filename();
  fs::remove_all(beside);
  Files all = expected;
  all.insert(actual.begin(), actual.end());
  for (const auto& [file, ignored] : all) {
    const auto want = expected.find(file);
    const auto got = actual.find(file);
    if (want != expected.end() && got != actual.end() && want->second == got->second) continue;
    if (got != actual.end()) write(beside / file, got->second);
    ADD_FAILURE() << difference(folder / file, beside / file);
  }
}

void settle(const fs::path& folder, const Files& expected, const Files& actual) {
  if (accepting()) {
    accept(folder, expected, actual);
  } else {
    compare(folder, expected, actual);
  }
}

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, ComesOutAsItShould) {
  Files inputs = read_folder(kCases / GetParam());
  Files expected;
  for (auto file = inputs.begin(); file != inputs.end();) {
    const auto next = std::next(file);
    if (is_output(file->first)) expected.insert(inputs.extract(file));
    file = next;
  }
  std::vector<std::string> complaints;
  const Files actual = play(inputs, complaints);
  for (const std::string& complaint : complaints) ADD_FAILURE() << complaint;
  settle(kCases / GetParam(), expected, actual);
}

std::string test_name(const ::testing::TestParamInfo<std::string>& row) {
  std::string name = row.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Case, Golden, ::testing::ValuesIn(names_in(kCases)), test_name);

class GoldenShape : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenShape, BecomesWhatItShouldUnderEveryPolicy) {
  Files inputs = read_folder(kShapes / GetParam());
  Files expected;
  if (inputs.contains(std::string(kOutcomes))) expected.insert(inputs.extract(std::string(kOutcomes)));
  std::vector<std::string> complaints;
  const Outcomes outcomes = play_shape(inputs, complaints);
  for (const std::string& complaint : complaints) ADD_FAILURE() << complaint;
  settle(kShapes / GetParam(), expected, {{std::string(kOutcomes), outcomes.text}});
}

INSTANTIATE_TEST_SUITE_P(Shape, GoldenShape, ::testing::ValuesIn(names_in(kShapes)), test_name);

/// Both tables of "What phones send, and what becomes of it".
std::string tables() {
  std::string offers = table_head(Shown::kCaller);
  std::string answers = table_head(Shown::kCallee);
  for (const std::string& name : names_in(kShapes)) {
    Files inputs = read_folder(kShapes / name);
    inputs.erase(std::string(kOutcomes));
    std::vector<std::string> ignored;
    const std::string row = table_row(name, inputs, play_shape(inputs, ignored));
    (shown_leg(inputs) == Shown::kCaller ? offers : answers) += row;
  }
  return offers + "\n" + answers;
}

TEST(GoldenIndex, TheTablesInTheDocumentationAreWhatComesOut) {
  const fs::path path = "docs/negotiation.md";
  const std::string begin = "<!-- `make golden-accept` writes from here -->\n";
  const std::string end = "<!-- to here -->\n";
  const std::string document = contents(path);
  const auto from = document.find(begin);
  const auto to = document.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos && from < to) << "the marks are missing";
  const std::string wanted = document.substr(0, from + begin.size()) + tables() + document.substr(to);
  if (accepting()) return write(path, wanted);
  write(kActual / "negotiation.md", wanted);
  EXPECT_EQ(document, wanted) << difference(path, kActual / "negotiation.md");
}

TEST(GoldenIndex, NamesEveryCaseAndEveryShapeAndNoOther) {
  const fs::path path = "tests/golden/README.md";
  std::string index = contents(path);
  std::set<std::string> there;
  for (const fs::path& folder : {kCases, kShapes}) {
    for (const std::string& name : names_in(folder)) {
      const std::string entry = folder.filename().string() + "/" + name;
      there.insert(entry);
      if (accepting() && index.find("`" + entry + "`") == std::string::npos) {
        index += "- `" + entry + "`: " + description(read_folder(folder / name)) + ".\n";
        write(path, index);
      }
      EXPECT_NE(index.find("`" + entry + "`"), std::string::npos) << entry << " is not in tests/golden/README.md";
    }
  }
  for (const std::string_view kind : {"`cases/", "`shapes/"}) {
    for (auto at = index.find(kind); at != std::string::npos; at = index.find(kind, at + 1)) {
      const std::string entry = index.substr(at + 1, index.find('`', at + 1) - at - 1);
      EXPECT_TRUE(there.contains(entry)) << entry << " is in tests/golden/README.md and nowhere else";
    }
  }
}

}  // namespace
}  // namespace osrtp::testing
