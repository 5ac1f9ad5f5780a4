#include "bench/load/report.hpp"

#include <array>
#include <cstdio>

namespace osrtp::bench {

void Report::begin(std::string_view key) {
  if (text_.size() > 1) text_ += ", ";
  text_ += '"';
  text_ += key;
  text_ += "\": ";
}

Report& Report::text(std::string_view key, std::string_view value) {
  begin(key);
  text_ += '"';
  text_ += value;
  text_ += '"';
  return *this;
}

Report& Report::number(std::string_view key, std::uint64_t value) {
  begin(key);
  text_ += std::to_string(value);
  return *this;
}

Report& Report::real(std::string_view key, double value) {
  begin(key);
  std::array<char, 64> digits{};
  std::snprintf(digits.data(), digits.size(), "%.3f", value);
  text_ += digits.data();
  return *this;
}

Report& Report::truth(std::string_view key, bool value) {
  begin(key);
  text_ += value ? "true" : "false";
  return *this;
}

std::string Report::take() {
  text_ += '}';
  return std::move(text_);
}

}  // namespace osrtp::bench
