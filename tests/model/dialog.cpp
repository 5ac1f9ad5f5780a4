#include "model/dialog.hpp"

#include <algorithm>
#include <stdexcept>

#include "model/chance.hpp"
#include "support/dtls_phone.hpp"

namespace osrtp::model {
namespace {

using protocol::Policy;
using protocol::Signalling;

constexpr std::chrono::hours kForever{100};  // dialogs are silent for minutes, and end when they are told to

constexpr Policy kPolicies[] = {Policy::kOpportunistic, Policy::kOff, Policy::kPrefer, Policy::kRequire};
constexpr Signalling kSignallings[] = {Signalling::kEncrypted, Signalling::kUnknown, Signalling::kClear};

/// Octets that never repeat: what the relay's keys are made of.
class Entropy {
 public:
  void operator()(ByteSpan octets) {
    for (auto& octet : octets) octet = chance_.below(256);
  }

 private:
  Chance chance_{0x5eed};
};

call::Settings settings() {
  call::Settings settings;
  settings.media_timeout = settings.held_timeout = settings.half_open_timeout = kForever;
  return settings;
}

}  // namespace

Dialog::Dialog(const Script& script)
    : script_(script),
      now_{TimePoint{} + std::chrono::hours(1), WallTime{} + std::chrono::hours(500'000)},
      clock_(now_.steady),
      callees_{Callee{Phone(2), "0"}, Callee{Phone(3), "1"}, Callee{Phone(4), "2"}} {
  static const auto ready = srtp::initialize();
  if (!ready) throw std::runtime_error(ready.error());
}

std::optional<std::string> Dialog::run() {
  for (at_ = 0; at_ < script_.size() && !problem_; ++at_) {
    step(script_[at_]);
    now_.steady += std::chrono::milliseconds(20);
    now_.wall += std::chrono::milliseconds(20);
    clock_.set(now_.steady);
  }
  if (!problem_) end();
  return problem_;
}

void Dialog::expect(bool holds, const std::string& what) {
  if (holds || problem_) return;
  problem_ = "step " + std::to_string(at_) + ": " + what;
}

void Dialog::step(const Step& step) {
  if (step.verb == Verb::kCall) return set_up(step);
  if (!registry_) return;
  switch (step.verb) {
    case Verb::kCall:
      return;
    case Verb::kOffer:
      return offer(step);
    case Verb::kAnswer:
      return answer(step);
    case Verb::kChange:
      return change(step);
    case Verb::kRefuse:
      return refuse();
    case Verb::kMedia:
      return media(step);
    case Verb::kAttack:
      return attack(step);
    case Verb::kWait:
      return wait(step);
    case Verb::kAgain:
      return again();
    case Verb::kStray:
      return stray(step);
    case Verb::kBye:
      return bye(step);
  }
}

void Dialog::set_up(const Step& step) {
  if (registry_) return;
  const bool has_dtls = (step.is[4] & 1U) == 0;
  late_offer_ = (step.is[4] & 2U) != 0;
  neighbour_ = (step.is[4] & 4U) != 0;
  video_ = (step.is[5] & 1U) != 0;
  callers_terms_ = {kPolicies[step.is[0] % 4], kSignallings[step.is[2] % 3], has_dtls};
  for (std::size_t b = 0; b < kBranches; ++b) {
    callees_[b].terms = {kPolicies[(step.is[1] + b) % 4], kSignallings[step.is[3] % 3], has_dtls};
    for (Wish& wish : callees_[b].phone.wishes()) wish.mux = (step.is[5] & 2U) == 0;
  }
  for (Wish& wish : caller_.wishes()) wish.mux = (step.is[5] & 2U) == 0;
  forks_ = (step.is[5] & 4U) != 0 && !late_offer_;
  pairs_ = (step.is[5] & 8U) != 0 && !late_offer_;
  plain_first_ = (step.is[4] & 16U) != 0;
  if (forks_) callees_[2].via = callees_[0].via;
  if (forks_) callees_[2].terms = callees_[0].terms;
  registry_.emplace(
      settings(), plane_, Entropy(), [](LogLevel, std::string_view) {}, has_dtls ? testing::relay_identity() : nullptr);
  if (neighbour_) meet_neighbour();
  constexpr std::size_t kFewPairs = 5;
  few_ports_ = (step.is[4] & 8U) != 0;
  if (few_ports_) plane_.limit_pairs(kFewPairs);
}

void Dialog::wait(const Step& step) {
  const std::chrono::milliseconds by(100 * step.is[0] + 1000 * step.is[1]);
  now_.steady += by;
  now_.wall += by;
  clock_.set(now_.steady);
  const auto calls = registry_->size();
  registry_->expire(now_);
  expect(registry_->size() == calls, "a call ended by itself");
  plane_.handle_timeout(now_.steady);
  shake_hands();
}

void Dialog::bye(const Step& step) {
  const auto how = static_cast<Bye>(step.is[0] % kByes);
  if (!begun_ || over_) return;
  protocol::Delete request;
  request.call_id = "call";
  const auto before = sight();
  if (how == Bye::kWrongTag) {
    request.from_tag = "nobody";
    expect(!registry_->remove(request, now_).call, "somebody else's BYE ended the call");
    return expect(sight() == before, "a BYE that ended nothing changed something");
  }
  if (how == Bye::kBranch) {
    const std::size_t branch = step.is[1] % kBranches;
    Callee& callee = callees_[branch];
    if (!callee.offered || callee.gone || is_confirmed() || late_offer_) return;
    request.via_branch = callee.via;
    for (std::size_t b = 0; b < kBranches; ++b) {
      if (callees_[b].via != callee.via || !callees_[b].offered) continue;
      callees_[b].gone = true;
      callees_[b].exchange.reset();
      if (connected_ == b) connected_ = kNobody;
      for (std::size_t& talker : talkers_) talker = talker == b ? kNobody : talker;
    }
    last_ = {};
    return expect(registry_->remove(request, now_).call.has_value(), "a branch did not end");
  }
  if (how == Bye::kDialog && has_talk()) {
    request.from_tag = step.is[1] % 2 == 0 ? caller_.tag : callees_[connected_].phone.tag;
    request.to_tag = step.is[1] % 2 == 0 ? callees_[connected_].phone.tag : caller_.tag;
  }
  expect(registry_->remove(request, now_).call.has_value(), "the call did not end");
  over_ = true;
  connected_ = kNobody;
}

void Dialog::end() {
  if (neighbour_) leave_neighbour();
  if (!registry_) return;
  if (begun_ && over_) expect(plane_.open_port_pairs() == 0 && plane_.open_streams() == 0, "ports or streams leak");
  registry_->clear(now_);
  expect(plane_.open_port_pairs() == 0 && plane_.open_streams() == 0, "ports or streams leak in the end");
}

Dialog::Sight Dialog::sight() const {
  protocol::Query query;
  query.call_id = "call";
  const auto reply = registry_->query(query, now_);
  return {reply ? std::optional(reply->call) : std::nullopt, registry_->size(), plane_.open_port_pairs(),
          plane_.open_streams()};
}

Dialog::Sight Dialog::unmoved_sight() const {
  Sight seen = sight();
  if (!seen.call) return seen;
  seen.call->last_signal = seen.call->duration_ms = 0;
  seen.call->rtp.errors = seen.call->rtcp.errors = 0;
  for (auto& entry : seen.call->security) entry.dropped.clear();
  seen.call->history.clear();
  for (auto& each : seen.call->parties) {
    for (auto& media : each.medias) {
      for (auto& stream : media.streams) stream.received.errors = 0;
    }
  }
  return seen;
}

bool Dialog::is_confirmed() const {
  return std::any_of(callees_.begin(), callees_.end(), [](const Callee& c) { return c.confirmed && !c.gone; });
}

std::size_t Dialog::in_dialog() const {
  const auto living =
      std::count_if(callees_.begin(), callees_.end(), [](const Callee& c) { return c.offered && !c.gone; });
  if (!has_talk() || over_ || (!callees_[connected_].confirmed && living != 1)) return kNobody;
  return connected_;
}

std::size_t Dialog::listener(std::size_t speaker, std::size_t n) const {
  if (talkers_.at(n) == kNobody) return kNobody;
  if (speaker == 0) return talkers_.at(n) + 1;
  return speaker == talkers_.at(n) + 1 ? 0 : kNobody;
}

}  // namespace osrtp::model
