// Which interface a leg's ports are on: by name and family, for a call's whole life.
#include <gtest/gtest.h>

#include "call/interfaces.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using ::testing::Test;

call::Interface interface(const std::string& name, const std::string& address, const std::string& advertised = {}) {
  return {name, *IpAddress::parse(address), *IpAddress::parse(advertised.empty() ? address : advertised)};
}

const std::vector<call::Interface> kNetworks{interface("inside", "10.0.0.5"),
                                             interface("outside", "10.0.0.6", "203.0.113.6"),
                                             interface("outside", "2001:db8::6"), interface("far", "2001:db8:f::1")};

TEST(ChooseInterface, TakesTheNameAndAmongItsAddressesTheFamily) {
  EXPECT_EQ(call::choose_interface(kNetworks, {"outside", Family::kIpv4}), 1U);
  EXPECT_EQ(call::choose_interface(kNetworks, {"outside", Family::kIpv6}), 2U);
  EXPECT_EQ(call::choose_interface(kNetworks, {"inside", Family::kIpv4}), 0U);
}

TEST(ChooseInterface, PrefersTheNameToTheFamily) {
  EXPECT_EQ(call::choose_interface(kNetworks, {"inside", Family::kIpv6}), 0U);
  EXPECT_EQ(call::choose_interface(kNetworks, {"far", Family::kIpv4}), 3U);
}

TEST(ChooseInterface, WithoutAKnownNameTakesTheFirstOfTheFamilyElseTheFirst) {
  EXPECT_EQ(call::choose_interface(kNetworks, {"", Family::kIpv4}), 0U);
  EXPECT_EQ(call::choose_interface(kNetworks, {"", Family::kIpv6}), 2U);
  EXPECT_EQ(call::choose_interface(kNetworks, {"nowhere", Family::kIpv6}), 2U);
  EXPECT_EQ(call::choose_interface({interface("four", "192.0.2.1")}, {"", Family::kIpv6}), 0U);
}

/// The addresses in c= of an SDP, by m-line.
std::vector<std::string> addresses(const std::string& sdp) {
  std::vector<std::string> all;
  const auto text = sdp::Text::parse(sdp);
  for (std::size_t n = 0; text && n < text->media_count(); ++n) {
    all.push_back(sdp::read_media(*text, n)->connection->to_string());
  }
  return all;
}
using Addresses = std::vector<std::string>;

std::string with_video(const std::string& sdp) { return sdp + "m=video 4010 RTP/AVP 31\r\n"; }

std::string in_ipv6(std::string sdp, const std::string& address = "2001:db8::77") {
  const auto at = sdp.find("c=IN IP4 ");
  return sdp.replace(at, sdp.find("\r\n", at) - at, "c=IN IP6 " + address);
}

class CallInterfaces : public Test {
 protected:
  CallInterfaces() { exchange.plane.set_interfaces(kNetworks); }

  Addresses offer(const std::string& sdp, const std::vector<std::string>& direction, const std::string& family = {}) {
    auto request = exchange.offer(sdp);
    request.direction = direction;
    if (answered) request.to_tag = "callee";
    if (!family.empty()) request.address_family = family;
    return send(request);
  }
  Addresses callee_offers(const std::string& sdp, const std::vector<std::string>& direction) {
    auto request = exchange.offer(sdp);
    request.from_tag = "callee";
    request.to_tag = "caller";
    request.direction = direction;
    return send(request);
  }
  Addresses answer(const std::string& sdp) {
    answered = true;
    const auto reply = exchange.registry.answer(exchange.answer(sdp), exchange.now());
    return reply ? addresses(reply->sdp) : Addresses{};
  }
  std::vector<std::string> warnings() { return exchange.registry.take_warnings(); }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  bool answered = false;

 private:
  Addresses send(const protocol::Offer& request) {
    const auto reply = exchange.registry.offer(request, exchange.now());
    return reply ? addresses(reply->sdp) : Addresses{};
  }
};

TEST_F(CallInterfaces, AreNamedTowardsTheSenderAndTowardsTheReceiver) {
  EXPECT_EQ(offer(a.sdp("RTP/AVP"), {"inside", "outside"}), Addresses{"203.0.113.6"});
  EXPECT_EQ(answer(b.sdp("RTP/AVP")), Addresses{"10.0.0.5"});
}

