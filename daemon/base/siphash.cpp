#include "base/siphash.hpp"

#include <bit>

namespace osrtp {
namespace {

struct State {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

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
  [[nodiscard]] std::uint64_t finish(std::uint64_t& mixed, std::uint64_t with) noexcept {
    mixed ^= with;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

std::uint64_t word(std::string_view octets) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(octets[i])) << (8 * i);
  }
  return value;
}

}  // namespace

Digest128 siphash(const std::array<std::uint64_t, 2>& key, std::string_view octets) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  State state{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU ^ 0xeeU, key[0] ^ 0x6c7967656e657261U,
              key[1] ^ 0x7465646279746573U};
  std::string_view rest = octets;
  for (; rest.size() >= kWord; rest.remove_prefix(kWord)) state.add(word(rest.substr(0, kWord)));
  state.add(word(rest) | static_cast<std::uint64_t>(octets.size()) << 56U);
  const std::uint64_t first = state.finish(state.v2, 0xee);
  return {first, state.finish(state.v1, 0xdd)};
}

}  // namespace osrtp
