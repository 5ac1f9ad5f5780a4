#include "negotiate/render.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/result.hpp"
#include "sdp/edits.hpp"
#include "sdp/words.hpp"

namespace osrtp::negotiate {
namespace {

/// What belongs to one leg only. Keys of one leg on the other would be an exposure (OSRTP-16, DTLS-21);
/// capability lines offer what we have not agreed to (OSRTP-5); ICE, BUNDLE and other
/// addresses describe the sender's own sockets.
constexpr std::array<std::string_view, 30> kLegOnly{"crypto",
                                                    "cryptoscale",
                                                    "encryption",
                                                    "key-mgmt",
                                                    "srtpctx",
                                                    "fingerprint",
                                                    "setup",
                                                    "tls-id",
                                                    "dtls-id",
                                                    "connection",
                                                    "zrtp-hash",
                                                    "csup",
                                                    "creq",
                                                    "acap",
                                                    "tcap",
                                                    "pcfg",
                                                    "acfg",
                                                    "candidate",
                                                    "remote-candidates",
                                                    "ice-ufrag",
                                                    "ice-pwd",
                                                    "ice-options",
                                                    "ice-lite",
                                                    "ice-pacing",
                                                    "ice-mismatch",
                                                    "end-of-candidates",
                                                    "bundle-only",
                                                    "rtcp-mux-only",
                                                    "altc",
                                                    "source-filter"};

bool is_leg_only(const sdp::Line& line) {
  if (line.type == 'k') return true;
  if (line.type != 'a') return false;
  const auto attribute = line.attribute();
  // In any case: a key that its receiver would not read is exposed all the same.
  const auto named = [&](std::string_view name) { return sdp::same_word(name, attribute); };
  if (std::any_of(kLegOnly.begin(), kLegOnly.end(), named)) return true;
  return attribute == "group" && line.attribute_value().starts_with("BUNDLE");
}

/// A secret in clear. A line that we do not carry keeps what its own protocol needs, fingerprints for one, but not
/// these.
bool is_key(const sdp::Line& line) {
  if (line.type == 'k') return true;
  if (line.type != 'a') return false;
  const auto named = [&](std::string_view name) { return sdp::same_word(name, line.attribute()); };
  return named("crypto") || named("cryptoscale") || named("key-mgmt");
}

std::string address_type(const IpAddress& address) { return address.family() == Family::kIpv4 ? "IP4 " : "IP6 "; }

std::string connection_line(const IpAddress& address) { return "c=IN " + address_type(address) + address.to_string(); }

/// A held stream says so by its address (RFC 3264 §8.4); the other side must see that too.
bool is_hold(std::string_view connection) {
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

/// "audio 49170/2 RTP/AVP 0 8" with another port and proto; the formats stay as written.
std::string media_line(std::string_view value, std::uint16_t port, std::string_view proto) {
  const auto fields = words(value);
  std::string line = "m=" + std::string(fields[0]) + " " + std::to_string(port) + " ";
  line += proto.empty() ? fields[2] : proto;
  // Behind the proto's own end, so that odd spacing among the formats survives.
  const auto formats = static_cast<std::size_t>(fields[2].data() + fields[2].size() - value.data());
  return line + std::string(value.substr(formats));
}

class Renderer {
 public:
  Renderer(const sdp::Text& text, const std::vector<Section>& sections, const Disguise& disguise)
      : text_(text), sections_(sections), disguise_(disguise) {}

  std::string run() {
    session();
    for (std::size_t n = 0; n < sections_.size(); ++n) {
      std::visit(Overloaded{[&](const LeaveAlone&) { leave_alone(n); }, [&](const RejectLine&) { reject(n); },
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
    return std::nullopt;
  }

  void session() {
    const auto ours = our_address();
    const auto [first, last] = text_.session();
    for (std::size_t i = first; i < last; ++i) {
      const sdp::Line line = text_.line(i);
      if (is_leg_only(line)) edits_.remove(i);
      if (line.type == 'c' && ours && !is_hold(line.value)) {
        session_connection_ = std::string(line.value);
        edits_.replace(i, connection_line(*ours));
      }
      if (line.type == 'o' && ours && disguise_.origin) replace_origin(i, *ours);
    }
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
    if (session_connection_.empty() || own_connection) return;
    edits_.insert_after(last_before_attributes(first, last), "c=" + session_connection_);
  }

  void reject(std::size_t n) {
    const auto [first, last] = text_.media(n);
    edits_.replace(first, media_line(text_.line(first).value, 0, {}));
    for (std::size_t i = first + 1; i < last; ++i) {
      if (is_leg_only(text_.line(i))) edits_.remove(i);
    }
  }

  void rewrite(std::size_t n, const OurLine& ours) {
    const auto [first, last] = text_.media(n);
    edits_.replace(first, media_line(text_.line(first).value, ours.rtp.port.number(), ours.proto));
    bool mux_there = false;
    bool rtcp_there = false;
    for (std::size_t i = first + 1; i < last; ++i) {
      const sdp::Line line = text_.line(i);
      if (line.type == 'c' && !is_hold(line.value)) edits_.replace(i, connection_line(shown(ours.rtp)));
      if (is_leg_only(line)) edits_.remove(i);
      if (line.type != 'a') continue;
      if (line.attribute() == "rtcp") rewrite_rtcp(i, ours, rtcp_there);
      if (line.attribute() == "rtcp-mux") {
        if (!ours.rtcp_mux || mux_there) edits_.remove(i);
        mux_there = true;
      }
    }
    // Behind the last line, so that nothing the sender ordered is torn apart.
    if (ours.rtcp_mux && !mux_there) edits_.insert_after(last - 1, "a=rtcp-mux");
    for (const auto& line : ours.crypto) edits_.insert_after(last - 1, sdp::format_crypto(line));
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
  std::string session_connection_;
};

}  // namespace

std::string render(const sdp::Text& text, const std::vector<Section>& sections, const Disguise& disguise) {
  return Renderer(text, sections, disguise).run();
}

}  // namespace osrtp::negotiate
