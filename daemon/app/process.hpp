#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "observe/snapshot.hpp"

/// What this process asks of the system and of the service manager.
namespace osrtp::app {

/// No core file, and no other process of this user may read our memory: keys are in it.
/// Call before there are any.
void forbid_memory_dumps();

/// No page of ours, present or future, goes to swap: keys are on them. Only where the limit on locked memory is none:
/// under another one a growing daemon would be refused memory instead. What is not touched costs nothing
/// (MCL_ONFAULT), the stacks of threads included. Call before there are threads, and while system calls are free.
/// @return or why not, for the operator.
[[nodiscard]] Result<Done, std::string> lock_memory();

/// Raises the limit on open descriptors as far as is allowed. @return what it is now.
[[nodiscard]] std::size_t raise_descriptor_limit();

/// What it has of CPU time, memory and descriptors now (proc(5)).
/// @param start for the answer
[[nodiscard]] observe::Process process_use(WallTime start);

/// Tells the service manager, if there is one (sd_notify(3)).
void notify_ready();
void notify_stopping();
void notify_watchdog();
/// How often the manager wants to hear from us at the latest; nothing: it does not.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval();

}  // namespace osrtp::app
