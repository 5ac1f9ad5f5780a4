// Every line becomes one JSON object on one line, which jansson reads, with our level in it unless the line has one,
// and not longer than what escaping may make of it.
#include <jansson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/log_json.hpp"

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::string text = osrtp::json_line("now", "info", line);
  check(text.find('\n') == std::string::npos);
  json_t* const object = json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, nullptr);
  check(json_is_object(object));
  check(json_is_string(json_object_get(object, "level")) && json_is_string(json_object_get(object, "time")));
  if (line.find('=') == std::string_view::npos) {
    check(json_object_size(object) == (line.find_first_not_of(' ') == std::string_view::npos ? 2 : 3));
  }
  json_decref(object);
  return 0;
}
