#pragma once

#include <optional>
#include <vector>

#include "dtls/association.hpp"
#include "srtp/context.hpp"
#include "support/octets.hpp"

namespace osrtp::testing {

/// One identity for all phones of all tests, and another that no SDP names.
const std::shared_ptr<const dtls::Identity>& phone_identity();
const std::shared_ptr<const dtls::Identity>& foreign_identity();
/// Ours.
const std::shared_ptr<const dtls::Identity>& relay_identity();

/// The far end of one DTLS association and, once it is done, of its SRTP.
class DtlsPhone {
 public:
  DtlsPhone(dtls::Role role, std::shared_ptr<const dtls::Identity> identity, TimePoint now);

  void handle(ByteView datagram, TimePoint now) { association_->handle(datagram, now); }
  [[nodiscard]] std::vector<Octets> take_output() { return association_->take_output(); }
  void wake(TimePoint now) { association_->handle_timeout(now); }
  [[nodiscard]] bool is_connected();

  /// Only once connected.
  [[nodiscard]] Octets seal_rtp(ByteView plain);
  [[nodiscard]] Octets seal_rtcp(ByteView plain);
  [[nodiscard]] std::optional<Octets> open_rtp(ByteView wire);
  [[nodiscard]] Suite suite() const { return *suite_; }

 private:
  std::optional<dtls::Association> association_;
  std::optional<Suite> suite_;
  std::optional<srtp::Context> in_;
  std::optional<srtp::Context> out_;
};

}  // namespace osrtp::testing
