// SDP in, SDP out: a reviewer reads a diff of SDP, not of code. `make golden-accept` takes what comes out as what is
// right: read the diff that it leaves before you commit it. What a case is made of: support/golden.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "support/golden.hpp"

namespace osrtp::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = "tests/golden/cases";
const fs::path kActual = "build/golden";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  if (!fs::exists(kCases)) return names;
  for (const auto& entry : fs::directory_iterator(kCases)) names.push_back(entry.path().filename());
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

void compare(const std::string& name, const Files& expected, const Files& actual) {
  fs::remove_all(kActual / name);
  Files all = expected;
  all.insert(actual.begin(), actual.end());
  for (const auto& [file, ignored] : all) {
    const auto want = expected.find(file);
    const auto got = actual.find(file);
    if (want != expected.end() && got != actual.end() && want->second == got->second) continue;
    if (got != actual.end()) write(kActual / name / file, got->second);
    ADD_FAILURE() << difference(kCases / name / file, kActual / name / file);
  }
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
  if (std::getenv("GOLDEN_ACCEPT") != nullptr) {
    accept(kCases / GetParam(), expected, actual);
  } else {
    compare(GetParam(), expected, actual);
  }
}

std::string test_name(const ::testing::TestParamInfo<std::string>& row) {
  std::string name = row.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Case, Golden, ::testing::ValuesIn(case_names()), test_name);

}  // namespace
}  // namespace osrtp::testing
