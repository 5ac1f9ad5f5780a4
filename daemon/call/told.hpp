#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "negotiate/origin.hpp"
#include "protocol/security.hpp"

namespace osrtp::call {

/// What both ends of a branch have been told, dialog by dialog: forks further down begin with the INVITE of their
/// branch, and each of them is a dialog of its own to the caller.
class ToldSdps {
 public:
  /// Gives an SDP that is about to leave the origin and version which the receiver has to find in it.
  /// @param callee_tag names the dialog; empty: the INVITE, before there is one
  [[nodiscard]] std::string tell(protocol::Leg receiver, std::string_view callee_tag, std::string sdp);

 private:
  struct Entry {
    protocol::Leg receiver;
    std::string callee_tag;
    negotiate::Told told;
  };
  [[nodiscard]] Entry* find(protocol::Leg receiver, std::string_view callee_tag);
  void make_room();

  std::vector<Entry> entries_;
};

}  // namespace osrtp::call
