#include "model/shrink.hpp"

#include "model/dialog.hpp"

namespace osrtp::model {
namespace {

/// Without "step N: ", which moves as steps go.
std::string kind_of(const std::string& problem) {
  const auto colon = problem.find(": ");
  return colon == std::string::npos ? problem : problem.substr(colon + 2);
}

bool still(const Script& script, const std::string& problem) {
  const std::string now = verdict_of(script);
  return !now.empty() && kind_of(now) == kind_of(problem);
}

bool drop_steps(Script& script, const std::string& problem, std::size_t count) {
  bool dropped = false;
  for (std::size_t at = 1; at + count <= script.size();) {
    Script shorter = script;
    const auto from = shorter.begin() + static_cast<std::ptrdiff_t>(at);
    shorter.erase(from, from + static_cast<std::ptrdiff_t>(count));
    if (still(shorter, problem)) {
      script = std::move(shorter);
      dropped = true;
    } else {
      ++at;
    }
  }
  return dropped;
}

bool simplify(Script& script, const std::string& problem) {
  bool simpler = false;
  for (std::size_t at = 0; at < script.size(); ++at) {
    for (std::size_t i = 0; i < Step::kArguments; ++i) {
      if (script[at].is[i] == 0) continue;
      for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}}) {
        Script changed = script;
        changed[at].is[i] = value;
        if (value >= script[at].is[i] || !still(changed, problem)) continue;
        script = std::move(changed);
        simpler = true;
        break;
      }
    }
  }
  return simpler;
}

}  // namespace

std::string verdict_of(const Script& script) { return Dialog(script).run().value_or(""); }

Script shrink(const Script& script, const std::string& problem) {
  Script best = script;
  for (bool better = true; better;) {
    better = drop_steps(best, problem, 3);
    better = drop_steps(best, problem, 1) || better;
    better = simplify(best, problem) || better;
  }
  return best;
}

}  // namespace osrtp::model
