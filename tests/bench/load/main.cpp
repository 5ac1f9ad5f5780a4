// bench-load: phones and a SIP proxy for `osrtpd` or `rtpengine`, in one process of one thread. `--help` lists the
// rest.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/call.hpp"
#include "bench/load/die.hpp"
#include "bench/load/keying.hpp"
#include "bench/load/options.hpp"
#include "bench/load/process.hpp"
#include "bench/load/report.hpp"
#include "bench/load/signalling.hpp"
#include "bench/load/traffic.hpp"
#include "bench/load/wire.hpp"

namespace osrtp::bench {
namespace {

/// Beyond these the generator may be what was measured.
constexpr double kMaxBusy = 0.95;
constexpr double kMaxWaited = 0.1;
constexpr std::uint64_t kMaxLatenessNs = 2'000'000;  // of one packet in a thousand

constexpr std::uint64_t ns_of(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }
constexpr double us(std::uint64_t ns) { return static_cast<double>(ns) / 1e3; }
double ratio(double part, std::uint64_t whole) { return whole == 0 ? 0 : part / static_cast<double>(whole); }

class Bench {
 public:
  explicit Bench(Options options)
      : options_(std::move(options)),
        identity_(*dtls::Identity::generate(WallTime::clock::now())),
        wire_(options_.port),
        signalling_({options_.relay, options_.profile, options_.control, options_.window}) {}

  void run() {
    switch (options_.mode) {
      case Mode::kMedia:
        return media();
      case Mode::kSetups:
        return setups();
      case Mode::kMemory:
        return memory();
      case Mode::kHandshakes:
        return handshakes();
    }
  }

 private:
  void add_call() {
    const auto n = static_cast<std::uint32_t>(calls_.size());
    calls_.push_back(make_call(n, call_id(n), wire_.port(), options_.profile, &identity_));
  }
  [[nodiscard]] static std::string call_id(std::uint64_t n) {
    return std::to_string(getpid()) + '-' + std::to_string(n) + "@bench";
  }

  /// More calls, answered; their callers' handshakes are to be made.
  void set_up(std::uint32_t count) {
    const std::size_t end = calls_.size() + count;
    signalling_.run(Command::kOffer, Command::kAnswer, [&](std::size_t) -> Call* {
      if (calls_.size() == end) return nullptr;
      add_call();
      return &calls_.back();
    });
  }

  /// More calls, with everything that media need. A handshake has a time limit, so there are not too many at once.
  void set_up_with_keys(std::uint32_t count) {
    constexpr std::uint32_t kAtOnce = 500;
    for (std::uint32_t left = count; left > 0;) {
      const std::uint32_t some = std::min(left, kAtOnce);
      const std::size_t first = calls_.size();
      set_up(some);
      if (options_.profile.has_dtls()) shake_hands(wire_, calls_, first, calls_.size(), options_.window);
      left -= some;
    }
  }

  void join_phones() {
    for (std::uint32_t n = 0; n < options_.calls; ++n) {
      add_call();
      Call& call = calls_.back();
      call.at(Side::kCaller).join(call.at(Side::kCallee), wire_.port());
    }
  }

  [[nodiscard]] Outcome talk(double warm_up, double seconds, std::uint64_t period_ns) {
    Traffic traffic(wire_, calls_, options_.calls,
                    {ns_of(warm_up), ns_of(seconds), period_ns, options_.process, options_.fault});
    return traffic.run();
  }

  [[nodiscard]] Report begin_report(std::string_view mode) const {
    Report report;
    report.text("mode", mode).text("relay", options_.label).text("profile", options_.profile.name);
    report.number("calls", options_.calls).number("idle", options_.idle);
    return report;
  }

  static void finish(Report report) { std::puts(report.take().c_str()); }

  void media() {
    if (options_.relay == Relay::kNone) {
      join_phones();
    } else {
      set_up_with_keys(options_.calls + options_.idle);
    }
    Report report = begin_report("media");
    add_outcome(report, talk(options_.warm_up, options_.seconds, kPacketTimeNs));
    finish(std::move(report));
  }

