#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/tls_credentials.hpp"

namespace osrtp::io {

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

/// The three files of one end of TLS.
class TlsPemFiles {
 public:
  /// @return nothing, or what is wrong with the first that cannot be read, in one sentence
  [[nodiscard]] std::optional<std::string> read(const std::string& certificate, const std::string& key,
                                                const std::string& authorities);
  /// Valid as long as this is.
  [[nodiscard]] protocol::TlsPem texts() const noexcept {
    return {certificate_.text(), key_.text(), authorities_.text()};
  }

 private:
  PemFile certificate_;
  PemFile key_;
  PemFile authorities_;
};

}  // namespace osrtp::io
