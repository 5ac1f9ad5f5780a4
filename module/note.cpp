#include "module/note.hpp"

#include <charconv>

namespace osrtp::module {

namespace {

/// Takes what stands before `end` off `text`. @return nothing: there is no such end
std::optional<std::string_view> take_until(char end, std::string_view& text) {
  const std::size_t size = text.find(end);
  if (size == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size + 1);
  return taken;
}

std::optional<unsigned int> number(std::string_view text) {
  unsigned int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

constexpr std::string_view kNone = "-";

}  // namespace

std::string write_note(const Note& note) {
  std::string text = note.form ? std::to_string(static_cast<int>(*note.form)) : std::string(kNone);
  text += ' ' + std::to_string(note.tried.bits()) + '\n';
  text += note.peer;
  text += '\n';
  text += note.next_hop_uri;
  text += '\n';
  text += note.options;
  return text;
}

std::optional<Note> read_note(std::string_view text) {
  Note note;
  const auto form = take_until(' ', text);
  const auto tried = form ? take_until('\n', text) : std::nullopt;
  const auto peer = tried ? take_until('\n', text) : std::nullopt;
  const auto next_hop = peer ? take_until('\n', text) : std::nullopt;
  if (!next_hop) return std::nullopt;
  const auto bits = number(*tried);
  if (!bits) return std::nullopt;
  if (*form != kNone) {
    const auto which = number(*form);
    if (!which || *which >= kFormNames.size()) return std::nullopt;
    note.form = static_cast<Form>(*which);
  }
  note.tried = FormSet(*bits);
  note.peer = *peer;
  note.next_hop_uri = *next_hop;
  note.options = text;
  return note;
}

}  // namespace osrtp::module
