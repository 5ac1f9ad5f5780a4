#include <algorithm>
#include <array>

#include "explain/explain.hpp"
#include "sdp/edits.hpp"
#include "sdp/media.hpp"

namespace osrtp::explain {

namespace {

enum class Phone : std::uint8_t { kSdes, kDtls, kPlain };
constexpr std::array<std::string_view, 3> kKinds{"with SRTP, keys in the SDP", "with DTLS-SRTP", "without SRTP"};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string own_key(const sdp::CryptoAttribute& offered, const Entropy& entropy) {
  std::vector<std::uint8_t> octets(facts(offered.suite).master_size());
  entropy(octets);
  sdp::CryptoAttribute line;
  line.tag = offered.tag;
  line.suite = offered.suite;
  line.keys.push_back({*Secret::from(octets), std::nullopt, {}});
  return sdp::format_crypto(line);
}

std::string own_fingerprint(const Entropy& entropy) {
  std::array<std::uint8_t, 32> octets{};
  entropy(octets);
  std::string text;
  for (const std::uint8_t octet : octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    text.append(text.empty() ? "" : ":").append({digits[octet >> 4U], digits[octet & 15U]});
  }
  return "a=fingerprint:sha-256 " + text;
}

/// What the phone writes in place of a line that is not kept; nothing: it leaves it out.
std::optional<std::string> answered(Phone phone, const sdp::Line& line, bool keyed, const Entropy& entropy) {
  const std::string_view name = line.attribute();
  if (name == "crypto" && phone == Phone::kSdes && !keyed) {
    const auto offered = sdp::parse_crypto(line.attribute_value());
    return offered ? std::optional(own_key(*offered, entropy)) : std::nullopt;
  }
  if (name == "fingerprint" && phone == Phone::kDtls) return own_fingerprint(entropy);
  if (name == "setup" && phone == Phone::kDtls) return "a=setup:active";
  return std::nullopt;
}

bool is_kept(const sdp::Line& line) {
  return line.type != 'a' ||
         !one_of(line.attribute(), {"crypto", "fingerprint", "setup", "tls-id", "candidate", "end-of-candidates"});
}

/// One m-line as the phone answers it: one way of keying, one key, and nothing of the others.
void answer_media(Phone phone, const sdp::Text& text, std::size_t n, const Entropy& entropy, sdp::Edits& edits) {
  const auto [first, last] = text.media(n);
  bool keyed = false;
  for (std::size_t i = first; i < last; ++i) {
    const sdp::Line line = text.line(i);
    if (is_kept(line)) continue;
    auto own = answered(phone, line, keyed, entropy);
    keyed = keyed || (own && line.attribute() == "crypto");
    if (own) {
      edits.replace(i, *std::move(own));
    } else {
      edits.remove(i);
    }
  }
}

/// It is not where the relay is, which sends nothing to itself.
void move(const sdp::Text& text, sdp::Edits& edits) {
  for (std::size_t i = 0; i < text.line_count(); ++i) {
    const sdp::Line line = text.line(i);
    if (line.type != 'c') continue;
    const bool six = line.value.find("IP6") != std::string_view::npos;
    edits.replace(i, six ? "c=IN IP6 2001:db8:1::1" : "c=IN IP4 198.51.100.1");
  }
}

bool can(Phone phone, const sdp::Media& media) {
  if (!media.port || media.carriage != sdp::Carriage::kRtp) return true;
  switch (phone) {
    case Phone::kSdes:
      return !media.crypto.empty() && !protocol::is_dtls(media.profile);
    case Phone::kDtls:
      return media.has_fingerprint();
    case Phone::kPlain:
      return !protocol::is_secure(media.profile);
  }
  return false;
}

}  // namespace

std::vector<UsualAnswer> usual_answers(std::string_view offered, const Entropy& entropy) {
  const auto text = sdp::Text::parse(offered);
  if (!text) return {};
  std::vector<UsualAnswer> answers;
  for (const Phone phone : {Phone::kSdes, Phone::kDtls, Phone::kPlain}) {
    bool able = true;
    sdp::Edits edits;
    move(*text, edits);
    for (std::size_t n = 0; n < text->media_count(); ++n) {
      const auto media = sdp::read_media(*text, n);
      able = able && media && can(phone, *media);
      answer_media(phone, *text, n, entropy, edits);
    }
    if (able) answers.push_back({kKinds[static_cast<std::size_t>(phone)], edits.apply(*text)});
  }
  return answers;
}

}  // namespace osrtp::explain
