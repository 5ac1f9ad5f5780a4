#include "app/media_plane.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "io/clock.hpp"

namespace osrtp::app {

Result<std::unique_ptr<WorkerMediaPlane>, io::SocketError> WorkerMediaPlane::create(
    io::PacketNetwork& network, std::vector<call::Interface> interfaces, unsigned workers,
    std::chrono::nanoseconds tick, LogSink log) {
  std::unique_ptr<WorkerMediaPlane> plane(
      new WorkerMediaPlane(network, std::move(interfaces), workers, std::move(log)));
  for (unsigned number = 0; number < workers; ++number) {
    auto lane = network.lane();
    if (!lane) return fail(lane.error());
    auto worker = std::make_unique<Worker>(*std::move(lane), tick, io::Clock::now());
    auto thread = WorkerThread::start(std::move(worker), number);
    if (!thread) return fail(thread.error());
    plane->workers_.push_back({*std::move(thread)});
  }
  return plane;
}

WorkerMediaPlane::WorkerMediaPlane(io::PacketNetwork& network, std::vector<call::Interface> interfaces,
                                   unsigned workers, LogSink log)
    : log_(log), ports_(network, std::move(interfaces), std::move(log)), watch_(workers) {}

Result<call::LocalPorts, call::PortError> WorkerMediaPlane::open_ports(std::size_t interface) {
  const TimePoint now = io::Clock::now();
  if (is_deaf(now) || watch_.stalled() == workers_.size()) return fail(call::PortError::kUnserved);
  return ports_.open(interface, now);
}

/// A call whose port no worker could serve hears nothing. It is known too late for that one, but not for the next.
bool WorkerMediaPlane::is_deaf(TimePoint now) {
  const std::uint64_t unserved = totals().unserved;
  if (unserved != unserved_) {
    log_(LogLevel::kError, "event=ports-unserved count=" + std::to_string(unserved - unserved_) +
                               " reason=\"the event queue of the system takes no more\"");
    unserved_ = unserved;
    deaf_until_ = now + kDeaf;
  }
  return now < deaf_until_;
}

void WorkerMediaPlane::mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic) {
  ports_.mark(ports, traffic, io::Clock::now());
}

void WorkerMediaPlane::close_ports(const call::LocalPorts& ports) {
  dismiss(ports.rtp);
  dismiss(ports.rtcp);
  ports_.close(ports, io::Clock::now());
}

/// The one with the fewest streams, of those that work.
std::size_t WorkerMediaPlane::least_busy() const {
  std::size_t least = 0;
  for (std::size_t n = 1; n < workers_.size(); ++n) {
    const auto rank = [this](std::size_t one) { return std::pair(watch_.is_stalled(one), workers_[one].streams); };
    if (rank(n) < rank(least)) least = n;
  }
  return least;
}

/// By a worker that its call has already.
void WorkerMediaPlane::open_stream(StreamId stream, std::optional<StreamId> beside) {
  const auto sibling = beside ? streams_.find(*beside) : streams_.end();
  const std::size_t worker = sibling != streams_.end() ? sibling->second.worker : least_busy();
  const auto [opened, is_new] = streams_.try_emplace(stream, Stream{worker, {}});
  if (!is_new) return;
  ++workers_[worker].streams;
  post(opened->second, OpenStream{stream});
}

void WorkerMediaPlane::set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  serve(found->second, setup.relay.rtp_socket);
  serve(found->second, setup.relay.rtcp_socket);
  const auto before = progress(stream, leg);
  Leg& record = leg_of(found->second, leg);
  record.expected = transport::progress_after(before, setup);
  ++record.setups;
  post(found->second, SetLeg{stream, leg, std::move(setup), now, record.board});
}

void WorkerMediaPlane::remove_leg(StreamId stream, relay::LegIndex leg) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  std::erase_if(found->second.legs, [&](const Leg& one) { return one.index == leg; });
  post(found->second, RemoveLeg{stream, leg});
}

void WorkerMediaPlane::connect(StreamId stream, relay::LegIndex callee, relay::Choice choice, TimePoint now) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) post(found->second, Connect{stream, callee, choice, now});
}

relay::LegCounters WorkerMediaPlane::counters(StreamId stream, relay::LegIndex leg) const {
  const Leg* known = find(stream, leg);
  if (known == nullptr) return {};
  relay::LegCounters counters = known->board->counters.read();
  const relay::Sources sources = known->board->state.load().sources;
  counters.rtp_source = sources.rtp;
  counters.rtcp_source = sources.rtcp;
  return counters;
}

transport::Progress WorkerMediaPlane::progress(StreamId stream, relay::LegIndex leg) const {
  const Leg* known = find(stream, leg);
  if (known == nullptr) return transport::NotByDtls{};
  const LegState state = known->board->state.load();
  return state.setups < known->setups ? known->expected : state.progress;
}

