#include <type_traits>

#include "base/base64.hpp"
#include "base/endpoint.hpp"
#include "base/suite.hpp"
#include "protocol/codec.hpp"
#include "protocol/framing.hpp"
#include "protocol/reader.hpp"

namespace osrtp::protocol {

namespace {

Failure<Error> bad_request(std::string reason) { return fail(Error{ErrorCode::kBadRequest, std::move(reason), {}}); }
Failure<Error> missing(std::string reason) { return fail(Error{ErrorCode::kMissingKey, std::move(reason), {}}); }

std::string read_sdp(Reader& in) {
  std::string sdp = in.text({"sdp", "SDP"});
  if (!in.has({"sdp-base64"})) return sdp;
  const auto octets = decode_base64(in.text({"sdp-base64"}));
  if (!octets) in.refuse("sdp-base64", "is not base64");
  if (!sdp.empty()) in.refuse("sdp-base64", "and 'sdp' exclude each other");
  return octets ? std::string(octets->begin(), octets->end()) : "";
}

Profile read_profile(Reader& in, Warnings& warnings) {
  const std::string text = in.text({"transport-protocol", "transport protocol"});
  const Profile profile = profile_named(text);
  if (profile == Profile::kOther && !text.empty()) warnings.add("ignored transport-protocol", text);
  return profile;
}

std::optional<std::string> read_address(Reader& in, Spellings key) {
  std::string text = in.text(key);
  if (text.empty()) return std::nullopt;
  if (!IpAddress::parse(text)) in.refuse(*key.begin(), "is not an IP address");
  return text;
}

/// ["IP4", "192.0.2.1"], or the address alone.
std::optional<std::string> read_received_from(Reader& in) {
  const std::vector<std::string> parts = in.list({"received-from", "received from"});
  if (parts.empty()) return std::nullopt;
  const bool has_family = parts.size() == 2 && (parts[0] == "IP4" || parts[0] == "IP6");
  if ((parts.size() != 1 && !has_family) || !IpAddress::parse(parts.back())) {
    in.refuse("received-from", "is not an address family and an IP address");
  }
  return parts.back();
}

/// NG takes any integer, and gives each a meaning.
std::optional<int> read_tos(Reader& in) {
  if (!in.has({"TOS", "tos"})) return std::nullopt;
  return in.integer({"TOS", "tos"}, 0, -1'000'000'000, 1'000'000'000);
}

std::optional<std::string> read_address_family(Reader& in, Warnings& warnings) {
  std::string family = in.text({"address-family", "address family"});
  if (family == "IP4" || family == "IP6") return family;
  if (!family.empty()) warnings.add("ignored address-family", family);
  return std::nullopt;
}

std::vector<std::string> read_words(Reader& in, std::string_view key, Warnings& warnings,
                                    Effect (*effect)(std::string_view)) {
  std::vector<std::string> words = in.list({key});
  for (std::string& word : words) {
    word = hyphened(word);
    warnings.add_effect(effect(word), "entry of " + std::string(key), word);
  }
  return words;
}

RtcpMuxWishes read_rtcp_mux(Reader& in, Warnings& warnings) {
  RtcpMuxWishes wishes;
  for (const std::string& word : in.list({"rtcp-mux", "rtcp mux"})) {
    if (word == "offer") {
      wishes.offer = true;
    } else if (word == "require") {
      wishes.require = true;
    } else if (word == "demux") {
      wishes.demux = true;
    } else if (word == "accept") {
      wishes.accept = true;
    } else if (word == "reject") {
      wishes.reject = true;
    } else {
      warnings.add("unknown entry of rtcp-mux", word);
    }
  }
  return wishes;
}

/// One value. NG has a string here, or a list of strings that exclude each other: the first that is known counts.
template <class Wish>
Wish read_wish(Reader& in, Spellings key, Warnings& warnings, std::optional<Wish> (*named)(std::string_view)) {
  std::optional<Wish> wish;
  for (const std::string& entry : in.list(key)) {
    const auto known = named(entry);
    if (!known) warnings.add("unknown " + std::string(*key.begin()), entry);
    if (!wish) wish = known;
  }
  return wish.value_or(Wish{});
}

/// A name of a closed list. Another one is refused: the caller meant something, and guessing could
/// lower the leg's security.
template <class Value>
std::optional<Value> read_name(Reader& in, std::string_view key, std::optional<Value> (*named)(std::string_view),
                               std::string_view values) {
  if (!in.has({key})) return std::nullopt;
  const auto value = named(in.text({key}));
  if (!value) in.refuse(key, "is none of " + std::string(values));
  return value;
}

std::vector<std::string> read_keying(Reader& in, std::string_view key) {
  std::vector<std::string> methods = in.list({key});
  for (const std::string& method : methods) {
    if (method != "sdes" && method != "dtls") in.refuse(key, "has an entry that is neither dtls nor sdes");
  }
  return methods;
}

std::vector<std::string> read_suites(Reader& in) {
  std::vector<std::string> suites = in.list({"suites"});
  for (std::string& suite : suites) {
    if (const auto known = suite_named(suite)) {
      suite = facts(*known).name;
    } else {
      in.refuse("suites", "has an entry that is no suite we run");
    }
  }
  return suites;
}

constexpr std::string_view kPolicies = "off, opportunistic, prefer, require";
constexpr std::string_view kPeers = "sip, webrtc";
constexpr std::string_view kShapes = "one-line, two-lines";
constexpr std::string_view kHops = "encrypted, clear, unknown";

OsrtpOptions read_osrtp(Reader& in) {
  OsrtpOptions options;
  options.offerer = read_name<Leg>(in, "offerer", leg_named, "caller, callee");
  options.caller = read_name<Policy>(in, "caller", policy_named, kPolicies);
  options.callee = read_name<Policy>(in, "callee", policy_named, kPolicies);
  options.caller_signalling =
      read_name<Signalling>(in, "caller-signalling", signalling_named, kHops).value_or(Signalling::kUnknown);
  options.callee_signalling =
      read_name<Signalling>(in, "callee-signalling", signalling_named, kHops).value_or(Signalling::kUnknown);
  options.allow_sdes_over_clear = in.boolean({"allow-sdes-over-clear"});
  options.keying = read_keying(in, "keying");
  options.caller_keying = read_keying(in, "caller-keying");
  options.callee_keying = read_keying(in, "callee-keying");
  options.caller_peer = read_name<Peer>(in, "caller-peer", peer_named, kPeers).value_or(Peer::kSip);
  options.callee_peer = read_name<Peer>(in, "callee-peer", peer_named, kPeers).value_or(Peer::kSip);
  options.caller_fallback = in.boolean({"caller-fallback"});
  options.callee_fallback = in.boolean({"callee-fallback"});
  options.caller_shape = read_name<Shape>(in, "caller-shape", shape_named, kShapes).value_or(Shape::kOneLine);
  options.callee_shape = read_name<Shape>(in, "callee-shape", shape_named, kShapes).value_or(Shape::kOneLine);
  options.suites = read_suites(in);
  in.warn_of_the_rest();
  return options;
}

/// One request being read: its keys, what there is to say of them, what comes of it.
class Decoder {
 public:
  explicit Decoder(const json_t* dictionary) : in_(dictionary, "", warnings_) {}

