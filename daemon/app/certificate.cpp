#include "app/certificate.hpp"

#include "io/pem_file.hpp"

namespace osrtp::app {

using io::PemFile;

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
  io::TlsPemFiles pem;
  if (auto wrong = pem.read(files.certificate_file, files.key_file, files.ca_file)) return fail(*std::move(wrong));
  auto made = protocol::TlsCredentials::make(protocol::TlsEnd::kServer, pem.texts());
  if (!made) return fail("[control-tls] " + files.certificate_file + ": " + made.error());
  return made;
}

}  // namespace osrtp::app
