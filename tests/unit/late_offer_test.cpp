// An INVITE without SDP: the callee offers in its 200, the caller answers in the ACK. Every pair of policies, every
// kind of offer, taken or not; and the same within a call, from either side.
#include "support/dialog.hpp"
#include "support/dtls_reoffer.hpp"
#include "support/matrix.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

enum class Offer : std::uint8_t { kPlain, kSdes, kDtls, kSavp };
enum class Reaction : std::uint8_t { kAccepts, kDeclines };
constexpr std::array kPolicies{Policy::kOff, Policy::kOpportunistic, Policy::kPrefer, Policy::kRequire};

/// By policy, in the order of kPolicies. What begins with '!' is no call.
using Outcomes = std::array<const char*, 4>;

/// The leg of who offers; it is the same whatever the other leg is.
Outcomes offerers(Offer offer) {
  switch (offer) {
    case Offer::kPlain:
      return {"plain policy-off", "plain peer-did-not-offer", "plain peer-did-not-offer", "!peer-did-not-offer"};
    case Offer::kSdes:
      return {"plain policy-off", "srtp-sdes", "srtp-sdes", "srtp-sdes"};
    case Offer::kDtls:
      return {"plain policy-off", "pending", "pending", "pending"};
    case Offer::kSavp:
      return {"!policy-off", "srtp-sdes", "srtp-sdes", "srtp-sdes"};
  }
  return {};
}
/// The leg of who answers.
Outcomes answerers(Reaction reaction) {
  if (reaction == Reaction::kAccepts) return {"plain policy-off", "srtp-sdes", "srtp-sdes", "srtp-sdes"};
  return {"plain policy-off", "plain peer-declined", "plain peer-declined", "failed peer-declined"};
}
/// The profile of our offer, and whether it has a=crypto, a=fingerprint.
struct Ours {
  const char* proto;
  bool crypto;
  bool fingerprint;
};
constexpr std::array<Ours, 4> kOurs{
    {{"RTP/AVP", false, false}, {"RTP/AVP", true, true}, {"RTP/SAVP", true, false}, {"RTP/SAVP", true, false}}};

struct Row {
  Leg offerer;  // the callee: the call's first INVITE has no SDP; the caller: a re-INVITE of the callee's has none
  Policy of_offerer;
  Policy of_answerer;
  Offer offer;
  Reaction reaction;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const Leg offerer : {Leg::kCallee, Leg::kCaller}) {
    for (const Policy one : kPolicies) {
      for (const Policy other : kPolicies) {
        for (const Offer offer : {Offer::kPlain, Offer::kSdes, Offer::kDtls, Offer::kSavp}) {
          for (const Reaction reaction : {Reaction::kAccepts, Reaction::kDeclines}) {
            all.push_back({offerer, one, other, offer, reaction});
          }
        }
      }
    }
  }
  return all;
}

std::string row_name(const ::testing::TestParamInfo<Row>& info) {
  constexpr std::array kOffers{"Plain", "Sdes", "Dtls", "Savp"};
  const Row& row = info.param;
  return std::string(name(row.offerer)) + "_" + std::string(name(row.of_offerer)) + "_offers" +
         kOffers[static_cast<std::size_t>(row.offer)] + "_" + std::string(name(row.of_answerer)) +
         (row.reaction == Reaction::kAccepts ? "_accepts" : "_declines");
}

class LateOffer : public Dialog, public ::testing::WithParamInterface<Row> {
 protected:
  LateOffer() : Dialog({}, relay_identity()) {
    (GetParam().offerer == Leg::kCaller ? options.caller : options.callee) = GetParam().of_offerer;
    (GetParam().offerer == Leg::kCaller ? options.callee : options.caller) = GetParam().of_answerer;
  }

  Leg answerer() const { return protocol::other(GetParam().offerer); }
  Phone& phone(Leg which) { return which == Leg::kCaller ? a : b; }
  std::string offered() {
    Phone& by = phone(GetParam().offerer);
    switch (GetParam().offer) {
      case Offer::kPlain:
        return by.sdp("RTP/AVP");
      case Offer::kSdes:
        return by.sdp("RTP/AVP", {by.crypto(1, kSuite)});
      case Offer::kDtls:
        return by.sdp("RTP/AVP", dtls_lines("actpass"));
      case Offer::kSavp:
        break;
    }
    return by.sdp("RTP/SAVP", {by.crypto(1, kSuite)});
  }
  std::string answered(const Ours& ours) {
    Phone& by = phone(answerer());
    if (GetParam().reaction == Reaction::kDeclines) return by.sdp("RTP/AVP");
    return by.sdp(ours.proto, ours.crypto ? Lines{by.crypto(4, kSuite)} : Lines{});
  }
  std::string state(Leg which) {
    const auto now = stands(which);
    return std::string(name(now.state)) + (now.reason ? " " + std::string(name(*now.reason)) : "");
  }
  void expect_offer(const std::string& sdp, const Ours& ours) {
    EXPECT_TRUE(has(sdp, std::string(" ") + ours.proto + " ")) << sdp;
    EXPECT_EQ(has(sdp, "a=crypto:"), ours.crypto);
    EXPECT_EQ(has(sdp, "a=fingerprint:"), ours.fingerprint);
  }
  /// What the offerer gets in the ACK: its own profile, and keys of its own method alone.
  void expect_answer(const std::string& sdp, const std::string& state) {
    EXPECT_TRUE(has(sdp, GetParam().offer == Offer::kSavp ? " RTP/SAVP " : " RTP/AVP "));
    EXPECT_EQ(has(sdp, "a=crypto:"), state == "srtp-sdes");
    EXPECT_EQ(has(sdp, "a=fingerprint:"), state == "pending");
  }
};

