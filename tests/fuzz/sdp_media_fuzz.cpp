// What a section says lies inside its body, its crypto lines are told apart by their tags, and what it says of DTLS and
// ICE is within its bounds.
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

void is_sound_transport(const Media& media, const Text& text) {
  lies_in(media.mid, text.to_string());
  lies_in(media.tls_id.value_or(std::string_view{}), text.to_string());
  check(media.fingerprints.size() + media.bad_fingerprints.size() < text.line_count());
  for (const auto& fingerprint : media.fingerprints) {
    check(fingerprint.digest.size() == osrtp::facts(fingerprint.hash).size);
  }
  if (!media.ice) return;
  lies_in(media.ice->ufrag, text.to_string());
  lies_in(media.ice->password, text.to_string());
  check(is_ufrag(media.ice->ufrag) && is_ice_password(media.ice->password));
  check(media.ice->candidates.size() <= kMaxCandidates);
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
      is_sound_transport(*media, *text);
    } else {
      check(!describe(media.error()).empty());
    }
  }
  return 0;
}