TEST_F(CallInterfaces, OfOneNameAreToldApartByTheFamily) {
  EXPECT_EQ(offer(a.sdp("RTP/AVP"), {"inside", "outside"}, "IP6"), Addresses{"2001:db8::6"});
  EXPECT_EQ(answer(in_ipv6(b.sdp("RTP/AVP"))), Addresses{"10.0.0.5"});
  EXPECT_TRUE(warnings().empty());
}

TEST_F(CallInterfaces, OfTheSenderAreOfTheFamilyOfItsSdp) {
  EXPECT_EQ(offer(in_ipv6(a.sdp("RTP/AVP")), {"outside", "inside"}, "IP4"), Addresses{"10.0.0.5"});
  EXPECT_EQ(answer(b.sdp("RTP/AVP")), Addresses{"2001:db8::6"});
}

TEST_F(CallInterfaces, PassMediaBetweenTheFamilies) {
  offer(a.sdp("RTP/AVP"), {"inside", "outside"}, "IP6");
  answer(in_ipv6(b.sdp("RTP/AVP")));
  const Endpoint six{*IpAddress::parse("2001:db8::77"), *Port::from(4000)};
  const auto out = exchange.plane.receive(30000, a.rtp(), a.clear(1), exchange.now().steady);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->to, six);
  EXPECT_EQ(out->packet, a.clear(1));
  const auto back = exchange.plane.receive(30002, six, b.clear(1), exchange.now().steady);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->to, a.rtp());
}

TEST_F(CallInterfaces, OfAnUnknownNameAreTheDefaultAndAWarningSaysSo) {
  EXPECT_EQ(offer(a.sdp("RTP/AVP"), {"inside", "outsid"}), Addresses{"10.0.0.5"});
  EXPECT_EQ(warnings().at(0), "unknown interface 'outsid'");
}

TEST_F(CallInterfaces, WithoutTheWantedFamilyStayAndAWarningSaysSo) {
  EXPECT_EQ(offer(a.sdp("RTP/AVP"), {"outside", "inside"}, "IP6"), Addresses{"10.0.0.5"});
  EXPECT_EQ(warnings().at(0), "address-family 'IP6' is not that of the receiver's interface");
}

TEST_F(CallInterfaces, OfALegStayWhateverAReInviteNames) {
  offer(a.sdp("RTP/AVP"), {"inside", "outside"});
  answer(b.sdp("RTP/AVP"));
  EXPECT_EQ(offer(a.sdp("RTP/AVP"), {"outside", "inside"}), Addresses{"203.0.113.6"});
  EXPECT_EQ(answer(b.sdp("RTP/AVP")), Addresses{"10.0.0.5"});
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
}

TEST_F(CallInterfaces, OfALegAreThoseOfALineThatAReInviteAddsToo) {
  offer(a.sdp("RTP/AVP"), {"outside", "inside"});
  answer(b.sdp("RTP/AVP"));
  EXPECT_EQ(offer(with_video(a.sdp("RTP/AVP")), {}), (Addresses{"10.0.0.5", "10.0.0.5"}));
  EXPECT_EQ(answer(with_video(b.sdp("RTP/AVP"))), (Addresses{"203.0.113.6", "203.0.113.6"}));
}

TEST_F(CallInterfaces, OfALineThatTheCalleeAddsAreThoseOfItsLegs) {
  offer(a.sdp("RTP/AVP"), {"outside", "inside"});
  answer(b.sdp("RTP/AVP"));
  EXPECT_EQ(callee_offers(with_video(b.sdp("RTP/AVP")), {}), (Addresses{"203.0.113.6", "203.0.113.6"}));
  EXPECT_EQ(callee_offers(with_video(b.sdp("RTP/AVP")), {"outside", "inside"}),
            (Addresses{"203.0.113.6", "203.0.113.6"}));
}

