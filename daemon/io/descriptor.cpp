#include "io/descriptor.hpp"

#include <unistd.h>

namespace osrtp::io {

Descriptor::~Descriptor() {
  if (number_ != kNone) ::close(number_);
}

}  // namespace osrtp::io
