#include "bench/load/die.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace osrtp::bench {

void die(std::string_view what, int code) {
  std::fprintf(stderr, "bench-load: %.*s%s%s\n", static_cast<int>(what.size()), what.data(), code != 0 ? ": " : "",
               code != 0 ? std::strerror(code) : "");
  std::exit(2);
}

}  // namespace osrtp::bench
