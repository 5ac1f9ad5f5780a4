#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Writing JSON (RFC 8259); reading is json.hpp's.
namespace osrtp::protocol::json {

/// One value, as it is written.
struct Value {
  std::string text;
};

/// What is not text leaves as U+FFFD.
[[nodiscard]] Value text(std::string_view octets);
/// JSON integers of C readers end at 2^63 - 1, and so does this.
[[nodiscard]] Value number(std::uint64_t value);
[[nodiscard]] Value number(std::int64_t value);
[[nodiscard]] inline Value boolean(bool value) { return {value ? "true" : "false"}; }
[[nodiscard]] inline Value null() { return {"null"}; }

class Array {
 public:
  Array& add(const Value& value);
  [[nodiscard]] Value take() && { return {std::move(text_.append(1, ']'))}; }

 private:
  std::string text_ = "[";
};
/// Of text()s.
[[nodiscard]] Value texts(const auto& list) {
  Array all;
  for (const auto& entry : list) all.add(text(entry));
  return std::move(all).take();
}

/// Members in the order in which they are set, each once.
class Object {
 public:
  Object& set(std::string_view key, const Value& value);
  [[nodiscard]] Value take() && { return {std::move(text_.append(1, '}'))}; }

 private:
  std::string text_ = "{";
};

}  // namespace osrtp::protocol::json
