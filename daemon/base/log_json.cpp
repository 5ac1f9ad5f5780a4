#include "base/log_json.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "protocol/json_text.hpp"

namespace osrtp {
namespace {

constexpr std::string_view kKeyOctets = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
constexpr std::string_view kText = "text";

struct Word {
  std::string_view key;  // empty: it has none
  std::string_view value;
};

/// Up to `end`, which goes too; all where it is not there.
std::string_view take_until(char end, std::string_view& rest) {
  const std::size_t at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

Word take_word(std::string_view& rest) {
  const std::size_t size = std::min(rest.find_first_not_of(kKeyOctets), rest.size());
  const bool has_key = size > 0 && size < rest.size() && rest[size] == '=';
  const std::string_view key = has_key ? rest.substr(0, size) : std::string_view();
  if (has_key) rest.remove_prefix(size + 1);
  if (!has_key || !rest.starts_with('"')) return {key, take_until(' ', rest)};
  rest.remove_prefix(1);
  return {key, take_until('"', rest)};
}

class Members {
 public:
  void set(std::string key, std::string value) {
    const auto known = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.first == key; });
    if (known != all_.end()) {
      known->second = std::move(value);
    } else {
      all_.emplace_back(std::move(key), std::move(value));
    }
  }
  [[nodiscard]] std::string as_json() const {
    protocol::json::Object object;
    for (const auto& [key, value] : all_) object.set(key, protocol::json::text(value));
    return std::move(object).take().text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace

std::string json_line(std::string_view time, std::string_view level, std::string_view line) {
  Members members;
  if (!time.empty()) members.set("time", std::string(time));
  members.set("level", std::string(level));
  std::string text;
  std::string leg;  // with a dot behind it
  while (!line.empty()) {
    const auto [key, value] = take_word(line);
    if (!key.empty()) {
      const bool is_leg = key.find('.') != std::string_view::npos;
      if (is_leg) leg = std::string(key) + ".";
      members.set(is_leg ? std::string(key) : leg + std::string(key), std::string(value));
    } else if (!value.empty()) {
      text += (text.empty() ? "" : " ") + std::string(value);
    }
  }
  if (!text.empty()) members.set(std::string(kText), text);
  return members.as_json();
}

}  // namespace osrtp
