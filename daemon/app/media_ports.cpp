#include "app/media_ports.hpp"

#include <algorithm>
#include <utility>

#include "app/config.hpp"
#include "io/entropy.hpp"

namespace osrtp::app {

namespace {

call::PortError no_port(const io::SocketError& why) noexcept {
  return why.kind == io::SocketError::Kind::kNoDescriptors ? call::PortError::kNoDescriptors
                                                           : call::PortError::kRefused;
}

}  // namespace

MediaPorts::MediaPorts(io::PacketNetwork& network, std::vector<call::Interface> interfaces, LogSink log)
    : network_(network),
      interfaces_(std::move(interfaces)),
      log_(std::move(log)),
      failed_(interfaces_.size()),
      exhausted_(interfaces_.size()),
      unmarked_(interfaces_.size()) {
  for (std::size_t i = 0; i < interfaces_.size(); ++i) {
    const auto same = [&](const call::Interface& other) { return share_ports(other, interfaces_[i]); };
    const auto first = std::find_if(interfaces_.begin(), interfaces_.end(), same);
    const auto index = static_cast<std::size_t>(first - interfaces_.begin());
    const auto ports = interfaces_[i].ports.value_or(call::PortRange{});
    if (index == i) pools_.emplace_back(ports, kQuarantine, io::random_octets);
    pool_of_.push_back(index == i ? &pools_.back() : pool_of_[index]);
  }
}

Result<call::LocalPorts, call::PortError> MediaPorts::open(std::size_t interface, TimePoint now) {
  call::PortPool& pool = *pool_of_[interface];
  for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
    const auto rtp = pool.take(now);
    if (!rtp) return exhausted(interface, "all are in use or resting", now);
    auto opened = open_pair(interface, *rtp);
    if (opened) {
      mark(*opened, std::nullopt, now);
      return *std::move(opened);
    }
    if (opened.error().kind != io::SocketError::Kind::kPortBusy) {
      pool.put_back(*rtp);
      log_failed(interface, *rtp, opened.error(), now);
      return fail(no_port(opened.error()));
    }
    pool.give_back(*rtp, now);
    ++busy_;
  }
  return exhausted(interface, "other processes have them", now);
}

/// A line a second: who has no ports left gets the next offer at once.
Failure<call::PortError> MediaPorts::exhausted(std::size_t interface, std::string_view why, TimePoint now) {
  if (const auto end = exhausted_.admit(interface, now)) {
    const call::PortPool& pool = *pool_of_[interface];
    const auto range = interfaces_[interface].ports.value_or(call::PortRange{});
    log_(LogLevel::kError, "event=ports-exhausted " + named(interface) + " ports=" + std::to_string(range.first) + "-" +
                               std::to_string(range.last) + " pairs_in_use=" + std::to_string(pool.in_use()) +
                               " of=" + std::to_string(pool.size()) + " reason=\"" + std::string(why) + "\"" + *end);
  }
  return fail(call::PortError::kExhausted);
}

std::string MediaPorts::named(std::size_t interface) const {
  const call::Interface& where = interfaces_[interface];
  return "interface=" + where.name + " address=" + where.address.to_string();
}

Result<call::LocalPorts, io::SocketError> MediaPorts::open_pair(std::size_t interface, Port rtp) {
  const call::Interface& where = interfaces_[interface];
  const Port rtcp = *rtp.implied_rtcp();  // RTP ports are even, so there is one above
  const auto rtp_socket = open_one({where.address, rtp});
  if (!rtp_socket) return fail(rtp_socket.error());
  const auto rtcp_socket = open_one({where.address, rtcp});
  if (!rtcp_socket) {
    let_go(*rtp_socket);
    return fail(rtcp_socket.error());
  }
  return call::LocalPorts{interface, *rtp_socket, *rtcp_socket, {where.advertised, rtp}, {where.advertised, rtcp}};
}

Result<SocketId, io::SocketError> MediaPorts::open_one(const Endpoint& local) {
  auto port = network_.open(local);
  if (!port) return fail(port.error());
  const auto id = numbers_.take();
  if (!id) return fail(io::SocketError{io::SocketError::Kind::kNoDescriptors, "too many sockets"});
  held_.put(*id, Held{*std::move(port), std::nullopt});
  return *id;
}

void MediaPorts::let_go(SocketId id) {
  held_.erase(id);
  numbers_.give_back(id);
}

void MediaPorts::log_failed(std::size_t interface, Port rtp, const io::SocketError& error, TimePoint now) {
  const auto end = failed_.admit(interface, now);
  if (!end) return;
  log_(LogLevel::kError, "event=port-failed " + named(interface) + " port=" + std::to_string(rtp.number()) +
                             " reason=\"" + error.reason + "\"" + *end);
}

/// Media that cannot be marked is media all the same.
void MediaPorts::mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic, TimePoint now) {
  const auto wanted = traffic ? traffic : interfaces_[ports.interface].traffic_class;
  if (!wanted) return;
  for (const SocketId id : {ports.rtp, ports.rtcp}) {
    const Held* held = find(id);
    const auto refused = held != nullptr ? held->port->mark(*wanted) : std::nullopt;
    if (!refused) continue;
    const auto end = unmarked_.admit(ports.interface, now);
    if (!end) return;
    log_(LogLevel::kWarning, "event=tos-refused " + named(ports.interface) + " tos=" + std::to_string(wanted->octet()) +
                                 " reason=\"" + refused->reason + "\"" + *end);
  }
}

void MediaPorts::close(const call::LocalPorts& ports, TimePoint now) {
  if (find(ports.rtp) == nullptr) return;
  let_go(ports.rtp);
  let_go(ports.rtcp);
  pool_of_[ports.interface]->give_back(ports.rtp_advertised.port, now);
}

}  // namespace osrtp::app