TEST_P(LateOffer, MakesOfEachLegWhatItsPolicySays) {
  const Row& row = GetParam();
  const Ours& ours = kOurs[static_cast<std::size_t>(row.of_answerer)];
  const std::string offerers_state = offerers(row.offer)[static_cast<std::size_t>(row.of_offerer)];
  const std::string answerers_state = answerers(row.reaction)[static_cast<std::size_t>(row.of_answerer)];

  const auto passed_on = try_offer(row.offerer, offered());
  if (offerers_state[0] == '!') {
    ASSERT_FALSE(passed_on);
    EXPECT_EQ(passed_on.error().code, protocol::ErrorCode::kPolicyRefused);
    EXPECT_EQ(name(*leg(passed_on.error().security, row.offerer).reason), offerers_state.substr(1));
    EXPECT_EQ(exchange.registry.size(), 0U);
    EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
    return;
  }
  ASSERT_TRUE(passed_on);
  expect_offer(passed_on->sdp, ours);
  const std::string answer_of_phone = answered(ours);
  const auto back = try_answer(answerer(), answer_of_phone, 0);
  ASSERT_TRUE(back);
  EXPECT_EQ(state(answerer()), answerers_state);
  if (answerers_state.starts_with("failed")) {
    EXPECT_EQ(state(row.offerer), "failed media-rejected");
    EXPECT_TRUE(has(back->sdp, "m=audio 0 "));
    return;
  }
  EXPECT_EQ(state(row.offerer), offerers_state);
  expect_answer(back->sdp, offerers_state);
  if (offerers_state == "pending") return;
  phone(row.offerer).key(offered(), back->sdp, back->sdp);
  phone(answerer()).key(answer_of_phone, passed_on->sdp, answer_of_phone);
  // The first to offer has the first ports.
  const bool callers_first = row.offerer == Leg::kCaller;
  EXPECT_TRUE(hears(a, callers_first ? kCallersPort : kCalleesPort, b, 1));
  EXPECT_TRUE(hears(b, callers_first ? kCalleesPort : kCallersPort, a, 1));
}

INSTANTIATE_TEST_SUITE_P(Every, LateOffer, ::testing::ValuesIn(rows()), row_name);

// Within a call: a re-INVITE without SDP, from either side.

class LateReoffer : public SdesDialog {};

INSTANTIATE_TEST_SUITE_P(Of, LateReoffer, ::testing::Values(kSuite), suite_of_test);

TEST_P(LateReoffer, FromEitherSideGoesOnUnderTheSameKeys) {
  for (const int n : {65534, 65535, 0}) ASSERT_TRUE(talk(static_cast<std::uint16_t>(n)));
  std::uint16_t n = 1;
  for (const Leg offers : {Leg::kCaller, Leg::kCallee}) {
    const std::string offered = offer(offers, offers == Leg::kCaller ? of_a() : of_b());
    EXPECT_TRUE(has(offers == Leg::kCaller ? to_b : offered, "a=crypto:"));
    EXPECT_TRUE(talk(n++));
    answer(protocol::other(offers), offers == Leg::kCaller ? of_b() : of_a(), 0);
    EXPECT_TRUE(talk(n++));
  }
}

