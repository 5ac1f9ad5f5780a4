#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sdp/fingerprint.hpp"
#include "support/dtls_phone.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {

using Lines = std::vector<std::string>;

inline Lines operator+(Lines a, const Lines& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Lines dtls_lines(const std::string& setup, HashFunction hash = HashFunction::kSha256,
                        const dtls::Identity& identity = *phone_identity()) {
  return {sdp::format_fingerprint(identity.fingerprint(hash)), "a=setup:" + setup};
}

inline std::uint16_t port_of(const std::string& sdp) {
  const auto text = sdp::Text::parse(sdp);
  return first_media(*text).port->number();
}

/// The value of the first `a=NAME:` line; empty: there is none.
inline std::string value(const std::string& sdp, const std::string& attribute) {
  const auto at = sdp.find("\na=" + attribute + ":");
  if (at == std::string::npos) return {};
  const auto begin = at + attribute.size() + 4;
  return sdp.substr(begin, sdp.find_first_of("\r\n", begin) - begin);
}

/// A phone's end of a handshake: what our `port` sends to `at` is its, what it sends comes from there.
struct Shaking {
  DtlsPhone* phone;
  std::uint16_t port;
  Endpoint at;
};
/// Datagrams between phones and the relay until there are no more. @return those of DTLS that were for no phone here
inline std::size_t shake(Exchange& exchange, const std::vector<Shaking>& all) {
  constexpr std::size_t kRounds = 20;
  constexpr std::uint8_t kFirstOfDtls = 20;
  std::size_t strays = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    bool quiet = true;
    for (const auto& sent : exchange.plane.take_sent()) {
      if (sent.packet[0] < kFirstOfDtls) continue;
      bool known = false;
      for (const Shaking& one : all) {
        if (sent.to != one.at || sent.from_port != one.port) continue;
        one.phone->handle(sent.packet, exchange.now().steady);
        known = true;
      }
      strays += known ? 0 : 1;
      quiet = quiet && !known;
    }
    for (const Shaking& one : all) {
      for (const Octets& octets : one.phone->take_output()) {
        std::ignore = exchange.plane.receive(one.port, one.at, octets, exchange.now().steady);
        quiet = false;
      }
    }
    if (quiet) break;
  }
  return strays;
}

/// A call between phones `a` and `b` through a relay that does DTLS.
class DtlsCall : public ::testing::Test {
 protected:
  explicit DtlsCall(call::Settings settings = {}) : exchange(std::move(settings), relay_identity()) {}

  std::string offer(const std::string& sdp, protocol::OsrtpOptions options) {
    auto request = exchange.offer(sdp);
    request.osrtp = std::move(options);
    return offer(request);
  }
  std::string offer(const std::string& sdp) {
    return offer(sdp, Exchange::options(protocol::Policy::kOpportunistic, protocol::Policy::kOpportunistic));
  }
  std::string offer(const protocol::Offer& request) {
    const auto reply = exchange.registry.offer(request, exchange.now());
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    return reply ? reply->sdp : "";
  }
  std::string answer(const std::string& sdp) { return answer(exchange.answer(sdp)); }
  std::string answer(const protocol::Answer& request) {
    const auto reply = exchange.registry.answer(request, exchange.now());
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    return reply ? reply->sdp : "";
  }
  /// How a leg stands now.
  protocol::LegSecurity stands(protocol::Leg which) {
    protocol::Query query;
    query.call_id = "call-1";
    const auto reply = exchange.registry.query(query, exchange.now());
    return leg(reply->call.security, which);
  }
  std::size_t shake(DtlsPhone& phone, std::uint16_t port, const Endpoint& at) {
    return testing::shake(exchange, {{&phone, port, at}});
  }
  /// What becomes of a datagram that arrives now.
  Result<FakePlane::Sent, relay::Drop> receive(std::uint16_t port, const Endpoint& from, const Octets& octets) {
    return exchange.plane.receive(port, from, octets, exchange.now().steady);
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
};

}  // namespace osrtp::testing
