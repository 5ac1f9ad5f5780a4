#include "control/reply_cache.hpp"

#include <utility>

namespace osrtp::control {

std::optional<std::string> ReplyCache::find(std::string_view frame, TimePoint now) {
  drop_old(now);
  const auto it = replies_.find(std::string(frame));
  if (it == replies_.end()) return std::nullopt;
  return it->second;
}

void ReplyCache::put(std::string frame, std::string reply, TimePoint now) {
  drop_old(now);
  const std::size_t added = 2 * frame.size() + reply.size();
  if (!replies_.emplace(frame, std::move(reply)).second) return;
  octets_ += added;
  ages_.push_back({now, std::move(frame)});
}

void ReplyCache::drop_old(TimePoint now) {
  while (!ages_.empty() &&
         (now - ages_.front().at >= kLifetime || ages_.size() > kMaxEntries || octets_ > kMaxOctets)) {
    const auto it = replies_.find(ages_.front().frame);
    octets_ -= 2 * it->first.size() + it->second.size();
    replies_.erase(it);
    ages_.pop_front();
  }
}

}  // namespace osrtp::control
