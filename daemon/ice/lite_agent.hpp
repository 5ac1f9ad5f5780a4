#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "ice/stun.hpp"

namespace osrtp::ice {

/// RFC 8839 §5.4: ufrag 4 to 256, password 22 to 256 ice-chars. The password is a secret: never log it.
struct Credentials {
  std::string ufrag;
  std::string password;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

/// Component ids start at 1 (RFC 8445 §5.1.1): RTP, and RTCP where it is not muxed.
inline constexpr std::size_t kMaxComponents = 2;
/// Addresses that have proved the password, per component; the oldest that is not selected goes first.
inline constexpr std::size_t kMaxValidated = 16;
/// No valid request for so long: consent is over (RFC 7675 §5.1). A lite agent cannot ask for it, so the
/// peer's own checks stand for it (ICE-5).
inline constexpr std::chrono::seconds kConsent{30};

/// What became of one datagram; each is counted.
enum class Verdict : std::uint8_t {
  kAnswered,         // a valid request: the response is in `reply`
  kNotStun,          // does not parse
  kUnexpected,       // a response, an indication, another method: ignored
  kUnauthenticated,  // wrong or no username or integrity: no answer, no change
  kRefused,          // authenticated, but an error response is due (420, 487): in `reply`
};

struct Handled {
  Verdict verdict = Verdict::kNotStun;
  std::vector<std::uint8_t> reply;  // to where the datagram came from; empty: none
  bool selected = false;            // this request chose another address for its component
};

/// ICE-lite on one leg's m-line (RFC 8445 §2.5, RFC 8839). Always controlled towards a full agent: it answers checks
/// and follows nominations, and originates nothing. Pure.
class LiteAgent {
 public:
  /// The peer's first candidates may come before its SDP does: `remote` is empty until then, and a request counts
  /// by our ufrag and password alone.
  LiteAgent(Credentials local, std::size_t components);

  /// The peer's SDP. Its ufrag must then stand in the username (RFC 8445 §7.2.2).
  void set_remote(const Credentials& remote);
  /// New credentials of both sides (RFC 8445 §9): what is selected stays so until the new ones have nominated.
  void restart(Credentials local, std::size_t components);

  [[nodiscard]] Handled handle(std::size_t component, const Endpoint& from, ByteView datagram, TimePoint now);

  /// Where the component's media goes: the nominated address, before that none (ICE-3).
  [[nodiscard]] std::optional<Endpoint> selected(std::size_t component) const;
  /// Whether the password has been heard from there.
  [[nodiscard]] bool is_validated(std::size_t component, const Endpoint& from) const;
  /// Whether the peer still agrees to be sent to; false also before it ever has.
  [[nodiscard]] bool has_consent(std::size_t component, TimePoint now) const;
  [[nodiscard]] const Credentials& local() const noexcept { return local_; }

 private:
  Credentials local_;
};

}  // namespace osrtp::ice
