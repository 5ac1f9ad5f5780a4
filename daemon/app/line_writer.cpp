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

/// @return whether all of it has gone.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever started us may have made it so
      pollfd writable{descriptor, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
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

  const int descriptor;
  const Confession confess;
  std::uint64_t lost = 0;  // the thread's
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
    if (lost > 0 && write_all(descriptor, confess(lost))) lost = 0;
    if (!write_all(descriptor, line)) ++lost;
  }
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
