#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/suite.hpp"
#include "base/time.hpp"
#include "call/media_plane.hpp"
#include "negotiate/answerer.hpp"
#include "negotiate/offerer.hpp"
#include "protocol/message.hpp"

namespace osrtp::call {

/// How one m-line of one party is protected now, and since when.
struct Status {
  protocol::SecurityState state = protocol::SecurityState::kPending;
  std::optional<Suite> suite;
  std::optional<protocol::Reason> reason;
  WallTime since{};
};

/// The keys that run on a leg, or are suspended while it has failed, to tell a repeated answer from a new one
/// (SDES-16).
struct InstalledKeys {
  Suite suite;
  Secret peer;
  std::vector<std::uint8_t> peer_mki;
};

/// Our end of one m-line towards one party.
struct LegMedia {
  std::optional<LocalPorts> ports;
  /// One master key per suite, made when first written into an SDP and kept while the ports are:
  /// retransmissions, retries and re-offers repeat it (E-3, SDES-17).
  std::map<Suite, Secret> own_keys;
  Status status;
  std::optional<InstalledKeys> installed;
  std::string kind;        // "audio", for reports
  std::string protocol;    // the profile as written to or by this party
  bool used = false;       // false: port 0 from the start, nothing to report
  bool held = false;       // the party receives nothing, or wants nothing
  bool encrypted = false;  // SRTP has run, and nothing plain by consent since: what comes without keys is a downgrade
};

/// One m-line of an offer, with everything its answer will need.
struct OfferedLine {
  negotiate::AnswerPlan towards_offerer;
  std::optional<sdp::CryptoAttribute> chosen;  // the offerer's line that we take; set with AnswerSdes
  sdp::Carriage carriage = sdp::Carriage::kOther;
  std::string kind;
  std::string proto;  // the offerer's, repeated in the answer to it (OSRTP-20)
  bool mux = false;   // the offerer offers rtcp-mux
  bool held = false;
  std::optional<Endpoint> rtp;
  std::optional<Endpoint> rtcp;

  negotiate::OfferPlan towards_answerer;
  std::vector<negotiate::OwnLine> own_lines;
  bool offered = false;      // false: it went on with port 0, or untouched
  bool mux_offered = false;  // ours towards the answerer
};

/// An offer under way, and once answered the one that runs: an answer may come again (183, then 200).
struct Exchange {
  protocol::Leg offerer = protocol::Leg::kCaller;
  std::vector<OfferedLine> lines;
};

/// One end of the call: the caller, or one branch of the callee.
struct Party {
  protocol::Leg role = protocol::Leg::kCaller;
  relay::LegIndex index = relay::kCallerLeg;
  std::string tag;         // empty: not known yet
  std::string via_branch;  // callee branches only
  negotiate::Terms terms;
  WallTime created{};
  std::vector<LegMedia> media;
};

/// A callee branch and the exchange with it.
struct Branch {
  Party party;
  std::optional<Exchange> exchange;
  bool answered = false;
};

}  // namespace osrtp::call
