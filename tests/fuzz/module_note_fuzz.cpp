#include <cstddef>
#include <cstdint>
#include <string_view>

#include "module/note.hpp"

/// A note that is one means the same when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using osrtp::module::read_note;
  const auto note = read_note({reinterpret_cast<const char*>(data), size});
  if (!note) return 0;
  const std::string text = write_note(*note);
  const auto again = read_note(text);
  if (!again || again->form != note->form || again->tried != note->tried || again->peer != note->peer ||
      again->next_hop_uri != note->next_hop_uri || again->options != note->options)
    __builtin_trap();
  return 0;
}
