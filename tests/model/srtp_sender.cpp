#include "model/srtp_sender.hpp"

#include <stdexcept>

namespace osrtp::model {
namespace {

void set_policies(srtp_policy_t& policy, const std::string& suite) {
  if (suite == "AEAD_AES_128_GCM") {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
  } else if (suite == "AEAD_AES_256_GCM") {
    srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
  } else if (suite == "AES_256_CM_HMAC_SHA1_80") {
    srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
  } else if (suite == "AES_CM_128_HMAC_SHA1_32") {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    srtp_crypto_policy_set_rtp_default(&policy.rtcp);  // RFC 4568 §6.2.2: 80 bits for RTCP
  } else {
    srtp_crypto_policy_set_rtp_default(&policy.rtp);
    srtp_crypto_policy_set_rtp_default(&policy.rtcp);
  }
}

/// @param master has to outlive it
srtp_policy_t policy_of(const std::string& suite, Octets& master) {
  srtp_policy_t policy{};
  set_policies(policy, suite);
  policy.key = master.data();
  policy.window_size = 128;
  policy.allow_repeat_tx = 0;
  return policy;
}

template <class Protect>
Octets seal(Protect protect, srtp_ctx_t* session, Octets plain) {
  int size = static_cast<int>(plain.size());
  plain.resize(plain.size() + SRTP_MAX_TRAILER_LEN + 4);
  if (protect(session, plain.data(), &size) != srtp_err_status_ok) throw std::runtime_error("a phone cannot protect");
  plain.resize(static_cast<std::size_t>(size));
  return plain;
}

}  // namespace

std::size_t master_size(const std::string& suite) {
  for (const SuiteSizes& known : kPhoneSuites) {
    if (suite == known.name) return known.master;
  }
  return 0;
}

SrtpSender::SrtpSender(const std::string& suite, const Octets& master, std::optional<Position> from)
    : suite_(suite), master_(master), from_(from) {
  srtp_policy_t policy = policy_of(suite_, master_);
  policy.ssrc.type = ssrc_any_outbound;
  srtp_t session = nullptr;
  if (srtp_create(&session, &policy) != srtp_err_status_ok) throw std::runtime_error("a phone has no SRTP");
  session_.reset(session);
}

/// The counter that the older key had.
void SrtpSender::go_on(std::uint16_t sequence) {
  const std::uint32_t rollovers = from_->rollovers + (sequence < from_->sequence ? 1 : 0);
  if (srtp_set_stream_roc(session_.get(), from_->ssrc, rollovers) == srtp_err_status_ok) return;
  srtp_policy_t policy = policy_of(suite_, master_);
  policy.ssrc = {ssrc_specific, from_->ssrc};
  const bool added = srtp_add_stream(session_.get(), &policy) == srtp_err_status_ok;
  if (!added || srtp_set_stream_roc(session_.get(), from_->ssrc, rollovers) != srtp_err_status_ok) {
    throw std::runtime_error("a phone cannot go on");
  }
}

Octets SrtpSender::seal_rtp(Octets plain) {
  const auto sequence = static_cast<std::uint16_t>(plain[2] << 8U | plain[3]);
  const std::uint32_t ssrc = std::uint32_t{plain[8]} << 24U | plain[9] << 16U | plain[10] << 8U | plain[11];
  if (from_ && !sent_) go_on(sequence);
  Octets sealed = seal(srtp_protect, session_.get(), std::move(plain));
  std::uint32_t rollovers = 0;
  if (srtp_get_stream_roc(session_.get(), ssrc, &rollovers) != srtp_err_status_ok) rollovers = 0;
  sent_ = Position{ssrc, rollovers, sequence};
  return sealed;
}

Octets SrtpSender::seal_rtcp(Octets plain) { return seal(srtp_protect_rtcp, session_.get(), std::move(plain)); }

}  // namespace osrtp::model
