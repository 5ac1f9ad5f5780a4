#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dtls/association.hpp"
#include "dtls/handshakes.hpp"
#include "support/octets.hpp"
#include "support/openssl_clock.hpp"

namespace osrtp::testing {

inline constexpr WallTime kToday{std::chrono::seconds(1'800'000'000)};

inline std::shared_ptr<const dtls::Identity> new_identity() {
  auto made = dtls::Identity::generate(kToday);
  EXPECT_TRUE(made);
  return *made;
}

/// The peers of every test: making keys takes time.
inline const std::shared_ptr<const dtls::Identity>& alice() {
  static const auto made = new_identity();
  return made;
}
inline const std::shared_ptr<const dtls::Identity>& bob() {
  static const auto made = new_identity();
  return made;
}
inline const std::shared_ptr<const dtls::Identity>& mallory() {
  static const auto made = new_identity();
  return made;
}

/// RSA of `bits`, self-signed, in PEM; the certificate is larger than a packet.
struct Pem {
  std::string certificate;
  std::string key;
};
Pem rsa_identity(unsigned bits);

inline std::vector<Fingerprint> only(const dtls::Identity& identity, HashFunction hash = HashFunction::kSha256) {
  return {identity.fingerprint(hash)};
}

inline std::vector<std::uint8_t> master(const Secret& secret) { return octets_of(secret.reveal()); }

template <class Member, class State>
bool is(const State& state) {
  return std::holds_alternative<Member>(state);
}

/// Why it failed; -1 if it has not.
inline int failure_of(const dtls::Association& association) {
  const auto* failed = std::get_if<dtls::Association::Failed>(&association.state());
  return failed != nullptr ? static_cast<int>(failed->why) : -1;
}
inline int failure_of(const dtls::Handshakes& handshakes) {
  const auto* failed = std::get_if<dtls::Handshakes::Failed>(&handshakes.state());
  return failed != nullptr ? static_cast<int>(failed->why) : -1;
}
inline int number(dtls::Failure why) { return static_cast<int>(why); }

}  // namespace osrtp::testing
