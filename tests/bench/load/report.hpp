#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace osrtp::bench {

/// One JSON object, written member by member.
class Report {
 public:
  Report& text(std::string_view key, std::string_view value);
  Report& number(std::string_view key, std::uint64_t value);
  Report& real(std::string_view key, double value);
  Report& truth(std::string_view key, bool value);

  /// The object, closed.
  [[nodiscard]] std::string take();

 private:
  void begin(std::string_view key);
  std::string text_ = "{";
};

}  // namespace osrtp::bench
