#include "app/certificate.hpp"

#include <string.h>  // explicit_bzero

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace osrtp::app {
namespace {

Result<std::string, std::string> read_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  stream.peek();  // a folder opens, but cannot be read
  if (!stream.is_open() || stream.bad()) return fail(file + ": " + std::generic_category().message(errno));
  std::ostringstream text;
  if (!stream.eof()) text << stream.rdbuf();
  return text.str();
}

}  // namespace

Result<std::shared_ptr<const dtls::Identity>, std::string> load_identity(const Configuration& configuration,
                                                                         WallTime now) {
  if (configuration.certificate_file.empty()) return dtls::Identity::generate(now);
  const auto certificate = read_file(configuration.certificate_file);
  if (!certificate) return fail(certificate.error());
  auto key = read_file(configuration.key_file);
  if (!key) return fail(key.error());
  auto identity = dtls::Identity::from_pem(*certificate, *key);
  explicit_bzero(key->data(), key->size());
  if (!identity) return fail("[dtls] " + configuration.certificate_file + ": " + identity.error());
  return identity;
}

}  // namespace osrtp::app
