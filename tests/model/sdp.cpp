#include "model/sdp.hpp"

#include <openssl/evp.h>

#include <sstream>
#include <string_view>

namespace osrtp::model {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

Octets decode(std::string text) {
  const std::size_t padding = text.find('=') == std::string::npos ? 0 : text.size() - text.find('=');
  if (text.size() % 4 != 0) return {};
  Octets octets(text.size() / 4 * 3);
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  const int size = EVP_DecodeBlock(octets.data(), in, static_cast<int>(text.size()));
  if (size < 0) return {};
  octets.resize(static_cast<std::size_t>(size) - padding);
  return octets;
}

std::string encode(const Octets& octets) {
  std::string text(octets.size() / 3 * 4 + 5, '\0');
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  const int size = EVP_EncodeBlock(out, octets.data(), static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos && text.size() < 19;
}

std::optional<CryptoLine> read_crypto(const std::string& value) {
  const auto parts = words(value);
  constexpr std::string_view kInline = "inline:";
  if (parts.size() < 3 || !parts[2].starts_with(kInline)) return std::nullopt;
  const std::string key = parts[2].substr(kInline.size());
  return CryptoLine{parts[0], parts[1], decode(key.substr(0, key.find('|')))};
}

/// One a= line of a section. @return whether it makes sense
bool read_attribute(SdpLine& line, const std::string& value) {
  const auto colon = value.find(':');
  const std::string name = value.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : value.substr(colon + 1);
  if (name == "sendrecv" || name == "sendonly" || name == "recvonly" || name == "inactive") line.direction = name;
  if (name == "rtcp-mux") line.mux = true;
  if (name == "setup") line.setup = rest;
  if (name == "tls-id") line.tls_id = rest;
  if (name == "fingerprint") line.fingerprints.push_back(rest);
  if (name == "rtcp") {
    const auto parts = words(rest);
    if (parts.empty() || !is_number(parts[0])) return false;
    line.rtcp_port = static_cast<unsigned>(std::stoul(parts[0]));
  }
  if (name != "crypto") return true;
  auto crypto = read_crypto(rest);
  if (!crypto) return false;
  line.crypto.push_back(*std::move(crypto));
  return true;
}

bool read_media(Sdp& sdp, const std::string& value, const std::string& address) {
  const auto parts = words(value);
  if (parts.size() < 4 || !is_number(parts[1])) return false;
  SdpLine line;
  line.kind = parts[0];
  line.port = static_cast<unsigned>(std::stoul(parts[1]));
  line.proto = parts[2];
  line.formats.clear();
  for (std::size_t i = 3; i < parts.size(); ++i) line.formats += (i == 3 ? "" : " ") + parts[i];
  line.address = address;
  sdp.lines.push_back(std::move(line));
  return true;
}

bool read_origin(Sdp& sdp, const std::string& value) {
  const auto parts = words(value);
  if (parts.size() != 6 || !is_number(parts[2])) return false;
  sdp.origin = parts[0] + " " + parts[1];
  sdp.version = std::stoull(parts[2]);
  return true;
}

}  // namespace

bool is_secure_profile(const std::string& proto) { return proto.find("SAVP") != std::string::npos; }
bool is_dtls_profile(const std::string& proto) { return proto.starts_with("UDP/TLS/"); }
bool has_feedback_profile(const std::string& proto) { return proto.ends_with("AVPF"); }
bool is_rtp_profile(const std::string& proto) { return proto.find("RTP/") != std::string::npos; }

std::optional<Sdp> read_sdp(const std::string& text) {
  Sdp sdp;
  std::string session_address;
  std::istringstream stream(text);
  bool first = true;
  for (std::string line; std::getline(stream, line); first = false) {
    if (line.empty() || line.back() != '\r') return std::nullopt;
    line.pop_back();
    if (line.size() < 2 || line[1] != '=' || first != line.starts_with("v=")) return std::nullopt;
    const std::string value = line.substr(2);
    if (line[0] != 'o') sdp.content += line + "\n";
    if (line[0] == 'o' && !read_origin(sdp, value)) return std::nullopt;
    if (line[0] == 'm' && !read_media(sdp, value, session_address)) return std::nullopt;
    if (line[0] == 'c') {
      const auto parts = words(value);
      if (parts.size() != 3) return std::nullopt;
      (sdp.lines.empty() ? session_address : sdp.lines.back().address) = parts[2];
    }
    if (line[0] != 'a') continue;
    if (value.starts_with("ice-")) sdp.has_ice = true;
    if (sdp.lines.empty()) {
      const bool keying = value.starts_with("crypto:") || value.starts_with("fingerprint:");
      if (keying) return std::nullopt;  // nobody here writes them there
    } else if (!read_attribute(sdp.lines.back(), value)) {
      return std::nullopt;
    }
  }
  return sdp.origin.empty() ? std::nullopt : std::optional(sdp);
}

std::string write_sdp(const Sdp& sdp) {
  const std::string address = sdp.lines.empty() ? "198.51.100.1" : sdp.lines[0].address;
  std::ostringstream out;
  out << "v=0\r\no=" << sdp.origin << " " << sdp.version << " IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 " << address
      << "\r\nt=0 0\r\n";
  for (const SdpLine& line : sdp.lines) {
    out << "m=" << line.kind << " " << line.port << " " << line.proto << " " << line.formats << "\r\n";
    if (line.address != address) out << "c=IN IP4 " << line.address << "\r\n";
    if (line.kind == "image" || line.port == 0) continue;
    out << "a=" << line.direction << "\r\n";
    if (line.mux) out << "a=rtcp-mux\r\n";
    for (const CryptoLine& crypto : line.crypto) {
      out << "a=crypto:" << crypto.tag << " " << crypto.suite << " inline:" << encode(crypto.key) << "\r\n";
    }
    for (const std::string& fingerprint : line.fingerprints) out << "a=fingerprint:" << fingerprint << "\r\n";
    if (!line.setup.empty()) out << "a=setup:" << line.setup << "\r\n";
    if (!line.tls_id.empty()) out << "a=tls-id:" << line.tls_id << "\r\n";
  }
  return out.str();
}

}  // namespace osrtp::model
