#pragma once

#include <string>

#include "model/sdp.hpp"
#include "protocol/policy.hpp"

/// What must become of a leg, by RFC 8643, RFC 4568 and RFC 5764: the model's own reading, which knows nothing of
/// daemon/negotiate. Texts in, verdicts out.
namespace osrtp::model {

enum class Mode : std::uint8_t {
  kNone,  // port 0, or not answered: nothing passes
  kFailed,
  kPlain,
  kSdes,
  kDtls,
  kOpaque,
};
std::string name_of(Mode mode);

/// What holds for one leg during the whole call.
struct Terms {
  protocol::Policy policy = protocol::Policy::kOpportunistic;
  protocol::Signalling signalling = protocol::Signalling::kEncrypted;
  bool dtls = true;  // the relay has a certificate
};

/// What the relay has to offer the answerer for a line of the offerer's.
struct Wanted {
  bool refused = false;
  std::string proto;
  bool sdes = false;
  bool dtls = false;
};

/// The relay's answer to `offer`; kFailed: it is to be refused.
Mode answer_to(const Terms& terms, const SdpLine& offer, bool was_encrypted);
Wanted offer_towards(const Terms& terms, const SdpLine& offer);
/// The same, where the answerer's leg is encrypted: a secure profile stays, with its key management.
Wanted offer_again(const Wanted& anew, Mode running, const std::string& profile);
/// What an answer makes of the relay's offer.
Mode settled(const Terms& terms, const SdpLine& offer, const SdpLine& answer, bool was_encrypted);

}  // namespace osrtp::model
