#include "observe/metrics.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/suite.hpp"
#include "dtls/association.hpp"
#include "protocol/codec.hpp"
#include "protocol/event.hpp"
#include "protocol/message.hpp"
#include "protocol/security.hpp"
#include "relay/counters.hpp"

namespace osrtp::observe {
namespace {

using call::Census;
using call::Traffic;
using control::RequestCounts;
using protocol::Reason;
using Samples = std::vector<Sample>;

constexpr std::array<std::string_view, 2> kLegs{"caller", "callee"};

/// In seconds.
double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

Samples single(double value) { return {{{}, value}}; }
Samples single(std::uint64_t value) { return single(static_cast<double>(value)); }
Samples maybe(const std::optional<std::uint64_t>& value) { return value ? single(*value) : Samples{}; }

void add(Samples& samples, std::vector<std::string> labels, std::uint64_t value) {
  samples.push_back({std::move(labels), static_cast<double>(value)});
}

/// A series for each of `names`, which may be fewer than the values.
template <class Names, class Values>
Samples by(const Names& names, const Values& values) {
  Samples samples;
  for (std::size_t i = 0; i < std::size(names); ++i) add(samples, {std::string(names[i])}, values[i]);
  return samples;
}

Samples by_reason(const Census::ByReason& counts) {
  Samples samples = by(protocol::kReasonNames, counts);
  add(samples, {"none"}, counts.back());
  return samples;
}

template <std::size_t kEnds>
Samples spread(const DurationBounds<kEnds>& bounds, const DurationCounts<kEnds>& durations) {
  Spread all;
  for (std::size_t i = 0; i < kEnds; ++i) {
    all.count += durations.counts[i];
    all.buckets.push_back({seconds(bounds[i]), all.count});
  }
  all.count += durations.counts[kEnds];
  all.sum = seconds(durations.sum);
  return {{{}, 0, std::move(all)}};
}

Samples build_info(const Snapshot& s) { return {{{s.build.version, s.build.libsrtp, s.build.openssl}, 1}}; }
Samples start_time(const Snapshot& s) { return single(seconds(s.process.start.time_since_epoch())); }
Samples draining(const Snapshot& s) { return single(s.draining ? 1.0 : 0.0); }

Samples calls(const Snapshot& s) { return by(call::kStandingNames, s.census.calls); }
Samples calls_limit(const Snapshot& s) { return single(s.max_calls); }
Samples calls_begun(const Snapshot& s) { return single(s.census.begun); }
Samples calls_ended(const Snapshot& s) {
  Samples samples;
  for (std::size_t why = 0; why < call::kEndingNames.size(); ++why) {
    for (std::size_t how = 0; how < call::kStandingNames.size(); ++how) {
      add(samples, {std::string(call::kEndingNames[why]), std::string(call::kStandingNames[how])},
          s.census.ended[why][how]);
    }
  }
  return samples;
}

Samples legs(const Snapshot& s) {
  Samples samples;
  for (std::size_t leg = 0; leg < kLegs.size(); ++leg) {
    for (std::size_t state = 0; state < Census::kStates; ++state) {
      add(samples, {std::string(kLegs[leg]), std::string(protocol::kSecurityStateNames[state])},
          s.census.legs[leg][state]);
    }
  }
  return samples;
}
Samples legs_encrypted(const Snapshot& s) {
  Samples samples;
  for (const SuiteFacts& suite : kSuites) {
    add(samples, {"sdes", std::string(suite.name)}, s.census.sdes[static_cast<std::size_t>(suite.suite)]);
  }
  for (const Suite suite : dtls::kProfiles) {
    add(samples, {"dtls", std::string(facts(suite).name)}, s.census.dtls[static_cast<std::size_t>(suite)]);
  }
  return samples;
}
Samples legs_plain(const Snapshot& s) { return by_reason(s.census.plain); }
Samples legs_failed(const Snapshot& s) { return by_reason(s.census.failed); }
Samples events(const Snapshot& s) { return by(protocol::kEventNames, s.census.events); }

Samples handshakes(const Snapshot& s) { return spread(call::kHandshakeBounds, s.census.handshakes); }
Samples failed_handshakes(const Snapshot& s) {
  Samples samples;
  for (const Reason reason :
       {Reason::kDtlsTimeout, Reason::kDtlsAlert, Reason::kFingerprintMismatch, Reason::kNoCommonSuite}) {
    add(samples, {std::string(name(reason))}, s.census.failed_handshakes[static_cast<std::size_t>(reason)]);
  }
  return samples;
}

/// RTP and RTCP of each leg.
template <relay::Tally Traffic::*kRtp, relay::Tally Traffic::*kRtcp, std::uint64_t relay::Tally::*kWhat>
Samples through(const Snapshot& s) {
  Samples samples;
  for (std::size_t leg = 0; leg < kLegs.size(); ++leg) {
    const Traffic& traffic = s.census.traffic[leg];
    add(samples, {std::string(kLegs[leg]), "rtp"}, (traffic.*kRtp).*kWhat);
    add(samples, {std::string(kLegs[leg]), "rtcp"}, (traffic.*kRtcp).*kWhat);
  }
  return samples;
}
Samples authenticated(const Snapshot& s) {
  return by(kLegs, std::array{s.census.traffic[0].authenticated, s.census.traffic[1].authenticated});
}
Samples dropped(const Snapshot& s) {
  Samples samples;
  for (std::size_t leg = 0; leg < kLegs.size(); ++leg) {
    for (std::size_t why = 0; why < relay::kDropCount; ++why) {
      add(samples, {std::string(kLegs[leg]), std::string(relay::kDropNames[why])}, s.census.traffic[leg].dropped[why]);
    }
  }
  return samples;
}

/// Offers and answers by every result; what else is asked by those that have come.
Samples requests(const Snapshot& s) {
  Samples samples;
  for (std::size_t command = 0; command <= RequestCounts::kNoCommand; ++command) {
    const bool known = command != RequestCounts::kNoCommand;
    const std::string_view asked = known ? protocol::kCommandNames[command] : "unknown";
    for (std::size_t error = 0; error <= RequestCounts::kNoError; ++error) {
      const bool ok = error == RequestCounts::kNoError;
      const std::uint64_t count = s.requests.answered[command][error];
      const bool always = asked == "offer" || asked == "answer" || (known && ok);
      if (count == 0 && !always) continue;
      add(samples, {std::string(asked), std::string(ok ? "ok" : protocol::kErrorCodeNames[error])}, count);
    }
  }
  return samples;
}
Samples requests_repeated(const Snapshot& s) { return single(s.requests.repeated); }
Samples requests_unanswered(const Snapshot& s) { return single(s.requests.unanswered); }

template <std::size_t PortUse::*kWhat>
Samples ports(const Snapshot& s) {
  Samples samples;
  for (const PortUse& port : s.ports) add(samples, {port.interface, port.address}, port.*kWhat);
  return samples;
}
Samples ports_busy(const Snapshot& s) { return single(s.ports_busy); }

template <auto WorkerLoad::*kWhat>
Samples workers(const Snapshot& s) {
  Samples samples;
  for (std::size_t i = 0; i < s.workers.size(); ++i) add(samples, {std::to_string(i)}, s.workers[i].*kWhat);
  return samples;
}
Samples workers_cpu(const Snapshot& s) {
  Samples samples;
  for (std::size_t i = 0; i < s.workers.size(); ++i)
    samples.push_back({{std::to_string(i)}, seconds(s.workers[i].cpu)});
  return samples;
}
Samples stalled(const Snapshot& s) { return single(s.stalled_workers); }
Samples turns(const Snapshot& s) { return spread(kTurnBounds, s.turns); }

Samples process_cpu(const Snapshot& s) { return single(seconds(s.process.cpu)); }
Samples resident(const Snapshot& s) { return maybe(s.process.resident); }
Samples descriptors(const Snapshot& s) { return maybe(s.process.descriptors); }
Samples descriptor_limit(const Snapshot& s) { return single(s.process.descriptor_limit); }

using relay::Tally;
using enum Kind;

// docs/metrics.md has the same, and says more; a test compares them.
constexpr auto kMetrics = std::to_array<Metric>({
    {"osrtp_build_info", kGauge, "version,libsrtp,openssl", "Always 1; the labels are what runs.", build_info},
    {"osrtp_draining", kGauge, "", "Whether no new calls are taken.", draining},
    {"osrtp_calls", kGauge, "security", "Calls now, by how all their legs are protected.", calls},
    {"osrtp_calls_limit", kGauge, "", "Calls that may be at once (max-calls).", calls_limit},
    {"osrtp_calls_begun_total", kCounter, "", "Calls that have begun.", calls_begun},
    {"osrtp_calls_ended_total", kCounter, "why,security", "Calls that have ended, and how they stood then.",
     calls_ended},
    {"osrtp_legs", kGauge, "leg,state", "M-lines of legs now, by security state.", legs},
    {"osrtp_legs_encrypted", kGauge, "keying,suite", "Encrypted m-lines of legs now.", legs_encrypted},
    {"osrtp_legs_plain", kGauge, "reason", "Plain m-lines of legs now, by the reason why.", legs_plain},
    {"osrtp_legs_failed", kGauge, "reason", "Failed m-lines of legs now, by the reason why.", legs_failed},
    {"osrtp_events_total", kCounter, "event", "What has happened to legs of running calls.", events},
    {"osrtp_handshake_seconds", kHistogram, "",
     "DTLS handshakes that made keys, from the first datagram sent until the keys.", handshakes},
    {"osrtp_handshakes_failed_total", kCounter, "reason", "DTLS handshakes that have failed.", failed_handshakes},
    {"osrtp_relayed_packets_total", kCounter, "leg,kind", "Packets received from a leg and relayed.",
     through<&Traffic::received_rtp, &Traffic::received_rtcp, &Tally::packets>},
    {"osrtp_relayed_bytes_total", kCounter, "leg,kind", "UDP payload received from a leg and relayed.",
     through<&Traffic::received_rtp, &Traffic::received_rtcp, &Tally::octets>},
    {"osrtp_sent_packets_total", kCounter, "leg,kind", "Packets sent to a leg.",
     through<&Traffic::sent_rtp, &Traffic::sent_rtcp, &Tally::packets>},
    {"osrtp_sent_bytes_total", kCounter, "leg,kind", "UDP payload sent to a leg.",
     through<&Traffic::sent_rtp, &Traffic::sent_rtcp, &Tally::octets>},
    {"osrtp_authenticated_packets_total", kCounter, "leg", "Packets from a leg that its keys have authenticated.",
     authenticated},
    {"osrtp_dropped_packets_total", kCounter, "leg,reason", "Packets from a leg that went no further.", dropped},
    {"osrtp_unrouted_packets_total", kCounter, "worker", "Packets on ports where no call expects any.",
     workers<&WorkerLoad::unrouted>},
    {"osrtp_unsent_packets_total", kCounter, "worker", "Packets that the system refused to send.",
     workers<&WorkerLoad::unsent>},
    {"osrtp_requests_total", kCounter, "command,result", "Control requests answered, by ok or the error code.",
     requests},
    {"osrtp_requests_repeated_total", kCounter, "", "Control requests answered as before, and not done again.",
     requests_repeated},
    {"osrtp_requests_unanswered_total", kCounter, "", "Control datagrams that are no request.", requests_unanswered},
    {"osrtp_port_pairs", kGauge, "interface,address", "Pairs of media ports there are.", ports<&PortUse::pairs>},
    {"osrtp_port_pairs_used", kGauge, "interface,address", "Pairs of media ports that calls have.",
     ports<&PortUse::used>},
    {"osrtp_port_pairs_busy_total", kCounter, "", "Pairs of media ports found taken by other processes.", ports_busy},
    {"osrtp_workers_stalled", kGauge, "", "Media threads that do not get on.", stalled},
    {"osrtp_worker_streams", kGauge, "worker", "M-lines of calls that a media thread has now.",
     workers<&WorkerLoad::streams>},
    {"osrtp_worker_packets_total", kCounter, "worker", "Packets that a media thread has received.",
     workers<&WorkerLoad::packets>},
    {"osrtp_worker_turns_total", kCounter, "worker", "Batches of packets and commands that a media thread has served.",
     workers<&WorkerLoad::turns>},
    {"osrtp_worker_cpu_seconds_total", kCounter, "worker", "CPU time of a media thread; its rate is the busy share.",
     workers_cpu},
    {"osrtp_worker_unserved_ports_total", kCounter, "worker", "Ports that the system's event queue did not take.",
     workers<&WorkerLoad::unserved>},
    {"osrtp_turn_seconds", kHistogram, "",
     "Of one batch in 64: from before it is received until its last packet is sent.", turns},
    {"process_cpu_seconds_total", kCounter, "", "CPU time of the whole daemon.", process_cpu},
    {"process_resident_memory_bytes", kGauge, "", "Memory in RAM.", resident},
    {"process_open_fds", kGauge, "", "Open descriptors.", descriptors},
    {"process_max_fds", kGauge, "", "Descriptors that may be open.", descriptor_limit},
    {"process_start_time_seconds", kGauge, "", "When the daemon started, in Unix time.", start_time},
});

}  // namespace

std::span<const Metric> metrics() noexcept { return kMetrics; }

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    words.push_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

}  // namespace osrtp::observe
