#include "module/client.hpp"

#include <algorithm>
#include <utility>

#include "protocol/framing.hpp"

namespace osrtp::module {

namespace {

constexpr TimePoint kAtOnce = TimePoint::min();

std::string waited(std::chrono::milliseconds time) {
  return "no answer within " + std::to_string(time.count()) + " ms";
}

Outcome not_answered(const Errand::Failed& failed) {
  const bool waited_for = failed.waited.count() > 0;
  switch (failed.failure) {
    case Errand::Failure::kTooLong:
      return failure(OSRTP_FAILED, "unsendable", "the request does not fit into a datagram");
    case Errand::Failure::kNodeDead:
      return failure(OSRTP_NODE_DEAD, "node-dead",
                     "the node that has the call is not there" + (waited_for ? ": " + waited(failed.waited) : ""));
    case Errand::Failure::kNoNode:
      return failure(OSRTP_UNREACHABLE, "unreachable", "no node is there to take the call");
    case Errand::Failure::kUnreachable:
      break;
  }
  return failure(OSRTP_UNREACHABLE, "unreachable", waited_for ? waited(failed.waited) : "nobody listens at the nodes");
}

std::string_view cookie_of(std::string_view datagram) {
  const auto frame = protocol::split(datagram);
  return frame ? frame->cookie : std::string_view{};
}

}  // namespace

void Client::set_due(Lanes::value_type& lane, std::optional<TimePoint> due) {
  auto& [call_id, at] = lane;
  if (at.due) due_.erase({*at.due, call_id});
  at.due = due;
  if (due) due_.emplace(*due, call_id);
}

void Client::accept(Parcel parcel, TimePoint now) {
  auto& lane = *lanes_.try_emplace(parcel.call_id).first;
  auto& tasks = lane.second.tasks;
  tasks.push_back({std::move(parcel), {}, std::nullopt, {}});
  if (tasks.size() == 1) set_due(lane, now);
  Task& task = tasks.back();
  if (++size_ <= kMostParcels) return;
  task.outcomes.assign(task.parcel.commands.size(),
                       failure(OSRTP_UNREACHABLE, "unreachable", "a client process has too much to do"));
}

bool Client::receive(std::size_t node, std::string_view datagram) {
  const auto call = calls_.find(std::string(cookie_of(datagram)));
  if (call == calls_.end()) return false;
  const auto lane = lanes_.find(call->second);
  if (lane == lanes_.end()) return false;
  auto& errand = lane->second.tasks.front().errand;
  if (!errand || !errand->receive(node, datagram)) return false;
  set_due(*lane, kAtOnce);
  return true;
}

void Client::nobody(std::size_t node, TimePoint now) {
  for (auto& lane : lanes_) {
    auto& errand = lane.second.tasks.front().errand;
    if (!errand) continue;
    errand->send_failed(node, Errand::NotSent::kRefused, now);
    set_due(lane, kAtOnce);
  }
}

void Client::send(Task& task, const Errand::Send& send, TimePoint now) {
  const std::string cookie(cookie_of(send.frame));
  if (calls_.emplace(cookie, task.parcel.call_id).second) task.cookies.push_back(cookie);
  if (const auto problem = nodes_.send(send.node, send.frame)) task.errand->send_failed(send.node, *problem, now);
}

void Client::end(Task& task, Outcome outcome) {
  task.outcomes.push_back(std::move(outcome));
  task.errand.reset();
  for (const std::string& cookie : task.cookies) calls_.erase(cookie);
  task.cookies.clear();
}

Outcome Client::come_to(const Command& command, const Errand::Done& done, TimePoint now) {
  Outcome outcome = outcome_for(command.action, done.dictionary);
  nodes_.answered(command, done.node, outcome, now);
  return outcome;
}

std::optional<TimePoint> Client::run(Task& task, TimePoint now) {
  while (task.outcomes.size() < task.parcel.commands.size()) {
    const Command& command = task.parcel.commands[task.outcomes.size()];
    if (!task.errand) task.errand.emplace(nodes_.begin(command, now));
    const auto step = task.errand->step(now);
    for (const auto& news : task.errand->news()) nodes_.learn(command, news, now);
    if (const auto* wait = std::get_if<Errand::Wait>(&step)) return wait->until;
    if (const auto* due = std::get_if<Errand::Send>(&step)) send(task, *due, now);
    if (const auto* done = std::get_if<Errand::Done>(&step)) end(task, come_to(command, *done, now));
    if (const auto* failed = std::get_if<Errand::Failed>(&step)) end(task, not_answered(*failed));
  }
  return std::nullopt;
}

void Client::look(Lanes::value_type& lane, TimePoint now) {
  set_due(lane, run(lane.second.tasks.front(), now));
  if (!lane.second.due) finished_.push_back(lane.first);
}

std::optional<TimePoint> Client::run(TimePoint now) {
  // Each once, however soon it is due again.
  std::vector<std::string> call_ids;
  for (auto each = due_.begin(); each != due_.end() && each->first <= now; ++each) call_ids.push_back(each->second);
  for (const std::string& call_id : call_ids) look(*lanes_.find(call_id), now);
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::optional<Client::Finished> Client::finished() {
  if (finished_.empty()) return std::nullopt;
  Task& first = lanes_.at(finished_.front()).tasks.front();
  finished_.pop_front();
  return Finished{std::move(first.parcel), std::move(first.outcomes)};
}

void Client::release(const std::string& call_id) {
  const auto lane = lanes_.find(call_id);
  if (lane == lanes_.end()) return;
  lane->second.tasks.pop_front();
  --size_;
  if (!lane->second.tasks.empty()) return set_due(*lane, kAtOnce);
  set_due(*lane, std::nullopt);
  lanes_.erase(lane);
}

}  // namespace osrtp::module
