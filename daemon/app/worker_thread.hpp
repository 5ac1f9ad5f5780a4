#pragma once

#include <memory>
#include <thread>

#include "app/worker.hpp"

namespace osrtp::app {

/// A worker on a thread of its own, which begins at once. Takes no signals.
class WorkerThread {
 public:
  /// @param number for the thread's name: "osrtpd-media-0"
  WorkerThread(std::unique_ptr<Worker> worker, unsigned number);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  /// Lets it finish what has been posted.
  ~WorkerThread();

  [[nodiscard]] Worker& worker() noexcept { return *worker_; }
  [[nodiscard]] const Worker& worker() const noexcept { return *worker_; }

 private:
  std::unique_ptr<Worker> worker_;
  std::thread thread_;
};

}  // namespace osrtp::app
