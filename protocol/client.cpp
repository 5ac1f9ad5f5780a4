#include "protocol/client.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <utility>

#include "protocol/framing.hpp"

namespace osrtp::protocol {

namespace {

std::string hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return {digits.data(), end};
}

}  // namespace

CookieMaker::CookieMaker(std::uint32_t pid, std::uint64_t salt) : prefix_(hex(pid) + '_' + hex(salt) + '_') {}

std::string CookieMaker::next() { return prefix_ + hex(sequence_++); }

Transaction::Transaction(std::string cookie, std::string frame, const Schedule& schedule, TimePoint start)
    : cookie_(std::move(cookie)), frame_(std::move(frame)), due_{start}, deadline_(start + schedule.budget) {
  for (const auto after : schedule.resend) due_.push_back(start + after);
  std::ranges::sort(due_, std::greater{});
}

Transaction::Step Transaction::step(TimePoint now) {
  if (answer_) return Answered{*answer_};
  if (now >= deadline_) return TimedOut{};
  bool send = false;
  while (!due_.empty() && due_.back() <= now) {
    due_.pop_back();
    send = true;
  }
  if (send) return Send{};
  return Wait{due_.empty() ? deadline_ : std::min(due_.back(), deadline_)};
}

bool Transaction::receive(std::string_view datagram) {
  const auto frame = split(datagram);
  if (!frame || frame->cookie != cookie_ || answer_) return false;
  answer_ = std::string(frame->dictionary);
  return true;
}

void Transaction::again(TimePoint when) { due_.insert(std::ranges::upper_bound(due_, when, std::greater{}), when); }

}  // namespace osrtp::protocol
