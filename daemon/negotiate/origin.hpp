#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The o= line of the SDPs that one party gets in one dialog. Each of them is what somebody else wrote, and not always
/// the same: forks answer in turn, a transfer puts another phone behind the leg. To the party it is one session all the
/// while, ours.
namespace osrtp::negotiate {

/// Everything of an SDP but its o= lines, as far as it takes to tell another. It contains no key.
struct ContentDigest {
  std::size_t octets = 0;
  std::uint64_t one = 0;
  std::uint64_t other = 0;
  friend bool operator==(const ContentDigest&, const ContentDigest&) = default;
};

/// What a party was told last.
struct Told {
  std::string origin;  // what stood behind "o="; empty: no SDP had one
  ContentDigest content;
};

struct Telling {
  std::string sdp;
  Told told;  // for the next time
};

/// RFC 3264 §8: user name, session id and address stay those that the party was told first; the version rises by one
/// where anything else in the SDP is not as it was the last time, and only there, whatever the writer did with its own.
/// The first SDP leaves as it is. A line in which no version can be made out ("o=-", a version that is no decimal
/// number) is left to its writer, each time anew. Nothing makes this fail.
/// @param before nothing: the party has not been told anything yet
[[nodiscard]] Telling tell(std::string sdp, const std::optional<Told>& before);

/// One more, of any length: versions are NTP times and longer (RFC 8866 §5.2). `version` is decimal digits.
[[nodiscard]] std::string next_version(std::string_view version);

}  // namespace osrtp::negotiate
