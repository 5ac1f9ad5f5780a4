#pragma once

#include <srtp2/srtp.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "base/bytes.hpp"
#include "base/suite.hpp"
#include "srtp/policy.hpp"

namespace osrtp::bench {

/// libsrtp alone, with the ciphers that it was built with. A session keeps the ciphers that were in place when it was
/// made: one of before srtp::initialize() has libsrtp's own for good.
class StockSession {
 public:
  StockSession(Suite suite, bool inbound) {
    std::array<std::uint8_t, 46> master{};
    master.fill(0x42);
    srtp_policy_t policy{};
    policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
    policy.rtp = srtp::rtp_policy(suite);
    policy.rtcp = srtp::rtcp_policy(suite);
    policy.key = master.data();
    policy.window_size = 128;
    srtp_t made = nullptr;
    if (srtp_create(&made, &policy) != srtp_err_status_ok) std::abort();
    session_.reset(made);
  }
  std::size_t protect(ByteSpan buffer, std::size_t size) noexcept { return run(srtp_protect, buffer.data(), size); }
  bool unprotect(ByteSpan packet) noexcept { return run(srtp_unprotect, packet.data(), packet.size()) != 0; }

 private:
  struct Free {
    void operator()(srtp_ctx_t_* session) const noexcept { srtp_dealloc(session); }
  };
  std::size_t run(srtp_err_status_t (*call)(srtp_t, void*, int*), std::uint8_t* packet, std::size_t size) noexcept {
    int length = static_cast<int>(size);
    return call(session_.get(), packet, &length) == srtp_err_status_ok ? static_cast<std::size_t>(length) : 0;
  }
  std::unique_ptr<srtp_ctx_t_, Free> session_;
};

}  // namespace osrtp::bench
