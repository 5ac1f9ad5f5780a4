#include "ctl/overview.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "base/escape.hpp"
#include "protocol/codec.hpp"
#include "protocol/json_text.hpp"

namespace osrtp::ctl {
namespace {

using protocol::CallReport;
using protocol::Leg;
using protocol::LegSecurity;
using protocol::SecurityState;

enum class Lock : std::uint8_t { kClosed, kOpen, kPending, kFailed };

Lock lock_of(SecurityState state) {
  switch (state) {
    case SecurityState::kSrtpSdes:
    case SecurityState::kSrtpDtls:
    case SecurityState::kZrtpPassthrough:
      return Lock::kClosed;
    case SecurityState::kPlain:
    case SecurityState::kNotRtp:
      return Lock::kOpen;
    case SecurityState::kPending:
      return Lock::kPending;
    case SecurityState::kFailed:
      return Lock::kFailed;
  }
  return Lock::kFailed;
}

/// Of all m-lines of a leg: the worst. A leg without any is pending.
Lock lock_of(const CallReport& call, Leg leg) {
  auto worst = std::optional<Lock>();
  for (const LegSecurity& entry : call.security) {
    if (entry.leg == leg) worst = std::max(worst.value_or(Lock::kClosed), lock_of(entry.state));
  }
  return worst.value_or(Lock::kPending);
}

std::string_view mark(Lock lock, Style style) {
  constexpr std::array<std::string_view, 4> ascii{"#", "-", "?", "!"};
  constexpr std::array<std::string_view, 4> unicode{"\U0001F512", "\U0001F513", "\u23F3", "\u26D4"};
  return (style.marks == Style::Marks::kUnicode ? unicode : ascii)[static_cast<std::size_t>(lock)];
}

std::string protection(const LegSecurity& entry) {
  const std::string why = entry.reason ? " (" + std::string(name(*entry.reason)) + ")" : "";
  switch (entry.state) {
    case SecurityState::kSrtpSdes:
      return "SDES " + escaped(entry.suite);
    case SecurityState::kSrtpDtls:
      return "DTLS " + escaped(entry.suite);
    default:
      return std::string(name(entry.state)) + why;
  }
}

/// Of the first m-line, and a hint where another has something else.
std::string protection(const CallReport& call, Leg leg) {
  std::string first;
  for (const LegSecurity& entry : call.security) {
    if (entry.leg != leg) continue;
    const std::string one = protection(entry);
    if (first.empty()) {
      first = one;
    } else if (one != first) {
      return first + ", ...";
    }
  }
  return first.empty() ? "-" : first;
}

struct Traffic {
  std::uint64_t relayed = 0;
  std::uint64_t lost = 0;
};

Traffic traffic(const CallReport& call, Leg leg) {
  Traffic sum;
  for (const LegSecurity& entry : call.security) {
    if (entry.leg != leg) continue;
    sum.relayed += entry.relayed_packets;
    sum.lost += entry.lost_packets;
  }
  return sum;
}

std::string percent(const Traffic& of) {
  if (of.lost == 0) return "0";
  const auto tenths = 1000 * of.lost / (of.relayed + of.lost);
  return tenths == 0 ? "<0.1%" : std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

std::string age(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string rest = two(seconds / 60 % 60) + ":" + two(seconds % 60);
  return seconds < 3600 ? rest : std::to_string(seconds / 3600) + ":" + rest;
}

using Row = std::vector<std::string>;

/// Columns as wide as they must be; `colours` of each row but the first.
std::string aligned(const std::vector<Row>& rows, const std::vector<std::string_view>& colours) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    const std::string_view colour = n > 0 && n <= colours.size() ? colours[n - 1] : std::string_view();
    text += colour;
    for (std::size_t i = 0; i < rows[n].size(); ++i) {
      text += rows[n][i];
      if (i + 1 < rows[n].size()) text += std::string(widths[i] - rows[n][i].size() + 2, ' ');
    }
    if (!colour.empty()) text += "\033[0m";
    text += "\n";
  }
  return text;
}

std::string_view colour_of(const CallReport& call, Style style) {
  if (style.colours == Style::Colours::kNone) return {};
  const auto locks = std::minmax({lock_of(call, Leg::kCaller), lock_of(call, Leg::kCallee)});
  if (locks.second == Lock::kFailed) return "\033[31m";
  if (locks.second == Lock::kClosed) return "\033[32m";
  return locks.first == Lock::kClosed ? "\033[33m" : std::string_view();
}

/// All marks are of one width.
std::string marks(const CallReport& call, Style style) {
  return std::string(mark(lock_of(call, Leg::kCaller), style)) + std::string(mark(lock_of(call, Leg::kCallee), style));
}

Row row_of(const KnownCall& call) {
  const Traffic caller = traffic(call.report, Leg::kCaller);
  const Traffic callee = traffic(call.report, Leg::kCallee);
  return {age(call.report.duration_ms),
          protection(call.report, Leg::kCaller),
          protection(call.report, Leg::kCallee),
          std::to_string(caller.relayed) + "/" + std::to_string(callee.relayed),
          percent(caller) + "/" + percent(callee),
          escaped(call.id)};
}

/// The marks stand before the aligned columns, which count octets and not what they look like.
std::string with_marks(const std::string& lines, const std::vector<std::string>& marks, std::string_view head) {
  std::string text;
  std::size_t begin = 0;
  for (std::size_t n = 0; begin < lines.size(); ++n) {
    const std::size_t end = lines.find('\n', begin) + 1;
    text += (n == 0 ? std::string(head) : marks[n - 1]) + "  " + lines.substr(begin, end - begin);
    begin = end;
  }
  return text;
}

std::string rows_text(const std::vector<KnownCall>& calls, const std::vector<Row>& rows, Style style) {
  std::vector<std::string_view> colours;
  std::vector<std::string> locks;
  for (const KnownCall& call : calls) {
    colours.push_back(colour_of(call.report, style));
    locks.push_back(marks(call.report, style));
  }
  const std::string_view head = style.marks == Style::Marks::kUnicode ? "    " : "  ";
  return with_marks(aligned(rows, colours), locks, head);
}

std::uint64_t relayed(const CallReport& call) {
  return traffic(call, Leg::kCaller).relayed + traffic(call, Leg::kCallee).relayed;
}

std::string calls_in_words(std::size_t count) { return std::to_string(count) + (count == 1 ? " call" : " calls"); }

}  // namespace

