#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.hpp"
#include "call/census.hpp"
#include "call/legs.hpp"
#include "call/media_plane.hpp"
#include "call/party.hpp"
#include "call/settings.hpp"
#include "call/timeline.hpp"
#include "negotiate/render.hpp"
#include "protocol/event.hpp"
#include "sdp/text.hpp"

namespace osrtp::call {

/// What every call borrows.
struct Surroundings {
  const Settings& settings;
  MediaPlane& plane;
  const Entropy& entropy;
  const std::shared_ptr<const dtls::Identity>& identity;  // for handshakes from now on; nothing: no DTLS
  std::uint64_t& next_stream;
  Census& census;
};

/// What a failed handshake is called in replies.
[[nodiscard]] protocol::Reason reason_of(dtls::Failure failure);

/// One call: its parties, the exchanges between them, its streams. Owns its ports and
/// streams on the media plane and gives them back when it goes.
class Call {
 public:
  Call(std::string id, Surroundings around, Now now);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// @return the offer for the other side; an error has changed nothing. Remarks for people go to `warnings`.
  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> offer(const protocol::SdpRequest& request, Now now,
                                                                  std::vector<std::string>& warnings);
  /// @return the answer for the offerer. Lines whose keying failed have port 0 in it and say so in `security`.
  /// Without an SDP, to a 2xx without one: none.
  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> answer(const protocol::SdpRequest& request, Now now,
                                                                   std::vector<std::string>& warnings);

  /// Ends one branch; the caller's ports and keys stay for a retry. @return whether there was one.
  bool remove_branch(std::string_view via_branch);
  [[nodiscard]] bool has_tag(std::string_view tag) const;
  /// Whether two tags, in either order, are the caller's and that of the branch which has the call, or is the only one.
  [[nodiscard]] bool is_dialog(std::string_view one, std::string_view other) const;
  [[nodiscard]] bool answered() const noexcept;
  /// Why the call is over, if it is.
  [[nodiscard]] std::optional<Ending> expired(Now now) const;

  /// One line for each leg whose handshake has ended since the last time: "leg=caller.0 event=keyed suite=…".
  [[nodiscard]] std::vector<std::string> take_news();
  /// Takes down that a leg has sent something, and what came of it.
  void note_exchange(protocol::HappeningKind kind, protocol::Leg from, Now now);
  /// Takes down which m-lines have another state than before.
  void note_states();
  /// What subscribers are told of the call that runs, each thing once: looked for at every call of this.
  [[nodiscard]] std::vector<protocol::Event> take_events(Now now);
  [[nodiscard]] protocol::CallReport report(Now now) const;
  [[nodiscard]] std::vector<protocol::LegSecurity> security(const Branch* branch) const;
  /// Brings the census up to date with this call. It has to be asked for often, and before the call goes.
  void count();
  /// As the census has it; nothing: it has not been counted.
  [[nodiscard]] const std::optional<std::vector<LegStanding>>& counted() const noexcept { return counted_; }
  /// Its streams, with the legs that have ports.
  [[nodiscard]] std::vector<StreamPlace> places() const;
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

