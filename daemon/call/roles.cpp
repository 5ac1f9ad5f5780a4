#include <algorithm>

#include "call/call.hpp"

// Whom a request speaks of: who offers, which branch answers, whose dialog ends. The rest of Call is in call.cpp.
namespace osrtp::call {
namespace {

using protocol::ErrorCode;
using protocol::Leg;

/// A tag that is not there is nobody's: it contradicts nothing.
bool is_another(std::string_view known, std::string_view tag) { return !known.empty() && !tag.empty() && known != tag; }

protocol::Error stranger() { return {ErrorCode::kOutOfOrder, "Offer in a dialog that the call does not have", {}}; }

}  // namespace

Branch* Call::branch_tagged(std::string_view tag) const {
  const auto found =
      std::find_if(branches_.begin(), branches_.end(), [&](const auto& branch) { return branch->party.tag == tag; });
  return tag.empty() || found == branches_.end() ? nullptr : found->get();
}

Branch* Call::branch_named(std::string_view via_branch) const {
  const auto found = std::find_if(branches_.begin(), branches_.end(),
                                  [&](const auto& branch) { return branch->party.via_branch == via_branch; });
  return found == branches_.end() ? nullptr : found->get();
}

/// The branch index is the module's word for it; a client without one means the only branch there is.
Branch* Call::branch_meant(std::string_view via_branch) const {
  if (Branch* named = branch_named(via_branch)) return named;
  if (Branch* unnamed = branch_named({})) return unnamed;
  return branches_.size() == 1 ? branches_.front().get() : nullptr;
}

Branch* Call::connected_branch() const {
  for (const auto& branch : branches_) {
    if (branch->party.index == connected_ && connected_ != relay::kCallerLeg) return branch.get();
  }
  return nullptr;
}

Result<Call::Roles, protocol::Error> Call::roles_of_offer(const protocol::SdpRequest& request) const {
  if (!caller_.tag.empty()) {
    return request.from_tag == caller_.tag ? roles_of_callers_offer(request) : roles_of_callees_offer(request);
  }
  // The first offer, or a late one that did not say whose call it is.
  const Leg offerer = request.osrtp ? request.osrtp->offerer.value_or(Leg::kCaller) : Leg::kCaller;
  Branch* known = branch_tagged(request.from_tag);
  if (known != nullptr || offerer == Leg::kCallee) return Roles{Leg::kCallee, known};
  Branch* dialog = branch_tagged(request.to_tag);
  return Roles{Leg::kCaller, dialog != nullptr ? dialog : branch_named(request.via_branch)};
}

Result<Call::Roles, protocol::Error> Call::roles_of_callers_offer(const protocol::SdpRequest& request) const {
  if (Branch* dialog = branch_tagged(request.to_tag)) return Roles{Leg::kCaller, dialog};
  if (request.to_tag.empty()) return Roles{Leg::kCaller, branch_named(request.via_branch)};
  Branch* meant = branch_meant(request.via_branch);
  if (meant != nullptr && is_another(meant->party.tag, request.to_tag)) return fail(stranger());
  return Roles{Leg::kCaller, meant};
}

/// Whoever knows a Call-ID and no more is not let in: what is offered to the caller's side holds the caller's keys.
Result<Call::Roles, protocol::Error> Call::roles_of_callees_offer(const protocol::SdpRequest& request) const {
  if (Branch* known = branch_tagged(request.from_tag)) return Roles{Leg::kCallee, known};
  if (request.to_tag != caller_.tag) return fail(stranger());
  Branch* meant = branch_meant(request.via_branch);
  if (meant != nullptr && meant->party.tag.empty()) return Roles{Leg::kCallee, meant};
  // Another fork of an INVITE without SDP: its reply has an offer of its own, until one of them has the call.
  const bool late = request.osrtp && request.osrtp->offerer == Leg::kCallee;
  if (late && !answered()) return Roles{Leg::kCallee, nullptr};
  return fail(stranger());
}

Branch* Call::branch_of_answer(const protocol::SdpRequest& request) const {
  if (request.from_tag != caller_.tag) {
    if (is_another(caller_.tag, request.to_tag)) return nullptr;
    Branch* offerer = branch_tagged(request.from_tag);
    return offerer != nullptr ? offerer : branch_named(request.via_branch);
  }
  if (Branch* dialog = branch_tagged(request.to_tag)) return dialog;
  Branch* meant = branch_meant(request.via_branch);
  if (meant == nullptr || !is_another(meant->party.tag, request.to_tag)) return meant;
  // Forks further down share a branch, and answer one after the other until one of them has picked up; an INVITE
  // without an offer has no answers. Whoever picks up after that, here or on a branch that is gone, would take the
  // media of the one that talks.
  const bool forks = meant->invite && meant->party.via_branch == request.via_branch && !meant->confirmed;
  return forks ? meant : nullptr;
}

bool Call::is_fork(const Branch& branch, const protocol::SdpRequest& answer) const {
  return branch.invite && answer.from_tag == caller_.tag && is_another(branch.party.tag, answer.to_tag);
}

bool Call::has_tag(std::string_view tag) const { return caller_.tag == tag || branch_tagged(tag) != nullptr; }

bool Call::is_dialog(std::string_view one, std::string_view other) const {
  const Branch* branch = connected_branch();
  if (branch == nullptr && branches_.size() == 1) branch = branches_.front().get();
  if (branch == nullptr) return false;
  const auto between = [&](std::string_view caller, std::string_view callee) {
    return !is_another(caller_.tag, caller) && !is_another(branch->party.tag, callee);
  };
  return between(one, other) || between(other, one);
}

}  // namespace osrtp::call
