#include "support/golden.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "sdp/fingerprint.hpp"
#include "sdp/media.hpp"
#include "sdp/text.hpp"
#include "support/dtls_phone.hpp"
#include "support/golden_answerer.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;

/// Every setting there is. Policies, signalling, suites and the rest are as in docs/protocol.md; `offerer` is who
/// sends this exchange's offer; `osrtp` "none" leaves that object out, as NG clients do; `identity` "yes" gives the
/// daemon a certificate for DTLS, in the first exchange's settings for all of them. `answerer` "takes-keys" puts the
/// profile and keys that are offered into an answer that is written without (support/golden_answerer.hpp); `shown` is
/// for shapes (support/golden_shape.hpp).
const Settings kDefaults{{"offerer", "caller"},
                         {"caller", "opportunistic"},
                         {"callee", "opportunistic"},
                         {"caller-signalling", "encrypted"},
                         {"callee-signalling", "encrypted"},
                         {"allow-sdes-over-clear", "no"},
                         {"identity", "no"},
                         {"caller-peer", "sip"},
                         {"callee-peer", "sip"},
                         {"caller-shape", "one-line"},
                         {"callee-shape", "one-line"},
                         {"keying", ""},
                         {"caller-keying", ""},
                         {"callee-keying", ""},
                         {"suites", ""},
                         {"osrtp", "given"},
                         {"transport-protocol", ""},
                         {"address-family", ""},
                         {"direction", ""},
                         {"media-address", ""},
                         {"replace", ""},
                         {"rtcp-mux", ""},
                         {"answer-code", "200"},
                         {"answerer", "as-written"},
                         {"shown", "caller"},
                         {"caller-fallback", "no"},
                         {"callee-fallback", "no"}};

/// Attributes whose values no two legs share.
const std::set<std::string_view> kOfOneLeg{"fingerprint", "tls-id", "ice-ufrag", "ice-pwd", "candidate"};

/// Attributes that no section needs twice.
const std::set<std::string_view> kSingle{"setup",     "tls-id",   "mid",      "rtcp",        "rtcp-mux",
                                         "ice-ufrag", "ice-pwd",  "ice-lite", "ice-options", "sendrecv",
                                         "sendonly",  "recvonly", "inactive"};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<std::string> keys_in(const std::string& body) {
  constexpr std::string_view kMethod = "inline:";
  std::vector<std::string> keys;
  for (auto at = body.find(kMethod); at != std::string::npos; at = body.find(kMethod, at + 1)) {
    const auto start = at + kMethod.size();
    keys.push_back(body.substr(start, body.find_first_of("|; \r\n", start) - start));
  }
  return keys;
}

/// The certificate is another one in every run; its fingerprint, of which no digit means anything, is not.
std::string with_fixed_fingerprint(std::string sdp, const std::shared_ptr<const dtls::Identity>& identity) {
  if (!identity) return sdp;
  const std::string ours = sdp::format_fingerprint(identity->fingerprint(HashFunction::kSha256));
  const Fingerprint fixed{HashFunction::kSha256, std::vector<std::uint8_t>(32, 0xab)};
  for (auto at = sdp.find(ours); at != std::string::npos; at = sdp.find(ours, at + 1)) {
    sdp.replace(at, ours.size(), sdp::format_fingerprint(fixed));
  }
  return sdp;
}

class Case {
 public:
  Case(const Files& inputs, std::vector<std::string>& complaints, const Settings& instead)
      : inputs_(inputs),
        complaints_(complaints),
        instead_(instead),
        identity_(settings_of(1).at("identity") == "yes" ? relay_identity() : nullptr),
        exchange_({}, identity_) {
    for (const auto& [name, content] : inputs_) {
      if (name != "settings.txt" && name != "outcomes.txt" && !name.ends_with("offer.sdp") &&
          !name.ends_with("answer.sdp")) {
        complain("a file that nobody reads: " + name);
      }
    }
  }

