#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"
#include "base/time.hpp"
#include "base/traffic_class.hpp"
#include "call/port_pool.hpp"
#include "transport/setup.hpp"

namespace osrtp::call {

/// An address of this machine on which media ports are opened. Two may have one name, if not one family.
struct Interface {
  std::string name;
  IpAddress address;                            // bound
  IpAddress advertised;                         // written into SDP; differs behind a NAT
  std::optional<PortRange> ports{};             // nothing: the daemon's
  std::optional<TrafficClass> traffic_class{};  // nothing: the daemon's

  friend bool operator==(const Interface&, const Interface&) = default;
};

/// An RTP port and the RTCP port next to it, open and owned by whoever holds this.
struct LocalPorts {
  std::size_t interface = 0;
  SocketId rtp;
  SocketId rtcp;
  Endpoint rtp_advertised;
  Endpoint rtcp_advertised;
};

/// Why there are no ports for a leg.
enum class PortError : std::uint8_t {
  kExhausted,      // all of the range are in use, rest or are other processes'
  kNoDescriptors,  // this process, or the machine, may have no more of them
  kRefused,        // the system opens none; the log says why
  kUnserved,       // no worker would serve them; the log says why
};

/// How the media side itself is.
struct MediaHealth {
  std::size_t workers = 0;
  std::size_t stalled = 0;   // of these, which do nothing though they should
  std::uint64_t unsent = 0;  // packets that the system did not take
};

/// A stream and its legs, as a capture of it names them.
struct StreamPlace {
  struct Leg {
    relay::LegIndex index;
    std::string name;        // "caller, m-line 1"
    std::string protection;  // "srtp-sdes AEAD_AES_256_GCM"
    Endpoint rtp;            // ours
    Endpoint rtcp;
  };
  StreamId id;
  std::vector<Leg> legs;
};

/// What a call asks of the media side. app/ implements it with workers on threads of their own,
/// tests with memory. Nothing here waits, and nothing is called back: what is known of a leg may be
/// a moment old, but its progress is never that from before the last set_leg().
class MediaPlane {
 public:
  MediaPlane() = default;
  MediaPlane(const MediaPlane&) = delete;
  MediaPlane& operator=(const MediaPlane&) = delete;
  virtual ~MediaPlane() = default;

  [[nodiscard]] virtual const std::vector<Interface>& interfaces() const = 0;
  /// Opens an even RTP port and the odd one above it on interfaces()[interface].
  [[nodiscard]] virtual Result<LocalPorts, PortError> open_ports(std::size_t interface) = 0;
  /// How what leaves from these ports is marked from now on; nothing: as their interface has it.
  virtual void mark(const LocalPorts& ports, std::optional<TrafficClass> traffic) = 0;
  virtual void close_ports(const LocalPorts& ports) = 0;

  /// @param beside another stream of the same call: one loop serves both
  virtual void open_stream(StreamId stream, std::optional<StreamId> beside) = 0;
  /// Also routes what arrives on the setup's sockets to the stream. Legs of forks may share them.
  virtual void set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) = 0;
  virtual void remove_leg(StreamId stream, relay::LegIndex leg) = 0;
  virtual void connect(StreamId stream, relay::LegIndex callee, relay::Choice choice, TimePoint now) = 0;
  [[nodiscard]] virtual relay::LegCounters counters(StreamId stream, relay::LegIndex leg) const = 0;
  /// How far the leg's DTLS has come.
  [[nodiscard]] virtual transport::Progress progress(StreamId stream, relay::LegIndex leg) const = 0;
  /// Who looks on at a stream from now on; nothing: nobody. A stream that is not there has nothing to be seen.
  virtual void tap(StreamId stream, std::shared_ptr<relay::Tap> tap) = 0;
  /// The ports stay open until close_ports().
  virtual void close_stream(StreamId stream) = 0;
  [[nodiscard]] virtual MediaHealth health() const = 0;
};

}  // namespace osrtp::call
