// Reading stays inside the datagram and says of it only what stands there; what we write is read back; sealed with
// a password, the message verifies, and no changed bit under the integrity does. The first octet chooses the bit.

#include <algorithm>
#include <vector>

#include "ice/stun.hpp"
#include "support/stun.hpp"

using namespace osrtp;
using osrtp::ice::binding_error;
using osrtp::ice::binding_success;
using osrtp::ice::Message;

namespace {

using Octets = std::vector<std::uint8_t>;
constexpr std::string_view kPassword = "fuzzpassword0123456789ab";

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void stands_in(ByteView datagram, const Message& message) {
  check(datagram.size() >= 20 && datagram.size() % 4 == 0);
  if (message.username) {
    const auto* name = reinterpret_cast<const std::uint8_t*>(message.username->data());
    check(name >= datagram.data() && name + message.username->size() <= datagram.data() + datagram.size());
  }
  if (message.integrity_offset) check(*message.integrity_offset + 24 <= datagram.size());
  check(message.unknown_required.size() <= (datagram.size() - 20) / 4);
  check(!message.error_code || (*message.error_code >= 300 && *message.error_code <= 699));
  check(!Message::parse(datagram.first(datagram.size() - 1)));
}

// Nobody has the password, so nothing but our own seal verifies.
void is_not_ours(ByteView datagram, const Message& message) {
  check(!verify_integrity(datagram, message, bytes_of(kPassword)));
}

void no_bit_may_change(const Octets& sealed, std::size_t covered, std::size_t choice) {
  Octets changed = sealed;
  const std::size_t bit = choice % (8 * covered);
  changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  const auto message = Message::parse(changed);
  check(!message || !verify_integrity(changed, *message, bytes_of(kPassword)));
}

void is_read_back(const Message& request, std::size_t choice) {
  const Endpoint mapped = request.mapped.value_or(Endpoint{{}, *Port::from(9)});
  const Octets success = binding_success(request.transaction, mapped, bytes_of(kPassword));
  const auto message = Message::parse(success);
  check(message && message->mapped == mapped && message->transaction == request.transaction);
  check(message->message_class == ice::Class::kSuccess && message->fingerprint);
  check(verify_integrity(success, *message, bytes_of(kPassword)));
  no_bit_may_change(success, success.size() - 8, choice);

  const Octets error = binding_error(request.transaction, 420, request.unknown_required, bytes_of(kPassword));
  const auto refusal = Message::parse(error);
  check(refusal && refusal->error_code == 420 && refusal->unknown_required.empty());
  check(verify_integrity(error, *refusal, bytes_of(kPassword)));
  no_bit_may_change(error, error.size() - 8, choice);
}

// The same attributes, sealed by somebody with the password.
void sealed_verifies(ByteView datagram, const Message& message, std::size_t choice) {
  if (message.integrity_offset || message.fingerprint || datagram.size() > 60'000) return;
  testing::StunWriter writer(1);
  ByteReader in(datagram.subspan(20));
  while (!in.rest().empty()) {
    const auto type = in.read<std::uint16_t>();
    const auto size = in.read<std::uint16_t>();
    check(size.has_value());
    const auto value = in.take((*size + 3U) / 4 * 4);
    check(value.has_value());
    writer.add(*type, value->first(*size));
  }
  writer.add_integrity(kPassword);
  const auto sealed = Message::parse(writer.octets());
  check(sealed && verify_integrity(writer.octets(), *sealed, bytes_of(kPassword)));
  check(sealed->username == message.username && sealed->unknown_required == message.unknown_required);
  no_bit_may_change(writer.octets(), writer.octets().size(), choice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t choice = std::size_t{data[0]} << 8U | data[1];
  // A copy of exactly its size, so that the sanitizer sees a read behind its end.
  const Octets exact(data + 2, data + size);
  const auto message = Message::parse(exact);
  if (!message) return 0;
  stands_in(exact, *message);
  is_not_ours(exact, *message);
  is_read_back(*message, choice);
  sealed_verifies(exact, *message, choice);
  return 0;
}
