#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/policy.hpp"
#include "protocol/security.hpp"

/// The control protocol as plain structs. docs/protocol.md is the specification;
/// protocol/codec.hpp turns these into JSON and back.
namespace osrtp::protocol {

/// The `osrtp` object of an offer or answer: what NG has no words for. Caller and
/// callee are the roles in the call, whoever sends this message.
struct OsrtpOptions {
  std::optional<Leg> offerer;  // who sends the first offer; default: the caller. In a late offer the callee
  std::optional<Policy> caller;
  std::optional<Policy> callee;
  Signalling caller_signalling = Signalling::kUnknown;
  Signalling callee_signalling = Signalling::kUnknown;
  bool allow_sdes_over_clear = false;
  std::vector<std::string> keying;         // "sdes", "dtls"; empty: all
  std::vector<std::string> caller_keying;  // the same for one leg; empty: `keying`
  std::vector<std::string> callee_keying;
  Peer caller_peer = Peer::kSip;
  Peer callee_peer = Peer::kSip;
  Shape caller_shape = Shape::kOneLine;
  Shape callee_shape = Shape::kOneLine;
  std::vector<std::string> suites;  // registered names, preferred first; empty: the daemon's
  bool caller_fallback = false;     // has said that it takes RTP/AVP in answer to its RTP/SAVP
  bool callee_fallback = false;

  friend bool operator==(const OsrtpOptions&, const OsrtpOptions&) = default;
};

/// What an offer wants of DTLS (NG `DTLS`).
enum class DtlsWish : std::uint8_t {
  kActive,   // offered and accepted, our role is active where we may choose
  kPassive,  // the same, passive
  kOff,      // neither offered nor accepted
};

/// What an offer wants of ICE towards its receiver (NG `ICE`). The peers' own ICE lines never cross.
enum class IceWish : std::uint8_t {
  kDefault,  // ours where the offer had ICE
  kRemove,   // none
  kForce,    // ours (NG `force`; `optional` and `force-relay` come to the same with one candidate)
};

/// rtcp-mux wishes of an offer towards its receiver (NG `rtcp-mux`).
struct RtcpMuxWishes {
  bool offer = false;
  bool require = false;
  bool demux = false;
  bool accept = false;
  bool reject = false;

  friend bool operator==(const RtcpMuxWishes&, const RtcpMuxWishes&) = default;
};

/// Of the SIP reply that carries an answer: nobody else's comes after it.
[[nodiscard]] constexpr bool is_success(int sip_code) noexcept { return sip_code >= 200 && sip_code <= 299; }

/// What offer and answer share. `sdp` and the tags are octets as they came in the SIP message.
struct SdpRequest {
  std::string call_id;
  std::string from_tag;    // of the offerer, in offer and answer alike
  std::string to_tag;      // empty: none yet
  std::string via_branch;  // names one branch of a forked offer; empty: the only one
  std::string sdp;         // empty: an answer of a 2xx without one, which says that the answer before it is final
  Profile transport_protocol = Profile::kOther;  // kOther: not given
  std::optional<std::string> address_family;     // "IP4" | "IP6", towards the receiver
  std::vector<std::string> direction;            // interface names: from, to
  std::optional<std::string> media_address;
  std::optional<int> tos;  // of what the whole call sends: an octet; negative: as it is; else the interfaces' own
  std::optional<std::string> received_from;  // address the SIP message came from
  std::vector<std::string> flags;            // NG flags; unknown ones are ignored with a warning
  std::vector<std::string> replace;
  RtcpMuxWishes rtcp_mux;
  DtlsWish dtls = DtlsWish::kActive;
  IceWish ice = IceWish::kDefault;
  int sip_code = 0;  // of the reply that carries the SDP; 0: unknown, or in a request
  std::optional<OsrtpOptions> osrtp;

  friend bool operator==(const SdpRequest&, const SdpRequest&) = default;
};

struct Ping {
  friend bool operator==(const Ping&, const Ping&) = default;
};
struct Offer : SdpRequest {
  friend bool operator==(const Offer&, const Offer&) = default;
};
struct Answer : SdpRequest {
  friend bool operator==(const Answer&, const Answer&) = default;
};
/// Ends a call, or with tags or a branch only that part of it.
struct Delete {
  std::string call_id;
  std::string from_tag;  // empty: the whole call
  std::string to_tag;
  std::string via_branch;
  std::vector<std::string> flags;  // "fatal", "to-tag"
  int delete_delay = 0;            // seconds; accepted, calls end at once

