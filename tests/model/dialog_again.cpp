#include <algorithm>

#include "model/dialog.hpp"

// What one offer or answer has to keep of those before it.
namespace osrtp::model {
namespace {

bool is_nowhere(const SdpLine& line) { return line.address == "0.0.0.0"; }

std::string where(const SdpLine& line) {
  return is_nowhere(line) ? "" : line.address + ":" + std::to_string(line.port);
}

bool has_suite(const std::vector<CryptoLine>& lines, const std::string& suite) {
  return std::any_of(lines.begin(), lines.end(), [&](const CryptoLine& c) { return c.suite == suite; });
}

bool same_suites(const std::vector<CryptoLine>& one, const std::vector<CryptoLine>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](const CryptoLine& a, const CryptoLine& b) { return a.tag == b.tag && a.suite == b.suite; });
}

}  // namespace

bool Dialog::is_new_phone(const Phone& phone, std::size_t n, const SdpLine& said, const std::string& suite) {
  const Run& before = phone.run(n);
  if (before.own_key.empty() || before.suite != suite || before.where.empty() || is_nowhere(said)) return false;
  const bool same_key = std::any_of(said.crypto.begin(), said.crypto.end(),
                                    [&](const CryptoLine& c) { return c.suite == suite && c.key == before.own_key; });
  return !same_key && where(said) != before.where;
}

void Dialog::renew(std::size_t branch, const std::string& to, const Sdp& heard) {
  const Exchange& exchange = *callees_[branch].exchange;
  const Phone& offerer = exchange.by_callee ? callees_[branch].phone : caller_;
  for (std::size_t n = 0; n < std::min(heard.lines.size(), exchange.sent.lines.size()); ++n) {
    const auto& crypto = heard.lines[n].crypto;
    if (crypto.size() != 1) continue;
    if (is_new_phone(offerer, n, exchange.sent.lines[n], crypto[0].suite)) watch_.renews(to, n);
  }
}

void Dialog::compare(const Phone& phone, std::size_t n, const SdpLine& said, Run& next, bool in_offer) {
  if (next.mode != Mode::kSdes) return;
  const Run& before = phone.run(n);
  const bool goes_on = !before.own_key.empty();
  next.where = goes_on && is_nowhere(said) ? before.where : where(said);
  if (!goes_on || before.suite != next.suite) return;
  const bool other = is_new_phone(phone, n, said, next.suite);
  const bool same_own = next.own_key == before.own_key;
  next.from = same_own ? before.from : phone.goes_on(n) && !other ? phone.voice.position(before) : std::nullopt;
  const bool same_key = next.relay_key == before.relay_key;
  expect(same_key != (other && in_offer), same_key ? "another phone is told the key of the one before it"
                                                   : "another key of ours, in an answer that changes nothing");
  tally_.new_phones += other ? 1 : 0;
  next.masks = same_key ? before.masks + (other ? 1 : 0) : 0;
}

void Dialog::judge_repeated(const Phone& answerer, std::size_t n, const std::string& to, const SdpLine& line) {
  expect_nothing(watch_.tags(to, n, line));
  const Run& run = answerer.run(n);
  if (run.mode != Mode::kSdes || line.crypto.empty()) return;
  const auto answered = answerer.answered.find(n);
  if (answered != answerer.answered.end() && has_suite(answered->second, run.suite)) {
    return expect(same_suites(answered->second, line.crypto), "lines that were answered are not repeated");
  }
  expect(line.crypto[0].suite == run.suite, "the suite that runs does not stand first");
}

/// It has answered the INVITE, nothing is out, and nobody has picked up.
bool Dialog::may_confirm(std::size_t branch) const {
  const Callee& callee = callees_[branch];
  const bool open = callee.exchange && callee.exchange->open;
  return !over_ && !late_offer_ && callee.answered && !callee.gone && callee.exchange && !open && !is_confirmed();
}

void Dialog::choose(std::size_t branch) {
  talkers_.fill(branch);
  chosen_at_.fill(now_.steady);
}

}  // namespace osrtp::model
