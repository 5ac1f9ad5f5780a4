#pragma once

#include <netinet/in.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/packet.hpp"
#include "bench/load/profile.hpp"
#include "bench/load/remote.hpp"
#include "dtls/association.hpp"
#include "srtp/context.hpp"

namespace osrtp::bench {

/// What every phone with DTLS shows.
using Identity = std::shared_ptr<const dtls::Identity>;

/// One end of a call: its SDP, its keys and its DTLS. Sends nothing by itself.
class Phone {
 public:
  /// @param number its address, see Wire
  /// @param port of all phones
  Phone(std::uint32_t number, std::uint16_t port, Protection protection, Suite suite, const Identity* identity);

  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
  /// Its offer, or its answer to the offer that it has accept()ed. Makes the key that it protects with.
  [[nodiscard]] std::string sdp();
  /// The relay's SDP. @return false: nothing in it that the phone can use
  [[nodiscard]] bool accept(std::string_view sdp);
  /// Where it sends; nothing before accept().
  [[nodiscard]] const sockaddr_in& relay() const noexcept { return relay_; }

  /// Whether it unprotects with the very key that `peer` protects with: the relay is not between them then.
  [[nodiscard]] bool hears_key_of(const Phone& peer) const;

  /// Two phones without a relay between them: each takes the other's keys and address.
  void join(Phone& peer, std::uint16_t port);

  /// Begins the handshake; what it sends is in take_output(), and so it is after each datagram and timeout.
  void start_handshake(TimePoint now);
  void handle_dtls(ByteView datagram, TimePoint now);
  void handle_timeout(TimePoint now);
  [[nodiscard]] std::vector<std::vector<std::uint8_t>> take_output();
  [[nodiscard]] bool has_failed() const;
  /// Nothing is missing for media.
  [[nodiscard]] bool is_keyed() const noexcept { return protection_ == Protection::kPlain || (ours_ && theirs_); }

  /// Makes the contexts of its keys; once, when keyed. They are what a phone costs, so idle ones have none.
  void open_media();
  /// Protects the first kPacketSize octets of `slot` in place. @return the octets that go on the wire
  [[nodiscard]] std::size_t seal(ByteSpan slot);
  /// The RTP packet in what has come; nothing: not under the relay's key, or one that was here before.
  [[nodiscard]] std::optional<ByteSpan> open(ByteSpan packet);

 private:
  [[nodiscard]] std::string keying_lines();
  void make_key();
  void take_keys();

  std::uint32_t number_;
  std::uint16_t port_;
  Protection protection_;
  Suite suite_;
  const Identity* identity_;
  sockaddr_in relay_{};
  std::uint32_t crypto_tag_ = 1;
  std::optional<srtp::Key> ours_;
  std::optional<srtp::Key> theirs_;
  Fingerprint fingerprint_;
  std::optional<dtls::Association> association_;
  std::optional<srtp::Context> in_;
  std::optional<srtp::Context> out_;
};

}  // namespace osrtp::bench
