#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/suite.hpp"
#include "base/time.hpp"
#include "protocol/message.hpp"
#include "protocol/security.hpp"

namespace osrtp::call {

/// What has happened to a call, for who asks why it is as it is: the newest kMost things, small, and put into words
/// only when somebody asks.
class Timeline {
 public:
  static constexpr std::size_t kMost = 32;

  /// One that follows its like is a repetition, and is not told.
  /// @param leg who has sent it
  void exchanged(protocol::HappeningKind kind, protocol::Leg leg, WallTime at) {
    const auto last = std::find_if(entries_.rbegin(), entries_.rend(), is_exchange);
    if (last == entries_.rend() || last->kind != kind || last->leg != leg) add({at, kind, leg, 0, {}, {}, {}});
  }
  /// An m-line of a leg is `state` from now on.
  void became(protocol::Leg leg, std::size_t media, protocol::SecurityState state, std::optional<Suite> suite,
              std::optional<protocol::Reason> reason, WallTime at) {
    add({at, protocol::HappeningKind::kState, leg, static_cast<std::uint8_t>(media), state, suite, reason});
  }
  void fell_silent(protocol::Leg leg, std::size_t media, WallTime at) {
    add({at, protocol::HappeningKind::kSilent, leg, static_cast<std::uint8_t>(media), {}, {}, {}});
  }

  /// In the order of their times.
  [[nodiscard]] std::vector<protocol::Happening> tell() const {
    std::vector<protocol::Happening> all;
    all.reserve(entries_.size());
    for (const Entry& entry : entries_) all.push_back(in_words(entry));
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at_ms < b.at_ms; });
    return all;
  }

 private:
  struct Entry {
    WallTime at;
    protocol::HappeningKind kind;
    protocol::Leg leg;
    std::uint8_t media;
    protocol::SecurityState state;
    std::optional<Suite> suite;
    std::optional<protocol::Reason> reason;
  };
  static bool is_exchange(const Entry& entry) noexcept {
    return entry.kind == protocol::HappeningKind::kOffer || entry.kind == protocol::HappeningKind::kAnswer;
  }
  void add(const Entry& entry) {
    if (entries_.size() >= kMost) entries_.erase(entries_.begin());
    entries_.push_back(entry);
  }
  static protocol::Happening in_words(const Entry& entry) {
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(entry.at.time_since_epoch()).count();
    protocol::Happening told{at, entry.kind, entry.leg, {}};
    if (entry.kind == protocol::HappeningKind::kState || entry.kind == protocol::HappeningKind::kSilent) {
      told.media = entry.media;
    }
    if (entry.kind == protocol::HappeningKind::kState) {
      told.state = entry.state;
      if (entry.suite) told.suite = facts(*entry.suite).name;
      told.reason = entry.reason;
    }
    return told;
  }

  std::vector<Entry> entries_;
};

}  // namespace osrtp::call
