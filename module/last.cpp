#include "module/last.hpp"

#include <algorithm>

namespace osrtp::module {

namespace {

using protocol::Leg;
using protocol::LegSecurity;
using protocol::SecurityState;

// How little an m-line is protected; the highest speaks.
int weakness(SecurityState state) {
  switch (state) {
    case SecurityState::kPlain:
      return 6;
    case SecurityState::kFailed:
      return 5;
    case SecurityState::kPending:
      return 4;
    case SecurityState::kZrtpPassthrough:
      return 3;
    case SecurityState::kSrtpSdes:
      return 2;
    case SecurityState::kSrtpDtls:
      return 1;
    case SecurityState::kNotRtp:
      break;
  }
  return 0;
}

const LegSecurity* weakest(const std::vector<LegSecurity>& security, Leg leg) {
  const LegSecurity* found = nullptr;
  for (const LegSecurity& line : security) {
    if (line.leg == leg && (found == nullptr || weakness(line.state) > weakness(found->state))) found = &line;
  }
  return found;
}

std::string_view state_of(const LegSecurity* line) { return line == nullptr ? std::string_view{} : name(line->state); }

std::string_view reason_of(const LegSecurity* line) {
  return line == nullptr || !line->reason ? std::string_view{} : name(*line->reason);
}

std::string_view suite_of(const LegSecurity* line) {
  return line == nullptr ? std::string_view{} : std::string_view(line->suite);
}

}  // namespace

std::optional<Fact> fact_named(std::string_view text) noexcept {
  const auto* const found = std::find(kFactNames.begin(), kFactNames.end(), text);
  if (found == kFactNames.end()) return std::nullopt;
  return static_cast<Fact>(found - kFactNames.begin());
}

std::string_view LastCommand::fact(Fact fact) const noexcept {
  switch (fact) {
    case Fact::kError:
      return error;
    case Fact::kReason:
      return reason;
    case Fact::kCaller:
      return state_of(weakest(security, Leg::kCaller));
    case Fact::kCallee:
      return state_of(weakest(security, Leg::kCallee));
    case Fact::kCallerReason:
      return reason_of(weakest(security, Leg::kCaller));
    case Fact::kCalleeReason:
      return reason_of(weakest(security, Leg::kCallee));
    case Fact::kCallerSuite:
      return suite_of(weakest(security, Leg::kCaller));
    case Fact::kCalleeSuite:
      return suite_of(weakest(security, Leg::kCallee));
  }
  return {};
}

}  // namespace osrtp::module
