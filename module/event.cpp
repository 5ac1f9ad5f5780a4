#include "module/event.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "protocol/codec.hpp"
#include "protocol/framing.hpp"

namespace osrtp::module {

std::string subscribe_frame(std::string_view cookie, std::chrono::seconds time) {
  const auto dictionary = protocol::encode_request(protocol::Subscribe{static_cast<int>(time.count())});
  auto frame = protocol::join(cookie, *dictionary);
  return frame ? *std::move(frame) : std::string();
}

bool is_sip(const protocol::Event& event) noexcept {
  const auto is_word = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      const auto octet = static_cast<unsigned char>(c);
      return octet > ' ' && octet != 0x7F;
    });
  };
  return is_word(event.call_id) && is_word(event.from_tag) && is_word(event.to_tag);
}

Subscription::Subscription(std::string cookie) : cookie_(std::move(cookie)), frame_(subscribe_frame(cookie_, kTime)) {}

std::string_view Subscription::due(TimePoint now) {
  if (sent_ && now - *sent_ < kAgain) return {};
  sent_ = now;
  return frame_;
}

Subscription::Heard Subscription::receive(std::string_view datagram) {
  const auto frame = protocol::split(datagram);
  if (!frame || frame->cookie != cookie_) return {};
  if (auto event = protocol::decode_event(frame->dictionary)) return {std::move(event), 0, {}};
  return answered(frame->dictionary);
}

Subscription::Heard Subscription::answered(std::string_view dictionary) {
  const auto reply = protocol::decode_reply(dictionary, protocol::Command::kSubscribe);
  if (!reply) return {};
  if (const auto* error = std::get_if<protocol::Error>(&reply->body)) return {std::nullopt, 0, error->reason};
  const auto* granted = std::get_if<protocol::SubscribeReply>(&reply->body);
  if (granted == nullptr) return {};
  // A node that was restarted counts from zero.
  const std::uint64_t before = std::exchange(lost_, granted->lost);
  return {std::nullopt, granted->lost > before ? granted->lost - before : 0, {}};
}

}  // namespace osrtp::module
