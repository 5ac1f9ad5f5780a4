#include "model/voice.hpp"

#include "support/dtls_phone.hpp"

namespace osrtp::model {

using testing::Verdict;
using testing::WireOracle;

SrtpSender* Voice::sender(const Run& run) {
  if (run.mode == Mode::kSdes)
    return &senders_.try_emplace(run.own_key, run.suite, run.own_key, run.from).first->second;
  if (run.mode != Mode::kDtls || !is_connected(run)) return nullptr;
  return &*associations_.at(run.association).out;
}

WireOracle* Voice::oracle(const Run& run) {
  if (run.mode == Mode::kSdes) {
    const std::pair listener{run.relay_key, run.masks};
    return &oracles_.try_emplace(listener, *suite_named(run.suite), ByteView(run.relay_key)).first->second;
  }
  if (run.mode != Mode::kDtls || !is_connected(run)) return nullptr;
  return &*associations_.at(run.association).in;
}

std::optional<Octets> Voice::seal(const Run& run, Octets plain, bool rtcp) {
  if (run.mode != Mode::kSdes && run.mode != Mode::kDtls) return plain;
  SrtpSender* out = sender(run);
  if (out == nullptr) return std::nullopt;
  return rtcp ? out->seal_rtcp(std::move(plain)) : out->seal_rtp(std::move(plain));
}

Voice::Heard Voice::open(const Run& run, const Octets& wire) {
  if (run.mode == Mode::kPlain || run.mode == Mode::kOpaque) return {Verdict::kProtected, wire};
  WireOracle* in = oracle(run);
  if (in == nullptr) return {};
  const Verdict verdict = in->see(wire);
  if (verdict != Verdict::kProtected && verdict != Verdict::kRepeated) return {verdict, {}};
  return {verdict, {in->plain().begin(), in->plain().end()}, in->index()};
}

std::optional<Position> Voice::position(const Run& run) const {
  const auto known = senders_.find(run.own_key);
  return known == senders_.end() ? run.from : known->second.position();
}

dtls::Association& Voice::handshake(const Run& run, TimePoint now) {
  auto& association = associations_[run.association];
  if (!association.dtls) {
    association.dtls =
        dtls::Association::create({.identity = testing::phone_identity(),
                                   .role = run.dtls_client ? dtls::Role::kActive : dtls::Role::kPassive,
                                   .peer = {testing::relay_identity()->fingerprint(HashFunction::kSha256)}},
                                  now);
  }
  return *association.dtls;
}

bool Voice::is_connected(const Run& run) {
  const auto known = associations_.find(run.association);
  if (known == associations_.end() || !known->second.dtls) return false;
  Association& association = known->second;
  if (association.keyed) return true;
  auto keys = association.dtls->take_keys();
  if (!keys) return false;
  const ByteView ours = keys->ours.reveal();
  association.keyed = true;
  association.out.emplace(std::string(facts(keys->suite).name), Octets(ours.begin(), ours.end()));
  association.in.emplace(keys->suite, keys->theirs.reveal());
  return true;
}

}  // namespace osrtp::model