void WorkerMediaPlane::tap(StreamId stream, std::shared_ptr<relay::Tap> tap) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) post(found->second, SetTap{stream, std::move(tap)});
}

void WorkerMediaPlane::close_stream(StreamId stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  post(found->second, CloseStream{stream});
  --workers_[found->second.worker].streams;
  streams_.erase(found);
}

void WorkerMediaPlane::watch() {
  for (std::size_t n = 0; n < workers_.size(); ++n) {
    Worker& worker = workers_[n].thread->worker();
    if (const auto news = watch_.look(n, worker.turns())) tell(n, *news);
    worker.ring();
  }
  tell_unsent();
}

void WorkerMediaPlane::tell(std::size_t worker, const WorkerWatch::News& news) {
  const std::string whose = " worker=" + std::to_string(worker);
  const std::string streams = " streams=" + std::to_string(workers_[worker].streams);
  const std::string after = " after=" + std::to_string(news.since.count()) + "s";
  switch (news.change) {
    case WorkerWatch::Change::kStalled:
      return log_(LogLevel::kError, "event=worker-stalled" + whose + streams + after);
    case WorkerWatch::Change::kLost:
      return log_(LogLevel::kError, "event=worker-lost" + whose + streams + after);
    case WorkerWatch::Change::kBack:
      return log_(LogLevel::kWarning, "event=worker-back" + whose + streams + after);
  }
}

void WorkerMediaPlane::tell_unsent() {
  std::uint64_t count = 0;
  int why = 0;
  for (Employed& worker : workers_) {
    const WorkerCounters now = worker.thread->worker().counters();
    if (now.unsent == worker.unsent) continue;
    count += now.unsent - std::exchange(worker.unsent, now.unsent);
    if (now.refusal != 0) why = now.refusal;
  }
  if (count == 0) return;
  const std::string reason = why == 0 ? "its port was closed" : io::SocketError::from_errno(why).reason;
  log_(LogLevel::kWarning, "event=packets-unsent count=" + std::to_string(count) + " reason=\"" + reason + "\"");
}

call::MediaHealth WorkerMediaPlane::health() const { return {workers_.size(), watch_.stalled(), totals().unsent}; }

WorkerCounters WorkerMediaPlane::totals() const noexcept {
  WorkerCounters sum;
  for (const Employed& worker : workers_) {
    const WorkerCounters one = worker.thread->worker().counters();
    sum.packets += one.packets;
    sum.unrouted += one.unrouted;
    sum.unsent += one.unsent;
    sum.unserved += one.unserved;
  }
  return sum;
}

std::vector<observe::WorkerLoad> WorkerMediaPlane::loads() const {
  std::vector<observe::WorkerLoad> loads;
  for (const Employed& employed : workers_) {
    const Worker& worker = employed.thread->worker();
    const WorkerCounters counters = worker.counters();
    loads.push_back({.streams = employed.streams,
                     .packets = counters.packets,
                     .turns = worker.turns(),
                     .unrouted = counters.unrouted,
                     .unsent = counters.unsent,
                     .unserved = counters.unserved,
                     .cpu = employed.thread->cpu()});
  }
  return loads;
}

observe::TurnCounts WorkerMediaPlane::turn_times() const {
  observe::TurnCounts all;
  for (const Employed& worker : workers_) all += worker.thread->worker().turn_times();
  return all;
}

const WorkerMediaPlane::Leg* WorkerMediaPlane::find(StreamId stream, relay::LegIndex leg) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return nullptr;
  const auto& legs = found->second.legs;
  const auto at = std::find_if(legs.begin(), legs.end(), [&](const Leg& one) { return one.index == leg; });
  return at != legs.end() ? &*at : nullptr;
}

WorkerMediaPlane::Leg& WorkerMediaPlane::leg_of(Stream& stream, relay::LegIndex leg) {
  const auto at =
      std::find_if(stream.legs.begin(), stream.legs.end(), [&](const Leg& one) { return one.index == leg; });
  if (at != stream.legs.end()) return *at;
  return stream.legs.emplace_back(Leg{.index = leg, .board = std::make_shared<LegBoard>()});
}

void WorkerMediaPlane::post(const Stream& stream, Command command) {
  workers_[stream.worker].thread->worker().post(std::move(command));
}

/// A port is given to the worker of the first stream that needs it; all streams of a call have the same.
void WorkerMediaPlane::serve(const Stream& stream, SocketId port) {
  MediaPorts::Held* held = ports_.find(port);
  if (held == nullptr || held->worker) return;
  held->worker = stream.worker;
  post(stream, AddPort{port, held->port});
}

void WorkerMediaPlane::dismiss(SocketId port) {
  const MediaPorts::Held* held = ports_.find(port);
  if (held != nullptr && held->worker) workers_[*held->worker].thread->worker().post(RemovePort{port});
}

}  // namespace osrtp::app
