// A first offer, and one more in the dialog, under all sorts of terms: an octet, a body, NUL, a body. What is folded
// has one m-line for each stream. Unfolded it has the party's m-lines in number and order, the session part and each
// line that runs octet for octet, and of the others kind, profile and formats. As an answer that fits what was offered,
// and offered on in two lines it has keys in the first of them only.
#include <string>

#include "negotiate/sections.hpp"
#include "negotiate/two_lines.hpp"
#include "sdp/media_line.hpp"

using namespace osrtp;
using namespace osrtp::negotiate;

namespace {

constexpr std::size_t kMaxLines = 16;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

Terms terms_of(std::uint8_t octet) {
  Terms terms;
  terms.policy = static_cast<protocol::Policy>(octet & 3U);
  terms.shape = static_cast<protocol::Shape>(octet >> 2U & 1U);
  terms.sdes = (octet & 8U) != 0;
  terms.dtls = (octet & 16U) != 0;
  terms.signalling = (octet & 32U) != 0 ? protocol::Signalling::kClear : protocol::Signalling::kUnknown;
  terms.offered = terms.accepted = {Suite::kAesCm128HmacSha1_80};
  return terms;
}

struct Heard {
  std::optional<sdp::Text> text;
  std::vector<sdp::Media> media;
};
/// Whether it can be read, all of it.
bool hear(std::string_view body, Heard& heard) {
  heard.media.clear();
  auto text = sdp::Text::parse(body);
  if (!text) return false;
  heard.text = *std::move(text);
  for (std::size_t n = 0; n < heard.text->media_count(); ++n) {
    auto media = sdp::read_media(*heard.text, n);
    if (!media) return false;
    heard.media.push_back(*std::move(media));
  }
  return true;
}

std::string_view without_end(std::string_view section) {
  while (section.ends_with('\n') || section.ends_with('\r')) section.remove_suffix(1);
  return section;
}

void is_sound(const Layout& layout, std::size_t lines) {
  check(layout.lines.size() == lines && layout.streams() <= lines);
  for (std::size_t stream = 0; stream < layout.streams(); ++stream) {
    std::size_t active = 0;
    std::size_t all = 0;
    for (const LayoutLine& line : layout.lines) {
      all += line.stream == stream ? 1 : 0;
      active += line.stream == stream && line.active ? 1 : 0;
    }
    check(active == 1 && (all == 1 || all == 2));
  }
}

void nothing_is_lost(std::string_view before, std::string_view after, const Layout& layout) {
  const Sections in(before);
  const Sections out(after);
  check(in.media().size() == out.media().size() && in.session() == out.session() && in.tail() == out.tail());
  for (std::size_t n = 0; n < in.media().size(); ++n) {
    const std::string_view was = media_value(in.media()[n]);
    const bool runs =
        layout.lines[n].part == Part::kWhole || (layout.lines[n].active && !is_rejected_section(in.media()[n]));
    if (runs) {
      check(without_end(in.media()[n]) == without_end(out.media()[n]));
    } else {
      check("m=" + std::string(media_value(out.media()[n])) == sdp::media_line(was, 0, {}));
    }
  }
}

/// What was folded, as the other side's offer in turn, for somebody with this layout.
void offer(const std::string& body, const Layout& before, std::size_t streams, const Terms& terms) {
  const auto forms = forms_to_offer(before, streams, terms, kMaxLines);
  for (const Form form : forms) {
    const auto planned = plan_offer(terms, false, form);
    const auto* formed = std::get_if<FormedPlan>(&planned);
    if (formed == nullptr) continue;
    check(formed->form != Form::kTwoLines || (formed->plan.sdes && protocol::is_secure(formed->plan.profile)));
    check(form == Form::kTwoLines || formed->form != Form::kTwoLines);
  }
  Layout layout = layout_to_offer(before, forms);
  check(layout.lines.size() <= std::max({kMaxLines, before.lines.size(), streams}) || !before.lines.empty());
  Heard heard;
  if (!hear(unfold(body, layout), heard)) return;  // two lines are longer than one
  check(heard.text->media_count() == layout.lines.size());
  for (std::size_t n = 0; n < layout.lines.size(); ++n) {
    const bool keyless = layout.lines[n].part == Part::kPlain && forms[layout.lines[n].stream] == Form::kTwoLines;
    check(!keyless || (heard.media[n].crypto.empty() && heard.media[n].bad_crypto.empty()));
  }
  check(fold_answer(*heard.text, heard.media, layout, streams).has_value());
}

Layout fold(std::string_view body, const Layout& before, const Terms& terms) {
  Heard heard;
  if (!hear(body, heard) || heard.media.size() > kMaxLines) return before;
  FoldedOffer folded = fold_offer(*heard.text, heard.media, before, terms, {});
  is_sound(folded.layout, heard.media.size());
  const std::string streams = folded.body.value_or(std::string(body));
  Heard one;
  if (!hear(streams, one)) return before;  // a line's end that was missing can be two octets too many
  check(one.media.size() == folded.layout.streams() && folded.kept_plain.size() == one.media.size());
  Layout layout = folded.layout;
  const std::string again = unfold(streams, layout);
  nothing_is_lost(body, again, folded.layout);
  Heard answer;
  if (hear(again, answer)) {
    check(fold_answer(*answer.text, answer.media, folded.layout, one.media.size()).has_value());
  }
  offer(streams, {}, one.media.size(), terms);
  offer(streams, folded.layout, one.media.size(), terms);
  return folded.layout;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Terms terms = terms_of(data[0]);
  const std::string_view bodies(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto nul = bodies.find('\0');
  const Layout first = fold(bodies.substr(0, nul), {}, terms);
  if (nul != std::string_view::npos) fold(bodies.substr(nul + 1), first, terms);
  return 0;
}
