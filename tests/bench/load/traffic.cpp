#include "bench/load/traffic.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace osrtp::bench {
namespace {

/// What is on its way when the last packet has been sent has so long to arrive.
constexpr std::uint64_t kDrainNs = 2'000'000'000;
/// A generator that is so late is not waited for.
constexpr std::uint64_t kPatienceNs = 10'000'000'000;
/// The steady part is looked at a little before it begins, for the look takes a fraction of a millisecond.
constexpr std::uint64_t kMarginNs = 5'000'000;

constexpr std::array<std::pair<std::string_view, Fault>, 5> kFaults{{{"none", Fault::kNone},
                                                                     {"corrupt", Fault::kCorrupt},
                                                                     {"drop", Fault::kDrop},
                                                                     {"repeat", Fault::kRepeat},
                                                                     {"mislabel", Fault::kMislabel}}};

}  // namespace

std::optional<Fault> fault_named(std::string_view name) noexcept {
  for (const auto& [known, fault] : kFaults) {
    if (known == name) return fault;
  }
  return std::nullopt;
}

Traffic::Traffic(Wire& wire, Calls& calls, std::size_t active, Plan plan)
    : wire_(wire),
      calls_(calls),
      active_(active),
      flows_(2 * active),
      plan_(plan),
      first_steady_(static_cast<std::uint32_t>(plan.warm_up_ns / plan.period_ns)),
      end_steady_(static_cast<std::uint32_t>((plan.warm_up_ns + plan.steady_ns) / plan.period_ns)),
      heard_(2 * calls.size()) {
  for (std::size_t n = 0; n < active; ++n) {
    for (Phone& phone : calls[n].phones) phone.open_media();
  }
}

Outcome Traffic::run() {
  began_ = now_ns() + kMarginNs;
  outcome_.overflowed = wire_.overflowed();
  const std::uint64_t total = flows_ * (end_steady_ + 1);
  std::uint64_t end = due(total) + kPatienceNs;
  std::uint64_t now = now_ns();
  while (now < end) {
    mark(now);
    const bool sent = next_ < total && send_due(now);
    if (sent && next_ >= total) end = now + kDrainNs;
    if (received_ == total) end = std::min(end, now + kMarginNs);  // only what nobody has sent can come now
    const bool received = receive();
    const std::uint64_t after = now_ns();
    if (marks_ == 1 && (sent || received)) outcome_.busy_ns += after - now;
    now = after;
  }
  outcome_.overflowed = wire_.overflowed() - outcome_.overflowed;
  outcome_.unsent = total - std::min(next_, total);
  return outcome_;
}

/// At the beginning of the steady part, and at its end.
void Traffic::mark(std::uint64_t now) {
  if (marks_ == 2) return;
  const std::uint64_t at = due(flows_ * (marks_ == 0 ? first_steady_ : end_steady_)) - kMarginNs;
  if (now < at) return;
  const Usage relay = usage_of(plan_.relay);
  const Usage own = usage_of(getpid());
  if (marks_ == 0) {
    outcome_.relay = relay;
    outcome_.own = own;
    outcome_.relayed = received_;
    outcome_.steady_ns = now;
  } else {
    outcome_.relay = relay.since(outcome_.relay);
    outcome_.own = own.since(outcome_.own);
    outcome_.relayed = received_ - outcome_.relayed;
    outcome_.steady_ns = now - outcome_.steady_ns;
  }
  ++marks_;
}

bool Traffic::is_steady(std::uint32_t number) const noexcept { return number >= first_steady_ && number < end_steady_; }

bool Traffic::send_due(std::uint64_t now) {
  if (due(next_) > now) return false;
  for (; wire_.has_room() && due(next_) <= now; ++next_) send(next_, now);
  wire_.flush();
  return true;
}

void Traffic::send(std::uint64_t n, std::uint64_t now) {
  const std::uint64_t flow = n % flows_;
  Stamp stamp{.call = static_cast<std::uint32_t>(flow % active_),
              .sender = flow < active_ ? Side::kCaller : Side::kCallee,
              .number = static_cast<std::uint32_t>(n / flows_),
              .sent_at_ns = now};
  Phone& phone = calls_[stamp.call].at(stamp.sender);
  if (is_steady(stamp.number)) {
    ++outcome_.tally.sent;
    outcome_.lateness.add(now - due(n));
  }
  const Fault fault = n % kFaultEvery == 0 ? plan_.fault : Fault::kNone;
  if (fault == Fault::kDrop) return;
  if (fault == Fault::kMislabel) stamp.call ^= 1U;
  const ByteSpan slot = wire_.next_slot();
  write_packet(slot, stamp);
  if (fault == Fault::kCorrupt) slot[kPacketSize / 2] ^= 1U;
  const std::size_t size = phone.seal(slot);
  wire_.push(phone.number(), phone.relay(), size);
  if (fault == Fault::kRepeat) wire_.send(phone.number(), phone.relay(), slot.first(size));
}

bool Traffic::receive() {
  const auto arrivals = wire_.receive();
  if (arrivals.empty()) return false;
  const std::uint64_t now = now_ns();
  for (const Arrival& arrival : arrivals) take(arrival, now);
  return true;
}

void Traffic::take(const Arrival& arrival, std::uint64_t now) {
  if (arrival.phone >= heard_.size()) {
    ++outcome_.tally.misdirected;
    return;
  }
  Phone& phone = calls_[arrival.phone / 2].phones[arrival.phone % 2];
  if (!arrival.packet.empty() && arrival.packet[0] >= 20 && arrival.packet[0] <= 63) {  // DTLS, RFC 7983 §7
    phone.handle_dtls(arrival.packet, TimePoint(std::chrono::nanoseconds(now)));
    for (const auto& datagram : phone.take_output()) wire_.send(phone.number(), phone.relay(), datagram);
    return;
  }
  if (const auto packet = phone.open(arrival.packet)) {
    count(arrival, *packet, now);
  } else {
    ++outcome_.tally.unopened;
  }
}

void Traffic::count(const Arrival& arrival, ByteView packet, std::uint64_t now) {
  const auto stamp = read_packet(packet);
  if (!stamp) {
    ++outcome_.tally.corrupt;
    return;
  }
  const std::uint32_t sender = 2 * stamp->call + static_cast<std::uint32_t>(stamp->sender);
  const Phone& phone = calls_[arrival.phone / 2].phones[arrival.phone % 2];
  if (sender != (arrival.phone ^ 1U) || arrival.relay_port != ntohs(phone.relay().sin_port)) {
    ++outcome_.tally.misdirected;
  } else if (note(heard_[arrival.phone], stamp->number) == Freshness::kSeen) {
    ++outcome_.tally.duplicate;
  } else {
    ++received_;
    if (!is_steady(stamp->number)) return;
    ++outcome_.tally.received;
    outcome_.latency.add(now - stamp->sent_at_ns);
  }
}

Traffic::Freshness Traffic::note(Heard& heard, std::uint32_t number) noexcept {
  if (heard.seen == 0 || number > heard.highest) {
    const std::uint32_t ahead = heard.seen == 0 ? 0 : number - heard.highest;
    heard.seen = (ahead < 64 ? heard.seen << ahead : 0) | 1U;
    heard.highest = number;
    return Freshness::kNew;
  }
  const std::uint32_t behind = heard.highest - number;
  if (behind >= 64 || (heard.seen >> behind & 1U) != 0) return Freshness::kSeen;
  heard.seen |= std::uint64_t{1} << behind;
  return Freshness::kNew;
}

}  // namespace osrtp::bench
