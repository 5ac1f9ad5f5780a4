// OpenSSL says it when it gets no memory. Wherever that happens, what it was asked for has not been done and is not
// taken for done; and the next time it works.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "srtp/context.hpp"
#include "support/dtls.hpp"
#include "support/failing_heap.hpp"
#include "support/srtp.hpp"

namespace osrtp::testing {
namespace {

enum class Came : std::uint8_t { kDone, kRefused };

/// Does `work` with its first allocation failing, its second, and so on, until none has to fail any more.
/// @param step every how many allocations are tried
/// @return how often one failed
std::size_t with_each_failure(const std::function<Came()>& work, std::size_t step = 1) {
  EXPECT_EQ(work(), Came::kDone) << "what is only made once is there now";
  std::size_t refused = 0;
  std::size_t failures = 0;
  constexpr std::size_t enough = 100'000;
  for (std::size_t n = 0; n < enough; n += step) {
    Came outcome{};
    {
      const FailingHeap heap(n);
      outcome = work();
    }
    if (!FailingHeap::has_failed()) {
      EXPECT_EQ(outcome, Came::kDone);
      EXPECT_GT(refused, 0U) << "no failure has made a difference";
      return failures;
    }
    ++failures;
    refused += outcome == Came::kRefused ? 1 : 0;
  }
  ADD_FAILURE() << "it never ends";
  return failures;
}

TEST(AllocationFailure, AContextIsMadeWholeOrNotAtAll) {
  for (const Suite suite : {Suite::kAesCm128HmacSha1_80, Suite::kAeadAes256Gcm}) {
    const srtp::Key key = test_key(suite);
    (void)context(srtp::Direction::kOutbound, key);  // starts libsrtp
    (void)with_each_failure([&] {
      auto out = srtp::Context::create(srtp::Direction::kOutbound, key, 128);
      auto in = srtp::Context::create(srtp::Direction::kInbound, key, 128);
      if (!out || !in) return Came::kRefused;
      const Octets plain = rtp_packet(7, 1);
      const auto sealed = protect_rtp(*out, plain);
      if (!sealed) return Came::kRefused;
      EXPECT_EQ(std::search(sealed->begin(), sealed->end(), plain.begin() + 12, plain.end()), sealed->end())
          << "in clear";
      const auto opened = unprotect_rtp(*in, *sealed);
      if (opened) {
        EXPECT_EQ(*opened, plain);
      }
      return opened ? Came::kDone : Came::kRefused;
    });
  }
}

/// A handshake as far as it comes: keys on both sides, the same, or on neither.
Came shake_hands() {
  const TimePoint now{std::chrono::seconds(1)};
  const OpensslClock clock{now};
  using dtls::Association;
  auto client = Association::create({.identity = alice(), .role = dtls::Role::kActive, .peer = only(*bob())}, now);
  auto server = Association::create({.identity = bob(), .peer = only(*alice())}, now);
  if (!client || !server) return Came::kRefused;
  for (bool any = true; any;) {
    any = false;
    for (const Octets& datagram : client->take_output()) server->handle(datagram, now), any = true;
    for (const Octets& datagram : server->take_output()) client->handle(datagram, now), any = true;
  }
  const auto ours = client->take_keys();
  const auto theirs = server->take_keys();
  if (ours && theirs) {
    EXPECT_EQ(master(ours->ours), master(theirs->theirs));
    EXPECT_EQ(master(ours->theirs), master(theirs->ours));
  }
  for (const auto* one : {&*client, &*server}) {
    EXPECT_NE(failure_of(*one), number(dtls::Failure::kFingerprintMismatch)) << "blames the peer";
  }
  return ours && theirs ? Came::kDone : Came::kRefused;
}

TEST(AllocationFailure, AHandshakeHasItsKeysOrNone) { EXPECT_GT(with_each_failure(shake_hands, 37), 20U); }

TEST(AllocationFailure, AnIdentityIsMadeWholeOrNotAtAll) {
  (void)with_each_failure(
      [] {
        const auto made = dtls::Identity::generate(kToday);
        if (!made) {
          EXPECT_FALSE(made.error().empty());
          return Came::kRefused;
        }
        EXPECT_FALSE((*made)->fingerprint(HashFunction::kSha256).digest.empty());
        return Came::kDone;
      },
      7);
}

}  // namespace
}  // namespace osrtp::testing
