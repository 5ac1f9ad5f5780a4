#include "app/line_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string_view>
#include <utility>

#include "app/line_queue.hpp"

namespace osrtp::app {

namespace {

/// @return how much of it has gone: all, or a disk is full, a reader gone.
std::size_t write_out(int descriptor, std::string_view text) {
  std::size_t gone = 0;
  while (gone < text.size()) {
    const ssize_t written = write(descriptor, text.data() + gone, text.size() - gone);
    if (written >= 0) {
      gone += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {  // whoever started us may have made it so
      pollfd writable{descriptor, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return gone;
}

/// Signals are the loop's: a thread that starts in here gets none.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

struct LineWriter::Shared {
  Shared(int to, Confession how) : descriptor(to), confess(std::move(how)) {}
  void run();
  void write(const LineQueue::Batch& batch);
  [[nodiscard]] bool put(std::string_view line);

  const int descriptor;
  const Confession confess;
  std::uint64_t lost = 0;  // the thread's, as the next
  bool torn = false;       // the last line has no end: there was no room for all of it
  std::mutex mutex;        // guards the rest
  std::condition_variable changed;
  LineQueue queue{kMaxWaiting};
  bool ending = false;
  bool ended = false;
};

void LineWriter::Shared::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return ending || !queue.is_empty(); });
    if (queue.is_empty()) break;
    const LineQueue::Batch batch = queue.take();
    lock.unlock();
    write(batch);
    lock.lock();
  }
  ended = true;
  changed.notify_all();
}

void LineWriter::Shared::write(const LineQueue::Batch& batch) {
  lost += batch.lost;
  for (const std::string& line : batch.lines) {
    if (lost > 0 && put(confess(lost))) lost = 0;
    if (!put(line)) ++lost;
  }
}

/// @return whether all of it has gone, in a line of its own.
bool LineWriter::Shared::put(std::string_view line) {
  if (torn && write_out(descriptor, "\n") == 0) return false;
  const std::size_t gone = write_out(descriptor, line);
  torn = gone != 0 && gone < line.size();
  return gone == line.size();
}

LineWriter::LineWriter(int descriptor, Confession confess)
    : shared_(std::make_shared<Shared>(descriptor, std::move(confess))) {
  const SignalsBlocked here;
  thread_ = std::thread([shared = shared_] { shared->run(); });
}

LineWriter::~LineWriter() {
  std::unique_lock lock(shared_->mutex);
  shared_->ending = true;
  shared_->changed.notify_all();
  const bool ended = shared_->changed.wait_for(lock, kPatience, [this] { return shared_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void LineWriter::push(std::string line) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push(std::move(line));
  }
  shared_->changed.notify_all();
}

}  // namespace osrtp::app
