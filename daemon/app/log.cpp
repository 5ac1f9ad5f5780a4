#include "app/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/escape.hpp"

namespace osrtp::app {

namespace {

constexpr std::array<spdlog::level::level_enum, 4> kLevels{spdlog::level::err, spdlog::level::warn, spdlog::level::info,
                                                           spdlog::level::debug};
constexpr std::array<std::string_view, 4> kPriorities{"<3>", "<4>", "<6>", "<7>"};

}  // namespace

bool stderr_is_journal() {
  // The variable is inherited even where standard error has been sent elsewhere since.
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || fstat(STDERR_FILENO, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

LogSink stderr_log(LogLevel least) {
  const bool journal = stderr_is_journal();
  auto logger = std::make_shared<spdlog::logger>("osrtpd", std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger->set_level(kLevels[static_cast<std::size_t>(least)]);
  logger->set_pattern(journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  return [logger, journal](LogLevel level, std::string_view line) {
    const auto n = static_cast<std::size_t>(level);
    if (!logger->should_log(kLevels[n])) return;
    logger->log(kLevels[n], "{}{}", journal ? kPriorities[n] : std::string_view{}, escaped(line));
  };
}

void complain(std::string_view program, std::string_view sentence) {
  const std::string line = std::string(stderr_is_journal() ? kPriorities[0] : std::string_view{}) +
                           std::string(program) + ": " + escaped(sentence) + "\n";
  std::fputs(line.c_str(), stderr);
}

}  // namespace osrtp::app
