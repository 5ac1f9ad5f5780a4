// Nanoseconds per RTP packet, protected and unprotected: by a srtp::Context, by libsrtp with the ciphers it comes with,
// and by OpenSSL alone; and per key.
#include <benchmark/benchmark.h>
#include <srtp2/srtp.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench/raw_openssl.hpp"
#include "bench/slots.hpp"
#include "bench/stock_srtp.hpp"
#include "srtp/context.hpp"
#include "srtp/openssl_provider.hpp"

namespace osrtp::bench {
namespace {

using benchmark::State;

/// What is measured is one of these, by its protect() and unprotect().
class OurSession {
 public:
  OurSession(Suite suite, bool inbound)
      : context_(*srtp::Context::create(inbound ? srtp::Direction::kInbound : srtp::Direction::kOutbound, key(suite))) {
  }
  static srtp::Key key(Suite suite) {
    const std::vector<std::uint8_t> octets(facts(suite).master_size(), 0x42);
    return {.suite = suite, .master = *Secret::from(octets)};
  }
  std::size_t protect(ByteSpan buffer, std::size_t size) noexcept {
    const auto sealed = context_.protect_rtp(buffer, size);
    return sealed ? sealed->size() : 0;
  }
  bool unprotect(ByteSpan packet) noexcept { return context_.unprotect_rtp(packet).has_value(); }

 private:
  srtp::Context context_;
};

// Sessions outlive the runs of a benchmark: an index that is used up stays so.

template <class Session>
class Protecting {
 public:
  explicit Protecting(Suite suite) : out_(suite, false) { write_packet(slot_, 0); }
  void run(State& state) {
    for (auto _ : state) {
      renumber(slot_, ++sequence_);
      if (out_.protect(slot_, kPacketSize) == 0) std::abort();
    }
  }

 private:
  Session out_;
  Slot slot_{};
  std::uint16_t sequence_ = 0;
};

template <class Session>
class Unprotecting {
 public:
  explicit Unprotecting(Suite suite) : out_(suite, false), in_(suite, true) {}
  void run(State& state) {
    const auto seal = [this](Slot& slot) { return out_.protect(slot, kPacketSize); };
    for (auto _ : state) {
      if (!in_.unprotect(batch_.next(state, seal))) std::abort();
    }
  }

 private:
  Session out_;
  Session in_;
  Batch batch_;
};

void forged(State& state, Suite suite) {
  OurSession in(suite, true);
  Slot slot{};
  write_packet(slot, 1);
  for (auto _ : state) benchmark::DoNotOptimize(in.unprotect(ByteSpan(slot).first(kPacketSize)));
}

void make_context(State& state, Suite suite) {
  const srtp::Key key = OurSession::key(suite);
  for (auto _ : state) benchmark::DoNotOptimize(srtp::Context::create(srtp::Direction::kInbound, key));
}

template <class Session>
void add(const SuiteFacts& suite, const std::string& how) {
  const auto out = std::make_shared<Protecting<Session>>(suite.suite);
  const auto in = std::make_shared<Unprotecting<Session>>(suite.suite);
  const std::string name = "/" + std::string(suite.name) + "/" + how;
  benchmark::RegisterBenchmark(("protect" + name).c_str(), [out](State& state) { out->run(state); });
  benchmark::RegisterBenchmark(("unprotect" + name).c_str(), [in](State& state) { in->run(state); });
}

void add_ours(const SuiteFacts& suite) {
  add<OurSession>(suite, "ours");
  const Suite which = suite.suite;
  const std::string name(suite.name);
  benchmark::RegisterBenchmark(("forged/" + name).c_str(), [which](State& state) { forged(state, which); });
  benchmark::RegisterBenchmark(("make_context/" + name).c_str(), [which](State& state) { make_context(state, which); });
}

void add_raw(const SuiteFacts& suite) {
  if (suite.salt_size == 12) {
    add<RawGcm>(suite, "raw");
  } else {
    add<RawCounterMode<EvpCounter>>(suite, "raw");
    add<RawCounterMode<BlockCounter>>(suite, "raw_blocks");
  }
}

int run(int argc, char** argv) {
  if (srtp_init() != srtp_err_status_ok) return 1;
  for (const SuiteFacts& suite : kSuites) add<StockSession>(suite, "stock");  // before ours replace its ciphers
  if (!srtp::install_openssl_ciphers()) return 1;  // what srtp::initialize() does, but for its tests
  for (const SuiteFacts& suite : kSuites) add_ours(suite);
  for (const SuiteFacts& suite : kSuites) add_raw(suite);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace osrtp::bench

int main(int argc, char** argv) { return osrtp::bench::run(argc, argv); }
