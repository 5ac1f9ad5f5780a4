#include "bench/load/process.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench/load/die.hpp"

namespace osrtp::bench {

Usage usage_of(pid_t process) {
  Usage all;
  if (process == 0) return all;
  std::error_code failed;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", failed)) {
    std::ifstream file(task.path() / "schedstat");
    Usage one;
    if (!(file >> one.cpu_ns >> one.waited_ns)) continue;  // a thread that has just ended
    all.cpu_ns += one.cpu_ns;
    all.waited_ns += one.waited_ns;
  }
  if (failed) die("the relay's process is gone");
  return all;
}

Memory memory_of(pid_t process) {
  Memory memory;
  if (process == 0) return memory;
  std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("Rss:")) memory.rss_kb = std::stoull(line.substr(4));
    if (line.starts_with("Pss:")) memory.pss_kb = std::stoull(line.substr(4));
  }
  if (memory.rss_kb == 0) die("cannot read the relay's smaps_rollup");
  return memory;
}

void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) die("--cpu", errno);
}

void raise_limits() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace osrtp::bench
