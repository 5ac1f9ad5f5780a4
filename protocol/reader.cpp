#include "protocol/reader.hpp"

#include <algorithm>
#include <limits>

#include "protocol/octets.hpp"

namespace osrtp::protocol {

namespace {

constexpr std::size_t kMostOctets = 64;

std::string printable(std::string_view subject) {
  std::string shown = as_text(subject.substr(0, kMostOctets));
  for (char& c : shown) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) c = '_';
  }
  return subject.size() > kMostOctets ? shown + "..." : shown;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

}  // namespace

void Warnings::add(std::string_view text, std::string_view subject) {
  if (all_.size() == kMost) {
    ++left_out_;
    return;
  }
  all_.push_back(std::string(text) + " '" + printable(subject) + "'");
}

void Warnings::add_effect(Effect effect, std::string_view what, std::string_view subject) {
  if (effect == Effect::kGiven) return;
  add((effect == Effect::kNone ? "ignored " : "unknown ") + std::string(what), subject);
}

std::vector<std::string> Warnings::take() && {
  if (left_out_ > 0) all_.push_back("and " + std::to_string(left_out_) + " more");
  return std::move(all_);
}

Reader::Reader(const json_t* object, std::string_view prefix, Warnings& warnings)
    : object_(object), prefix_(prefix), warnings_(warnings) {}

bool Reader::has(Spellings key) { return find(key) != nullptr; }

std::string Reader::text(Spellings key) {
  const json_t* value = find(key);
  if (value == nullptr) return {};
  const auto text = json::as_text(value);
  if (!text) refuse(*key.begin(), "is not a string");
  return std::string(text.value_or(""));
}

std::vector<std::string> Reader::list(Spellings key) {
  const json_t* value = find(key);
  if (const auto text = json::as_text(value)) return split_at_commas(*text);
  if (value != nullptr && !json_is_array(value)) refuse(*key.begin(), "is neither a list nor a string");
  std::vector<std::string> entries;
  json::for_elements(value, [&](const json_t* element) {
    const auto text = json::as_text(element);
    if (!text) return refuse(*key.begin(), "has an entry that is not a string");
    if (!text->empty()) entries.emplace_back(*text);
  });
  return entries;
}

int Reader::integer(Spellings key, int absent, int least, int most) {
  const json_t* value = find(key);
  if (value == nullptr) return absent;
  const auto number = json::as_integer(value);
  if (!number) {
    refuse(*key.begin(), "is not an integer");
  } else if (*number < least || *number > most) {
    refuse(*key.begin(), "is outside " + std::to_string(least) + " to " + std::to_string(most));
  } else {
    return static_cast<int>(*number);
  }
  return absent;
}

bool Reader::boolean(Spellings key) {
  const json_t* value = find(key);
  if (value == nullptr) return false;
  if (json_is_boolean(value)) return json_is_true(value);
  const auto number = json::as_integer(value);
  if (!number || *number < 0 || *number > 1) refuse(*key.begin(), "is not a boolean");
  return number == 1;
}

const json_t* Reader::object(Spellings key) {
  const json_t* value = find(key);
  if (value == nullptr || json_is_object(value)) return value;
  refuse(*key.begin(), "is not an object");
  return nullptr;
}

void Reader::refuse(std::string_view key, std::string_view what) {
  if (error_) return;
  error_ = Error{ErrorCode::kBadRequest, "'" + prefix_ + std::string(key) + "' " + std::string(what), {}};
}

void Reader::warn_of_the_rest() {
  json::for_members(object_, [&](std::string_view key, const json_t*) {
    if (std::ranges::find(asked_, key) != asked_.end()) return;
    warnings_.add_effect(prefix_.empty() ? effect_of_key(key) : Effect::kUnknown, "key", prefix_ + std::string(key));
  });
}

const json_t* Reader::find(Spellings key) {
  for (const std::string_view spelling : key) {
    const json_t* value = json::member(object_, spelling);
    if (value == nullptr) continue;
    asked_.push_back(spelling);
    return value;
  }
  asked_.push_back(*key.begin());
  return nullptr;
}

}  // namespace osrtp::protocol
