#include "app/media_plane.hpp"

#include <algorithm>
#include <utility>

#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace osrtp::app {

LoopMediaPlane::LoopMediaPlane(io::Loop& loop, std::vector<call::Interface> interfaces, LogSink log)
    : interfaces_(std::move(interfaces)),
      log_(std::move(log)),
      failed_(interfaces_.size()),
      exhausted_(interfaces_.size()),
      unmarked_(interfaces_.size()),
      sockets_(loop, [this](SocketId id) { on_readable(id); }),
      timer_(loop.timer([this] { on_deadline(); })) {
  for (std::size_t i = 0; i < interfaces_.size(); ++i) {
    const auto same = [&](const call::Interface& other) {
      return other.address == interfaces_[i].address && other.ports == interfaces_[i].ports;
    };
    const auto first = std::find_if(interfaces_.begin(), interfaces_.end(), same);
    const auto index = static_cast<std::size_t>(first - interfaces_.begin());
    const auto ports = interfaces_[i].ports.value_or(call::PortRange{});
    if (index == i) pools_.emplace_back(ports, kQuarantine, io::random_octets);
    pool_of_.push_back(index == i ? &pools_.back() : pool_of_[index]);
  }
}

Result<call::LocalPorts, call::PortError> LoopMediaPlane::open_ports(std::size_t interface) {
  call::PortPool& pool = *pool_of_[interface];
  for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
    const TimePoint now = io::Clock::now();
    const auto rtp = pool.take(now);
    if (!rtp) return exhausted(interface, "all are in use or resting", now);
    auto opened = open_pair(interface, *rtp);
    if (opened) {
      mark(*opened, std::nullopt);
      return *std::move(opened);
    }
    pool.give_back(*rtp, now);
    if (opened.error().kind != io::SocketError::Kind::kPortBusy) {
      log_failed(interface, *rtp, opened.error(), now);
      return fail(call::PortError::kExhausted);
    }
    ++counters_.port_busy;
  }
  return exhausted(interface, "other processes have them", io::Clock::now());
}

/// A line a second: who has no ports left gets the next offer at once.
Failure<call::PortError> LoopMediaPlane::exhausted(std::size_t interface, std::string_view why, TimePoint now) {
  if (const auto end = exhausted_.admit(interface, now)) {
    const call::PortPool& pool = *pool_of_[interface];
    const auto range = interfaces_[interface].ports.value_or(call::PortRange{});
    log_(LogLevel::kError, "event=ports-exhausted " + named(interface) + " ports=" + std::to_string(range.first) + "-" +
                               std::to_string(range.last) + " pairs_in_use=" + std::to_string(pool.in_use()) +
                               " of=" + std::to_string(pool.size()) + " reason=\"" + std::string(why) + "\"" + *end);
  }
  return fail(call::PortError::kExhausted);
}

std::string LoopMediaPlane::named(std::size_t interface) const {
  const call::Interface& where = interfaces_[interface];
  return "interface=" + where.name + " address=" + where.address.to_string();
}

Result<call::LocalPorts, io::SocketError> LoopMediaPlane::open_pair(std::size_t interface, Port rtp) {
  const call::Interface& where = interfaces_[interface];
  const Port rtcp = *rtp.implied_rtcp();  // RTP ports are even, so there is one above
  auto rtp_socket = sockets_.open({where.address, rtp});
  if (!rtp_socket) return fail(rtp_socket.error());
  auto rtcp_socket = sockets_.open({where.address, rtcp});
  if (!rtcp_socket) {
    sockets_.close(*rtp_socket);
    return fail(rtcp_socket.error());
  }
  return call::LocalPorts{interface, *rtp_socket, *rtcp_socket, {where.advertised, rtp}, {where.advertised, rtcp}};
}

void LoopMediaPlane::log_failed(std::size_t interface, Port rtp, const io::SocketError& error, TimePoint now) {
  const auto end = failed_.admit(interface, now);
  if (!end) return;
  log_(LogLevel::kError, "event=port-failed " + named(interface) + " port=" + std::to_string(rtp.number()) +
                             " reason=\"" + error.reason + "\"" + *end);
}

/// Media that cannot be marked is media all the same.
void LoopMediaPlane::mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic) {
  const auto wanted = traffic ? traffic : interfaces_[ports.interface].traffic_class;
  if (!wanted) return;
  for (const SocketId id : {ports.rtp, ports.rtcp}) {
    SocketTable::Entry* entry = sockets_.find(id);
    const auto refused = entry != nullptr ? entry->socket.mark(*wanted) : std::nullopt;
    if (!refused) continue;
    const auto end = unmarked_.admit(ports.interface, io::Clock::now());
    if (!end) return;
    log_(LogLevel::kWarning, "event=tos-refused " + named(ports.interface) + " tos=" + std::to_string(wanted->octet()) +
                                 " reason=\"" + refused->reason + "\"" + *end);
  }
}

void LoopMediaPlane::close_ports(const call::LocalPorts& ports) {
  if (sockets_.find(ports.rtp) == nullptr) return;
  sockets_.close(ports.rtp);
  sockets_.close(ports.rtcp);
  pool_of_[ports.interface]->give_back(ports.rtp_advertised.port, io::Clock::now());
}

