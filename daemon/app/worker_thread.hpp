#pragma once

#include <memory>
#include <thread>

#include "app/worker.hpp"
#include "base/result.hpp"
#include "io/socket_error.hpp"

namespace osrtp::app {

/// A worker on a thread of its own, which begins at once. Takes no signals.
class WorkerThread {
 public:
  /// @param number for the thread's name: "osrtpd-media-0"
  /// @return or why the system gives no thread.
  [[nodiscard]] static Result<std::unique_ptr<WorkerThread>, io::SocketError> start(std::unique_ptr<Worker> worker,
                                                                                    unsigned number);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  /// Lets it finish what has been posted.
  ~WorkerThread();

  [[nodiscard]] Worker& worker() noexcept { return *worker_; }
  [[nodiscard]] const Worker& worker() const noexcept { return *worker_; }

 private:
  explicit WorkerThread(std::unique_ptr<Worker> worker) noexcept;

  std::unique_ptr<Worker> worker_;
  std::thread thread_;
};

}  // namespace osrtp::app
