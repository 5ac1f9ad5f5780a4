#include "negotiate/render.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "negotiate/crossing.hpp"
#include "protocol/policy.hpp"
#include "sdp/edits.hpp"
#include "sdp/media_line.hpp"
#include "sdp/words.hpp"

namespace osrtp::negotiate {
namespace {

std::string address_type(const IpAddress& address) { return address.family() == Family::kIpv4 ? "IP4 " : "IP6 "; }

std::string connection_line(const IpAddress& address) { return "c=IN " + address_type(address) + address.to_string(); }

/// Phones that write a=rtcp-fb under RTP/AVP, and mean it, are left to it: only a profile that we change takes it away.
bool has_feedback(std::string_view proto) { return protocol::has_feedback(protocol::profile_named(proto)); }

bool is_rtp(std::string_view proto) { return protocol::is_rtp(protocol::profile_named(proto)); }

/// More fingerprints of a session than anybody has; copies for each line would multiply an SDP made of them.
constexpr std::size_t kMaxCopies = 8;

/// A held stream says so by its address (RFC 3264 §8.4); the other side must see that too. Not so with ICE, where
/// the address is only a default, and nowhere means that no candidate is known yet (RFC 8840 §4.1.1).
bool is_nowhere(std::string_view connection) {
  return connection.starts_with("IN IP4 0.0.0.0") || connection == "IN IP6 ::";
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space != 0) found.push_back(text.substr(0, space));
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return found;
}

class Renderer {
 public:
  Renderer(const sdp::Text& text, const std::vector<Section>& sections, const Disguise& disguise)
      : text_(text), sections_(sections), disguise_(disguise) {}

  std::string run() {
    session();
    for (std::size_t n = 0; n < sections_.size(); ++n) {
      std::visit(Overloaded{[&](const LeaveAlone&) { leave_alone(n); },
                            [&](const RejectLine& rejected) { reject(n, rejected); },
                            [&](const OurLine& ours) { rewrite(n, ours); }},
                 sections_[n]);
    }
    return edits_.apply(text_);
  }

 private:
  IpAddress shown(const Endpoint& endpoint) const { return disguise_.media_address.value_or(endpoint.address); }

  std::optional<IpAddress> our_address() const {
    for (const Section& section : sections_) {
      if (const auto* ours = std::get_if<OurLine>(&section)) return shown(ours->rtp);
    }
    for (const Section& section : sections_) {
      const auto* rejected = std::get_if<RejectLine>(&section);
      if (rejected != nullptr && rejected->address) return disguise_.media_address.value_or(*rejected->address);
    }
    return std::nullopt;
  }

  bool is_ours(std::size_t n) const { return std::holds_alternative<OurLine>(sections_[n]); }

  bool any_ice_of_ours() const {
    return std::any_of(sections_.begin(), sections_.end(), [](const Section& section) {
      const auto* ours = std::get_if<OurLine>(&section);
      return ours != nullptr && ours->ice;
    });
  }

  bool says_ice(std::pair<std::size_t, std::size_t> lines) const {
    for (std::size_t i = lines.first; i < lines.second; ++i) {
      if (text_.line(i).type == 'a' && text_.line(i).attribute() == "ice-ufrag") return true;
    }
    return false;
  }

  void session() {
    const auto ours = our_address();
    const auto [first, last] = text_.session();
    session_ice_ = says_ice(text_.session());
    bool any_ice = session_ice_;
    for (std::size_t n = 0; n < sections_.size(); ++n) any_ice = any_ice || (is_ours(n) && says_ice(text_.media(n)));
    for (std::size_t i = first; i < last; ++i) {
      const sdp::Line line = text_.line(i);
      if (is_leg_only(line)) edits_.remove(i);
      if (line.type == 'c' && ours && (any_ice || !is_nowhere(line.value))) {
        session_connection_ = std::string(line.value);
        edits_.replace(i, connection_line(*ours));
      }
      if (line.type == 'o' && ours && disguise_.origin) replace_origin(i, *ours);
    }
    if (!any_ice_of_ours()) return;
    edits_.insert_after(last - 1, "a=ice-lite");
    // Nomination as RFC 8445 has it, and not RFC 5245's aggressive kind, is what ice2 asks of the peer (RFC 8445 §10).
    edits_.insert_after(last - 1, "a=ice-options:ice2");
  }

