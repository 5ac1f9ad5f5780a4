#include "support/golden_shape.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace osrtp::testing {
namespace {

constexpr std::string_view kRefused = "Refused by policy: ";

Settings both(std::string_view policy, Settings more = {}) {
  more.emplace("caller", policy);
  more.emplace("callee", policy);
  return more;
}

Settings clear(std::string_view policy) {
  return both(policy, {{"caller-signalling", "clear"}, {"callee-signalling", "clear"}});
}

Settings dtls(std::string_view policy) { return both(policy, {{"identity", "yes"}}); }

/// The variants of the table in docs/negotiation.md, with their columns.
constexpr std::pair<std::string_view, std::string_view> kColumns[] = {
    {"off", "off"},
    {"opportunistic", "opportunistic"},
    {"prefer", "prefer"},
    {"require", "require"},
    {"opportunistic over clear signalling", "opportunistic, clear hop"},
    {"opportunistic with DTLS", "opportunistic, DTLS"},
};

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

/// What variants have in common, in the order of the first that has it.
class Groups {
 public:
  void add(std::string_view variant, const std::string& content) {
    const auto same = [&](const auto& group) { return group.first == content; };
    auto group = std::find_if(groups_.begin(), groups_.end(), same);
    if (group == groups_.end()) group = groups_.insert(groups_.end(), {content, {}});
    group->second.push_back(variant);
  }
  /// "== TITLE variant, variant" and the content, for each group.
  [[nodiscard]] std::string text(const std::string& title) const {
    std::string all;
    for (const auto& [content, names] : groups_) all += "== " + title + joined(names) + "\n" + content;
    return all;
  }

 private:
  std::vector<std::pair<std::string, std::vector<std::string_view>>> groups_;
};

std::string setting_in(const Files& inputs, const std::string& name) {
  const auto found = inputs.find("settings.txt");
  std::istringstream lines(found == inputs.end() ? "" : found->second);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " = ")) return line.substr(name.size() + 3);
  }
  return {};
}

/// "plain (policy-off)" as docs/negotiation.md writes it. After an answer only a handshake can be pending.
std::string for_people(std::string state) {
  if (state == "pending") return "**srtp-dtls**";
  if (state.starts_with("srtp")) return "**" + state.substr(0, state.find(' ')) + "**";
  const auto open = state.find(" (");
  if (open == std::string::npos) return state;
  const std::string reason = state.substr(open + 2, state.size() - open - 3);
  state.resize(open);
  return state == reason ? state : state + " `" + reason + "`";
}

/// Of the last step: how `leg` stands, its m-lines apart where they differ.
std::string cell(const std::string& security, const std::string& leg) {
  std::istringstream lines(security);
  std::string refused;
  std::vector<std::string> states;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(" ")) {
      states.clear();
      const auto why = line.find(kRefused);
      refused = why == std::string::npos ? "" : line.substr(why + kRefused.size());
      if (line.find(": bad-sdp") != std::string::npos) return "`bad-sdp`";
    }
    const auto colon = line.find(": ");
    if (!line.starts_with("  " + leg + ", m-line") || colon == std::string::npos) continue;
    states.push_back(for_people(line.substr(colon + 2)));
  }
  if (!refused.empty()) return "refused `" + refused.substr(0, refused.find(')')) + "`";
  if (std::equal(states.begin() + (states.empty() ? 0 : 1), states.end(), states.begin()))
    states.resize(!states.empty());
  std::string text;
  for (const std::string& state : states) text += (text.empty() ? "" : "; ") + state;
  return text;
}

}  // namespace

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all{{"off", both("off")},
                                        {"opportunistic", both("opportunistic")},
                                        {"prefer", both("prefer")},
                                        {"require", both("require")},
                                        {"opportunistic over clear signalling", clear("opportunistic")},
                                        {"require over clear signalling", clear("require")},
                                        {"opportunistic with DTLS", dtls("opportunistic")},
                                        {"prefer with DTLS", dtls("prefer")},
                                        {"require with DTLS", dtls("require")}};
  return all;
}

Shown shown_leg(const Files& inputs) {
  return setting_in(inputs, "shown") == "callee" ? Shown::kCallee : Shown::kCaller;
}

Outcomes play_shape(const Files& inputs, std::vector<std::string>& complaints) {
  Outcomes outcomes;
  const std::string leg = shown_leg(inputs) == Shown::kCallee ? "callee" : "caller";
  Groups security;
  std::map<std::string, Groups> bodies;
  for (const Variant& variant : variants()) {
    std::vector<std::string> wrong;
    const Files files = play(inputs, wrong, variant.settings);
    for (const std::string& what : wrong) complaints.push_back(std::string(variant.name) + ": " + what);
    for (const auto& [name, content] : files) {
      if (name == "security.txt") {
        security.add(variant.name, content);
        outcomes.cells.push_back(cell(content, leg));
      } else {
        bodies[name].add(variant.name, content);
      }
    }
  }
  outcomes.text = security.text("");
  for (const auto& [name, groups] : bodies) outcomes.text += groups.text(name + " of ");
  return outcomes;
}

std::string description(const Files& inputs) {
  const std::string& settings = inputs.at("settings.txt");
  std::string line = settings.substr(0, settings.find('\n'));
  line.erase(0, line.find_first_not_of("# "));
  if (line.ends_with('.')) line.pop_back();
  return line;
}

std::string table_head(Shown shown) {
  std::string names = shown == Shown::kCallee ? "| the callee's answer |" : "| the caller's offer |";
  std::string rule = "|---|";
  for (const auto& [variant, column] : kColumns) {
    names += " " + std::string(column) + " |";
    rule += "---|";
  }
  return names + "\n" + rule + "\n";
}

std::string table_row(const std::string& name, const Files& inputs, const Outcomes& outcomes) {
  std::string row = "| `" + name + "`: " + description(inputs) + " |";
  for (const auto& [wanted, column] : kColumns) {
    const auto is_wanted = [name = wanted](const Variant& v) { return v.name == name; };
    const auto at = std::find_if(variants().begin(), variants().end(), is_wanted) - variants().begin();
    row += " " + outcomes.cells.at(static_cast<std::size_t>(at)) + " |";
  }
  return row + "\n";
}

}  // namespace osrtp::testing
