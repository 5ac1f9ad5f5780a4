#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/command.hpp"
#include "module/osrtp_abi.h"

/// What a process hands to a client process: commands of one call, and how its message goes on.
namespace osrtp::module {

struct Parcel {
  osrtp_task task = OSRTP_DELIVER;
  std::uint32_t index = 0;  // of tm's transaction
  std::uint32_t label = 0;
  std::string call_id;
  std::string route;    // where the script goes on
  std::string baggage;  // the C half's
  std::vector<Command> commands;

  friend bool operator==(const Parcel&, const Parcel&) = default;
};

/// Both ends are one program on one machine; unpack() undoes pack().
[[nodiscard]] std::string pack(const Parcel& parcel);
/// @return nothing: it is cut short or something else
[[nodiscard]] std::optional<Parcel> unpack(std::string_view octets);

}  // namespace osrtp::module
