#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/siphash.hpp"
#include "base/time.hpp"

namespace osrtp::control {

/// Replies by request frame, so that a repeated request is answered and not executed again.
/// The digest of the whole frame is the key: the equal cookies of two clients never get each other's
/// reply. Bounded in time, count and octets; the oldest go first. Replies hold SDP with keys, so
/// that somebody has to call drop_old() where no requests come, and forget() when a call is over.
class ReplyCache {
 public:
  static constexpr std::chrono::seconds kLifetime{30};
  static constexpr std::size_t kMaxEntries = 65'536;
  static constexpr std::size_t kMaxOctets = 64UL * 1024 * 1024;
  /// Of one call of drop_old(), so that nobody waits for the replies of a busy second.
  static constexpr std::size_t kMostDropped = 256;

  /// @param key for digests, one that no client can guess
  explicit ReplyCache(SipKey key) : key_(key) {}

  /// What a frame, or the name of a call, is known by.
  [[nodiscard]] Digest128 digest(std::string_view frame) const noexcept { return siphash128(frame, key_); }
  [[nodiscard]] std::optional<std::string> find(const Digest128& frame, TimePoint now);
  /// @param call whose keys may be in the reply, by its digest(); nothing: there are none
  void put(const Digest128& frame, std::string reply, TimePoint now, const std::optional<Digest128>& call = {});
  /// What was put for `call` goes. Who repeats such a request late must not begin the call anew, and hears what
  /// `instead` makes of the reply.
  void forget(const Digest128& call, const std::function<std::string(std::string_view)>& instead);
  /// Forgets what is over kLifetime old, or over the bounds.
  void drop_old(TimePoint now);
  [[nodiscard]] std::size_t size() const noexcept { return replies_.size(); }

 private:
  struct Kept {
    TimePoint at;
    Digest128 frame;
    std::string reply;
    std::optional<Digest128> call;
  };
  /// Nothing kept for a call is older.
  void drop_from_call(const Kept& oldest);
  struct Hash {
    std::size_t operator()(const Digest128& digest) const noexcept { return digest[0]; }
  };

  SipKey key_;
  std::deque<Kept> kept_;  // oldest first
  std::unordered_map<Digest128, const Kept*, Hash> replies_;
  std::unordered_map<Digest128, std::deque<Kept*>, Hash> by_call_;  // oldest first
  std::size_t octets_ = 0;
};

}  // namespace osrtp::control
