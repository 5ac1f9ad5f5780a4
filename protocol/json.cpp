#include "protocol/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "protocol/octets.hpp"

namespace osrtp::protocol::json {

namespace {

/// jansson returns null here only where memory is out, and nothing sensible is left to do.
json_t* made(json_t* value) noexcept {
  if (value == nullptr) std::abort();
  return value;
}

constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

}  // namespace

Owned parse(std::string_view text, std::size_t& position) {
  json_error_t error{};
  Owned value(json_loadb(text.data(), text.size(), 0, &error));
  position = value ? text.size() : static_cast<std::size_t>(std::max(error.position, 0));
  return value;
}

std::string dump(const Owned& value) {
  std::string out;
  const auto write = [](const char* buffer, std::size_t size, void* to) {
    static_cast<std::string*>(to)->append(buffer, size);
    return 0;
  };
  if (json_dump_callback(value.get(), write, &out, JSON_COMPACT) != 0) std::abort();
  return out;
}

Owned text(std::string_view octets) {
  if (is_text(octets)) return Owned(made(json_stringn_nocheck(octets.data(), octets.size())));
  const std::string replaced = protocol::as_text(octets);
  return Owned(made(json_stringn_nocheck(replaced.data(), replaced.size())));
}

Owned number(std::uint64_t value) { return number(static_cast<std::int64_t>(std::min(value, kMost))); }

Owned number(std::int64_t value) { return Owned(made(json_integer(value))); }

Owned array() { return Owned(made(json_array())); }

void append(const Owned& to, Owned value) { json_array_append_new(to.get(), value.release()); }

Object::Object() : object_(made(json_object())) {}

Object& Object::set(std::string_view key, Owned value) {
  const std::string name = protocol::as_text(key);
  json_object_setn_new_nocheck(object_.get(), name.data(), name.size(), value.release());
  return *this;
}

bool Object::has(std::string_view key) const { return member(object_.get(), key) != nullptr; }

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
