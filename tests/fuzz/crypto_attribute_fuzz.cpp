// A usable line is one we could have written ourselves: writing and reading it again changes nothing.
#include "sdp/crypto.hpp"

using namespace osrtp;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void obeys_the_rules(const sdp::CryptoAttribute& line) {
  check(line.tag <= 999'999'999);
  check(!line.keys.empty());
  for (const sdp::InlineKey& key : line.keys) {
    check(key.key_salt.size() == facts(line.suite).master_size());
    check(!key.lifetime || (*key.lifetime > 0 && *key.lifetime <= std::uint64_t{1} << 48U));
    check(key.mki.size() <= 128);
    check(line.keys.size() == 1 || (!key.mki.empty() && key.mki.size() == line.keys[0].mki.size()));
  }
  check(!line.window_size_hint || *line.window_size_hint >= 64);
}

void same(const sdp::CryptoAttribute& a, const sdp::CryptoAttribute& b) {
  check(a.tag == b.tag && a.suite == b.suite && a.suite_spelling == b.suite_spelling && a.keys.size() == b.keys.size());
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    check(a.keys[i].key_salt.equals(b.keys[i].key_salt));
    check(a.keys[i].lifetime == b.keys[i].lifetime && a.keys[i].mki == b.keys[i].mki);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = sdp::parse_crypto({reinterpret_cast<const char*>(data), size});
  if (!line) {
    check(!describe(line.error()).empty());
    return 0;
  }
  obeys_the_rules(*line);
  const std::string written = format_crypto(*line);
  const auto again = sdp::parse_crypto(std::string_view(written).substr(std::string_view("a=crypto:").size()));
  check(again.has_value());
  same(*line, *again);
  check(format_crypto(*again) == written);
  return 0;
}