  Result<DecodedRequest, Error> decode() {
    const std::string command = in_.text({"command"});
    if (in_.error()) return fail(*in_.error());
    if (command.empty()) return bad_request("Dictionary contains no key \"command\"");
    for (std::size_t i = 0; i < kCommandNames.size(); ++i) {
      if (kCommandNames[i] == command) return finish(read(static_cast<Command>(i)));
    }
    return fail(Error{ErrorCode::kUnknownCommand, "Unrecognized command", {}});
  }

 private:
  using Outcome = Result<Request, Error>;

  Outcome read(Command command) {
    switch (command) {
      case Command::kPing:
        return Request(Ping{});
      case Command::kOffer:
        return read_exchange(Offer{});
      case Command::kAnswer:
        return read_exchange(Answer{});
      case Command::kDelete:
        return read_delete();
      case Command::kQuery:
        return read_query();
      case Command::kList:
        return read_list();
      case Command::kStatistics:
        return Request(Statistics{});
      case Command::kDrain:
        return Request(Drain{!in_.has({"on"}) || in_.boolean({"on"})});
      case Command::kSubscribe:
        return Request(Subscribe{in_.integer({"seconds"}, Subscribe{}.seconds, 0, 1'000'000'000)});
      case Command::kCapture:
        return read_capture();
    }
    return bad_request("");
  }

  int read_code() { return in_.integer({"sip-code", "sip code"}, 0, 0, 699); }

  template <class Exchange>
  Outcome read_exchange(Exchange exchange) {
    exchange.sdp = read_sdp(in_);
    read_party(exchange);
    if (in_.error()) return fail(*in_.error());
    if (exchange.sdp.empty() && !(std::is_same_v<Exchange, Answer> && is_success(read_code()))) {
      return missing("No SDP body in message");
    }
    if (exchange.call_id.empty()) return missing("No call-id in message");
    if (exchange.from_tag.empty()) return missing("No from-tag in message");
    if (std::is_same_v<Exchange, Answer> && exchange.to_tag.empty()) return missing("No to-tag in message");
    read_media(exchange);
    if (const json_t* ours = in_.object({"osrtp"})) {
      Reader options(ours, "osrtp.", warnings_);
      exchange.osrtp = read_osrtp(options);
      if (options.error()) return fail(*options.error());
    }
    return Request(std::move(exchange));
  }

  void read_party(auto& request) {
    request.call_id = in_.text({"call-id", "call id"});
    request.from_tag = in_.text({"from-tag", "from tag"});
    request.to_tag = in_.text({"to-tag", "to tag"});
  }

  void read_media(SdpRequest& request) {
    request.via_branch = in_.text({"via-branch"});
    request.transport_protocol = read_profile(in_, warnings_);
    request.address_family = read_address_family(in_, warnings_);
    request.direction = in_.list({"direction"});
    request.media_address = read_address(in_, {"media-address", "media address"});
    request.tos = read_tos(in_);
    request.received_from = read_received_from(in_);
    request.flags = read_words(in_, "flags", warnings_, effect_of_flag);
    request.replace = read_words(in_, "replace", warnings_, effect_of_replacement);
    request.rtcp_mux = read_rtcp_mux(in_, warnings_);
    request.dtls = read_wish<DtlsWish>(in_, {"DTLS", "dtls"}, warnings_, dtls_wish_named);
    request.ice = read_wish<IceWish>(in_, {"ICE", "ice"}, warnings_, ice_wish_named);
    request.sip_code = read_code();
  }

  Outcome read_delete() {
    Delete request;
    read_party(request);
    request.via_branch = in_.text({"via-branch"});
    request.flags = read_words(in_, "flags", warnings_, effect_of_flag);
    request.delete_delay = in_.integer({"delete-delay", "delete delay"}, 0, 0, 1'000'000'000);
    if (!in_.error() && request.call_id.empty()) return missing("No call-id in message");
    return Request(std::move(request));
  }

  Outcome read_query() {
    Query request;
    read_party(request);
    if (!in_.error() && request.call_id.empty()) return missing("No call-id in message");
    return Request(std::move(request));
  }

  Outcome read_capture() {
    Capture request;
    request.call_id = in_.text({"call-id", "call id"});
    request.seconds = in_.integer({"seconds"}, request.seconds, 1, 3'600);
    if (!in_.error() && request.call_id.empty()) return missing("No call-id in message");
    return Request(std::move(request));
  }

  Outcome read_list() {
    List request;
    request.limit = in_.integer({"limit"}, request.limit, -1'000'000'000, 1'000'000'000);
    if (request.limit < 0) return bad_request("invalid limit, must be >= 0");
    return Request(request);
  }

  Result<DecodedRequest, Error> finish(Outcome outcome) {
    if (in_.error()) return fail(*in_.error());
    if (!outcome) return fail(std::move(outcome).error());
    in_.warn_of_the_rest();
    return DecodedRequest{*std::move(outcome), std::move(warnings_).take()};
  }

  Warnings warnings_;
  Reader in_;
};

}  // namespace

Result<DecodedRequest, Error> decode_request(std::string_view json) {
  if (json.size() > kMaxFrame) return bad_request("Request too long");
  const std::size_t first = json.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return bad_request("Invalid data (no payload)");
  if (json[first] != '{') return bad_request("Invalid NG data format");
  std::size_t position = 0;
  const json::Owned dictionary = json::parse(json, position);
  // The parser's own words would quote the request, and with it keys.
  if (!dictionary) return bad_request("Failed to parse JSON document (octet " + std::to_string(position) + ")");
  return Decoder(dictionary.get()).decode();
}

}  // namespace osrtp::protocol
