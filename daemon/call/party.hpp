#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/boxed.hpp"
#include "base/fingerprint.hpp"
#include "base/secret.hpp"
#include "base/suite.hpp"
#include "base/time.hpp"
#include "call/media_plane.hpp"
#include "call/told.hpp"
#include "dtls/association.hpp"
#include "ice/lite_agent.hpp"
#include "negotiate/answerer.hpp"
#include "negotiate/offerer.hpp"
#include "negotiate/two_lines.hpp"
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
  std::optional<Endpoint> address;  // the peer's, by the last SDP that had one
};

/// What both sides' SDPs agreed on for a DTLS association, to tell one that goes on from a new one (DTLS-9).
struct AgreedDtls {
  dtls::Role role;          // ours
  std::string peer_tls_id;  // empty: the peer has none
  std::vector<Fingerprint> peer;
  std::optional<Endpoint> address;  // the peer's, by the last SDP that had one
};

/// Our side of a leg's DTLS, as our SDPs have it: kept, like our SDES keys, from the offer that names it on, for an
/// answer may come more than once and change its mind.
struct DtlsLeg {
  std::shared_ptr<const dtls::Identity> identity;  // whose fingerprint we signal
  std::string own_tls_id;
  std::optional<AgreedDtls> agreed;  // nothing: no association runs, or is to
  bool spent = false;                // an association under this tls-id is over: the next SDP has another
};

/// What the SDPs of both sides say of a leg's ICE.
struct IceLeg {
  ice::Credentials own;
  std::string peer_ufrag;                     // empty: not heard yet
  bool spoken = true;                         // false: the peer's last answer had none
  bool peer_is_lite = false;                  // both are: nobody checks, media goes to where the SDP says (ICE-4)
  std::optional<ice::Credentials> restart{};  // in an offer of ours that is not answered yet: own from then on
};

/// A master key of ours.
struct OwnKey {
  Secret key;
  /// Some context protects, or has protected, under it: the next one shows its peer other SSRCs (relay::Secured), so
  /// that no keystream is used twice.
  bool used = false;
};

/// What has been told of an m-line in events, so that each thing is told once.
struct Watched {
  std::optional<protocol::SecurityState> settled;  // how it ran last, encrypted or plain; nothing: it has not yet
  bool failed = false;                             // so has its handshake
  bool silent = false;
  std::optional<TimePoint> heard;  // when the last packet had come, at the last look
};

/// Our end of one m-line towards one party.
struct LegMedia {
  std::optional<LocalPorts> ports;  // forks of one offer share theirs
  /// One master key per suite, made when first written into an SDP and kept while the ports are:
  /// retransmissions, retries and re-offers repeat it (E-3, SDES-17).
  std::map<Suite, OwnKey> own_keys;
  std::vector<negotiate::OwnLine>
      offered;  // our crypto lines in the offer that it answered last; a re-offer repeats them
  Status status;
  protocol::SecurityState told = protocol::SecurityState::kPending;   // what has been logged of its handshake
  protocol::SecurityState noted = protocol::SecurityState::kPending;  // and what the call's timeline has
  Watched watched;
  Boxed<InstalledKeys> installed;
  Boxed<DtlsLeg> dtls;
  Boxed<IceLeg> ice;
  std::string kind;        // "audio", for reports
  std::string mid;         // what this party calls the m-line (RFC 5888); empty: nothing
  std::string protocol;    // the profile as written to or by this party; like `kind` that of the last answered offer
  bool used = false;       // false: port 0 from the start, nothing to report
  bool held = false;       // the party receives nothing, or wants nothing
  bool encrypted = false;  // SRTP has run, and nothing plain by consent since: what comes without keys is a downgrade
};

/// Whose word comes last: after an offer ours, after an answer none.
enum class Said : std::uint8_t { kInOffer, kInAnswer };

/// What an SDP says of its author's DTLS.
struct SaidDtls {
  Said where = Said::kInOffer;
  dtls::Role role;  // ours, as the answer has it or will have it
  std::vector<Fingerprint> fingerprints;
  std::string tls_id;     // empty: none
  bool may_keep = false;  // actpass: the role that runs may go on (RFC 8842 §5.3)
};

/// Whether the answer at hand came with a provisional reply: its phone still rings, and another answer may follow.
enum class Stage : std::uint8_t { kEarly, kFinal };

/// What an SDP says of its author's ICE.
struct SaidIce {
  std::string ufrag;
  bool lite = false;
};

/// One m-line of an offer, with everything its answer will need.
struct OfferedLine {
  negotiate::AnswerPlan towards_offerer;
  protocol::Leg refused_by = protocol::Leg::kCaller;  // with Refuse: the leg on whose terms
  Boxed<sdp::CryptoAttribute> chosen;                 // the offerer's line that we take; set with AnswerSdes
  Boxed<SaidDtls> dtls;                               // set with AnswerDtls
  std::optional<SaidIce> ice;
  std::string mid;    // the offerer's
  bool zrtp = false;  // it has a zrtp-hash
  sdp::Carriage carriage = sdp::Carriage::kOther;
  std::string kind;
  std::string proto;      // the offerer's, repeated in the answer to it (OSRTP-20)
  bool by_leave = false;  // AnswerPlain, in another profile than the offerer's
  bool mux = false;       // the offerer offers rtcp-mux
  bool held = false;
  std::optional<Endpoint> rtp;
  std::optional<Endpoint> rtcp;

  negotiate::OfferPlan towards_answerer;
  std::vector<negotiate::OwnLine> own_lines;
  std::vector<Secret> own_keys;  // of own_lines, as this offer says them
  std::string own_proto;         // ours towards the answerer
  bool ends_encrypt = false;     // not RTP: the offerer does DTLS with the answerer, and names its certificate
  bool offered = false;          // false: it went on with port 0, or untouched
  bool mux_offered = false;      // ours towards the answerer
};

/// An offer under way, and once answered the one that runs: an answer may come again (183, then 200).
struct Exchange {
  protocol::Leg offerer = protocol::Leg::kCaller;
  std::vector<OfferedLine> lines;      // one for each stream
  negotiate::Layout offerers_layout;   // the m-lines that the offer had
  negotiate::Layout answerers_layout;  // and that the answerer was offered
};

/// One end of the call: the caller, or one branch of the callee.
struct Party {
  protocol::Leg role = protocol::Leg::kCaller;
  relay::LegIndex index = relay::kCallerLeg;
  std::string tag;         // empty: not known yet
  std::string via_branch;  // callee branches only
  negotiate::Terms terms;
  WallTime created{};
  std::vector<LegMedia> media;  // by stream
  negotiate::Layout layout;     // its own m-lines, as of the last answered offer
};

/// A callee branch, or one of the forks further down that answer it (RFC 3261 §13.2.2.4), and the exchange with it.
struct Branch {
  Party party;
  std::shared_ptr<const Exchange> exchange;
  std::shared_ptr<const Exchange> invite;  // the one that forks answer: the caller's, outside any dialog
  ToldSdps told;
  bool answered = false;
  bool confirmed = false;  // by a 2xx: its tag is the dialog's for good
};

}  // namespace osrtp::call
