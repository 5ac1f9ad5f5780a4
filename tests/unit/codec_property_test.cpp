#include <gtest/gtest.h>

#include <random>

#include "protocol/codec.hpp"
#include "protocol/event.hpp"
#include "support/record.hpp"

namespace osrtp::protocol {
namespace {

/// Makes requests and replies out of chance, with seeds that repeat.
class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(engine_);
  }
  bool coin() { return below(2) == 0; }
  std::uint64_t count() { return engine_() >> (1 + below(63)); }

  std::string text(std::size_t least = 0) {
    static constexpr auto kCharacters =
        std::to_array<std::string_view>({"a", "Z", "0", "\"", "\\", "/", "\r\n", "\t", "\x01", "\x7f", " ", ",", "{",
                                         "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x93\x9e"});
    std::string result;
    for (std::size_t size = least + below(12); size > 0; --size) result += kCharacters[below(kCharacters.size())];
    return result;
  }
  /// One that keeps its spelling in a list of flags.
  std::string word() { return std::string(1, static_cast<char>('a' + below(26))) + std::to_string(below(100)); }
  std::string octets(std::size_t least) {
    std::string result = text(least);
    if (coin()) result.insert(below(result.size() + 1), 1, static_cast<char>(below(256)));
    return result;
  }
  std::string address() {
    return coin() ? "192.0.2." + std::to_string(below(256)) : "2001:db8::" + std::to_string(below(10));
  }

