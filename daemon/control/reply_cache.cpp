#include "control/reply_cache.hpp"

#include <utility>

namespace osrtp::control {

std::optional<std::string> ReplyCache::find(const Digest128& frame, TimePoint now) {
  drop_old(now);
  const auto it = replies_.find(frame);
  if (it == replies_.end() || now - it->second->at >= kLifetime) return std::nullopt;
  return it->second->reply;
}

void ReplyCache::put(const Digest128& frame, std::string reply, TimePoint now) {
  drop_old(now);
  // What is out of time has not had its turn yet, and is as good as gone.
  kept_.push_back({now, frame, std::move(reply)});
  octets_ += kept_.back().reply.size();
  replies_.insert_or_assign(frame, &kept_.back());
}

void ReplyCache::drop_old(TimePoint now) {
  for (std::size_t left = kMostDropped; left > 0 && !kept_.empty(); --left) {
    const Kept& oldest = kept_.front();
    if (now - oldest.at < kLifetime && kept_.size() <= kMaxEntries && octets_ <= kMaxOctets) return;
    octets_ -= oldest.reply.size();
    const auto known = replies_.find(oldest.frame);
    if (known->second == &oldest) replies_.erase(known);
    kept_.pop_front();
  }
}

}  // namespace osrtp::control
