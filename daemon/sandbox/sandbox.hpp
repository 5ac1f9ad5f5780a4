#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

/// Takes from this process what a relay does not need, so that who takes it over gets little: no capabilities, no new
/// privileges, files to read and none to write, and only the system calls on a list. Each part stands without the
/// others.
namespace osrtp::sandbox {

/// What may still be opened.
struct Files {
  std::vector<std::string> readable;          // files and folders, with what is below
  std::vector<std::string> socket_folders;    // where UNIX sockets are made, and removed at the end
  std::vector<std::string> writable_folders;  // where files are made and written
};

/// Empties the capability sets of this thread and of all that it starts, the bounding set too where that is allowed,
/// and forbids new privileges: no set-user-ID program gives any back. Call before there are threads.
/// @return or which part the system refuses
[[nodiscard]] Result<Done, std::string> drop_capabilities();

/// Landlock (landlock(7)): from now on this thread and all that it starts open nothing but `files`. What is not there
/// is left out. Call before there are threads.
/// @return the version of the kernel's interface; or why there is no restriction. Builds with a sanitizer have none:
/// they write their reports into files.
[[nodiscard]] Result<int, std::string> restrict_files(const Files& files);

enum class FileUse : std::uint8_t { kRead, kReadAndWrite };

/// seccomp (seccomp(2)): from now on a system call that is not on the list kills the process, in all threads. Starting
/// threads and programs is not on it, nor opening a file for writing unless `files` says so.
/// @return or why there is no restriction. Builds with a sanitizer have none: their runtimes need more.
[[nodiscard]] Result<Done, std::string> restrict_calls(FileUse files);

}  // namespace osrtp::sandbox