void LoopMediaPlane::open_stream(StreamId stream) { streams_.try_emplace(stream, std::make_unique<OpenStream>()); }

void LoopMediaPlane::set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  OpenStream& open = *found->second;
  unroute(stream, open, leg);
  route(stream, open, leg, relay::Component::kRtcp, setup.relay.rtcp_socket);
  route(stream, open, leg, relay::Component::kRtp, setup.relay.rtp_socket);
  open.stream.set_leg(leg, std::move(setup), now);
  attend(stream, open);
}

void LoopMediaPlane::remove_leg(StreamId stream, relay::LegIndex leg) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  unroute(stream, *found->second, leg);
  found->second->stream.remove_leg(leg);
  schedule(stream, *found->second);
}

void LoopMediaPlane::connect(StreamId stream, relay::LegIndex callee, relay::Choice choice, TimePoint now) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) found->second->stream.connect(callee, choice, now);
}

relay::LegCounters LoopMediaPlane::counters(StreamId stream, relay::LegIndex leg) const {
  const auto found = streams_.find(stream);
  return found != streams_.end() ? found->second->stream.counters(leg) : relay::LegCounters{};
}

transport::Progress LoopMediaPlane::progress(StreamId stream, relay::LegIndex leg) const {
  const auto found = streams_.find(stream);
  return found != streams_.end() ? found->second->stream.progress(leg) : transport::NotByDtls{};
}

void LoopMediaPlane::close_stream(StreamId stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  while (!found->second->routed.empty()) unroute(stream, *found->second, found->second->routed.back().leg);
  if (found->second->deadline) deadlines_.erase({*found->second->deadline, stream});
  streams_.erase(found);
}

void LoopMediaPlane::route(StreamId id, OpenStream& open, relay::LegIndex leg, relay::Component component,
                           SocketId socket) {
  SocketTable::Entry* entry = sockets_.find(socket);
  if (entry == nullptr) return;
  entry->route = Route{id, &open.stream, leg, component};
  open.routed.push_back({socket, leg, component});
}

void LoopMediaPlane::unroute(StreamId id, OpenStream& open, relay::LegIndex leg) {
  const auto gone = std::stable_partition(open.routed.begin(), open.routed.end(),
                                          [&](const Routed& routed) { return routed.leg != leg; });
  const std::vector<Routed> given_up(gone, open.routed.end());
  open.routed.erase(gone, open.routed.end());
  for (const Routed& routed : given_up) {
    SocketTable::Entry* entry = sockets_.find(routed.socket);
    // The socket may be closed, or serve another leg by now.
    const bool ours = entry != nullptr && entry->route && entry->route->id == id && entry->route->leg == leg;
    if (!ours) continue;
    entry->route.reset();
    const auto fork = std::find_if(open.routed.begin(), open.routed.end(),
                                   [&](const Routed& other) { return other.socket == routed.socket; });
    if (fork != open.routed.end()) entry->route = Route{id, &open.stream, fork->leg, fork->component};
  }
}

/// One datagram for each announcement: what is left is announced again, so a second call that
/// finds nothing is never made, and a busy socket cannot starve the others.
void LoopMediaPlane::on_readable(SocketId id) noexcept {
  SocketTable::Entry* entry = sockets_.find(id);
  if (entry == nullptr) return;
  const auto datagram = entry->socket.receive(*buffer_);
  if (!datagram) return;
  if (!entry->route) {
    ++counters_.unrouted;
    return;
  }
  const Route route = *entry->route;
  const auto handled = route.stream->handle(route.leg, route.component, *datagram, io::Clock::now());
  if (const auto* out = std::get_if<Forward>(&handled)) return send(out->socket, out->to, out->packet);
  if (!std::holds_alternative<transport::Stream::Consumed>(handled)) return;  // dropped, and counted by the stream
  const auto found = streams_.find(route.id);
  if (found != streams_.end()) attend(route.id, *found->second);
}

void LoopMediaPlane::send(SocketId id, const Endpoint& to, ByteView packet) noexcept {
  SocketTable::Entry* from = sockets_.find(id);
  if (from == nullptr || !from->socket.send(to, packet)) ++counters_.unsent;
}

void LoopMediaPlane::attend(StreamId id, OpenStream& open) {
  for (const transport::Sending& sending : open.stream.take_output()) send(sending.socket, sending.to, sending.octets);
  schedule(id, open);
}

void LoopMediaPlane::schedule(StreamId id, OpenStream& open) {
  const auto wanted = open.stream.next_timeout();
  if (wanted == open.deadline) return;
  if (open.deadline) deadlines_.erase({*open.deadline, id});
  open.deadline = wanted;
  if (!wanted) return;
  const auto placed = deadlines_.emplace(*wanted, id).first;
  if (placed == deadlines_.begin()) arm();
}

void LoopMediaPlane::arm() {
  if (!timer_ || deadlines_.empty()) return;
  const auto left = deadlines_.begin()->first - io::Clock::now();
  timer_->arm(std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(0)));
}

void LoopMediaPlane::on_deadline() {
  const TimePoint now = io::Clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const StreamId id = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    const auto found = streams_.find(id);
    if (found == streams_.end()) continue;
    found->second->deadline.reset();
    found->second->stream.handle_timeout(now);
    attend(id, *found->second);
  }
  arm();
}

}  // namespace osrtp::app
