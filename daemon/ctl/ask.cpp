#include "ctl/ask.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "io/clock.hpp"
#include "io/control_client.hpp"
#include "io/entropy.hpp"
#include "io/pem_file.hpp"
#include "io/tls_client.hpp"
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
template <class Client>
Result<std::string, std::string> drive(protocol::Transaction& transaction, Client& client) {
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

Result<io::TlsClient, std::string> connect(const io::TlsAddress& server, const TlsOptions& options) {
  io::TlsPemFiles pem;
  if (auto wrong = pem.read(options.certificate_file, options.key_file, options.ca_file))
    return fail(*std::move(wrong));
  auto ours = protocol::TlsCredentials::make(protocol::TlsEnd::kClient, pem.texts());
  if (!ours) return fail(options.certificate_file + ": " + ours.error());
  const std::string address = server.endpoint.address.to_string();
  return io::TlsClient::connect(server, *std::move(ours), options.server_name.empty() ? address : options.server_name,
                                kPatient.budget);
}

/// @param client or why there is none
template <class Client>
Result<std::string, std::string> ask(Result<Client, std::string> client, protocol::Transaction& transaction) {
  if (!client) return fail(std::move(client).error());
  return drive(transaction, *client);
}

}  // namespace

Result<std::string, std::string> ask(const Arguments& arguments) {
  const auto dictionary = protocol::encode_request(arguments.request);
  if (!dictionary) return fail("the " + dictionary.error().key + " is not UTF-8");
  const std::string cookie = fresh_cookie();
  auto frame = protocol::join(cookie, *dictionary);
  if (!frame) return fail(std::string("the request is too long"));
  protocol::Transaction transaction(cookie, *std::move(frame), kPatient, io::Clock::now());
  const auto* tls = std::get_if<io::TlsAddress>(&arguments.server);
  auto reply = tls != nullptr ? ask(connect(*tls, arguments.tls), transaction)
                              : ask(io::ControlClient::connect(arguments.server), transaction);
  if (!reply) return fail(io::to_string(arguments.server) + ": " + reply.error());
  return reply;
}

}  // namespace osrtp::ctl
