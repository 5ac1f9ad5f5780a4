// flood-sender: one datagram again and again, at a rate, from many sources to many ports. `--help` lists the rest. What
// the datagram says, and which of its octets are drawn anew each time, the caller decides. Prints one line of JSON.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "io/descriptor.hpp"

namespace osrtp::attack {
namespace {

constexpr std::size_t kBatch = 32;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string from = "127.9.0.1";
  unsigned sources = 1;  // `from` and the addresses above it
  std::string to = "127.0.0.1";
  std::vector<std::uint16_t> ports;  // in turn
  std::string path;                  // a UNIX socket instead
  std::string datagram;              // hexadecimal
  std::size_t vary_at = 0;           // octets drawn anew: from here,
  std::size_t vary = 0;              // so many
  double rate = 1000;
  std::uint64_t count = 1000;
};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::vector<std::uint8_t> octets_of(const std::string& hex) {
  std::vector<std::uint8_t> octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

sockaddr_in address_of(const std::string& text, unsigned above, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) die("address");
  address.sin_addr.s_addr = htonl(ntohl(address.sin_addr.s_addr) + above);
  return address;
}

class Flood {
 public:
  explicit Flood(const Options& options) : options_(options), chance_(std::random_device{}()) {
    const auto datagram = octets_of(options.datagram);
    if (datagram.empty() || options.vary_at + options.vary > datagram.size()) die("--datagram, --vary");
    packets_.fill(datagram);
    options.path.empty() ? open_udp() : open_unix();
  }

  void run() {
    const auto began = Clock::now();
    for (std::uint64_t made = 0; made < options_.count;) {
      const double gone = std::chrono::duration<double>(Clock::now() - began).count();
      const auto due = std::min(options_.count, static_cast<std::uint64_t>(gone * options_.rate) + 1);
      if (due <= made) {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
        continue;
      }
      const std::size_t some = std::min<std::uint64_t>(kBatch, due - made);
      send_batch(made, some);
      made += some;
    }
    const double took = std::chrono::duration<double>(Clock::now() - began).count();
    std::printf(R"({"sent":%llu,"refused":%llu,"answers":%llu,"seconds":%.3f})"
                "\n",
                static_cast<unsigned long long>(sent_), static_cast<unsigned long long>(options_.count - sent_),
                static_cast<unsigned long long>(answers()), took);
  }

 private:
  void open_udp() {
    for (const std::uint16_t port : options_.ports) targets_.push_back(address_of(options_.to, 0, port));
    if (targets_.empty()) die("--ports");
    for (unsigned n = 0; n < options_.sources; ++n) {
      const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      const sockaddr_in from = address_of(options_.from, n, 0);
      if (socket < 0 || bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) die("bind");
      sockets_.emplace_back(socket);
    }
  }
  void open_unix() {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, options_.path.c_str(), sizeof to.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0 || connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) die("connect");
    sockets_.emplace_back(socket);
  }

  /// Datagrams that have come back and are still there: of many, as many as the sockets hold.
  [[nodiscard]] std::uint64_t answers() const {
    std::uint64_t found = 0;
    std::array<std::uint8_t, 2048> buffer{};
    for (const auto& socket : sockets_) {
      while (recv(socket.number(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) ++found;
    }
    return found;
  }

  void send_batch(std::uint64_t first, std::size_t count) {
    std::array<mmsghdr, kBatch> headers{};
    std::array<iovec, kBatch> vectors{};
    for (std::size_t i = 0; i < count; ++i) {
      auto& packet = packets_[i];
      for (std::size_t n = 0; n < options_.vary; ++n)
        packet[options_.vary_at + n] = static_cast<std::uint8_t>(chance_());
      vectors[i] = {packet.data(), packet.size()};
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      if (targets_.empty()) continue;
      headers[i].msg_hdr.msg_name = &targets_[(first + i) % targets_.size()];
      headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    }
    const int socket = sockets_[(first / kBatch) % sockets_.size()].number();
    // A port that nobody has answers with an error, on the next one sent: that one is left out, and the rest goes on.
    for (std::size_t i = 0; i < count;) {
      const int done = sendmmsg(socket, &headers[i], static_cast<unsigned>(count - i), MSG_DONTWAIT);
      if (done > 0) sent_ += static_cast<std::uint64_t>(done);
      i += done > 0 ? static_cast<std::size_t>(done) : 1;
    }
  }

  const Options& options_;
  std::minstd_rand chance_;
  std::array<std::vector<std::uint8_t>, kBatch> packets_;
  std::vector<sockaddr_in> targets_;
  std::vector<io::Descriptor> sockets_;
  std::uint64_t sent_ = 0;
};

}  // namespace
}  // namespace osrtp::attack

int main(int argc, char** argv) {
  osrtp::attack::Options options;
  std::pair<std::uint16_t, std::uint16_t> range{0, 0};
  CLI::App cli("Sends datagrams at a rate.");
  cli.add_option("--from", options.from, "The first address to send from (127.9.0.1)");
  cli.add_option("--sources", options.sources, "How many addresses from there on (1)");
  cli.add_option("--to", options.to, "The address to send to (127.0.0.1)");
  cli.add_option("--ports", options.ports, "UDP ports, one after the other")->delimiter(',');
  cli.add_option("--range", range, "All UDP ports from one to another");
  cli.add_option("--path", options.path, "A UNIX datagram socket instead");
  cli.add_option("--datagram", options.datagram, "Its octets, hexadecimal")->required();
  cli.add_option("--vary-at", options.vary_at, "Where octets are drawn anew each time (0)");
  cli.add_option("--vary", options.vary, "How many (0)");
  cli.add_option("--rate", options.rate, "Datagrams a second (1000)");
  cli.add_option("--count", options.count, "Datagrams in all (1000)");
  CLI11_PARSE(cli, argc, argv);
  for (std::uint32_t port = range.first; port != 0 && port <= range.second; ++port) {
    options.ports.push_back(static_cast<std::uint16_t>(port));
  }
  osrtp::attack::Flood(options).run();
  return 0;
}
