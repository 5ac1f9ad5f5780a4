#pragma once

#include <srtp2/srtp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/sdp.hpp"

namespace osrtp::model {

/// What a suite of SDP is to libsrtp, in the tests' own words.
struct SuiteSizes {
  const char* name;
  std::size_t master;  // octets
};
/// Those that phones here know, preferred first.
inline constexpr SuiteSizes kPhoneSuites[] = {
    {"AES_CM_128_HMAC_SHA1_80", 30}, {"AEAD_AES_256_GCM", 44},        {"AES_256_CM_HMAC_SHA1_80", 46},
    {"AEAD_AES_128_GCM", 28},        {"AES_CM_128_HMAC_SHA1_32", 30},
};
[[nodiscard]] std::size_t master_size(const std::string& suite);

/// How far a sender has come with its one SSRC.
struct Position {
  std::uint32_t ssrc;
  std::uint32_t rollovers;
  std::uint16_t sequence;
};

/// A phone's sending end under one master key, straight on libsrtp: one for as long as the phone has the key, so that
/// rollover counters go on as RFC 3711 has it.
class SrtpSender {
 public:
  /// @param from where it goes on from another key; nothing: it begins at zero
  SrtpSender(const std::string& suite, const Octets& master, std::optional<Position> from = {});

  [[nodiscard]] Octets seal_rtp(Octets plain);
  [[nodiscard]] Octets seal_rtcp(Octets plain);
  /// Nothing: it has sent no RTP, and goes on from nothing.
  [[nodiscard]] std::optional<Position> position() const { return sent_ ? sent_ : from_; }

 private:
  void go_on(std::uint16_t sequence);

  struct Close {
    void operator()(srtp_ctx_t* session) const { srtp_dealloc(session); }
  };
  std::string suite_;
  Octets master_;
  std::optional<Position> from_;
  std::optional<Position> sent_{};
  std::unique_ptr<srtp_ctx_t, Close> session_;
};

}  // namespace osrtp::model