  Files run() {
    if (!inputs_.contains("settings.txt")) complain("settings.txt is missing");
    for (int n = 1; inputs_.contains(file(n, "offer.sdp")); ++n) {
      settings_ = settings_of(n);
      offer(n);
      if (passed_on_ && inputs_.contains(file(n, "answer.sdp"))) answer(n);
    }
    outputs_["security.txt"] = security_;
    return outputs_;
  }

 private:
  static std::string file(int n, const std::string& name) { return n == 1 ? name : std::to_string(n) + "-" + name; }

  void complain(const std::string& what) { complaints_.push_back(what); }

  Settings settings_of(int n) {
    Settings settings = instead_;
    settings.insert(kDefaults.begin(), kDefaults.end());
    const auto found = inputs_.find("settings.txt");
    std::istringstream in(found == inputs_.end() ? "" : found->second);
    const std::string wanted = "[" + std::to_string(n) + "]";
    bool applies = true;
    for (std::string line; std::getline(in, line);) {
      line = trimmed(line);
      if (line.empty() || line.front() == '#') continue;
      if (line.front() == '[') {
        applies = line == wanted;
        continue;
      }
      const auto equals = line.find('=');
      const std::string name = trimmed(line.substr(0, equals));
      if (!kDefaults.contains(name) || equals == std::string::npos) complain("no such setting: " + line);
      if (applies && equals != std::string::npos) settings[name] = trimmed(line.substr(equals + 1));
    }
    return settings;
  }

  const std::string& setting(const std::string& name) const { return settings_.at(name); }
  Leg offerer() const { return setting("offerer") == "callee" ? Leg::kCallee : Leg::kCaller; }

  protocol::OsrtpOptions osrtp() {
    protocol::OsrtpOptions options;
    options.offerer = offerer();
    options.caller = protocol::policy_named(setting("caller"));
    options.callee = protocol::policy_named(setting("callee"));
    if (!options.caller || !options.callee) complain("no such policy");
    const auto signalling = [&](const std::string& name) {
      const auto value = protocol::signalling_named(setting(name));
      if (!value) complain("no such signalling");
      return value.value_or(protocol::Signalling::kUnknown);
    };
    options.caller_signalling = signalling("caller-signalling");
    options.callee_signalling = signalling("callee-signalling");
    options.allow_sdes_over_clear = setting("allow-sdes-over-clear") == "yes";
    const auto peer = [&](const std::string& name) {
      const auto value = protocol::peer_named(setting(name));
      if (!value) complain("no such peer");
      return value.value_or(protocol::Peer::kSip);
    };
    options.caller_peer = peer("caller-peer");
    options.callee_peer = peer("callee-peer");
    options.caller_fallback = setting("caller-fallback") == "yes";
    options.callee_fallback = setting("callee-fallback") == "yes";
    const auto shape = [&](const std::string& name) {
      const auto value = protocol::shape_named(setting(name));
      if (!value) complain("no such shape");
      return value.value_or(protocol::Shape::kOneLine);
    };
    options.caller_shape = shape("caller-shape");
    options.callee_shape = shape("callee-shape");
    options.keying = words(setting("keying"));
    options.caller_keying = words(setting("caller-keying"));
    options.callee_keying = words(setting("callee-keying"));
    options.suites = words(setting("suites"));
    return options;
  }

  void fill(protocol::SdpRequest& request) {
    const std::string party = protocol::name(offerer()).data();
    request.from_tag = party;
    request.to_tag = party == "caller" ? "callee" : "caller";
    if (setting("osrtp") != "none") request.osrtp = osrtp();
    request.direction = words(setting("direction"));
    request.replace = words(setting("replace"));
    if (!setting("media-address").empty()) request.media_address = setting("media-address");
    if (!setting("address-family").empty()) request.address_family = setting("address-family");
    request.transport_protocol = protocol::profile_named(setting("transport-protocol"));
    for (const std::string& wish : words(setting("rtcp-mux"))) {
      request.rtcp_mux.offer = request.rtcp_mux.offer || wish == "offer";
      request.rtcp_mux.require = request.rtcp_mux.require || wish == "require";
      request.rtcp_mux.demux = request.rtcp_mux.demux || wish == "demux";
      request.rtcp_mux.accept = request.rtcp_mux.accept || wish == "accept";
      request.rtcp_mux.reject = request.rtcp_mux.reject || wish == "reject";
    }
  }

