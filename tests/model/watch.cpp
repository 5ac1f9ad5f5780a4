#include "model/watch.hpp"

#include "model/srtp_sender.hpp"
#include "support/dtls_phone.hpp"

namespace osrtp::model {

std::string relay_fingerprint() {
  static const std::string text = [] {
    std::string out = "sha-256";
    char separator = ' ';
    for (const std::uint8_t octet : testing::relay_identity()->fingerprint(HashFunction::kSha256).digest) {
      out += separator;
      out += "0123456789ABCDEF"[octet >> 4U];
      out += "0123456789ABCDEF"[octet & 15U];
      separator = ':';
    }
    return out;
  }();
  return text;
}

void Watch::said(const Sdp& sdp) {
  for (const SdpLine& line : sdp.lines) {
    for (const CryptoLine& crypto : line.crypto) phones_keys_.insert(crypto.key);
    if (!line.tls_id.empty()) phones_names_.insert(line.tls_id);
  }
}

std::string Watch::heard(const std::string& party, const std::string& dialog, const Sdp& sdp, const Sdp& source) {
  if (sdp.has_ice) return "ICE towards a phone without";
  std::string wrong = lines(sdp, source);
  for (std::size_t n = 0; wrong.empty() && n < sdp.lines.size(); ++n) {
    const SdpLine& line = sdp.lines[n];
    wrong = keys(party, n, line);
    if (wrong.empty()) wrong = names(line);
    if (wrong.empty() && line.port != 0) wrong = port(party, n, line);
  }
  if (wrong.empty()) wrong = version(dialog, sdp);
  return wrong.empty() ? wrong : wrong + ", in what " + party + " gets";
}

std::string Watch::lines(const Sdp& sdp, const Sdp& source) const {
  if (sdp.lines.size() != source.lines.size()) return "another number of m-lines";
  for (std::size_t n = 0; n < sdp.lines.size(); ++n) {
    if (sdp.lines[n].kind != source.lines[n].kind) return "m-lines in another order";
    if (sdp.lines[n].port != 0 && sdp.lines[n].formats != source.lines[n].formats) return "other formats";
    if (sdp.lines[n].port != 0 && sdp.lines[n].direction != source.lines[n].direction) return "another direction";
    const bool held = source.lines[n].address == "0.0.0.0";
    if (sdp.lines[n].port != 0 && held != (sdp.lines[n].address == "0.0.0.0")) return "another kind of hold";
  }
  return {};
}

std::string Watch::keys(const std::string& party, std::size_t n, const SdpLine& line) {
  const Place here{party, n};
  for (const CryptoLine& crypto : line.crypto) {
    if (crypto.key.size() != master_size(crypto.suite)) return "a key of the wrong length";
    if (phones_keys_.contains(crypto.key)) return "a key that a phone has made";
    if (owners_.emplace(crypto.key, here).first->second != here) return "a key of another leg or line";
    Octets& told = told_[{here, crypto.suite}];
    const auto running = running_.find(here);
    const bool runs = running != running_.end() && running->second == told;
    if (!told.empty() && told != crypto.key && (runs || !used_.contains(told))) {
      return "another key of ours, with no reason";
    }
    told = crypto.key;
  }
  return {};
}

std::string Watch::names(const SdpLine& line) const {
  for (const std::string& fingerprint : line.fingerprints) {
    if (fingerprint != relay_fingerprint()) return "a fingerprint that is not ours";
  }
  return phones_names_.contains(line.tls_id) ? "a tls-id that a phone has made" : "";
}

std::string Watch::port(const std::string& party, std::size_t n, const SdpLine& line) {
  const Place here{party, n};
  if (line.port % 2 != 0) return "an odd port for RTP";
  if (port_owners_.emplace(line.port, here).first->second != here) return "a port of another leg or line";
  return ports_.emplace(here, line.port).first->second == line.port ? "" : "another port than before";
}

/// RFC 3264 §8.
std::string Watch::version(const std::string& dialog, const Sdp& sdp) {
  const auto [known, is_first] = versions_.try_emplace(dialog, sdp.version, sdp.content);
  if (is_first) return {};
  auto& [version, content] = known->second;
  const std::uint64_t expected = version + (content == sdp.content ? 0 : 1);
  if (sdp.version != expected) {
    return "o= version " + std::to_string(sdp.version) + " where " + std::to_string(expected) + " is due";
  }
  known->second = {sdp.version, sdp.content};
  return {};
}

std::string Watch::offers(const SdpLine& line, const Wanted& wanted) {
  if (line.proto != wanted.proto) return "offers " + line.proto + " in place of " + wanted.proto;
  if (line.crypto.empty() == wanted.sdes) return wanted.sdes ? "offers no SDES" : "offers SDES";
  if (line.fingerprints.empty() == wanted.dtls) return wanted.dtls ? "offers no DTLS" : "offers DTLS";
  if (wanted.dtls && line.setup != "actpass") return "offers DTLS without a=setup:actpass";
  if (wanted.dtls && line.tls_id.size() < 20) return "offers DTLS without a tls-id";
  return {};
}

std::string Watch::answers(const SdpLine& line, const SdpLine& offer, Mode mode) {
  if (line.proto != offer.proto) return "answers with another profile";
  if (line.crypto.size() != (mode == Mode::kSdes ? 1 : 0)) return "answers with SDES lines that do not fit";
  if (line.fingerprints.size() != (mode == Mode::kDtls ? 1 : 0)) return "answers with fingerprints that do not fit";
  if (mode == Mode::kDtls && line.setup != "active" && line.setup != "passive") return "answers without a role";
  if (mode == Mode::kDtls && line.tls_id.empty() != offer.tls_id.empty()) return "answers without a tls-id";
  if (line.mux && !offer.mux) return "answers with a=rtcp-mux that was not offered";
  if (mode != Mode::kSdes) return {};
  for (const CryptoLine& crypto : offer.crypto) {
    if (crypto.tag == line.crypto[0].tag && crypto.suite == line.crypto[0].suite) return {};
  }
  return "answers with a tag and suite that were not offered";
}

void Watch::runs(const std::string& party, std::size_t n, const Octets& relay_key) {
  const Place here{party, n};
  running_.erase(here);
  if (relay_key.empty()) return;
  running_[here] = relay_key;
  used_.insert(relay_key);
}

void Watch::renews(const std::string& party, std::size_t n) { running_.erase({party, n}); }

std::string Watch::tags(const std::string& party, std::size_t n, const SdpLine& line) {
  for (const CryptoLine& crypto : line.crypto) {
    const auto& tag = tags_.try_emplace({{party, n}, crypto.suite}, crypto.tag).first->second;
    if (tag != crypto.tag) return "offers a suite under another tag than before";
  }
  return {};
}

}  // namespace osrtp::model
