#include "call/offering.hpp"

// Where in the signalling an offer stands. The rest of Offering is in offering.cpp.
namespace osrtp::call {

std::string_view Offering::dialog() const {
  const Branch& branch = *roles_.branch;
  if (roles_.offerer == protocol::Leg::kCallee) return branch.party.tag;
  if (!request_.to_tag.empty()) return request_.to_tag;
  return branch.confirmed ? std::string_view(branch.party.tag) : std::string_view();
}

bool Offering::is_late() const { return request_.sip_code != 0; }

}  // namespace osrtp::call
