#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osrtp::model {

/// What happens next in a dialog. A step that makes no sense where it stands does nothing, so that any list of steps
/// is a dialog, and taking one away leaves the others what they are.
enum class Verb : std::uint8_t {
  kCall,    // first: policy of caller, of callee, signalling of caller, of callee, bits (1: no DTLS at the relay,
            // 2: late offer, 4: another call beside this one, 8: few ports, 16: of pairs the plain line is first), bits
            // (1: video too, 2: no rtcp-mux, 4: the third callee is behind the first one's branch: a fork further down,
            // 8: the caller has two m-lines for each stream)
  kOffer,   // the INVITE goes to a branch: which, Form of the caller
  kAnswer,  // what is outstanding is answered: branch, provisional (0: no), Mood, suite, bits (1: no mux, 2: rekeyed,
            // 4: without `osrtp`, 8: from another address, 16: without SDP if it has answered before), lines refused
            // beside the first (bits)
  kChange,  // a re-INVITE or UPDATE: side, Change, line, Form, bits (4: without `osrtp`, 8: new keys go on
            // with the rollover counter of the old ones)
  kRefuse,  // what is outstanding is refused: no answer comes
  kMedia,   // RTP or RTCP: side, line, how many, how far apart, 1: RTCP
  kAttack,  // a packet that must change nothing: side, line, Attack
  kWait,    // tenths of a second, then seconds
  kAgain,   // the last request comes once more
  kStray,   // a request that must be refused: Stray
  kBye,     // Bye
};
inline constexpr std::array<std::string_view, 11> kVerbNames{"call",   "offer", "answer", "change", "refuse", "media",
                                                             "attack", "wait",  "again",  "stray",  "bye"};

/// What a phone puts into an offer.
enum class Form : std::uint8_t { kPlain, kSdes, kDtls, kBoth, kSavp, kUdpTls, kAvpf, kAvpfSdes, kSavpfDtls, kSavpBoth };
inline constexpr unsigned kForms = 10;

/// How a phone answers. The first is what a good one does.
enum class Mood : std::uint8_t {
  kGood,
  kGoodDtls,      // takes DTLS where both are offered
  kDecline,       // without keys
  kReject,        // port 0
  kWrongTag,      // a tag and suite that nobody offered
  kBothMethods,   // forbidden, and seen
  kUnsolicited,   // keys that nobody asked for
  kOtherProfile,  // RTP/SAVP in answer to RTP/AVP
  kNoKeysSavp,    // a secure profile without keys
};
inline constexpr unsigned kMoods = 9;

enum class Change : std::uint8_t {
  kNothing,
  kSendOnly,
  kInactive,
  kNowhere,  // c=0.0.0.0
  kResume,
  kCodec,
  kMove,   // another address, the same keys
  kRekey,  // new keys at the same address; of DTLS, a new association
  kRekeyAndMove,
  kForm,  // another Form: a change of method, an upgrade, a downgrade
  kAddLine,
  kDropLine,  // port 0
  kReturn,    // and back
  kFax,
  kVoice,
};
inline constexpr unsigned kChanges = 15;

enum class Attack : std::uint8_t { kReplay, kGarbage, kForged, kPlain, kStranger, kRtcp };
inline constexpr unsigned kAttacks = 6;

enum class Stray : std::uint8_t {
  kUnknownCall,
  kWrongTags,
  kNoSdp,
  kOtherLineCount,
  kForeignOffer,
  kLateFork,
  kConfirms
};
inline constexpr unsigned kStrays = 7;

enum class Bye : std::uint8_t { kWhole, kDialog, kWrongTag, kBranch };
inline constexpr unsigned kByes = 4;

struct Step {
  static constexpr std::size_t kArguments = 6;
  Verb verb = Verb::kWait;
  std::array<std::uint8_t, kArguments> is{};

  friend bool operator==(const Step&, const Step&) = default;
};
using Script = std::vector<Step>;

/// "answer 0 1 2", one step a line; zeros at the end of a line are left out. `#` begins a comment.
std::string write_script(const Script& script);
std::optional<Script> read_script(const std::string& text);

/// The dialog of a seed: at least `kFewest` steps.
inline constexpr std::size_t kFewest = 12;
Script generate(std::uint64_t seed);

}  // namespace osrtp::model
