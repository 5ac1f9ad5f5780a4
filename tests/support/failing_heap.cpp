#include "support/failing_heap.hpp"

#include <openssl/crypto.h>

#include <cstdlib>

namespace osrtp::testing {
namespace {

constexpr std::size_t kNever = static_cast<std::size_t>(-1);
thread_local std::size_t left = kNever;
thread_local bool failed = false;

bool fails() noexcept {
  if (left == kNever) return false;
  if (left-- > 0) return false;
  left = kNever;
  failed = true;
  return true;
}

void* openssl_malloc(std::size_t size, const char*, int) { return fails() ? nullptr : std::malloc(size); }
void* openssl_realloc(void* block, std::size_t size, const char*, int) {
  return fails() ? nullptr : std::realloc(block, size);
}
void openssl_free(void* block, const char*, int) { std::free(block); }

/// OpenSSL takes other functions only before its first allocation.
__attribute__((constructor(101))) void install() {
  CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

}  // namespace

FailingHeap::FailingHeap(std::size_t before) noexcept {
  left = before;
  failed = false;
}
FailingHeap::~FailingHeap() { left = kNever; }
bool FailingHeap::has_failed() noexcept { return failed; }

}  // namespace osrtp::testing
