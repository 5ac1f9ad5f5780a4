// Nanoseconds per control request: its JSON, and an offer and an answer of a call, without sockets.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "protocol/codec.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::bench {
namespace {

using benchmark::State;
using testing::Exchange;
using testing::Phone;

protocol::Offer offer(const Exchange& exchange) {
  auto request = exchange.offer(Phone(1).sdp("RTP/AVP"));
  request.osrtp = Exchange::options(protocol::Policy::kOpportunistic, protocol::Policy::kOpportunistic);
  return request;
}

std::string encoded(const protocol::Request& request) {
  const auto json = protocol::encode_request(request);
  if (!json) std::abort();
  return *json;
}

void encode_offer(State& state) {
  const protocol::Request request = offer(Exchange());
  for (auto _ : state) benchmark::DoNotOptimize(protocol::encode_request(request));
}

void decode_offer(State& state) {
  const std::string json = encoded(offer(Exchange()));
  for (auto _ : state) {
    if (!protocol::decode_request(json)) std::abort();
  }
}

void encode_reply_to_offer(State& state) {
  Exchange exchange;
  const auto reply = exchange.registry.offer(offer(exchange), exchange.now());
  if (!reply) std::abort();
  const protocol::Reply whole{*reply, {}};
  for (auto _ : state) benchmark::DoNotOptimize(protocol::encode_reply(whole));
}

/// A whole call: offer, answer from a phone without SRTP, and delete.
void offer_answer_delete(State& state) {
  Exchange exchange;
  auto offered = offer(exchange);
  auto answered = exchange.answer(Phone(2).sdp("RTP/AVP"));
  answered.osrtp = offered.osrtp;
  protocol::Delete ended;
  ended.call_id = offered.call_id;
  for (auto _ : state) {
    if (!exchange.registry.offer(offered, exchange.now())) std::abort();
    if (!exchange.registry.answer(answered, exchange.now())) std::abort();
    static_cast<void>(exchange.registry.remove(ended, exchange.now()));
  }
}

BENCHMARK(encode_offer);
BENCHMARK(decode_offer);
BENCHMARK(encode_reply_to_offer);
BENCHMARK(offer_answer_delete);

}  // namespace
}  // namespace osrtp::bench

BENCHMARK_MAIN();
