#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "module/attempts.hpp"

namespace osrtp::module {

/// What is kept with a branch of a request: how its destination has been offered the call, or is to be. It goes through
/// tm as text, so that whoever handles the reply knows. The texts are the reader's.
struct Note {
  std::optional<Form> form;  // nothing: an attempt that is still to be made, after another that was refused
  FormSet tried;             // with this peer in this call, `form` among them
  std::string_view peer;     // the name that it is remembered by; has no line end, nor has the next
  std::string_view next_hop_uri;
  std::string_view options;  // as the script had them
};

[[nodiscard]] std::string write_note(const Note& note);
/// @return nothing: it is none
[[nodiscard]] std::optional<Note> read_note(std::string_view text);

}  // namespace osrtp::module
