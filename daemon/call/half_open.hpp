#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace osrtp::call {

/// Who has begun the calls that nobody has answered yet, so that one SIP peer cannot have all ports: each network, an
/// IPv4 address or the /64 of an IPv6 one, may have so many. Pure, O(1); as large as there are such calls.
class HalfOpen {
 public:
  /// Where a request says that its SIP message came from, as far as that is an address.
  /// Its network, as text.
  [[nodiscard]] static std::optional<std::string> source_of(const std::optional<std::string>& received_from);

  /// Whether one more may begin, where one network may have `most` of them; 0: as many as it likes. Who does not say
  /// where it comes from always may.
  [[nodiscard]] bool admits(const std::optional<std::string>& source, std::size_t most) const;
  /// It has begun.
  void add(std::string_view call_id, const std::optional<std::string>& source);
  /// It is answered or over. What was not added is ignored.
  void remove(std::string_view call_id);

  [[nodiscard]] std::size_t networks() const noexcept { return by_network_.size(); }

 private:
  std::unordered_map<std::string, std::size_t> by_network_;  // none is 0
  std::unordered_map<std::string, std::string> calls_;       // the network of each
};

}  // namespace osrtp::call
