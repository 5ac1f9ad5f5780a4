#include "negotiate/two_lines.hpp"

#include <algorithm>
#include <utility>

#include "negotiate/answerer.hpp"
#include "negotiate/pairing.hpp"
#include "negotiate/sections.hpp"

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Profile;
using protocol::Reason;

/// Why the line cannot be answered in its profile.
std::optional<Reason> why_not(const AnswerPlan& plan, Profile profile) {
  if (const auto* refused = std::get_if<Refuse>(&plan)) return refused->reason;
  const auto* plain = std::get_if<AnswerPlain>(&plan);
  return plain != nullptr && protocol::is_secure(profile) ? std::optional(plain->reason) : std::nullopt;
}

/// Of two lines of an offer the one to take, and why not the secure one.
struct Choice {
  Part part = Part::kSecure;
  std::optional<Reason> kept_plain;
};
Choice choose(const sdp::Media& secure, const sdp::Media& plain, const Terms& terms, History history) {
  if (!plain.port) return {};
  if (!secure.port) return {Part::kPlain, {}};
  const auto why = why_not(plan_answer(terms, secure, history), secure.profile);
  if (!why || std::holds_alternative<Refuse>(plan_answer(terms, plain, history))) return {};
  return {Part::kPlain, why};
}

/// The m-lines of `sources`, one for each stream.
std::string body_of(const sdp::Text& text, std::span<const std::size_t> sources) {
  const Sections sections(text.to_string());
  Assembly body(sections);
  for (const std::size_t n : sources) body.add(sections.media()[n]);
  return std::move(body).finish();
}

std::vector<std::size_t> sources_of(const Layout& layout) {
  std::vector<std::size_t> sources;
  for (std::size_t stream = 0; stream < layout.streams(); ++stream) sources.push_back(*line_of(layout, stream));
  return sources;
}

/// Settles which of two lines runs; nothing changes for a stream that has one.
void activate(Layout& layout, std::size_t stream, Part part) {
  for (LayoutLine& line : layout.lines) {
    if (line.stream == stream && line.part != Part::kWhole) line.active = line.part == part;
  }
}

/// Whose m-line in the answer each of the offered lines is.
using Places = std::vector<std::optional<std::size_t>>;

/// One m-line for each stream, where two were offered: its profile tells which of the two it is.
Places places_by_stream(const std::vector<sdp::Media>& media, const Layout& offered, std::size_t streams) {
  Places places(offered.lines.size());
  std::vector<std::size_t> order;
  for (const LayoutLine& line : offered.lines) {
    const bool known = std::find(order.begin(), order.end(), line.stream) != order.end();
    if (!known && line.stream < streams) order.push_back(line.stream);
  }
  for (std::size_t n = 0; n < order.size(); ++n) {
    const Part part = protocol::is_secure(media[n].profile) ? Part::kSecure : Part::kPlain;
    const auto whole = line_of(offered, order[n], Part::kWhole);
    if (const auto at = whole ? whole : line_of(offered, order[n], part)) places[*at] = n;
  }
  return places;
}

std::optional<Places> places_in_answer(const std::vector<sdp::Media>& media, const Layout& offered,
                                       std::size_t streams) {
  if (media.size() == offered.lines.size()) {
    Places places;
    for (std::size_t n = 0; n < media.size(); ++n) places.emplace_back(n);
    return places;
  }
  if (media.size() != streams) return std::nullopt;
  return places_by_stream(media, offered, streams);
}

/// What an answer has for a stream.
struct Taken {
  std::size_t source;  // its m-line there
  bool both;
};
/// Also settles in `layout` which of two lines runs.
std::optional<Taken> take(const std::vector<sdp::Media>& media, const Places& places, Layout& layout,
                          std::size_t stream) {
  using Line = std::optional<std::size_t>;
  const Line secure = line_of(layout, stream, Part::kSecure);
  const Line plain = line_of(layout, stream, Part::kPlain);
  const auto place = [&](const Line& line) { return line ? places[*line] : Line{}; };
  const auto accepts = [&](const Line& line) {
    const Line at = place(line);
    return at && layout.lines[*line].active && media[*at].port.has_value();
  };
  const bool on_secure = accepts(secure);
  const bool on_plain = accepts(plain);
  if (on_secure || on_plain) activate(layout, stream, on_secure ? Part::kSecure : Part::kPlain);
  // Of two of which none was taken, the one that is there.
  for (const Line& line : {line_of(layout, stream), secure, plain}) {
    if (const Line at = place(line)) return Taken{*at, on_secure && on_plain};
  }
  return std::nullopt;
}

