#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.hpp"
#include "base/time.hpp"
#include "call/settings.hpp"
#include "dtls/identity.hpp"
#include "protocol/message.hpp"

/// What would become of an offer, without doing it: the relay's own negotiation, over a media plane on paper.
namespace osrtp::explain {

struct Question {
  std::string offer;                  // SDP, the caller's
  std::optional<std::string> answer;  // SDP, the callee's; nothing: those of the usual phones
  protocol::OsrtpOptions terms;
  call::Settings settings;
};

/// What the call would come to with one answer.
struct Outcome {
  std::string_view answer;  // which: "without SRTP", and so on
  protocol::Reply reply;    // what the caller gets, or why it gets nothing
  bool handshake = false;   // legs that are pending become srtp-dtls when their handshake is done
};

struct Explanation {
  protocol::Reply offered;               // what the callee gets, or why it gets nothing
  std::vector<Outcome> outcomes;         // none, where it gets nothing
  bool refused_by_plain_phones = false;  // a phone without SRTP would refuse what it is offered (488)
};

/// @param identity of the DTLS handshakes that would be; nothing: as if there were no DTLS
[[nodiscard]] Explanation explain(const Question& question, const Entropy& entropy,
                                  std::shared_ptr<const dtls::Identity> identity, Now now);

/// An answer as a phone of a kind gives it to `offered`. Each is an SDP, its keys drawn from `entropy`.
struct UsualAnswer {
  std::string_view kind;
  std::string sdp;
};
/// Those of phones that can take `offered` at all.
[[nodiscard]] std::vector<UsualAnswer> usual_answers(std::string_view offered, const Entropy& entropy);

}  // namespace osrtp::explain
