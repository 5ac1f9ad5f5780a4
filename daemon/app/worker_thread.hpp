#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "app/worker.hpp"
#include "base/result.hpp"
#include "io/socket_error.hpp"

namespace osrtp::app {

/// A worker on a thread of its own, which begins at once. Takes no signals.
class WorkerThread {
 public:
  /// How long the end of the process waits for a worker.
  static constexpr std::chrono::milliseconds kPatience{2'000};

  /// @param number for the thread's name: "osrtpd-media-0"
  /// @return or why the system gives no thread.
  [[nodiscard]] static Result<std::unique_ptr<WorkerThread>, io::SocketError> start(std::unique_ptr<Worker> worker,
                                                                                    unsigned number);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  /// Lets it finish what has been posted. One that hangs for kPatience is left behind with all it has.
  ~WorkerThread();

  /// What it has used of CPU time since it began.
  [[nodiscard]] std::chrono::nanoseconds cpu();
  [[nodiscard]] Worker& worker() noexcept;
  [[nodiscard]] const Worker& worker() const noexcept;

 private:
  struct Shared;
  explicit WorkerThread(std::unique_ptr<Worker> worker);

  std::shared_ptr<Shared> shared_;  // with the thread
  std::thread thread_;
};

}  // namespace osrtp::app
