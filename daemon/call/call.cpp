#include "call/call.hpp"

#include <algorithm>
#include <utility>

#include "call/answering.hpp"
#include "call/offering.hpp"

namespace osrtp::call {

protocol::Reason reason_of(dtls::Failure failure) {
  switch (failure) {
    case dtls::Failure::kTimeout:
      return protocol::Reason::kDtlsTimeout;
    case dtls::Failure::kFingerprintMismatch:
      return protocol::Reason::kFingerprintMismatch;
    case dtls::Failure::kNoCommonProfile:
      return protocol::Reason::kNoCommonSuite;
    case dtls::Failure::kAlert:
    case dtls::Failure::kInternal:
      return protocol::Reason::kDtlsAlert;
  }
  return protocol::Reason::kDtlsAlert;
}

using protocol::ErrorCode;
using protocol::Leg;

Call::Call(std::string id, Surroundings around, Now now)
    : id_(std::move(id)), around_(around), created_(now), last_signal_(now.steady), last_signal_wall_(now.wall) {
  caller_.created = now.wall;
}

Call::~Call() {
  while (!branches_.empty()) drop_branch(branches_.size() - 1);
  count_traffic(caller_);
  if (counted_) leave(around_.census, *counted_);
  for (const StreamId stream : streams_) around_.plane.close_stream(stream);
  close_ports(caller_);
}

Result<protocol::SdpReply, protocol::Error> Call::offer(const protocol::SdpRequest& request, Now now,
                                                        std::vector<std::string>& warnings) {
  const auto roles = roles_of_offer(request);
  if (!roles) return fail(roles.error());
  auto reply = Offering(*this, *roles, request, now, warnings).run();
  if (reply) note_exchange(protocol::HappeningKind::kOffer, roles->offerer, now);
  return reply;
}

Result<protocol::SdpReply, protocol::Error> Call::answer(const protocol::SdpRequest& request, Now now,
                                                         std::vector<std::string>& warnings) {
  Branch* branch = branch_of_answer(request);
  if (branch == nullptr || !branch->exchange) {
    return fail(protocol::Error{ErrorCode::kOutOfOrder, "Answer without an offer", {}});
  }
  if (request.sdp.empty() && protocol::is_success(request.sip_code)) return confirm(*branch, request, now);
  if (is_fork(*branch, request)) return fork_answer(*branch, request, now, warnings);
  // Two offers have crossed (RFC 3261 §14.1): what answers the older one would be read as the wrong side's.
  const Party& offerer = branch->exchange->offerer == Leg::kCaller ? caller_ : branch->party;
  if (request.from_tag != offerer.tag) {
    return fail(protocol::Error{ErrorCode::kOutOfOrder, "Answer to an offer that the other side has replaced", {}});
  }
  const Leg answerer = other(branch->exchange->offerer);
  auto reply = Answering(*this, *branch, request, now, warnings).run();
  if (reply) note_exchange(protocol::HappeningKind::kAnswer, answerer, now);
  return reply;
}

Result<protocol::SdpReply, protocol::Error> Call::fork_answer(const Branch& first, const protocol::SdpRequest& request,
                                                              Now now, std::vector<std::string>& warnings) {
  Branch* fork = add_fork(first, now);
  if (fork == nullptr) return fail(protocol::Error{ErrorCode::kTooManyCalls, "Too many forks", {}});
  auto reply = Answering(*this, *fork, request, now, warnings).run();
  if (!reply) drop_branch(branches_.size() - 1);
  if (reply) note_exchange(protocol::HappeningKind::kAnswer, Leg::kCallee, now);
  return reply;
}

Branch& Call::add_branch(std::string_view via_branch, Now now) {
  const auto taken = [&](relay::LegIndex index) {
    return std::any_of(branches_.begin(), branches_.end(), [&](const auto& b) { return b->party.index == index; });
  };
  relay::LegIndex index = 1;
  while (taken(index)) ++index;
  auto branch = std::make_unique<Branch>();
  branch->party.role = Leg::kCallee;
  branch->party.index = index;
  branch->party.via_branch = via_branch;
  branch->party.created = now.wall;
  branches_.push_back(std::move(branch));
  return *branches_.back();
}

void Call::drop_branch(std::size_t position) {
  const Party& party = branches_[position]->party;
  forget_traffic(party);
  for (const StreamId stream : streams_) around_.plane.remove_leg(stream, party.index);
  const auto gone = std::move(branches_[position]);
  branches_.erase(branches_.begin() + static_cast<std::ptrdiff_t>(position));
  if (connected_ == gone->party.index) connected_ = relay::kCallerLeg;
  close_ports(gone->party);
}

bool Call::remove_branch(std::string_view via_branch) {
  const std::size_t before = branches_.size();
  for (std::size_t i = before; i-- > 0;) {
    if (branches_[i]->party.via_branch == via_branch) drop_branch(i);
  }
  return branches_.size() < before;
}

void Call::ensure_streams(std::size_t count, Now now) {
  while (streams_.size() < count) {
    const auto beside = streams_.empty() ? std::nullopt : std::optional(streams_.front());
    streams_.emplace_back(around_.next_stream++);
    around_.plane.open_stream(streams_.back(), beside);
    if (answered()) around_.plane.connect(streams_.back(), connected_, choice(), now.steady);
  }
}

void Call::signalled(Now now) {
  last_signal_ = now.steady;
  last_signal_wall_ = now.wall;
}

void Call::connect(Branch& branch, Now now) {
  const bool has_it = std::exchange(connected_, branch.party.index) == branch.party.index;
  // Whoever only rings on does not take back what another fork has taken over by talking.
  if (!has_it || confirmed_) {
    for (const StreamId stream : streams_) around_.plane.connect(stream, connected_, choice(), now.steady);
  }
  signalled(now);
}

Result<protocol::SdpReply, protocol::Error> Call::confirm(Branch& branch, const protocol::SdpRequest& request,
                                                          Now now) {
  if (!branch.answered || is_fork(branch, request)) {
    return fail(protocol::Error{ErrorCode::kOutOfOrder, "No answer to confirm", {}});
  }
  confirmed_ = branch.confirmed = true;
  connect(branch, now);
  end_others(branch);
  stop_rejected_lines(branch, now);
  return protocol::SdpReply{{}, security(&branch)};
}

void Call::stop_rejected_lines(const Branch& branch, Now now) {
  using protocol::SecurityState;
  for (std::size_t n = 0; n < std::min(caller_.media.size(), branch.party.media.size()); ++n) {
    LegMedia& media = caller_.media[n];
    const bool rejected = branch.party.media[n].status.state == SecurityState::kFailed;
    if (!rejected || !media.ports || media.status.state == SecurityState::kFailed) continue;
    around_.plane.set_leg(streams_[n], caller_.index, failed_leg(media, protocol::Reason::kMediaRejected, now.wall),
                          now.steady);
  }
}

void Call::end_others(const Branch& branch) {
  for (std::size_t i = branches_.size(); i-- > 0;) {
    if (branches_[i].get() != &branch) drop_branch(i);
  }
}

negotiate::Disguise Call::disguise(const protocol::SdpRequest& request) const {
  negotiate::Disguise disguise;
  disguise.origin = std::any_of(request.replace.begin(), request.replace.end(),
                                [](const std::string& r) { return r == "origin" || r == "origin-full"; });
  if (request.media_address) disguise.media_address = IpAddress::parse(*request.media_address);
  return disguise;
}

relay::Choice Call::choice() const noexcept { return confirmed_ ? relay::Choice::kFinal : relay::Choice::kEarly; }

bool Call::answered() const noexcept { return connected_ != relay::kCallerLeg; }

bool Call::held() const {
  // One line on hold beside another that runs is no call on hold.
  const auto party_held = [](const Party& party) {
    const auto carried = [](const LegMedia& m) {
      return m.used && m.ports && m.status.state != protocol::SecurityState::kFailed;
    };
    const auto runs = [&](const LegMedia& media) { return carried(media) && !media.held; };
    return std::any_of(party.media.begin(), party.media.end(), carried) &&
           std::none_of(party.media.begin(), party.media.end(), runs);
  };
  const Branch* branch = connected_branch();
  return party_held(caller_) || (branch != nullptr && party_held(branch->party));
}

std::optional<TimePoint> Call::last_received() const {
  std::optional<TimePoint> last;
  const auto see = [&](relay::LegIndex leg) {
    for (const StreamId stream : streams_) last = std::max(last, around_.plane.counters(stream, leg).last_received);
  };
  see(caller_.index);
  for (const auto& branch : branches_) see(branch->party.index);
  return last;
}

WallTime Call::wall(TimePoint time) const noexcept {
  return created_.wall + std::chrono::duration_cast<WallTime::duration>(time - created_.steady);
}

TimePoint Call::steady(WallTime time) const noexcept {
  return created_.steady + std::chrono::duration_cast<TimePoint::duration>(time - created_.wall);
}

Status Call::status(const Party& party, std::size_t n) const {
  const LegMedia& media = party.media[n];
  if (!media.dtls || media.status.state != protocol::SecurityState::kPending) return media.status;
  return std::visit(
      Overloaded{
          [&](const transport::NotByDtls&) { return media.status; },
          [&](const transport::Handshaking&) { return media.status; },
          [&](const transport::Keyed& keyed) {
            return Status{protocol::SecurityState::kSrtpDtls, keyed.suite, std::nullopt, wall(keyed.since)};
          },
          [&](const transport::KeyingFailed& failed) {
            return Status{protocol::SecurityState::kFailed, std::nullopt, reason_of(failed.why), wall(failed.since)};
          },
      },
      around_.plane.progress(streams_[n], party.index));
}

void Call::note_exchange(protocol::HappeningKind kind, Leg from, Now now) {
  timeline_.exchanged(kind, from, now.wall);
  note_states();
}

void Call::note_states() {
  const auto note = [&](Party& party) {
    for (std::size_t n = 0; n < party.media.size(); ++n) {
      LegMedia& media = party.media[n];
      if (!media.used) continue;
      const Status now = status(party, n);
      if (std::exchange(media.noted, now.state) == now.state) continue;
      timeline_.became(party.role, n, now.state, now.suite, now.reason, now.since);
    }
  };
  note(caller_);
  for (const auto& branch : branches_) note(branch->party);
}

std::vector<std::string> Call::take_news() {
  note_states();
  std::vector<std::string> news;
  const auto tell = [&](Party& party) {
    for (std::size_t n = 0; n < party.media.size(); ++n) {
      LegMedia& media = party.media[n];
      if (!media.dtls || media.status.state != protocol::SecurityState::kPending) continue;
      const Status now = status(party, n);
      if (std::exchange(media.told, now.state) == now.state || now.state == protocol::SecurityState::kPending) continue;
      std::string line = "leg=" + std::string(name(party.role)) + "." + std::to_string(n) + " state=";
      line += name(now.state);
      if (now.suite) line += " suite=" + std::string(facts(*now.suite).name);
      if (now.reason) line += " reason=" + std::string(name(*now.reason));
      news.push_back(std::move(line));
    }
  };
  tell(caller_);
  for (const auto& branch : branches_) tell(branch->party);
  return news;
}

std::optional<Ending> Call::expired(Now now) const {
  if (!answered()) {
    const bool over = now.steady - last_signal_ >= around_.settings.half_open_timeout;
    return over ? std::optional(Ending::kHalfOpenTimeout) : std::nullopt;
  }
  const auto& settings = around_.settings;
  auto limit = held() ? settings.held_timeout : settings.media_timeout;
  if (!confirmed_) limit = std::max(limit, settings.half_open_timeout);  // it rings, be it with early media
  const auto over = [&](TimePoint since) { return now.steady - since >= limit; };
  if (over(std::max(last_signal_, last_received().value_or(last_signal_)))) return Ending::kMediaTimeout;
  const auto failed = keying_failed_since();
  return failed && over(*failed) ? std::optional(Ending::kKeyingFailed) : std::nullopt;
}

std::optional<TimePoint> Call::keying_failed_since() const {
  using protocol::SecurityState;
  std::optional<TimePoint> since;
  // What signalling decides is at most as old as the last message; what a handshake decides has a time of its own.
  const auto is_blocked = [&](const Party& party, std::size_t n) {
    const Status now = status(party, n);
    if (now.state != SecurityState::kFailed && now.state != SecurityState::kPending) return false;
    since = std::max(since, std::optional(last_signal_));
    const bool by_handshake = now.state != party.media[n].status.state;
    if (by_handshake) since = std::max(*since, steady(now.since));
    return true;
  };
  const Branch* branch = connected_branch();
  if (branch == nullptr) return std::nullopt;
  for (std::size_t n = 0; n < std::min(caller_.media.size(), branch->party.media.size()); ++n) {
    if (!caller_.media[n].used) continue;
    const bool caller = is_blocked(caller_, n);
    const bool callee = is_blocked(branch->party, n);
    if (!caller && !callee) return std::nullopt;
  }
  return since;
}

}  // namespace osrtp::call
