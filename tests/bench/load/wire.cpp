#include "bench/load/wire.hpp"

#include <cerrno>
#include <cstring>

#include "bench/load/die.hpp"

namespace osrtp::bench {
namespace {

/// Room for what comes while the machine is busy with something else: a second of a thousand calls.
constexpr int kReceiveBuffer = 256 << 20;

void set(int socket, int level, int option, int value, const char* what) {
  if (setsockopt(socket, level, option, &value, sizeof value) != 0) die(what, errno);
}

}  // namespace

Wire::Wire(std::uint16_t port) : port_(port), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (!socket_) die("a UDP socket", errno);
  set(socket_.number(), IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
  set(socket_.number(), SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
  const int size = kReceiveBuffer;
  // Only root may have more than net.core.rmem_max.
  if (setsockopt(socket_.number(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    set(socket_.number(), SOL_SOCKET, SO_RCVBUF, size, "SO_RCVBUF");
  }
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  if (bind(socket_.number(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) die("the phones' port", errno);
  for (std::size_t n = 0; n < kBatch; ++n) {
    for (auto [slot, header] : {std::pair{&in_[n], &in_headers_[n]}, {&out_[n], &out_headers_[n]}}) {
      slot->vector.iov_base = slot->octets.data();
      header->msg_hdr.msg_name = &slot->peer;
      header->msg_hdr.msg_namelen = sizeof slot->peer;
      header->msg_hdr.msg_iov = &slot->vector;
      header->msg_hdr.msg_iovlen = 1;
      header->msg_hdr.msg_control = slot->control.data();
    }
    auto* control = reinterpret_cast<cmsghdr*>(out_[n].control.data());
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    out_headers_[n].msg_hdr.msg_controllen = CMSG_SPACE(sizeof(in_pktinfo));
  }
}

std::span<const Arrival> Wire::receive() noexcept {
  for (std::size_t n = 0; n < kBatch; ++n) {
    in_[n].vector.iov_len = in_[n].octets.size() - kTailRoom;
    in_headers_[n].msg_hdr.msg_namelen = sizeof in_[n].peer;
    in_headers_[n].msg_hdr.msg_controllen = in_[n].control.size();
  }
  const int count = recvmmsg(socket_.number(), in_headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return {};
  for (std::size_t n = 0; n < static_cast<std::size_t>(count); ++n) arrivals_[n] = arrival_of(n);
  return std::span(arrivals_).first(static_cast<std::size_t>(count));
}

Arrival Wire::arrival_of(std::size_t n) noexcept {
  Arrival arrival{0, ntohs(in_[n].peer.sin_port), ByteSpan(in_[n].octets).first(in_headers_[n].msg_len)};
  msghdr& header = in_headers_[n].msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      arrival.phone = ntohl(info.ipi_addr.s_addr) - kFirstAddress;
    } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
      std::uint32_t dropped = 0;
      std::memcpy(&dropped, CMSG_DATA(control), sizeof dropped);
      overflowed_ = dropped;
    }
  }
  return arrival;
}

void Wire::push(std::uint32_t phone, const sockaddr_in& to, std::size_t size) noexcept {
  Slot& slot = out_[waiting_];
  slot.peer = to;
  slot.vector.iov_len = size;
  in_pktinfo info{};
  info.ipi_spec_dst.s_addr = htonl(kFirstAddress + phone);
  std::memcpy(CMSG_DATA(reinterpret_cast<cmsghdr*>(slot.control.data())), &info, sizeof info);
  ++waiting_;
}

void Wire::flush() noexcept {
  std::size_t sent = 0;
  while (sent < waiting_) {
    const int count = sendmmsg(socket_.number(), &out_headers_[sent], static_cast<unsigned>(waiting_ - sent), 0);
    // What cannot be sent is lost, and counted as such by whoever waits for it.
    sent += count > 0 ? static_cast<std::size_t>(count) : 1;
  }
  waiting_ = 0;
}

void Wire::send(std::uint32_t phone, const sockaddr_in& to, ByteView datagram) noexcept {
  if (!has_room()) flush();
  const ByteSpan slot = next_slot();
  if (datagram.size() > slot.size()) return;
  std::memcpy(slot.data(), datagram.data(), datagram.size());
  push(phone, to, datagram.size());
  flush();
}

}  // namespace osrtp::bench
