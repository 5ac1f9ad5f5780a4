#pragma once

#include <jansson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

/// Reading JSON: ownership and checked access over jansson. Inside protocol/ only: JSON does not leak past the codec;
/// writing is json_text.hpp's.
namespace osrtp::protocol::json {

struct Release {
  void operator()(json_t* value) const noexcept { json_decref(value); }
};
/// Null where there is no value.
using Owned = std::unique_ptr<json_t, Release>;

/// An object or array and nothing behind it; null otherwise, with `position` at the octet where
/// reading failed. Of equal keys the last counts; NUL in a string and depth beyond 2048 are refused.
[[nodiscard]] Owned parse(std::string_view text, std::size_t& position);

/// Borrowed; null where `object` is none, has no such member, or a null one.
[[nodiscard]] const json_t* member(const json_t* object, std::string_view key) noexcept;
[[nodiscard]] std::optional<std::string_view> as_text(const json_t* value) noexcept;
/// An integer, or a string of one.
[[nodiscard]] std::optional<std::int64_t> as_integer(const json_t* value) noexcept;

/// Calls `each(key, value)` for the members of an object, in order.
void for_members(const json_t* object, const auto& each) {
  for (void* at = json_object_iter(const_cast<json_t*>(object)); at != nullptr;
       at = json_object_iter_next(const_cast<json_t*>(object), at)) {
    each(std::string_view(json_object_iter_key(at), json_object_iter_key_len(at)),
         static_cast<const json_t*>(json_object_iter_value(at)));
  }
}
/// Calls `each(value)` for the elements of an array; of anything else there are none.
void for_elements(const json_t* list, const auto& each) {
  for (std::size_t i = 0; i < json_array_size(list); ++i) each(static_cast<const json_t*>(json_array_get(list, i)));
}

}  // namespace osrtp::protocol::json
