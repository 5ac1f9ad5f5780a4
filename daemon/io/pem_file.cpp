#include "io/pem_file.hpp"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <cerrno>

#include "base/words.hpp"
#include "io/descriptor.hpp"

namespace osrtp::io {

PemFile::~PemFile() { explicit_bzero(octets_.data(), octets_.size()); }

std::optional<std::string> PemFile::read(const std::string& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return file + ": " + words(errno);
  size_ = 0;
  while (size_ < octets_.size()) {
    const ssize_t got = ::read(opened.number(), octets_.data() + size_, octets_.size() - size_);
    if (got == 0) return std::nullopt;
    if (got > 0) size_ += static_cast<std::size_t>(got);
    if (got < 0 && errno != EINTR) return file + ": " + words(errno);
  }
  return file + ": is longer than a certificate or key";
}

std::optional<std::string> TlsPemFiles::read(const std::string& certificate, const std::string& key,
                                             const std::string& authorities) {
  if (auto wrong = certificate_.read(certificate)) return wrong;
  if (auto wrong = key_.read(key)) return wrong;
  return authorities_.read(authorities);
}

}  // namespace osrtp::io
