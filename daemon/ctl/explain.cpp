#include "ctl/explain.hpp"

#include <algorithm>
#include <iostream>

#include "base/escape.hpp"
#include "ctl/print.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/text_file.hpp"
#include "protocol/codec.hpp"
#include "sdp/text.hpp"
#include "srtp/context.hpp"

namespace osrtp::ctl {

namespace {

constexpr std::size_t kMost = sdp::Text::kMaxOctets + 1;  // so that what is too long is seen to be

Result<std::string, std::string> contents(const std::string& file) {
  return file == "-" ? io::take(std::cin, kMost) : io::read_text(file, kMost);
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += "  " + escaped(line) + "\n";
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

std::string stands(const protocol::LegSecurity& leg, bool handshake) {
  const bool awaits = handshake && leg.state == protocol::SecurityState::kPending;
  const std::string text = agreed(leg);
  return awaits ? text.substr(0, text.find(": ")) + ": encrypted, srtp-dtls, once the handshake is done" : text;
}

/// @param said warnings that have been told already
std::string legs(const protocol::Reply& reply, bool handshake, const std::vector<std::string>& said) {
  std::string text;
  if (const auto* error = std::get_if<protocol::Error>(&reply.body)) {
    text = "  refused, " + std::string(name(error->code)) + ": " + escaped(error->reason) + "\n";
  } else if (const auto* good = std::get_if<protocol::SdpReply>(&reply.body)) {
    for (const protocol::LegSecurity& leg : good->security) text += "  " + stands(leg, handshake) + "\n";
  }
  for (const std::string& warning : reply.warnings) {
    if (std::find(said.begin(), said.end(), warning) != said.end()) continue;
    text += "  warning: " + escaped(warning) + "\n";
  }
  return text;
}

}  // namespace

std::string describe(const explain::Explanation& explanation) {
  const auto* offered = std::get_if<protocol::SdpReply>(&explanation.offered.body);
  if (offered == nullptr) return "The callee is offered nothing:\n" + legs(explanation.offered, false, {});
  std::string text = "The callee is offered:\n" + indented(offered->sdp);
  for (const std::string& warning : explanation.offered.warnings) text += "  warning: " + escaped(warning) + "\n";
  for (const explain::Outcome& outcome : explanation.outcomes) {
    text += "\nIf it answers " + std::string(outcome.answer) + ":\n" +
            legs(outcome.reply, outcome.handshake, explanation.offered.warnings);
  }
  if (explanation.refused_by_plain_phones) text += "\nA phone without SRTP refuses this offer (488).\n";
  return text;
}

std::string to_json(const explain::Explanation& explanation) {
  std::string text = R"({"offer":)" + protocol::encode_reply(explanation.offered) + R"(,"answers":[)";
  for (std::size_t i = 0; i < explanation.outcomes.size(); ++i) {
    const explain::Outcome& outcome = explanation.outcomes[i];
    text += std::string(i == 0 ? "" : ",") + R"({"phone":")" + std::string(outcome.answer) + R"(","reply":)" +
            protocol::encode_reply(outcome.reply) + "}";
  }
  return text + "]}\n";
}

Result<explain::Explanation, std::string> run(const Explain& command) {
  if (const auto ready = srtp::initialize(); !ready) return fail("SRTP self-test failed: " + ready.error());
  explain::Question question;
  auto offer = contents(command.offer_file);
  if (!offer) return fail(std::move(offer).error());
  question.offer = *std::move(offer);
  question.terms = command.terms;
  if (!command.answer_file.empty()) {
    auto answer = contents(command.answer_file);
    if (!answer) return fail(std::move(answer).error());
    question.answer = *std::move(answer);
  }
  const Now now = io::Clock::both();
  auto identity = dtls::Identity::generate(now.wall);
  if (!identity) return fail(std::move(identity).error());
  return explain::explain(question, io::random_octets, *std::move(identity), now);
}

}  // namespace osrtp::ctl
