#include "io/entropy.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace osrtp::io {

void random_octets(ByteSpan out) noexcept {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();  // no key is better than one that can be guessed
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace osrtp::io
