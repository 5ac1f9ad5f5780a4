#include "sdp/media.hpp"

#include <algorithm>
#include <utility>

#include "sdp/words.hpp"

namespace osrtp::sdp {
namespace {

constexpr std::string_view kSpace = " ";

std::optional<Direction> direction_named(std::string_view attribute) noexcept {
  if (attribute == "sendrecv") return Direction::kSendRecv;
  if (attribute == "sendonly") return Direction::kSendOnly;
  if (attribute == "recvonly") return Direction::kRecvOnly;
  if (attribute == "inactive") return Direction::kInactive;
  return std::nullopt;
}

Carriage carriage_of(std::string_view proto, protocol::Profile profile) noexcept {
  if (protocol::is_rtp(profile)) return Carriage::kRtp;
  const bool over_udp = same_word(proto, "udptl") || same_word(proto, "udp") || same_word(proto.substr(0, 4), "UDP/");
  return over_udp ? Carriage::kUdp : Carriage::kOther;
}

/// "audio 49170[/2] RTP/AVP 0 8" (RFC 8866 §5.14).
std::optional<ReadError> read_media_line(std::string_view value, Media& media) {
  std::string_view rest = value;
  media.kind = next_word(rest, kSpace);
  std::string_view port = next_word(rest, kSpace);
  media.proto = next_word(rest, kSpace);
  if (media.proto.empty()) return ReadError::kBadMediaLine;
  if (const auto slash = port.find('/'); slash != std::string_view::npos) {
    if (!positive<std::uint32_t>(port.substr(slash + 1))) return ReadError::kBadMediaLine;
    port = port.substr(0, slash);
  }
  const auto port_number = number<std::uint16_t>(port);
  if (!port_number) return ReadError::kBadMediaLine;
  media.port = Port::from(*port_number);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  media.formats = rest;
  media.profile = protocol::profile_named(media.proto);
  media.carriage = carriage_of(media.proto, media.profile);
  return std::nullopt;
}

/// "IN IP4 224.2.1.1/127/3" (RFC 8866 §5.7), of which the address counts. Nothing inside: a host name, which
/// nobody looks up on a loop that carries media, or no Internet address.
Result<std::optional<IpAddress>, ReadError> read_address(std::string_view rest, ReadError error) {
  const std::string_view net = next_word(rest, kSpace);
  const std::string_view type = next_word(rest, kSpace);
  const std::string_view address = next_word(rest, kSpace);
  if (address.empty()) return fail(error);
  if (!same_word(net, "IN") || (!same_word(type, "IP4") && !same_word(type, "IP6"))) return std::optional<IpAddress>{};
  return IpAddress::parse(address.substr(0, address.find('/')));
}

/// "53020 [IN IP4 126.16.64.4]" (RFC 3605 §2.1). Port 0 says nothing.
std::optional<ReadError> read_rtcp(std::string_view rest, Media& media) {
  const auto port = number<std::uint16_t>(next_word(rest, kSpace));
  if (!port) return ReadError::kBadRtcp;
  media.rtcp_port = Port::from(*port);
  if (rest.find_first_not_of(' ') == std::string_view::npos) return std::nullopt;
  const auto address = read_address(rest, ReadError::kBadRtcp);
  if (!address) return address.error();
  media.rtcp_address = *address;
  return std::nullopt;
}

void read_crypto(std::string_view value, Media& media) {
  auto attribute = parse_crypto(value);
  if (!attribute) {
    media.bad_crypto.push_back(attribute.error());
    return;
  }
  // An answer names its line by tag: with two of a kind only the first can be meant (SDES-1).
  const auto same_tag = [&](const CryptoAttribute& other) { return other.tag == attribute->tag; };
  if (std::any_of(media.crypto.begin(), media.crypto.end(), same_tag)) {
    media.bad_crypto.push_back(CryptoError::kBadTag);
    return;
  }
  media.crypto.push_back(*std::move(attribute));
}

/// Behind all crypto lines, for nothing says which comes first. Of each SSRC the first line counts.
void read_stream_positions(std::string_view value, Media& media) {
  const auto said = parse_srtp_context(value);
  if (!said) return;
  for (CryptoAttribute& line : media.crypto) {
    if (line.tag != said->tag) continue;
    for (const StreamPosition& stream : said->streams) {
      const auto same = [&](const StreamPosition& other) { return other.ssrc == stream.ssrc; };
      const bool known = std::any_of(line.streams.begin(), line.streams.end(), same);
      if (!known && line.streams.size() < kMaxStreamPositions) line.streams.push_back(stream);
    }
  }
}

/// What a session part and an m-section both can say. Of each thing the first counts.
struct Common {
  std::optional<std::string_view> connection;
  std::optional<Direction> direction;
  std::optional<std::string_view> setup;
  std::optional<std::string_view> ufrag;
  std::optional<std::string_view> password;
  bool ice_lite = false;  // of the session only (RFC 8839 §5.3)
  std::vector<Fingerprint> fingerprints;
  std::vector<FingerprintError> bad_fingerprints;

