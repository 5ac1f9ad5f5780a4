#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "app/leg_board.hpp"
#include "app/mailbox.hpp"
#include "app/pace.hpp"
#include "base/slots.hpp"
#include "base/timer_wheel.hpp"
#include "io/packet_network.hpp"
#include "observe/snapshot.hpp"
#include "transport/stream.hpp"

namespace osrtp::app {

/// What the control thread asks of a worker; see call::MediaPlane.
struct AddPort {
  SocketId id;
  std::shared_ptr<io::PacketPort> port;
};
struct RemovePort {
  SocketId id;
};
struct OpenStream {
  StreamId stream;
};
struct SetLeg {
  StreamId stream;
  relay::LegIndex leg;
  transport::LegSetup setup;
  TimePoint now;
  std::shared_ptr<LegBoard> board;  // from now on the leg's
};
struct RemoveLeg {
  StreamId stream;
  relay::LegIndex leg;
};
struct Connect {
  StreamId stream;
  relay::LegIndex callee;
  relay::Choice choice;
  TimePoint now;
};
struct SetTap {
  StreamId stream;
  std::shared_ptr<relay::Tap> tap;
};
struct CloseStream {
  StreamId stream;
};
struct Stop {};
using Command = std::variant<AddPort, RemovePort, OpenStream, SetLeg, RemoveLeg, Connect, SetTap, CloseStream, Stop>;

struct StreamHash {
  std::size_t operator()(StreamId id) const noexcept { return std::hash<std::uint64_t>{}(id.get()); }
};

/// The media of some calls: their ports, keys, handshakes and timers, which nobody else touches. Not a thread and no
/// clock of its own: a turn is a batch of packets in, and what comes of them out.
class Worker {
 public:
  Worker(std::unique_ptr<io::PacketLane> lane, std::chrono::nanoseconds tick, TimePoint start);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  /// Any thread; neither waits for the worker nor lets it wait.
  void post(Command command);
  /// Has it take a turn though nothing has come, if it sleeps. Any thread.
  void ring() noexcept;
  /// How many turns it has begun. Any thread. One that was rung and does not begin another is stuck.
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_.load(std::memory_order_relaxed); }
  [[nodiscard]] WorkerCounters counters() const noexcept { return published_.load(); }
  [[nodiscard]] observe::TurnCounts turn_times() const noexcept { return published_times_.load(); }

  /// What to do before the next turn.
  struct Again {};  // nothing: more is there already
  struct Wait {     // for a packet, a command or this time
    std::optional<TimePoint> until;
  };
  struct Rest {  // until then, whatever arrives
    TimePoint until;
  };
  struct Over {};
  using Next = std::variant<Again, Wait, Rest, Over>;
  /// The worker's own thread only. Nothing is allocated, locked or logged for a packet.
  [[nodiscard]] Next turn(TimePoint now);

  /// Whether the last turn is one of those of which it is to be noted how long they took: one in kSampled of those with
  /// packets, so that the clock is not read twice for each.
  [[nodiscard]] bool is_sample() const noexcept { return is_sample_; }
  void note_time(std::chrono::nanoseconds took) noexcept;
  static constexpr std::uint32_t kSampled = 64;

  [[nodiscard]] io::PacketLane& lane() noexcept { return *lane_; }

 private:
  struct Stream;
  struct Route {
    Stream* stream;
    relay::LegIndex leg;
    relay::Component component;
  };

  void on(AddPort&& command);
  void on(RemovePort&& command);
  void on(OpenStream&& command);
  void on(SetLeg&& command);
  void on(RemoveLeg&& command);
  void on(Connect&& command);
  void on(SetTap&& command);
  void on(CloseStream&& command);
  void on(Stop&& command);

  [[nodiscard]] Stream* find(StreamId id) noexcept;
  void route(Stream& stream, relay::LegIndex leg, relay::Component component, SocketId socket);
  void unroute(Stream& stream, relay::LegIndex leg);
  void handle(const io::Arrival& arrival, TimePoint now) noexcept;
  /// Takes up what the stream wants sent, and when it wants to be woken.
  void attend(Stream& stream);
  void schedule(Stream& stream);
  void touch(Stream& stream);
  void publish() noexcept;
  [[nodiscard]] Next fall_asleep() noexcept;
  void send() noexcept;

  /// More than a lane hands over at once: a full batch allocates nothing either, be it the first.
  static constexpr std::size_t kRoom = 256;

  std::unique_ptr<io::PacketLane> lane_;
  Pace pace_;
  TimerWheel wheel_;
  Mailbox<Command> mailbox_;
  std::atomic<bool> asleep_{false};  // has to be woken for a command
  std::atomic<std::uint64_t> turns_{0};
  SlotTable<std::optional<Route>> routes_;  // by port; nothing: no call expects anything there
  std::unordered_map<StreamId, std::unique_ptr<Stream>, StreamHash> streams_;
  std::vector<Stream*> touched_;             // of which something is to be published
  std::vector<Forward> outbox_;              // of this turn
  std::vector<transport::Sending> our_own_;  // what some of these borrow
  WorkerCounters counters_;
  Published<WorkerCounters> published_;
  std::uint32_t until_sample_ = kSampled;  // turns with packets
  bool is_sample_ = false;
  observe::TurnCounts times_;
  Published<observe::TurnCounts> published_times_;
  bool over_ = false;
};

}  // namespace osrtp::app
