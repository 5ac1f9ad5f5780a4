#include <fcntl.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/words.hpp"

#include "sandbox/sandbox.hpp"

namespace osrtp::sandbox {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// By what they are for; tests/interop/unit compares them with the service's list. An architecture that does not have a
// call does not need it.
constexpr auto kCalls = std::to_array<std::string_view>({
    // memory and threads that run
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "brk",
    "mlock",
    "mlock2",
    "munlock",
    "futex",
    "futex_waitv",
    "membarrier",
    "rseq",
    "set_robust_list",
    "sched_yield",
    "sched_getaffinity",
    "exit",
    "exit_group",
    "restart_syscall",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "sigaltstack",
    "tgkill",
    "getpid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrandom",
    "getrusage",
    "sysinfo",
    "uname",
    // time
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    // waiting
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "poll",
    "ppoll",
    "eventfd2",
    "pipe2",
    // packets and requests
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "getsockname",
    "getpeername",
    "setsockopt",
    "getsockopt",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "shutdown",
    // files that are open, and looking at those that are not
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "lseek",
    "close",
    "fstat",
    "newfstatat",
    "stat",
    "lstat",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents64",
    "getcwd",
    "fcntl",
    "dup",
    "unlink",
    "unlinkat",
    "ftruncate",
    "fsync",
});

using Filter = std::unique_ptr<void, decltype([](void* filter) { seccomp_release(filter); })>;

bool allow(void* filter, std::string_view name, std::initializer_list<scmp_arg_cmp> where = {}) {
  const int number = seccomp_syscall_resolve_name(std::string(name).c_str());
  if (number == __NR_SCMP_ERROR) return true;
  const int status =
      seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, static_cast<unsigned>(where.size()), where.begin());
  return status == 0 || status == -EDOM;  // the latter: this architecture has no such call
}

/// Those of which only some uses are harmless.
bool allow_some(void* filter, FileUse files) {
  bool good = true;
  for (const int family : {AF_UNIX, AF_INET, AF_INET6}) {
    good = good && allow(filter, "socket", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))});
  }
  for (const scmp_datum_t request : {TCGETS, FIONREAD, FIONBIO, SIOCOUTQ}) {
    good = good && allow(filter, "ioctl", {SCMP_A1(SCMP_CMP_EQ, request)});
  }
  // Threads that have just been started give themselves a name and a timer slack.
  for (const scmp_datum_t option : {PR_SET_NAME, PR_SET_TIMERSLACK}) {
    good = good && allow(filter, "prctl", {SCMP_A0(SCMP_CMP_EQ, option)});
  }
  // Limits may be read, one's own, and not set.
  good = good && allow(filter, "prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)});
  good = good && allow(filter, "getrlimit");
  if (files == FileUse::kReadAndWrite) return good && allow(filter, "openat") && allow(filter, "open");
  constexpr scmp_datum_t changes = O_ACCMODE | O_CREAT | O_TRUNC;
  return good && allow(filter, "openat", {SCMP_A2(SCMP_CMP_MASKED_EQ, changes, O_RDONLY)}) &&
         allow(filter, "open", {SCMP_A1(SCMP_CMP_MASKED_EQ, changes, O_RDONLY)});
}

}  // namespace

Result<Done, std::string> restrict_calls(FileUse files) {
  if (kSanitized) return fail(std::string("this build has a sanitizer"));
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) return fail(std::string("seccomp: no memory"));
  bool good = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
              seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
  for (const std::string_view name : kCalls) good = good && allow(filter.get(), name);
  if (!good || !allow_some(filter.get(), files)) return fail(std::string("seccomp: the filter cannot be made"));
  if (const int status = seccomp_load(filter.get()); status != 0) {
    return fail("seccomp: " + words(-status));
  }
  return Done{};
}

}  // namespace osrtp::sandbox
