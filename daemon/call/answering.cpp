#include "call/answering.hpp"

#include <algorithm>
#include <utility>

#include "call/history.hpp"
#include "call/reading.hpp"
#include "call/terms.hpp"
#include "negotiate/render.hpp"

namespace osrtp::call {
namespace {

using protocol::ErrorCode;
using protocol::Leg;
using protocol::Reason;
using protocol::SecurityState;

std::string_view describe(negotiate::Remark remark) {
  switch (remark) {
    case negotiate::Remark::kUnsolicitedKeys:
      return "unsolicited-keys: the answer has keys for what was not offered";
    case negotiate::Remark::kTagRenumbered:
      return "the answer renumbered its crypto tag; matched by suite";
    case negotiate::Remark::kProfileChanged:
      return "the answer changed the profile";
    case negotiate::Remark::kSecondMethodIgnored:
      return "the answer names a second key management, ignored";
    case negotiate::Remark::kAmbiguousAnswer:
      return "ambiguous-answer: the answer names two key managements, taken as DTLS";
  }
  return {};
}

bool requires_srtp(const Party& party) { return negotiate::policy_of(party.terms) == protocol::Policy::kRequire; }

bool carries_media(const std::vector<negotiate::Section>& sections) {
  return std::any_of(sections.begin(), sections.end(),
                     [](const auto& s) { return std::holds_alternative<negotiate::OurLine>(s); });
}

}  // namespace

Answering::Answering(Call& call, Branch& branch, const protocol::SdpRequest& request, Now now,
                     std::vector<std::string>& warnings)
    : call_(call), branch_(branch), request_(request), now_(now), warnings_(warnings) {}

Party& Answering::offerer() { return branch_.exchange->offerer == Leg::kCaller ? call_.caller_ : branch_.party; }
Party& Answering::answerer() { return branch_.exchange->offerer == Leg::kCaller ? branch_.party : call_.caller_; }

Result<protocol::SdpReply, protocol::Error> Answering::run() {
  if (auto error = read()) return fail(*std::move(error));
  if (!request_.to_tag.empty()) answerer().tag = request_.to_tag;
  raise_terms();
  const bool picked_up = stage() == Stage::kFinal && protocol::is_success(request_.sip_code);
  call_.confirmed_ = call_.confirmed_ || stage() == Stage::kFinal;
  branch_.confirmed = branch_.confirmed || picked_up;
  offerer().layout = branch_.exchange->offerers_layout;
  answerer().layout = answerers_layout_;
  std::vector<negotiate::Section> sections;
  for (std::size_t n = 0; n < media_.size(); ++n) sections.push_back(line(n));
  stop_missing_lines();
  for (const Party* party : {&offerer(), &answerer()}) note_keys(*party);
  const bool again = std::exchange(branch_.answered, true) && stage() == Stage::kEarly;
  // A branch without any media must not take the call from one that has some, nor one that only repeats itself.
  if ((carries_media(sections) && !again) || !others_talk()) {
    call_.connect(branch_, now_);
    if (picked_up) call_.end_others(branch_);
  }
  if (picked_up) stop_what_was_put_off();
  const std::string body = negotiate::render(*text_, sections, call_.disguise(request_));
  std::string sdp = negotiate::unfold(body, offerer().layout);
  return protocol::SdpReply{branch_.told.tell(offerer().role, branch_.party.tag, std::move(sdp)),
                            call_.security(&branch_)};
}

std::optional<protocol::Error> Answering::read() {
  if (auto error = read_sdp(request_.sdp, text_, media_)) return error;
  const Exchange& exchange = *branch_.exchange;
  auto folded = negotiate::fold_answer(*text_, media_, exchange.answerers_layout, exchange.lines.size());
  if (!folded) {
    return protocol::Error{ErrorCode::kBadSdp, "The answer has another number of m-lines than the offer", {}};
  }
  answerers_layout_ = std::move(folded->layout);
  for (const std::size_t n : folded->both) {
    warnings_.push_back("m-line " + std::to_string(n) +
                        ": both lines of one stream were accepted; the secure one runs");
  }
  return folded->body ? read_sdp(*folded->body, text_, media_) : std::nullopt;
}

void Answering::raise_terms() {
  const Leg role = answerer().role;
  for (Party* party : {&offerer(), &answerer()}) {
    party->terms = answered_terms(party->terms, request_, party->role, role);
  }
}

negotiate::Section Answering::line(std::size_t n) {
  const OfferedLine& offered = branch_.exchange->lines[n];
  if (const auto* refused = std::get_if<negotiate::Refuse>(&offered.towards_offerer)) {
    return refuse(n, offered.refused_by, refused->reason);
  }
  take_up(n, offered);
  if (offered.carriage == sdp::Carriage::kOther) return leave_alone(n);
  if (!offered.offered) return retire(n);
  if (const auto why = outrisen(n, offered)) return fail_both(n, Reason::kMediaRejected, *why);
  if (offered.carriage == sdp::Carriage::kUdp && requires_srtp(answerer()) && !ends_encrypt(n, offered)) {
    return fail_both(n, Reason::kNotRtp, Reason::kMediaRejected);
  }
  return settled_line(n, offered);
}

/// What the line is from now on, for reports and for RTCP.
void Answering::take_up(std::size_t n, const OfferedLine& offered) {
  for (Party* party : {&offerer(), &answerer()}) party->media[n].kind = offered.kind;
  if (!offered.offered) return;
  offerer().media[n].protocol = offered.proto;
  answerer().media[n].protocol = offered.own_proto;
}

/// What was planned for the offerer when it offered, and will not do since its policy has risen.
std::optional<Reason> Answering::outrisen(std::size_t n, const OfferedLine& offered) {
  const Party& party = offerer();
  if (std::holds_alternative<negotiate::AnswerNotRtp>(offered.towards_offerer) && requires_srtp(party) &&
      !ends_encrypt(n, offered)) {
    return Reason::kNotRtp;
  }
  const auto* plain = std::get_if<negotiate::AnswerPlain>(&offered.towards_offerer);
  if (plain == nullptr) return std::nullopt;
  const bool promised =
      requires_srtp(party) || (offered.by_leave && policy_of(party.terms) == protocol::Policy::kPrefer);
  if (promised) return plain->reason;
  if (party.media[n].encrypted && !negotiate::may_downgrade(party.terms)) return Reason::kDowngradeRefused;
  return std::nullopt;
}

/// Both ends do DTLS themselves (RFC 7345), each naming its certificate.
bool Answering::ends_encrypt(std::size_t n, const OfferedLine& offered) {
  if (!media_[n].port) return true;  // it is rejected, whatever it would have been
  return offered.ends_encrypt && negotiate::ends_encrypt(answerer().terms, media_[n]);
}

/// Refused when it was offered, and only now certain: what may have run on it until here does not run on.
negotiate::Section Answering::refuse(std::size_t n, Leg by, Reason why) {
  const auto reason = [&](const Party& party) { return party.role == by ? why : Reason::kMediaRejected; };
  stop(answerer(), n, reason(answerer()));
  stop_offerer(n, reason(offerer()));
  return rejected(n);
}

/// A rejection too repeats the profile that was offered (OSRTP-20), and says nothing of where the answerer is.
negotiate::RejectLine Answering::rejected(std::size_t n) {
  const auto& ports = offerer().media[n].ports;
  negotiate::RejectLine line{{}, branch_.exchange->lines[n].proto, {}};
  if (ports) line.address = ports->rtp_advertised.address;
  return line;
}

void Answering::stop(Party& party, std::size_t n, Reason why) {
  LegMedia& media = party.media[n];
  if (media.ports) return set(party, n, failed_leg(media, why, now_.wall));
  become(media, SecurityState::kFailed, std::nullopt, why, now_.wall);
}

/// One fork's failure is not the caller's while another fork talks to it.
void Answering::stop_offerer(std::size_t n, Reason why) {
  if (!others_talk() && !others_ring()) return stop(offerer(), n, why);
  put_off_.emplace_back(n, why);
}

/// The others are gone, and what the caller had with them on lines that this one rejects.
void Answering::stop_what_was_put_off() {
  if (others_talk()) return;
  for (const auto& [n, why] : put_off_) stop(offerer(), n, why);
}

/// The offerer has given the line up (port 0): what ran on it is over, and should it come back its keys are fresh.
negotiate::Section Answering::retire(std::size_t n) {
  for (Party* party : {&offerer(), &answerer()}) retire(*party, n);
  return rejected(n);
}

void Answering::retire(Party& party, std::size_t n) {
  if (n >= party.media.size() || !party.media[n].ports) return;
  LegMedia& media = party.media[n];
  become(media, SecurityState::kPending, std::nullopt, std::nullopt, now_.wall);
  end_association(media);
  media.used = media.held = false;
  set(party, n, blocked_leg(media, {}, relay::Drop::kHeld));
}

/// No offer may have fewer m-lines than the one before (RFC 3264 §8); where one has, what it leaves out is over.
void Answering::stop_missing_lines() {
  for (std::size_t n = media_.size(); n < call_.streams_.size(); ++n) {
    retire(answerer(), n);
    if (!others_talk()) retire(offerer(), n);
  }
}

/// What we do not carry passes us by; what we did carry on that line is over.
negotiate::Section Answering::leave_alone(std::size_t n) {
  for (Party* party : {&offerer(), &answerer()}) {
    LegMedia& media = party->media[n];
    if (!media.ports) continue;
    become(media, SecurityState::kNotRtp, std::nullopt, Reason::kNotRtp, now_.wall);
    set(*party, n, blocked_leg(media, {}, relay::Drop::kHeld));
  }
  return negotiate::LeaveAlone{};
}

bool Answering::others_ring() const {
  const auto rings = [&](const auto& other) { return other.get() != &branch_ && other->answered; };
  return stage() == Stage::kEarly && !call_.confirmed_ &&
         std::any_of(call_.branches_.begin(), call_.branches_.end(), rings);
}

bool Answering::others_talk() const { return call_.answered() && call_.connected_ != branch_.party.index; }

negotiate::Section Answering::settled_line(std::size_t n, const OfferedLine& offered) {
  LegMedia& media = answerer().media[n];
  // An answer cannot change what a line is (RFC 3264 §6): neither fax in place of SRTP nor the reverse.
  if (media_[n].port && media_[n].carriage != offered.carriage) {
    const bool rtp = media_[n].carriage == sdp::Carriage::kRtp;
    return fail_both(n, rtp ? Reason::kMediaRejected : Reason::kNotRtp, Reason::kMediaRejected);
  }
  const auto history = history_of(&answerer(), media_, n);
  const auto plan = negotiate::plan_taken(offered.towards_answerer, answerers_layout_, n);
  if (offered.carriage == sdp::Carriage::kRtp) media.protocol = name(plan.profile);
  const auto settled = negotiate::settle(answerer().terms, plan, offered.own_lines, media_[n], history);
  remark(n, settled.remark);
  if (std::holds_alternative<negotiate::SettledRejected>(settled.outcome)) {
    return fail_both(n, Reason::kMediaRejected, Reason::kMediaRejected);
  }
  if (const auto* failed = std::get_if<negotiate::SettledFailed>(&settled.outcome)) {
    return fail_both(n, failed->reason, Reason::kMediaRejected);
  }
  return run_legs(n, offered, settled);
}

negotiate::Section Answering::run_legs(std::size_t n, const OfferedLine& offered, const negotiate::Settled& settled) {
  const auto failure = [n](const Party& party) {
    const Status& status = party.media[n].status;
    return status.state == SecurityState::kFailed ? status.reason : std::nullopt;
  };
  set(answerer(), n, answerer_leg(n, offered, settled));
  if (const auto why = failure(answerer())) return fail_both(n, *why, Reason::kMediaRejected);
  offerer().media[n].held = offered.held;
  offerer().media[n].mid = offered.mid;
  set(offerer(), n, offerer_leg(n, offered));
  if (const auto why = failure(offerer())) return fail_both(n, Reason::kMediaRejected, *why);
  if (offered.zrtp && media_[n].zrtp_hash && both_plain(n)) note_zrtp(n);
  return our_line(n, offered);
}

// Who sends no code (an answer in ACK or PRACK, an NG client) has nothing more to say. The 2xx of an UPDATE, which a
// phone that rings may send or get (RFC 3311 §5.1), picks nothing up.
Stage Answering::stage() const {
  if (request_.sip_code >= 100 && request_.sip_code < 200) return Stage::kEarly;
  const bool of_update = branch_.invite && branch_.exchange != branch_.invite && !branch_.confirmed;
  return of_update && request_.sip_code != 0 ? Stage::kEarly : Stage::kFinal;
}

bool Answering::both_plain(std::size_t n) {
  const auto plain = [n](const Party& party) {
    const SecurityState state = party.media[n].status.state;
    return state == SecurityState::kPlain || state == SecurityState::kZrtpPassthrough;
  };
  return plain(offerer()) && plain(answerer());
}

/// Both phones know ZRTP and nothing of ours stands between them: what they agree on passes as it is (RFC 6189).
void Answering::note_zrtp(std::size_t n) {
  for (Party* party : {&offerer(), &answerer()}) {
    become(party->media[n], SecurityState::kZrtpPassthrough, std::nullopt, party->media[n].status.reason, now_.wall);
  }
}

transport::LegSetup Answering::answerer_leg(std::size_t n, const OfferedLine& offered,
                                            const negotiate::Settled& settled) {
  LegMedia& media = answerer().media[n];
  const sdp::Media& said = media_[n];
  Reach reach = call_.reach(said, n, call_.family_of(*media.ports), warnings_);
  if (!offered.mux_offered) reach.mux = relay::Mux::kSeparate;  // RFC 5761 §5.1.1: only what was offered
  hear_ice(media, media.ice ? said_ice(said) : std::nullopt, Said::kInAnswer, call_.around_.entropy);
  media.mid = said.mid;
  media.held = said.direction != sdp::Direction::kSendRecv || (!reach.rtp && !said.ice);
  const Settings& settings = call_.around_.settings;
  if (const auto* dtls = std::get_if<negotiate::SettledDtls>(&settled.outcome)) {
    return dtls_leg(media, reach, said_dtls(answerer().terms, said, dtls->role, Said::kInAnswer), stage(), settings,
                    call_.around_.entropy, now_.wall);
  }
  if (const auto* sdes = std::get_if<negotiate::SettledSdes>(&settled.outcome)) {
    media.offered = offered.own_lines;
    const SdesKeys keys{&said.crypto[sdes->peer_line], offered.own_lines[sdes->own_line].suite, Said::kInAnswer};
    // The key of this suite that our offer named has gone with what ran under it, and no answer of ours can name
    // another.
    if (!media.own_keys.contains(keys.suite)) return failed_leg(media, Reason::kBadCryptoAttribute, now_.wall);
    return sdes_leg(media, reach, keys, settings, call_.around_.entropy, now_.wall);
  }
  if (const auto* plain = std::get_if<negotiate::SettledPlain>(&settled.outcome)) {
    return plain_leg(media, reach, plain->reason, settings, now_.wall);
  }
  return opaque_leg(media, reach, settings, now_.wall);
}

transport::LegSetup Answering::offerer_leg(std::size_t n, const OfferedLine& offered) {
  LegMedia& media = offerer().media[n];
  const Reach reach{offered.rtp, offered.rtcp, offered.mux ? relay::Mux::kMuxed : relay::Mux::kSeparate};
  const Settings& settings = call_.around_.settings;
  hear_ice(media, offered.ice, Said::kInOffer, call_.around_.entropy);
  if (offered.dtls) {
    own_dtls(media, call_.around_.identity, call_.around_.entropy);
    return dtls_leg(media, reach, *offered.dtls, stage(), settings, call_.around_.entropy, now_.wall);
  }
  if (offered.chosen) {
    const SdesKeys keys{&*offered.chosen, offered.chosen->suite, Said::kInOffer};
    return sdes_leg(media, reach, keys, settings, call_.around_.entropy, now_.wall);
  }
  if (const auto* plain = std::get_if<negotiate::AnswerPlain>(&offered.towards_offerer)) {
    return plain_leg(media, reach, plain->reason, settings, now_.wall);
  }
  return opaque_leg(media, reach, settings, now_.wall);
}

negotiate::Section Answering::our_line(std::size_t n, const OfferedLine& offered) {
  LegMedia& media = offerer().media[n];
  negotiate::OurLine ours{.rtp = media.ports->rtp_advertised, .rtcp = media.ports->rtcp_advertised};
  ours.rtcp_mux = offered.mux && offered.carriage == sdp::Carriage::kRtp;
  ours.rtcp_separate = !offered.mux;
  ours.proto = offered.proto;
  if (offered.chosen) {
    ours.crypto.push_back(own_line(media, offered.chosen->tag, offered.chosen->suite, offered.chosen->suite_spelling,
                                   call_.around_.entropy));
  }
  if (offered.dtls) {
    const bool active = media.dtls->agreed->role == dtls::Role::kActive;
    ours.dtls = dtls_lines(*media.dtls, active ? sdp::SetupRole::kActive : sdp::SetupRole::kPassive);
    // Not in the answer if not in the offer (RFC 8842 §5.3).
    if (offered.dtls->tls_id.empty()) ours.dtls->tls_id.clear();
  }
  if (media.ice && media.ice->spoken) {
    ours.ice = ice_lines(media, ours.rtcp_separate, call_.disguise(request_).media_address);
  }
  ours.mid = offered.mid;
  ours.zrtp_passes = both_plain(n);
  return ours;
}

negotiate::Section Answering::fail_both(std::size_t n, Reason answerer_reason, Reason offerer_reason) {
  stop(answerer(), n, answerer_reason);
  stop_offerer(n, offerer_reason);
  return rejected(n);
}

void Answering::remark(std::size_t n, const std::optional<negotiate::Remark>& remark) {
  if (remark) warnings_.push_back("m-line " + std::to_string(n) + ": " + std::string(describe(*remark)));
}

void Answering::note_keys(const Party& party) {
  const auto keyed = [](const LegMedia& media) { return media.status.state == SecurityState::kSrtpSdes; };
  if (std::any_of(party.media.begin(), party.media.end(), keyed)) note_exposed_keys(party.role, party.terms, warnings_);
}

void Answering::set(Party& party, std::size_t n, transport::LegSetup setup) {
  call_.around_.plane.set_leg(call_.streams_[n], party.index, std::move(setup), now_.steady);
}

}  // namespace osrtp::call
