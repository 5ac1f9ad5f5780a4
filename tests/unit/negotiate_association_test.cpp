// RFC 8842 §3.1, §4 and §5, case by case (DTLS-9).
#include "negotiate/association.hpp"

#include <gtest/gtest.h>

namespace osrtp::negotiate {
namespace {

Fingerprint print(HashFunction hash, std::uint8_t octet) {
  return {hash, std::vector<std::uint8_t>(facts(hash).size, octet)};
}

const Fingerprint kFirst = print(HashFunction::kSha256, 1);
const Fingerprint kSecond = print(HashFunction::kSha512, 2);
const Endpoint kHome = *Endpoint::parse("192.0.2.1:4000");
const Endpoint kElsewhere = *Endpoint::parse("192.0.2.1:4002");

/// Both sides say a tls-id.
AssociationFacts modern() { return {"ours", "theirs", {kFirst}, DtlsRole::kActive, kHome}; }
/// Neither does.
AssociationFacts old() { return {std::nullopt, std::nullopt, {kFirst}, DtlsRole::kActive, kHome}; }
/// Only we do, as an offerer to an old answerer does.
AssociationFacts half() { return {"ours", std::nullopt, {kFirst}, DtlsRole::kActive, kHome}; }

struct Case {
  const char* name;
  AssociationFacts ran;
  AssociationFacts (*change)(AssociationFacts);
  AssociationFate fate;
};

AssociationFacts nothing(AssociationFacts f) { return f; }
AssociationFacts role(AssociationFacts f) { return f.role = DtlsRole::kPassive, f; }
AssociationFacts other_print(AssociationFacts f) { return f.peer_fingerprints = {kSecond}, f; }
AssociationFacts print_of_another_hash(AssociationFacts f) {
  return f.peer_fingerprints = {print(HashFunction::kSha1, 1)}, f;
}
AssociationFacts more_prints(AssociationFacts f) { return f.peer_fingerprints = {kFirst, kSecond}, f; }
AssociationFacts no_print(AssociationFacts f) { return f.peer_fingerprints.clear(), f; }
AssociationFacts print_twice(AssociationFacts f) { return f.peer_fingerprints = {kFirst, kFirst}, f; }
AssociationFacts our_id(AssociationFacts f) { return f.our_tls_id = "ours again", f; }
AssociationFacts their_id(AssociationFacts f) { return f.peer_tls_id = "theirs again", f; }
AssociationFacts no_their_id(AssociationFacts f) { return f.peer_tls_id.reset(), f; }
AssociationFacts no_their_id_and_moved(AssociationFacts f) { return f.peer_tls_id.reset(), f.peer = kElsewhere, f; }
AssociationFacts moved(AssociationFacts f) { return f.peer = kElsewhere, f; }
AssociationFacts held(AssociationFacts f) { return f.peer.reset(), f; }

class NeedsNewAssociation : public testing::TestWithParam<Case> {};

TEST_P(NeedsNewAssociation, AsItsCaseIsTabled) {
  EXPECT_EQ(needs_new_association(GetParam().ran, GetParam().change(GetParam().ran)), GetParam().fate);
}

constexpr auto kKeep = AssociationFate::kKeep;
constexpr auto kNew = AssociationFate::kNew;

INSTANTIATE_TEST_SUITE_P(
    Section5, NeedsNewAssociation,
    testing::Values(Case{"ModernSameAgain", modern(), nothing, kKeep}, Case{"OldSameAgain", old(), nothing, kKeep},
                    Case{"HalfSameAgain", half(), nothing, kKeep}, Case{"ModernRole", modern(), role, kNew},
                    Case{"OldRole", old(), role, kNew}, Case{"ModernFingerprint", modern(), other_print, kNew},
                    Case{"OldFingerprint", old(), other_print, kNew},
                    Case{"SameDigestUnderAnotherHash", modern(), print_of_another_hash, kNew},
                    Case{"FingerprintAdded", modern(), more_prints, kNew},
                    Case{"FingerprintRemoved", modern(), no_print, kNew},
                    Case{"FingerprintTwice", modern(), print_twice, kKeep}, Case{"OurTlsId", modern(), our_id, kNew},
                    Case{"PeersTlsId", modern(), their_id, kNew}, Case{"PeersFirstTlsId", half(), their_id, kNew},
                    Case{"PeersTlsIdLeftOut", modern(), no_their_id, kKeep},
                    Case{"PeersTlsIdLeftOutFromElsewhere", modern(), no_their_id_and_moved, kNew},
                    Case{"ModernMoved", modern(), moved, kKeep}, Case{"OldMoved", old(), moved, kNew},
                    Case{"HalfMoved", half(), moved, kNew}, Case{"OldHeld", old(), held, kKeep},
                    Case{"ModernHeld", modern(), held, kKeep}),
    [](const auto& row) { return row.param.name; });

TEST(NeedsNewAssociation, DoesNotCareForTheOrderOfFingerprints) {
  auto ran = old();
  ran.peer_fingerprints = {kFirst, kSecond};
  auto said = old();
  said.peer_fingerprints = {kSecond, kFirst};
  EXPECT_EQ(needs_new_association(ran, said), AssociationFate::kKeep);
}

TEST(NeedsNewAssociation, TakesAResumedStreamForTheOneThatWasHeld) {
  auto ran = old();
  ran.peer.reset();
  auto said = old();
  said.peer = kElsewhere;
  EXPECT_EQ(needs_new_association(ran, said), AssociationFate::kKeep);
}

}  // namespace
}  // namespace osrtp::negotiate
