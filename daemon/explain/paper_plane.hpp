#pragma once

#include <map>
#include <vector>

#include "call/media_plane.hpp"
#include "transport/stream.hpp"

namespace osrtp::explain {

/// Opens no ports and relays nothing; what is set up is remembered, so that it can be asked for.
class PaperPlane : public call::MediaPlane {
 public:
  PaperPlane() {
    for (const char* text : {"192.0.2.1", "2001:db8::1"}) {  // for documentation: RFC 5737, RFC 3849
      const auto address = *IpAddress::parse(text);
      interfaces_.push_back({text, address, address});
    }
  }

  [[nodiscard]] const std::vector<call::Interface>& interfaces() const override { return interfaces_; }
  [[nodiscard]] Result<call::LocalPorts, call::PortError> open_ports(std::size_t interface) override {
    const auto low = Port::from(next_);
    const auto high = Port::from(next_ + 1);
    if (!low || !high) return fail(call::PortError::kExhausted);
    const IpAddress address = interfaces_.at(interface).advertised;
    const call::LocalPorts ports{interface, SocketId(next_), SocketId(next_ + 1), {address, *low}, {address, *high}};
    next_ += 2;
    return ports;
  }
  void mark(const call::LocalPorts& /*ports*/, std::optional<TrafficClass> /*traffic*/) override {}
  void close_ports(const call::LocalPorts& /*ports*/) override {}

  void open_stream(StreamId stream, std::optional<StreamId> /*beside*/) override { streams_[stream]; }
  void set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) override {
    streams_.at(stream).set_leg(leg, std::move(setup), now);
  }
  void remove_leg(StreamId stream, relay::LegIndex leg) override { streams_.at(stream).remove_leg(leg); }
  void connect(StreamId stream, relay::LegIndex callee, relay::Choice choice, TimePoint now) override {
    streams_.at(stream).connect(callee, choice, now);
  }
  [[nodiscard]] relay::LegCounters counters(StreamId stream, relay::LegIndex leg) const override {
    return streams_.at(stream).counters(leg);
  }
  [[nodiscard]] transport::Progress progress(StreamId stream, relay::LegIndex leg) const override {
    return streams_.at(stream).progress(leg);
  }
  void tap(StreamId stream, std::shared_ptr<relay::Tap> tap) override {
    if (const auto found = streams_.find(stream); found != streams_.end()) found->second.set_tap(std::move(tap));
  }
  void close_stream(StreamId stream) override { streams_.erase(stream); }
  [[nodiscard]] call::MediaHealth health() const override { return {}; }

 protected:
  std::vector<call::Interface> interfaces_;
  std::map<StreamId, transport::Stream> streams_;

 private:
  std::uint32_t next_ = 30'000;
};

}  // namespace osrtp::explain
