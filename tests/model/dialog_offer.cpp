#include <algorithm>

#include "model/dialog.hpp"

// Offers: the INVITE of each branch, re-INVITEs and UPDATEs, and what becomes of them when they are refused.
namespace osrtp::model {

void Dialog::describe(protocol::SdpRequest& request, const Callee& callee, bool by_callee) const {
  request.osrtp.emplace();
  if (by_callee) request.osrtp->offerer = protocol::Leg::kCallee;
  request.osrtp->caller = callers_terms_.policy;
  request.osrtp->callee = callee.terms.policy;
  request.osrtp->caller_signalling = callers_terms_.signalling;
  request.osrtp->callee_signalling = callee.terms.signalling;
}

void Dialog::offer(const Step& step) {
  const std::size_t asked = late_offer_ ? 0 : step.is[0] % kBranches;
  const std::size_t branch = is_fork(asked) ? 0 : asked;
  Callee& callee = callees_[branch];
  if (is_fork(branch) && (callees_[2].answered || callees_[2].gone)) return;
  if (over_ || changed_ || is_confirmed() || callee.gone || callee.answered) return;
  Phone& offerer = late_offer_ ? callee.phone : caller_;
  if (!begun_) {
    for (Wish& wish : offerer.wishes()) wish.form = pairs_ ? Form::kSavp : static_cast<Form>(step.is[1] % kForms);
    if (video_ && offerer.wishes().size() == 1) offerer.add_line("video");
  }
  send_offer(branch, late_offer_, true, true);
}

void Dialog::apply_to_line(Phone& phone, std::size_t n, const Step& step) {
  const auto what = static_cast<Change>(step.is[1] % kChanges);
  const bool goes_on = (step.is[4] & 8U) != 0;
  Wish& wish = phone.wishes()[n];
  const bool keys = what == Change::kRekey || what == Change::kRekeyAndMove;
  if (keys) {
    if (phone.run(n).mode == Mode::kSdes) ++wish.generation;
    wish.goes_on = goes_on && what == Change::kRekey;
    if (phone.run(n).mode == Mode::kDtls) wish.dtls_spent = true;
  }
  switch (what) {
    case Change::kSendOnly:
      wish.direction = "sendonly";
      return;
    case Change::kInactive:
      wish.direction = "inactive";
      return;
    case Change::kNowhere:
      // From nowhere nobody begins: what is not known yet cannot be found, and shakes no hands.
      wish.is_nowhere = phone.run(n).relay_rtp != 0 && phone.run(n).mode != Mode::kFailed && has_keys(phone, n);
      return;
    case Change::kResume:
      wish.direction = "sendrecv";
      return;
    case Change::kCodec:
      if (wish.kind != "image") wish.formats = wish.formats == "8 101" ? "0 101" : "8 101";
      return;
    case Change::kMove:
    case Change::kRekeyAndMove:
      ++wish.moves;
      return;
    case Change::kForm:
      wish.form = static_cast<Form>(step.is[3] % kForms);
      return;
    case Change::kDropLine:
      wish.in_use = false;
      return;
    case Change::kReturn:
      wish.in_use = true;
      return;
    case Change::kFax:
    case Change::kVoice:
      wish.kind = what == Change::kFax ? "image" : "audio";
      wish.formats = what == Change::kFax ? "t38" : "0 101";
      return;
    case Change::kNothing:
    case Change::kRekey:
    case Change::kAddLine:
      return;
  }
}

void Dialog::apply(Phone& phone, const Step& step) {
  constexpr std::size_t kMostLines = 3;
  const auto what = static_cast<Change>(step.is[1] % kChanges);
  const bool other_lines = what == Change::kForm || what == Change::kAddLine || what >= Change::kFax;
  if (pairs_ && other_lines) return;
  if (what == Change::kAddLine && phone.wishes().size() < kMostLines) phone.add_line("video");
  const bool of_session = what == Change::kMove || what == Change::kRekeyAndMove || what == Change::kNowhere;
  for (std::size_t n = 0; n < phone.wishes().size(); ++n) {
    Wish& wish = phone.wishes()[n];
    if (what != Change::kNothing && what != Change::kNowhere) wish.is_nowhere = false;
    if (!of_session && n != step.is[2] % phone.wishes().size()) continue;
    const bool fax = what == Change::kFax || what == Change::kVoice;
    if (fax && wish.kind == "video") continue;
    apply_to_line(phone, n, step);
  }
}

void Dialog::change(const Step& step) {
  const std::size_t branch = in_dialog();
  if (branch == kNobody) return;
  Callee& callee = callees_[branch];
  if (callee.exchange && callee.exchange->open) refuse();
  const bool by_callee = step.is[0] % 2 != 0;
  Phone& offerer = by_callee ? callee.phone : caller_;
  apply(offerer, step);
  changed_ = true;
  send_offer(branch, by_callee, false, (step.is[4] & 4U) == 0);
}

void Dialog::refuse() {
  const std::size_t branch = in_dialog();
  if (branch == kNobody || !callees_[branch].exchange || !callees_[branch].exchange->open) return;
  Callee& callee = callees_[branch];
  (callee.exchange->by_callee ? callee.phone : caller_).give_up();
  callee.exchange.reset();
  last_ = {};
}

void Dialog::send_offer(std::size_t branch, bool by_callee, bool initial, bool describes) {
  Callee& callee = callees_[branch];
  Phone& offerer = by_callee ? callee.phone : caller_;
  Exchange exchange{.by_callee = by_callee, .initial = initial, .sent = offerer.offer(), .heard = {}, .refused = {}};
  watch_.said(exchange.sent);
  const Sdp wire = by_callee ? exchange.sent : in_pairs(exchange.sent, nullptr);
  if (!by_callee) exchange.sent = chosen(exchange.sent);
  protocol::Offer request;
  request.call_id = "call";
  request.from_tag = offerer.tag;
  if (!initial || by_callee) request.to_tag = by_callee ? caller_.tag : callee.phone.tag;
  request.via_branch = callee.via;
  request.sdp = write_sdp(wire);
  if (describes) describe(request, callee, by_callee);
  const auto before = sight();
  const auto reply = registry_->offer(request, now_);
  last_ = {};
  judge_offer(callee, std::move(exchange), reply, before);
  if (!reply || problem_) return;
  last_ = request;
  last_reply_ = reply->sdp;
}

bool Dialog::was_encrypted(std::size_t branch, bool callee_side, std::size_t n, const Sdp& said) {
  auto& history = encrypted(branch, callee_side);
  history.resize(std::max(history.size(), said.lines.size()));
  for (std::size_t other = 0; other < said.lines.size(); ++other) {
    const SdpLine& line = said.lines[other];
    const bool given_up = line.port == 0 || !is_rtp_profile(line.proto);
    if (history[other] && (other == n || (given_up && line.kind == said.lines[n].kind))) return true;
  }
  return false;
}

/// What each line of an offer must become for the answerer; notes those that are to be refused.
std::vector<Wanted> Dialog::judge_lines(std::size_t branch, Exchange& exchange) {
  std::vector<Wanted> wanted;
  for (std::size_t n = 0; n < exchange.sent.lines.size(); ++n) {
    const SdpLine& line = exchange.sent.lines[n];
    const Run& running = (exchange.by_callee ? caller_ : callees_[branch].phone).run(n);
    const Wanted anew = offer_towards(terms(branch, !exchange.by_callee), line);
    wanted.push_back(is_rtp_profile(line.proto) ? offer_again(anew, running.mode, running.proto) : anew);
    const Mode answered =
        answer_to(terms(branch, exchange.by_callee), line, was_encrypted(branch, exchange.by_callee, n, exchange.sent));
    exchange.refused.push_back(line.port != 0 && (wanted[n].refused || answered == Mode::kFailed));
  }
  return wanted;
}

void Dialog::judge_offer(Callee& callee, Exchange exchange, const Result<protocol::SdpReply, protocol::Error>& reply,
                         const Sight& before) {
  const auto branch = static_cast<std::size_t>(&callee - callees_.data());
  const bool by_callee = exchange.by_callee;
  const std::vector<Wanted> wanted = judge_lines(branch, exchange);
  const auto carried = [&](std::size_t n) { return exchange.sent.lines[n].port != 0 && !exchange.refused[n]; };
  bool any_refused = false;
  bool any_carried = false;
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    any_refused = any_refused || exchange.refused[n];
    any_carried = any_carried || carried(n);
  }
  if (any_refused && !any_carried) {
    ++tally_.refusals;
    (by_callee ? callee.phone : caller_).give_up();
    expect(!reply && reply.error().code == protocol::ErrorCode::kPolicyRefused, "an offer that must be refused is not");
    return expect(sight() == before, "a refused offer changed something");
  }
  if (few_ports_ && !reply && reply.error().code == protocol::ErrorCode::kPortsExhausted) {
    (by_callee ? callee.phone : caller_).give_up();
    return expect(sight() == before, "an offer for which there are no ports changed something");
  }
  if (!reply) return expect(false, "an offer is refused: " + reply.error().reason);
  const auto read = read_sdp(reply->sdp);
  const auto heard = by_callee ? out_of_pairs(read, wanted.size()) : read;
  if (!heard) return expect(false, "an offer that nobody can read");
  const std::string to = party(branch, !by_callee);
  expect_nothing(watch_.heard(to, to + (by_callee ? callee.phone.tag : ""), *heard, exchange.sent));
  for (std::size_t n = 0; n < wanted.size() && !problem_; ++n) {
    expect((heard->lines[n].port != 0) == carried(n), "a line is offered that must not be, or the reverse");
    const bool free = pairs_ && by_callee && caller_.run(n).mode != Mode::kSdes;
    if (free) continue;  // what stands in which of two lines, where neither is encrypted
    if (carried(n) && !problem_) expect_nothing(Watch::offers(heard->lines[n], wanted[n]));
    if (carried(n) && !problem_) judge_repeated(by_callee ? caller_ : callee.phone, n, to, heard->lines[n]);
  }
  begun_ = callee.offered = true;
  for (; lines_ < wanted.size(); ++lines_) chosen_at_.at(lines_) = now_.steady;
  exchange.heard = *heard;
  if (is_fork(branch) && exchange.initial) {
    callees_[2].offered = true;
    callees_[2].exchange = exchange;
  }
  callee.exchange = std::move(exchange);
}

}  // namespace osrtp::model
