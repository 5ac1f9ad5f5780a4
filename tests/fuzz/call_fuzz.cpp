// The life of a few calls, told in octets: either side offers, answers and offers again, branches come and go, SDPs
// are proper, mistaken or hostile, packets arrive meanwhile. A step is an octet: the verb (bits 0-2), the call
// (3-4), the branch (5-6), the side (7: the callee); what it needs follows it.
//
// Whatever happens: an SDP that goes out parses, an answer has as many m-lines as an offer of its receiver, and no key
// that the other side has seen; what was refused has changed nothing; a leg that is reported as encrypted takes nothing
// plain and gives nothing plain; one that is not settled gives nothing at all; the ports and streams that are open
// are those of the calls that there are, and none are left in the end.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "call/registry.hpp"
#include "sdp/media.hpp"
#include "sdp/words.hpp"
#include "support/fake_plane.hpp"
#include "support/script_phone.hpp"

using namespace osrtp;
using osrtp::protocol::Leg;
using osrtp::protocol::SecurityState;
using osrtp::testing::FakePlane;
using osrtp::testing::Script;
using osrtp::testing::ScriptPhone;

namespace {

using Octets = std::vector<std::uint8_t>;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

constexpr int kMaxSteps = 60;
constexpr std::size_t kCalls = 4;
constexpr std::size_t kBranches = 4;
constexpr std::size_t kMaxCalls = 3;
constexpr std::size_t kPortPairs = 16;  // few enough to run out
constexpr std::size_t kHeader = 12;

/// The phones of one call: the caller, then one for each branch.
struct Cast {
  std::string id;
  std::vector<ScriptPhone> phones;
};

/// Pseudo-random octets that never repeat: what the relay's keys are made of.
class Entropy {
 public:
  void operator()(ByteSpan octets) {
    for (auto& octet : octets) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      octet = static_cast<std::uint8_t>(state_ >> 33U);
    }
  }

 private:
  std::uint64_t state_ = 1;
};

/// The keys in the crypto lines of an SDP, as they are written there.
std::vector<std::string> keys_in(const sdp::Text& text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kShortest = 16;
  std::vector<std::string> keys;
  for (std::size_t n = 0; n < text.line_count(); ++n) {
    const sdp::Line line = text.line(n);
    if (line.type != 'a' || !sdp::same_word("crypto", line.attribute())) continue;
    for (std::size_t at = 0; (at = line.value.find(':', at)) != std::string_view::npos;) {
      const std::string_view rest = line.value.substr(++at);
      const auto key = rest.substr(0, rest.find_first_not_of(kAlphabet));
      if (key.size() >= kShortest) keys.emplace_back(key);
    }
  }
  return keys;
}

class Life {
 public:
  explicit Life(Script script) : script_(script) {
    plane_.limit_pairs(kPortPairs);
    for (std::size_t c = 0; c < kCalls; ++c) {
      Cast cast{"call-" + std::to_string(c), {}};
      for (std::size_t p = 0; p <= kBranches; ++p) {
        cast.phones.emplace_back(static_cast<std::uint8_t>(16 * (c + 1) + p));
      }
      casts_.push_back(std::move(cast));
    }
  }

  void run() {
    for (int steps = 0; steps < kMaxSteps && !script_.is_over(); ++steps) {
      step();
      nothing_leaks();
    }
    registry_.clear(now_);
    check(plane_.open_port_pairs() == 0 && plane_.open_streams() == 0);
  }

 private:
  void step() {
    const std::uint8_t verb = script_.octet();
    Cast& cast = casts_[verb >> 3U & 3U];
    const std::size_t branch = verb >> 5U & 3U;
    const Leg side = (verb & 0x80U) != 0 ? Leg::kCallee : Leg::kCaller;
    switch (verb & 7U) {
      case 0:
      case 1:
        return offer(cast, branch, side);
      case 2:
      case 3:
        return answer(cast, branch, side);
      case 4:
        return remove(cast, branch, side);
      case 5:
        return pass_time();
      default:
        return packet(cast, branch, side);
    }
  }

  static std::string tag(Leg side, std::size_t branch) {
    return side == Leg::kCaller ? "a" : "b" + std::to_string(branch);
  }
  static ScriptPhone& phone(Cast& cast, Leg side, std::size_t branch) {
    return cast.phones[side == Leg::kCaller ? 0 : branch + 1];
  }

