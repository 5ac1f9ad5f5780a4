#include "module/listener.hpp"

#include <utility>

namespace osrtp::module {

Listener::Listener(const NodeTable& nodes, std::string cookie, TlsSource tls)
    : nodes_(&nodes), cookie_(std::move(cookie)), links_(nodes, std::move(tls)) {}

void Listener::subscribe(TimePoint now) {
  for (const NodeView& node : nodes_->all()) {
    auto& heard = heard_.at(node.number);
    if (!heard) heard.emplace(cookie_);
    const auto frame = heard->subscription.due(now);
    // Where nobody listens there is nothing to hear; whoever asks it something says so.
    if (!frame.empty()) static_cast<void>(links_.send(node.number, frame));
  }
}

void Listener::receive(const Tell& tell, const Warn& warn) {
  links_.receive_some(
      {[&](std::size_t node, std::string_view datagram) { take(node, datagram, tell, warn); }, [](std::size_t) {}},
      kMostAtOnce);
}

void Listener::take(std::size_t node, std::string_view datagram, const Tell& tell, const Warn& warn) {
  auto& heard = heard_.at(node);
  if (!heard) return;
  const auto what = heard->subscription.receive(datagram);
  if (what.event) tell(*what.event);
  if (what.lost > 0) warn("node=" + named(node) + " events_lost=" + std::to_string(what.lost));
  if (!what.refusal.empty() && !std::exchange(heard->refused, true))
    warn("node=" + named(node) + " tells no events: " + what.refusal);
}

std::string Listener::named(std::size_t node) const {
  const auto view = nodes_->view(node);
  return view ? view->address : std::string();
}

}  // namespace osrtp::module
