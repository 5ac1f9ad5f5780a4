// The model-based test of whole dialogs. Without arguments: MODEL_DIALOGS dialogs (3000) from MODEL_SEED on. With names
// of files: those cases. A dialog that fails is shrunk and printed with the command that replays it. MODEL_STEPS=1
// prints the steps of a single dialog. The last line is `N passed, N failed`.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "model/dialog.hpp"
#include "model/shrink.hpp"

using namespace osrtp::model;

namespace {

constexpr std::uint64_t kUsual = 3000;
constexpr std::uint64_t kFewestHeard = 2;  // packets a dialog, on the average
constexpr int kMostFailures = 5;           // after which nobody reads on

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

void report(const Script& script, const std::string& problem, const std::string& replay) {
  const Script shortest = shrink(script, problem);
  std::cout << "FAILED: " << problem << "\nreplay: " << replay << "\nreduced:\n"
            << write_script(shortest) << "-- " << verdict_of(shortest) << "\n"
            << std::flush;
}

struct Sum {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t steps = 0;
  Dialog::Tally tally;

  void add(const Dialog::Tally& one, std::size_t count) {
    steps += count;
    tally.heard += one.heard;
    tally.handshakes += one.handshakes;
    tally.answers += one.answers;
    tally.refusals += one.refusals;
    tally.attacks += one.attacks;
    tally.new_phones += one.new_phones;
    tally.confirmations += one.confirmations;
  }
};

void run_one(const Script& script, const std::string& replay, Sum& sum) {
  Dialog dialog(script);
  const auto problem = dialog.run();
  sum.add(dialog.tally(), script.size());
  ++(problem ? sum.failed : sum.passed);
  if (problem) report(script, *problem, replay);
}

int finish(const Sum& sum) {
  std::cout << sum.passed << " passed, " << sum.failed << " failed\n";
  return sum.failed == 0 ? 0 : 1;
}

int run_seeds(const std::string& program) {
  const auto today = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const std::uint64_t first = number("MODEL_SEED", today % 1'000'000'000'000);
  const std::uint64_t count = number("MODEL_DIALOGS", kUsual);
  std::cout << "model: MODEL_SEED=" << first << " MODEL_DIALOGS=" << count << "\n" << std::flush;
  Sum sum;
  for (std::uint64_t seed = first; seed < first + count && sum.failed < kMostFailures; ++seed) {
    const Script script = generate(seed);
    if (number("MODEL_STEPS", 0) != 0) std::cout << write_script(script);
    run_one(script, "MODEL_SEED=" + std::to_string(seed) + " MODEL_DIALOGS=1 " + program, sum);
  }
  const Dialog::Tally& t = sum.tally;
  std::cout << "model: " << sum.steps << " steps, " << t.answers << " answers, " << t.refusals << " refusals, "
            << t.heard << " packets heard, " << t.attacks << " attacks, " << t.handshakes << " handshakes, "
            << t.new_phones << " new phones, " << t.confirmations << " late confirmations\n";
  const bool idle = count >= 1000 && sum.failed == 0 && t.heard < kFewestHeard * count;
  if (idle) std::cout << "FAILED: hardly anything was heard: nothing has been tested\n";
  sum.failed += idle ? 1 : 0;
  return finish(sum);
}

int run_files(int count, char** names) {
  Sum sum;
  for (int i = 0; i < count; ++i) {
    std::ifstream file(names[i]);
    std::ostringstream text;
    text << file.rdbuf();
    const auto script = read_script(text.str());
    if (file && script && !script->empty()) {
      run_one(*script, names[i], sum);
    } else {
      std::cout << "FAILED: cannot read " << names[i] << "\n";
      ++sum.failed;
    }
  }
  return finish(sum);
}

}  // namespace

int main(int argc, char** argv) { return argc > 1 ? run_files(argc - 1, argv + 1) : run_seeds(argv[0]); }
