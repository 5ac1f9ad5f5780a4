#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/json.hpp"
#include "protocol/message.hpp"
#include "protocol/ng_words.hpp"

/// Reads the members of a request by name. Inside protocol/ only.
namespace osrtp::protocol {

/// Collects what a request's reader has to say without understanding everything. Bounded, since it
/// goes back in a reply.
class Warnings {
 public:
  static constexpr std::size_t kMost = 16;

  /// "`text` 'subject'": the subject shortened and made printable.
  void add(std::string_view text, std::string_view subject);
  /// "ignored `what` 'subject'", "unknown `what` 'subject'" or nothing.
  void add_effect(Effect effect, std::string_view what, std::string_view subject);
  [[nodiscard]] std::vector<std::string> take() &&;

 private:
  std::vector<std::string> all_;
  std::size_t left_out_ = 0;
};

/// The spellings of one key, the one to write first. The first that is present counts.
using Spellings = std::initializer_list<std::string_view>;

/// Reads one object. The first value of a wrong type is kept as error() and reads as absent, so a
/// caller asks for all it needs and looks at the error once.
class Reader {
 public:
  /// `object` and `warnings` are borrowed. `prefix` names the object before its keys ("osrtp.") or is empty.
  Reader(const json_t* object, std::string_view prefix, Warnings& warnings);

  /// Whether there is a value that is not null.
  [[nodiscard]] bool has(Spellings key);
  [[nodiscard]] std::string text(Spellings key);  // empty: absent
  /// An array of strings, or a string of them with commas between. Empty ones are dropped.
  [[nodiscard]] std::vector<std::string> list(Spellings key);
  /// An integer or a string of one. Outside [least, most] is an error.
  [[nodiscard]] int integer(Spellings key, int absent, int least, int most);
  /// true, false, or drachtio's and Perl's 1 and 0.
  [[nodiscard]] bool boolean(Spellings key);
  /// Null where absent.
  [[nodiscard]] const json_t* object(Spellings key);

  void refuse(std::string_view key, std::string_view what);
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  /// Warns of every member that nobody has asked for.
  void warn_of_the_rest();

 private:
  const json_t* find(Spellings key);

  const json_t* object_;
  std::string prefix_;
  Warnings& warnings_;
  std::vector<std::string_view> asked_;
  std::optional<Error> error_;
};

}  // namespace osrtp::protocol
