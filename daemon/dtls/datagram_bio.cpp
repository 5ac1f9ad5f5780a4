#include "dtls/datagram_bio.hpp"

#include <algorithm>
#include <memory>

namespace osrtp::dtls {
namespace {

DatagramPipe& pipe_of(BIO* bio) noexcept { return *static_cast<DatagramPipe*>(BIO_get_data(bio)); }

int write_datagram(BIO* bio, const char* data, int size) {
  if (data == nullptr || size <= 0) return 0;
  DatagramPipe& pipe = pipe_of(bio);
  const auto* octets = reinterpret_cast<const std::uint8_t*>(data);
  const std::vector<std::uint8_t> datagram(octets, octets + size);
  if (pipe.sent.size() < kMaxQueued) pipe.sent.push_back(datagram);
  if (pipe.flight.size() < kMaxQueued) pipe.flight.push_back(datagram);
  BIO_clear_retry_flags(bio);
  return size;
}

int read_datagram(BIO* bio, char* out, int capacity) {
  DatagramPipe& pipe = pipe_of(bio);
  BIO_clear_retry_flags(bio);
  if (!pipe.arrived || out == nullptr || capacity <= 0) {
    pipe.starved = true;
    BIO_set_retry_read(bio);
    return -1;
  }
  // Like recv(): what does not fit is lost.
  const std::size_t size = std::min(pipe.arrived->size(), static_cast<std::size_t>(capacity));
  std::copy_n(pipe.arrived->begin(), size, reinterpret_cast<std::uint8_t*>(out));
  pipe.arrived.reset();
  return static_cast<int>(size);
}

// Nothing is ever pending in here, nothing is at its end, and the path's MTU is not known to anybody.
long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
      return 1;
    default:
      return 0;
  }
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

const BIO_METHOD* method() {
  static const std::unique_ptr<BIO_METHOD, FreeMethod> made = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> m(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams"));
    const bool whole = m != nullptr && BIO_meth_set_write(m.get(), write_datagram) == 1 &&
                       BIO_meth_set_read(m.get(), read_datagram) == 1 && BIO_meth_set_ctrl(m.get(), control) == 1;
    if (!whole) m.reset();
    return m;
  }();
  return made.get();
}

}  // namespace

BIO* new_datagram_bio(DatagramPipe& pipe) {
  if (method() == nullptr) return nullptr;
  BIO* bio = BIO_new(method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &pipe);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace osrtp::dtls
