#include <unistd.h>

#include <algorithm>

#include "base/siphash.hpp"
#include "module/itinerary.hpp"
#include "module/process.hpp"
#include "protocol/framing.hpp"

/// Between the commands of a process and the nodes that all processes share.
namespace osrtp::module {

namespace {

using std::chrono::seconds;

/// How long a node that had no room is asked last. One that drains does not get better soon.
constexpr seconds kFullFor{1};
constexpr seconds kDrainingFor{10};
constexpr std::size_t kMostWithdrawals = 4096;

std::string name_of(std::size_t node) {
  const auto view = shared().nodes.view(node);
  return view ? view->address : std::string("?");
}

void say(osrtp_log_level level, std::size_t node, std::string_view what) {
  log(level, "node=" + name_of(node) + " " + std::string(what));
}

std::string framed(const std::string& cookie, std::string_view dictionary) {
  auto frame = protocol::join(cookie, dictionary);
  return frame ? *std::move(frame) : std::string();
}

Journey journey_of(const Command& command, const std::optional<Sticky::Place>& place, bool may_restart) {
  Journey journey{siphash(command.call_id), command.set, command.starts_call, may_restart, std::nullopt};
  if (!place) return journey;
  const auto view = shared().nodes.view(place->node);
  if (view && place->is(view->number, view->generation)) journey.has_call = view->number;
  return journey;
}

Errand begin(const Command& command, TimePoint now) {
  std::string cookie = process().cookies.next();
  std::string frame = framed(cookie, command.dictionary);
  const auto place = shared().calls.find(command.call_id, now);
  std::string anew = place ? anew_for(command, place->policies) : std::string();
  if (!anew.empty()) anew = framed(cookie, anew);
  const Journey journey = journey_of(command, place, !anew.empty());
  return {itinerary_for(journey, shared().nodes.all(), now),
          {std::move(cookie), std::move(frame), std::move(anew)},
          state().settings.timeout,
          now};
}

bool has_call(std::size_t node, const std::string& call_id, TimePoint now) {
  const auto place = shared().calls.find(call_id, now);
  return place && place->node == node;
}

bool may_do_it_yet(Errand::Finding finding) {
  return finding == Errand::Finding::kSilent || finding == Errand::Finding::kUnanswered;
}

/// A node that was only slow, or frozen, takes the offer up when nobody waits for it any more.
void take_back(const Command& command, const Errand::News& news, TimePoint now) {
  if (!may_do_it_yet(news.finding) || has_call(news.node, command.call_id, now)) return;
  const auto ending = undoing(command);
  if (!ending) return;
  auto& withdrawals = process().withdrawals;
  const auto view = shared().nodes.view(news.node);
  if (!view) return;
  // Of a call that is forgotten here the node hears when it misses the answer.
  if (withdrawals.size() >= kMostWithdrawals) withdrawals.pop_front();
  withdrawals.push_back(
      {command.call_id, {news.node, view->generation}, framed(process().cookies.next(), ending->dictionary), now});
}

void learn_of(const Command& command, const Errand::News& news, TimePoint now) {
  learn(news, now);
  take_back(command, news, now);
}

void answered(const Command& command, std::size_t node, Outcome& outcome, TimePoint now) {
  Shared& all = shared();
  const auto view = all.nodes.view(node);
  if (!view) return;
  outcome.node = view->address;
  if (is_offer(command.action) && outcome.code == OSRTP_DONE)
    all.calls.remember(command.call_id, {node, view->generation, command.policies}, now);
  // The BYE of a fork's loser, or of who guesses, has ended nothing: then there is no report.
  if (command.action == Action::kDeleteCall && outcome.code == OSRTP_DONE && outcome.totals)
    all.calls.let_go(command.call_id, now);
}

}  // namespace

void learn(const Errand::News& news, TimePoint now) {
  NodeTable& nodes = shared().nodes;
  switch (news.finding) {
    case Errand::Finding::kSilent:
      if (nodes.silent(news.node, now)) say(OSRTP_LOG_ERROR, news.node, "does not answer, and is probed until it does");
      return;
    case Errand::Finding::kUnanswered:
      return;
    case Errand::Finding::kRefused:
      if (nodes.refused(news.node, now))
        say(OSRTP_LOG_ERROR, news.node, "nobody listens: " + process().links.problem(news.node));
      return;
    case Errand::Finding::kFull:
      nodes.full(news.node, now + kFullFor);
      return;
    case Errand::Finding::kDraining:
      nodes.full(news.node, now + kDrainingFor);
      return;
  }
}

void heard(std::size_t node) {
  if (shared().nodes.answered(node)) say(OSRTP_LOG_WARNING, node, "answers again");
}

std::vector<std::size_t> due_probes(TimePoint now) {
  std::vector<std::size_t> due;
  for (std::size_t node = 0; node < NodeTable::kCapacity; ++node) {
    if (shared().nodes.claim_probe(node, now)) due.push_back(node);
  }
  return due;
}

Client::Nodes nodes() {
  return {begin, [](std::size_t node, std::string_view frame) { return process().links.send(node, frame); }, learn_of,
          answered};
}

void receive(Client& client) {
  // A script that goes on in a client process may ask, and wait there, while others' answers come in.
  Client* const serving = process().serving == &client ? nullptr : process().serving;
  process().links.receive({[&](std::size_t node, std::string_view datagram) {
                             heard(node);
                             if (!client.receive(node, datagram) && serving != nullptr)
                               serving->receive(node, datagram);
                           },
                           [&](std::size_t node) {
                             client.nobody(node, std::chrono::steady_clock::now());
                             if (serving != nullptr) serving->nobody(node, std::chrono::steady_clock::now());
                           }});
}

void withdraw(TimePoint now) {
  std::erase_if(process().withdrawals, [now](const Withdrawal& each) {
    const std::size_t number = each.place.node;
    const auto node = shared().nodes.view(number);
    const auto step = step_of(each, node, has_call(number, each.call_id, now), now);
    if (step != WithdrawalStep::kSend) return step == WithdrawalStep::kDrop;
    return process().links.send(number, each.frame) != Errand::NotSent::kBusy;
  });
}

void probe(TimePoint now) {
  for (const std::size_t node : due_probes(now))
    static_cast<void>(process().links.send(node, framed(process().cookies.next(), kPing)));
}

}  // namespace osrtp::module
