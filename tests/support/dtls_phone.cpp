#include "support/dtls_phone.hpp"

#include <stdexcept>

namespace osrtp::testing {
namespace {

std::shared_ptr<const dtls::Identity> fresh_identity() {
  auto identity = dtls::Identity::generate(WallTime{} + std::chrono::hours(500'000));
  if (!identity) throw std::runtime_error(identity.error());
  return *std::move(identity);
}

}  // namespace

const std::shared_ptr<const dtls::Identity>& phone_identity() {
  static const auto identity = fresh_identity();
  return identity;
}
const std::shared_ptr<const dtls::Identity>& foreign_identity() {
  static const auto identity = fresh_identity();
  return identity;
}
const std::shared_ptr<const dtls::Identity>& relay_identity() {
  static const auto identity = fresh_identity();
  return identity;
}

DtlsPhone::DtlsPhone(dtls::Role role, std::shared_ptr<const dtls::Identity> identity, TimePoint now)
    : association_(dtls::Association::create({.identity = std::move(identity),
                                              .role = role,
                                              .peer = {relay_identity()->fingerprint(HashFunction::kSha256)}},
                                             now)) {}

bool DtlsPhone::is_connected() {
  if (in_) return true;
  auto keys = association_->take_keys();
  if (!keys || !srtp::initialize()) return false;
  suite_ = keys->suite;
  in_ = *srtp::Context::create(srtp::Direction::kInbound, {keys->suite, std::move(keys->theirs)});
  out_ = *srtp::Context::create(srtp::Direction::kOutbound, {keys->suite, std::move(keys->ours)});
  return true;
}

Octets DtlsPhone::seal_rtp(ByteView plain) {
  Buffer buffer(plain);
  return octets_of(*out_->protect_rtp(buffer.whole(), buffer.size));
}

Octets DtlsPhone::seal_rtcp(ByteView plain) {
  Buffer buffer(plain);
  return octets_of(*out_->protect_rtcp(buffer.whole(), buffer.size));
}

std::optional<Octets> DtlsPhone::open_rtp(ByteView wire) {
  Buffer buffer(wire);
  const auto plain = in_->unprotect_rtp(buffer.packet());
  return plain ? std::optional(octets_of(*plain)) : std::nullopt;
}

}  // namespace osrtp::testing