  static void add_outcome(Report& report, const Outcome& outcome) {
    const Tally& tally = outcome.tally;
    const auto steady = static_cast<double>(outcome.steady_ns);
    report.real("seconds", steady / 1e9)
        .real("packets_per_second", static_cast<double>(outcome.relayed) * 1e9 / steady)
        .real("cpu_us_per_packet", ratio(us(outcome.relay.cpu_ns), outcome.relayed))
        .real("relay_cpu_share", static_cast<double>(outcome.relay.cpu_ns) / steady)
        .real("relay_waited_ms", us(outcome.relay.waited_ns) / 1e3)
        .number("sent", tally.sent)
        .number("received", tally.received)
        .number("lost", tally.lost())
        .number("corrupt", tally.corrupt)
        .number("unopened", tally.unopened)
        .number("duplicate", tally.duplicate)
        .number("misdirected", tally.misdirected)
        .real("p50_us", us(outcome.latency.quantile(0.5)))
        .real("p99_us", us(outcome.latency.quantile(0.99)))
        .real("p999_us", us(outcome.latency.quantile(0.999)))
        .real("max_us", us(outcome.latency.max()));
    add_generator(report, outcome);
  }

  /// Whether it was the relay that was measured.
  static void add_generator(Report& report, const Outcome& outcome) {
    const double busy = static_cast<double>(outcome.busy_ns) / static_cast<double>(outcome.steady_ns);
    std::string why;
    if (busy > kMaxBusy) why += "the generator was busy all the time; ";
    if (outcome.lateness.quantile(0.999) > kMaxLatenessNs) why += "the generator was late; ";
    if (outcome.unsent > 0) why += "the generator did not send everything; ";
    if (outcome.overflowed > 0) why += "the generator's socket overflowed; ";
    if (static_cast<double>(outcome.relay.waited_ns) > kMaxWaited * static_cast<double>(outcome.steady_ns))
      why += "others had the relay's core; ";
    if (!why.empty()) why.resize(why.size() - 2);
    report.real("generator_busy", busy)
        .real("generator_late_p999_us", us(outcome.lateness.quantile(0.999)))
        .real("generator_late_max_us", us(outcome.lateness.max()))
        .real("generator_waited_ms", us(outcome.own.waited_ns) / 1e3)
        .number("generator_overflowed", outcome.overflowed)
        .truth("valid", why.empty());
    if (!why.empty()) report.text("reason", why);
  }

  /// Of what is done as fast as it goes: whether it was the relay's pace. `had`: the share of its core that the relay
  /// had. Where that is nearly all, it is its own threads that wait for one another, and nobody else.
  static void add_busy(Report& report, double busy, double had, double waited) {
    const bool others = waited > kMaxWaited && had < 1 - kMaxWaited;
    const char* const why = busy > kMaxBusy ? "the generator was busy all the time"
                            : others        ? "others had the relay's core"
                                            : nullptr;
    report.real("generator_busy", busy).truth("valid", why == nullptr);
    if (why != nullptr) report.text("reason", why);
  }

  /// Calls that begin, are answered and end, one after the other in every place of the window. A fifth of those that
  /// there may be are for the warm-up.
  void setups() {
    set_up_with_keys(options_.idle);
    std::vector<std::optional<Call>> places(options_.window);
    std::uint64_t made = 0;
    std::uint64_t most = options_.most / 5;
    std::uint64_t until = now_ns() + ns_of(options_.warm_up);
    const auto next = [&](std::size_t place) -> Call* {
      if (made == most || now_ns() >= until) return nullptr;
      places[place].emplace(make_call(static_cast<std::uint32_t>(options_.idle + place), call_id(options_.idle + made),
                                      wire_.port(), options_.profile, &identity_));
      ++made;
      return &*places[place];
    };
    signalling_.run(Command::kOffer, Command::kDelete, next);
    const std::uint64_t made_before = made;
    const std::uint64_t busy_before = signalling_.busy_ns();
    signalling_.forget_waits();
    const Usage before = usage_of(options_.process);
    const std::uint64_t began = now_ns();
    until = began + ns_of(options_.seconds);
    most = options_.most;
    signalling_.run(Command::kOffer, Command::kDelete, next);
    const std::uint64_t took = now_ns() - began;
    const Usage used = usage_of(options_.process).since(before);
    made -= made_before;
    Report report = begin_report("setups");
    report.number("window", options_.window)
        .real("seconds", static_cast<double>(took) / 1e9)
        .number("setups", made)
        .real("setups_per_second", ratio(static_cast<double>(made) * 1e9, took))
        .real("cpu_us_per_setup", ratio(us(used.cpu_ns), made))
        .real("relay_cpu_share", ratio(static_cast<double>(used.cpu_ns), took))
        .number("repeated", signalling_.repeated())
        .real("reply_p50_us", us(signalling_.waits().quantile(0.5)))
        .real("reply_p99_us", us(signalling_.waits().quantile(0.99)));
    add_busy(report, ratio(static_cast<double>(signalling_.busy_ns() - busy_before), took),
             ratio(static_cast<double>(used.cpu_ns), took), ratio(static_cast<double>(used.waited_ns), took));
    finish(std::move(report));
  }

