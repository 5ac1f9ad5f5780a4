#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call/call.hpp"
#include "call/legs.hpp"

namespace osrtp::call {

/// One answer on its way through a call: settles every m-line and sets both legs. Lives for
/// one request. The same answer may come more than once (183, then 200).
class Answering {
 public:
  Answering(Call& call, Branch& branch, const protocol::SdpRequest& request, Now now,
            std::vector<std::string>& warnings);

  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> run();

 private:
  [[nodiscard]] std::optional<protocol::Error> read();
  void raise_terms();
  [[nodiscard]] std::optional<protocol::Reason> outrisen(std::size_t n, const OfferedLine& offered);
  [[nodiscard]] bool ends_encrypt(std::size_t n, const OfferedLine& offered);
  [[nodiscard]] negotiate::RejectLine rejected(std::size_t n);
  void take_up(std::size_t n, const OfferedLine& offered);
  [[nodiscard]] negotiate::Section line(std::size_t n);
  [[nodiscard]] negotiate::Section settled_line(std::size_t n, const OfferedLine& offered);
  [[nodiscard]] negotiate::Section refuse(std::size_t n, protocol::Leg by, protocol::Reason why);
  void stop(Party& party, std::size_t n, protocol::Reason why);
  void stop_offerer(std::size_t n, protocol::Reason why);
  void stop_what_was_put_off();
  [[nodiscard]] negotiate::Section retire(std::size_t n);
  void retire(Party& party, std::size_t n);
  void stop_missing_lines();
  [[nodiscard]] negotiate::Section leave_alone(std::size_t n);
  /// Another branch has the call.
  [[nodiscard]] bool others_talk() const;
  /// This one may have the call, but nobody has picked up, and the caller may yet hear another that has answered.
  [[nodiscard]] bool others_ring() const;
  [[nodiscard]] negotiate::Section run_legs(std::size_t n, const OfferedLine& offered,
                                            const negotiate::Settled& settled);
  [[nodiscard]] negotiate::Section our_line(std::size_t n, const OfferedLine& offered);
  [[nodiscard]] negotiate::Section fail_both(std::size_t n, protocol::Reason answerer, protocol::Reason offerer);
  [[nodiscard]] transport::LegSetup answerer_leg(std::size_t n, const OfferedLine& offered,
                                                 const negotiate::Settled& settled);
  [[nodiscard]] transport::LegSetup offerer_leg(std::size_t n, const OfferedLine& offered);
  [[nodiscard]] Stage stage() const;
  [[nodiscard]] bool both_plain(std::size_t n);
  void note_zrtp(std::size_t n);
  void remark(std::size_t n, const std::optional<negotiate::Remark>& remark);
  void set(Party& party, std::size_t n, transport::LegSetup setup);
  void note_keys(const Party& party);

  [[nodiscard]] Party& offerer();
  [[nodiscard]] Party& answerer();

  Call& call_;
  Branch& branch_;
  const protocol::SdpRequest& request_;
  Now now_;
  std::vector<std::string>& warnings_;
  std::optional<sdp::Text> text_;
  std::vector<sdp::Media> media_;
  std::vector<std::pair<std::size_t, protocol::Reason>> put_off_;  // of the offerer's lines: others talk on them
  negotiate::Layout answerers_layout_;
};

}  // namespace osrtp::call