  friend bool operator==(const Delete&, const Delete&) = default;
};
struct Query {
  std::string call_id;
  std::string from_tag;
  std::string to_tag;

  friend bool operator==(const Query&, const Query&) = default;
};
struct List {
  int limit = 32;

  friend bool operator==(const List&, const List&) = default;
};
struct Statistics {
  friend bool operator==(const Statistics&, const Statistics&) = default;
};

/// No call begins any more, and those that run go on: before the daemon is taken down.
struct Drain {
  bool on = true;  // false: calls begin again

  friend bool operator==(const Drain&, const Drain&) = default;
};

/// The asker wants to hear of events (protocol/event.hpp) for so long, and asks again in time. Done each time it comes,
/// repeated or not.
struct Subscribe {
  int seconds = 60;  // 0: no longer

  friend bool operator==(const Subscribe&, const Subscribe&) = default;
};

/// Writes what the peers of one call send from now on, in the clear, into a file of the daemon's machine.
struct Capture {
  std::string call_id;
  int seconds = 60;

  friend bool operator==(const Capture&, const Capture&) = default;
};

using Request = std::variant<Ping, Offer, Answer, Delete, Query, List, Statistics, Drain, Subscribe, Capture>;

/// A request and what the reader did not understand in it.
struct DecodedRequest {
  Request request;
  std::vector<std::string> warnings;  // "unknown key 'x'", ...
};

struct Pong {
  bool draining = false;
  std::uint64_t calls = 0;  // now

  friend bool operator==(const Pong&, const Pong&) = default;
};

/// The SDP to send on, and how each leg stands.
struct SdpReply {
  std::string sdp;
  std::vector<LegSecurity> security;

  friend bool operator==(const SdpReply&, const SdpReply&) = default;
};

struct Counts {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // whole UDP payloads
  std::uint64_t errors = 0;

  friend bool operator==(const Counts&, const Counts&) = default;
};

/// One socket of one m-line of one party.
struct StreamReport {
  std::string local_address;
  int local_port = 0;
  std::string remote_address;  // empty: not known yet
  int remote_port = 0;
  std::int64_t last_packet = 0;    // Unix seconds; the call's creation before any packet
  std::vector<std::string> flags;  // "RTP", "RTCP", "confirmed", ...
  Counts received;
  Counts sent;

  friend bool operator==(const StreamReport&, const StreamReport&) = default;
};

struct MediaReport {
  std::size_t index = 1;              // from 1, as NG counts
  std::string type;                   // "audio", ...
  std::string protocol;               // as on the m-line
  std::string crypto_suite;           // empty unless SRTP runs
  std::vector<StreamReport> streams;  // RTP, then RTCP
  std::vector<std::string> flags;

  friend bool operator==(const MediaReport&, const MediaReport&) = default;
};

struct PartyReport {
  std::string tag;  // empty: has not answered yet
  std::string via_branch;
  Leg leg = Leg::kCaller;
  std::int64_t created = 0;  // Unix seconds
  std::vector<MediaReport> medias;

  friend bool operator==(const PartyReport&, const PartyReport&) = default;
};

enum class HappeningKind : std::uint8_t {
  kOffer,   // the leg has sent one
  kAnswer,  // the same
  kState,   // an m-line of the leg has another state
  kSilent,  // nothing comes any more
};

inline constexpr std::array<std::string_view, 4> kHappeningNames{"offer", "answer", "state", "silent"};

[[nodiscard]] constexpr std::string_view name(HappeningKind kind) noexcept {
  return kHappeningNames[static_cast<std::size_t>(kind)];
}

/// One thing that has happened to a call.
struct Happening {
  std::int64_t at_ms = 0;  // Unix time in milliseconds
  HappeningKind kind = HappeningKind::kOffer;
  Leg leg = Leg::kCaller;
  std::optional<std::size_t> media{};    // nth m-line, from 0; of kState and kSilent
  std::optional<SecurityState> state{};  // of kState, as the next two
  std::string suite{};                   // empty: none
  std::optional<Reason> reason{};

