#include "dtls/records.hpp"

namespace osrtp::dtls {
namespace {

constexpr std::uint8_t kAnyDtls1 = 0xfe;  // the major version of 1.0 and 1.2
constexpr std::uint8_t kLastRecord = 23;
constexpr std::uint8_t kHelloRequest = 0;
constexpr std::uint8_t kFatal = 2;
constexpr std::size_t kRandomSize = 32;
constexpr std::size_t kShortestSealed = 24;  // AES-GCM's explicit nonce and tag
constexpr std::size_t kSequenceOffset = 5;
constexpr std::size_t kSequenceSize = 6;

bool is_plain_fatal_alert(const Record& record) noexcept {
  return record.type == kAlertRecord && record.epoch == 0 && record.payload.size() == 2 && record.payload[0] == kFatal;
}

bool is_for_openssl(const Record& record) noexcept {
  if (record.epoch != 0) return record.type == kHandshakeRecord && record.payload.size() >= kShortestSealed;
  if (record.type == kChangeCipherSpec) return true;
  return record.type == kHandshakeRecord && !record.payload.empty() && record.payload[0] != kHelloRequest;
}

void renumber(ByteSpan record, std::uint64_t sequence) noexcept {
  for (std::size_t i = 0; i < kSequenceSize; ++i) {
    record[kSequenceOffset + kSequenceSize - 1 - i] = static_cast<std::uint8_t>(sequence >> (8 * i));
  }
}

std::optional<std::uint32_t> read_24(ByteReader& reader) noexcept {
  const auto high = reader.read<std::uint8_t>();
  const auto low = reader.read<std::uint16_t>();
  if (!high || !low) return std::nullopt;
  return std::uint32_t{*high} << 16U | *low;
}

std::optional<ByteView> read_short_vector(ByteReader& reader) noexcept {
  const auto size = reader.read<std::uint8_t>();
  return size ? reader.take(*size) : std::nullopt;
}

// client_version, random, session_id, cookie, and what is nothing to us: cipher suites and so on.
void parse_body(ByteView body, ClientHello& hello) noexcept {
  ByteReader reader(body);
  const auto version = reader.read<std::uint16_t>();
  const auto random = reader.take(kRandomSize);
  const auto session = read_short_vector(reader);
  const auto cookie = read_short_vector(reader);
  if (!version || !random || !session || !cookie || reader.rest().empty()) return;
  hello.random = *random;
  hello.cookie = *cookie;
  hello.whole = body.size() == hello.size;
}

}  // namespace

std::optional<Record> next_record(ByteReader& datagram) {
  const ByteView from_here = datagram.rest();
  Record record;
  const auto type = datagram.read<std::uint8_t>();
  const auto version = datagram.read<std::uint16_t>();
  const auto numbers = datagram.read<std::uint64_t>();
  const auto size = datagram.read<std::uint16_t>();
  if (!type || !version || !numbers || !size) return std::nullopt;
  const auto payload = datagram.take(*size);
  if (!payload || *type < kChangeCipherSpec || *type > kLastRecord || *version >> 8U != kAnyDtls1) return std::nullopt;
  record.type = *type;
  record.version = *version;
  record.epoch = static_cast<std::uint16_t>(*numbers >> 48U);
  record.sequence = *numbers & 0xffff'ffff'ffffU;
  record.payload = *payload;
  record.whole = from_here.first(kRecordHeader + payload->size());
  return record;
}

Sifted sift(ByteView datagram, std::uint64_t& next_sequence) {
  Sifted sifted;
  ByteReader reader(datagram);
  while (const auto record = next_record(reader)) {
    if (is_plain_fatal_alert(*record)) sifted.plain_fatal_alert = true;
    if (!is_for_openssl(*record)) continue;
    const std::size_t at = sifted.records.size();
    sifted.records.insert(sifted.records.end(), record->whole.begin(), record->whole.end());
    if (record->epoch == 0) renumber(ByteSpan(sifted.records).subspan(at), next_sequence++);
  }
  return sifted;
}

std::optional<ClientHello> ClientHello::parse(ByteView datagram) {
  ByteReader reader(datagram);
  const auto record = next_record(reader);
  if (!record || record->type != kHandshakeRecord || record->epoch != 0) return std::nullopt;
  ByteReader message(record->payload);
  const auto type = message.read<std::uint8_t>();
  const auto size = read_24(message);
  const auto sequence = message.read<std::uint16_t>();
  const auto offset = read_24(message);
  const auto fragment_size = read_24(message);
  if (!type || *type != kClientHello || !size || !sequence || !offset || !fragment_size) return std::nullopt;
  const auto body = message.take(*fragment_size);
  if (!body || *offset > *size || *fragment_size > *size - *offset) return std::nullopt;
  ClientHello hello;
  hello.record_sequence = record->sequence;
  hello.message_sequence = *sequence;
  hello.size = *size;
  hello.offset = *offset;
  hello.fragment = *body;
  if (*offset == 0) parse_body(*body, hello);
  return hello;
}

}  // namespace osrtp::dtls
