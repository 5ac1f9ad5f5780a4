#include "base/siphash.hpp"

#include <bit>
#include <cstddef>

namespace osrtp {
namespace {

std::uint64_t word_of(std::string_view octets) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(octets[i])) << (8 * i);
  }
  return value;
}

struct State {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  static State keyed(SipKey key) noexcept {
    return {key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU, key.first ^ 0x6c7967656e657261U,
            key.second ^ 0x7465646279746573U};
  }
  void rounds(int count) noexcept {
    for (; count > 0; --count) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void add(std::uint64_t word) noexcept {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  void add_all(std::string_view text) noexcept {
    constexpr std::size_t word_size = sizeof(std::uint64_t);
    const std::uint64_t size = text.size();
    for (; text.size() >= word_size; text.remove_prefix(word_size)) add(word_of(text.substr(0, word_size)));
    add(word_of(text) | size << 56U);
  }
  [[nodiscard]] std::uint64_t finish(std::uint64_t& mixed, std::uint64_t with) noexcept {
    mixed ^= with;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

std::uint64_t siphash(std::string_view text, SipKey key) noexcept {
  State state = State::keyed(key);
  state.add_all(text);
  return state.finish(state.v2, 0xff);
}

Digest128 siphash128(std::string_view text, SipKey key) noexcept {
  State state = State::keyed(key);
  state.v1 ^= 0xee;
  state.add_all(text);
  const std::uint64_t first = state.finish(state.v2, 0xee);
  return {first, state.finish(state.v1, 0xdd)};
}

}  // namespace osrtp
