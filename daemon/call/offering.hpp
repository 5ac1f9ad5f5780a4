#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call/call.hpp"

namespace osrtp::call {

/// One offer on its way through a call: reads, plans, opens ports, and only when nothing can fail any
/// more changes the call. Lives for one request.
class Offering {
 public:
  Offering(Call& call, Call::Roles roles, const protocol::SdpRequest& request, Now now,
           std::vector<std::string>& warnings);

  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> run();

 private:
  using Outcome = std::optional<protocol::Error>;           // nothing: go on
  using NewPorts = std::vector<std::optional<LocalPorts>>;  // by m-line

  void set_terms();
  Outcome read();
  /// From here on an m-line is a stream: two of the offerer's may be one.
  Outcome fold();
  Outcome choose_forms();
  [[nodiscard]] std::string laid_out(const std::string& body);
  Outcome plan();
  void note_interfaces();
  void refuse(OfferedLine& line, protocol::Reason reason) const;
  OfferedLine plan_line(const sdp::Media& media, std::size_t n);
  [[nodiscard]] negotiate::OfferPlan repeated(const negotiate::OfferPlan& plan, std::size_t n) const;
  Outcome open_ports();
  Outcome open_ports_for(protocol::Leg leg, NewPorts& ports);
  void close_new_ports();
  [[nodiscard]] std::size_t interface_of(protocol::Leg leg) const;
  [[nodiscard]] Family wanted_family(protocol::Leg leg) const;
  [[nodiscard]] Family offerer_family() const;
  [[nodiscard]] Family offerers_port_family(std::size_t n) const;
  [[nodiscard]] Family answerer_family() const;
  [[nodiscard]] negotiate::Terms answering_terms(const sdp::Media& media) const;
  [[nodiscard]] protocol::Error refused() const;
  void commit();
  void forget_failed_handshake(Party& party, std::size_t n);
  void commit_party(Party& party, const NewPorts& ports);
  [[nodiscard]] std::string write();
  /// The callee's tag in the dialog that the offer is made in; empty: in none, it makes one.
  [[nodiscard]] std::string_view dialog() const;
  void note_keys();
  [[nodiscard]] negotiate::Section section(std::size_t n);
  void offer_keys(OfferedLine& line, LegMedia& media, negotiate::OurLine& ours);
  [[nodiscard]] bool offers_ice(const OfferedLine& line);
  /// In a reply: the request had no SDP.
  [[nodiscard]] bool is_late() const;
  void offer_transport(std::size_t n, negotiate::OurLine& ours);

  [[nodiscard]] Party& offerer();
  [[nodiscard]] Party& answerer();
  /// The same before commit(), when the branch may not exist yet.
  [[nodiscard]] const Party* known(protocol::Leg leg) const;
  /// The leg is in a dialog: an answer has come over it, or to it.
  [[nodiscard]] bool runs(protocol::Leg leg) const;

  Call& call_;
  const protocol::SdpRequest& request_;
  Now now_;
  std::vector<std::string>& warnings_;
  Call::Roles roles_;
  negotiate::Terms offerer_terms_;
  negotiate::Terms answerer_terms_;
  std::optional<sdp::Text> text_;
  std::vector<sdp::Media> media_;
  std::vector<std::optional<protocol::Reason>> kept_plain_;  // by stream, as of FoldedOffer
  std::vector<negotiate::Form> forms_;                       // by stream, of what the answerer is offered
  Exchange exchange_;                                        // until write(), then shared with the branch
  NewPorts offerer_ports_;
  NewPorts answerer_ports_;
};

}  // namespace osrtp::call
