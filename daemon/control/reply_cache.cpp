#include "control/reply_cache.hpp"

#include <utility>

namespace osrtp::control {

std::optional<std::string> ReplyCache::find(const Digest128& frame, TimePoint now) {
  drop_old(now);
  const auto it = replies_.find(frame);
  if (it == replies_.end() || now - it->second->at >= kLifetime) return std::nullopt;
  return it->second->reply;
}

void ReplyCache::put(const Digest128& frame, std::string reply, TimePoint now, const std::optional<Digest128>& call) {
  drop_old(now);
  // What is out of time has not had its turn yet, and is as good as gone.
  kept_.push_back({now, frame, std::move(reply), call});
  octets_ += kept_.back().reply.size();
  replies_.insert_or_assign(frame, &kept_.back());
  if (call) by_call_[*call].push_back(&kept_.back());
}

void ReplyCache::forget(const Digest128& call, const std::function<std::string(std::string_view)>& instead) {
  const auto known = by_call_.find(call);
  if (known == by_call_.end()) return;
  for (Kept* kept : known->second) {
    std::string rest = instead(kept->reply);
    octets_ = octets_ - kept->reply.size() + rest.size();
    // Not assigned: a short text would go into the long one's place, and leave the end of it there.
    kept->reply.swap(rest);
    kept->call.reset();
  }
  by_call_.erase(known);
}

void ReplyCache::drop_from_call(const Kept& oldest) {
  if (!oldest.call) return;
  const auto known = by_call_.find(*oldest.call);
  known->second.pop_front();
  if (known->second.empty()) by_call_.erase(known);
}

void ReplyCache::drop_old(TimePoint now) {
  for (std::size_t left = kMostDropped; left > 0 && !kept_.empty(); --left) {
    const Kept& oldest = kept_.front();
    if (now - oldest.at < kLifetime && kept_.size() <= kMaxEntries && octets_ <= kMaxOctets) return;
    octets_ -= oldest.reply.size();
    drop_from_call(oldest);
    const auto known = replies_.find(oldest.frame);
    if (known->second == &oldest) replies_.erase(known);
    kept_.pop_front();
  }
}

}  // namespace osrtp::control
