#pragma once

#include <jansson.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Ownership and checked access over jansson. Inside protocol/ only: JSON does not leak past the codec.
namespace osrtp::protocol::json {

struct Release {
  void operator()(json_t* value) const noexcept { json_decref(value); }
};
/// Null only where there is no value; never for what the builders below return.
using Owned = std::unique_ptr<json_t, Release>;

/// An object or array and nothing behind it; null otherwise, with `position` at the octet where
/// reading failed. Of equal keys the last counts; NUL in a string and depth beyond 2048 are refused.
[[nodiscard]] Owned parse(std::string_view text, std::size_t& position);

[[nodiscard]] std::string dump(const Owned& value);

/// What is not text leaves as U+FFFD.
[[nodiscard]] Owned text(std::string_view octets);
/// JSON integers of C readers end at 2^63 - 1, and so does this.
[[nodiscard]] Owned number(std::uint64_t value);
[[nodiscard]] Owned number(std::int64_t value);
[[nodiscard]] inline Owned boolean(bool value) { return Owned(json_boolean(value ? 1 : 0)); }
[[nodiscard]] inline Owned null() { return Owned(json_null()); }
[[nodiscard]] Owned array();
/// Of text()s.
[[nodiscard]] Owned texts(const auto& list) {
  Owned all = array();
  for (const auto& entry : list) json_array_append_new(all.get(), text(entry).release());
  return all;
}
void append(const Owned& to, Owned value);

/// Members in the order in which they are set.
class Object {
 public:
  Object();
  Object& set(std::string_view key, Owned value);
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] Owned take() && { return std::move(object_); }

 private:
  Owned object_;
};

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
