#include "support/script_phone.hpp"

#include <array>
#include <optional>

#include "sdp/crypto.hpp"

namespace osrtp::testing {
namespace {

constexpr std::array<std::string_view, 8> kMedia{
    "audio 4000 RTP/AVP 0 101",       "audio 4000 RTP/SAVP 0", "audio 4000 RTP/AVPF 0",   "video 4000 RTP/SAVPF 97",
    "audio 4000 UDP/TLS/RTP/SAVPF 0", "image 4000 udptl t38",  "message 4000 TCP/MSRP *", "audio 0 RTP/AVP 0"};
constexpr std::array<std::string_view, 8> kConnections{"IP4 198.51.100.9",      "IP4 198.51.100.9", "IP4 0.0.0.0",
                                                       "IP4 224.2.1.1/127",     "IP4 192.0.2.10",   "IP6 2001:db8::9",
                                                       "IP6 ::ffff:192.0.2.10", "IP4 host.example"};
constexpr std::array<std::string_view, 16> kOddLines{"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=",
                                                     "a=crypto:0 NULL inline:AAAA",
                                                     "m=audio 4000 RTP/SAVP 0",
                                                     "m=audio 30000 RTP/AVP 0",
                                                     "c=IN IP4 255.255.255.255",
                                                     "a=rtcp:9 IN IP4 192.0.2.10",
                                                     "a=ice-ufrag:x",
                                                     "a=fingerprint:sha-256 00",
                                                     "a=setup:actpass",
                                                     "a=group:BUNDLE 0",
                                                     "a=zrtp-hash:1.10 00",
                                                     "a=key-mgmt:mikey AQAF",
                                                     "k=clear:x",
                                                     "a=inactive",
                                                     "a=tcap:1 RTP/SAVP",
                                                     ""};
constexpr std::array<std::string_view, 4> kDirections{"sendrecv", "sendonly", "recvonly", "inactive"};
constexpr std::size_t kLongestLine = 255;

/// Where the line that contains `at` begins.
std::size_t line_start(const std::string& text, std::size_t at) {
  const auto before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  return before == std::string::npos ? 0 : before + 1;
}

}  // namespace

std::string ScriptPhone::sdp(Script& script) {
  const std::uint8_t how = script.octet();
  std::string body;
  if (how >> 6U == 3) {
    body = script.text(script.number() % 2048U);
  } else {
    body = how >> 6U == 2 ? heard_ : proper(script);
  }
  for (unsigned n = how & 3U; n > 0 && !body.empty(); --n) mistake(script, body);
  return body;
}

/// One octet: how many m-lines (bits 0-1), the connection address (2-4), new keys (5).
std::string ScriptPhone::proper(Script& script) {
  const std::uint8_t how = script.octet();
  if ((how & 0x20U) != 0) ++generation_;
  std::string body = "v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN " + std::string(kConnections[how >> 2U & 7U]) +
                     "\r\nt=0 0\r\n";
  for (std::size_t n = 0; n <= (how & 3U); ++n) body += section(script, n);
  return body;
}

/// Two octets: kind (bits 0-2), mux (3), direction (4-5), own address (6); and a bit for each suite's key.
std::string ScriptPhone::section(Script& script, std::size_t n) {
  const std::uint8_t how = script.octet();
  const std::uint8_t suites = script.octet();
  std::string body = "m=" + std::string(kMedia[how & 7U]) + "\r\n";
  const auto port = body.find("4000");
  if (port != std::string::npos) body.replace(port, 4, std::to_string(home(n).port.number()));
  if ((how & 0x40U) != 0) body += "c=IN IP4 " + home(n).address.to_string() + "\r\n";
  if ((how & 8U) != 0) body += "a=rtcp-mux\r\n";
  body += "a=" + std::string(kDirections[how >> 4U & 3U]) + "\r\n";
  for (std::size_t s = 0; s < kSuites.size(); ++s) {
    if ((suites >> s & 1U) == 0) continue;
    sdp::CryptoAttribute line;
    line.tag = static_cast<std::uint32_t>(s + 1);
    line.suite = kSuites[s].suite;
    line.keys.push_back({key(line.suite, generation_).master.clone(), std::nullopt, {}});
    body += sdp::format_crypto(line) + "\r\n";
  }
  return body;
}

/// An octet for the kind (bits 0-2) and the odd line (4-7), a number for the place.
void ScriptPhone::mistake(Script& script, std::string& sdp) const {
  const std::uint8_t what = script.octet();
  const std::size_t at = script.number() % sdp.size();
  const std::size_t start = line_start(sdp, at);
  const std::size_t end = std::min(sdp.find('\n', at), sdp.size() - 1) + 1;
  switch (what & 7U) {
    case 0:
      sdp.erase(start, end - start);
      return;
    case 1:
      sdp.insert(start, sdp.substr(start, end - start));
      return;
    case 2:
      sdp[at] = static_cast<char>(script.octet());
      return;
    case 3:
      sdp.erase(at, 1);
      return;
    case 4:
      sdp.insert(start, script.text(script.octet() % kLongestLine));
      return;
    case 5: {  // the relay's own key, thrown back
      const auto ours = heard_.find("a=crypto:");
      if (ours != std::string::npos) sdp.insert(start, heard_.substr(ours, heard_.find('\n', ours) + 1 - ours));
      return;
    }
    default:
      sdp.insert(start, std::string(kOddLines[what >> 4U]) + "\r\n");
  }
}

Endpoint ScriptPhone::home(std::size_t line) const {
  return {IpAddress::from_v4({198, 51, 100, host_}), *Port::from(static_cast<std::uint32_t>(4000 + 2 * line))};
}

srtp::Key ScriptPhone::key(Suite suite, std::uint8_t generation) const {
  std::vector<std::uint8_t> master(facts(suite).master_size(), host_);
  master[0] = generation;
  master[1] = static_cast<std::uint8_t>(suite);
  return {.suite = suite, .master = *Secret::from(master)};
}

std::vector<std::uint8_t> ScriptPhone::plain(std::uint16_t sequence) const {
  const auto high = static_cast<std::uint8_t>(sequence >> 8U);
  const auto low = static_cast<std::uint8_t>(sequence);
  std::vector<std::uint8_t> packet{0x80, 0, high, low, 0, 0, 0, 0, 0, 0, 0, host_};
  for (std::uint8_t n = 0; n < 20; ++n) packet.push_back(static_cast<std::uint8_t>(host_ * 7U + low * 13U + high + n));
  return packet;
}

std::vector<std::uint8_t> ScriptPhone::secured(std::uint16_t sequence, Suite suite, std::uint8_t back) const {
  auto packet = plain(sequence);
  const std::size_t size = packet.size();
  auto context =
      srtp::Context::create(srtp::Direction::kOutbound, key(suite, static_cast<std::uint8_t>(generation_ - back)));
  packet.resize(size + context->trailer_size());
  const auto sealed = context->protect_rtp(packet, size);
  packet.resize(sealed ? sealed->size() : 0);
  return packet;
}

}  // namespace osrtp::testing
