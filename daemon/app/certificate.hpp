#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "dtls/identity.hpp"
#include "protocol/tls_credentials.hpp"

namespace osrtp::app {

/// How often an identity of our own making is replaced by a new one.
inline constexpr std::chrono::hours kIdentityLife{24};

/// The certificate that the configuration names, else a new self-signed one.
/// @return or what is wrong with the files, in one sentence
[[nodiscard]] Result<std::shared_ptr<const dtls::Identity>, std::string> load_identity(
    const Configuration& configuration, WallTime now);

/// What [control-tls] names.
/// @return or what is wrong with the files, in one sentence
[[nodiscard]] Result<protocol::TlsCredentials::Shared, std::string> load_control_tls(const ControlTls& files);

}  // namespace osrtp::app
