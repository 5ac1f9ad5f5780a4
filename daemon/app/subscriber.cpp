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

}  // namespace

std::string octets_of(const SubscriberAddress& subscriber) {
  if (subscriber.socket > std::numeric_limits<unsigned char>::max() || !may_be_told(subscriber.address)) return {};
  std::string octets(1, static_cast<char>(subscriber.socket));
  return octets.append(reinterpret_cast<const char*>(&subscriber.address.storage), subscriber.address.size);
}

std::optional<SubscriberAddress> subscriber_of(std::string_view octets) noexcept {
  if (octets.size() < 2 || octets.size() - 1 > sizeof(sockaddr_storage)) return std::nullopt;
  SubscriberAddress subscriber;
  subscriber.socket = static_cast<unsigned char>(octets.front());
  subscriber.address.size = static_cast<socklen_t>(octets.size() - 1);
  std::memcpy(&subscriber.address.storage, octets.data() + 1, octets.size() - 1);
  return subscriber;
}

}  // namespace osrtp::app
