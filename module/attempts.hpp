#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "module/options.hpp"
#include "module/osrtp_abi.h"
#include "module/request.hpp"

/// In which forms a callee is offered a call, one after the other, when it refuses them. Pure.
namespace osrtp::module {

/// How an offer says that SRTP is possible.
enum class Form : std::uint8_t {
  kSecureSdes,     // RTP/SAVP(F) with a=crypto
  kSecureDtls,     // UDP/TLS/RTP/SAVP(F) with a=fingerprint
  kOpportunistic,  // RTP/AVP(F) with keys (RFC 8643)
  kTwoLines,       // RTP/SAVP(F) with keys and RTP/AVP(F) without, beside each other
  kPlain,          // RTP/AVP(F) without keys
};

inline constexpr std::array<std::string_view, 5> kFormNames{"secure-sdes", "secure-dtls", "opportunistic", "two-lines",
                                                            "plain"};

[[nodiscard]] constexpr std::string_view name(Form form) noexcept { return kFormNames[static_cast<std::size_t>(form)]; }

/// Some forms, as a number of few bits.
class FormSet {
 public:
  constexpr FormSet() noexcept = default;
  /// Bits that are no form's are left out.
  constexpr explicit FormSet(unsigned int bits) noexcept : bits_(static_cast<std::uint8_t>(bits & kAll)) {}

  [[nodiscard]] constexpr bool has(Form form) const noexcept { return (bits_ & bit(form)) != 0; }
  constexpr void add(Form form) noexcept { bits_ = static_cast<std::uint8_t>(bits_ | bit(form)); }
  constexpr void remove(Form form) noexcept { bits_ = static_cast<std::uint8_t>(bits_ & ~bit(form)); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr unsigned int bits() const noexcept { return bits_; }
  [[nodiscard]] int size() const noexcept;

  friend constexpr FormSet operator|(FormSet a, FormSet b) noexcept { return FormSet(a.bits() | b.bits()); }
  friend constexpr bool operator==(FormSet, FormSet) = default;

 private:
  static constexpr unsigned int kAll = (1U << kFormNames.size()) - 1;
  static constexpr unsigned int bit(Form form) noexcept { return 1U << static_cast<unsigned int>(form); }

  std::uint8_t bits_ = 0;
};

/// What a peer is known to refuse and to take.
struct Habits {
  FormSet refused;
  std::optional<Form> taken;

  friend bool operator==(const Habits&, const Habits&) = default;
};

/// Offers of one call to one peer: the first, and at most three after a refusal.
inline constexpr int kMostAttempts = 4;

/// The forms that may be offered to the callee, the one that is preferred first, at most kMostAttempts:
///
///     off             plain
///     opportunistic   opportunistic, secure by DTLS, secure by SDES, plain
///     prefer          secure by SDES, secure by DTLS, opportunistic, plain
///     require         secure by SDES, secure by DTLS
///     two-lines       two lines instead of opportunistic, and first of all (not under off and require)
///     a browser       secure by DTLS
///
/// None of them is below the policy. The secure profile comes before plain under `opportunistic` as well: phones that
/// insist on SRTP refuse RTP/AVP with 488. There DTLS comes first, since phones without it refuse its profile, while
/// there are phones with DTLS alone that accept RTP/SAVP and have no key for it; elsewhere the daemon's order counts.
/// Key managements that `callee-keying` leaves out, and SDES over a clear hop (RFC 8643 section 4), are not offered.
/// Where no keys can be offered there is plain alone, and nothing under `require`.
[[nodiscard]] std::vector<Form> forms(const osrtp_message& message, const Options& options, const Defaults& defaults);

/// The form to offer next, in a call that has tried `tried` with this peer: the first that the peer does not refuse.
/// A peer that is known to refuse them all is asked anew: what it took, else the first, else the next.
/// @return nothing: all that is allowed has been tried
[[nodiscard]] std::optional<Form> next_form(const std::vector<Form>& allowed, FormSet tried, const Habits& habits);

/// The options for an offer in `form`, one of `allowed`. They are as the script has them for the first of these.
[[nodiscard]] Options in_form(Form form, const std::vector<Form>& allowed, Options options);

/// Whether a reply refuses the form of an offer, and not the call: 488 Not Acceptable Here, 415 Unsupported Media
/// Type, 606 Not Acceptable (RFC 3261 section 21).
[[nodiscard]] constexpr bool refuses_form(int status) noexcept {
  return status == 488 || status == 415 || status == 606;
}

}  // namespace osrtp::module
