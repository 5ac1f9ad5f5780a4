#include "module/links.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace osrtp::module {

namespace {

/// Datagrams taken from one node before the others' turn.
constexpr int kMostAtOnce = 256;

}  // namespace

Links::Open* Links::open(std::size_t node) {
  const auto view = nodes_->view(node);
  if (!view) return nullptr;
  auto& there = open_[node];
  if (there && there->generation == view->generation) return there.get();
  auto address = RelayAddress::parse(view->address);
  if (!address) return nullptr;
  there.reset(new Open{view->generation, RelayLink(*std::move(address))});
  return there.get();
}

std::optional<Errand::NotSent> Links::send(std::size_t node, std::string_view frame) {
  Open* to = open(node);
  if (to == nullptr) return Errand::NotSent::kRefused;
  switch (to->link.send(frame)) {
    case RelayLink::Sent::kSent:
      return std::nullopt;
    case RelayLink::Sent::kBusy:
      return Errand::NotSent::kBusy;
    case RelayLink::Sent::kTooLong:
      return Errand::NotSent::kTooLong;
    case RelayLink::Sent::kNobody:
      break;
  }
  return Errand::NotSent::kRefused;
}

void Links::wait(TimePoint until, int other, const Links* beside) const {
  using std::chrono::milliseconds;
  std::array<pollfd, 2 * NodeTable::kCapacity + 1> readable{};
  nfds_t count = 0;
  readable[count++] = {other, POLLIN, 0};
  for (const Links* links : {this, beside}) {
    if (links == nullptr) continue;
    for (const auto& one : links->open_) {
      if (one && one->link.descriptor() >= 0) readable[count++] = {one->link.descriptor(), POLLIN, 0};
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  static_cast<void>(::poll(readable.data(), count, static_cast<int>(std::max(left, milliseconds{0}).count())));
}

bool Links::receive_one(std::size_t node, const Listener& listener) {
  if (!open_[node]) return false;
  RelayLink& link = open_[node]->link;
  const auto event = link.receive();
  if (event == RelayLink::Event::kDatagram) listener.received(node, link.datagram());
  if (event == RelayLink::Event::kNobody) listener.nobody(node);
  return event != RelayLink::Event::kNothing;
}

void Links::receive(const Listener& listener) {
  for (std::size_t node = 0; node < open_.size(); ++node) {
    for (int i = 0; i < kMostAtOnce && receive_one(node, listener); ++i) {
    }
  }
}

void Links::receive_some(const Listener& listener, std::size_t most) {
  std::size_t nothing = 0;  // nodes in a row
  while (most > 0 && nothing < open_.size()) {
    const bool something = receive_one(turn_, listener);
    turn_ = (turn_ + 1) % open_.size();
    nothing = something ? 0 : nothing + 1;
    if (something) --most;
  }
}

std::string Links::problem(std::size_t node) const { return open_[node] ? open_[node]->link.problem() : std::string(); }

}  // namespace osrtp::module
