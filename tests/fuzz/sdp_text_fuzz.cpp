// What nobody edited is what arrived, and an edit is what it says and nothing else.
#include "sdp/edits.hpp"
#include "sdp/text.hpp"

using osrtp::sdp::Edits;
using osrtp::sdp::Text;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void lines_are_the_body(const Text& text, std::string_view body) {
  check(text.to_string() == body);
  check(Edits().apply(text) == body);
  std::string joined;
  for (std::size_t i = 0; i < text.line_count(); ++i) joined += text.raw(i);
  check(joined + std::string(text.tail()) == body);
  check(text.session().second == text.media(0).first);
  for (std::size_t n = 0; n < text.media_count(); ++n) check(text.line(text.media(n).first).type == 'm');
  check(text.media(text.media_count() - 1).second == text.line_count());
}

/// Every line followed by a new one: the old ones are where and what they were.
void insertions_disturb_nothing(const Text& text) {
  Edits edits;
  for (std::size_t i = 0; i < text.line_count(); ++i) edits.insert_after(i, "a=x");
  const auto edited = Text::parse(edits.apply(text));
  if (!edited) {
    check(text.line_count() * 2 > Text::kMaxLines || edits.apply(text).size() > Text::kMaxOctets);
    return;
  }
  check(edited->line_count() == text.line_count() * 2);
  for (std::size_t i = 0; i < text.line_count(); ++i) {
    check(edited->line(2 * i).type == text.line(i).type && edited->line(2 * i).value == text.line(i).value);
    check(edited->line(2 * i + 1).attribute() == "x");
  }
}

void removals_leave_the_rest(const Text& text) {
  Edits edits;
  for (std::size_t i = 0; i < text.line_count(); ++i) {
    if (text.line(i).type == 'a') edits.remove(i);
  }
  const auto edited = Text::parse(edits.apply(text));
  check(edited.has_value() && edited->media_count() == text.media_count());
  for (std::size_t i = 0; i < edited->line_count(); ++i) check(edited->line(i).type != 'a');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto text = Text::parse(body);
  if (!text) {
    check(!describe(text.error()).empty());
    return 0;
  }
  lines_are_the_body(*text, body);
  insertions_disturb_nothing(*text);
  removals_leave_the_rest(*text);
  return 0;
}
