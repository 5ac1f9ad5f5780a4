#include "model/chance.hpp"
#include "model/step.hpp"

namespace osrtp::model {
namespace {

constexpr std::size_t kMost = 34;
constexpr bool kForksFurtherDown = true;  // several phones behind one branch and one port

Step step_of(Verb verb, std::array<std::uint8_t, Step::kArguments> is = {}) { return {verb, is}; }

/// Of `count` kinds the first, the usual one, half of the time.
std::uint8_t usually_first(Chance& chance, unsigned count) { return chance.one_in(2) ? 0 : chance.below(count); }

/// Handshakes are dear, and most of what there is to see does not need one.
std::uint8_t form(Chance& chance) {
  constexpr Form kCheap[] = {Form::kPlain, Form::kSdes, Form::kSdes, Form::kSavp, Form::kAvpf, Form::kAvpfSdes};
  return chance.one_in(4) ? chance.below(kForms) : static_cast<std::uint8_t>(kCheap[chance.below(std::size(kCheap))]);
}

Step call(Chance& chance) {
  const bool dtls = chance.one_in(3);
  const auto bits =
      static_cast<std::uint8_t>((dtls ? 0U : 1U) | (chance.one_in(6) ? 2U : 0U) | (chance.one_in(8) ? 4U : 0U) |
                                (chance.one_in(12) ? 8U : 0U) | (chance.one_in(2) ? 16U : 0U));
  const auto shape =
      static_cast<std::uint8_t>((chance.one_in(3) ? 1U : 0U) | (chance.one_in(3) ? 2U : 0U) |
                                (kForksFurtherDown && chance.one_in(4) ? 4U : 0U) | (chance.one_in(6) ? 8U : 0U));
  return step_of(Verb::kCall, {usually_first(chance, 4), usually_first(chance, 4), usually_first(chance, 3),
                               usually_first(chance, 3), bits, shape});
}

Step offer(Chance& chance) { return step_of(Verb::kOffer, {chance.below(3), form(chance)}); }

Step answer(Chance& chance, bool early) {
  const std::uint8_t mood = chance.one_in(3) ? chance.below(kMoods) : 0;
  const std::uint8_t bits = static_cast<std::uint8_t>((chance.one_in(4) ? 1U : 0U) | (chance.one_in(6) ? 2U : 0U) |
                                                      (chance.one_in(2) ? 4U : 0U) | (chance.one_in(8) ? 8U : 0U) |
                                                      (chance.one_in(3) ? 16U : 0U));
  const std::uint8_t rejected = chance.one_in(5) ? chance.below(8) : 0;
  return step_of(Verb::kAnswer,
                 {chance.below(3), static_cast<std::uint8_t>(early ? 1 : 0), mood, chance.below(8), bits, rejected});
}

Step change(Chance& chance) {
  const auto bits = static_cast<std::uint8_t>((chance.one_in(2) ? 4U : 0U) | (chance.one_in(2) ? 8U : 0U));
  return step_of(Verb::kChange, {chance.below(2), chance.below(kChanges), chance.below(3), form(chance), bits});
}

Step media(Chance& chance) {
  const std::uint8_t speaker = chance.one_in(12) ? chance.below(4) : chance.one_in(2) ? 0 : chance.below(4);
  const std::uint8_t gap = chance.one_in(4) ? chance.below(255) : 0;
  return step_of(Verb::kMedia, {speaker, usually_first(chance, 3), chance.below(6), gap,
                                static_cast<std::uint8_t>(chance.one_in(5) ? 1 : 0)});
}

Step anything(Chance& chance) {
  const unsigned die = chance.below(100);
  if (die < 8) return offer(chance);
  if (die < 27) return answer(chance, chance.one_in(3));
  if (die < 44) return change(chance);
  if (die < 48) return step_of(Verb::kRefuse);
  if (die < 74) return media(chance);
  if (die < 84) return step_of(Verb::kAttack, {chance.below(4), usually_first(chance, 3), chance.below(kAttacks)});
  if (die < 88)
    return step_of(Verb::kWait, {chance.below(100), chance.one_in(3) ? chance.below(255) : chance.below(8)});
  if (die < 93) return step_of(Verb::kAgain);
  if (die < 98) return step_of(Verb::kStray, {chance.below(kStrays), chance.below(6)});
  return step_of(Verb::kBye, {chance.one_in(4) ? chance.below(kByes) : static_cast<std::uint8_t>(1 + chance.below(3)),
                              chance.below(3)});
}

}  // namespace

Script generate(std::uint64_t seed) {
  Chance chance(seed);
  Script script{call(chance), offer(chance)};
  const std::size_t size = kFewest + chance.below(kMost - kFewest + 1);
  // Most calls are one branch that answers; forks come from the steps in between.
  if (!chance.one_in(4)) {
    script.push_back(answer(chance, chance.one_in(2)));
    script.back().is[0] = script[1].is[0];
    script.push_back(step_of(Verb::kMedia, {0, 0, 2, 0, 0}));
    const auto callee = static_cast<std::uint8_t>(1 + script[1].is[0]);
    script.push_back(step_of(Verb::kMedia, {callee, 0, 2, 0, 0}));
  }
  while (script.size() + 1 < size) {
    const Step next = anything(chance);
    script.push_back(next);
    if (next.verb != Verb::kChange && next.verb != Verb::kOffer) continue;
    // What is offered is answered soon, and then heard.
    if (!chance.one_in(3)) script.push_back(answer(chance, false));
    if (chance.one_in(2)) script.push_back(media(chance));
  }
  if (!chance.one_in(5)) script.push_back(step_of(Verb::kBye, {static_cast<std::uint8_t>(chance.below(2))}));
  return script;
}

}  // namespace osrtp::model