 private:
  struct Roles {
    protocol::Leg offerer;
    Branch* branch;  // nothing: a new one is to be made
  };
  /// An offer in a dialog that the call does not have is out of order.
  [[nodiscard]] Result<Roles, protocol::Error> roles_of_offer(const protocol::SdpRequest& request) const;
  [[nodiscard]] Result<Roles, protocol::Error> roles_of_callers_offer(const protocol::SdpRequest& request) const;
  [[nodiscard]] Result<Roles, protocol::Error> roles_of_callees_offer(const protocol::SdpRequest& request) const;
  /// Whether the answer is another phone's than `branch`, to the same INVITE.
  [[nodiscard]] bool is_fork(const Branch& branch, const protocol::SdpRequest& answer) const;
  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> fork_answer(const Branch& first,
                                                                        const protocol::SdpRequest& request, Now now,
                                                                        std::vector<std::string>& warnings);
  /// Nothing: the answer is to no offer that there is.
  [[nodiscard]] Branch* branch_of_answer(const protocol::SdpRequest& request) const;
  [[nodiscard]] Branch* branch_tagged(std::string_view tag) const;
  [[nodiscard]] Branch* branch_named(std::string_view via_branch) const;
  [[nodiscard]] Branch* branch_meant(std::string_view via_branch) const;
  [[nodiscard]] Branch* connected_branch() const;
  [[nodiscard]] Branch& add_branch(std::string_view via_branch, Now now);
  /// Another phone answers the INVITE that `first` has answered: a leg of its own on the same ports, with what the
  /// INVITE's offer said of us. Nothing: enough of them have.
  [[nodiscard]] Branch* add_fork(const Branch& first, Now now);
  /// A new offer to a branch: whoever else has answered the one before is gone.
  void drop_forks(const Branch& but);
  void drop_branch(std::size_t position);
  void close_ports(const Party& party);
  void ensure_streams(std::size_t count, Now now);
  void mark(const std::optional<int>& tos);
  void signalled(Now now);
  [[nodiscard]] relay::Choice choice() const noexcept;
  /// Media now runs with `branch`.
  void connect(Branch& branch, Now now);
  /// Lines that `branch` has rejected, and that the caller had with another fork until now.
  void stop_rejected_lines(const Branch& branch, Now now);
  /// It has picked up: the others are gone.
  void end_others(const Branch& branch);
  /// A 2xx without SDP: the answer that its branch has given already is the final one (RFC 3261 §13.2.1).
  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> confirm(Branch& branch, const protocol::SdpRequest& request,
                                                                    Now now);
  [[nodiscard]] negotiate::Disguise disguise(const protocol::SdpRequest& request) const;
  /// Where a peer says that it receives, as far as that is one host and not this call's own ports:
  /// nothing is sent to a group, to everybody, in a circle, or where a port of our family `ours` cannot send. A warning
  /// tells of what is left out.
  [[nodiscard]] Reach reach(const sdp::Media& said, std::size_t n, Family ours,
                            std::vector<std::string>& warnings) const;
  [[nodiscard]] Family family_of(const LocalPorts& ports) const;
  [[nodiscard]] bool owns(const Endpoint& endpoint) const;
  /// One of the parties has every line on hold.
  [[nodiscard]] bool held() const;
  /// One of the parties has this line on hold.
  [[nodiscard]] bool is_held(std::size_t n) const;
  /// Whether the m-line of a party that is to send has just been without a packet for too long.
  [[nodiscard]] bool falls_silent(Party& party, std::size_t n, const Status& status, Now now) const;
  /// Since when no m-line can pass anything, for want of keys on one of its legs; nothing: one can.
  [[nodiscard]] std::optional<TimePoint> keying_failed_since() const;
  /// The status of an m-line, and where its handshake decides, how far that has come.
  [[nodiscard]] Status status(const Party& party, std::size_t n) const;
  [[nodiscard]] WallTime wall(TimePoint time) const noexcept;
  [[nodiscard]] TimePoint steady(WallTime time) const noexcept;  // of wall()
  [[nodiscard]] std::optional<TimePoint> last_received() const;

  /// What the census has of one m-line of one party.
  struct Seen {
    relay::LegIndex leg;
    std::size_t media;
    Traffic traffic;
    std::optional<TimePoint> handshake;  // when that ended which was counted last
  };
  /// How the m-lines in use stand, of the branch that has the call or is the latest.
  [[nodiscard]] std::vector<LegStanding> stand() const;
  [[nodiscard]] Seen& seen_of(relay::LegIndex leg, std::size_t n);
  void count_traffic(const Party& party);
  void count_handshake(Seen& seen, const transport::Progress& progress);
  /// Its legs are about to go.
  void forget_traffic(const Party& party);

  std::string id_;
  Surroundings around_;
  Now created_;
  TimePoint last_signal_;
  WallTime last_signal_wall_;
  Party caller_;
  std::vector<std::unique_ptr<Branch>> branches_;
  std::vector<StreamId> streams_;              // one per m-line
  std::optional<TrafficClass> traffic_class_;  // of all it sends; nothing: as each interface has it
  relay::LegIndex connected_ = relay::kCallerLeg;
  std::vector<Seen> seen_;
  std::optional<std::vector<LegStanding>> counted_;
  Timeline timeline_;
  bool confirmed_ = false;  // somebody has picked up: a 2xx, or an answer of which nothing says that it is none

  friend class Offering;
  friend class Answering;
};

}  // namespace osrtp::call
