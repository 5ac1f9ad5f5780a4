// An offer and an answer, divided by a NUL, behind one octet of terms. Whatever they say: `require` is never plain, a
// DTLS profile never SDES, an association has a fingerprint that may be trusted, and no key or address of a transport
// crosses.
#include <array>
#include <string>

#include "negotiate/answerer.hpp"
#include "negotiate/offerer.hpp"
#include "negotiate/render.hpp"

using namespace osrtp;
using namespace osrtp::negotiate;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

Terms terms_of(std::uint8_t octet) {
  Terms terms;
  terms.policy = static_cast<protocol::Policy>(octet & 3U);
  terms.dtls = (octet & 4U) != 0;
  terms.sdes = (octet & 8U) != 0;
  terms.peer = (octet & 16U) != 0 ? protocol::Peer::kWebrtc : protocol::Peer::kSip;
  terms.lenient_answers = (octet & 32U) != 0;
  terms.allow_sha1 = terms.plain_fallback = (octet & 64U) != 0;
  terms.signalling = (octet & 128U) != 0 ? protocol::Signalling::kClear : protocol::Signalling::kUnknown;
  terms.offered = {Suite::kAesCm128HmacSha1_80};
  terms.accepted = terms.offered;
  return terms;
}

void answer(const Terms& terms, const sdp::Media& offer) {
  const AnswerPlan plan = plan_answer(terms, offer, History::kNew);
  const bool required = policy_of(terms) == protocol::Policy::kRequire;
  if (std::holds_alternative<AnswerPlain>(plan)) {
    const bool promised = required || terms.policy == protocol::Policy::kPrefer;
    const bool by_leave = terms.plain_fallback && !promised && !protocol::is_dtls(offer.profile);
    check(!required && (by_leave || !protocol::is_secure(offer.profile)));
    check(!protocol::is_secure(protocol::profile_named(answered_proto(plan, offer))));
  }
  if (std::holds_alternative<AnswerNotRtp>(plan)) check(!required || ends_encrypt(terms, offer));
  if (std::holds_alternative<AnswerDtls>(plan)) check(terms.dtls && !usable_fingerprints(terms, offer).empty());
  if (const auto* sdes = std::get_if<AnswerSdes>(&plan)) {
    check(speaks_sdes(terms) && !clear_hop_forbids_sdes(terms) && !protocol::is_dtls(offer.profile));
    check(offer.crypto.at(sdes->line).keys.size() == 1);
  }
}

void settle_all(const Terms& terms, const sdp::Media& said) {
  const auto planned = plan_offer(terms, protocol::has_feedback(said.profile));
  const auto* plan = std::get_if<OfferPlan>(&planned);
  if (plan == nullptr) return check(policy_of(terms) == protocol::Policy::kRequire);
  check(plan->keyless_because.has_value() == (!plan->sdes && !plan->dtls));
  check(!plan->sdes || !protocol::is_dtls(plan->profile));
  const std::array<OwnLine, 1> own{OwnLine{1, Suite::kAesCm128HmacSha1_80}};
  const auto outcome = settle(terms, *plan, own, said, History::kNew).outcome;
  if (std::holds_alternative<SettledPlain>(outcome)) {
    check(policy_of(terms) != protocol::Policy::kRequire && !protocol::is_secure(said.profile));
  }
  if (std::holds_alternative<SettledSdes>(outcome)) check(plan->sdes);
  if (std::holds_alternative<SettledDtls>(outcome)) {
    check(plan->dtls && !usable_fingerprints(terms, said).empty());
  }
}

/// Nothing of ours is put in, so that whatever is there came through.
void render_all(const sdp::Text& text) {
  const Endpoint ours{IpAddress::from_v4({192, 0, 2, 10}), *Port::from(30000)};
  std::vector<Section> sections;
  for (std::size_t n = 0; n < text.media_count(); ++n) {
    sections.emplace_back(OurLine{ours, ours, false, true, "RTP/AVP", {}, {}, {}, {}, false});
  }
  const auto out = sdp::Text::parse(render(text, sections, {}));
  // A line may grow when its address does, and a body that was full then is too large to be read again.
  if (!out) return;
  check(out->media_count() == text.media_count());
  for (std::size_t n = 0; n < out->media_count(); ++n) {
    const auto media = sdp::read_media(*out, n);
    if (!media) continue;
    check(media->crypto.empty() && media->bad_crypto.empty() && !media->has_fingerprint() && !media->setup);
    check(!media->ice && !media->tls_id && media->mid.empty() && !media->zrtp_hash && !media->bundle_only);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Terms terms = terms_of(data[0]);
  const std::string_view bodies(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto nul = bodies.find('\0');
  const auto offer = sdp::Text::parse(bodies.substr(0, nul));
  const auto reply = sdp::Text::parse(nul == std::string_view::npos ? bodies : bodies.substr(nul + 1));
  for (std::size_t n = 0; offer && n < offer->media_count(); ++n) {
    if (const auto media = sdp::read_media(*offer, n)) answer(terms, *media);
  }
  for (std::size_t n = 0; reply && n < reply->media_count(); ++n) {
    if (const auto media = sdp::read_media(*reply, n)) settle_all(terms, *media);
  }
  if (offer) {
    bool readable = true;
    for (std::size_t n = 0; n < offer->media_count(); ++n) readable = readable && sdp::read_media(*offer, n);
    if (readable) render_all(*offer);
  }
  return 0;
}
