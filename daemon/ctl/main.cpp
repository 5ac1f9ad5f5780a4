#include <cstdio>

#include "base/escape.hpp"
#include "ctl/arguments.hpp"
#include "ctl/ask.hpp"
#include "ctl/look.hpp"
#include "ctl/print.hpp"
#include "protocol/codec.hpp"

namespace {

using namespace osrtp;

constexpr int kFailed = 1;
constexpr int kWrongOptions = 2;

int complain(int status, const std::string& sentence) {
  std::fputs(("osrtpctl: " + escaped(sentence) + "\n").c_str(), stderr);
  return status;
}

int run(const ctl::Arguments& arguments) {
  const auto dictionary = ctl::ask(arguments);
  if (!dictionary) return complain(kFailed, dictionary.error());
  const auto reply = protocol::decode_reply(*dictionary, protocol::command_of(arguments.request));
  const bool json = arguments.output == ctl::Output::kJson;
  if (json) std::fputs((*dictionary + "\n").c_str(), stdout);
  if (!reply) return complain(kFailed, reply.error().reason);
  const bool good = ctl::succeeded(*reply);
  if (!json) std::fputs(ctl::describe(*reply, arguments.request).c_str(), good ? stdout : stderr);
  std::fputs(ctl::remark(*reply, arguments.request).c_str(), stderr);
  return good && std::fflush(stdout) == 0 ? 0 : kFailed;
}

int run(const ctl::ExplainArguments& arguments) {
  const auto explanation = ctl::run(arguments.command);
  if (!explanation) return complain(kFailed, explanation.error());
  const bool json = arguments.output == ctl::Output::kJson;
  std::fputs((json ? ctl::to_json(*explanation) : ctl::describe(*explanation)).c_str(), stdout);
  const bool good = std::holds_alternative<protocol::SdpReply>(explanation->offered.body);
  return good && std::fflush(stdout) == 0 ? 0 : kFailed;
}

}  // namespace

int main(int count, char** words) {
  const auto parsed = ctl::parse_arguments(count, words);
  if (const auto* misuse = std::get_if<ctl::Misuse>(&parsed)) {
    return complain(kWrongOptions, misuse->sentence + "; see osrtpctl --help");
  }
  if (const auto* answer = std::get_if<ctl::Answer>(&parsed)) {
    return std::fputs(answer->text.c_str(), stdout) < 0 ? kFailed : 0;
  }
  if (const auto* look = std::get_if<ctl::LookArguments>(&parsed)) return ctl::run(*look);
  if (const auto* explain = std::get_if<ctl::ExplainArguments>(&parsed)) return run(*explain);
  return run(std::get<ctl::Arguments>(parsed));
}