  void read(const Line& line) {
    if (line.type == 'c' && !connection) connection = line.value;
    if (line.type != 'a') return;
    const std::string_view attribute = line.attribute();
    if (!direction) direction = direction_named(attribute);
    if (attribute == "setup" && !setup) setup = line.attribute_value();
    if (attribute == "ice-ufrag" && !ufrag) ufrag = line.attribute_value();
    if (attribute == "ice-pwd" && !password) password = line.attribute_value();
    ice_lite = ice_lite || attribute == "ice-lite";
    if (attribute == "fingerprint") read_fingerprint(line.attribute_value());
  }

  [[nodiscard]] bool has_fingerprint() const { return !fingerprints.empty() || !bad_fingerprints.empty(); }

 private:
  void read_fingerprint(std::string_view value) {
    auto fingerprint = parse_fingerprint(value);
    if (fingerprint) {
      fingerprints.push_back(*std::move(fingerprint));
    } else {
      bad_fingerprints.push_back(fingerprint.error());
    }
  }
};

Common read_session(const Text& text) {
  Common session;
  const auto [first, last] = text.session();
  for (std::size_t i = first; i < last; ++i) session.read(text.line(i));
  return session;
}

std::vector<Candidate> read_candidates(const Text& text, std::size_t n) {
  std::vector<Candidate> candidates;
  const auto [first, last] = text.media(n);
  for (std::size_t i = first; i < last && candidates.size() < kMaxCandidates; ++i) {
    const Line line = text.line(i);
    if (line.type != 'a' || line.attribute() != "candidate") continue;
    if (const auto candidate = parse_candidate(line.attribute_value())) candidates.push_back(*candidate);
  }
  return candidates;
}

/// Each of the two may stand at either level, the section's before the session's (RFC 8839 §5.4).
std::optional<Ice> read_ice(const Text& text, std::size_t n, const Common& session, const Common& own) {
  const std::string_view ufrag = own.ufrag ? *own.ufrag : session.ufrag.value_or("");
  const std::string_view password = own.password ? *own.password : session.password.value_or("");
  if (!is_ufrag(ufrag) || !is_ice_password(password)) return std::nullopt;
  return Ice{ufrag, password, session.ice_lite, read_candidates(text, n)};
}

void read_dtls(Common& session, Common& own, Media& media) {
  Common& heard = own.has_fingerprint() ? own : session;
  media.fingerprints = std::move(heard.fingerprints);
  media.bad_fingerprints = std::move(heard.bad_fingerprints);
  if (const auto setup = own.setup ? own.setup : session.setup) media.setup = parse_setup(*setup);
}

std::optional<ReadError> read_attribute(const Line& line, Media& media) {
  const std::string_view attribute = line.attribute();
  if (attribute == "crypto") read_crypto(line.attribute_value(), media);
  if (attribute == "rtcp-mux") media.rtcp_mux = true;
  if (attribute == "zrtp-hash") media.zrtp_hash = true;
  if (attribute == "bundle-only") media.bundle_only = true;
  if (attribute == "mid" && media.mid.empty()) media.mid = line.attribute_value();
  if (attribute == "tls-id" && !media.tls_id) media.tls_id = parse_tls_id(line.attribute_value());
  if (attribute == "rtcp" && media.carriage == Carriage::kRtp) return read_rtcp(line.attribute_value(), media);
  return std::nullopt;
}

std::optional<Endpoint> reachable(const std::optional<IpAddress>& address, const std::optional<Port>& port) noexcept {
  if (!address || !port || address->is_unspecified()) return std::nullopt;
  return Endpoint{*address, *port};
}

}  // namespace

std::string_view describe(ReadError error) noexcept {
  switch (error) {
    case ReadError::kBadMediaLine:
      return "malformed m= line";
    case ReadError::kBadConnection:
      return "malformed c= line";
    case ReadError::kBadRtcp:
      return "malformed a=rtcp line";
  }
  return {};
}

std::optional<Endpoint> Media::rtp_endpoint() const { return reachable(connection, port); }

std::optional<Endpoint> Media::rtcp_endpoint() const {
  // Held is held: neither RTP nor RTCP is wanted (RFC 3264 §8.4).
  if (!port || (connection && connection->is_unspecified())) return std::nullopt;
  return reachable(rtcp_address ? rtcp_address : connection, rtcp_port ? rtcp_port : port->implied_rtcp());
}

Result<Media, ReadError> read_media(const Text& text, std::size_t n) {
  const auto [first, last] = text.media(n);
  Media media;
  if (const auto error = read_media_line(text.line(first).value, media)) return fail(*error);
  Common own;
  for (std::size_t i = first + 1; i < last; ++i) {
    const Line line = text.line(i);
    own.read(line);
    if (line.type != 'a') continue;
    if (const auto error = read_attribute(line, media)) return fail(*error);
  }
  for (std::size_t i = first + 1; i < last; ++i) {
    const Line line = text.line(i);
    if (line.type == 'a' && line.attribute() == "srtpctx") read_stream_positions(line.attribute_value(), media);
  }
  Common session = read_session(text);
  if (const auto connection = own.connection ? own.connection : session.connection) {
    const auto address = read_address(*connection, ReadError::kBadConnection);
    if (!address) return fail(address.error());
    media.connection = *address;
    if (!media.connection) media.host = connection->substr(connection->find_last_of(' ') + 1);
  }
  media.direction = own.direction.value_or(session.direction.value_or(Direction::kSendRecv));
  read_dtls(session, own, media);
  media.ice = read_ice(text, n, session, own);
  return media;
}

}  // namespace osrtp::sdp
