#include "io/text_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "base/words.hpp"

namespace osrtp::io {

std::string take(std::istream& stream, std::size_t most) {
  std::string text;
  std::array<char, 4096> octets{};
  while (text.size() < most && stream) {
    stream.read(octets.data(), static_cast<std::streamsize>(std::min(octets.size(), most - text.size())));
    text.append(octets.data(), static_cast<std::size_t>(stream.gcount()));
  }
  return text;
}

Result<std::string, std::string> read_text(const std::string& file, std::size_t most) {
  std::ifstream stream(file, std::ios::binary);
  stream.peek();  // a folder opens, but cannot be read
  if (!stream.is_open() || stream.bad()) return fail(file + ": " + words(errno));
  return take(stream, most);
}

}  // namespace osrtp::io
