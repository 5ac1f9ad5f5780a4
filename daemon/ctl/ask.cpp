#include "ctl/ask.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "io/clock.hpp"
#include "io/control_client.hpp"
#include "io/entropy.hpp"
#include "protocol/client.hpp"
#include "protocol/codec.hpp"
#include "protocol/framing.hpp"

namespace osrtp::ctl {

namespace {

using std::chrono::milliseconds;

/// A person waits, so there is more time than a SIP proxy has.
const protocol::Schedule kPatient{milliseconds(3000), {milliseconds(300), milliseconds(1000), milliseconds(2000)}};

std::string fresh_cookie() {
  std::uint64_t salt = 0;
  std::array<std::uint8_t, sizeof salt> octets{};
  io::random_octets(octets);
  std::memcpy(&salt, octets.data(), sizeof salt);
  return protocol::CookieMaker(static_cast<std::uint32_t>(getpid()), salt).next();
}

/// Drives the transaction with a socket and the clock.
Result<std::string, std::string> drive(protocol::Transaction& transaction, io::ControlClient& client) {
  for (;;) {
    const TimePoint now = io::Clock::now();
    const auto step = transaction.step(now);
    if (std::holds_alternative<protocol::Transaction::Send>(step)) {
      if (auto wrong = client.send(transaction.frame())) return fail(*std::move(wrong));
    } else if (const auto* wait = std::get_if<protocol::Transaction::Wait>(&step)) {
      const auto left = std::chrono::ceil<milliseconds>(wait->until - now);
      if (const auto datagram = client.receive(std::max(left, milliseconds(0)))) transaction.receive(*datagram);
    } else if (const auto* answered = std::get_if<protocol::Transaction::Answered>(&step)) {
      return std::string(answered->dictionary);
    } else {
      return fail(std::string("no answer; is osrtpd running?"));
    }
  }
}

}  // namespace

Result<std::string, std::string> ask(const io::ControlAddress& server, const protocol::Request& request) {
  const auto dictionary = protocol::encode_request(request);
  if (!dictionary) return fail("the " + dictionary.error().key + " is not UTF-8");
  const std::string cookie = fresh_cookie();
  auto frame = protocol::join(cookie, *dictionary);
  if (!frame) return fail(std::string("the request is too long"));
  const std::string place = io::to_string(server) + ": ";
  auto client = io::ControlClient::connect(server);
  if (!client) return fail(place + client.error());
  protocol::Transaction transaction(cookie, *std::move(frame), kPatient, io::Clock::now());
  auto reply = drive(transaction, *client);
  if (!reply) return fail(place + reply.error());
  return reply;
}

}  // namespace osrtp::ctl
