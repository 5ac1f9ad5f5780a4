#include "app/worker.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace osrtp::app {

struct Worker::Stream : TimerWheel::Timer {
  struct Routed {
    SocketId socket;
    relay::LegIndex leg;
    relay::Component component;
  };
  struct Board {
    relay::LegIndex leg;
    std::shared_ptr<LegBoard> board;
    std::uint64_t setups = 0;
  };
  transport::Stream media;
  std::vector<Routed> routed;
  std::vector<Board> boards;
  std::optional<TimePoint> deadline;
  bool touched = false;
};

Worker::Worker(std::unique_ptr<io::PacketLane> lane, std::chrono::nanoseconds tick, TimePoint start)
    : lane_(std::move(lane)), pace_(tick), wheel_(start) {
  outbox_.reserve(kRoom);
  touched_.reserve(kRoom);
}

Worker::~Worker() = default;

void Worker::post(Command command) {
  mailbox_.put(std::move(command));
  ring();
}

void Worker::ring() noexcept {
  if (asleep_.load(std::memory_order_seq_cst) && asleep_.exchange(false)) lane_->wake();
}

Worker::Next Worker::turn(TimePoint now) {
  asleep_.store(false, std::memory_order_relaxed);
  turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  std::size_t served = 0;
  mailbox_.take([&](Command&& command) {
    std::visit([this]<class One>(One&& one) { on(std::forward<One>(one)); }, std::move(command));
    ++served;
  });
  const io::Batch batch = lane_->receive();
  counters_.packets += batch.arrivals.size();
  is_sample_ = !batch.arrivals.empty() && --until_sample_ == 0;
  if (is_sample_) until_sample_ = kSampled;
  for (const io::Arrival& arrival : batch.arrivals) handle(arrival, now);
  wheel_.run(now, [&](TimerWheel::Timer& timer) {
    auto& stream = static_cast<Stream&>(timer);
    stream.deadline.reset();
    stream.media.handle_timeout(now);
    attend(stream);
  });
  publish();
  send();
  if (over_) return Over{};
  const auto rest = pace_.rest(served + batch.arrivals.size(), now);
  if (batch.more) return Again{};
  if (rest) return Rest{*rest};
  return fall_asleep();
}

void Worker::note_time(std::chrono::nanoseconds took) noexcept {
  times_.add(observe::kTurnBounds, took);
  published_times_.store(times_);
}

/// A command that comes before it is known that we sleep rings no bell.
Worker::Next Worker::fall_asleep() noexcept {
  asleep_.store(true, std::memory_order_seq_cst);
  if (!mailbox_.is_empty()) {
    asleep_.store(false, std::memory_order_relaxed);
    return Again{};
  }
  return Wait{wheel_.next()};
}

void Worker::handle(const io::Arrival& arrival, TimePoint now) noexcept {
  const auto* found = routes_.find(arrival.port);
  if (found == nullptr || !*found) {
    ++counters_.unrouted;
    return;
  }
  const Route& to = **found;
  const auto handled = to.stream->media.handle(to.leg, to.component, arrival.datagram, now);
  if (to.stream->media.take_moved()) touch(*to.stream);
  if (const auto* out = std::get_if<Forward>(&handled)) {
    outbox_.push_back(*out);
  } else if (std::holds_alternative<transport::Stream::Consumed>(handled)) {
    attend(*to.stream);
  }
}

// Those before keep their octets where they are when there is no room for another.
static_assert(std::is_nothrow_move_constructible_v<transport::Sending>);

void Worker::attend(Stream& stream) {
  touch(stream);
  for (transport::Sending& sending : stream.media.take_output()) {
    const transport::Sending& kept = our_own_.emplace_back(std::move(sending));
    outbox_.push_back(Forward{kept.socket, kept.to, kept.octets});
  }
  schedule(stream);
}

void Worker::schedule(Stream& stream) {
  const auto wanted = stream.media.next_timeout();
  if (wanted == stream.deadline) return;
  stream.deadline = wanted;
  if (wanted) {
    wheel_.arm(stream, *wanted);
  } else {
    TimerWheel::disarm(stream);
  }
}

void Worker::touch(Stream& stream) {
  if (std::exchange(stream.touched, true)) return;
  touched_.push_back(&stream);
}