std::string table(const std::vector<KnownCall>& calls, Style style) {
  std::vector<Row> rows{{"AGE", "CALLER", "CALLEE", "PACKETS", "LOST", "CALL-ID"}};
  for (const KnownCall& call : calls) rows.push_back(row_of(call));
  return rows_text(calls, rows, style);
}

std::string shares(const std::vector<KnownCall>& calls) {
  std::array<std::size_t, 3> by_locked_legs{};
  for (const KnownCall& call : calls) {
    const auto locked = [&](Leg leg) { return lock_of(call.report, leg) == Lock::kClosed ? 1U : 0U; };
    ++by_locked_legs[locked(Leg::kCaller) + locked(Leg::kCallee)];
  }
  if (calls.empty()) return "no calls\n";
  return calls_in_words(calls.size()) + ": " + std::to_string(by_locked_legs[2]) + " encrypted on both legs, " +
         std::to_string(by_locked_legs[1]) + " on one, " + std::to_string(by_locked_legs[0]) + " on none\n";
}

std::string busiest(const std::vector<KnownCall>& before, const std::vector<KnownCall>& now,
                    std::chrono::milliseconds between, std::size_t rows, Style style) {
  std::map<std::string_view, std::uint64_t> then;
  for (const KnownCall& call : before) then.emplace(call.id, relayed(call.report));
  std::vector<std::pair<std::uint64_t, const KnownCall*>> order;
  for (const KnownCall& call : now) {
    const auto known = then.find(call.id);
    const std::uint64_t had = known == then.end() ? 0 : known->second;
    const std::uint64_t has = relayed(call.report);
    order.emplace_back(has > had ? has - had : 0, &call);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  order.resize(std::min(order.size(), rows));
  std::vector<Row> lines{{"PACKETS/S", "AGE", "CALLER", "CALLEE", "PACKETS", "LOST", "CALL-ID"}};
  std::vector<KnownCall> shown;
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(between.count(), 1));
  for (const auto& [packets, call] : order) {
    Row row = row_of(*call);
    row.insert(row.begin(), std::to_string(packets * 1000 / milliseconds));
    lines.push_back(std::move(row));
    shown.push_back(*call);
  }
  return rows_text(shown, lines, style);
}

std::string status(const protocol::Pong& pong, const protocol::StatisticsReply& numbers,
                   const std::vector<KnownCall>& calls) {
  std::string text = "osrtpd has been up for " + age(numbers.uptime * 1000);
  text += pong.draining ? ", draining: no call begins\n" : "\n";
  text += shares(calls);
  if (calls.size() < numbers.calls) text += "of the first of " + calls_in_words(numbers.calls) + "\n";
  text += std::to_string(numbers.managed_calls) + " ended, " + std::to_string(numbers.offers) + " offers, " +
          std::to_string(numbers.answers) + " answers, " + std::to_string(numbers.refused) + " requests refused\n";
  return text;
}

std::string json_lines(const std::vector<KnownCall>& calls) {
  std::string text;
  for (const KnownCall& call : calls) {
    protocol::json::Object line;
    line.set("call-id", protocol::json::text(call.id));
    line.set("call", {protocol::encode_reply({protocol::QueryReply{call.report}, {}})});
    text += std::move(line).take().text + "\n";
  }
  return text;
}

}  // namespace osrtp::ctl
