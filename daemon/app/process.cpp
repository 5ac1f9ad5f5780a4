#include "app/process.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/words.hpp"
#include "io/clock.hpp"

namespace osrtp::app {

namespace {

/// Pages in RAM: the second number of statm.
std::optional<std::uint64_t> resident_memory() {
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  std::ifstream file("/proc/self/statm");
  if (!(file >> all >> resident)) return std::nullopt;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Linux 6.2 has counted them already; before, one has to.
std::optional<std::uint64_t> open_descriptors() {
  struct stat folder {};
  if (stat("/proc/self/fd", &folder) != 0) return std::nullopt;
  if (folder.st_size > 0) return static_cast<std::uint64_t>(folder.st_size);
  std::error_code failed;
  const std::filesystem::directory_iterator all("/proc/self/fd", failed);
  if (failed) return std::nullopt;
  return static_cast<std::uint64_t>(std::distance(begin(all), end(all)) - 1);  // but for the one that reads here
}

}  // namespace

void forbid_memory_dumps() {
  prctl(PR_SET_DUMPABLE, 0);
  // The first alone suffices; the second holds also where a helper of the kernel ignores it.
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

Result<Done, std::string> lock_memory() {
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  limit.rlim_cur = limit.rlim_max;
  // The right to exceed it, if we have that, goes with the other capabilities.
  if (limit.rlim_max != RLIM_INFINITY) return fail("the limit is " + std::to_string(limit.rlim_max) + " octets");
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
    return fail(words(errno));
  }
  return Done{};
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  // A sandbox may forbid it; then what was given has to do.
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

observe::Process process_use(WallTime start) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return {io::Clock::read(CLOCK_PROCESS_CPUTIME_ID), resident_memory(), open_descriptors(), limit.rlim_cur, start};
}

void notify_ready() { sd_notify(0, "READY=1"); }
void notify_stopping() { sd_notify(0, "STOPPING=1"); }
void notify_watchdog() { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(microseconds));
}

}  // namespace osrtp::app
