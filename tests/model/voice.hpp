#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "dtls/association.hpp"
#include "model/rules.hpp"
#include "model/srtp_sender.hpp"
#include "support/wire_oracle.hpp"

namespace osrtp::model {

/// How one m-line runs for a phone: what the SDP that it sent and the one that it got come to.
struct Run {
  Mode mode = Mode::kNone;
  std::string suite{};  // of SDES
  Octets own_key{};
  Octets relay_key{};
  std::optional<Position> from{};  // where own_key goes on from the one before; nothing: it begins at zero
  std::string where{};             // of SDES: what the phone last said of where it is; empty: nothing
  unsigned masks = 0;         // phones that have had this key of the relay's before, here, and were shown other SSRCs
  std::string proto{};        // of the leg's offer, whoever made it
  std::string association{};  // of DTLS: what identifies it
  bool dtls_client = false;
  unsigned relay_rtp = 0;
  unsigned relay_rtcp = 0;
  bool mux = false;
  bool may_send = true;     // by the directions of both SDPs
  bool is_nowhere = false;  // the phone has said 0.0.0.0
};

/// A phone's end of its media: everything that it has keys for, kept for the whole call under what identifies it, so
/// that the same keys always mean the same contexts.
class Voice {
 public:
  struct Heard {
    testing::Verdict verdict = testing::Verdict::kUnprotected;
    Octets plain;
    std::uint64_t index = 0;  // of SRTP
  };

  /// What goes on the wire for a plain packet. Nothing: there are no keys yet.
  [[nodiscard]] std::optional<Octets> seal(const Run& run, Octets plain, bool rtcp);
  /// What came from the wire. Also tells keystream that is used twice, whatever the contexts of the relay do.
  [[nodiscard]] Heard open(const Run& run, const Octets& wire);
  /// How far the phone has come under the key of this run.
  [[nodiscard]] std::optional<Position> position(const Run& run) const;

  /// Only with DTLS.
  [[nodiscard]] dtls::Association& handshake(const Run& run, TimePoint now);
  [[nodiscard]] bool is_connected(const Run& run);

 private:
  struct Association {
    std::optional<dtls::Association> dtls;
    bool keyed = false;
    std::optional<SrtpSender> out{};
    std::optional<testing::WireOracle> in{};
  };
  [[nodiscard]] SrtpSender* sender(const Run& run);
  [[nodiscard]] testing::WireOracle* oracle(const Run& run);

  std::map<Octets, SrtpSender> senders_;
  std::map<std::pair<Octets, unsigned>, testing::WireOracle> oracles_;
  std::map<std::string, Association> associations_;
};

}  // namespace osrtp::model