TEST_F(CallInterfaces, OfALineAddedToALegWithoutAFirstOneAreTheLegsToo) {
  const std::string without_first = with_video(a.sdp("RTP/AVP", {}, 0));
  EXPECT_EQ(offer(without_first, {"inside", "outside"}, "IP6")[1], "2001:db8::6");
  answer(with_video(in_ipv6(b.sdp("RTP/AVP", {}, 0))));
  EXPECT_EQ(offer(with_video(a.sdp("RTP/AVP")), {}), (Addresses{"2001:db8::6", "2001:db8::6"}));
}

TEST_F(CallInterfaces, OfEachBranchAreNamedByItsOffer) {
  EXPECT_EQ(offer(a.sdp("RTP/AVP"), {"inside", "outside"}), Addresses{"203.0.113.6"});
  auto second = exchange.offer(a.sdp("RTP/AVP"));
  second.via_branch = "1";
  second.direction = {"far", "inside"};
  const auto reply = exchange.registry.offer(second, exchange.now());
  ASSERT_TRUE(reply);
  EXPECT_EQ(addresses(reply->sdp), Addresses{"10.0.0.5"});
  EXPECT_EQ(answer(b.sdp("RTP/AVP")), Addresses{"10.0.0.5"});  // the caller keeps its own
}

TEST_F(CallInterfaces, DoNotMatterWhereTheSdpIsToShowAnotherAddress) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.direction = {"inside", "outside"};
  request.media_address = "198.51.100.99";
  const auto reply = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(reply);
  EXPECT_EQ(addresses(reply->sdp), Addresses{"198.51.100.99"});
}

/// What the marking of the call's ports is to be after an offer with this TOS.
class CallMarking : public CallInterfaces {
 protected:
  void offer_with(std::optional<int> tos) {
    auto request = exchange.offer(a.sdp("RTP/AVP"));
    request.tos = tos;
    if (answered) request.to_tag = "callee";
    ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  }
  std::optional<int> of(std::uint16_t port) {
    const auto marking = exchange.plane.marking(port);
    return marking ? std::optional<int>(marking->octet()) : std::nullopt;
  }
  void expect_both(std::optional<int> octet) {
    EXPECT_EQ(of(30000), octet);
    EXPECT_EQ(of(30002), octet);
  }
};

TEST_F(CallMarking, IsTheInterfacesUnlessAnOfferSaysOtherwise) {
  offer_with(std::nullopt);
  expect_both(std::nullopt);
}

TEST_F(CallMarking, OfBothLegsIsWhatTheOfferSays) {
  offer_with(96);
  expect_both(96);
}

TEST_F(CallMarking, LeavesEcnAlone) {
  offer_with(99);
  expect_both(96);
}

TEST_F(CallMarking, StaysWhereAReInviteSaysThatItShould) {
  offer_with(96);
  answer(b.sdp("RTP/AVP"));
  offer_with(-1);
  expect_both(96);
  answer(b.sdp("RTP/AVP"));
  offer_with(136);
  expect_both(136);
}

TEST_F(CallMarking, IsTheInterfacesAgainWhereAReInviteSaysNothingOrNoOctet) {
  for (const auto& tos : {std::optional<int>(), std::optional(256)}) {
    offer_with(96);
    expect_both(96);
    answer(b.sdp("RTP/AVP"));
    offer_with(tos);
    expect_both(std::nullopt);
    answer(b.sdp("RTP/AVP"));
  }
}

TEST_F(CallMarking, OfALineAddedLaterIsThatOfTheCall) {
  offer_with(96);
  answer(b.sdp("RTP/AVP"));
  auto request = exchange.offer(with_video(a.sdp("RTP/AVP")));
  request.to_tag = "callee";
  request.tos = -1;
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(of(30004), 96);
  EXPECT_EQ(of(30006), 96);
}

TEST_F(CallMarking, IsNoMatterOfARefusedOffer) {
  offer_with(96);
  answer(b.sdp("RTP/AVP"));
  auto request = exchange.offer(a.sdp("RTP/SAVP"));
  request.to_tag = "callee";
  request.tos = 136;
  ASSERT_FALSE(exchange.registry.offer(request, exchange.now()));
  expect_both(96);
}

}  // namespace
}  // namespace osrtp::testing
