#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dtls/records.hpp"

namespace osrtp::testing {

/// A datagram that is one handshake message, as datagrams of at most `size` octets of its body (RFC 6347 §4.2.3).
inline std::vector<std::vector<std::uint8_t>> fragments(ByteView datagram, std::size_t size) {
  constexpr std::size_t kHeaders = dtls::kRecordHeader + dtls::kHandshakeHeader;
  const auto write = [](std::vector<std::uint8_t>& out, std::size_t at, std::size_t octets, std::size_t number) {
    for (; octets-- > 0; number >>= 8U) out[at + octets] = static_cast<std::uint8_t>(number);
  };
  std::vector<std::vector<std::uint8_t>> parts;
  for (std::size_t done = 0; kHeaders + done < datagram.size(); done += size) {
    const ByteView body = datagram.subspan(kHeaders + done);
    const ByteView part = body.first(std::min(size, body.size()));
    std::vector<std::uint8_t> out(datagram.begin(), datagram.begin() + kHeaders);
    write(out, dtls::kRecordHeader - 2, 2, dtls::kHandshakeHeader + part.size());
    write(out, kHeaders - 6, 3, done);
    write(out, kHeaders - 3, 3, part.size());
    out.insert(out.end(), part.begin(), part.end());
    parts.push_back(std::move(out));
  }
  return parts;
}

}  // namespace osrtp::testing
