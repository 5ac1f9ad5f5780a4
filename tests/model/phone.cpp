#include "model/phone.hpp"

#include <algorithm>
#include <utility>

#include "model/chance.hpp"
#include "support/dtls_phone.hpp"

namespace osrtp::model {
namespace {

constexpr unsigned kFirstPort = 4000;
constexpr unsigned kPortsApart = 100;  // of one generation of ports and the next

std::string profile_of(Form form) {
  constexpr const char* kProfiles[] = {"RTP/AVP",           "RTP/AVP",  "RTP/AVP",  "RTP/AVP",           "RTP/SAVP",
                                       "UDP/TLS/RTP/SAVPF", "RTP/AVPF", "RTP/AVPF", "UDP/TLS/RTP/SAVPF", "RTP/SAVP"};
  return kProfiles[static_cast<std::size_t>(form)];
}

bool has_sdes(Form form) {
  return form == Form::kSdes || form == Form::kBoth || form == Form::kSavp || form == Form::kAvpfSdes ||
         form == Form::kSavpBoth;
}

bool has_dtls(Form form) {
  return form == Form::kDtls || form == Form::kBoth || form == Form::kUdpTls || form == Form::kSavpfDtls ||
         form == Form::kSavpBoth;
}

std::string reversed(const std::string& direction) {
  return direction == "sendonly" ? "recvonly" : direction == "recvonly" ? "sendonly" : direction;
}

bool sends(const std::string& direction) { return direction == "sendrecv" || direction == "sendonly"; }
bool hears(const std::string& direction) { return direction == "sendrecv" || direction == "recvonly"; }

std::string both(const std::string& one, const std::string& other) {
  const bool out = sends(one) && sends(other);
  const bool in = hears(one) && hears(other);
  return out && in ? "sendrecv" : out ? "sendonly" : in ? "recvonly" : "inactive";
}

bool is_plain_phone_line(const SdpLine& line) { return is_rtp_profile(line.proto); }

}  // namespace

Phone::Phone(unsigned host) : tag("tag-" + std::to_string(host)), host_(host) { grow(1); }

void Phone::add_line(const std::string& kind) {
  grow(next_.size() + 1);
  next_.back().kind = kind;
  next_.back().form = next_.front().form;
  next_.back().mux = next_.front().mux;
  next_.back().moves = next_.front().moves;
  // Lines of one kind with the same formats may be two forms of one stream.
  next_.back().formats = kind == "video" ? std::to_string(95 + next_.size()) : "0 101";
}

std::string Phone::address(const Wish& wish) const {
  if (wish.moves == 0) return "198.51.100." + std::to_string(host_);
  return "203.0.113." + std::to_string(10 * (host_ % 10) + wish.moves % 10);
}

void Phone::grow(std::size_t count) {
  while (next_.size() < count) {
    Wish wish;
    wish.port = kFirstPort + 2 * static_cast<unsigned>(next_.size());
    next_.push_back(wish);
  }
  runs_.resize(std::max(runs_.size(), count));
  while (sequence.size() < count) sequence.push_back(static_cast<std::uint16_t>(1000U * host_));
}

std::string Phone::fingerprint() {
  static const std::string text = [] {
    std::string out = "sha-256";
    char separator = ' ';
    for (const std::uint8_t octet : testing::phone_identity()->fingerprint(HashFunction::kSha256).digest) {
      out += separator;
      out += "0123456789ABCDEF"[octet >> 4U];
      out += "0123456789ABCDEF"[octet & 15U];
      separator = ':';
    }
    return out;
  }();
  return text;
}

const Run& Phone::run(std::size_t n) const {
  static const Run kNothing;
  return n < runs_.size() ? runs_[n] : kNothing;
}

SdpLine Phone::skeleton(std::size_t n) const {
  const Wish& wish = next_[n];
  SdpLine line;
  line.kind = wish.kind;
  line.formats = wish.formats;
  line.port = wish.in_use ? wish.port : 0;
  line.direction = wish.kind == "image" ? "sendrecv" : wish.direction;
  line.address = wish.is_nowhere ? "0.0.0.0" : address(wish);
  return line;
}

CryptoLine Phone::crypto(std::size_t n, const std::string& suite, const std::string& line_tag) {
  if (std::exchange(next_[n].sdes_spent, false)) ++next_[n].generation;
  Chance chance(std::uint64_t{host_} << 40U | n << 32U | next_[n].generation << 8U | master_size(suite));
  Octets key(master_size(suite));
  for (auto& octet : key) octet = chance.below(256);
  key[0] = static_cast<std::uint8_t>(suite.size() + suite.back());  // no two suites share a key
  keys_.insert(key);
  return {line_tag, suite, key};
}

void Phone::put_dtls(SdpLine& line, std::size_t n, const std::string& setup) {
  // A new association needs an address that the old one has not (RFC 8842 §3.1).
  if (std::exchange(next_[n].dtls_spent, false)) {
    ++next_[n].tls_generation;
    next_[n].port += kPortsApart;
    line.port = next_[n].port;
  }
  // Nobody shakes hands with a phone that is nowhere.
  if (runs_[n].mode != Mode::kDtls && std::exchange(next_[n].is_nowhere, false)) line.address = address(next_[n]);
  line.fingerprints = {fingerprint()};
  line.setup = setup;
  line.tls_id = "phone-" + std::to_string(host_) + "-" + std::to_string(n) + "-" +
                std::to_string(next_[n].tls_generation) + "-abcdefghijklmnop";
}

void Phone::put_form(SdpLine& line, std::size_t n) {
  const Form form = next_[n].form;
  line.proto = profile_of(form);
  line.mux = next_[n].mux;
  if (has_sdes(form)) {
    for (std::size_t s = 0; s < 3; ++s) {
      const auto& suite = kPhoneSuites[(s + host_) % std::size(kPhoneSuites)];
      line.crypto.push_back(crypto(n, suite.name, std::to_string(s + 1)));
    }
  }
  if (has_dtls(form)) put_dtls(line, n, "actpass");
}

Sdp Phone::offer() {
  std::vector<SdpLine> lines;
  for (std::size_t n = 0; n < next_.size(); ++n) {
    SdpLine line = skeleton(n);
    if (line.kind == "image") {
      line.proto = "udptl";
    } else {
      put_form(line, n);
    }
    lines.push_back(std::move(line));
  }
  return finish(std::move(lines));
}

Sdp Phone::answer(const Sdp& heard, const Manner& manner) {
  grow(heard.lines.size());
  // Who moves says where to: nobody knows the one that goes on being nowhere.
  for (Wish& wish : next_) wish.moves += manner.moves && !wish.is_nowhere ? 1 : 0;
  std::vector<SdpLine> lines;
  for (std::size_t n = 0; n < heard.lines.size(); ++n) {
    const SdpLine& theirs = heard.lines[n];
    Wish& wish = next_[n];
    const bool rejected = manner.mood == Mood::kReject || (n > 0 && (manner.rejected >> n & 1U) != 0);
    wish.kind = theirs.kind;
    wish.formats = theirs.formats;
    wish.in_use = theirs.port != 0 && !rejected;
    SdpLine line = skeleton(n);
    line.proto = theirs.proto;
    line.direction = both(line.direction, reversed(theirs.direction));
    line.mux = theirs.mux && manner.mux;
    if (line.port != 0 && is_plain_phone_line(theirs)) put_answer(line, n, theirs, manner);
    if (line.port == 0) wish.in_use = false;
    lines.push_back(std::move(line));
  }
  return finish(std::move(lines));
}

std::string Phone::answering_setup(std::size_t n) const {
  if (runs_[n].mode == Mode::kDtls) return runs_[n].dtls_client ? "active" : "passive";
  return host_ % 2 == 0 ? "active" : "passive";
}

void Phone::put_sdes(SdpLine& line, std::size_t n, const SdpLine& heard, const Manner& manner) {
  const Run& run = runs_[n];
  const bool has_one = next_[n].ran == Mode::kSdes;
  const bool rekeys = manner.new_keys && run.mode == Mode::kSdes;
  if (rekeys) ++next_[n].generation;
  if (rekeys) next_[n].goes_on = false;
  const CryptoLine* chosen = &heard.crypto[manner.suite % heard.crypto.size()];
  for (const CryptoLine& offered : heard.crypto) {
    if (has_one && !rekeys && offered.suite == run.suite) chosen = &offered;
  }
  line.crypto = {crypto(n, chosen->suite, chosen->tag)};
}

void Phone::put_good(SdpLine& line, std::size_t n, const SdpLine& heard, const Manner& manner) {
  const bool sdes = !heard.crypto.empty() && !is_dtls_profile(heard.proto);
  const bool dtls = !heard.fingerprints.empty();
  const bool likes_dtls = manner.mood == Mood::kGoodDtls || runs_[n].mode == Mode::kDtls;
  if (dtls && (likes_dtls || !sdes)) {
    put_dtls(line, n, answering_setup(n));
  } else if (sdes) {
    put_sdes(line, n, heard, manner);
  } else if (is_secure_profile(heard.proto)) {
    line.port = 0;
  }
}

void Phone::put_answer(SdpLine& line, std::size_t n, const SdpLine& heard, const Manner& manner) {
  const bool secure = is_secure_profile(heard.proto);
  const std::string end = has_feedback_profile(heard.proto) ? "F" : "";
  switch (manner.mood) {
    case Mood::kReject:
      return;
    case Mood::kDecline:
      if (secure) line.proto = "RTP/AVP" + end;
      return;
    case Mood::kWrongTag:
      if (heard.crypto.empty()) break;
      line.crypto = {crypto(n, "AES_CM_128_HMAC_SHA1_32", "77")};
      return;
    case Mood::kBothMethods:
      if (heard.crypto.empty() || heard.fingerprints.empty()) break;
      put_dtls(line, n, answering_setup(n));
      put_sdes(line, n, heard, manner);
      return;
    case Mood::kUnsolicited:
      if (!heard.crypto.empty() || secure) break;
      line.crypto = {crypto(n, kPhoneSuites[0].name, "1")};
      return;
    case Mood::kOtherProfile:
      if (heard.crypto.empty() || secure) break;
      put_sdes(line, n, heard, manner);
      line.proto = "RTP/SAVP" + end;
      return;
    case Mood::kNoKeysSavp:
      line.proto = "RTP/SAVP" + end;
      return;
    case Mood::kGood:
    case Mood::kGoodDtls:
      break;
  }
  put_good(line, n, heard, manner);
}

Sdp Phone::finish(std::vector<SdpLine> lines) {
  if (!last_.empty() && lines != last_) ++version_;
  last_ = lines;
  return {"phone " + std::to_string(host_), version_, std::move(lines)};
}

void Phone::settle(std::size_t n, Run run) {
  grow(n + 1);
  Wish& wish = next_[n];
  if (run.mode == Mode::kFailed) {
    runs_[n].mode = Mode::kFailed;
    return;
  }
  if (wish.ran == Mode::kSdes && run.mode != Mode::kSdes) wish.sdes_spent = true;
  if (wish.ran == Mode::kDtls && run.mode != Mode::kDtls) wish.dtls_spent = true;
  wish.ran = run.mode;
  runs_[n] = std::move(run);
}

Endpoint Phone::endpoint(std::size_t n, bool rtcp) const {
  const Wish& wish = n < now_.size() ? now_[n] : next_.at(n);
  const unsigned port = wish.port + (rtcp && !run(n).mux ? 1 : 0);
  return {*IpAddress::parse(address(wish)), *Port::from(port)};
}

Run run_between(const SdpLine& said, const SdpLine& heard, Mode mode) {
  Run run;
  run.mode = mode;
  run.relay_rtp = heard.port;
  run.mux = said.mux && heard.mux;
  run.relay_rtcp = run.mux ? heard.port : heard.rtcp_port != 0 ? heard.rtcp_port : heard.port + 1;
  run.may_send = sends(said.direction) && hears(heard.direction);
  run.is_nowhere = said.address == "0.0.0.0";
  return run;
}

}  // namespace osrtp::model
