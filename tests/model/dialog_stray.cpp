#include "model/dialog.hpp"

// Requests that come twice, that come out of order, and those of another call.
namespace osrtp::model {
namespace {

constexpr const char* kNeighboursSdp =
    "v=0\r\no=- 1 1 IN IP4 198.51.100.99\r\ns=-\r\nc=IN IP4 198.51.100.99\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n";
constexpr std::uint16_t kNeighboursPort = 9000;

}  // namespace

/// Whoever sends a request once more gets the same reply, and nothing has changed.
void Dialog::again() {
  if (over_ || std::holds_alternative<std::monostate>(last_)) return;
  const auto before = unmoved_sight();
  const auto reply = std::holds_alternative<protocol::Offer>(last_)
                         ? registry_->offer(std::get<protocol::Offer>(last_), now_)
                         : registry_->answer(std::get<protocol::Answer>(last_), now_);
  if (!reply) return expect(false, "a repeated request is refused: " + reply.error().reason);
  expect(reply->sdp == last_reply_, "a repeated request gets another reply");
  expect(unmoved_sight() == before, "a repeated request changed something");
  shake_hands();
}

template <class Request>
void Dialog::must_refuse(const Request& request, const std::string& what) {
  const auto before = sight();
  bool refused = false;
  if constexpr (std::is_same_v<Request, protocol::Offer>) {
    refused = !registry_->offer(request, now_).has_value();
  } else {
    refused = !registry_->answer(request, now_).has_value();
  }
  ++tally_.refusals;
  expect(refused, what + " is not refused");
  expect(sight() == before, what + " changed something");
}

protocol::Answer Dialog::stray_answer() const {
  protocol::Answer request;
  request.call_id = "call";
  request.from_tag = caller_.tag;
  request.to_tag = "stranger";
  request.sip_code = 200;
  request.sdp = kNeighboursSdp;
  return request;
}

void Dialog::stray(const Step& step) {
  const auto how = static_cast<Stray>(step.is[0] % kStrays);
  protocol::Answer answer = stray_answer();
  if (how == Stray::kUnknownCall) {
    answer.call_id = "unknown";
    return must_refuse(answer, "an answer to no call");
  }
  if (!begun_ || over_) return;
  if (how == Stray::kWrongTags) {
    answer.from_tag = "nobody";
    return must_refuse(answer, "an answer between strangers");
  }
  if (how == Stray::kConfirms) return confirms_nothing(step.is[1] % kBranches);
  const std::size_t branch = in_dialog();
  if (branch == kNobody) return;
  Callee& callee = callees_[branch];
  protocol::Offer offer;
  offer.call_id = "call";
  offer.from_tag = step.is[1] % 2 == 0 ? caller_.tag : callee.phone.tag;
  offer.to_tag = step.is[1] % 2 == 0 ? callee.phone.tag : caller_.tag;
  offer.sdp = "v=0\r\nm=audio\r\n";
  if (how == Stray::kNoSdp) return must_refuse(offer, "an offer without SDP");
  if (how == Stray::kOtherLineCount && callee.exchange && !pairs_) {
    answer.from_tag = callee.exchange->by_callee ? callee.phone.tag : caller_.tag;
    answer.to_tag = callee.exchange->by_callee ? caller_.tag : callee.phone.tag;
    for (std::size_t n = 0; n < callee.exchange->sent.lines.size(); ++n) answer.sdp += "m=video 9002 RTP/AVP 97\r\n";
    return must_refuse(answer, "an answer with too many lines");
  }
  if (!callee.confirmed) return;
  if (how == Stray::kForeignOffer) {
    offer.from_tag = "mallory";
    offer.to_tag = callee.phone.tag;
    offer.sdp = kNeighboursSdp;
    return must_refuse(offer, "an offer of a stranger");
  }
  if (how == Stray::kLateFork) {
    answer.via_branch = callees_[step.is[1] % kBranches].via;
    must_refuse(answer, "the answer of a fork that picks up too late");
  }
}

/// A 200 without SDP of whoever has not answered.
void Dialog::confirms_nothing(std::size_t branch) {
  const Callee& callee = callees_[branch];
  if (!callee.offered || callee.answered || callee.gone || late_offer_) return;
  protocol::Answer request = stray_answer();
  request.to_tag = callee.phone.tag;
  request.via_branch = callee.via;
  request.sdp.clear();
  must_refuse(request, "a confirmation of no answer");
}

/// A call beside this one, which nothing here may touch.
void Dialog::meet_neighbour() {
  protocol::Offer offer;
  offer.call_id = "neighbour";
  offer.from_tag = "n1";
  offer.sdp = kNeighboursSdp;
  protocol::Answer answer;
  answer.call_id = "neighbour";
  answer.from_tag = "n1";
  answer.to_tag = "n2";
  answer.sip_code = 200;
  answer.sdp = kNeighboursSdp;
  expect(registry_->offer(offer, now_) && registry_->answer(answer, now_), "no call beside this one");
}

void Dialog::leave_neighbour() {
  protocol::Query query;
  query.call_id = "neighbour";
  const auto reply = registry_->query(query, now_);
  if (!reply) return expect(false, "the call beside this one is gone");
  const Endpoint phone{*IpAddress::parse("198.51.100.99"), *Port::from(kNeighboursPort)};
  const auto port = static_cast<std::uint16_t>(reply->call.parties.at(0).medias.at(0).streams.at(0).local_port);
  const Octets wire(32, 0x80);
  const auto passed = plane_.receive(port, phone, wire, now_.steady);
  expect(passed && passed->to == phone && passed->packet == wire, "the call beside this one is disturbed");
  protocol::Delete request;
  request.call_id = "neighbour";
  expect(registry_->remove(request, now_).call.has_value(), "the call beside this one does not end");
}

}  // namespace osrtp::model