  auto some(auto make, std::size_t most = 3) {
    std::vector<decltype(make())> list;
    for (std::size_t size = below(most + 1); size > 0; --size) list.push_back(make());
    return list;
  }
  auto maybe(auto make) { return coin() ? std::optional(make()) : std::nullopt; }
  template <class Value>
  Value one_of(std::size_t count) {
    return static_cast<Value>(below(count));
  }
  std::map<std::string, std::uint64_t> counts() {
    std::map<std::string, std::uint64_t> result;
    for (const auto& name : some([&] { return word(); })) result[name] = count();
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

OsrtpOptions some_options(Chance& chance) {
  static constexpr auto kSuiteNames = std::to_array<std::string_view>({"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_32"});
  OsrtpOptions options;
  options.offerer = chance.maybe([&] { return chance.one_of<Leg>(2); });
  options.caller = chance.maybe([&] { return chance.one_of<Policy>(kPolicyNames.size()); });
  options.callee = chance.maybe([&] { return chance.one_of<Policy>(kPolicyNames.size()); });
  options.caller_signalling = chance.one_of<Signalling>(kSignallingNames.size());
  options.callee_signalling = chance.one_of<Signalling>(kSignallingNames.size());
  options.allow_sdes_over_clear = chance.coin();
  options.keying = chance.some([&] { return std::string(chance.coin() ? "sdes" : "dtls"); });
  options.caller_keying = chance.some([&] { return std::string(chance.coin() ? "sdes" : "dtls"); });
  options.callee_keying = chance.some([&] { return std::string(chance.coin() ? "sdes" : "dtls"); });
  options.caller_peer = chance.one_of<Peer>(kPeerNames.size());
  options.callee_peer = chance.one_of<Peer>(kPeerNames.size());
  options.caller_fallback = chance.coin();
  options.callee_fallback = chance.coin();
  options.caller_shape = chance.one_of<Shape>(kShapeNames.size());
  options.callee_shape = chance.one_of<Shape>(kShapeNames.size());
  options.suites = chance.some([&] { return std::string(kSuiteNames[chance.below(2)]); });
  return options;
}

void fill(Chance& chance, SdpRequest& request) {
  request.call_id = chance.text(1);
  request.from_tag = chance.text(1);
  request.to_tag = chance.text(1);
  request.via_branch = chance.text();
  request.sdp = chance.octets(1);
  request.transport_protocol = chance.one_of<Profile>(kProfileNames.size() + 1);
  request.address_family = chance.maybe([&] { return std::string(chance.coin() ? "IP4" : "IP6"); });
  request.tos = chance.maybe([&] { return static_cast<int>(chance.below(300)) - 20; });
  request.direction = chance.some([&] { return chance.text(1); });
  request.media_address = chance.maybe([&] { return chance.address(); });
  request.received_from = chance.maybe([&] { return chance.address(); });
  request.flags = chance.some([&] { return chance.word(); });
  request.replace = chance.some([&] { return chance.word(); });
  request.rtcp_mux = {chance.coin(), chance.coin(), chance.coin(), chance.coin(), chance.coin()};
  request.dtls = chance.one_of<DtlsWish>(3);
  request.ice = chance.one_of<IceWish>(3);
  request.sip_code = static_cast<int>(chance.below(700));
  request.osrtp = chance.maybe([&] { return some_options(chance); });
}

Request some_request(Chance& chance) {
  Offer offer;
  Answer answer;
  switch (chance.one_of<Command>(kCommandNames.size())) {
    case Command::kPing:
      return Ping{};
    case Command::kOffer:
      fill(chance, offer);
      return offer;
    case Command::kAnswer:
      fill(chance, answer);
      return answer;
    case Command::kDelete:
      return Delete{chance.text(1),
                    chance.text(),
                    chance.text(),
                    chance.text(),
                    chance.some([&] { return chance.word(); }),
                    static_cast<int>(chance.below(100))};
    case Command::kQuery:
      return Query{chance.text(1), chance.text(), chance.text()};
    case Command::kList:
      return List{static_cast<int>(chance.below(1000))};
    case Command::kStatistics:
      return Statistics{};
    case Command::kDrain:
      return Drain{chance.coin()};
    case Command::kSubscribe:
      return Subscribe{static_cast<int>(chance.below(1000))};
    case Command::kCapture:
      return Capture{chance.text(1), 1 + static_cast<int>(chance.below(3600))};
  }
  return Ping{};
}

LegSecurity some_security(Chance& chance) {
  LegSecurity leg;
  leg.leg = chance.one_of<Leg>(2);
  leg.media = chance.below(4);
  leg.state = chance.one_of<SecurityState>(kSecurityStateNames.size());
  leg.suite = chance.text();
  leg.reason = chance.maybe([&] { return chance.one_of<Reason>(kReasonNames.size()); });
  leg.authenticated_packets = chance.count();
  leg.relayed_packets = chance.count();
  leg.dropped = chance.counts();
  leg.since = static_cast<std::int64_t>(chance.count());
  leg.lost_packets = chance.count();
  return leg;
}

Counts some_counts(Chance& chance) { return {chance.count(), chance.count(), chance.count()}; }

StreamReport some_stream(Chance& chance) {
  StreamReport stream;
  stream.local_address = chance.address();
  stream.local_port = static_cast<int>(chance.below(65'536));
  if (chance.coin()) {
    stream.remote_address = chance.address();
    stream.remote_port = static_cast<int>(chance.below(65'536));
  }
  stream.last_packet = static_cast<std::int64_t>(chance.count());
  stream.flags = chance.some([&] { return chance.text(); });
  stream.received = some_counts(chance);
  stream.sent = some_counts(chance);
  return stream;
}

MediaReport some_media(Chance& chance) {
  return {chance.below(5),
          chance.text(),
          chance.text(),
          chance.text(),
          chance.some([&] { return some_stream(chance); }),
          chance.some([&] { return chance.text(); })};
}

PartyReport some_party(Chance& chance) {
  return {chance.coin() ? "" : chance.word(), chance.text(), chance.one_of<Leg>(2),
          static_cast<std::int64_t>(chance.count()), chance.some([&] { return some_media(chance); })};
}

Happening some_happening(Chance& chance) {
  Happening one{static_cast<std::int64_t>(chance.count()), chance.one_of<HappeningKind>(kHappeningNames.size()),
                chance.one_of<Leg>(2)};
  one.media = chance.maybe([&] { return static_cast<std::size_t>(chance.below(4)); });
  one.state = chance.maybe([&] { return chance.one_of<SecurityState>(kSecurityStateNames.size()); });
  one.suite = chance.text();
  one.reason = chance.maybe([&] { return chance.one_of<Reason>(kReasonNames.size()); });
  return one;
}

CallReport some_call(Chance& chance) {
  CallReport call;
  call.created_us = static_cast<std::int64_t>(chance.count());
  call.last_signal = static_cast<std::int64_t>(chance.count());
  call.duration_ms = static_cast<std::int64_t>(chance.count());
  call.parties = chance.some([&] { return some_party(chance); }, 5);
  call.rtp = some_counts(chance);
  call.rtcp = some_counts(chance);
  call.security = chance.some([&] { return some_security(chance); });
  call.history = chance.some([&] { return some_happening(chance); });
  return call;
}

ReplyBody some_body(Chance& chance, Command command) {
  if (chance.below(4) == 0) {
    return Error{chance.one_of<ErrorCode>(kErrorCodeNames.size()), chance.text(),
                 chance.some([&] { return some_security(chance); })};
  }
  switch (command) {
    case Command::kPing:
      return Pong{chance.coin(), chance.count()};
    case Command::kOffer:
    case Command::kAnswer:
      return SdpReply{chance.octets(1), chance.some([&] { return some_security(chance); })};
    case Command::kDelete:
      return DeleteReply{chance.maybe([&] { return some_call(chance); })};
    case Command::kQuery:
      return QueryReply{some_call(chance)};
    case Command::kList:
      return ListReply{chance.some([&] { return chance.text(); })};
    case Command::kStatistics:
      return StatisticsReply{static_cast<std::int64_t>(chance.count()),
                             chance.count(),
                             chance.count(),
                             chance.count(),
                             chance.count(),
                             chance.count(),
                             chance.counts(),
                             chance.count(),
                             chance.count(),
                             chance.count()};
    case Command::kDrain:
      return DrainReply{chance.coin(), chance.count()};
    case Command::kSubscribe:
      return SubscribeReply{static_cast<int>(chance.below(1000)), chance.count()};
    case Command::kCapture:
      return CaptureReply{chance.text(1), static_cast<int>(chance.below(3600))};
  }
  return Pong{};
}

constexpr unsigned kRecorded = 300;  // validating is slow

TEST(CodecProperty, WhateverRequestIsWrittenIsReadAsItWas) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    Chance chance(seed);
    const Request request = some_request(chance);
    const auto json = encode_request(request);
    ASSERT_TRUE(json) << "seed " << seed << ": " << json.error().key;
    if (seed < kRecorded) record_for_schemas("request", *json);
    const auto read = decode_request(*json);
    ASSERT_TRUE(read) << "seed " << seed << ": " << *json << ": " << read.error().reason;
    ASSERT_EQ(read->request, request) << "seed " << seed << ": " << *json;
  }
}

TEST(CodecProperty, WhateverReplyIsWrittenIsReadAsItWas) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    Chance chance(seed);
    const auto command = chance.one_of<Command>(kCommandNames.size());
    const Reply reply{some_body(chance, command), chance.some([&] { return chance.text(); })};
    const std::string json = encode_reply(reply);
    if (seed < kRecorded) record_for_schemas("reply", json);
    const auto read = decode_reply(json, command);
    ASSERT_TRUE(read) << "seed " << seed << ": " << json << ": " << read.error().reason;
    ASSERT_EQ(*read, reply) << "seed " << seed << ": " << json;
  }
}

TEST(CodecProperty, WhateverEventIsWrittenIsReadAsItWas) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Chance chance(seed);
    const Event event{chance.one_of<EventKind>(kEventNames.size()),
                      chance.text(1),
                      chance.text(),
                      chance.text(),
                      chance.one_of<Leg>(2),
                      chance.below(100),
                      chance.one_of<SecurityState>(kSecurityStateNames.size()),
                      chance.maybe([&] { return chance.one_of<Reason>(kReasonNames.size()); })};
    const std::string json = encode_event(event);
    if (seed < kRecorded) record_for_schemas("event", json);
    ASSERT_EQ(decode_event(json), event) << "seed " << seed << ": " << json;
  }
}

TEST(CodecProperty, NoPrefixOfARequestIsARequest) {
  Chance chance(7);
  Offer offer;
  fill(chance, offer);
  const auto json = encode_request(offer);
  ASSERT_TRUE(json);
  for (std::size_t size = 0; size < json->size(); ++size) {
    EXPECT_FALSE(decode_request(json->substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace osrtp::protocol
