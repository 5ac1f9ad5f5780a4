#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

/// The outside of DTLS 1.2 (RFC 6347 §4.1, §4.2.2): what can be told of a datagram without a key.
namespace osrtp::dtls {

inline constexpr std::uint8_t kChangeCipherSpec = 20;
inline constexpr std::uint8_t kAlertRecord = 21;
inline constexpr std::uint8_t kHandshakeRecord = 22;

inline constexpr std::uint8_t kClientHello = 1;  // a handshake message

inline constexpr std::size_t kRecordHeader = 13;
inline constexpr std::size_t kHandshakeHeader = 12;

/// One record; borrows the datagram.
struct Record {
  std::uint8_t type = 0;
  std::uint16_t version = 0;
  std::uint16_t epoch = 0;
  std::uint64_t sequence = 0;  // 48 bits
  ByteView payload;
  ByteView whole;  // with its header
};

/// The next record, and moves behind it. Nothing: the rest is no record.
[[nodiscard]] std::optional<Record> next_record(ByteReader& datagram);

/// What is left of a datagram when everything that its sender need not prove to be the peer for, and that would
/// end a handshake nevertheless, is taken out.
struct Sifted {
  std::vector<std::uint8_t> records;  // for OpenSSL; empty: nothing is left
  bool plain_fatal_alert = false;     // a fatal alert in epoch 0: anybody can write one
};
/// Keeps handshake records, and ChangeCipherSpec in epoch 0, but for HelloRequest, which is for renegotiation. Keys
/// live as long as the call, so alerts and data are nothing to us once there are keys. A record that is too short to
/// be sealed would end a session of OpenSSL 3.0's, and goes too.
///
/// Records of epoch 0 are numbered anew from `next_sequence` on: anybody can write one with a high number, and what
/// the peer sends would then count as replayed. Their messages have numbers of their own.
[[nodiscard]] Sifted sift(ByteView datagram, std::uint64_t& next_sequence);

/// Of the ClientHello, or its fragment, that begins a datagram (RFC 6347 §4.2.1, §4.2.3). Borrows it.
struct ClientHello {
  std::uint64_t record_sequence = 0;
  std::uint16_t message_sequence = 0;
  std::uint32_t size = 0;    // of the body, octets
  std::uint32_t offset = 0;  // of the fragment in it
  ByteView fragment;         // inside the body; all of it unless fragmented
  bool whole = false;        // not fragmented, and it parses
  ByteView random;           // empty: not its first fragment, or one too short to end behind the cookie
  ByteView cookie;           // empty: it has none, or `random` is

  /// Nothing: the datagram does not begin with a ClientHello or a fragment of one.
  [[nodiscard]] static std::optional<ClientHello> parse(ByteView datagram);
};

}  // namespace osrtp::dtls
