#include <algorithm>
#include <utility>

#include "call/call.hpp"
#include "sdp/words.hpp"

// What subscribers are told of a call that runs.
namespace osrtp::call {
namespace {

using protocol::Event;
using protocol::EventKind;
using protocol::SecurityState;

/// Media should be coming: not blocked, and not something else than RTP, which may pause.
bool carries_rtp(SecurityState state) {
  return is_encrypted(state) || state == SecurityState::kPlain || state == SecurityState::kZrtpPassthrough;
}

/// Whether the m-line takes the place of an encrypted one that has been given up, which is told once.
bool replaces_encrypted(Party& party, std::size_t n) {
  const auto given_up = [&](const LegMedia& other) {
    return !other.used && other.watched.settled && is_encrypted(*other.watched.settled) &&
           sdp::same_word(other.kind, party.media[n].kind);
  };
  const auto other = std::find_if(party.media.begin(), party.media.end(), given_up);
  if (other == party.media.end()) return false;
  other->watched.settled.reset();
  return true;
}

bool is_downgrade(Party& party, std::size_t n, SecurityState state) {
  if (!is_encrypted(state) && state != SecurityState::kPlain) return false;
  const auto before = std::exchange(party.media[n].watched.settled, state);
  if (state != SecurityState::kPlain) return false;
  return before ? is_encrypted(*before) : replaces_encrypted(party, n);
}

}  // namespace

bool Call::falls_silent(Party& party, std::size_t n, const Status& status, Now now) const {
  const auto limit = around_.settings.silence_timeout;
  LegMedia& media = party.media[n];
  Watched& watched = media.watched;
  const auto last = around_.plane.counters(streams_[n], party.index).last_received;
  const bool expected = limit.count() > 0 && media.used && carries_rtp(status.state) && !is_held(n);
  if (!expected || last != watched.heard) watched.silent = false;
  watched.heard = last;
  if (!expected || watched.silent) return false;
  const TimePoint since = std::max({last_signal_, last.value_or(last_signal_), steady(status.since)});
  watched.silent = now.steady - since >= limit;
  return watched.silent;
}

bool Call::is_held(std::size_t n) const {
  const auto held = [n](const Party& party) { return n < party.media.size() && party.media[n].held; };
  const Branch* branch = connected_branch();
  return held(caller_) || (branch != nullptr && held(branch->party));
}

std::vector<Event> Call::take_events(Now now) {
  std::vector<Event> events;
  Branch* branch = connected_branch();
  if (branch == nullptr || !confirmed_) return events;
  for (Party* party : {&caller_, &branch->party}) {
    for (std::size_t n = 0; n < party->media.size(); ++n) {
      const Status now_is = status(*party, n);
      const auto tell = [&](EventKind kind) {
        events.push_back({kind, id_, caller_.tag, branch->party.tag, party->role, n, now_is.state, now_is.reason});
      };
      // A failure that signalling decides has been told in the reply.
      const bool failed =
          now_is.state == SecurityState::kFailed && party->media[n].status.state != SecurityState::kFailed;
      if (is_downgrade(*party, n, now_is.state)) tell(EventKind::kDowngrade);
      if (!std::exchange(party->media[n].watched.failed, failed) && failed) tell(EventKind::kFailed);
      if (falls_silent(*party, n, now_is, now)) {
        tell(EventKind::kSilent);
        timeline_.fell_silent(party->role, n, now.wall);
      }
    }
  }
  return events;
}

}  // namespace osrtp::call
