#include <algorithm>
#include <utility>

#include "model/dialog.hpp"

// Answers: what they must make of each leg, and what the phones then know.
namespace osrtp::model {
namespace {

const CryptoLine* with_suite(const SdpLine& line, const std::string& suite) {
  const auto found =
      std::find_if(line.crypto.begin(), line.crypto.end(), [&](const CryptoLine& c) { return c.suite == suite; });
  return found == line.crypto.end() ? nullptr : &*found;
}

/// Keys of a line that runs, from what the phone said and heard; `answer` is whichever of the two the answer is.
void put_keys(Run& run, const SdpLine& said, const SdpLine& heard, const SdpLine& answer) {
  if (run.mode == Mode::kSdes) {
    run.suite = answer.crypto.at(0).suite;
    const CryptoLine* own = with_suite(said, run.suite);
    const CryptoLine* relay = with_suite(heard, run.suite);
    if (own != nullptr) run.own_key = own->key;
    if (relay != nullptr) run.relay_key = relay->key;
  }
  if (run.mode == Mode::kDtls) {
    const bool answers = &said == &answer;
    run.dtls_client = answers ? answer.setup == "active" : answer.setup == "passive";
    run.association = said.tls_id + "|" + heard.tls_id + (run.dtls_client ? "|client" : "|server");
  }
}

protocol::SecurityState state_of(Mode mode, bool connected) {
  using protocol::SecurityState;
  switch (mode) {
    case Mode::kNone:
      return SecurityState::kPending;
    case Mode::kFailed:
      return SecurityState::kFailed;
    case Mode::kPlain:
      return SecurityState::kPlain;
    case Mode::kSdes:
      return SecurityState::kSrtpSdes;
    case Mode::kDtls:
      return connected ? SecurityState::kSrtpDtls : SecurityState::kPending;
    case Mode::kOpaque:
      return SecurityState::kNotRtp;
  }
  return SecurityState::kFailed;
}

}  // namespace

std::size_t Dialog::outstanding(const Step& step) const {
  const std::size_t dialog = in_dialog();
  if (dialog != kNobody && callees_[dialog].exchange && !callees_[dialog].exchange->initial) {
    return callees_[dialog].exchange->open ? dialog : kNobody;
  }
  const std::size_t branch = late_offer_ ? 0 : step.is[0] % kBranches;
  const Callee& callee = callees_[branch];
  const bool may = callee.exchange && !callee.gone && !callee.confirmed && !is_confirmed();
  return may && (callee.exchange->open || !late_offer_) ? branch : kNobody;
}

/// A 200 to the INVITE whose answer went before it, in a provisional reply.
void Dialog::confirm(std::size_t branch) {
  Callee& callee = callees_[branch];
  protocol::Answer request;
  request.call_id = "call";
  request.from_tag = caller_.tag;
  request.to_tag = callee.phone.tag;
  request.via_branch = callee.via;
  request.sip_code = 200;
  const auto reply = registry_->answer(request, now_);
  if (!reply) return expect(false, "a confirmation is refused: " + reply.error().reason);
  expect(reply->sdp.empty(), "a confirmation has an SDP");
  last_ = request;
  last_reply_.emplace();
  ++tally_.confirmations;
  callee.confirmed = true;
  early_ = false;
  connected_ = branch;
  choose(branch);
  pick_up(branch, false);
  judge_security(branch, reply->security);
  shake_hands();
}

void Dialog::answer(const Step& step) {
  const std::size_t branch = outstanding(step);
  const std::size_t asked = branch != kNobody ? branch : in_dialog();
  const bool confirms = branch == kNobody || (step.is[4] & 16U) != 0;
  if (confirms && asked != kNobody && may_confirm(asked)) return confirm(asked);
  if (over_ || branch == kNobody) return;
  Callee& callee = callees_[branch];
  Exchange& exchange = *callee.exchange;
  Phone& answerer = exchange.by_callee ? caller_ : callee.phone;
  if (exchange.open) {
    const auto mood = static_cast<Mood>(step.is[2] % kMoods);
    const bool simple = pairs_ && exchange.by_callee && mood != Mood::kReject;
    exchange.manner = {simple ? Mood::kGood : mood, step.is[3], (step.is[4] & 1U) == 0, false, false, step.is[5]};
  }
  exchange.manner.new_keys = (step.is[4] & 2U) != 0;
  exchange.manner.moves = (step.is[4] & 8U) != 0;
  const Sdp sent = answerer.answer(exchange.heard, exchange.manner);
  watch_.said(sent);
  const bool early = step.is[1] != 0 && exchange.initial && !exchange.by_callee;
  protocol::Answer request;
  request.call_id = "call";
  request.from_tag = exchange.by_callee ? callee.phone.tag : caller_.tag;
  request.to_tag = answerer.tag;
  request.via_branch = callee.via;
  request.sdp = write_sdp(exchange.by_callee ? in_pairs(sent, &exchange.heard) : sent);
  request.sip_code = early ? 183 : exchange.by_callee && exchange.initial ? 0 : 200;
  if ((step.is[4] & 4U) == 0) describe(request, callee, false);
  if (request.osrtp) request.osrtp->offerer.reset();
  const auto reply = registry_->answer(request, now_);
  if (!reply) return expect(false, "an answer is refused: " + reply.error().reason);
  const auto read = read_sdp(reply->sdp);
  const auto heard = exchange.by_callee ? read : out_of_pairs(read, sent.lines.size());
  if (!heard) return expect(false, "an answer that nobody can read");
  ++tally_.answers;
  last_ = request;
  last_reply_ = reply->sdp;
  // The 2xx of an UPDATE picks nothing up.
  const bool of_update = !exchange.initial && !late_offer_ && !callee.confirmed;
  judge_answer(branch, sent, *heard, of_update ? 183 : request.sip_code);
  if (problem_) return;
  judge_security(branch, reply->security);
  shake_hands();
}

void Dialog::judge_answer(std::size_t branch, const Sdp& sent, const Sdp& heard, int code) {
  Callee& callee = callees_[branch];
  Exchange& exchange = *callee.exchange;
  const std::string to = party(branch, exchange.by_callee);
  renew(branch, to, heard);
  expect_nothing(watch_.heard(to, to + (exchange.by_callee ? "" : callee.phone.tag), heard, sent));
  if (problem_) return;
  const bool others_talk = has_talk() && connected_ != branch;
  const bool others_ring =
      code >= 100 && code < 200 && early_ && std::any_of(callees_.begin(), callees_.end(), [&](const Callee& other) {
        return &other != &callee && other.answered && !other.gone;
      });
  bool has_media = false;
  for (std::size_t n = 0; n < sent.lines.size() && !problem_; ++n) {
    has_media = judge_line(branch, n, sent, heard, others_talk || others_ring) || has_media;
  }
  exchange.open = false;
  // Who repeats itself does not take the call.
  const bool repeats = std::exchange(callee.answered, true) && code >= 100 && code < 200;
  callee.phone.commit();
  caller_.commit();
  connect(branch, has_media && !repeats, others_talk, code);
}

/// @return whether the line runs now
bool Dialog::judge_line(std::size_t branch, std::size_t n, const Sdp& sent, const Sdp& heard, bool others_live) {
  Callee& callee = callees_[branch];
  const Exchange& exchange = *callee.exchange;
  const SdpLine& offer = exchange.sent.lines[n];
  const Mode offerers =
      answer_to(terms(branch, exchange.by_callee), offer, was_encrypted(branch, exchange.by_callee, n, exchange.sent));
  const Mode answerers = settled(terms(branch, !exchange.by_callee), exchange.heard.lines[n], sent.lines[n],
                                 was_encrypted(branch, !exchange.by_callee, n, sent));
  const bool runs = offer.port != 0 && !exchange.refused[n] && offerers != Mode::kFailed && answerers != Mode::kFailed;
  callee.live.resize(std::max(callee.live.size(), n + 1));
  callee.live[n] = runs;
  expect((heard.lines[n].port != 0) == runs,
         runs ? "a line is rejected that runs" : "a line is accepted that cannot run");
  if (problem_) return runs;
  if (runs) {
    run_line(branch, n, sent, heard, offerers, answerers);
    return true;
  }
  const Mode stopped = offer.port == 0 ? Mode::kNone : Mode::kFailed;
  settle(branch, !exchange.by_callee, n, Run{.mode = stopped});
  if (stopped == Mode::kNone || !others_live) settle(branch, exchange.by_callee, n, Run{.mode = stopped});
  return false;
}

void Dialog::run_line(std::size_t branch, std::size_t n, const Sdp& sent, const Sdp& heard, Mode offerers,
                      Mode answerers) {
  const Exchange& exchange = *callees_[branch].exchange;
  const SdpLine& offer = exchange.sent.lines[n];
  const SdpLine& reply = heard.lines[n];
  expect_nothing(Watch::answers(reply, offer, offerers));
  if (problem_) return;
  Run offerer = run_between(offer, reply, offerers);
  put_keys(offerer, offer, reply, reply);
  compare(exchange.by_callee ? callees_[branch].phone : caller_, n, offer, offerer, true);
  Run answerer = run_between(sent.lines[n], exchange.heard.lines[n], answerers);
  put_keys(answerer, sent.lines[n], exchange.heard.lines[n], sent.lines[n]);
  Phone& answering = exchange.by_callee ? caller_ : callees_[branch].phone;
  compare(answering, n, sent.lines[n], answerer, false);
  offerer.proto = offer.proto;
  answerer.proto = exchange.heard.lines[n].proto;
  if (answerers == Mode::kSdes) answering.answered[n] = exchange.heard.lines[n].crypto;
  settle(branch, !exchange.by_callee, n, std::move(answerer));
  settle(branch, exchange.by_callee, n, std::move(offerer));
}

void Dialog::settle(std::size_t branch, bool callee_side, std::size_t n, Run run) {
  if (run.mode == Mode::kPlain) encrypted(branch, callee_side)[n] = false;
  if (run.mode == Mode::kSdes || run.mode == Mode::kDtls) encrypted(branch, callee_side)[n] = true;
  if (run.mode != Mode::kFailed) watch_.runs(party(branch, callee_side), n, run.relay_key);
  (callee_side ? callees_[branch].phone : caller_).settle(n, std::move(run));
}

void Dialog::judge_security(std::size_t branch, const std::vector<protocol::LegSecurity>& all) {
  for (const auto& entry : all) {
    const bool callee_side = entry.leg == protocol::Leg::kCallee;
    Phone& one = callee_side ? callees_[branch].phone : caller_;
    const Run& run = one.run(entry.media);
    // A handshake may be under way, or go on.
    const bool dtls = run.mode == Mode::kDtls && (entry.state == protocol::SecurityState::kPending ||
                                                  entry.state == protocol::SecurityState::kSrtpDtls);
    const bool unused = run.mode == Mode::kNone && entry.state == protocol::SecurityState::kFailed;
    expect(dtls || unused || entry.state == state_of(run.mode, false),
           party(branch, callee_side) + " line " + std::to_string(entry.media) + " is reported as " +
               std::string(name(entry.state)) + " and is " + name_of(run.mode));
    expect(run.mode != Mode::kSdes || entry.suite == run.suite, "another suite is reported");
  }
}

void Dialog::connect(std::size_t branch, bool has_media, bool others_talk, int code) {
  const bool success = code >= 200 && code < 300;
  callees_[branch].confirmed = callees_[branch].confirmed || success || code == 0;
  if (!has_media && others_talk) return;
  const bool rings_on = connected_ == branch && code >= 100 && code < 200;
  connected_ = branch;
  if (!rings_on) choose(branch);
  early_ = code >= 100 && code < 200 && early_;
  if (success) pick_up(branch, callees_[branch].exchange->by_callee);
}

/// What the other phone had with the others goes with them.
void Dialog::pick_up(std::size_t branch, bool offerer_is_callee) {
  for (std::size_t n = 0; n < callees_[branch].live.size(); ++n) {
    const bool fails = callees_[branch].phone.run(n).mode == Mode::kFailed;
    if (fails && !callees_[branch].live[n]) settle(branch, offerer_is_callee, n, Run{.mode = Mode::kFailed});
  }
  for (std::size_t b = 0; b < kBranches; ++b) {
    if (b == branch || !callees_[b].offered) continue;
    callees_[b].gone = true;
    callees_[b].exchange.reset();
  }
}

}  // namespace osrtp::model
