#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/media_ports.hpp"
#include "app/worker_thread.hpp"
#include "app/worker_watch.hpp"
#include "call/media_plane.hpp"
#include "observe/snapshot.hpp"

namespace osrtp::app {

/// The media side spread over workers. What a call asks is posted to the worker that has its media, and what is known
/// of a leg is read from where that worker publishes it: nobody waits for anybody. Of the control thread.
class WorkerMediaPlane final : public call::MediaPlane {
 public:
  /// Starts the threads: fork() no more. `network` is borrowed.
  /// @param interfaces complete
  /// @param workers 1 or more
  /// @param tick see Pace
  /// @return or why the system gives no more of what workers need.
  [[nodiscard]] static Result<std::unique_ptr<WorkerMediaPlane>, io::SocketError> create(
      io::PacketNetwork& network, std::vector<call::Interface> interfaces, unsigned workers,
      std::chrono::nanoseconds tick, LogSink log);

  [[nodiscard]] const std::vector<call::Interface>& interfaces() const override { return ports_.interfaces(); }
  [[nodiscard]] Result<call::LocalPorts, call::PortError> open_ports(std::size_t interface) override;
  void mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic) override;
  void close_ports(const call::LocalPorts& ports) override;
  void open_stream(StreamId stream, std::optional<StreamId> beside) override;
  void set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) override;
  void remove_leg(StreamId stream, relay::LegIndex leg) override;
  void connect(StreamId stream, relay::LegIndex callee, relay::Choice choice, TimePoint now) override;
  [[nodiscard]] relay::LegCounters counters(StreamId stream, relay::LegIndex leg) const override;
  [[nodiscard]] transport::Progress progress(StreamId stream, relay::LegIndex leg) const override;
  void tap(StreamId stream, std::shared_ptr<relay::Tap> tap) override;
  void close_stream(StreamId stream) override;
  [[nodiscard]] call::MediaHealth health() const override;

  /// Looks after the workers; to be called every WorkerWatch::kInterval. Logs who has stalled or is back, once each,
  /// and what the system did not take of what was sent.
  void watch();
  /// A worker has been stalled for so long that only the end of the process helps.
  [[nodiscard]] bool has_lost_a_worker() const { return watch_.has_lost_one(); }
  /// Of all workers together.
  [[nodiscard]] WorkerCounters totals() const noexcept;
  [[nodiscard]] std::vector<observe::WorkerLoad> loads() const;
  [[nodiscard]] observe::TurnCounts turn_times() const;
  [[nodiscard]] const MediaPorts& ports() const noexcept { return ports_; }

 private:
  struct Leg {
    relay::LegIndex index;
    std::shared_ptr<LegBoard> board;
    std::uint64_t setups = 0;        // that have been posted
    transport::Progress expected{};  // what the last of them makes of the leg
  };
  struct Stream {
    std::size_t worker;
    std::vector<Leg> legs;
  };
  struct Employed {
    std::unique_ptr<WorkerThread> thread;
    std::size_t streams = 0;
    std::uint64_t unsent = 0;  // that has been told of
  };
  /// How long no call is given ports after one was given a port that no worker could serve.
  static constexpr std::chrono::seconds kDeaf{5};
  WorkerMediaPlane(io::PacketNetwork& network, std::vector<call::Interface> interfaces, unsigned workers, LogSink log);
  [[nodiscard]] bool is_deaf(TimePoint now);
  [[nodiscard]] std::size_t least_busy() const;
  void tell(std::size_t worker, const WorkerWatch::News& news);
  void tell_unsent();
  [[nodiscard]] const Leg* find(StreamId stream, relay::LegIndex leg) const;
  [[nodiscard]] Leg& leg_of(Stream& stream, relay::LegIndex leg);
  void post(const Stream& stream, Command command);
  void serve(const Stream& stream, SocketId port);
  void dismiss(SocketId port);

  LogSink log_;
  MediaPorts ports_;
  std::uint64_t unserved_ = 0;  // of totals(), the last time
  TimePoint deaf_until_{};
  std::unordered_map<StreamId, Stream, StreamHash> streams_;
  WorkerWatch watch_;
  std::vector<Employed> workers_;
};

}  // namespace osrtp::app
