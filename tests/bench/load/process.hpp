#pragma once

#include <sys/types.h>

#include <cstdint>

namespace osrtp::bench {

/// What all threads of a process have had so far, ns (schedstat of each, summed up).
struct Usage {
  std::uint64_t cpu_ns = 0;
  std::uint64_t waited_ns = 0;  // ready to run, while another process had the core

  [[nodiscard]] Usage since(const Usage& before) const noexcept {
    return {cpu_ns - before.cpu_ns, waited_ns - before.waited_ns};
  }
};

/// Octets of user space memory, the kernel's for sockets not among them (smaps_rollup).
struct Memory {
  std::uint64_t rss_kb = 0;
  std::uint64_t pss_kb = 0;
};

/// @param process 0: none, and everything is zero
[[nodiscard]] Usage usage_of(pid_t process);
[[nodiscard]] Memory memory_of(pid_t process);

/// Binds this process to one core.
void pin_to(int core);
/// As many descriptors as the kernel gives.
void raise_limits();

[[nodiscard]] std::uint64_t now_ns() noexcept;

}  // namespace osrtp::bench
