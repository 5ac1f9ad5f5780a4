#include "app/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/escape.hpp"
#include "base/log_json.hpp"
#include "base/redact.hpp"

namespace osrtp::app {

namespace {

constexpr std::array<std::string_view, 4> kPriorities{"<3>", "<4>", "<6>", "<7>"};

constexpr std::array<std::string_view, 4> kNames{"error", "warning", "info", "debug"};

/// What a line looks like. Not to be shared by threads.
class Form {
 public:
  explicit Form(LogFormat format) : format_(format) {}

  std::string line(LogLevel level, std::string_view text) {
    const auto n = static_cast<std::size_t>(level);
    const std::string said = escaped(redacted(text));
    const std::string priority = journal_ ? std::string(kPriorities[n]) : std::string();
    const std::string time = journal_ ? std::string() : now();
    if (format_ == LogFormat::kJson) return priority + json_line(time, kNames[n], said) + "\n";
    return journal_ ? priority + said + "\n" : time + " " + std::string(kNames[n]) + " " + said + "\n";
  }

 private:
  std::string now() {
    spdlog::memory_buf_t formatted;
    clock_.format(spdlog::details::log_msg({}, spdlog::level::info, {}), formatted);
    return {formatted.data(), formatted.size()};
  }

  LogFormat format_;
  bool journal_ = stderr_is_journal();
  spdlog::pattern_formatter clock_{"%Y-%m-%dT%H:%M:%S.%e%z", spdlog::pattern_time_type::local, ""};
};

}  // namespace

bool stderr_is_journal() {
  // The variable is inherited even where standard error has been sent elsewhere since.
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || fstat(STDERR_FILENO, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

LogSink stderr_log(LogFormat format, const LogLevel* least, LineWriter& writer) {
  return [least, &writer, form = std::make_shared<Form>(format)](LogLevel level, std::string_view line) {
    if (level <= *least) writer.push(form->line(level, line));
  };
}

LineWriter::Confession stderr_confession(LogFormat format) {
  return [form = std::make_shared<Form>(format)](std::uint64_t lost) {
    return form->line(LogLevel::kWarning, "event=log-lost lines=" + std::to_string(lost));
  };
}

void complain(std::string_view program, std::string_view sentence) {
  const std::string line = std::string(stderr_is_journal() ? kPriorities[0] : std::string_view{}) +
                           std::string(program) + ": " + escaped(redacted(sentence)) + "\n";
  std::fputs(line.c_str(), stderr);
}

}  // namespace osrtp::app
