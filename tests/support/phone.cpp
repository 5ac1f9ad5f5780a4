#include "support/phone.hpp"

#include <algorithm>

namespace osrtp::testing {
namespace {

const sdp::CryptoAttribute* of_suite(const sdp::Media& media, Suite suite) {
  for (const auto& line : media.crypto) {
    if (line.suite == suite) return &line;
  }
  return nullptr;
}

srtp::Context context(srtp::Direction direction, const sdp::CryptoAttribute& line) {
  const srtp::Key key{line.suite, line.keys.at(0).key_salt.clone(), line.keys.at(0).mki};
  auto made = srtp::Context::create(direction, key);
  return *std::move(made);
}

}  // namespace

sdp::Media first_media(const sdp::Text& text) {
  auto media = sdp::read_media(text, 0);
  return *std::move(media);
}

std::string Phone::sdp(const std::string& proto, const std::vector<std::string>& crypto, int port) const {
  const std::string address = "198.51.100." + std::to_string(host_);
  std::string body = "v=0\r\no=phone 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address +
                     "\r\nt=0 0\r\nm=audio " + std::to_string(port) + " " + proto + " 0 101\r\n" +
                     "a=rtpmap:0 PCMU/8000\r\n";
  for (const std::string& line : crypto) body += line + "\r\n";
  return body + "a=sendrecv\r\n";
}

std::string Phone::crypto(std::uint32_t tag, const std::string& suite) const {
  const Suite known = suite_named(suite).value_or(Suite::kAesCm128HmacSha1_80);
  std::vector<std::uint8_t> octets(facts(known).master_size(), static_cast<std::uint8_t>(host_ + 16));
  sdp::CryptoAttribute line;
  line.tag = tag;
  line.suite = known;
  line.suite_spelling = suite;
  line.keys.push_back({*Secret::from(octets), std::nullopt, {}});
  return sdp::format_crypto(line);
}

Endpoint Phone::rtp() const { return {*IpAddress::parse("198.51.100." + std::to_string(host_)), *Port::from(4000)}; }

void Phone::key(const std::string& sent, const std::string& got, const std::string& answer) {
  in_.reset();
  out_.reset();
  const auto sent_text = sdp::Text::parse(sent);
  const auto got_text = sdp::Text::parse(got);
  const auto answer_text = sdp::Text::parse(answer);
  const auto agreed = first_media(*answer_text);
  if (agreed.crypto.empty()) return;
  const Suite suite = agreed.crypto[0].suite;
  const auto ours = first_media(*sent_text);
  const auto theirs = first_media(*got_text);
  const auto* own = of_suite(ours, suite);
  const auto* peer = of_suite(theirs, suite);
  if (own == nullptr || peer == nullptr) return;
  out_ = context(srtp::Direction::kOutbound, *own);
  in_ = context(srtp::Direction::kInbound, *peer);
}

std::vector<std::uint8_t> Phone::clear(std::uint16_t sequence) const {
  std::vector<std::uint8_t> packet{
      0x80, 0x00, static_cast<std::uint8_t>(sequence >> 8U), static_cast<std::uint8_t>(sequence & 0xffU), 0, 0, 0, 1, 0,
      0,    0,    static_cast<std::uint8_t>(host_)};
  packet.resize(172, static_cast<std::uint8_t>(host_));
  return packet;
}

std::vector<std::uint8_t> Phone::packet(std::uint16_t sequence) {
  auto packet = clear(sequence);
  if (!out_) return packet;
  const std::size_t size = packet.size();
  packet.resize(size + out_->trailer_size());
  const auto sealed = out_->protect_rtp(packet, size);
  packet.resize(sealed ? sealed->size() : 0);
  return packet;
}

std::optional<std::vector<std::uint8_t>> Phone::open(std::vector<std::uint8_t> packet) {
  if (!in_) return packet;
  const auto plain = in_->unprotect_rtp(packet);
  if (!plain) return std::nullopt;
  return std::vector<std::uint8_t>(plain->begin(), plain->end());
}

}  // namespace osrtp::testing
