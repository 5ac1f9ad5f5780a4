#include "base/base64.hpp"
#include "base/endpoint.hpp"
#include "protocol/codec.hpp"
#include "protocol/json_text.hpp"
#include "protocol/ng_words.hpp"
#include "protocol/octets.hpp"

namespace osrtp::protocol {

namespace {

/// Writes the members of a request; what is empty or default is left out, as reading it gives the
/// same. Keeps the first key whose value is no text.
class Writer {
 public:
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    check(key, value);
    object_.set(key, json::text(value));
  }
  void list(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    for (const std::string& value : values) check(key, value);
    object_.set(key, json::texts(values));
  }
  void integer(std::string_view key, std::int64_t value, std::int64_t absent) {
    if (value != absent) object_.set(key, json::number(value));
  }
  void set(std::string_view key, const json::Value& value) { object_.set(key, value); }

  json::Value take() { return std::move(object_).take(); }
  [[nodiscard]] const std::optional<Unencodable>& failed() const noexcept { return failed_; }

 private:
  void check(std::string_view key, std::string_view value) {
    if (!failed_ && !is_text(value)) failed_ = Unencodable{std::string(key)};
  }

  json::Object object_;
  std::optional<Unencodable> failed_;
};

std::vector<std::string> words(const RtcpMuxWishes& wishes) {
  std::vector<std::string> list;
  if (wishes.offer) list.emplace_back("offer");
  if (wishes.require) list.emplace_back("require");
  if (wishes.demux) list.emplace_back("demux");
  if (wishes.accept) list.emplace_back("accept");
  if (wishes.reject) list.emplace_back("reject");
  return list;
}

std::vector<std::string> with_family(const std::optional<std::string>& address) {
  if (!address) return {};
  const auto parsed = IpAddress::parse(*address);
  if (!parsed) return {*address};
  return {parsed->family() == Family::kIpv6 ? "IP6" : "IP4", *address};
}

std::optional<Unencodable> write_osrtp(Writer& out, const OsrtpOptions& options) {
  Writer ours;
  if (options.offerer) ours.text("offerer", name(*options.offerer));
  if (options.caller) ours.text("caller", name(*options.caller));
  if (options.callee) ours.text("callee", name(*options.callee));
  if (options.caller_signalling != Signalling::kUnknown) {
    ours.text("caller-signalling", name(options.caller_signalling));
  }
  if (options.callee_signalling != Signalling::kUnknown) {
    ours.text("callee-signalling", name(options.callee_signalling));
  }
  if (options.allow_sdes_over_clear) ours.set("allow-sdes-over-clear", json::boolean(true));
  ours.list("keying", options.keying);
  ours.list("caller-keying", options.caller_keying);
  ours.list("callee-keying", options.callee_keying);
  if (options.caller_peer != Peer::kSip) ours.text("caller-peer", name(options.caller_peer));
  if (options.callee_peer != Peer::kSip) ours.text("callee-peer", name(options.callee_peer));
  if (options.caller_shape != Shape::kOneLine) ours.text("caller-shape", name(options.caller_shape));
  if (options.callee_shape != Shape::kOneLine) ours.text("callee-shape", name(options.callee_shape));
  ours.list("suites", options.suites);
  if (options.caller_fallback) ours.set("caller-fallback", json::boolean(true));
  if (options.callee_fallback) ours.set("callee-fallback", json::boolean(true));
  out.set("osrtp", ours.take());
  return ours.failed();
}

template <class Party>
void write_party(Writer& out, const Party& request) {
  out.text("call-id", request.call_id);
  out.text("from-tag", request.from_tag);
  out.text("to-tag", request.to_tag);
}

void write(Writer& /*out*/, const Ping& /*request*/) {}
void write(Writer& /*out*/, const Statistics& /*request*/) {}

void write(Writer& out, const SdpRequest& request) {
  write_party(out, request);
  out.text("via-branch", request.via_branch);
  if (request.sdp.empty()) {
    // The confirmation of an earlier answer.
  } else if (is_text(request.sdp)) {
    out.text("sdp", request.sdp);
  } else {
    out.text("sdp-base64", encode_base64(bytes_of(request.sdp)));
  }
  out.text("transport-protocol", name(request.transport_protocol));
  out.text("address-family", request.address_family.value_or(""));
  out.list("direction", request.direction);
  out.text("media-address", request.media_address.value_or(""));
  if (request.tos) out.set("TOS", json::number(std::int64_t{*request.tos}));
  out.list("received-from", with_family(request.received_from));
  out.list("flags", request.flags);
  out.list("replace", request.replace);
  out.list("rtcp-mux", words(request.rtcp_mux));
  if (request.dtls != DtlsWish{}) out.text("DTLS", name(request.dtls));
  if (request.ice != IceWish{}) out.text("ICE", name(request.ice));
  out.integer("sip-code", request.sip_code, 0);
}

void write(Writer& out, const Delete& request) {
  write_party(out, request);
  out.text("via-branch", request.via_branch);
  out.list("flags", request.flags);
  out.integer("delete-delay", request.delete_delay, 0);
}

void write(Writer& out, const Query& request) { write_party(out, request); }

void write(Writer& out, const List& request) { out.integer("limit", request.limit, List{}.limit); }

void write(Writer& out, const Drain& request) {
  if (!request.on) out.set("on", json::boolean(false));
}

void write(Writer& out, const Subscribe& request) { out.integer("seconds", request.seconds, Subscribe{}.seconds); }

void write(Writer& out, const Capture& request) {
  out.text("call-id", request.call_id);
  out.integer("seconds", request.seconds, Capture{}.seconds);
}

const OsrtpOptions* options_of(const Request& request) {
  const auto of = [](const std::optional<OsrtpOptions>& o) { return o ? &*o : nullptr; };
  if (const auto* offer = std::get_if<Offer>(&request)) return of(offer->osrtp);
  if (const auto* answer = std::get_if<Answer>(&request)) return of(answer->osrtp);
  return nullptr;
}

}  // namespace

Result<std::string, Unencodable> encode_request(const Request& request) {
  Writer out;
  out.text("command", name(command_of(request)));
  std::visit([&](const auto& r) { write(out, r); }, request);
  std::optional<Unencodable> failed = out.failed();
  if (const OsrtpOptions* options = options_of(request)) {
    const auto failed_inside = write_osrtp(out, *options);
    if (!failed) failed = failed_inside;
  }
  if (failed) return fail(*failed);
  return out.take().text;
}

}  // namespace osrtp::protocol
