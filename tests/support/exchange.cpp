#include "support/exchange.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "srtp/context.hpp"

namespace osrtp::testing {

Exchange::Exchange(call::Settings settings, std::shared_ptr<const dtls::Identity> identity)
    : registry(
          std::move(settings), plane, [this](ByteSpan octets) { std::fill(octets.begin(), octets.end(), ++entropy_); },
          [this](LogLevel, std::string_view line) { log.emplace_back(line); }, std::move(identity)),
      now_{TimePoint{} + std::chrono::hours(1), WallTime{} + std::chrono::hours(500'000)} {
  static const auto ready = srtp::initialize();
  if (!ready) throw std::runtime_error(ready.error());
}

protocol::Offer Exchange::offer(const std::string& sdp) const {
  protocol::Offer request;
  request.call_id = "call-1";
  request.from_tag = "caller";
  request.sdp = sdp;
  return request;
}

protocol::Answer Exchange::answer(const std::string& sdp) const {
  protocol::Answer request;
  request.call_id = "call-1";
  request.from_tag = "caller";
  request.to_tag = "callee";
  request.sdp = sdp;
  request.sip_code = 200;
  return request;
}

protocol::OsrtpOptions Exchange::options(protocol::Policy caller, protocol::Policy callee) {
  protocol::OsrtpOptions options;
  options.caller = caller;
  options.callee = callee;
  options.caller_signalling = protocol::Signalling::kEncrypted;
  options.callee_signalling = protocol::Signalling::kEncrypted;
  return options;
}

void Exchange::advance(std::chrono::milliseconds by) {
  now_.steady += by;
  now_.wall += by;
}

const protocol::LegSecurity& leg(const std::vector<protocol::LegSecurity>& all, protocol::Leg which) {
  for (const auto& entry : all) {
    if (entry.leg == which) return entry;
  }
  throw std::runtime_error("no such leg");
}

}  // namespace osrtp::testing
