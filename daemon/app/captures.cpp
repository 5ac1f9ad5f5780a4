#include "app/captures.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "base/escape.hpp"
#include "base/words.hpp"
#include "capture/pcapng.hpp"

namespace osrtp::app {
namespace {

constexpr mode_t kOwnerOnly = 0600;

/// "2026-12-01T115600Z-1.pcapng": no part of it comes from a peer.
std::string file_name(WallTime at, unsigned number) {
  const std::time_t seconds = WallTime::clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H%M%SZ", &parts);
  return std::string(text.data(), size) + "-" + std::to_string(number) + ".pcapng";
}

/// @return whether all of it is written; else errno says why not.
bool put(int file, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(file, octets.data(), octets.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) octets = octets.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

struct Captures::Running {
  struct Leg {
    call::StreamPlace::Leg place;
    std::uint32_t interface;  // in the file
  };
  struct Stream {
    StreamId id;
    std::vector<Leg> legs;
    std::shared_ptr<TapQueue> tap;
  };
  std::string call_id;
  std::string path;
  io::Descriptor file;
  TimePoint until;
  std::vector<Stream> streams;
  std::uint64_t octets = 0;
  std::uint64_t packets = 0;
  bool over = false;
};

Captures::Captures(call::MediaPlane& plane, std::string folder, LogSink log)
    : plane_(plane), folder_(std::move(folder)), log_(std::move(log)) {}

Captures::~Captures() {
  for (Running& capture : running_) end(capture, "shutdown");
}

Result<std::string, protocol::Error> Captures::begin(const std::string& call_id, std::vector<call::StreamPlace> streams,
                                                     std::chrono::seconds seconds, Now now) {
  using protocol::Error;
  using protocol::ErrorCode;
  if (running_.size() >= kMost) return fail(Error{ErrorCode::kBadRequest, "Enough calls are being captured", {}});
  if (written_ >= kMostOfAll) return fail(Error{ErrorCode::kBadRequest, "Enough has been captured since start", {}});
  const std::string path = folder_ + "/" + file_name(now.wall, ++begun_);
  io::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file) return fail(Error{ErrorCode::kInternal, "Cannot make " + path + ": " + words(errno), {}});
  Running capture{call_id, path, std::move(file), now.steady + seconds, {}};
  std::vector<capture::Interface> interfaces;
  for (call::StreamPlace& stream : streams) {
    auto& seen = capture.streams.emplace_back(Running::Stream{stream.id, {}, std::make_shared<TapQueue>()});
    for (auto& leg : stream.legs) {
      interfaces.push_back({leg.name, "call " + escaped(call_id) + ", " + leg.protection});
      seen.legs.push_back({std::move(leg), static_cast<std::uint32_t>(interfaces.size() - 1)});
    }
  }
  const auto head = capture::head(interfaces);
  if (!put(capture.file.number(), head)) return fail(Error{ErrorCode::kInternal, path + ": " + words(errno), {}});
  capture.octets = head.size();
  for (const Running::Stream& stream : capture.streams) plane_.tap(stream.id, stream.tap);
  log_(LogLevel::kWarning, "call=" + printable(call_id) + " event=capture seconds=" + std::to_string(seconds.count()) +
                               " file=" + printable(path));
  running_.push_back(std::move(capture));
  return path;
}

void Captures::tick(Now now) {
  for (Running& capture : running_) {
    write(capture, now);
    if (!capture.over && now.steady >= capture.until) end(capture, "time");
  }
  running_.remove_if([](const Running& capture) { return capture.over; });
}

void Captures::write(Running& capture, Now now) {
  for (Running::Stream& stream : capture.streams) {
    stream.tap->take([&](TapQueue::Seen&& seen) {
      const auto leg = std::find_if(stream.legs.begin(), stream.legs.end(),
                                    [&](const Running::Leg& one) { return one.place.index == seen.leg; });
      if (capture.over || leg == stream.legs.end()) return;
      const bool rtp = seen.kind == relay::Component::kRtp;
      const auto ago = std::chrono::duration_cast<WallTime::duration>(now.steady - seen.at);
      const auto block = capture::block({leg->interface, now.wall - ago, rtp ? "rtp" : "rtcp", seen.source,
                                         rtp ? leg->place.rtp : leg->place.rtcp, seen.octets});
      if (capture.octets + block.size() > kMostOctets) return end(capture, "full");
      if (!put(capture.file.number(), block)) return end(capture, words(errno));
      capture.octets += block.size();
      ++capture.packets;
    });
  }
}

void Captures::end(Running& capture, std::string_view why) {
  std::uint64_t lost = 0;
  for (const Running::Stream& stream : capture.streams) {
    plane_.tap(stream.id, nullptr);
    lost += stream.tap->lost();
  }
  written_ += capture.octets;
  capture.over = true;
  log_(LogLevel::kWarning, "call=" + printable(capture.call_id) + " event=capture-ended why=\"" + std::string(why) +
                               "\" packets=" + std::to_string(capture.packets) + " lost=" + std::to_string(lost) +
                               " file=" + printable(capture.path));
}

}  // namespace osrtp::app
