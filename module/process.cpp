#include "module/process.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <array>

#include "module/counters.hpp"
#include "protocol/framing.hpp"

namespace osrtp::module {

namespace {

std::uint64_t salt() {
  std::uint64_t octets = 0;
  if (::getrandom(&octets, sizeof octets, 0) != sizeof octets)
    octets = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return octets;
}

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

}  // namespace

Module& state() {
  static auto* const only = new Module{};
  return *only;
}

Process& process() {
  Module& self = state();
  const pid_t pid = ::getpid();
  if (!self.process || self.process->pid != pid)
    self.process.reset(new Process{pid, RelayLink(self.settings.address), {static_cast<std::uint32_t>(pid), salt()}});
  return *self.process;
}

void log(osrtp_log_level level, const std::string& line) {
  if (state().log != nullptr) state().log(level, line.data(), line.size());
}

void report(const Command& command, const Outcome& outcome) {
  for (const std::size_t number : counted(command.action, outcome)) {
    if (state().count != nullptr) state().count(static_cast<unsigned int>(number));
  }
  for (const std::string& warning : outcome.warnings) log(OSRTP_LOG_WARNING, line_about(command, "warning=" + warning));
  if (outcome.code == OSRTP_DONE) return;
  log(outcome.code == OSRTP_REFUSED ? OSRTP_LOG_WARNING : OSRTP_LOG_ERROR,
      line_about(command, "error=" + outcome.error + " reason=" + outcome.reason));
}

Errand begin(const Command& command, TimePoint now) {
  std::string cookie = process().cookies.next();
  auto frame = protocol::join(cookie, command.dictionary);
  return {std::move(cookie), frame ? *std::move(frame) : std::string(), state().settings.timeout, now};
}

std::optional<Errand::NotSent> transmit(std::size_t, std::string_view frame) {
  switch (process().link.send(frame)) {
    case RelayLink::Sent::kSent:
      return std::nullopt;
    case RelayLink::Sent::kBusy:
      return Errand::NotSent::kBusy;
    case RelayLink::Sent::kTooLong:
      return Errand::NotSent::kTooLong;
    case RelayLink::Sent::kNobody:
      break;
  }
  return Errand::NotSent::kRefused;
}

Outcome ask(const Command& command) {
  using std::chrono::steady_clock;
  Client client(begin);
  Parcel parcel;
  parcel.call_id = command.call_id;
  parcel.commands.push_back(command);
  client.accept(std::move(parcel), steady_clock::now());
  for (;;) {
    const auto next = client.run(steady_clock::now(), transmit);
    if (auto finished = client.finished()) return std::move(finished->outcomes.front());
    if (process().link.wait(next.value_or(steady_clock::now())) == RelayLink::Event::kDatagram)
      client.receive(0, process().link.datagram());
  }
}

}  // namespace osrtp::module
