#include "module/process.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/redact.hpp"
#include "module/counters.hpp"
#include "module/peers.hpp"

namespace osrtp::module {

namespace {

constexpr std::array<std::string_view, 10> kActionNames{
    "none", "none", "offer", "answer", "late-offer", "late-answer", "confirm", "delete", "delete-branch", "query"};

std::string line_about(const Command& command, std::string_view what) {
  std::string line = "call-id=" + command.call_id + " command=";
  line += kActionNames[static_cast<std::size_t>(command.action)];
  if (command.branch >= 0) line += " branch=" + std::to_string(command.branch);
  line += ' ';
  line += what;
  return line;
}

std::optional<TimePoint> earlier(std::optional<TimePoint> one, std::optional<TimePoint> other) {
  return one && other ? std::min(*one, *other) : one ? one : other;
}

}  // namespace

std::uint64_t salt() {
  std::uint64_t octets = 0;
  if (::getrandom(&octets, sizeof octets, 0) != sizeof octets)
    octets = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return octets;
}

Module& state() {
  static auto* const only = new Module{};
  return *only;
}

Shared& shared() {
  if (state().shared == nullptr) state().shared = new Shared{};
  return *state().shared;
}

Process& process() {
  Module& self = state();
  const pid_t pid = ::getpid();
  if (!self.process || self.process->pid != pid)
    self.process.reset(
        new Process{pid, Links(shared().nodes, tls_credentials), {static_cast<std::uint32_t>(pid), salt()}});
  return *self.process;
}

Result<protocol::TlsCredentials::Shared, std::string> tls_credentials() {
  auto& made = process().tls;
  if (made) return made;
  const TlsTexts& texts = state().settings.tls;
  auto fresh =
      protocol::TlsCredentials::make(protocol::TlsEnd::kClient, {texts.certificate, texts.key, texts.authorities});
  if (fresh) made = *fresh;
  return fresh;
}

int refuse(osrtp_error* error, std::string_view why) {
  const std::size_t size = std::min(why.size(), sizeof error->text - 1);
  std::copy_n(why.data(), size, static_cast<char*>(error->text));
  error->text[size] = '\0';
  return -1;
}

void log(osrtp_log_level level, const std::string& line) {
  if (state().log == nullptr) return;
  const std::string safe = redacted(line);
  state().log(level, safe.data(), safe.size());
}

void count(std::size_t counter) {
  if (state().count != nullptr) state().count(static_cast<unsigned int>(counter));
}

void report(const Command& command, const Outcome& outcome) {
  for (const std::size_t number : counted(command.action, outcome)) count(number);
  learn(command, outcome);
  for (const std::string& warning : outcome.warnings) log(OSRTP_LOG_WARNING, line_about(command, "warning=" + warning));
  if (outcome.code == OSRTP_DONE) return;
  log(outcome.code == OSRTP_REFUSED ? OSRTP_LOG_WARNING : OSRTP_LOG_ERROR,
      line_about(command, "error=" + outcome.error + " reason=" + outcome.reason));
}

Outcome ask(const Command& command) {
  using std::chrono::steady_clock;
  withdraw(steady_clock::now());
  Client client(nodes());
  Parcel parcel;
  parcel.call_id = command.call_id;
  parcel.commands.push_back(command);
  client.accept(std::move(parcel), steady_clock::now());
  // Where a script that goes on asks, the others of its client process are neither late nor silent meanwhile.
  Client* const serving = process().serving;
  for (;;) {
    receive(client);
    const auto next = client.run(steady_clock::now());
    if (auto finished = client.finished()) return std::move(finished->outcomes.front());
    const auto others = serving == nullptr ? std::nullopt : serving->run(steady_clock::now());
    process().links.wait(earlier(next, others).value_or(steady_clock::now()));
  }
}

}  // namespace osrtp::module
