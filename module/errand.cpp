#include "module/errand.hpp"

#include <algorithm>
#include <utility>

#include "protocol/codec.hpp"

namespace osrtp::module {

namespace {

using std::chrono::milliseconds;

// With its quotes it does not stand inside a JSON string.
constexpr std::string_view kError = "\"error\"";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

Room room_in(std::string_view dictionary) {
  using protocol::ErrorCode;
  if (!contains(dictionary, kError)) return Room::kSome;
  const auto reply = protocol::decode_reply(dictionary, protocol::Command::kOffer);
  const auto* error = reply ? std::get_if<protocol::Error>(&reply->body) : nullptr;
  if (error == nullptr) return Room::kSome;
  if (error->code == ErrorCode::kDraining) return Room::kDraining;
  const bool full = error->code == ErrorCode::kPortsExhausted || error->code == ErrorCode::kDescriptorsExhausted ||
                    error->code == ErrorCode::kTooManyCalls;
  return full ? Room::kFull : Room::kSome;
}

Errand::Errand(Itinerary itinerary, Letter letter, milliseconds budget, TimePoint now)
    : itinerary_(std::move(itinerary)),
      letter_(std::move(letter)),
      start_(now),
      deadline_(now + budget),
      waited_until_(now),
      budget_(budget),
      too_long_(letter_.frame.empty()) {
  if (!itinerary_.nodes.empty()) arrive(now);
}

void Errand::arrive(TimePoint now) {
  const auto left = std::chrono::floor<milliseconds>(deadline_ - now);
  share_ = is_last() ? left : left * 3 / 8;
  share_end_ = now + share_;
  asked_at_.reset();
  asked_again_ = false;
  const bool anew = stop_ >= itinerary_.anew_from && !letter_.anew.empty();
  transaction_.emplace(letter_.cookie, anew ? letter_.anew : letter_.frame,
                       protocol::Schedule{share_, {share_ * 3 / 8, share_ * 6 / 8}}, now);
}

bool Errand::was_silent(TimePoint now) const {
  return asked_at_ && asked_again_ && (share_end_ - *asked_at_) * 8 >= budget_ && now <= share_end_ + share_;
}

void Errand::give_up(TimePoint now) {
  waited_until_ = std::min(now, deadline_);
  busy_ = !asked_at_;
  if (busy_) return leave(now);
  leave(was_silent(now) ? Finding::kSilent : Finding::kUnanswered, now);
}

void Errand::leave(Finding why, TimePoint now) {
  news_.push_back({node(), why});
  leave(now);
}

void Errand::leave(TimePoint now) {
  const bool last = is_last();
  transaction_.reset();
  if (last || now >= deadline_) return;
  ++stop_;
  arrive(now);
}

std::optional<Errand::Step> Errand::judge(std::string_view dictionary, TimePoint now) {
  const Room room = itinerary_.needs_call && stop_ < itinerary_.anew_from ? Room::kSome : room_in(dictionary);
  if (room == Room::kSome) return Done{dictionary, node()};
  const Finding finding = room == Room::kFull ? Finding::kFull : Finding::kDraining;
  if (!may_leave()) {
    news_.push_back({node(), finding});
    return Done{dictionary, node()};
  }
  refusal_ = {std::string(dictionary), node()};
  leave(finding, now);
  return std::nullopt;
}

Errand::Failed Errand::failed(Failure why) const {
  return {why, std::chrono::ceil<milliseconds>(waited_until_ - start_)};
}

Errand::Step Errand::step(TimePoint now) {
  while (transaction_ && !too_long_) {
    const auto step = transaction_->step(now);
    if (std::holds_alternative<protocol::Transaction::Send>(step)) {
      asked_again_ = asked_at_.has_value();
      if (!asked_at_) asked_at_ = now;
      return Send{node(), transaction_->frame()};
    }
    if (const auto* wait = std::get_if<protocol::Transaction::Wait>(&step)) return Wait{wait->until};
    if (const auto* answer = std::get_if<protocol::Transaction::Answered>(&step)) {
      if (const auto end = judge(answer->dictionary, now)) return *end;
      continue;
    }
    give_up(now);
  }
  if (too_long_) return failed(Failure::kTooLong);
  if (refusal_) return Done{refusal_->first, refusal_->second};
  if (itinerary_.needs_call && !busy_) return failed(Failure::kNodeDead);
  return failed(itinerary_.nodes.empty() ? Failure::kNoNode : Failure::kUnreachable);
}

bool Errand::receive(std::size_t from, std::string_view datagram) {
  return transaction_ && from == node() && transaction_->receive(datagram);
}

void Errand::send_failed(std::size_t to, NotSent why, TimePoint now) {
  if (why == NotSent::kTooLong) too_long_ = true;
  if (!transaction_ || to != node()) return;
  if (why == NotSent::kRefused) leave(Finding::kRefused, now);
  if (why != NotSent::kBusy) return;
  if (!asked_again_) asked_at_.reset();
  transaction_->again(now + kBusyPause);
}

}  // namespace osrtp::module
