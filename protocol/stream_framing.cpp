#include "protocol/stream_framing.hpp"

#include <algorithm>

namespace osrtp::protocol {

namespace {

constexpr std::size_t kMostDigits = 5;  // of kMaxFrame

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

Result<std::optional<Cut>, StreamError> cut(std::string_view stream) noexcept {
  const auto* const end = std::find_if_not(stream.begin(), stream.end(), is_digit);
  const auto digits = static_cast<std::size_t>(end - stream.begin());
  // "0:," is no frame either, since a frame has a cookie; so that no length begins with a zero.
  if (digits != 0 && stream.front() == '0') return fail(StreamError::kBadLength);
  if (digits > kMostDigits) return fail(StreamError::kTooLong);
  std::size_t length = 0;
  for (const char digit : stream.substr(0, digits)) length = length * 10 + static_cast<std::size_t>(digit - '0');
  if (length > kMaxFrame) return fail(StreamError::kTooLong);
  const std::string_view rest = stream.substr(digits);
  if (rest.empty()) return std::optional<Cut>();
  if (digits == 0 || rest.front() != ':') return fail(StreamError::kBadLength);
  if (rest.size() < length + 2) return std::optional<Cut>();
  if (rest[length + 1] != ',') return fail(StreamError::kNoEnd);
  return std::optional(Cut{rest.substr(1, length), digits + length + 2});
}

std::string in_stream(std::string_view frame) {
  return std::to_string(frame.size()).append(1, ':').append(frame).append(1, ',');
}

}  // namespace osrtp::protocol
