#include <algorithm>

#include "srtp/context.hpp"
#include "srtp/openssl_provider.hpp"
#include "srtp/policy.hpp"
#include "srtp/self_test.hpp"

namespace osrtp::srtp {
namespace {

bool every_policy_is_sound() noexcept {
  return std::all_of(kSuites.begin(), kSuites.end(), [](const SuiteFacts& f) {
    return is_sound(rtp_policy(f.suite)) && is_sound(rtcp_policy(f.suite));
  });
}

Result<Done, std::string> start_library() {
  using namespace std::string_literals;
  if (srtp_init() != srtp_err_status_ok) return fail("libsrtp does not start: its own self-tests fail"s);
  if (const auto installed = install_openssl_ciphers(); !installed) {
    return fail("OpenSSL's " + installed.error() + " fails the self-test of SRTP's ciphers");
  }
  if (!every_policy_is_sound()) return fail("an SRTP policy without encryption or authentication"s);
  // libsrtp reports events to standard error unless somebody listens.
  srtp_install_event_handler([](srtp_event_data_t*) {});
  return self_test();
}

}  // namespace

Result<Done, std::string> initialize() {
  static const Result<Done, std::string> outcome = start_library();
  return outcome;
}

}  // namespace osrtp::srtp
