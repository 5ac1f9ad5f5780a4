#include "base/secret.hpp"

#include <algorithm>
#include <cstring>

namespace osrtp {

Secret::Secret(Secret&& other) noexcept : octets_(other.octets_), size_(other.size_) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    octets_ = other.octets_;
    size_ = other.size_;
    other.wipe();
  }
  return *this;
}

Secret::~Secret() { wipe(); }

std::optional<Secret> Secret::from(ByteView octets) noexcept {
  if (octets.size() > kCapacity) return std::nullopt;
  Secret secret;
  std::copy(octets.begin(), octets.end(), secret.octets_.begin());
  secret.size_ = octets.size();
  return secret;
}

Secret Secret::clone() const noexcept {
  Secret copy;
  copy.octets_ = octets_;
  copy.size_ = size_;
  return copy;
}

bool Secret::equals(const Secret& other) const noexcept {
  unsigned difference = size_ == other.size_ ? 0U : 1U;
  for (std::size_t i = 0; i < kCapacity; ++i) difference |= static_cast<unsigned>(octets_[i] ^ other.octets_[i]);
  return difference == 0;
}

void Secret::wipe() noexcept {
  explicit_bzero(octets_.data(), octets_.size());
  size_ = 0;
}

}  // namespace osrtp
