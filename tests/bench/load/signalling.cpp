#include "bench/load/signalling.hpp"

#include <arpa/inet.h>
#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/endpoint.hpp"
#include "bench/load/die.hpp"
#include "bench/load/process.hpp"

namespace osrtp::bench {
namespace {

constexpr std::uint64_t kRepeatAfterNs = 500'000'000;
constexpr unsigned kAttempts = 10;

io::Descriptor connect_to(const std::string& text) {
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint) die("--control: no ADDRESS:PORT");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint->port.number());
  inet_pton(AF_INET, endpoint->address.to_string().c_str(), &address.sin_addr);
  io::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket || connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    die("--control", errno);
  }
  return socket;
}

struct FreeJson {
  void operator()(json_t* json) const noexcept { json_decref(json); }
};

std::string text_at(const json_t& json, const char* key) {
  const char* text = json_string_value(json_object_get(&json, key));
  return text != nullptr ? text : "";
}

}  // namespace

Signalling::Signalling(Setup setup) : setup_(std::move(setup)), requests_(setup_.window), buffer_(65536) {
  if (setup_.relay != Relay::kNone) socket_ = connect_to(setup_.control);
}

void Signalling::run(Command first, Command last, const Next& next) {
  std::size_t under_way = 0;
  const auto begin = [&](std::size_t n) {
    Call* call = next(n);
    if (call == nullptr) return;
    ++under_way;
    ask(n, *call, first);
  };
  for (std::size_t n = 0; n < requests_.size(); ++n) begin(n);
  while (under_way > 0) {
    std::string_view dictionary;
    Request* request = take_reply(dictionary);
    if (request == nullptr) {
      repeat_unanswered();
      continue;
    }
    Call* call = std::exchange(request->call, nullptr);
    const Command command = request->command;
    const std::uint64_t began = now_ns();
    waits_.add(began - request->sent_at_ns);
    settle(*call, command, dictionary);
    const auto n = static_cast<std::size_t>(request - requests_.data());
    if (command == last) {
      --under_way;
      begin(n);
    } else {
      ask(n, *call, command == Command::kOffer ? Command::kAnswer : Command::kDelete);
    }
    busy_ns_ += now_ns() - began;
  }
}

void Signalling::ask(std::size_t n, Call& call, Command command) {
  std::string sdp;
  if (command == Command::kOffer) sdp = call.at(Side::kCaller).sdp();
  if (command == Command::kAnswer) sdp = call.at(Side::kCallee).sdp();
  Request& request = requests_[n];
  request.call = &call;
  request.command = command;
  request.serial = ++serial_;
  request.sent = 0;
  std::array<char, 64> cookie{};
  std::snprintf(cookie.data(), cookie.size(), "%x_%zx_%x ", static_cast<unsigned>(getpid()), n, request.serial);
  request.frame = cookie.data() + dictionary(setup_.relay, setup_.profile, command, call.id, sdp);
  send(request);
}

void Signalling::send(Request& request) {
  if (request.sent == kAttempts) die("no reply to " + request.frame);
  ++request.sent;
  request.sent_at_ns = now_ns();
  // What is not taken now is sent again like what was lost.
  static_cast<void>(::send(socket_.number(), request.frame.data(), request.frame.size(), 0));
}

void Signalling::repeat_unanswered() {
  const std::uint64_t now = now_ns();
  for (Request& request : requests_) {
    if (request.call == nullptr || now - request.sent_at_ns < kRepeatAfterNs) continue;
    ++repeated_;
    send(request);
  }
}

Signalling::Request* Signalling::take_reply(std::string_view& dictionary) {
  const ssize_t size = recv(socket_.number(), buffer_.data(), buffer_.size() - 1, 0);
  if (size <= 0) return nullptr;
  buffer_[static_cast<std::size_t>(size)] = 0;
  unsigned process = 0;
  std::size_t n = 0;
  unsigned serial = 0;
  int end = 0;
  if (std::sscanf(buffer_.data(), "%x_%zx_%x %n", &process, &n, &serial, &end) != 3) return nullptr;
  if (n >= requests_.size() || requests_[n].call == nullptr || requests_[n].serial != serial) return nullptr;
  dictionary = std::string_view(buffer_.data(), static_cast<std::size_t>(size)).substr(static_cast<std::size_t>(end));
  return &requests_[n];
}

void Signalling::settle(Call& call, Command command, std::string_view dictionary) const {
  const std::unique_ptr<json_t, FreeJson> reply(json_loadb(dictionary.data(), dictionary.size(), 0, nullptr));
  if (!reply || text_at(*reply, "result") != "ok") die("the relay refuses: " + std::string(dictionary));
  if (command == Command::kDelete) return;
  Phone& receiver = call.at(command == Command::kOffer ? Side::kCallee : Side::kCaller);
  Phone& sender = call.at(command == Command::kOffer ? Side::kCaller : Side::kCallee);
  if (!receiver.accept(text_at(*reply, "sdp"))) die("no use for the relay's SDP: " + std::string(dictionary));
  if (receiver.hears_key_of(sender)) die("the relay passes one phone's packets to the other as they are");
}

}  // namespace osrtp::bench