  void offer(int n) {
    auto request = exchange_.offer(inputs_.at(file(n, "offer.sdp")));
    fill(request);
    // The first offer of a caller goes out before anybody at the other end has a tag.
    if (n == 1 && offerer() == Leg::kCaller) request.to_tag.clear();
    record(file(n, "offer"), protocol::other(offerer()), request.sdp,
           exchange_.registry.offer(request, exchange_.now()));
  }

  void answer(int n) {
    const std::string& written_by_phone = inputs_.at(file(n, "answer.sdp"));
    const bool takes_keys = setting("answerer") == "takes-keys";
    auto request = exchange_.answer(takes_keys ? taking_keys(written_by_phone, sent_on_) : written_by_phone);
    fill(request);
    // The same answer in a provisional and in the final response is one answer (RFC 6337 §3.1.1).
    std::set<std::string> written;
    for (const std::string& code : words(setting("answer-code"))) {
      request.sip_code = std::stoi(code);
      const auto reply = exchange_.registry.answer(request, exchange_.now());
      record(file(n, "answer"), offerer(), request.sdp, reply);
      if (reply) written.insert(reply->sdp);
    }
    if (written.size() > 1) complain("a repeated answer differs from the first");
  }

  void record(const std::string& step, Leg receiver, const std::string& in,
              const Result<protocol::SdpReply, protocol::Error>& reply) {
    passed_on_ = reply.has_value();
    if (reply) {
      sent_on_ = reply->sdp;
      security_ += step + ": passed on\n";
      tell(reply->security);
      outputs_[step + "-out.sdp"] = with_fixed_fingerprint(reply->sdp, identity_);
      check(step, receiver, in, reply->sdp);
    } else {
      security_ += step + ": " + std::string(name(reply.error().code)) + " (" + reply.error().reason + ")\n";
      tell(reply.error().security);
    }
    for (const std::string& warning : exchange_.registry.take_warnings()) security_ += "  warning: " + warning + "\n";
  }

  void tell(const std::vector<protocol::LegSecurity>& security) {
    for (const auto& entry : security) {
      security_ += "  " + std::string(name(entry.leg)) + ", m-line " + std::to_string(entry.media) + ": ";
      security_ += name(entry.state);
      if (!entry.suite.empty()) security_ += " " + entry.suite;
      if (entry.reason) security_ += " (" + std::string(name(*entry.reason)) + ")";
      security_ += "\n";
    }
  }

  /// What must hold whatever the case is about.
  void check(const std::string& step, Leg receiver, const std::string& in, const std::string& out) {
    const auto before = sdp::Text::parse(in);
    const auto after = sdp::Text::parse(out);
    if (!after) return complain(step + ": no SDP");
    count_lines(step, receiver, before->media_count(), after->media_count());
    for (std::size_t i = 0; i < after->line_count(); ++i) {
      if (after->line(i).type == 'k') complain(step + ": a k= line is passed on");
    }
    check_repetitions(step, *before, *after);
    // What is not RTP keeps its own DTLS, which is between its ends.
    const std::string of_rtp = lines_of_rtp(*after);
    check_lines(step, *before, before->session(), of_rtp);
    for (std::size_t n = 0; n < before->media_count(); ++n) {
      if (is_rtp(*before, n)) check_lines(step, *before, before->media(n), of_rtp);
    }
    for (const std::string& key : keys_in(in)) theirs_.insert(key);
    for (const std::string& key : keys_in(out)) {
      if (theirs_.contains(key)) complain(step + ": a key of one leg reaches the other");
      if (!ours_.emplace(key, receiver).second && ours_[key] != receiver) complain(step + ": one key for both legs");
    }
  }

