#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "dtls/identity.hpp"
#include "protocol/tls_credentials.hpp"

namespace osrtp::app {

/// How often an identity of our own making is replaced by a new one.
inline constexpr std::chrono::hours kIdentityLife{24};

/// The text of one file, read into one place that is wiped when it goes: it may be a private key.
class PemFile {
 public:
  /// A chain of a dozen certificates has room.
  static constexpr std::size_t kMaxOctets = 64UL * 1024;

  PemFile() noexcept = default;
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  ~PemFile();

  /// @return nothing, or what is wrong with the file, in one sentence
  [[nodiscard]] std::optional<std::string> read(const std::string& file);
  [[nodiscard]] std::string_view text() const noexcept { return {octets_.data(), size_}; }

 private:
  std::array<char, kMaxOctets> octets_{};
  std::size_t size_ = 0;
};

/// The certificate that the configuration names, else a new self-signed one.
/// @return or what is wrong with the files, in one sentence
[[nodiscard]] Result<std::shared_ptr<const dtls::Identity>, std::string> load_identity(
    const Configuration& configuration, WallTime now);

/// What [control-tls] names.
/// @return or what is wrong with the files, in one sentence
[[nodiscard]] Result<protocol::TlsCredentials::Shared, std::string> load_control_tls(const ControlTls& files);

}  // namespace osrtp::app