Terms raised_to_prefer(Terms terms) {
  if (terms.policy == Policy::kOpportunistic) terms.policy = Policy::kPrefer;
  return terms;
}

Terms lowered_to_opportunistic(Terms terms) {
  if (terms.policy == Policy::kPrefer) terms.policy = Policy::kOpportunistic;
  return terms;
}

bool wants_two_lines(const Terms& terms) {
  const bool attempts = terms.policy == Policy::kOpportunistic || terms.policy == Policy::kPrefer;
  return terms.shape == protocol::Shape::kTwoLines && attempts && terms.peer == protocol::Peer::kSip;
}

}  // namespace

std::size_t Layout::streams() const {
  std::size_t count = 0;
  for (const LayoutLine& line : lines) count = std::max(count, line.stream + 1);
  return count;
}

bool Layout::is_one_to_one() const {
  for (std::size_t n = 0; n < lines.size(); ++n) {
    if (lines[n].stream != n || lines[n].part != Part::kWhole) return false;
  }
  return true;
}

std::optional<std::size_t> line_of(const Layout& layout, std::size_t stream) {
  std::optional<std::size_t> first;
  for (std::size_t n = 0; n < layout.lines.size(); ++n) {
    if (layout.lines[n].stream != stream) continue;
    if (layout.lines[n].active) return n;
    if (!first) first = n;
  }
  return first;
}

std::optional<std::size_t> line_of(const Layout& layout, std::size_t stream, Part part) {
  for (std::size_t n = 0; n < layout.lines.size(); ++n) {
    if (layout.lines[n].stream == stream && layout.lines[n].part == part) return n;
  }
  return std::nullopt;
}

FoldedOffer fold_offer(const sdp::Text& text, const std::vector<sdp::Media>& media, const Layout& before,
                       const Terms& terms, std::span<const History> histories) {
  Pairing pairing = pair_lines(text, media, before);
  FoldedOffer folded{{}, std::move(pairing.layout), {}};
  Layout& layout = folded.layout;
  folded.kept_plain.resize(layout.streams());
  for (std::size_t n = 0; n < media.size(); ++n) {
    if (layout.lines[n].part != Part::kSecure) continue;
    const std::size_t stream = layout.lines[n].stream;
    const History history = stream < histories.size() ? histories[stream] : History::kNew;
    const Choice choice = choose(media[n], media[*pairing.mates[n]], terms, history);
    activate(layout, stream, choice.part);
    folded.kept_plain[stream] = choice.kept_plain;
  }
  if (!layout.is_one_to_one()) folded.body = body_of(text, sources_of(layout));
  return folded;
}

std::optional<FoldedAnswer> fold_answer(const sdp::Text& text, const std::vector<sdp::Media>& media,
                                        const Layout& offered, std::size_t streams) {
  FoldedAnswer folded{{}, offered, {}};
  if (offered.is_one_to_one()) return media.size() == streams ? std::optional(folded) : std::nullopt;
  const auto places = places_in_answer(media, offered, streams);
  if (!places) return std::nullopt;
  std::vector<std::size_t> sources;
  for (std::size_t stream = 0; stream < streams; ++stream) {
    const auto taken = take(media, *places, folded.layout, stream);
    if (!taken) return std::nullopt;
    sources.push_back(taken->source);
    if (taken->both) folded.both.push_back(stream);
  }
  folded.body = body_of(text, sources);
  return folded;
}

