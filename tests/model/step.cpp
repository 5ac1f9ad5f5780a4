#include "model/step.hpp"

#include <algorithm>
#include <sstream>

namespace osrtp::model {

std::string write_script(const Script& script) {
  std::ostringstream out;
  for (const Step& step : script) {
    out << kVerbNames[static_cast<std::size_t>(step.verb)];
    std::size_t used = step.is.size();
    while (used > 0 && step.is[used - 1] == 0) --used;
    for (std::size_t i = 0; i < used; ++i) out << " " << static_cast<unsigned>(step.is[i]);
    out << "\n";
  }
  return out.str();
}

std::optional<Script> read_script(const std::string& text) {
  Script script;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string verb;
    if (!(words >> verb)) continue;
    const auto* known = std::find(kVerbNames.begin(), kVerbNames.end(), verb);
    if (known == kVerbNames.end()) return std::nullopt;
    Step step;
    step.verb = static_cast<Verb>(known - kVerbNames.begin());
    unsigned value = 0;
    for (std::size_t i = 0; i < step.is.size() && words >> value; ++i) step.is[i] = static_cast<std::uint8_t>(value);
    script.push_back(step);
  }
  return script;
}

}  // namespace osrtp::model
