#include "module/counters.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace osrtp::module {

namespace {

using protocol::Leg;
using protocol::LegSecurity;
using protocol::SecurityState;

/// Those before the reasons, in their order.
enum class Fixed : std::uint8_t {
  kOffers,
  kAnswers,
  kDeletes,
  kQueries,
  kRetries,
  kFailures,
  kRefusals,
  kTimeouts,
  kEncryptedSdes,
  kEncryptedDtls,
  kEncryptedZrtp,
  kKeyingFailed,
  kUnfinished,
};
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kFixed{{
    {"offers", "offers put to a relay"},
    {"answers", "answers put to a relay"},
    {"deletes", "ends of calls and branches put to a relay"},
    {"queries", "queries put to a relay"},
    {"retries", "offers made in another form after a refusal"},
    {"failures", "commands that a relay could not carry out, or that could not be asked"},
    {"refusals", "commands that a policy refused, or whose keying failed"},
    {"timeouts", "commands that no relay answered in time"},
    {"encrypted_sdes", "sides of ended calls that were SDES-SRTP"},
    {"encrypted_dtls", "sides of ended calls that were DTLS-SRTP"},
    {"encrypted_zrtp", "sides of ended calls whose phones spoke ZRTP between them"},
    {"keying_failed", "sides of ended calls whose keying had failed"},
    {"unfinished", "sides of ended calls that were not yet keyed"},
}};
/// Where a side is plain and no reason is known.
constexpr std::string_view kPlain = "plain";

std::vector<Counter> all() {
  std::vector<Counter> list;
  list.reserve(kFixed.size() + 1 + protocol::kReasonNames.size());
  for (const auto& [name, description] : kFixed) list.push_back({std::string(name), std::string(description)});
  list.push_back({std::string(kPlain), "sides of ended calls that were plain, for no known reason"});
  for (const std::string_view reason : protocol::kReasonNames) {
    std::string name = "plain_" + std::string(reason);
    std::replace(name.begin(), name.end(), '-', '_');
    list.push_back({std::move(name), "sides of ended calls that were plain: " + std::string(reason)});
  }
  return list;
}

std::size_t number(Fixed counter) { return static_cast<std::size_t>(counter); }

std::size_t plain(std::optional<protocol::Reason> reason) {
  return kFixed.size() + (reason ? 1 + static_cast<std::size_t>(*reason) : 0);
}

std::optional<Fixed> kind(Action action) {
  switch (action) {
    case Action::kOffer:
    case Action::kLateOffer:
      return Fixed::kOffers;
    case Action::kAnswer:
    case Action::kLateAnswer:
    case Action::kConfirm:
      return Fixed::kAnswers;
    case Action::kDeleteCall:
    case Action::kDeleteBranch:
      return Fixed::kDeletes;
    case Action::kQuery:
      return Fixed::kQueries;
    case Action::kNothing:
    case Action::kNoSdp:
      break;
  }
  return std::nullopt;
}

std::optional<Fixed> trouble(osrtp_code code) {
  switch (code) {
    case OSRTP_FAILED:
      return Fixed::kFailures;
    case OSRTP_REFUSED:
      return Fixed::kRefusals;
    case OSRTP_UNREACHABLE:
    case OSRTP_NODE_DEAD:
      return Fixed::kTimeouts;
    case OSRTP_DONE:
      break;
  }
  return std::nullopt;
}

std::optional<std::size_t> side(const LegSecurity* line) {
  if (line == nullptr) return std::nullopt;
  switch (line->state) {
    case SecurityState::kSrtpSdes:
      return number(Fixed::kEncryptedSdes);
    case SecurityState::kSrtpDtls:
      return number(Fixed::kEncryptedDtls);
    case SecurityState::kZrtpPassthrough:
      return number(Fixed::kEncryptedZrtp);
    case SecurityState::kFailed:
      return number(Fixed::kKeyingFailed);
    case SecurityState::kPending:
      return number(Fixed::kUnfinished);
    case SecurityState::kPlain:
      return plain(line->reason);
    case SecurityState::kNotRtp:
      break;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<Counter>& counters() {
  static const auto* const list = new std::vector<Counter>(all());
  return *list;
}

std::vector<std::size_t> counted(Action action, const Outcome& outcome) {
  std::vector<std::size_t> numbers;
  if (const auto command = kind(action)) numbers.push_back(number(*command));
  if (const auto what = trouble(outcome.code)) numbers.push_back(number(*what));
  if (action != Action::kDeleteCall || !outcome.totals) return numbers;
  for (const Leg leg : {Leg::kCaller, Leg::kCallee}) {
    if (const auto state = side(weakest(outcome.security, leg))) numbers.push_back(*state);
  }
  return numbers;
}

std::size_t counted_retry() { return number(Fixed::kRetries); }

}  // namespace osrtp::module
