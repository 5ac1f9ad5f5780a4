#include "sandbox/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <thread>

#include "support/temporary_folder.hpp"

namespace osrtp::sandbox {
namespace {

constexpr int kFine = 0;
constexpr int kNotPossible = 77;
constexpr int kWrong = 1;

/// The wait status of `task`, which runs in a process of its own and returns its exit status.
int status_of(const std::function<int()>& task) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    _exit(task());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

int exits(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
bool is_killed_by_filter(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS; }

/// Of a task under restrict_calls().
int status_behind_filter(const std::function<int()>& task, FileUse files = FileUse::kRead) {
  return status_of([&] { return restrict_calls(files) ? task() : kNotPossible; });
}

/// Sanitizers, and kernels that have no such thing.
bool is_possible() {
  return exits(status_behind_filter([] { return kFine; })) == kFine;
}

TEST(SandboxCalls, WhatARelayDoesIsAllowed) {
  if (!is_possible()) GTEST_SKIP() << "no seccomp here";
  EXPECT_EQ(exits(status_behind_filter([] {
              const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
              const int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
              char octet = 0;
              const bool good = socket >= 0 && file >= 0 && read(file, &octet, 1) == 1 && prctl(PR_SET_NAME, "x") == 0;
              return good && close(socket) == 0 && close(file) == 0 ? kFine : kWrong;
            })),
            kFine);
}

struct Forbidden {
  const char* what;
  std::function<void()> call;
};

TEST(SandboxCalls, AnyOtherKills) {
  if (!is_possible()) GTEST_SKIP() << "no seccomp here";
  const std::vector<Forbidden> forbidden{
      {"fork", [] { static_cast<void>(fork()); }},
      {"execve", [] { execl("/bin/true", "true", nullptr); }},
      {"a thread", [] { std::thread([] {}).join(); }},
      {"ptrace", [] { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
      {"process_vm_readv", [] { syscall(SYS_process_vm_readv, getpid(), nullptr, 0, nullptr, 0, 0); }},
      {"kill", [] { kill(getppid(), 0); }},
      {"io_uring", [] { syscall(SYS_io_uring_setup, 1, nullptr); }},
      {"bpf", [] { syscall(SYS_bpf, 0, nullptr, 0); }},
      {"unshare", [] { syscall(SYS_unshare, 0); }},
      {"mount", [] { syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr); }},
      {"a packet socket", [] { static_cast<void>(socket(AF_PACKET, SOCK_RAW, 0)); }},
      {"a netlink socket", [] { static_cast<void>(socket(AF_NETLINK, SOCK_RAW, 0)); }},
      {"being dumpable again", [] { prctl(PR_SET_DUMPABLE, 1); }},
      {"a new limit",
       [] {
         const rlimit limit{1, 1};
         setrlimit(RLIMIT_NOFILE, &limit);
       }},
      {"another's limits", [] { syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, nullptr, nullptr); }},
      {"typing into a terminal", [] { syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x"); }},
      {"writing a file", [] { static_cast<void>(open("/tmp/x", O_WRONLY | O_CLOEXEC)); }},
      {"making a file", [] { static_cast<void>(open("/tmp/x", O_RDONLY | O_CREAT | O_CLOEXEC, 0600)); }},
      {"a mode", [] { chmod("/tmp/x", 0777); }},
      {"an owner", [] { syscall(SYS_fchownat, AT_FDCWD, "/tmp/x", 0, 0, 0); }},
      {"another user", [] { syscall(SYS_setuid, 0); }},
  };
  for (const Forbidden& one : forbidden) {
    EXPECT_TRUE(is_killed_by_filter(status_behind_filter([&] {
      one.call();
      return kFine;
    }))) << one.what;
  }
}

TEST(SandboxCalls, AThreadThatRunsIsBehindTheFilterToo) {
  if (!is_possible()) GTEST_SKIP() << "no seccomp here";
  EXPECT_TRUE(is_killed_by_filter(status_of([] {
    std::atomic<bool> closed = false;
    std::thread other([&] {
      while (!closed) std::this_thread::yield();
      static_cast<void>(fork());
    });
    closed = static_cast<bool>(restrict_calls(FileUse::kRead));
    other.join();
    return kFine;
  })));
}

TEST(SandboxFiles, OnlyWhatIsNamedOpens) {
  const test::TemporaryFolder folder;
  const std::string mine = folder / "readable";
  const std::string sockets = folder / "sockets";
  const std::string writable = folder / "writable";
  for (const std::string& path : {mine, sockets, writable}) mkdir(path.c_str(), 0700);
  close(open((mine + "/file").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const auto opens = [](const std::string& path, int flags) {
    const int file = open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (file >= 0) close(file);
    return file >= 0;
  };
  const auto binds = [](const std::string& path) {
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un name{AF_UNIX, {}};
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    return bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  };
  const int status = exits(status_of([&] {
    if (!restrict_files({{mine, "/nowhere"}, {sockets}, {writable}})) return kNotPossible;
    const bool allowed = opens(mine + "/file", O_RDONLY) && binds(sockets + "/s") &&
                         unlink((sockets + "/s").c_str()) == 0 &&
                         opens(writable + "/new", O_WRONLY | O_CREAT | O_TRUNC) && opens(writable + "/new", O_RDONLY);
    const bool forbidden = opens("/etc/passwd", O_RDONLY) || opens(mine + "/file", O_WRONLY) ||
                           opens(mine + "/new", O_RDONLY | O_CREAT) || opens(sockets + "/x", O_WRONLY | O_CREAT) ||
                           binds(mine + "/s") || unlink((mine + "/file").c_str()) == 0;
    return allowed && !forbidden ? kFine : kWrong;
  }));
  if (status == kNotPossible) GTEST_SKIP() << "no Landlock here";
  EXPECT_EQ(status, kFine);
}

TEST(SandboxCapabilities, AreGoneAndNothingGivesThemBack) {
  EXPECT_EQ(exits(status_of([] {
              if (!drop_capabilities()) return kWrong;
              const bool no_new = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
              const bool none =
                  chroot("/") != 0 && syscall(SYS_setuid, 12345) != 0;  // libc's would tell threads that a fork has not
              return no_new && none ? kFine : kWrong;
            })),
            kFine);
}

}  // namespace
}  // namespace osrtp::sandbox
