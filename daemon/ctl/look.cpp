#include "ctl/look.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "ctl/ask.hpp"
#include "io/clock.hpp"
#include "protocol/codec.hpp"

namespace osrtp::ctl {
namespace {

constexpr const char* kHome = "\033[H\033[2J";
constexpr std::size_t kRowsWithoutTerminal = 50;
constexpr std::size_t kHeadRows = 4;

bool is_terminal() { return isatty(STDOUT_FILENO) == 1; }

/// Empty where it is not set.
std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// The first that is set decides (setlocale(3)).
bool is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (!locale.empty()) return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

/// NO_COLOR: no-color.org.
Style style_here() {
  Style style;
  if (!is_terminal()) return style;
  if (is_utf8()) style.marks = Style::Marks::kUnicode;
  if (environment("NO_COLOR").empty()) style.colours = Style::Colours::kAnsi;
  return style;
}

std::size_t rows_here() {
  winsize size{};
  if (!is_terminal() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return kRowsWithoutTerminal;
  return size.ws_row > kHeadRows + 1 ? size.ws_row - kHeadRows : 1;
}

template <class Body>
Result<Body, std::string> ask_for(const LookArguments& whom, protocol::Request request) {
  const auto command = protocol::command_of(request);
  const auto dictionary = ask({whom.server, whom.tls, std::move(request), Output::kJson});
  if (!dictionary) return fail(dictionary.error());
  auto reply = protocol::decode_reply(*dictionary, command);
  if (!reply) return fail(reply.error().reason);
  if (auto* body = std::get_if<Body>(&reply->body)) return std::move(*body);
  const auto* error = std::get_if<protocol::Error>(&reply->body);
  return fail(error != nullptr ? std::string(name(error->code)) + ": " + error->reason : std::string("an odd reply"));
}

/// A call that ends while it is asked for is left out.
Result<std::vector<KnownCall>, std::string> calls_of(const LookArguments& whom) {
  auto list = ask_for<protocol::ListReply>(whom, protocol::List{whom.limit});
  if (!list) return fail(std::move(list).error());
  std::vector<KnownCall> calls;
  for (std::string& id : list->calls) {
    const auto dictionary = ask({whom.server, whom.tls, protocol::Query{id, {}, {}}, Output::kJson});
    if (!dictionary) return fail(dictionary.error());
    const auto reply = protocol::decode_reply(*dictionary, protocol::Command::kQuery);
    const auto* known = reply ? std::get_if<protocol::QueryReply>(&reply->body) : nullptr;
    if (known != nullptr) calls.push_back({std::move(id), known->call});
  }
  return calls;
}

int print(const std::string& text) {
  const bool good = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return good ? 0 : 1;
}

int complain(const std::string& sentence) {
  std::fputs(("osrtpctl: " + sentence + "\n").c_str(), stderr);
  return 1;
}

int show_calls(const LookArguments& arguments) {
  const auto calls = calls_of(arguments);
  if (!calls) return complain(calls.error());
  if (arguments.output == Output::kJson) return print(json_lines(*calls));
  const int status = print(table(*calls, style_here()));
  if (calls->size() >= static_cast<std::size_t>(arguments.limit)) {
    std::fputs("there may be more calls, see --limit\n", stderr);
  }
  return status;
}

int show_status(const LookArguments& arguments) {
  const auto pong = ask_for<protocol::Pong>(arguments, protocol::Ping{});
  if (!pong) return complain(pong.error());
  const auto numbers = ask_for<protocol::StatisticsReply>(arguments, protocol::Statistics{});
  if (!numbers) return complain(numbers.error());
  const auto calls = calls_of(arguments);
  if (!calls) return complain(calls.error());
  return print(status(*pong, *numbers, *calls));
}

int show_top(const LookArguments& arguments) {
  const Style style = style_here();
  std::vector<KnownCall> before;
  TimePoint looked{};
  for (int round = 0; arguments.rounds == 0 || round < arguments.rounds; ++round) {
    if (round > 0) poll(nullptr, 0, static_cast<int>(arguments.interval.count()));
    auto calls = calls_of(arguments);
    if (!calls) return complain(calls.error());
    const TimePoint now = io::Clock::now();
    const auto between = std::chrono::duration_cast<std::chrono::milliseconds>(now - looked);
    // Of the first look nothing is known of before.
    const auto text =
        shares(*calls) + "\n" + busiest(round == 0 ? *calls : before, *calls, between, rows_here(), style);
    if (const int status = print((is_terminal() ? kHome : "") + text); status != 0) return status;
    before = *std::move(calls);
    looked = now;
  }
  return 0;
}

}  // namespace

int run(const LookArguments& arguments) {
  switch (arguments.look) {
    case Look::kCalls:
      return show_calls(arguments);
    case Look::kStatus:
      return show_status(arguments);
    case Look::kTop:
      return show_top(arguments);
  }
  return 1;
}

}  // namespace osrtp::ctl
