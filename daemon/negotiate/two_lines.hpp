#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "negotiate/offerer.hpp"
#include "negotiate/terms.hpp"
#include "sdp/media.hpp"
#include "sdp/text.hpp"

/// One stream that a party has as two m-lines, RTP/SAVP with keys and RTP/AVP without: docs/negotiation.md, "Two lines
/// for one stream". Everything else in this folder and in call/ knows streams only, one m-line for each. What a party
/// says is folded into that form, and what it is told unfolded into its own. Between the two nothing is lost: unfolding
/// what was folded has the party's m-lines in number and order, and every line of an active one octet for octet.
namespace osrtp::negotiate {

/// What an m-line is to its stream.
enum class Part : std::uint8_t {
  kWhole,   // its only one
  kSecure,  // the one of two with keys
  kPlain,   // the other
};

/// One m-line of a party.
struct LayoutLine {
  std::size_t stream = 0;
  Part part = Part::kWhole;
  bool active = true;  // false: port 0, for the other of the two runs. Both are while none has been chosen
  std::string media;   // what its m= line said last, for when it has port 0
};

/// A party's m-lines in its own order. Streams are numbered without a gap. Empty: nothing has been said yet.
struct Layout {
  std::vector<LayoutLine> lines;

  [[nodiscard]] std::size_t streams() const;
  /// Each m-line is its own stream, in order: there is nothing to fold.
  [[nodiscard]] bool is_one_to_one() const;
};

/// Of the m-lines of a party the nth that is `stream`'s and active; with none the first of its own.
[[nodiscard]] std::optional<std::size_t> line_of(const Layout& layout, std::size_t stream);
[[nodiscard]] std::optional<std::size_t> line_of(const Layout& layout, std::size_t stream, Part part);

struct FoldedOffer {
  std::optional<std::string> body;                          // one m-line for each stream; nothing: as it came
  Layout layout;                                            // with the line of each two that we take as the active one
  std::vector<std::optional<protocol::Reason>> kept_plain;  // by stream: why the secure one of two was not taken
};

/// Finds the pairs and chooses in each, the secure line wherever the terms allow it.
/// Two lines are a pair if they are of one kind, one RTP/SAVP(F) with a=crypto, one RTP/AVP(F) without keys, the
/// formats of one among the other's, and neither mid, label, content nor address tell them apart. What was a pair
/// `before` (in this dialog) stays one, whatever has port 0 by now, until both are live and have keys or are of
/// different kinds.
/// @param histories by stream; one that is missing is new
[[nodiscard]] FoldedOffer fold_offer(const sdp::Text& text, const std::vector<sdp::Media>& media, const Layout& before,
                                     const Terms& terms, std::span<const History> histories);

struct FoldedAnswer {
  std::optional<std::string> body;  // as in FoldedOffer
  Layout layout;                    // with the line taken as the active one
  std::vector<std::size_t> both;    // streams of which both lines were accepted: the secure one is taken
};

/// @param offered the layout of what is answered
/// @param streams how many there were in the offer; what the layout has beyond them is left out
/// @return nothing: another number of m-lines. Tolerated is one m-line for each stream.
[[nodiscard]] std::optional<FoldedAnswer> fold_answer(const sdp::Text& text, const std::vector<sdp::Media>& media,
                                                      const Layout& offered, std::size_t streams);

/// What a stream is to be in an offer.
enum class Form : std::uint8_t {
  kAsBefore,    // as it was; one line where it is new
  kTwoLines,    // both of two, for the receiver to choose
  kSecureLine,  // the secure one of two, the other with port 0
  kPlainLine,   // the reverse
};

/// By stream, for the receiver of an offer that has `streams`. A stream that it has in one line stays in one.
/// @param max_lines how many m-lines there may be: beyond that new streams have one line
[[nodiscard]] std::vector<Form> forms_to_offer(const Layout& before, std::size_t streams, const Terms& terms,
                                               std::size_t max_lines);

struct FormedPlan {
  OfferPlan plan;
  Form form;  // what the plan allows of the one that was asked for
};
/// plan_offer() for a stream of this form. Two lines are one secure offer that may be declined; where there are no SDES
/// keys to offer, or `require` would not take the other line, it is one line. The plain one of two has no keys.
[[nodiscard]] std::variant<FormedPlan, protocol::Reason> plan_offer(const Terms& terms, bool feedback, Form form);
/// What was offered in the line that an answer with this layout has taken.
[[nodiscard]] OfferPlan plan_taken(const OfferPlan& plan, const Layout& answered, std::size_t stream);

/// @param forms by stream, as planned
[[nodiscard]] Layout layout_to_offer(const Layout& before, std::span<const Form> forms);

/// The m-lines of `body`, one for each stream, as the party has them: of two lines the active one, the other with port
/// 0, and where both are, the second without keys. `layout` takes note of their m= lines.
[[nodiscard]] std::string unfold(std::string_view body, Layout& layout);

}  // namespace osrtp::negotiate