  /// An octet for the policies (bits 0-3), no options (4), the tag of the receiver (5), clear signalling (6), other
  /// wishes and two lines for one stream (7).
  void describe(protocol::SdpRequest& request, const Cast& cast, std::size_t branch, Leg offerer) {
    const std::uint8_t how = script_.octet();
    request.call_id = cast.id;
    request.via_branch = std::to_string(branch);
    request.from_tag = tag(offerer, branch);
    if ((how & 0x20U) != 0) request.to_tag = tag(other(offerer), branch);
    if ((how & 0x80U) != 0) wishes(request);
    if ((how & 0x10U) != 0 && offerer == Leg::kCaller) return;
    request.osrtp.emplace();
    request.osrtp->offerer = offerer;
    request.osrtp->caller = static_cast<protocol::Policy>(how & 3U);
    request.osrtp->callee = static_cast<protocol::Policy>(how >> 2U & 3U);
    request.osrtp->caller_signalling = request.osrtp->callee_signalling =
        (how & 0x40U) != 0 ? protocol::Signalling::kClear : protocol::Signalling::kEncrypted;
    if ((how & 0x80U) != 0) request.osrtp->caller_shape = request.osrtp->callee_shape = protocol::Shape::kTwoLines;
  }
  void wishes(protocol::SdpRequest& request) {
    const std::uint8_t how = script_.octet();
    request.rtcp_mux = {(how & 1U) != 0, (how & 2U) != 0, (how & 4U) != 0, (how & 8U) != 0, (how & 16U) != 0};
    if ((how & 32U) != 0) request.address_family = "IP6";
    if ((how & 64U) != 0) request.replace = {"origin"};
    if ((how & 128U) != 0) request.direction = {"six", "default"};
  }

  void offer(Cast& cast, std::size_t branch, Leg from) {
    protocol::Offer request;
    describe(request, cast, branch, from);
    request.sdp = phone(cast, from, branch).sdp(script_);
    meet(cast, from, request.sdp);
    const auto before = observe(cast);
    const auto reply = registry_.offer(request, now_);
    judge(cast, other(from), branch, reply, before);
    if (reply) lines_.insert({cast.id, from, sdp::Text::parse(request.sdp)->media_count()});
  }

  void answer(Cast& cast, std::size_t branch, Leg from) {
    protocol::Answer request;
    describe(request, cast, branch, other(from));
    const std::uint8_t code = script_.octet();
    request.to_tag = tag(from, branch) + ((code & 2U) != 0 ? "f" : "");  // a fork further down
    request.sip_code = (code & 1U) != 0 ? 200 : 183;
    request.sdp = phone(cast, from, branch).sdp(script_);
    meet(cast, from, request.sdp);
    const auto before = observe(cast);
    const auto reply = registry_.answer(request, now_);
    // A 200 without SDP confirms the answer before it, and is told nothing.
    if (reply && request.sdp.empty()) return check(request.sip_code == 200 && reply->sdp.empty());
    judge(cast, other(from), branch, reply, before);
    if (reply) check(lines_.contains({cast.id, other(from), sdp::Text::parse(reply->sdp)->media_count()}));
  }

  /// An octet: the whole call, by the BYE's branch, or one of ours (bits 0-1); by a tag (2).
  void remove(const Cast& cast, std::size_t branch, Leg side) {
    const std::uint8_t how = script_.octet();
    protocol::Delete request;
    request.call_id = cast.id;
    if ((how & 3U) == 1) request.via_branch = "z9hG4bK1";
    if ((how & 3U) > 1) request.via_branch = std::to_string(branch);
    if ((how & 4U) != 0) request.from_tag = tag(side, branch);
    const auto before = observe(cast);
    const auto reply = registry_.remove(request, now_);
    if (!reply.call) check(observe(cast) == before);
  }

  void pass_time() {
    const std::chrono::milliseconds by(script_.number());
    now_.steady += by;
    now_.wall += by;
    registry_.expire(now_);
  }

  /// What anybody can see of a call, and of the whole relay.
  struct Sight {
    std::optional<protocol::CallReport> call;
    std::size_t calls;
    std::size_t ports;
    std::size_t streams;
    friend bool operator==(const Sight&, const Sight&) = default;
  };
  std::optional<protocol::CallReport> report(const Cast& cast) const {
    protocol::Query query;
    query.call_id = cast.id;
    const auto reply = registry_.query(query, now_);
    return reply ? std::optional(reply->call) : std::nullopt;
  }
  Sight observe(const Cast& cast) const {
    return {report(cast), registry_.size(), plane_.open_port_pairs(), plane_.open_streams()};
  }

  /// The keys in what a side sends are that side's, unless the other was there first.
  void meet(const Cast& cast, Leg from, const std::string& sdp) {
    if (const auto text = sdp::Text::parse(sdp)) {
      for (auto& key : keys_in(*text)) owners_.emplace(key, std::pair(cast.id, from));
    }
  }

  void judge(Cast& cast, Leg to, std::size_t branch, const Result<protocol::SdpReply, protocol::Error>& reply,
             const Sight& before) {
    check(registry_.size() <= kMaxCalls);
    if (!reply) return check(observe(cast) == before);
    const auto out = sdp::Text::parse(reply->sdp);
    check(out.has_value());
    for (std::size_t n = 0; n < out->media_count(); ++n) check(sdp::read_media(*out, n).has_value());
    for (const auto& key : keys_in(*out)) {
      const auto owner = owners_.emplace(key, std::pair(cast.id, to)).first->second;
      check(owner == std::pair(cast.id, to));
    }
    phone(cast, to, branch).read(reply->sdp);
  }

