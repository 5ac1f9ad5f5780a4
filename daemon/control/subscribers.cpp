#include "control/subscribers.hpp"

#include <algorithm>
#include <utility>

#include "protocol/framing.hpp"

namespace osrtp::control {

Subscribers::Subscriber* Subscribers::find(std::string_view address) noexcept {
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const auto& s) { return s.address == address; });
  return at == all_.end() ? nullptr : &*at;
}

void Subscribers::drop_old(TimePoint now) {
  std::erase_if(all_, [&](const auto& s) { return s.until <= now; });
}

Subscribers::Subscriber& Subscribers::make_room_for(std::string_view address, TimePoint now) {
  Subscriber fresh{std::string(address), {}, now, now};
  if (all_.size() < kMost) return all_.emplace_back(std::move(fresh));
  auto& first =
      *std::min_element(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.until < b.until; });
  return first = std::move(fresh);
}

protocol::SubscribeReply Subscribers::subscribe(const Asker& asker, std::chrono::seconds wish, TimePoint now) {
  drop_old(now);
  const auto granted = std::clamp(wish, std::chrono::seconds(0), kLongest);
  Subscriber* known = find(asker.address);
  if (granted.count() == 0) {
    const std::uint64_t lost = known == nullptr ? 0 : known->lost;
    std::erase_if(all_, [&](const auto& s) { return s.address == asker.address; });
    return {0, lost};
  }
  Subscriber& subscriber = known == nullptr ? make_room_for(asker.address, now) : *known;
  subscriber.cookie = asker.cookie;
  subscriber.until = now + granted;
  return {static_cast<int>(granted.count()), subscriber.lost};
}

std::vector<Notice> Subscribers::tell(const std::vector<protocol::Event>& events, TimePoint now) {
  std::vector<Notice> notices;
  drop_old(now);
  if (all_.empty()) return notices;
  for (const protocol::Event& event : events) {
    const std::string dictionary = protocol::encode_event(event);
    for (Subscriber& subscriber : all_) {
      if (now - subscriber.second >= std::chrono::seconds(1)) {
        subscriber.second = now;
        subscriber.sent = 0;
      }
      auto frame = protocol::join(subscriber.cookie, dictionary);
      if (!frame || subscriber.sent >= kMostPerSecond) {
        ++subscriber.lost;
        continue;
      }
      ++subscriber.sent;
      notices.push_back({subscriber.address, *std::move(frame)});
    }
  }
  return notices;
}

void Subscribers::lost(std::string_view address) noexcept {
  if (Subscriber* subscriber = find(address)) ++subscriber->lost;
}

}  // namespace osrtp::control
