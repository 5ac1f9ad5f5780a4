#include "module/relay.hpp"

#include <utility>

#include "protocol/codec.hpp"
#include "protocol/framing.hpp"

namespace osrtp::module {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Kind = NoReply::Kind;

// A datagram may be lost and the daemon executes a repeated one once, so that two more cost nothing.
protocol::Schedule schedule_within(milliseconds budget) { return {budget, {budget * 3 / 8, budget * 6 / 8}}; }

}  // namespace

Relay::Relay(RelayAddress address, milliseconds timeout, RelayHealth& health, std::uint32_t pid, std::uint64_t salt)
    : link_(std::move(address)), timeout_(timeout), health_(health), cookies_(pid, salt) {}

Result<std::string, NoReply> Relay::exchange(protocol::Transaction transaction, milliseconds budget) {
  using protocol::Transaction;
  for (;;) {
    const auto step = transaction.step(steady_clock::now());
    if (std::holds_alternative<Transaction::Send>(step)) {
      const auto sent = link_.send(transaction.frame());
      if (sent == RelayLink::Sent::kTooLong)
        return fail(NoReply{Kind::kUnsendable, "the request does not fit into a datagram"});
      if (sent == RelayLink::Sent::kNobody) return fail(NoReply{Kind::kUnreachable, link_.problem()});
    } else if (const auto* wait = std::get_if<Transaction::Wait>(&step)) {
      const auto event = link_.wait(wait->until);
      if (event == RelayLink::Event::kNobody) return fail(NoReply{Kind::kUnreachable, link_.problem()});
      if (event == RelayLink::Event::kDatagram) transaction.receive(link_.datagram());
    } else if (const auto* answered = std::get_if<Transaction::Answered>(&step)) {
      health_.answered();
      return std::string(answered->dictionary);
    } else {
      health_.silent(steady_clock::now());
      return fail(NoReply{Kind::kUnreachable, "no answer within " + std::to_string(budget.count()) + " ms"});
    }
  }
}

Result<protocol::Reply, NoReply> Relay::ask(const protocol::Request& request) {
  const auto dictionary = protocol::encode_request(request);
  if (!dictionary)
    return fail(NoReply{Kind::kUnsendable, "the message's " + dictionary.error().key + " is not UTF-8 text"});
  const std::string cookie = cookies_.next();
  auto frame = protocol::join(cookie, *dictionary);
  if (!frame) return fail(NoReply{Kind::kUnsendable, "the request does not fit into a datagram"});
  const auto now = steady_clock::now();
  const milliseconds budget = health_.budget(now, timeout_);
  auto answer = exchange({cookie, *std::move(frame), schedule_within(budget), now}, budget);
  if (!answer) return fail(std::move(answer).error());
  auto reply = protocol::decode_reply(*answer, protocol::command_of(request));
  if (!reply) return fail(NoReply{Kind::kBadReply, reply.error().reason});
  return *std::move(reply);
}

}  // namespace osrtp::module
