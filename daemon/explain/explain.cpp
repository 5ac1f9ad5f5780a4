#include "explain/explain.hpp"

#include <algorithm>

#include "call/registry.hpp"
#include "explain/paper_plane.hpp"
#include "sdp/media.hpp"

namespace osrtp::explain {

namespace {

template <class Request>
Request request_of(const std::string& sdp, const protocol::OsrtpOptions& terms) {
  Request request;
  request.call_id = "explain";
  request.from_tag = "caller";
  request.sdp = sdp;
  request.osrtp = terms;
  return request;
}

protocol::Reply reply_of(Result<protocol::SdpReply, protocol::Error> result, std::vector<std::string> warnings) {
  protocol::Reply reply;
  reply.warnings = std::move(warnings);
  if (result) {
    reply.body = *std::move(result);
  } else {
    reply.body = std::move(result).error();
  }
  return reply;
}

/// A call of its own for each answer, since an answer changes it.
class Rehearsal {
 public:
  Rehearsal(const Question& question, const Entropy& entropy, std::shared_ptr<const dtls::Identity> identity, Now now)
      : question_(question),
        registry_(
            question.settings, plane_, entropy, [](LogLevel, std::string_view) {}, std::move(identity)),
        now_(now) {}

  protocol::Reply offer() {
    auto result = registry_.offer(request_of<protocol::Offer>(question_.offer, question_.terms), now_);
    return reply_of(std::move(result), registry_.take_warnings());
  }
  protocol::Reply answer(const std::string& sdp) {
    auto request = request_of<protocol::Answer>(sdp, question_.terms);
    request.to_tag = "callee";
    request.sip_code = 200;
    auto result = registry_.answer(request, now_);
    return reply_of(std::move(result), registry_.take_warnings());
  }

 private:
  const Question& question_;
  PaperPlane plane_;
  call::Registry registry_;
  Now now_;
};

bool is_pending(const protocol::LegSecurity& leg) { return leg.state == protocol::SecurityState::kPending; }

/// Whether an m-line of it is of a profile that is SRTP or nothing.
bool insists(std::string_view sdp) {
  const auto text = sdp::Text::parse(sdp);
  for (std::size_t n = 0; text && n < text->media_count(); ++n) {
    const auto media = sdp::read_media(*text, n);
    if (media && media->port && protocol::is_secure(media->profile)) return true;
  }
  return false;
}

}  // namespace

Explanation explain(const Question& question, const Entropy& entropy, std::shared_ptr<const dtls::Identity> identity,
                    Now now) {
  Explanation explanation;
  explanation.offered = Rehearsal(question, entropy, identity, now).offer();
  const auto* offered = std::get_if<protocol::SdpReply>(&explanation.offered.body);
  if (offered == nullptr) return explanation;
  explanation.refused_by_plain_phones = insists(offered->sdp);
  const auto rehearse = [&](std::string_view kind, const std::string& sdp) {
    Rehearsal call(question, entropy, identity, now);
    static_cast<void>(call.offer());
    Outcome outcome{kind, call.answer(sdp)};
    const auto* reply = std::get_if<protocol::SdpReply>(&outcome.reply.body);
    outcome.handshake = reply != nullptr && std::any_of(reply->security.begin(), reply->security.end(), is_pending);
    explanation.outcomes.push_back(std::move(outcome));
  };
  if (question.answer) {
    rehearse("as given", *question.answer);
  } else {
    for (const UsualAnswer& usual : usual_answers(offered->sdp, entropy)) rehearse(usual.kind, usual.sdp);
  }
  return explanation;
}

}  // namespace osrtp::explain
