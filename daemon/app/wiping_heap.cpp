#include "app/wiping_heap.hpp"

#include <jansson.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

void wipe_and_free(void* block) noexcept {
  if (block == nullptr) return;
  // More than was asked for, and ours all the same: what grew within its block has left something there.
  explicit_bzero(block, malloc_usable_size(block));
  std::free(block);
}

/// realloc(3) may leave a copy behind.
void* wipe_and_move(void* block, std::size_t size) noexcept {
  if (size == 0) {
    wipe_and_free(block);
    return nullptr;
  }
  void* const moved = std::malloc(size);
  if (moved == nullptr || block == nullptr) return moved;
  std::copy_n(static_cast<const std::byte*>(block), std::min(size, malloc_usable_size(block)),
              static_cast<std::byte*>(moved));
  wipe_and_free(block);
  return moved;
}

void* openssl_malloc(std::size_t size, const char*, int) { return std::malloc(size); }
void* openssl_realloc(void* block, std::size_t size, const char*, int) { return wipe_and_move(block, size); }
void openssl_free(void* block, const char*, int) { wipe_and_free(block); }

/// jansson 2.14 leaves octets out of a text for which it gets no memory, and does not say so: an address or a policy
/// would be another. So the process ends then, as where C++ gets none.
void* jansson_malloc(std::size_t size) {
  void* const block = std::malloc(size);
  if (block == nullptr) std::abort();
  return block;
}

void* or_throw(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

void* operator new(std::size_t size) { return or_throw(std::malloc(std::max<std::size_t>(size, 1))); }
void* operator new(std::size_t size, std::align_val_t align) {
  const auto unit = static_cast<std::size_t>(align);
  return or_throw(std::aligned_alloc(unit, (std::max<std::size_t>(size, 1) + unit - 1) / unit * unit));
}
void operator delete(void* block) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::align_val_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { wipe_and_free(block); }

namespace osrtp::app {

void wipe_what_libraries_free() noexcept {
  json_set_alloc_funcs(jansson_malloc, wipe_and_free);
  CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

}  // namespace osrtp::app

#else

namespace osrtp::app {

void wipe_what_libraries_free() noexcept {}

}  // namespace osrtp::app

#endif
