#pragma once

#include <gtest/gtest.h>

#include "srtp/context.hpp"
#include "support/octets.hpp"

namespace osrtp::testing {

/// A key of `suite` whose master octets count up from `first`.
inline srtp::Key test_key(Suite suite, std::uint8_t first = 1) {
  return {.suite = suite, .master = *Secret::from(counting(facts(suite).master_size(), first))};
}

/// A context that cannot fail to be made; starts libsrtp on the first call.
inline srtp::Context context(srtp::Direction direction, const srtp::Key& key,
                             std::uint32_t window = srtp::kDefaultReplayWindow,
                             std::span<const srtp::Progress> resumed = {}) {
  if (const auto ready = srtp::initialize(); !ready) throw std::runtime_error(ready.error());
  auto made = srtp::Context::create(direction, key, window, resumed);
  if (!made) throw std::runtime_error("no context");
  return *std::move(made);
}

using Outcome = Result<Octets, srtp::Error>;

inline Outcome copied(const Result<ByteSpan, srtp::Error>& result) {
  if (!result) return fail(result.error());
  return octets_of(*result);
}
inline Outcome protect_rtp(srtp::Context& c, ByteView packet) {
  Buffer b(packet);
  return copied(c.protect_rtp(b.whole(), b.size));
}
inline Outcome protect_rtcp(srtp::Context& c, ByteView packet) {
  Buffer b(packet);
  return copied(c.protect_rtcp(b.whole(), b.size));
}
inline Outcome unprotect_rtp(srtp::Context& c, ByteView packet) {
  Buffer b(packet);
  return copied(c.unprotect_rtp(b.packet()));
}
inline Outcome unprotect_rtcp(srtp::Context& c, ByteView packet) {
  Buffer b(packet);
  return copied(c.unprotect_rtcp(b.packet()));
}

/// The name of a suite as a GoogleTest parameter name.
template <class Info>
std::string suite_name(const Info& row) {
  return std::string(facts(row.param).name);
}

}  // namespace osrtp::testing
