// ClientHellos in fragments, as OpenSSL sends them where it does not know the path's MTU.
#include <gtest/gtest.h>

#include "dtls/hello_assembly.hpp"
#include "support/dtls_world.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;

constexpr std::size_t kFragment = 120;  // ends behind the cookie

/// What ours says to the fragments of a ClientHello.
std::vector<Outgoing> say(World& world, const Endpoint& from, Source source, const std::vector<Octets>& datagrams) {
  for (const Octets& octets : datagrams) world.ours.handle(from, source, octets, world.now);
  return world.ours.take_output();
}

class FragmentedHello : public ::testing::TestWithParam<Source> {
 protected:
  /// The ClientHello with the cookie.
  Octets second_hello() {
    const auto reply = say(world, kPeer, GetParam(), fragments(peer.association.take_output().at(0), kFragment));
    EXPECT_EQ(reply.size(), 1U);
    EXPECT_TRUE(is_hello_verify_request(reply.at(0).octets));
    EXPECT_FALSE(world.ours.next_timeout()) << "nothing is kept";
    peer.association.handle(reply.at(0).octets, world.now);
    return peer.association.take_output().at(0);
  }

  World world;
  Somebody peer = world.caller(kPeer);
};

TEST_P(FragmentedHello, ConnectsAfterACookie) {
  for (const Outgoing& out : say(world, kPeer, GetParam(), fragments(second_hello(), kFragment))) {
    peer.association.handle(out.octets, world.now);
  }
  world.ours.expect(only(*alice()), world.now);
  world.talk(peer, GetParam());
  EXPECT_TRUE(world.connected());
}

TEST_P(FragmentedHello, OutOfOrderIsForgottenAndTheNextAttemptServes) {
  const auto parts = fragments(second_hello(), kFragment);
  ASSERT_GT(parts.size(), 1U);
  EXPECT_TRUE(say(world, kPeer, GetParam(), {parts.rbegin(), parts.rend()}).empty());
  EXPECT_FALSE(say(world, kPeer, GetParam(), parts).empty());
}

TEST_P(FragmentedHello, OfAnotherAddressOrRandomNumberIsNotCompleted) {
  auto parts = fragments(second_hello(), kFragment);
  const std::vector<Octets> rest(parts.begin() + 1, parts.end());
  EXPECT_TRUE(is_hello_verify_request(say(world, kStranger, GetParam(), {parts[0]}).at(0).octets));
  EXPECT_TRUE(say(world, kPeer, GetParam(), rest).empty());
  parts[0][kRecordHeader + kHandshakeHeader + 2] ^= 1U;
  EXPECT_TRUE(is_hello_verify_request(say(world, kPeer, GetParam(), {parts[0]}).at(0).octets));
  EXPECT_TRUE(say(world, kPeer, GetParam(), rest).empty());
}

TEST_P(FragmentedHello, RepeatedDoesNotDisturbItsHandshake) {
  const auto parts = fragments(second_hello(), kFragment);
  const auto flight = say(world, kPeer, GetParam(), parts);
  say(world, kPeer, GetParam(), parts);
  for (const Outgoing& out : flight) peer.association.handle(out.octets, world.now);
  world.ours.expect(only(*alice()), world.now);
  world.talk(peer, GetParam());
  EXPECT_TRUE(world.connected());
}

INSTANTIATE_TEST_SUITE_P(DtlsFragments, FragmentedHello, ::testing::Values(Source::kSignalled, Source::kStranger),
                         [](const auto& row) { return name_of(row.param); });

TEST(DtlsFragments, FromAValidatedAddressNoCookieIsAsked) {
  World world;
  auto peer = world.caller(kPeer);
  const auto reply = say(world, kPeer, Source::kValidated, fragments(peer.association.take_output().at(0), kFragment));
  ASSERT_FALSE(reply.empty());
  EXPECT_FALSE(is_hello_verify_request(reply[0].octets));
}

ClientHello part(ByteView fragment, std::uint32_t offset, std::size_t size) {
  ClientHello hello;
  hello.message_sequence = 1;
  hello.offset = offset;
  hello.size = static_cast<std::uint32_t>(size);
  hello.fragment = fragment;
  return hello;
}

TEST(DtlsHelloAssembly, HoldsAFewAndTheOldestGoes) {
  HelloAssembly assembly;
  const Octets half(50);
  const auto nth = [](std::size_t n) { return at(("203.0.113.9:" + std::to_string(n + 1)).c_str()); };
  for (std::size_t n = 0; n <= kMaxHellos; ++n) assembly.begin(nth(n), part(half, 0, 100));
  EXPECT_FALSE(assembly.add(nth(0), part(half, 50, 100)));
  for (std::size_t n = 1; n <= kMaxHellos; ++n) EXPECT_TRUE(assembly.add(nth(n), part(half, 50, 100)));
  EXPECT_FALSE(assembly.add(nth(1), part(half, 50, 100))) << "it is done";
}

TEST(DtlsHelloAssembly, RefusesWhatDoesNotFitAndWhatIsTooLong) {
  HelloAssembly assembly;
  const Octets half(50);
  assembly.begin(kPeer, part(half, 0, 100));
  EXPECT_FALSE(assembly.add(kPeer, part(half, 49, 100)));
  EXPECT_FALSE(assembly.add(kPeer, part(half, 50, 101)));
  EXPECT_TRUE(assembly.add(kPeer, part(half, 50, 100)));
  const Octets nearly(kLongestHello);
  assembly.begin(kPeer, part(nearly, 0, kLongestHello + 1));
  EXPECT_FALSE(assembly.add(kPeer, part(ByteView(half).first(1), kLongestHello, kLongestHello + 1)));
}

}  // namespace
}  // namespace osrtp::dtls
