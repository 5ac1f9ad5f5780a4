#pragma once

#include <srtp2/srtp.h>

#include <memory>
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

/// A phone's sending end under one master key, straight on libsrtp: one for as long as the phone has the key, so that
/// rollover counters go on as RFC 3711 has it.
class SrtpSender {
 public:
  SrtpSender(const std::string& suite, const Octets& master);

  [[nodiscard]] Octets seal_rtp(Octets plain);
  [[nodiscard]] Octets seal_rtcp(Octets plain);
  [[nodiscard]] std::uint32_t rollovers(std::uint32_t ssrc) const;

 private:
  struct Close {
    void operator()(srtp_ctx_t* session) const { srtp_dealloc(session); }
  };
  std::unique_ptr<srtp_ctx_t, Close> session_;
};

}  // namespace osrtp::model
