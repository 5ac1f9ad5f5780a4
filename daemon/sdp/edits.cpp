#include "sdp/edits.hpp"

#include <utility>

namespace osrtp::sdp {

void Edits::replace(std::size_t line, std::string text) {
  Change& change = changes_[line];
  change.fate = Change::Fate::kReplaced;
  change.text = std::move(text);
}

void Edits::remove(std::size_t line) { changes_[line].fate = Change::Fate::kRemoved; }

void Edits::insert_after(std::size_t line, std::string text) { changes_[line].after.push_back(std::move(text)); }

std::string Edits::apply(const Text& text) const {
  std::string out;
  out.reserve(text.to_string().size() + 512);
  // A last line without its end gets one before anything follows it.
  const auto begin_line = [&] {
    if (out.empty() || out.back() == '\n') return;
    out += out.back() == '\r' ? "\n" : text.line_end();
  };
  const auto put = [&](const std::string& line) {
    begin_line();
    out.append(line).append(text.line_end());
  };
  auto change = changes_.begin();
  for (std::size_t i = 0; i < text.line_count(); ++i) {
    const bool changed = change != changes_.end() && change->first == i;
    const auto fate = changed ? change->second.fate : Change::Fate::kKept;
    switch (fate) {
      case Change::Fate::kKept:
        out += text.raw(i);
        break;
      case Change::Fate::kReplaced:
        put(change->second.text);
        break;
      case Change::Fate::kRemoved:
        break;
    }
    if (!changed) continue;
    for (const std::string& line : change->second.after) put(line);
    ++change;
  }
  return out.append(text.tail());
}

}  // namespace osrtp::sdp