  /// How often each attribute of which there is one stands in a section.
  static std::map<std::string_view, int> count_single(const sdp::Text& text,
                                                      std::pair<std::size_t, std::size_t> lines) {
    std::map<std::string_view, int> counts;
    for (auto i = lines.first; i < lines.second; ++i) {
      if (text.line(i).type == 'a' && kSingle.contains(text.line(i).attribute())) ++counts[text.line(i).attribute()];
    }
    return counts;
  }

  void check_repetitions(const std::string& step, const sdp::Text& before, const sdp::Text& after) {
    for (std::size_t n = 0; n <= after.media_count(); ++n) {
      const bool session = n == after.media_count();
      const bool there = session || n < before.media_count();
      const auto had = there ? count_single(before, session ? before.session() : before.media(n))
                             : std::map<std::string_view, int>{};
      for (const auto& [name, times] : count_single(after, session ? after.session() : after.media(n))) {
        if (times > 1 && (!had.contains(name) || had.at(name) < times))
          complain(step + ": twice a=" + std::string(name));
      }
    }
  }

  /// Each party sees as many m-lines as it had, whatever the other has (RFC 3264 §6, §8).
  void count_lines(const std::string& step, Leg receiver, std::size_t in, std::size_t out) {
    const bool answered = step.ends_with("answer");
    if (answered ? out != lines_[receiver] : out < lines_[receiver] && in >= lines_[protocol::other(receiver)]) {
      complain(step + ": has another number of m-lines than before");
    }
    if (!answered) lines_ = {{receiver, out}, {protocol::other(receiver), in}};
  }

  static bool is_rtp(const sdp::Text& text, std::size_t n) {
    const auto media = sdp::read_media(text, n);
    return media && media->carriage == sdp::Carriage::kRtp;
  }

  /// The session's lines and those of RTP sections.
  static std::string lines_of_rtp(const sdp::Text& text) {
    std::string lines;
    const auto add = [&](std::pair<std::size_t, std::size_t> section) {
      for (auto i = section.first; i < section.second; ++i) lines += std::string(text.line(i).value) + "\n";
    };
    add(text.session());
    for (std::size_t n = 0; n < text.media_count(); ++n) {
      if (is_rtp(text, n)) add(text.media(n));
    }
    return lines;
  }

  void check_lines(const std::string& step, const sdp::Text& in, std::pair<std::size_t, std::size_t> lines,
                   const std::string& out) {
    for (auto i = lines.first; i < lines.second; ++i) {
      const auto line = in.line(i);
      if (line.type != 'a' || !kOfOneLeg.contains(line.attribute())) continue;
      if (out.find(line.value) != std::string::npos) {
        complain(step + ": a line of one leg reaches the other: " + std::string(line.value));
      }
    }
  }

  const Files& inputs_;
  std::vector<std::string>& complaints_;
  const Settings& instead_;
  std::shared_ptr<const dtls::Identity> identity_;
  Exchange exchange_;
  Settings settings_;
  Files outputs_;
  std::string security_;
  bool passed_on_ = false;            // the last step
  std::string sent_on_;               // what came out of it
  std::set<std::string> theirs_;      // every key that a party has sent
  std::map<std::string, Leg> ours_;   // every key that a party has been sent
  std::map<Leg, std::size_t> lines_;  // how many m-lines each party had in the last offer
};

}  // namespace

Files read_folder(const std::filesystem::path& folder) {
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return files;
}

Files play(const Files& inputs, std::vector<std::string>& complaints, const Settings& instead) {
  return Case(inputs, complaints, instead).run();
}

}  // namespace osrtp::testing