  void nothing_leaks() const {
    std::set<std::uint16_t> ports;
    std::size_t streams = 0;
    for (const Cast& cast : casts_) {
      const auto call = report(cast);
      if (!call) continue;
      std::size_t lines = 0;
      for (const auto& party : call->parties) {
        lines = std::max(lines, party.medias.size());
        for (const auto& media : party.medias) {
          if (!media.streams.empty()) ports.insert(static_cast<std::uint16_t>(media.streams[0].local_port));
        }
      }
      streams += lines;
    }
    check(plane_.open_port_pairs() == ports.size() && plane_.open_streams() == streams);
  }

  /// One of our ports: whose it is, and how that leg is reported. Of forks on one port some may be encrypted and some
  /// not: then nothing can be told from outside.
  struct Place {
    Leg leg = Leg::kCaller;
    std::size_t line = 0;
    std::uint16_t rtp_port = 0;
    bool encrypted = false;
    bool plain = true;
    std::optional<Suite> suite{};
  };
  static std::vector<Place> places(const protocol::CallReport& call) {
    std::vector<Place> all;
    for (const auto& party : call.parties) {
      for (const auto& media : party.medias) {
        if (media.streams.empty()) continue;
        const bool sdes = std::find(media.flags.begin(), media.flags.end(), "SDES") != media.flags.end();
        all.push_back({party.leg, media.index - 1, static_cast<std::uint16_t>(media.streams[0].local_port), sdes, !sdes,
                       suite_named(media.crypto_suite)});
      }
    }
    for (Place& place : all) {
      const auto unlike = [&](const Place& other) {
        return other.rtp_port == place.rtp_port && other.suite.has_value() != place.suite.has_value();
      };
      if (std::any_of(all.begin(), all.end(), unlike)) place.encrypted = place.plain = false;
    }
    return all;
  }

  /// An octet: which of the call's ports (bits 0-3), RTCP's (4), plain, encrypted or anything (5-6), from elsewhere
  /// (7). A number and an octet: the sequence number, how old the key is.
  void packet(Cast& cast, std::size_t branch, Leg side) {
    const std::uint8_t how = script_.octet();
    const std::uint16_t sequence = script_.number();
    const std::uint8_t detail = script_.octet();
    const auto call = report(cast);
    const auto all = call ? places(*call) : std::vector<Place>{};
    if (all.empty()) return;
    const Place& to = all[(how & 15U) % all.size()];
    const ScriptPhone& from = phone(cast, side, branch);
    const bool secured = (how >> 5U & 3U) == 1 && to.suite;
    Octets wire = secured ? from.secured(sequence, *to.suite, detail & 3U) : from.plain(sequence);
    if ((how & 0x40U) != 0) wire = script_.octets(detail);
    const auto port = static_cast<std::uint16_t>(to.rtp_port + (how >> 4U & 1U));
    const Endpoint source = from.home((how & 0x80U) != 0 ? 99 : to.line);
    const auto sent = plane_.receive(port, source, wire, now_.steady);
    if (!sent) return;
    check(secured || !to.encrypted);
    left(*call, all, to, *sent, secured ? from.plain(sequence) : wire);
  }

  static void left(const protocol::CallReport& call, const std::vector<Place>& all, const Place& in,
                   const FakePlane::Sent& sent, const Octets& plain) {
    const auto out = std::find_if(all.begin(), all.end(),
                                  [&](const Place& place) { return place.rtp_port == (sent.from_port & ~1U); });
    check(out != all.end() && out->leg != in.leg && out->line == in.line);
    for (const auto& entry : call.security) {
      if (entry.media != in.line) continue;
      check(entry.state != SecurityState::kPending && entry.state != SecurityState::kFailed);
    }
    if (plain.size() <= kHeader || plain == sent.packet) return check(!out->encrypted);
    const auto payload = std::search(sent.packet.begin(), sent.packet.end(), plain.begin() + kHeader, plain.end());
    const bool shows = payload != sent.packet.end();
    check(!(shows && out->encrypted) || plain.size() < kHeader + 8);  // a few octets occur by chance
    check(shows || !out->plain);
  }

  static call::Settings settings() {
    call::Settings settings;
    settings.max_calls = kMaxCalls;
    return settings;
  }

  Script script_;
  std::vector<Cast> casts_;
  FakePlane plane_;
  call::Registry registry_{settings(), plane_, Entropy(), [](LogLevel, std::string_view) {}};
  std::map<std::string, std::pair<std::string, Leg>> owners_;
  std::set<std::tuple<std::string, Leg, std::size_t>> lines_;  // how many m-lines offers have had
  Now now_{TimePoint{} + std::chrono::hours(1), WallTime{} + std::chrono::hours(500'000)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = srtp::initialize().has_value();
  check(ready);
  Life(Script(data, size)).run();
  return 0;
}