  void replace_origin(std::size_t number, const IpAddress& ours) {
    const auto fields = words(text_.line(number).value);
    if (fields.size() != 6) return;
    std::string line = "o=";
    for (std::size_t i = 0; i < 4; ++i) line += std::string(fields[i]) + " ";
    edits_.replace(number, line + address_type(ours) + ours.to_string());
  }

  /// The session's c= now is ours: a section that leans on it and is not ours gets the old one.
  void leave_alone(std::size_t n) {
    const auto [first, last] = text_.media(n);
    bool own_connection = false;
    for (std::size_t i = first; i < last; ++i) {
      own_connection = own_connection || text_.line(i).type == 'c';
      if (is_key(text_.line(i))) edits_.remove(i);
    }
    keep_session_dtls(n, words(text_.line(first).value)[2]);
    if (session_connection_.empty() || own_connection) return;
    edits_.insert_after(last_before_attributes(first, last), "c=" + session_connection_);
  }

  /// What the session says of DTLS goes, since it is of the lines that we end. Whose ends do it themselves need it:
  /// there it stands on the line then, unless the line has its own.
  void keep_session_dtls(std::size_t n, std::string_view proto) {
    if (is_rtp(proto) || !runs_over_tls(proto)) return;
    const std::size_t last = text_.media(n).second;
    for (const std::string_view name : kDtlsAttributes) {
      if (!lines_named(text_.media(n), name).empty()) continue;
      for (const std::size_t i : lines_named(text_.session(), name))
        edits_.insert_after(last - 1, "a=" + std::string(text_.line(i).value));
    }
  }

  std::vector<std::size_t> lines_named(std::pair<std::size_t, std::size_t> lines, std::string_view name) const {
    std::vector<std::size_t> found;
    for (std::size_t i = lines.first; i < lines.second && found.size() < kMaxCopies; ++i) {
      const sdp::Line line = text_.line(i);
      if (line.type == 'a' && sdp::same_word(line.attribute(), name)) found.push_back(i);
    }
    return found;
  }

  void reject(std::size_t n, const RejectLine& rejected) {
    const auto [first, last] = text_.media(n);
    edits_.replace(first, sdp::media_line(text_.line(first).value, 0, rejected.proto));
    const auto ours = our_address();
    for (std::size_t i = first + 1; i < last; ++i) {
      const sdp::Line line = text_.line(i);
      // RTCP that nobody receives has no port.
      if (is_leg_only(line) || (line.type == 'a' && line.attribute() == "rtcp")) edits_.remove(i);
      if (line.type == 'c' && ours && !is_nowhere(line.value)) edits_.replace(i, connection_line(*ours));
    }
    if (!rejected.mid.empty()) edits_.insert_after(last - 1, "a=mid:" + rejected.mid);
  }

  /// What belongs to one leg only, but is for the ends where they do it through us.
  static bool passes(const sdp::Line& line, const OurLine& ours) {
    if (!is_rtp(ours.proto)) return is_dtls(line);
    return ours.zrtp_passes && line.type == 'a' && line.attribute() == "zrtp-hash";
  }

