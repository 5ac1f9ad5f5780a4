#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "ice/credentials.hpp"
#include "ice/stun.hpp"

namespace osrtp::ice {

/// Component ids start at 1 (RFC 8445 §5.1.1): RTP, and RTCP where it is not muxed.
inline constexpr std::size_t kMaxComponents = 2;
/// Addresses that have proved the password, per component; the one not heard for longest goes first, the selected
/// one never.
inline constexpr std::size_t kMaxValidated = 16;
/// No valid request from the selected address for so long: consent is over (RFC 7675 §5.1). A lite agent cannot ask
/// for it, so the peer's own checks stand for it.
inline constexpr std::chrono::seconds kConsent{30};
/// For so long after a component's first nomination one of lower priority does not replace a higher: a peer that
/// nominates aggressively (RFC 5245 §8.1.1.2) names all its pairs and means the best. Later the latest nomination
/// counts, which is how a browser moves to another network. RFC 8445 §8.3.1 waits as long for such peers.
inline constexpr std::chrono::seconds kSettling{3};

/// What became of one datagram; each is counted.
enum class Verdict : std::uint8_t {
  kAnswered,         // a valid request: the response is in `reply`
  kNotStun,          // does not parse
  kUnexpected,       // a response, an indication, another method or component, shorter than its reply: ignored
  kUnauthenticated,  // wrong or no username or integrity: no answer, no change
  kRefused,          // authenticated, but an error response is due (420, 487): in `reply`; no change
};

struct Handled {
  Verdict verdict = Verdict::kNotStun;
  std::vector<std::uint8_t> reply{};  // to where the datagram came from; empty: none
  bool selected = false;              // this request chose another address for its component
};

/// ICE-lite on one leg's m-line (RFC 8445 §2.5, RFC 8839): answers checks and follows nominations, and originates
/// nothing. Pure, move-only.
///
/// It is no reflector: what does not prove the password gets no answer, not even the 400 and 401 of RFC 8489 §9.1.3,
/// and to an address that has not proved it before no reply is larger than the request. (With our own credentials
/// every check of RFC 8445 §7.1 is larger than its reply; what is not, is ignored.)
///
/// It is always controlled: two lite agents send no checks (RFC 8445 §6.1.1), so whoever does is full and must
/// control. To one that claims to be controlled it answers 487, upon which that one switches (§7.2.5.1); a success
/// would leave both waiting for a nomination. §7.3.1.1 asks this of full agents only, and forbids it to none.
class LiteAgent {
 public:
  /// The peer's first checks may come before its SDP does: until set_remote() a request counts by our ufrag and
  /// password alone. `components` is 1 or 2.
  LiteAgent(Credentials local, std::size_t components);

  /// The ufrag of the peer's SDP, which must then stand in the user name (RFC 8445 §7.2.2). What another peer's
  /// ufrag (a fork's) has validated or nominated before under these credentials is forgotten. The peer's password
  /// is not needed: only who sends checks would use it.
  void set_remote(std::string_view ufrag);
  /// New credentials of both sides (RFC 8445 §9); set_remote() follows. What is selected stays so, and only from there
  /// requests under the former credentials are still answered, until the new ones have nominated or consent is over.
  void restart(Credentials local, std::size_t components);

  [[nodiscard]] Handled handle(std::size_t component, const Endpoint& from, ByteView datagram, TimePoint now);

  /// Where the component's media goes: the nominated address, before that none (ICE-3).
  [[nodiscard]] std::optional<Endpoint> selected(std::size_t component) const;
  /// Whether the password has been heard from there, and not too many others since.
  [[nodiscard]] bool is_validated(std::size_t component, const Endpoint& from) const;
  /// Whether the selected address still agrees to be sent to. It may agree again later.
  [[nodiscard]] bool has_consent(std::size_t component, TimePoint now) const;
  [[nodiscard]] const Credentials& local() const noexcept { return current_.local; }

 private:
  enum class Generation : std::uint8_t { kCurrent, kFormer };
  /// What the two sides of one generation call themselves.
  struct Session {
    Credentials local{};
    std::optional<std::string> remote{};
  };
  /// An address that has proved the password.
  struct Source {
    Endpoint address;
    std::string peer;  // its ufrag
    TimePoint heard;
  };
  struct Nomination {
    Endpoint address;
    Generation generation;
    std::uint32_t priority;
    TimePoint first;  // of the generation
  };
  struct Component {
    std::vector<Source> sources{};  // latest heard first
    std::optional<Nomination> nomination{};

    [[nodiscard]] bool is_selected(const Endpoint& address) const;
    [[nodiscard]] const Source* find(const Endpoint& address) const;
    [[nodiscard]] bool has_consent(TimePoint now) const;
    void touch(Source source);
    bool nominate(const Endpoint& address, std::uint32_t priority, TimePoint now);
    void forget_all_but(std::string_view peer);
    void become_former();
  };

  [[nodiscard]] const Component* at(std::size_t component) const;
  [[nodiscard]] std::optional<Generation> authenticate(const Component& component, const Endpoint& from,
                                                       ByteView datagram, const Message& message, TimePoint now) const;
  [[nodiscard]] bool is_nominated(Generation generation) const;
  bool accept(Component& component, Source source, Generation generation, const Message& message);

  Session current_;
  std::optional<Session> former_;  // while something is selected that it has nominated
  std::vector<Component> components_;
};

}  // namespace osrtp::ice