void Worker::publish() noexcept {
  for (Stream* stream : touched_) {
    stream->touched = false;
    for (const Stream::Board& board : stream->boards) {
      board.board->state.store({stream->media.sources(board.leg), stream->media.progress(board.leg), board.setups});
    }
  }
  touched_.clear();
}

void Worker::send() noexcept {
  if (!outbox_.empty()) {
    counters_.unsent += outbox_.size() - lane_->send(outbox_);
    counters_.refusal = lane_->refusal();
  }
  outbox_.clear();
  our_own_.clear();
  published_.store(counters_);
}

Worker::Stream* Worker::find(StreamId id) noexcept {
  const auto found = streams_.find(id);
  return found != streams_.end() ? found->second.get() : nullptr;
}

void Worker::on(AddPort&& command) {
  routes_.put(command.id, std::nullopt);
  if (lane_->add(command.id, std::move(command.port))) ++counters_.unserved;
}

void Worker::on(RemovePort&& command) {
  routes_.erase(command.id);
  lane_->remove(command.id);
}

void Worker::on(OpenStream&& command) { streams_.try_emplace(command.stream, std::make_unique<Stream>()); }

void Worker::on(SetLeg&& command) {
  Stream* stream = find(command.stream);
  if (stream == nullptr) return;
  unroute(*stream, command.leg);
  route(*stream, command.leg, relay::Component::kRtcp, command.setup.relay.rtcp_socket);
  route(*stream, command.leg, relay::Component::kRtp, command.setup.relay.rtp_socket);
  auto board = std::find_if(stream->boards.begin(), stream->boards.end(),
                            [&](const Stream::Board& one) { return one.leg == command.leg; });
  if (board == stream->boards.end()) board = stream->boards.insert(board, {command.leg, {}});
  if (board->board != command.board) *board = {command.leg, std::move(command.board)};
  ++board->setups;
  command.setup.relay.counters = {board->board, &board->board->counters};
  stream->media.set_leg(command.leg, std::move(command.setup), command.now);
  attend(*stream);
}

void Worker::on(RemoveLeg&& command) {
  Stream* stream = find(command.stream);
  if (stream == nullptr) return;
  unroute(*stream, command.leg);
  std::erase_if(stream->boards, [&](const Stream::Board& one) { return one.leg == command.leg; });
  stream->media.remove_leg(command.leg);
  schedule(*stream);
}

void Worker::on(Connect&& command) {
  Stream* stream = find(command.stream);
  if (stream != nullptr) stream->media.connect(command.callee, command.choice, command.now);
}

void Worker::on(SetTap&& command) {
  if (Stream* stream = find(command.stream)) stream->media.set_tap(std::move(command.tap));
}

void Worker::on(CloseStream&& command) {
  Stream* stream = find(command.stream);
  if (stream == nullptr) return;
  while (!stream->routed.empty()) unroute(*stream, stream->routed.back().leg);
  std::erase(touched_, stream);
  streams_.erase(command.stream);
}

void Worker::on(Stop&& /*command*/) { over_ = true; }

void Worker::route(Stream& stream, relay::LegIndex leg, relay::Component component, SocketId socket) {
  auto* entry = routes_.find(socket);
  if (entry == nullptr) return;
  *entry = Route{&stream, leg, component};
  stream.routed.push_back({socket, leg, component});
}

void Worker::unroute(Stream& stream, relay::LegIndex leg) {
  const auto gone = std::stable_partition(stream.routed.begin(), stream.routed.end(),
                                          [&](const Stream::Routed& routed) { return routed.leg != leg; });
  const std::vector<Stream::Routed> given_up(gone, stream.routed.end());
  stream.routed.erase(gone, stream.routed.end());
  for (const Stream::Routed& routed : given_up) {
    auto* entry = routes_.find(routed.socket);
    // The port may be closed, or serve another leg by now.
    const bool ours = entry != nullptr && *entry && (*entry)->stream == &stream && (*entry)->leg == leg;
    if (!ours) continue;
    entry->reset();
    const auto fork = std::find_if(stream.routed.begin(), stream.routed.end(),
                                   [&](const Stream::Routed& other) { return other.socket == routed.socket; });
    if (fork != stream.routed.end()) *entry = Route{&stream, fork->leg, fork->component};
  }
}

}  // namespace osrtp::app
