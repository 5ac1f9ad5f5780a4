#include "support/golden_answerer.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "sdp/fingerprint.hpp"
#include "sdp/media.hpp"
#include "sdp/text.hpp"

namespace osrtp::testing {
namespace {

constexpr std::uint8_t kFirstKeyOctet = 0x61;

std::string crypto_line(const sdp::Media& offered, std::size_t n) {
  const auto usual = std::find_if(offered.crypto.begin(), offered.crypto.end(),
                                  [](const auto& line) { return line.suite == Suite::kAesCm128HmacSha1_80; });
  const sdp::CryptoAttribute& chosen = usual != offered.crypto.end() ? *usual : offered.crypto.front();
  sdp::CryptoAttribute line;
  line.tag = chosen.tag;
  line.suite = chosen.suite;
  const std::vector<std::uint8_t> key(facts(chosen.suite).master_size(), static_cast<std::uint8_t>(kFirstKeyOctet + n));
  line.keys.push_back({*Secret::from(key), std::nullopt, {}});
  return sdp::format_crypto(line);
}

std::string keys_for(const sdp::Media& offered, std::size_t n) {
  if (!offered.port || offered.carriage != sdp::Carriage::kRtp) return {};
  if (!offered.crypto.empty()) return crypto_line(offered, n) + "\r\n";
  if (!offered.has_fingerprint()) return {};
  const Fingerprint ours{HashFunction::kSha256, std::vector<std::uint8_t>(32, 0xcd)};
  return sdp::format_fingerprint(ours) + "\r\na=setup:active\r\n";
}

/// "m=audio 5000 RTP/AVP 0" with the offered profile, and port 0 where that is what was offered.
std::string media_line(const std::string& line, const sdp::Media& offered) {
  std::istringstream words(line);
  std::string kind;
  std::string port;
  std::string proto;
  words >> kind >> port >> proto;
  std::string formats;
  std::getline(words, formats);
  if (!offered.port) port = "0";
  return kind + " " + port + " " + std::string(offered.proto) + formats + "\n";
}

}  // namespace

std::string taking_keys(std::string_view answer, std::string_view offer) {
  const auto text = sdp::Text::parse(offer);
  std::vector<sdp::Media> offered;
  for (std::size_t n = 0; text && n < text->media_count(); ++n) offered.push_back(*sdp::read_media(*text, n));
  std::istringstream lines{std::string(answer)};
  std::string out;
  std::size_t n = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool media = line.starts_with("m=") && n < offered.size();
    if (media && n > 0) out += keys_for(offered[n - 1], n - 1);
    out += media ? media_line(line, offered[n]) : line + "\n";
    if (media) ++n;
  }
  return n == 0 ? out : out + keys_for(offered[n - 1], n - 1);
}

}  // namespace osrtp::testing
