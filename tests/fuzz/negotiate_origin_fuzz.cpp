// SDPs to one party, one after the other, divided by NULs. Whatever they are: nothing but o= lines changes; an SDP that
// says the same again is the same again; and one with a version to count has the next one exactly where it says
// something else.
#include <optional>
#include <string>
#include <string_view>

#include "negotiate/origin.hpp"
#include "sdp/text.hpp"

using namespace osrtp;
using namespace osrtp::negotiate;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

std::string without_origin(const sdp::Text& text) {
  std::string rest;
  for (std::size_t i = 0; i < text.line_count(); ++i) {
    if (text.line(i).type != 'o') rest += text.raw(i);
  }
  return rest + std::string(text.tail());
}

/// An SDP of nothing but `content`, by another writer.
std::string said_by_another(const std::string& content) {
  const auto behind_version = content.find('\n') + 1;
  return content.substr(0, behind_version) + "o=another 7 7 IN IP4 192.0.2.77\n" + content.substr(behind_version);
}

struct Before {
  Told told;
  std::string content;
};

void next(std::optional<Before>& before, const std::string& sdp) {
  const auto text = sdp::Text::parse(sdp);
  const auto [out, told] = tell(sdp, before ? std::optional(before->told) : std::nullopt);
  if (!text) return check(out == sdp);
  const auto after = sdp::Text::parse(out);
  if (!after) return check(before && out.size() > sdp.size());  // a longer o= line has made it too big
  // What ends the last line may come to stand before a line that follows it now.
  const std::string content = without_origin(*text);
  check(without_origin(*after).starts_with(content.substr(0, content.size() - 1)));
  if (before) check((before->told.content == told.content) == (before->content == content));
  if (before && before->content == content) check(told.origin == before->told.origin || out == sdp);
  check(tell(said_by_another(content), told).told.content == told.content);
  before = Before{told, content};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::optional<Before> before;
  while (true) {
    const auto end = rest.find('\0');
    next(before, std::string(rest.substr(0, end)));
    if (end == std::string_view::npos) return 0;
    rest.remove_prefix(end + 1);
  }
}
