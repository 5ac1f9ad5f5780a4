// A secret behind a mark is never in what comes out, whatever stands around it; what is redacted stays as it is; and a
// text in which no mark occurs is not changed.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/redact.hpp"

using osrtp::redacted;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

constexpr std::string_view kCanary = "Qm9zc2VydDpLYW5hcmll";

bool has_a_mark(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const std::string_view mark : {"inline:", "ice-pwd:", "k=clear:", "k=base64:", "k=uri:"}) {
    if (lower.find(mark) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::string once = redacted(text);
  check(redacted(once) == once);
  check(has_a_mark(text) || once == text);
  if (text.find(kCanary) != std::string::npos) return 0;
  for (const std::size_t at : {std::size_t{0}, size / 2, size}) {
    for (const std::string_view mark : {"inline:", "Inline: ", "ice-pwd:", "k=clear:", "k=base64:", "K=URI:\t"}) {
      const std::string planted = text.substr(0, at) + std::string(mark) + std::string(kCanary) + text.substr(at);
      check(redacted(planted).find(kCanary) == std::string::npos);
    }
  }
  return 0;
}