  void rewrite(std::size_t n, const OurLine& ours) {
    const auto [first, last] = text_.media(n);
    edits_.replace(first, sdp::media_line(text_.line(first).value, ours.rtp.port.number(), ours.proto));
    rewrite_connection(n, ours);
    const bool loses_feedback = has_feedback(words(text_.line(first).value)[2]) && !has_feedback(ours.proto);
    bool mux_there = false;
    bool rtcp_there = false;
    for (std::size_t i = first + 1; i < last; ++i) {
      const sdp::Line line = text_.line(i);
      if ((is_leg_only(line) && !passes(line, ours)) || (loses_feedback && needs_feedback(line))) edits_.remove(i);
      if (line.type != 'a') continue;
      if (line.attribute() == "rtcp") rewrite_rtcp(i, ours, rtcp_there);
      if (line.attribute() == "rtcp-mux") {
        if (!ours.rtcp_mux || mux_there) edits_.remove(i);
        mux_there = true;
      }
    }
    keep_session_dtls(n, ours.proto);
    // Behind the last line, so that nothing the sender ordered is torn apart.
    const auto add = [&, at = last - 1](std::string line) { edits_.insert_after(at, std::move(line)); };
    if (ours.rtcp_mux && !mux_there) add("a=rtcp-mux");
    if (!ours.mid.empty()) add("a=mid:" + ours.mid);
    for (const auto& line : ours.crypto) add(sdp::format_crypto(line));
    if (ours.dtls) add_dtls(*ours.dtls, add);
    if (ours.ice) add_ice(*ours.ice, add);
  }

  static void add_dtls(const DtlsLines& dtls, const auto& add) {
    add(sdp::format_fingerprint(dtls.fingerprint));
    add("a=setup:" + std::string(name(dtls.setup)));
    if (!dtls.tls_id.empty()) add("a=tls-id:" + dtls.tls_id);
  }

  static void add_ice(const IceLines& ice, const auto& add) {
    add("a=ice-ufrag:" + ice.ufrag);
    add("a=ice-pwd:" + ice.password);
    std::vector<IpAddress> seen;
    for (const sdp::Candidate& candidate : ice.candidates) {
      const auto known = std::find(seen.begin(), seen.end(), candidate.endpoint.address);
      const auto foundation = static_cast<std::size_t>(known - seen.begin()) + 1;
      if (known == seen.end()) seen.push_back(candidate.endpoint.address);
      add(sdp::format_candidate(candidate, std::to_string(foundation)));
    }
  }

  /// A section without a c= of its own leans on the session's, which names the first line's address: another
  /// one, of the other family for instance, needs a line of its own.
  void rewrite_connection(std::size_t n, const OurLine& ours) {
    const auto [first, last] = text_.media(n);
    const bool ice = session_ice_ || says_ice({first, last});
    bool own = false;
    for (std::size_t i = first + 1; i < last; ++i) {
      const sdp::Line line = text_.line(i);
      if (line.type != 'c') continue;
      own = true;
      if (ice || !is_nowhere(line.value)) edits_.replace(i, connection_line(shown(ours.rtp)));
    }
    if (own || session_connection_.empty() || our_address() == shown(ours.rtp)) return;
    edits_.insert_after(last_before_attributes(first, last), connection_line(shown(ours.rtp)));
  }

  /// Only where the sender had a=rtcp: port + 1 needs no saying (RFC 3605 §2.1).
  void rewrite_rtcp(std::size_t number, const OurLine& ours, bool& there) {
    if (there || !ours.rtcp_separate) {
      edits_.remove(number);
      return;
    }
    there = true;
    edits_.replace(number, "a=rtcp:" + std::to_string(ours.rtcp.port.number()));
  }

  /// i= and c= come before b=, k= and a= (RFC 8866 §5).
  std::size_t last_before_attributes(std::size_t first, std::size_t last) const {
    std::size_t i = first;
    while (i + 1 < last && text_.line(i + 1).type == 'i') ++i;
    return i;
  }

  const sdp::Text& text_;
  const std::vector<Section>& sections_;
  const Disguise& disguise_;
  sdp::Edits edits_;
  std::string session_connection_;  // what stood there; empty: none, or a hold, and then it still does
  bool session_ice_ = false;
};

}  // namespace

std::string render(const sdp::Text& text, const std::vector<Section>& sections, const Disguise& disguise) {
  return Renderer(text, sections, disguise).run();
}

}  // namespace osrtp::negotiate
