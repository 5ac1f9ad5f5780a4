#include <algorithm>

#include "model/chance.hpp"
#include "model/dialog.hpp"

// Packets: those that must get through, those that must not, and the handshakes before them.
namespace osrtp::model {
namespace {

using testing::FakePlane;
using testing::Verdict;

constexpr std::uint8_t kFirstOfDtls = 20;
constexpr std::uint8_t kLastOfDtls = 63;

bool is_srtp(const Run& run) { return run.mode == Mode::kSdes || run.mode == Mode::kDtls; }

void put(Octets& packet, std::size_t at, std::size_t size, std::uint32_t value) {
  for (std::size_t i = 0; i < size; ++i) packet[at + i] = static_cast<std::uint8_t>(value >> 8U * (size - 1 - i));
}

}  // namespace

Octets Dialog::packet(Phone& phone, std::size_t n, unsigned gap, bool rtcp) {
  Octets octets(rtcp ? 28 : 32);
  octets[0] = 0x80;
  const bool fax = phone.run(n).mode == Mode::kOpaque;
  if (rtcp) {
    octets[1] = 200;  // a sender report
    octets[3] = 6;
    put(octets, 4, 4, phone.ssrc(n));
  } else {
    phone.sequence[n] = static_cast<std::uint16_t>(phone.sequence[n] + gap);
    put(octets, 2, 2, phone.sequence[n]);
    put(octets, 8, 4, fax ? 0xFA0000FAU : phone.ssrc(n));
  }
  if (fax) octets[0] = octets[1] = 0;  // UDPTL: a sequence number, and then anything
  for (std::size_t at = rtcp ? 8 : 12; at + 4 <= octets.size(); at += 4) put(octets, at, 4, ++counter_ * 2654435761U);
  return octets;
}

bool Dialog::has_keys(Phone& phone, std::size_t n) const {
  return phone.run(n).mode != Mode::kDtls || phone.voice.is_connected(phone.run(n));
}

bool Dialog::may_pass(std::size_t speaker, std::size_t n) const {
  if (over_ || listener(speaker, n) == kNobody) return false;
  const auto& live = callees_[talkers_.at(n)].live;
  const Mode callers = caller_.run(n).mode;
  return n < live.size() && live[n] && callers != Mode::kNone && callers != Mode::kFailed;
}

void Dialog::take_turn(std::size_t speaker, std::size_t n, bool rtcp) {
  constexpr std::chrono::seconds kSilence{1};
  const Run& run = phone(speaker).run(n);
  const bool arrives = run.mode != Mode::kNone && run.mode != Mode::kFailed && has_keys(phone(speaker), n);
  if (speaker == 0 || !arrives || over_) return;
  Callee& callee = callees_[speaker - 1];
  if (callee.gone) return;
  for (Callee& each : callees_) each.last_spoken.resize(std::max(each.last_spoken.size(), n + 1));
  std::size_t& talker = talkers_.at(n);
  const auto last = talker == kNobody ? std::nullopt : callees_[talker].last_spoken[n];
  const bool silent = now_.steady - std::max(chosen_at_.at(n), last.value_or(chosen_at_.at(n))) >= kSilence;
  // One that is gone is silent.
  if (!rtcp && early_ && (silent || talker == kNobody)) talker = speaker - 1;
  callee.last_spoken[n] = now_.steady;
}

bool Dialog::is_guarded(std::size_t speaker, std::size_t n) const {
  if (over_) return true;
  const Run& run = (speaker == 0 ? caller_ : callees_[speaker - 1].phone).run(n);
  return is_srtp(run) || run.mode == Mode::kFailed || run.mode == Mode::kNone;
}

void Dialog::media(const Step& step) {
  const std::size_t speaker = step.is[0] % (kBranches + 1);
  const std::size_t lines = phone(speaker).runs().size();
  const std::size_t n = step.is[1] % lines;
  const unsigned count = 1U + step.is[2] % 6U;
  const unsigned gap = is_confirmed() ? 1U + 128U * step.is[3] : 1U;
  for (unsigned i = 0; i < count && !problem_; ++i) speak(speaker, n, gap, step.is[4] == 1);
}

void Dialog::speak(std::size_t speaker, std::size_t n, unsigned gap, bool rtcp) {
  Phone& from = phone(speaker);
  const Run& run = from.run(n);
  if (run.relay_rtp == 0 || has_lost_port(speaker)) return;
  const bool opaque = run.mode == Mode::kOpaque;
  if (rtcp && (opaque || (run.mode == Mode::kDtls && !run.mux))) return;
  take_turn(speaker, n, rtcp);
  const std::size_t hearer = listener(speaker, n);
  const bool lives = may_pass(speaker, n) && has_keys(from, n) && has_keys(phone(hearer), n);
  const bool held = !lives || phone(hearer).run(n).is_nowhere;
  if (rtcp && lives && phone(hearer).run(n).mode == Mode::kDtls && !phone(hearer).run(n).mux) return;
  if (lives && !run.may_send) return;
  // Where the reports of one that is nowhere come from, in clear and perhaps no longer muxed, nobody has been told.
  if (rtcp && run.is_nowhere && !is_srtp(run)) return;
  const Octets plain = packet(from, n, held ? 1 : gap, rtcp);
  const auto wire = run.mode == Mode::kFailed ? std::optional(plain) : from.voice.seal(run, plain, rtcp);
  const Octets& sent = wire ? *wire : plain;
  const auto port = static_cast<std::uint16_t>(rtcp ? run.relay_rtcp : run.relay_rtp);
  const auto passed = plane_.receive(port, from.endpoint(n, rtcp), sent, now_.steady);
  if (held) return expect(!passed, "a packet passes on a line that does not run, or to a phone that is nowhere");
  if (!passed) {
    return expect(false, "a packet of " + party(speaker - 1, speaker != 0) +
                             " is dropped: " + std::string(name(passed.error())) + ", " + name_of(run.mode) + " to " +
                             name_of(phone(hearer).run(n).mode));
  }
  if (!rtcp && !opaque) last_wires_[{speaker, n}] = sent;
  const auto heard = judge_leaving(speaker, n, *passed, rtcp);
  expect(heard.verdict == Verdict::kProtected, "a packet comes twice");
  const std::ptrdiff_t ssrc = rtcp ? 4 : 8;
  Octets shown = heard.plain;
  // Forks that share a key are shown other SSRCs.
  const unsigned masks = phone(hearer).run(n).masks;
  const bool masked = (masks > 0 || (hearer > 0 && is_fork(hearer - 1))) && shown.size() == plain.size();
  const bool same = std::equal(plain.begin() + ssrc, plain.begin() + ssrc + 4, shown.begin() + ssrc);
  expect(masks == 0 || !same, "another phone is shown the SSRC that the one before it was");
  if (masked) std::copy_n(plain.begin() + ssrc, 4, shown.begin() + ssrc);
  expect(shown == plain, "what is heard is not what was said");
  ++tally_.heard;
}

/// Whatever leaves goes to the phone that the speaker talks with, and under its keys where it has some.
Voice::Heard Dialog::judge_leaving(std::size_t speaker, std::size_t n, const FakePlane::Sent& sent, bool rtcp) {
  const std::size_t hearer = listener(speaker, n);
  if (hearer == kNobody || !may_pass(speaker, n)) {
    expect(false, "a packet leaves where none may");
    return {};
  }
  Phone& to = phone(hearer);
  const Run& run = to.run(n);
  expect(sent.from_port == (rtcp ? run.relay_rtcp : run.relay_rtp), "a packet leaves by another port");
  expect(sent.to == to.endpoint(n, rtcp),
         "a packet goes to " + sent.to.to_string() + " and not to " + to.endpoint(n, rtcp).to_string());
  auto heard = to.voice.open(run, sent.packet);
  const bool good = heard.verdict == Verdict::kProtected || heard.verdict == Verdict::kRepeated;
  expect(good, "a packet leaves " + std::string(name_of(heard.verdict)) + " on a leg of " + name_of(run.mode));
  if (good) judge_keystream(run, heard, sent.packet, rtcp);
  return heard;
}

/// Over all phones, which the oracle of each cannot see: forks hear under one key.
void Dialog::judge_keystream(const Run& run, const Voice::Heard& heard, const Octets& wire, bool rtcp) {
  if (run.mode != Mode::kSdes) return;
  const std::size_t at = rtcp ? 4 : 8;
  std::uint32_t ssrc = 0;
  for (std::size_t i = 0; i < 4; ++i) ssrc = ssrc << 8U | wire.at(at + i);
  const auto& first = keystream_.try_emplace({run.relay_key, ssrc, heard.index, rtcp}, wire).first->second;
  expect(first == wire, "keystream is used twice, for two phones");
}

void Dialog::attack(const Step& step) {
  const std::size_t speaker = step.is[0] % (kBranches + 1);
  Phone& from = phone(speaker);
  const std::size_t n = step.is[1] % from.runs().size();
  const auto how = static_cast<Attack>(step.is[2] % kAttacks);
  const Run& run = from.run(n);
  const bool guarded = is_guarded(speaker, n);
  if (has_lost_port(speaker)) return;
  if (run.mode == Mode::kOpaque) return late_sound(speaker, n);
  if (run.relay_rtp == 0 || (!guarded && how != Attack::kReplay)) return;
  const bool rtcp = how == Attack::kRtcp;
  const Octets wire = hostile(speaker, n, how);
  if (wire.empty()) return;
  ++tally_.attacks;
  const Endpoint home = from.endpoint(n, rtcp);
  const Endpoint source = how == Attack::kStranger ? Endpoint{*IpAddress::parse("192.0.2.66"), home.port} : home;
  const auto port = static_cast<std::uint16_t>(rtcp ? run.relay_rtcp : run.relay_rtp);
  const auto before = unmoved_sight();
  const auto passed = plane_.receive(port, source, wire, now_.steady);
  if (!guarded) {
    take_turn(speaker, n, false);
    if (passed) static_cast<void>(judge_leaving(speaker, n, *passed, false));
    return;
  }
  expect(!passed, "a packet that proves nothing passes a leg that is " + name_of(run.mode));
  expect(unmoved_sight() == before, "a packet that proves nothing changed something");
}

/// What still comes of the sound that ran on a line is nothing for a fax machine.
void Dialog::late_sound(std::size_t speaker, std::size_t n) {
  const auto last = last_wires_.find({speaker, n});
  if (last == last_wires_.end() || phone(speaker).run(n).relay_rtp == 0) return;
  Octets wire = last->second;
  put(wire, 2, 2, phone(speaker).sequence[n] + 1U);
  ++tally_.attacks;
  const auto port = static_cast<std::uint16_t>(phone(speaker).run(n).relay_rtp);
  const auto before = unmoved_sight();
  const auto passed = plane_.receive(port, phone(speaker).endpoint(n, false), wire, now_.steady);
  expect(!passed, "late sound passes on a line that is a fax now");
  expect(unmoved_sight() == before, "late sound changed something");
}

Octets Dialog::hostile(std::size_t speaker, std::size_t n, Attack how) {
  Phone& from = phone(speaker);
  const auto last = last_wires_.find({speaker, n});
  const std::uint16_t sequence = from.sequence[n];
  Octets wire = packet(from, n, 1, how == Attack::kRtcp);
  from.sequence[n] = sequence;
  Chance chance(counter_);
  switch (how) {
    case Attack::kReplay:
      return last == last_wires_.end() ? Octets{} : last->second;
    case Attack::kGarbage:
      for (auto& octet : wire) octet = chance.below(256);
      wire[0] = chance.one_in(2) ? 0x80 : wire[0];
      return wire;
    case Attack::kForged:
    case Attack::kStranger:
      if (last == last_wires_.end()) return wire;
      wire = last->second;
      put(wire, 2, 2, sequence + 1U);
      return wire;
    case Attack::kPlain:
    case Attack::kRtcp:
      break;
  }
  return wire;
}

void Dialog::shake_hands() {
  if (over_ || !registry_) return;
  constexpr int kRounds = 30;
  for (int round = 0; round < kRounds && pump(); ++round) {
  }
  for (std::size_t speaker = 0; speaker <= kBranches; ++speaker) {
    Phone& one = phone(speaker);
    if (speaker > 0 && callees_[speaker - 1].gone) continue;
    const std::size_t branch = speaker > 0 ? speaker - 1 : connected_;
    for (std::size_t n = 0; branch != kNobody && n < one.runs().size(); ++n) {
      const Run& run = one.run(n);
      const auto& live = callees_[branch].live;
      if (run.mode != Mode::kDtls || run.is_nowhere || n >= live.size() || !live[n]) continue;
      expect(one.voice.is_connected(run), "a handshake does not end, with " + party(branch, speaker > 0));
    }
  }
}

/// One round of DTLS between the relay and all phones. @return whether anything moved
bool Dialog::pump() {
  bool moved = false;
  for (const auto& sent : plane_.take_sent()) moved = deliver(sent) || moved;
  for (std::size_t speaker = 0; speaker <= kBranches; ++speaker) {
    if (speaker > 0 && callees_[speaker - 1].gone) continue;
    Phone& one = phone(speaker);
    for (std::size_t n = 0; n < one.runs().size(); ++n) {
      const Run& run = one.run(n);
      if (run.mode != Mode::kDtls) continue;
      for (const auto& octets : one.voice.handshake(run, now_.steady).take_output()) {
        moved = true;
        const auto port = static_cast<std::uint16_t>(run.relay_rtp);
        const auto passed = plane_.receive(port, one.endpoint(n, false), octets, now_.steady);
        expect(!passed, "a handshake is relayed");
      }
    }
  }
  return moved;
}

bool Dialog::deliver(const FakePlane::Sent& sent) {
  if (sent.packet[0] < kFirstOfDtls || sent.packet[0] > kLastOfDtls) return false;
  for (std::size_t speaker = 0; speaker <= kBranches; ++speaker) {
    Phone& one = phone(speaker);
    for (std::size_t n = 0; n < one.runs().size(); ++n) {
      const Run& run = one.run(n);
      if (run.mode != Mode::kDtls || sent.from_port != run.relay_rtp || sent.to != one.endpoint(n, false)) continue;
      const bool known = one.voice.is_connected(run);
      one.voice.handshake(run, now_.steady).handle(sent.packet, now_.steady);
      if (!known && one.voice.is_connected(run)) ++tally_.handshakes;
      return true;
    }
  }
  return false;
}

}  // namespace osrtp::model
