#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace osrtp {

/// A std::optional that takes no room while there is nothing in it, for what few of many have. It cannot be copied.
template <class T>
class Boxed {
 public:
  Boxed() noexcept = default;
  Boxed(std::nullopt_t /*nothing*/) noexcept {}                      // NOLINT: implicit, as std::optional's
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: the same

  [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] T& operator*() noexcept { return *value_; }
  [[nodiscard]] const T& operator*() const noexcept { return *value_; }
  [[nodiscard]] T* operator->() noexcept { return value_.get(); }
  [[nodiscard]] const T* operator->() const noexcept { return value_.get(); }
  void reset() noexcept { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace osrtp
