#include "io/pem_file.hpp"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "io/descriptor.hpp"

namespace osrtp::io {
namespace {

std::string what_went_wrong(const std::string& file, int error) {
  return file + ": " + std::generic_category().message(error);
}

}  // namespace

PemFile::~PemFile() { explicit_bzero(octets_.data(), octets_.size()); }

std::optional<std::string> PemFile::read(const std::string& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
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

}  // namespace osrtp::io