  friend bool operator==(const Happening&, const Happening&) = default;
};

/// What `query` and `delete` tell of a call.
struct CallReport {
  std::int64_t created_us = 0;   // Unix time in microseconds
  std::int64_t last_signal = 0;  // Unix seconds
  std::int64_t duration_ms = 0;  // from the call's creation to this report
  std::vector<PartyReport> parties;
  Counts rtp;
  Counts rtcp;
  std::vector<LegSecurity> security;
  std::vector<Happening> history;  // the newest, in the order of their times

  friend bool operator==(const CallReport&, const CallReport&) = default;
};

struct QueryReply {
  CallReport call;

  friend bool operator==(const QueryReply&, const QueryReply&) = default;
};
struct DeleteReply {
  std::optional<CallReport> call;  // nothing: no such call, which is no error

  friend bool operator==(const DeleteReply&, const DeleteReply&) = default;
};
struct ListReply {
  std::vector<std::string> calls;

  friend bool operator==(const ListReply&, const ListReply&) = default;
};
struct StatisticsReply {
  std::int64_t uptime = 0;          // seconds
  std::uint64_t calls = 0;          // now
  std::uint64_t managed_calls = 0;  // since start, ended ones
  std::uint64_t offers = 0;
  std::uint64_t answers = 0;
  std::uint64_t refused = 0;                     // requests answered with an error
  std::map<std::string, std::uint64_t> dropped;  // packets, by reason
  std::uint64_t workers = 0;                     // that relay media
  std::uint64_t stalled_workers = 0;             // of these, which do nothing though they should: defects
  std::uint64_t unsent = 0;                      // packets that the system did not take, since start

  friend bool operator==(const StatisticsReply&, const StatisticsReply&) = default;
};

struct DrainReply {
  bool draining = false;
  std::uint64_t calls = 0;  // that still run

  friend bool operator==(const DrainReply&, const DrainReply&) = default;
};

struct SubscribeReply {
  int seconds = 0;         // for how long; less than asked where that is too long
  std::uint64_t lost = 0;  // events that were too many for this subscriber, since it first asked

  friend bool operator==(const SubscribeReply&, const SubscribeReply&) = default;
};
struct CaptureReply {
  std::string file;  // where the daemon writes it
  int seconds = 0;

  friend bool operator==(const CaptureReply&, const CaptureReply&) = default;
};

/// Stable codes; the text beside them is for people.
enum class ErrorCode : std::uint8_t {
  kBadRequest,  // not JSON, no command, a key of the wrong type
  kUnknownCommand,
  kMissingKey,
  kBadSdp,
  kUnknownCall,
  kOutOfOrder,     // an answer without an offer, an offer while one is pending
  kPolicyRefused,  // the leg may not be what the SDP asks: 488 to the sender
  kKeysRefused,    // keying failed where plain is no option: 488 or BYE
  kPortsExhausted,
  kDescriptorsExhausted,
  kTooManyCalls,
  kDraining,  // another relay is to have this call
  kInternal,
};

inline constexpr std::array<std::string_view, 13> kErrorCodeNames{
    "bad-request",    "unknown-command", "missing-key",  "bad-sdp",         "unknown-call",
    "out-of-order",   "policy-refused",  "keys-refused", "ports-exhausted", "descriptors-exhausted",
    "too-many-calls", "draining",        "internal"};

[[nodiscard]] constexpr std::string_view name(ErrorCode code) noexcept {
  return kErrorCodeNames[static_cast<std::size_t>(code)];
}

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string reason;
  std::vector<LegSecurity> security;  // which leg, and why, where a leg was refused

  friend bool operator==(const Error&, const Error&) = default;
};

using ReplyBody = std::variant<Pong, SdpReply, QueryReply, DeleteReply, ListReply, StatisticsReply, DrainReply,
                               SubscribeReply, CaptureReply, Error>;

struct Reply {
  ReplyBody body;
  std::vector<std::string> warnings;

  friend bool operator==(const Reply&, const Reply&) = default;
};

}  // namespace osrtp::protocol
