#pragma once

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/suggestion.hpp"

/// Reads TOML tables by their keys. Inside config files of app/ only.
namespace osrtp::app {

/// What is wrong; nothing: nothing.
using Wrong = std::optional<std::string>;

/// What a key holds. What is wrong with a table is told by its own keys, and starts with the line.
enum class Holds : std::uint8_t { kValue, kTable };

/// One key of a table: reads its node into `Into`, or says what is wrong with it.
template <class Into>
struct Key {
  std::string_view name;
  Wrong (*set)(const toml::node& node, Into& into);
  Holds holds = Holds::kValue;
};

inline std::string at_line(const toml::source_region& where, std::string_view what) {
  return std::to_string(where.begin.line) + ": " + std::string(what);
}

template <std::int64_t kLeast, std::int64_t kMost>
Wrong whole_number(const toml::node& node, std::int64_t& value) {
  const auto given = node.value_exact<std::int64_t>();
  if (!given || *given < kLeast || *given > kMost) {
    return "must be a whole number from " + std::to_string(kLeast) + " to " + std::to_string(kMost);
  }
  value = *given;
  return std::nullopt;
}

template <class Into>
std::string unknown(std::string_view key, std::string_view shown, std::span<const Key<Into>> keys) {
  std::vector<std::string_view> names;
  for (const auto& known : keys) names.push_back(known.name);
  return "unknown " + std::string(shown) + suggestion(key, names);
}

/// Every key of `table`, in the order of the file, so that the first mistake is named first.
/// What it returns starts with the line.
template <class Into>
Wrong read_table(const toml::table& table, std::span<const Key<Into>> keys, const std::string& prefix, Into& into) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  const auto earlier = [](const auto& a, const auto& b) {
    return a.first->source().begin.line < b.first->source().begin.line;
  };
  std::stable_sort(entries.begin(), entries.end(), earlier);
  for (const auto& [key, node] : entries) {
    const auto known =
        std::find_if(keys.begin(), keys.end(), [name = key->str()](const auto& k) { return k.name == name; });
    const std::string shown = "key '" + prefix + std::string(key->str()) + "'";
    if (known == keys.end()) return at_line(key->source(), unknown(key->str(), shown, keys));
    auto wrong = known->set(*node, into);
    if (!wrong) continue;
    return known->holds == Holds::kTable ? wrong : at_line(key->source(), shown + ": " + *wrong);
  }
  return std::nullopt;
}

}  // namespace osrtp::app
