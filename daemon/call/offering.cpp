#include "call/offering.hpp"

#include <algorithm>
#include <utility>

#include "call/history.hpp"
#include "call/interfaces.hpp"
#include "call/legs.hpp"
#include "call/terms.hpp"
#include "negotiate/render.hpp"

namespace osrtp::call {
namespace {

using protocol::ErrorCode;
using protocol::Leg;
using protocol::Reason;
using protocol::SecurityState;

bool is_carried(const OfferedLine& line) { return line.offered; }

/// The F of the offerer's profile is kept, but for sound from one whose profile is DTLS's own: those have it always,
/// and phones that know nothing of RTP/AVPF refuse calls for it.
bool carries_feedback(const sdp::Media& media) {
  return protocol::has_feedback(media.profile) && (!protocol::is_dtls(media.profile) || media.kind == "video");
}

bool offers_mux(const protocol::RtcpMuxWishes& wishes, bool offered_to_us) {
  if (wishes.offer || wishes.require) return true;
  return offered_to_us && !wishes.demux && !wishes.reject;
}

}  // namespace

Offering::Offering(Call& call, Call::Roles roles, const protocol::SdpRequest& request, Now now,
                   std::vector<std::string>& warnings)
    : call_(call), request_(request), now_(now), warnings_(warnings), roles_(roles) {
  exchange_.offerer = roles_.offerer;
}

Result<protocol::SdpReply, protocol::Error> Offering::run() {
  set_terms();
  for (const auto step : {&Offering::read, &Offering::choose_forms, &Offering::plan, &Offering::open_ports}) {
    if (auto error = (this->*step)()) {
      close_new_ports();
      return fail(*std::move(error));
    }
  }
  commit();
  protocol::SdpReply reply{write(), call_.security(roles_.branch)};
  note_keys();
  return reply;
}

const Party* Offering::known(Leg leg) const {
  if (leg == Leg::kCaller) return &call_.caller_;
  return roles_.branch != nullptr ? &roles_.branch->party : nullptr;
}

Party& Offering::offerer() { return roles_.offerer == Leg::kCaller ? call_.caller_ : roles_.branch->party; }
Party& Offering::answerer() { return roles_.offerer == Leg::kCaller ? roles_.branch->party : call_.caller_; }

bool Offering::runs(Leg leg) const {
  return leg == Leg::kCaller ? call_.answered() : roles_.branch != nullptr && roles_.branch->answered;
}

/// Until a branch has answered the script decides anew with every attempt; from then on a policy only rises.
void Offering::set_terms() {
  const auto terms = [&](Leg leg) {
    const Party* party = known(leg);
    if (party != nullptr && runs(leg)) return later_terms(party->terms, request_, leg);
    const auto support = call_.around_.identity ? DtlsSupport::kRuns : DtlsSupport::kNone;
    return first_terms(request_, leg, roles_.offerer, call_.around_.settings, support, warnings_);
  };
  offerer_terms_ = terms(roles_.offerer);
  answerer_terms_ = terms(protocol::other(roles_.offerer));
}

void Offering::note_interfaces() {
  const auto& all = call_.around_.plane.interfaces();
  for (const std::string& name : request_.direction) {
    if (!has_interface(all, name) && !name.empty()) warnings_.push_back("unknown interface '" + name + "'");
  }
  const Family family = all[interface_of(protocol::other(roles_.offerer))].address.family();
  if (request_.address_family && family != answerer_family()) {
    warnings_.push_back("address-family '" + *request_.address_family + "' is not that of the receiver's interface");
  }
}

Offering::Outcome Offering::plan() {
  note_interfaces();
  for (std::size_t n = 0; n < media_.size(); ++n) exchange_.lines.push_back(plan_line(media_[n], n));
  const auto& lines = exchange_.lines;
  const auto refused_line = [](const OfferedLine& l) {
    return std::holds_alternative<negotiate::Refuse>(l.towards_offerer);
  };
  const bool any_refused = std::any_of(lines.begin(), lines.end(), refused_line);
  if (any_refused && std::none_of(lines.begin(), lines.end(), is_carried)) return refused();
  return std::nullopt;
}

/// It would do on the offerer's terms, and not on the answerer's.
void Offering::refuse(OfferedLine& line, Reason reason) const {
  line.towards_offerer = negotiate::Refuse{reason};
  line.refused_by = protocol::other(roles_.offerer);
}

OfferedLine Offering::plan_line(const sdp::Media& media, std::size_t n) {
  OfferedLine line;
  const negotiate::Form form = std::exchange(forms_[n], negotiate::Form::kAsBefore);
  line.refused_by = roles_.offerer;
  const auto history = history_of(known(roles_.offerer), media_, n);
  line.towards_offerer = negotiate::plan_answer(answering_terms(media), media, history);
  if (std::holds_alternative<negotiate::AnswerPlain>(line.towards_offerer) && kept_plain_[n]) {
    line.towards_offerer = negotiate::AnswerPlain{*kept_plain_[n]};
  }
  line.carriage = media.carriage;
  line.kind = media.kind;
  line.proto = negotiate::answered_proto(line.towards_offerer, media);
  line.by_leave = line.proto != media.proto;
  line.mux = media.rtcp_mux && !request_.rtcp_mux.reject;
  const Reach reach = call_.reach(media, n, offerers_port_family(n), warnings_);
  line.held = media.direction != sdp::Direction::kSendRecv || (!reach.rtp && !media.ice);
  line.rtp = reach.rtp;
  line.rtcp = reach.rtcp;
  if (const auto* sdes = std::get_if<negotiate::AnswerSdes>(&line.towards_offerer)) {
    line.chosen = media.crypto[sdes->line].clone();
  }
  if (const auto* dtls = std::get_if<negotiate::AnswerDtls>(&line.towards_offerer)) {
    line.dtls = said_dtls(offerer_terms_, media, dtls->role, Said::kInOffer);
  }
  if (request_.ice != protocol::IceWish::kRemove) line.ice = said_ice(media);
  line.mid = media.mid;
  line.zrtp = media.zrtp_hash;
  if (!media.port || std::holds_alternative<negotiate::Refuse>(line.towards_offerer)) return line;
  if (media.carriage != sdp::Carriage::kRtp) {
    line.ends_encrypt = negotiate::ends_encrypt(offerer_terms_, media);
    const bool refused = answerer_terms_.policy == protocol::Policy::kRequire && !line.ends_encrypt;
    if (refused) refuse(line, Reason::kNotRtp);
    line.offered = !refused && media.carriage == sdp::Carriage::kUdp;
    return line;
  }
  const auto offer = negotiate::plan_offer(answerer_terms_, carries_feedback(media), form);
  if (const auto* formed = std::get_if<negotiate::FormedPlan>(&offer)) {
    line.towards_answerer = repeated(formed->plan, n);
    forms_[n] = formed->form;
    line.offered = true;
  } else {
    refuse(line, std::get<Reason>(offer));
  }
  return line;
}

/// What runs on the answerer's leg is offered again.
negotiate::OfferPlan Offering::repeated(const negotiate::OfferPlan& plan, std::size_t n) const {
  const Party* answerer = known(protocol::other(roles_.offerer));
  const bool has_leg = answerer != nullptr && n < answerer->media.size();
  return negotiate::repeat(answerer_terms_, plan, has_leg ? running(answerer->media[n]) : std::nullopt);
}

/// Behind a NAT nobody is where its SDP says: the handshake is for the phone to begin, from where it really is. With
/// ICE we are told.
negotiate::Terms Offering::answering_terms(const sdp::Media& media) const {
  negotiate::Terms terms = offerer_terms_;
  const auto source = request_.received_from ? IpAddress::parse(*request_.received_from) : std::nullopt;
  const bool behind_nat =
      source && media.connection && media.connection->is_private() && !source->is_private() && !source->is_loopback();
  terms.answer_passive = terms.answer_passive || (behind_nat && !media.ice);
  return terms;
}

protocol::Error Offering::refused() const {
  protocol::Error error{ErrorCode::kPolicyRefused, "", {}};
  for (std::size_t n = 0; n < exchange_.lines.size(); ++n) {
    const auto* refuse = std::get_if<negotiate::Refuse>(&exchange_.lines[n].towards_offerer);
    if (refuse == nullptr) continue;
    if (error.reason.empty()) error.reason = "Refused by policy: " + std::string(name(refuse->reason));
    protocol::LegSecurity entry;
    entry.leg = exchange_.lines[n].refused_by;
    entry.media = n;
    entry.state = SecurityState::kFailed;
    entry.reason = refuse->reason;
    error.security.push_back(std::move(entry));
  }
  return error;
}

/// From here on nothing can fail.
void Offering::commit() {
  if (call_.caller_.tag.empty()) {
    call_.caller_.tag = roles_.offerer == Leg::kCaller ? request_.from_tag : request_.to_tag;
  }
  if (roles_.branch == nullptr) roles_.branch = &call_.add_branch(request_.via_branch, now_);
  Branch& branch = *roles_.branch;
  if (roles_.offerer == Leg::kCallee) branch.party.tag = request_.from_tag;
  offerer().terms = offerer_terms_;
  answerer().terms = answerer_terms_;
  call_.ensure_streams(exchange_.lines.size(), now_);
  commit_party(offerer(), offerer_ports_);
  commit_party(answerer(), answerer_ports_);
  if (roles_.offerer == Leg::kCaller && request_.to_tag.empty()) call_.drop_forks(branch);
  call_.mark(request_.tos);
  call_.signalled(now_);
}

/// A handshake that has failed is not tried again by the answer that it was for, only by the next offer.
void Offering::forget_failed_handshake(Party& party, std::size_t n) {
  LegMedia& media = party.media[n];
  const auto fails = call_.around_.plane.progress(call_.streams_[n], party.index);
  if (!media.dtls || !std::holds_alternative<transport::KeyingFailed>(fails)) return;
  end_association(media);
  call_.around_.plane.set_leg(call_.streams_[n], party.index, blocked_leg(media, {}, relay::Drop::kFailed),
                              now_.steady);
}

void Offering::commit_party(Party& party, const NewPorts& ports) {
  party.media.resize(std::max(party.media.size(), ports.size()));
  for (std::size_t n = 0; n < ports.size(); ++n) {
    LegMedia& media = party.media[n];
    if (media.kind.empty() || !runs(party.role)) media.kind = exchange_.lines[n].kind;
    media.used = media.used || media_[n].port.has_value();
    if (media.used && !media.ports && exchange_.lines[n].carriage == sdp::Carriage::kOther) {
      become(media, SecurityState::kNotRtp, std::nullopt, Reason::kNotRtp, now_.wall);
    }
    forget_failed_handshake(party, n);
    if (!ports[n]) continue;
    media.ports = *ports[n];
    become(media, SecurityState::kPending, std::nullopt, std::nullopt, now_.wall);
    // Routed at once, so that what comes too early is dropped now and not delivered later.
    call_.around_.plane.set_leg(call_.streams_[n], party.index, blocked_leg(media, {}, relay::Drop::kNotAnswered),
                                now_.steady);
  }
}

std::string Offering::write() {
  std::vector<negotiate::Section> sections;
  for (std::size_t n = 0; n < exchange_.lines.size(); ++n) sections.push_back(section(n));
  std::string body = laid_out(negotiate::render(*text_, sections, call_.disguise(request_)));
  Branch& branch = *roles_.branch;
  branch.exchange = std::make_shared<const Exchange>(std::move(exchange_));
  if (roles_.offerer == Leg::kCaller && request_.to_tag.empty()) branch.invite = branch.exchange;
  return branch.told.tell(answerer().role, dialog(), std::move(body));
}

void Offering::note_keys() {
  const auto& lines = roles_.branch->exchange->lines;
  const auto accepted = [](const OfferedLine& line) { return line.chosen.has_value(); };
  const auto offered = [](const OfferedLine& line) { return !line.own_lines.empty(); };
  if (std::any_of(lines.begin(), lines.end(), accepted)) note_exposed_keys(offerer().role, offerer().terms, warnings_);
  if (std::any_of(lines.begin(), lines.end(), offered)) note_exposed_keys(answerer().role, answerer().terms, warnings_);
}

negotiate::Section Offering::section(std::size_t n) {
  OfferedLine& line = exchange_.lines[n];
  if (std::holds_alternative<negotiate::Refuse>(line.towards_offerer)) return negotiate::RejectLine{};
  // Keys of a line that is not wanted are keys all the same: only what we never carry goes on untouched.
  if (!line.offered && line.carriage == sdp::Carriage::kOther) return negotiate::LeaveAlone{};
  if (!line.offered) return negotiate::RejectLine{};
  LegMedia& media = answerer().media[n];
  negotiate::OurLine ours{.rtp = media.ports->rtp_advertised, .rtcp = media.ports->rtcp_advertised};
  ours.proto = line.proto;
  ours.mid = media.mid;
  if (line.carriage == sdp::Carriage::kRtp) {
    const bool browser = answerer().terms.peer == protocol::Peer::kWebrtc;
    ours.rtcp_mux = browser || offers_mux(request_.rtcp_mux, line.mux);
    ours.rtcp_separate = !browser;  // it takes nothing but mux (RFC 8834 §4.5)
    ours.proto = name(line.towards_answerer.profile);
    line.mux_offered = ours.rtcp_mux;
  }
  if (line.towards_answerer.sdes) offer_keys(line, media, ours);
  line.own_proto = ours.proto;
  // What runs is as the last answer left it, until this offer has one.
  const auto write = [&](Party& party, const std::string& proto) {
    std::string& known = party.media[n].protocol;
    if (known.empty() || !runs(party.role)) known = proto;
  };
  write(offerer(), line.proto);
  write(answerer(), line.own_proto);
  offer_transport(n, ours);
  // An offer that is SRTP or nothing cannot end with both legs plain.
  ours.zrtp_passes = std::holds_alternative<negotiate::AnswerPlain>(line.towards_offerer) &&
                     !protocol::is_secure(line.towards_answerer.profile);
  return ours;
}

void Offering::offer_keys(OfferedLine& line, LegMedia& media, negotiate::OurLine& ours) {
  line.own_lines = negotiate::lines_to_offer(answerer().terms, running(media), media.offered);
  for (const auto& [tag, suite] : line.own_lines) {
    ours.crypto.push_back(own_line(media, tag, suite, {}, call_.around_.entropy));
    line.own_keys.push_back(ours.crypto.back().keys.front().key_salt.clone());
  }
}

/// To a browser always, to others where the client asks for it; one that speaks NG means by default: as the offerer
/// did.
bool Offering::offers_ice(const OfferedLine& line) {
  if (answerer().terms.peer == protocol::Peer::kWebrtc || request_.ice == protocol::IceWish::kForce) return true;
  return !request_.osrtp && request_.ice == protocol::IceWish::kDefault && line.ice;
}

/// What stands under the media: a handshake, and a path where the peer is one that finds it by ICE.
void Offering::offer_transport(std::size_t n, negotiate::OurLine& ours) {
  const OfferedLine& line = exchange_.lines[n];
  LegMedia& media = answerer().media[n];
  const Surroundings& around = call_.around_;
  if (line.towards_answerer.dtls) {
    const DtlsLeg& dtls = own_dtls(media, around.identity, around.entropy);
    ours.dtls = dtls_lines(dtls, sdp::SetupRole::kActpass);
  }
  if (line.carriage == sdp::Carriage::kRtp && offers_ice(line)) own_ice(media, around.entropy).spoken = true;
  if (media.ice && media.ice->spoken) {
    // Whoever asked for an offer may not be whom the old one was for (RFC 8842 §8).
    if (is_late() && runs(answerer().role)) {
      restart_ice(media, around.entropy);
    } else {
      media.ice->restart.reset();
    }
    ours.ice = ice_lines(media, ours.rtcp_separate, call_.disguise(request_).media_address);
  }
  const bool unheard = media.dtls ? !media.dtls->agreed : !media.encrypted;
  const bool fresh = media.status.state == SecurityState::kPending && unheard;
  if (!fresh || (!ours.dtls && !ours.ice)) return;
  call_.around_.plane.set_leg(call_.streams_[n], answerer().index, awaiting_leg(media, around.settings, around.entropy),
                              now_.steady);
}

}  // namespace osrtp::call
