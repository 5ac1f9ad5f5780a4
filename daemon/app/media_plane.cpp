#include "app/media_plane.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "io/clock.hpp"

namespace osrtp::app {

Result<std::unique_ptr<WorkerMediaPlane>, io::SocketError> WorkerMediaPlane::create(
    io::PacketNetwork& network, std::vector<call::Interface> interfaces, unsigned workers,
    std::chrono::nanoseconds tick, LogSink log) {
  std::unique_ptr<WorkerMediaPlane> plane(new WorkerMediaPlane(network, std::move(interfaces), std::move(log)));
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

WorkerMediaPlane::WorkerMediaPlane(io::PacketNetwork& network, std::vector<call::Interface> interfaces, LogSink log)
    : log_(log), ports_(network, std::move(interfaces), std::move(log)) {}

Result<call::LocalPorts, call::PortError> WorkerMediaPlane::open_ports(std::size_t interface) {
  const TimePoint now = io::Clock::now();
  if (is_deaf(now)) return fail(call::PortError::kRefused);
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

/// By a worker that its call has already, else by the one with the fewest.
void WorkerMediaPlane::open_stream(StreamId stream, std::optional<StreamId> beside) {
  const auto sibling = beside ? streams_.find(*beside) : streams_.end();
  const auto fewest = std::min_element(workers_.begin(), workers_.end(),
                                       [](const Employed& a, const Employed& b) { return a.streams < b.streams; });
  const std::size_t worker =
      sibling != streams_.end() ? sibling->second.worker : static_cast<std::size_t>(fewest - workers_.begin());
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
