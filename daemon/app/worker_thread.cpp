#include "app/worker_thread.hpp"

#include <pthread.h>
#include <sys/prctl.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "io/clock.hpp"

namespace osrtp::app {

struct WorkerThread::Shared {
  explicit Shared(std::unique_ptr<Worker> one) noexcept : worker(std::move(one)) {}
  void serve(unsigned number);
  /// @return whether it is, in time.
  [[nodiscard]] bool is_over();

  const std::unique_ptr<Worker> worker;
  std::mutex mutex;  // guards the rest
  std::condition_variable changed;
  bool over = false;
};

void WorkerThread::Shared::serve(unsigned number) {
  const std::string prefix = number < 100 ? "osrtpd-media-" : "osrtpd-m-";  // the kernel keeps 15 characters
  pthread_setname_np(pthread_self(), (prefix + std::to_string(number)).c_str());
  // A tick is not to be 50 us late, which the kernel allows itself otherwise.
  prctl(PR_SET_TIMERSLACK, 1UL);
  while (true) {
    const TimePoint began = io::Clock::now();
    const auto next = worker->turn(began);
    if (worker->is_sample()) worker->note_time(io::Clock::now() - began);
    if (std::holds_alternative<Worker::Over>(next)) break;
    if (const auto* rest = std::get_if<Worker::Rest>(&next)) io::Clock::sleep_until(rest->until);
    if (const auto* wait = std::get_if<Worker::Wait>(&next)) worker->lane().wait(wait->until);
  }
  const std::lock_guard lock(mutex);
  over = true;
  changed.notify_all();
}

bool WorkerThread::Shared::is_over() {
  std::unique_lock lock(mutex);
  return changed.wait_for(lock, kPatience, [this] { return over; });
}

WorkerThread::WorkerThread(std::unique_ptr<Worker> worker) : shared_(std::make_shared<Shared>(std::move(worker))) {}

Result<std::unique_ptr<WorkerThread>, io::SocketError> WorkerThread::start(std::unique_ptr<Worker> worker,
                                                                           unsigned number) {
  std::unique_ptr<WorkerThread> started(new WorkerThread(std::move(worker)));
  // Signals are the control thread's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::optional<io::SocketError> refused;
  try {
    started->thread_ = std::thread([shared = started->shared_, number] { shared->serve(number); });
  } catch (const std::system_error& error) {
    refused = io::SocketError::from_errno(error.code().value());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (refused) return fail(*std::move(refused));
  return started;
}

std::chrono::nanoseconds WorkerThread::cpu() {
  clockid_t clock{};
  if (pthread_getcpuclockid(thread_.native_handle(), &clock) != 0) return {};
  return io::Clock::read(clock);
}

WorkerThread::~WorkerThread() {
  if (!thread_.joinable()) return;
  shared_->worker->post(Stop{});
  if (shared_->is_over()) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

Worker& WorkerThread::worker() noexcept { return *shared_->worker; }
const Worker& WorkerThread::worker() const noexcept { return *shared_->worker; }

}  // namespace osrtp::app