TEST_P(LateReoffer, ThatIsRefusedLeavesTheCallAsItWas) {
  options.caller = options.callee = Policy::kRequire;
  ASSERT_TRUE(talk(1));
  for (const Leg offers : {Leg::kCaller, Leg::kCallee}) {
    offer(offers, offers == Leg::kCaller ? of_a() : of_b());
    answer(protocol::other(offers), offers == Leg::kCaller ? of_b() : of_a(), 0);
    const auto refused = try_offer(offers, (offers == Leg::kCaller ? a : b).sdp("RTP/AVP"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, protocol::ErrorCode::kPolicyRefused);
    EXPECT_EQ(leg(refused.error().security, offers).reason, protocol::Reason::kDowngradeRefused);
  }
  EXPECT_TRUE(talk(2));
}

TEST_F(DtlsReoffer, LateByThePlainSideNamesTheSameAssociation) {
  start();
  auto request = exchange.offer(a.sdp("RTP/AVP", mux({})));
  request.to_tag = "callee";
  request.sip_code = 200;
  const std::string again = offer(request);
  EXPECT_EQ(value(again, "tls-id"), value(offered, "tls-id"));
  EXPECT_EQ(value(again, "fingerprint"), value(offered, "fingerprint"));
  EXPECT_EQ(value(again, "setup"), "actpass");
  auto ack = exchange.answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kTlsId)));
  ack.sip_code = 0;
  answer(ack);
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}

/// A browser and a phone that is plain; the browser's re-INVITE has no SDP.
class LateIce : public DtlsCall {
 protected:
  static constexpr std::uint16_t kCallersPort = 30000;
  static constexpr std::uint16_t kCalleesPort = 30002;
  const Endpoint wifi = *Endpoint::parse("203.0.113.5:50000");
  const Endpoint mobile = *Endpoint::parse("203.0.113.99:60000");

  static Lines ice(const std::string& ufrag) {
    return {"a=ice-ufrag:" + ufrag, "a=ice-pwd:theirpassword0123456789", "a=rtcp-mux"};
  }
  std::string of_browser(const std::string& setup, const std::string& ufrag) {
    return b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines(setup) + kTlsId + ice(ufrag));
  }
  void nominate(const Endpoint& from, const std::string& ours, const std::string& ufrag) {
    Check check{.username = value(ours, "ice-ufrag") + ":" + ufrag, .password = value(ours, "ice-pwd")};
    check.use_candidate = true;
    std::ignore = receive(kCalleesPort, from, check.octets());
  }
  void SetUp() override {
    auto options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    options.callee_peer = protocol::Peer::kWebrtc;
    offered = offer(a.sdp("RTP/AVP"), options);
    answer(of_browser("active", "them"));
    nominate(wifi, offered, "them");
    ASSERT_EQ(shake(browser, kCalleesPort, wifi), 0U);
    ASSERT_TRUE(browser.is_connected());
  }
  std::string late_offer() {
    auto request = exchange.offer(a.sdp("RTP/AVP"));
    request.to_tag = "callee";
    request.sip_code = 200;
    return offer(request);
  }
  std::optional<Endpoint> reaches() {
    const auto sent = receive(kCallersPort, a.rtp(), a.packet(++sequence_));
    if (!sent) return std::nullopt;
    EXPECT_EQ(browser.open_rtp(sent->packet), a.clear(sequence_));
    return sent->to;
  }

  DtlsPhone browser{dtls::Role::kActive, phone_identity(), exchange.now().steady};
  std::string offered;

 private:
  std::uint16_t sequence_ = 0;
};

TEST_F(LateIce, IsARestartOfIceUnderTheSameAssociation) {
  const std::string again = late_offer();
  EXPECT_EQ(value(again, "tls-id"), value(offered, "tls-id"));
  EXPECT_EQ(value(again, "fingerprint"), value(offered, "fingerprint"));
  EXPECT_NE(value(again, "ice-ufrag"), value(offered, "ice-ufrag"));
  EXPECT_NE(value(again, "ice-pwd"), value(offered, "ice-pwd"));
  EXPECT_EQ(reaches(), wifi);
  answer(of_browser("active", "them2"));
  EXPECT_EQ(reaches(), wifi) << "until the restart has nominated";
  nominate(mobile, offered, "them");
  EXPECT_EQ(reaches(), wifi);
  nominate(mobile, again, "them2");
  EXPECT_EQ(reaches(), mobile);
}

TEST_F(LateIce, ThatIsSaidTwiceIsOneRestart) { EXPECT_EQ(late_offer(), late_offer()); }

TEST_F(LateIce, ThatIsNeverAnsweredLeavesTheCredentialsAsTheyWere) {
  late_offer();
  auto request = exchange.offer(of_browser("actpass", "them"));
  request.from_tag = "callee";
  request.to_tag = "caller";
  offer(request);
  auto answer_of_a = exchange.answer(a.sdp("RTP/AVP"));
  answer_of_a.from_tag = "callee";
  answer_of_a.to_tag = "caller";
  EXPECT_EQ(value(answer(answer_of_a), "ice-ufrag"), value(offered, "ice-ufrag"));
  nominate(mobile, offered, "them");
  EXPECT_EQ(reaches(), mobile);
}

TEST_F(LateIce, AnOfferInARequestIsNoRestart) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.to_tag = "callee";
  EXPECT_EQ(value(offer(request), "ice-ufrag"), value(offered, "ice-ufrag"));
}

}  // namespace
}  // namespace osrtp::testing
