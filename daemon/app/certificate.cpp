#include "app/certificate.hpp"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "io/descriptor.hpp"

namespace osrtp::app {
namespace {

std::string what_went_wrong(const std::string& file, int error) {
  return file + ": " + std::generic_category().message(error);
}

}  // namespace

PemFile::~PemFile() { explicit_bzero(octets_.data(), octets_.size()); }

std::optional<std::string> PemFile::read(const std::string& file) {
  const io::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return what_went_wrong(file, errno);
  size_ = 0;
  while (size_ < octets_.size()) {
    const ssize_t got = ::read(opened.number(), octets_.data() + size_, octets_.size() - size_);
    if (got == 0) return std::nullopt;
    if (got > 0) size_ += static_cast<std::size_t>(got);
    if (got < 0 && errno != EINTR) return what_went_wrong(file, errno);
  }
  return file + ": is longer than a certificate or key";
}

Result<std::shared_ptr<const dtls::Identity>, std::string> load_identity(const Configuration& configuration,
                                                                         WallTime now) {
  if (configuration.certificate_file.empty()) return dtls::Identity::generate(now);
  PemFile certificate;
  if (auto wrong = certificate.read(configuration.certificate_file)) return fail(*std::move(wrong));
  PemFile key;
  if (auto wrong = key.read(configuration.key_file)) return fail(*std::move(wrong));
  auto identity = dtls::Identity::from_pem(certificate.text(), key.text());
  if (!identity) return fail("[dtls] " + configuration.certificate_file + ": " + identity.error());
  return identity;
}

Result<protocol::TlsCredentials::Shared, std::string> load_control_tls(const ControlTls& files) {
  PemFile certificate;
  if (auto wrong = certificate.read(files.certificate_file)) return fail(*std::move(wrong));
  PemFile key;
  if (auto wrong = key.read(files.key_file)) return fail(*std::move(wrong));
  PemFile authorities;
  if (auto wrong = authorities.read(files.ca_file)) return fail(*std::move(wrong));
  auto made =
      protocol::TlsCredentials::make(protocol::TlsEnd::kServer, {certificate.text(), key.text(), authorities.text()});
  if (!made) return fail("[control-tls] " + files.certificate_file + ": " + made.error());
  return made;
}

}  // namespace osrtp::app
