#pragma once

#include <map>
#include <set>
#include <string>

#include "model/rules.hpp"
#include "model/sdp.hpp"

namespace osrtp::model {

/// Reads along with every SDP of a call: whose keys, ports and names stand where. Each check answers what is wrong;
/// nothing: all is well.
class Watch {
 public:
  /// A phone writes this to the relay.
  void said(const Sdp& sdp);
  /// The relay writes this to `party` in place of `source`.
  /// @param dialog what its o= versions belong to
  std::string heard(const std::string& party, const std::string& dialog, const Sdp& sdp, const Sdp& source);
  /// The offer of a line is what its policy asks for.
  static std::string offers(const SdpLine& line, const Wanted& wanted);
  /// The answer to a line of an offer is in one method, that of `mode`.
  static std::string answers(const SdpLine& line, const SdpLine& offer, Mode mode);
  /// A line of `party` now runs under this key of the relay's, or under none.
  void runs(const std::string& party, std::size_t n, const Octets& relay_key);
  /// Behind a line of `party` is another phone, which has to be told another key.
  void renews(const std::string& party, std::size_t n);
  /// What is said of suites in offers: each has one tag, always.
  std::string tags(const std::string& party, std::size_t n, const SdpLine& line);

 private:
  using Place = std::pair<std::string, std::size_t>;  // a party's line
  std::string lines(const Sdp& sdp, const Sdp& source) const;
  std::string keys(const std::string& party, std::size_t n, const SdpLine& line);
  std::string names(const SdpLine& line) const;
  std::string port(const std::string& party, std::size_t n, const SdpLine& line);
  std::string version(const std::string& dialog, const Sdp& sdp);

  std::set<Octets> phones_keys_;
  std::set<std::string> phones_names_;                    // tls-ids
  std::map<Octets, Place> owners_;                        // of the relay's keys
  std::map<std::pair<Place, std::string>, Octets> told_;  // the newest key of a suite
  std::map<Place, Octets> running_;
  std::map<std::pair<Place, std::string>, std::string> tags_;  // of a suite, in offers
  std::set<Octets> used_;
  std::map<unsigned, Place> port_owners_;
  std::map<Place, unsigned> ports_;
  std::map<std::string, std::pair<std::uint64_t, std::string>> versions_;
};

/// Our certificate's, as it stands in SDP.
std::string relay_fingerprint();

}  // namespace osrtp::model