std::vector<Form> forms_to_offer(const Layout& before, std::size_t streams, const Terms& terms, std::size_t max_lines) {
  std::vector<Form> forms(streams, Form::kAsBefore);
  const std::size_t known = before.streams();
  std::size_t lines = before.lines.size() + (streams > known ? streams - known : 0);
  for (std::size_t stream = 0; stream < streams; ++stream) {
    const auto secure = line_of(before, stream, Part::kSecure);
    const auto plain = line_of(before, stream, Part::kPlain);
    if (secure && plain) {
      const bool open = before.lines[*secure].active && before.lines[*plain].active;
      const Form chosen = before.lines[*secure].active ? Form::kSecureLine : Form::kPlainLine;
      forms[stream] = open ? Form::kTwoLines : chosen;
    } else if (stream >= known && wants_two_lines(terms) && lines < max_lines) {
      forms[stream] = Form::kTwoLines;
      ++lines;
    }
  }
  return forms;
}

std::variant<FormedPlan, Reason> plan_offer(const Terms& terms, bool feedback, Form form) {
  const auto planned = [&](const Terms& formed) { return plan_offer(formed, feedback); };
  auto outcome = form == Form::kAsBefore    ? planned(terms)
                 : form == Form::kPlainLine ? planned(lowered_to_opportunistic(terms))
                                            : planned(raised_to_prefer(terms));
  const auto* plan = std::get_if<OfferPlan>(&outcome);
  if (plan == nullptr) return std::get<Reason>(outcome);
  const bool sdes = plan->sdes && protocol::is_sdes(plan->profile);
  if (form == Form::kTwoLines && sdes && policy_of(terms) != Policy::kRequire) return FormedPlan{*plan, form};
  // No keys for the secure line: what is left is offered as to everybody.
  if ((form == Form::kTwoLines || form == Form::kSecureLine) && !sdes) outcome = planned(terms);
  plan = std::get_if<OfferPlan>(&outcome);
  if (plan == nullptr) return std::get<Reason>(outcome);
  if (protocol::is_secure(plan->profile)) return FormedPlan{*plan, Form::kSecureLine};
  const bool keyed = form == Form::kPlainLine && (plan->sdes || plan->dtls);
  const OfferPlan keyless{plan->profile, false, false, Reason::kPeerDeclined};
  return FormedPlan{keyed ? keyless : *plan, Form::kPlainLine};
}

OfferPlan plan_taken(const OfferPlan& plan, const Layout& answered, std::size_t stream) {
  const auto line = line_of(answered, stream);
  const bool plain = line && answered.lines[*line].part == Part::kPlain;
  if (!plain || !protocol::is_secure(plan.profile)) return plan;
  return {protocol::plain_of(plan.profile), false, false, Reason::kPeerDeclined};
}

Layout layout_to_offer(const Layout& before, std::span<const Form> forms) {
  Layout layout = before;
  const std::size_t known = before.streams();
  // What the other side leaves out at the end (RFC 3264 §8 forbids that) is left out here too.
  while (!layout.lines.empty() && layout.lines.back().stream >= forms.size()) layout.lines.pop_back();
  for (std::size_t stream = 0; stream < forms.size(); ++stream) {
    if (stream >= known && forms[stream] == Form::kTwoLines) {
      layout.lines.push_back({stream, Part::kSecure, true, {}});
      layout.lines.push_back({stream, Part::kPlain, true, {}});
    } else if (stream >= known) {
      layout.lines.push_back({stream, Part::kWhole, true, {}});
    }
    if (forms[stream] == Form::kSecureLine) activate(layout, stream, Part::kSecure);
    if (forms[stream] == Form::kPlainLine) activate(layout, stream, Part::kPlain);
  }
  return layout;
}

std::string unfold(std::string_view text, Layout& layout) {
  const Sections sections(text);
  Assembly body(sections);
  for (LayoutLine& line : layout.lines) {
    const bool there = line.stream < sections.media().size();
    const std::string_view section = there ? sections.media()[line.stream] : std::string_view{};
    // Rejected by whoever it is, a line of two stays in its own profile.
    if (!there || !line.active || (line.part != Part::kWhole && is_rejected_section(section))) {
      body.add_rejected(line.media, section);
      continue;
    }
    const auto secure = line_of(layout, line.stream, Part::kSecure);
    const bool second = line.part == Part::kPlain && secure && layout.lines[*secure].active;
    if (second && !is_rtp_section(section)) {
      body.add_rejected(line.media, section);
    } else {
      line.media = second ? body.add_keyless(section) : body.add(section);
    }
  }
  return std::move(body).finish();
}

}  // namespace osrtp::negotiate
