#include "protocol/event.hpp"

#include <algorithm>

#include "protocol/json.hpp"
#include "protocol/json_text.hpp"
#include "protocol/names.hpp"

namespace osrtp::protocol {

namespace {

std::string text(const json_t* object, std::string_view key) {
  return std::string(json::as_text(json::member(object, key)).value_or(""));
}

}  // namespace

std::string encode_event(const Event& event) {
  json::Object out;
  out.set("event", json::text(name(event.kind)));
  out.set("call-id", json::text(event.call_id));
  out.set("from-tag", json::text(event.from_tag));
  out.set("to-tag", json::text(event.to_tag));
  out.set("leg", json::text(name(event.leg)));
  out.set("media", json::number(static_cast<std::uint64_t>(event.media)));
  out.set("state", json::text(name(event.state)));
  out.set("reason", event.reason ? json::text(name(*event.reason)) : json::null());
  return std::move(out).take().text;
}

std::optional<Event> decode_event(std::string_view json) {
  std::size_t position = 0;
  const json::Owned dictionary = json::parse(json, position);
  const json_t* in = dictionary.get();
  if (!json_is_object(in)) return std::nullopt;
  const auto kind = named<EventKind>(kEventNames, text(in, "event"));
  const auto leg = leg_named(text(in, "leg"));
  const auto state = named<SecurityState>(kSecurityStateNames, text(in, "state"));
  std::string call_id = text(in, "call-id");
  if (!kind || !leg || !state || call_id.empty()) return std::nullopt;
  const auto media = json::as_integer(json::member(in, "media")).value_or(0);
  return Event{*kind,
               std::move(call_id),
               text(in, "from-tag"),
               text(in, "to-tag"),
               *leg,
               static_cast<std::size_t>(std::max<std::int64_t>(media, 0)),
               *state,
               named<Reason>(kReasonNames, text(in, "reason"))};
}

}  // namespace osrtp::protocol
