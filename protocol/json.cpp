#include "protocol/json.hpp"

#include <algorithm>
#include <charconv>

namespace osrtp::protocol::json {

Owned parse(std::string_view text, std::size_t& position) {
  json_error_t error{};
  Owned value(json_loadb(text.data(), text.size(), 0, &error));
  position = value ? text.size() : static_cast<std::size_t>(std::max(error.position, 0));
  return value;
}

const json_t* member(const json_t* object, std::string_view key) noexcept {
  const json_t* value = json_object_getn(object, key.data(), key.size());
  return value == nullptr || json_is_null(value) ? nullptr : value;
}

std::optional<std::string_view> as_text(const json_t* value) noexcept {
  if (!json_is_string(value)) return std::nullopt;
  return std::string_view(json_string_value(value), json_string_length(value));
}

std::optional<std::int64_t> as_integer(const json_t* value) noexcept {
  if (json_is_integer(value)) return json_integer_value(value);
  const auto digits = as_text(value);
  if (!digits) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), number);
  if (error != std::errc{} || end != digits->data() + digits->size()) return std::nullopt;
  return number;
}

}  // namespace osrtp::protocol::json
