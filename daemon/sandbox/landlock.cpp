#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/words.hpp"

#include "sandbox/sandbox.hpp"

namespace osrtp::sandbox {

namespace {

// What the kernel's headers of Debian 12 do not know yet (landlock(7)).
constexpr std::uint64_t kTruncate = 1U << 14U;     // version 3
constexpr std::uint64_t kIoctlDevice = 1U << 15U;  // version 5
constexpr std::uint64_t kScopeSignals = 1U << 1U;  // version 6
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // version 4; TCP alone, and a relay's control and metrics may use it
  std::uint64_t scopes = 0;   // version 6
};

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kSockets = LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE;
constexpr std::uint64_t kWrite =
    kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;

/// Everything that a version can forbid.
std::uint64_t handled(int version) {
  std::uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
  if (version >= 2) all |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) all |= kTruncate;
  if (version >= 5) all |= kIoctlDevice;
  return all;
}

/// Closes itself.
class Rules {
 public:
  explicit Rules(int version) : handled_(handled(version)) {
    const Ruleset wanted{handled_, 0, version >= 6 ? kScopeSignals : 0};
    const std::size_t size = version >= 6 ? sizeof wanted : sizeof wanted.files;
    number_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &wanted, size, 0));
  }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;
  ~Rules() {
    if (number_ >= 0) close(number_);
  }

  /// What is not there cannot be opened either.
  void allow(const std::string& path, std::uint64_t access) const {
    const int place = open(path.c_str(), O_PATH | O_CLOEXEC);
    if (place < 0) return;
    struct stat found {};
    constexpr std::uint64_t of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
    const bool folder = fstat(place, &found) == 0 && S_ISDIR(found.st_mode);
    const landlock_path_beneath_attr rule{(folder ? access : access & of_files) & handled_, place};
    syscall(SYS_landlock_add_rule, number_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(place);
  }
  [[nodiscard]] bool enforce() const { return syscall(SYS_landlock_restrict_self, number_, 0) == 0; }

 private:
  std::uint64_t handled_;
  int number_;
};

}  // namespace

Result<int, std::string> restrict_files(const Files& files) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // Its reports are files.
  return fail(std::string("this build has a sanitizer"));
#endif
  const auto version =
      static_cast<int>(syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
  if (version < 1) return fail(std::string("the kernel has no Landlock"));
  const Rules rules(version);
  for (const std::string& path : files.readable) rules.allow(path, kRead);
  for (const std::string& path : files.socket_folders) rules.allow(path, kSockets | LANDLOCK_ACCESS_FS_READ_DIR);
  for (const std::string& path : files.writable_folders) rules.allow(path, kWrite | kTruncate);
  if (!rules.enforce()) return fail("Landlock: " + words(errno));
  return version;
}

}  // namespace osrtp::sandbox
