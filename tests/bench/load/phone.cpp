#include "bench/load/phone.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "bench/load/die.hpp"
#include "bench/load/wire.hpp"
#include "io/entropy.hpp"
#include "sdp/fingerprint.hpp"

namespace osrtp::bench {
namespace {

sockaddr_in address_of(std::uint32_t address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(address);
  result.sin_port = htons(port);
  return result;
}

std::uint32_t number_of(const IpAddress& address) {
  const auto& octets = address.octets();
  return std::uint32_t{octets[0]} << 24U | std::uint32_t{octets[1]} << 16U | std::uint32_t{octets[2]} << 8U | octets[3];
}

std::string text_of(std::uint32_t address) {
  return std::to_string(address >> 24U) + '.' + std::to_string(address >> 16U & 0xffU) + '.' +
         std::to_string(address >> 8U & 0xffU) + '.' + std::to_string(address & 0xffU);
}

constexpr std::string_view profile_of(Protection protection) {
  switch (protection) {
    case Protection::kPlain:
      return "RTP/AVP";
    case Protection::kSdes:
      return "RTP/SAVP";
    case Protection::kDtls:
      return "UDP/TLS/RTP/SAVP";
  }
  return {};
}

srtp::Context context_of(srtp::Direction direction, const srtp::Key& key) {
  auto context = srtp::Context::create(direction, key);
  if (!context) die("an SRTP context");
  return *std::move(context);
}

}  // namespace

Phone::Phone(std::uint32_t number, std::uint16_t port, Protection protection, Suite suite, const Identity* identity)
    : number_(number), port_(port), protection_(protection), suite_(suite), identity_(identity) {}

void Phone::make_key() {
  std::array<std::uint8_t, Secret::kCapacity> octets{};
  const ByteSpan master = ByteSpan(octets).first(facts(suite_).master_size());
  io::random_octets(master);
  ours_ = srtp::Key{.suite = suite_, .master = *Secret::from(master)};
}

std::string Phone::keying_lines() {
  switch (protection_) {
    case Protection::kPlain:
      return {};
    case Protection::kSdes: {
      make_key();
      sdp::CryptoAttribute crypto;
      crypto.tag = crypto_tag_;
      crypto.suite = suite_;
      crypto.keys.push_back({ours_->master.clone(), {}, {}});
      return sdp::format_crypto(crypto) + "\r\n";
    }
    case Protection::kDtls:
      return "a=rtcp-mux\r\na=setup:active\r\n" +
             sdp::format_fingerprint((*identity_)->fingerprint(HashFunction::kSha256)) + "\r\n";
  }
  return {};
}

std::string Phone::sdp() {
  const std::string address = text_of(kFirstAddress + number_);
  std::string text = "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio ";
  text += std::to_string(port_);
  text += ' ';
  text += profile_of(protection_);
  text += " 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";
  return text + keying_lines();
}

bool Phone::accept(std::string_view sdp) {
  auto remote = Remote::parse(sdp);
  if (!remote) return false;
  relay_ = address_of(number_of(remote->media.address), remote->media.port.number());
  switch (protection_) {
    case Protection::kPlain:
      return true;
    case Protection::kSdes: {
      const auto crypto = std::ranges::find(remote->cryptos, suite_, &sdp::CryptoAttribute::suite);
      if (crypto == remote->cryptos.end()) return false;
      crypto_tag_ = crypto->tag;
      theirs_ = srtp::Key{.suite = suite_, .master = std::move(crypto->keys[0].key_salt)};
      return true;
    }
    case Protection::kDtls:
      if (!remote->fingerprint) return false;
      fingerprint_ = *std::move(remote->fingerprint);
      return true;
  }
  return false;
}

bool Phone::hears_key_of(const Phone& peer) const {
  return theirs_ && peer.ours_ && theirs_->master.equals(peer.ours_->master);
}

void Phone::join(Phone& peer, std::uint16_t port) {
  relay_ = address_of(kFirstAddress + peer.number_, port);
  peer.relay_ = address_of(kFirstAddress + number_, port);
  if (protection_ == Protection::kPlain) return;
  peer.protection_ = protection_;
  peer.suite_ = suite_;
  make_key();
  peer.make_key();
  theirs_ = peer.ours_->clone();
  peer.theirs_ = ours_->clone();
}

void Phone::start_handshake(TimePoint now) {
  association_ = dtls::Association::create(
      {.identity = *identity_, .role = dtls::Role::kActive, .profiles = {suite_}, .peer = {fingerprint_}}, now);
  if (!association_) die("a DTLS association");
}

void Phone::handle_dtls(ByteView datagram, TimePoint now) {
  if (!association_) return;
  association_->handle(datagram, now);
  take_keys();
}

void Phone::handle_timeout(TimePoint now) {
  if (!association_) return;
  const auto due = association_->next_timeout();
  if (due && *due <= now) association_->handle_timeout(now);
}

std::vector<std::vector<std::uint8_t>> Phone::take_output() {
  return association_ ? association_->take_output() : std::vector<std::vector<std::uint8_t>>{};
}

bool Phone::has_failed() const {
  return association_ && std::holds_alternative<dtls::Association::Failed>(association_->state());
}

void Phone::take_keys() {
  auto keys = association_->take_keys();
  if (!keys) return;
  ours_ = srtp::Key{.suite = keys->suite, .master = std::move(keys->ours)};
  theirs_ = srtp::Key{.suite = keys->suite, .master = std::move(keys->theirs)};
}

void Phone::open_media() {
  if (protection_ == Protection::kPlain) return;
  out_ = context_of(srtp::Direction::kOutbound, *ours_);
  in_ = context_of(srtp::Direction::kInbound, *theirs_);
}

std::size_t Phone::seal(ByteSpan slot) {
  if (!out_) return kPacketSize;
  const auto sealed = out_->protect_rtp(slot, kPacketSize);
  if (!sealed) die("a packet cannot be protected");
  return sealed->size();
}

std::optional<ByteSpan> Phone::open(ByteSpan packet) {
  if (!in_) return packet;
  const auto plain = in_->unprotect_rtp(packet);
  return plain ? std::optional(*plain) : std::nullopt;
}

}  // namespace osrtp::bench
