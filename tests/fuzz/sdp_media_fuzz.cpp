// What a section says lies inside its body, and its crypto lines are told apart by their tags.
#include <set>

#include "sdp/media.hpp"

using namespace osrtp::sdp;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void lies_in(std::string_view view, const std::string& body) {
  if (view.empty()) return;
  check(view.data() >= body.data() && view.data() + view.size() <= body.data() + body.size());
}

void is_sound(const Media& media, const Text& text, std::size_t n) {
  for (const auto view : {media.kind, media.proto, media.formats}) lies_in(view, text.to_string());
  check(!media.kind.empty() && !media.proto.empty());
  check((media.carriage == Carriage::kRtp) == osrtp::protocol::is_rtp(media.profile));
  std::set<std::uint32_t> tags;
  for (const auto& line : media.crypto) check(tags.insert(line.tag).second);
  const auto [first, last] = text.media(n);
  check(media.crypto.size() + media.bad_crypto.size() < last - first);
  if (const auto rtp = media.rtp_endpoint()) check(media.port.has_value() && !rtp->address.is_unspecified());
  if (const auto rtcp = media.rtcp_endpoint()) check(media.port.has_value() && !rtcp->address.is_unspecified());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = Text::parse({reinterpret_cast<const char*>(data), size});
  if (!text) return 0;
  for (std::size_t n = 0; n < text->media_count(); ++n) {
    if (const auto media = read_media(*text, n)) {
      is_sound(*media, *text, n);
    } else {
      check(!describe(media.error()).empty());
    }
  }
  return 0;
}
