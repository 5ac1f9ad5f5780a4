#include "app/observer.hpp"

#include <openssl/crypto.h>
#include <srtp2/srtp.h>

#include <vector>

#include "app/process.hpp"

namespace osrtp::app {

namespace {

/// "libsrtp2 2.5.0": the last word.
std::string version_in(const std::string& text) { return text.substr(text.rfind(' ') + 1); }

std::vector<observe::PortUse> use_of(const MediaPorts& ports) {
  std::vector<observe::PortUse> all;
  for (std::size_t i = 0; i < ports.interfaces().size(); ++i) {
    const call::Interface& interface = ports.interfaces()[i];
    all.push_back({interface.name, interface.address.to_string(), ports.pool(i).size(), ports.pool(i).in_use()});
  }
  return all;
}

}  // namespace

Observer::Observer(const call::Registry& registry, const control::Service& service, const WorkerMediaPlane& plane,
                   WallTime start)
    : registry_(registry),
      service_(service),
      plane_(plane),
      start_(start),
      build_{OSRTP_VERSION, version_in(srtp_get_version_string()), OpenSSL_version(OPENSSL_VERSION_STRING)} {}

const observe::Snapshot& Observer::look(TimePoint now) {
  if (!taken_ || now - *taken_ >= kLife) {
    latest_ = take();
    taken_ = now;
  }
  return latest_;
}

observe::Snapshot Observer::take() const {
  return {
      .build = build_,
      .draining = registry_.draining(),
      .max_calls = registry_.max_calls(),
      .census = registry_.census(),
      .requests = service_.requests(),
      .ports = use_of(plane_.ports()),
      .ports_busy = plane_.ports().busy(),
      .workers = plane_.loads(),
      .stalled_workers = registry_.media_health().stalled,
      .turns = plane_.turn_times(),
      .process = process_use(start_),
  };
}

}  // namespace osrtp::app
