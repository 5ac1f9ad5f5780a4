#include "call/told.hpp"

#include <algorithm>
#include <utility>

namespace osrtp::call {
namespace {

/// Two for each fork; more forks than these are no phones, and the first of them starts anew then.
constexpr std::size_t kMaxEntries = 64;

}  // namespace

ToldSdps::Entry* ToldSdps::find(protocol::Leg receiver, std::string_view callee_tag) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.receiver == receiver && entry.callee_tag == callee_tag;
  });
  return found == entries_.end() ? nullptr : &*found;
}

void ToldSdps::make_room() {
  if (entries_.size() < kMaxEntries) return;
  const auto oldest =
      std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.callee_tag.empty(); });
  entries_.erase(oldest);
}

std::string ToldSdps::tell(protocol::Leg receiver, std::string_view callee_tag, std::string sdp) {
  Entry* known = find(receiver, callee_tag);
  // Every fork has had the INVITE.
  const Entry* before = known != nullptr ? known : find(receiver, {});
  auto [text, told] = negotiate::tell(std::move(sdp), before != nullptr ? std::optional(before->told) : std::nullopt);
  if (known != nullptr) {
    known->told = std::move(told);
  } else {
    make_room();
    entries_.push_back({receiver, std::string(callee_tag), std::move(told)});
  }
  return std::move(text);
}

}  // namespace osrtp::call
