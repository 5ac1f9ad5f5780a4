#pragma once

#include <type_traits>
#include <utility>
#include <variant>

namespace osrtp {

/// Marks a value as the error of a Result; made by fail().
template <class E>
struct Failure {
  E error;
};

template <class E>
[[nodiscard]] constexpr Failure<std::decay_t<E>> fail(E&& error) {
  return {std::forward<E>(error)};
}

/// Success without a value, for Result<Done, E>.
struct Done {
  friend constexpr bool operator==(Done, Done) noexcept = default;
};

/// A value or the reason why there is none. Has std::expected's member names,
/// for the day when every compiler we build with has it.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  template <class F>
  constexpr Result(Failure<F> f) : state_(std::in_place_index<1>, std::move(f.error)) {}  // NOLINT: implicit by design

  [[nodiscard]] constexpr bool has_value() const noexcept { return state_.index() == 0; }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  // Asking for what is not there is a bug, not an input: noexcept turns it into
  // std::terminate in every build.
  constexpr const T& operator*() const& noexcept { return std::get<0>(state_); }
  constexpr T& operator*() & noexcept { return std::get<0>(state_); }
  constexpr T&& operator*() && noexcept { return std::get<0>(std::move(state_)); }
  constexpr const T* operator->() const noexcept { return &std::get<0>(state_); }
  constexpr T* operator->() noexcept { return &std::get<0>(state_); }
  constexpr const E& error() const& noexcept { return std::get<1>(state_); }
  constexpr E&& error() && noexcept { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, E> state_;
};

/// One visitor out of several lambdas, for std::visit.
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace osrtp
