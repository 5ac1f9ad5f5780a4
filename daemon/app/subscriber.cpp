#include "app/subscriber.hpp"

#include <sys/socket.h>

#include <cstring>
#include <limits>

namespace osrtp::app {
namespace {

bool may_be_told(const io::SocketAddress& address) noexcept {
  if (address.storage.ss_family == AF_UNIX) return address.size > sizeof(sa_family_t);
  const auto endpoint = address.endpoint();
  return endpoint && endpoint->address.is_loopback();
}

constexpr unsigned char kTls = std::numeric_limits<unsigned char>::max();  // in place of a socket's number

}  // namespace

std::string octets_of(const SubscriberAddress& subscriber) {
  if (subscriber.socket >= kTls || !may_be_told(subscriber.address)) return {};
  std::string octets(1, static_cast<char>(subscriber.socket));
  return octets.append(reinterpret_cast<const char*>(&subscriber.address.storage), subscriber.address.size);
}

std::optional<SubscriberAddress> subscriber_of(std::string_view octets) noexcept {
  if (octets.size() < 2 || static_cast<unsigned char>(octets.front()) == kTls ||
      octets.size() - 1 > sizeof(sockaddr_storage))
    return std::nullopt;
  SubscriberAddress subscriber;
  subscriber.socket = static_cast<unsigned char>(octets.front());
  subscriber.address.size = static_cast<socklen_t>(octets.size() - 1);
  std::memcpy(&subscriber.address.storage, octets.data() + 1, octets.size() - 1);
  return subscriber;
}

std::string octets_of(const TlsSubscriber& subscriber) {
  std::string octets(1, static_cast<char>(kTls));
  return octets.append(reinterpret_cast<const char*>(&subscriber), sizeof subscriber);
}

std::optional<TlsSubscriber> tls_subscriber_of(std::string_view octets) noexcept {
  TlsSubscriber subscriber;
  const bool ours = octets.size() == 1 + sizeof subscriber && static_cast<unsigned char>(octets.front()) == kTls;
  if (!ours) return std::nullopt;
  std::memcpy(&subscriber, octets.data() + 1, sizeof subscriber);
  return subscriber;
}

}  // namespace osrtp::app
