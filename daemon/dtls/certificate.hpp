#pragma once

#include <optional>
#include <span>

#include "base/fingerprint.hpp"

struct x509_st;

namespace osrtp::dtls {

/// Of the certificate's DER. Nothing: out of memory.
[[nodiscard]] std::optional<Fingerprint> fingerprint_of(const x509_st& certificate, HashFunction hash);

/// RFC 8122 §5: whether the certificate is one of `expected`, by those alone that have the strongest hash among them.
[[nodiscard]] bool matches(const x509_st& certificate, std::span<const Fingerprint> expected);

/// Not weaker than RSA with 2048 bits: 112 bits of security (RFC 7525 §4.3).
[[nodiscard]] bool has_strong_key(x509_st& certificate);

}  // namespace osrtp::dtls