  void memory() {
    const Memory before = memory_of(options_.process);
    set_up_with_keys(options_.calls);
    const Memory idle = memory_of(options_.process);
    constexpr std::uint64_t kSeldomNs = 500'000'000;  // what a call has for its media is there after one packet
    const Outcome outcome = talk(0, options_.seconds, kSeldomNs);
    const Memory after = memory_of(options_.process);
    const auto per_call = [&](std::uint64_t kb, std::uint64_t base) {
      return (static_cast<double>(kb) - static_cast<double>(base)) / options_.calls;
    };
    Report report = begin_report("memory");
    report.number("rss_before_kb", before.rss_kb)
        .number("rss_set_up_kb", idle.rss_kb)
        .number("rss_after_media_kb", after.rss_kb)
        .real("kb_per_call_set_up", per_call(idle.rss_kb, before.rss_kb))
        .real("kb_per_call", per_call(after.rss_kb, before.rss_kb))
        .real("pss_kb_per_call", per_call(after.pss_kb, before.pss_kb))
        .number("lost", outcome.tally.lost())
        .truth("valid", true);
    finish(std::move(report));
  }

  /// Only the handshakes count, not the set-ups between them.
  void handshakes() {
    constexpr std::uint32_t kAtOnce = 500;
    std::uint64_t took = 0;
    std::uint64_t busy = 0;
    Usage used;
    for (std::uint32_t left = options_.calls; left > 0;) {
      const std::uint32_t some = std::min(left, kAtOnce);
      const std::size_t first = calls_.size();
      set_up(some);
      const Usage before = usage_of(options_.process);
      const std::uint64_t began = now_ns();
      busy += shake_hands(wire_, calls_, first, calls_.size(), options_.window);
      took += now_ns() - began;
      used.cpu_ns += usage_of(options_.process).since(before).cpu_ns;
      left -= some;
    }
    Report report = begin_report("handshakes");
    report.number("window", options_.window)
        .real("handshakes_per_second", ratio(static_cast<double>(options_.calls) * 1e9, took))
        .real("cpu_us_per_handshake", ratio(us(used.cpu_ns), options_.calls))
        .real("handshakes_per_relay_core", ratio(static_cast<double>(options_.calls) * 1e9, used.cpu_ns))
        .real("relay_cpu_share", ratio(static_cast<double>(used.cpu_ns), took));
    // The client's work is about the server's, so it is the CPU time that tells, and not the pace.
    report.real("generator_busy", ratio(static_cast<double>(busy), took)).truth("valid", true);
    finish(std::move(report));
  }

  Options options_;
  Identity identity_;
  Wire wire_;
  Signalling signalling_;
  Calls calls_;
};

}  // namespace
}  // namespace osrtp::bench

int main(int argc, char** argv) {
  using namespace osrtp;
  bench::Options options = bench::options_of(argc, argv);
  bench::raise_limits();
  if (const auto ready = srtp::initialize(); !ready) bench::die(ready.error());
  bench::Bench(std::move(options)).run();
  return 0;
}
