#include <algorithm>

#include "model/dialog.hpp"

// A caller whose streams are two m-lines each, RTP/SAVP with keys and RTP/AVP without. Everything else in the model
// knows the one of the two that must be taken.
namespace osrtp::model {
namespace {

SdpLine without_keys(SdpLine line) {
  line.proto = "RTP/AVP";
  line.crypto.clear();
  return line;
}

SdpLine rejected(SdpLine line, const std::string& proto) {
  line.proto = proto;
  line.port = 0;
  line.crypto.clear();
  return line;
}

}  // namespace

Sdp Dialog::in_pairs(const Sdp& sdp, const Sdp* answered) const {
  if (!pairs_) return sdp;
  Sdp wire = sdp;
  wire.lines.clear();
  for (std::size_t n = 0; n < sdp.lines.size(); ++n) {
    const SdpLine& line = sdp.lines[n];
    SdpLine secure = line;
    SdpLine plain = without_keys(line);
    if (answered != nullptr && is_secure_profile(answered->lines[n].proto)) plain = rejected(line, "RTP/AVP");
    if (answered != nullptr && !is_secure_profile(answered->lines[n].proto)) {
      secure = rejected(line, "RTP/SAVP");
      plain = line;
    }
    wire.lines.push_back(plain_first_ ? plain : secure);
    wire.lines.push_back(plain_first_ ? secure : plain);
  }
  return wire;
}

/// The line of each pair that the caller's terms allow: the secure one where it will do.
Sdp Dialog::chosen(const Sdp& offer) {
  if (!pairs_) return offer;
  Sdp sdp = offer;
  callers_encrypted_.resize(std::max(callers_encrypted_.size(), sdp.lines.size()));
  for (std::size_t n = 0; n < sdp.lines.size(); ++n) {
    const SdpLine plain = without_keys(sdp.lines[n]);
    const bool fails = answer_to(callers_terms_, sdp.lines[n], callers_encrypted_[n]) == Mode::kFailed;
    if (fails && answer_to(callers_terms_, plain, callers_encrypted_[n]) != Mode::kFailed) sdp.lines[n] = plain;
  }
  return sdp;
}

/// What the caller gets has its own lines, in number and order, and one of two at most that is active.
std::optional<Sdp> Dialog::out_of_pairs(const std::optional<Sdp>& wire, std::size_t streams) {
  if (!pairs_ || !wire) return wire;
  Sdp sdp = *wire;
  sdp.lines.clear();
  expect(wire->lines.size() == 2 * streams, "another number of m-lines than the caller has");
  for (std::size_t n = 0; n < streams && !problem_; ++n) {
    const SdpLine& secure = wire->lines[2 * n + (plain_first_ ? 1 : 0)];
    const SdpLine& plain = wire->lines[2 * n + (plain_first_ ? 0 : 1)];
    expect(is_secure_profile(secure.proto) && !is_secure_profile(plain.proto), "the caller's m-lines in another order");
    expect(plain.crypto.empty(), "keys in the plain line of two");
    const bool runs = caller_.run(n).mode == Mode::kSdes || caller_.run(n).mode == Mode::kPlain;
    expect(!runs || secure.port == 0 || plain.port == 0, "both lines of one stream are active");
    const bool prefers_plain = secure.port == 0 && plain.port != 0;
    expect(!prefers_plain || caller_.run(n).mode != Mode::kSdes, "the plain line of a stream that is encrypted");
    sdp.lines.push_back(prefers_plain ? plain : secure);
  }
  return problem_ ? std::nullopt : std::optional(sdp);
}

}  // namespace osrtp::model
