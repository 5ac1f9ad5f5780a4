#include "module/links.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

#include "module/link.hpp"

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
  const auto* tls = std::get_if<TlsPlace>(&address->where);
  if (tls != nullptr && !tls_) return nullptr;
  std::unique_ptr<NodeLink> link;
  if (tls != nullptr) {
    link = std::make_unique<TlsLink>(tls->endpoint, tls_);
  } else {
    link = std::make_unique<RelayLink>(*std::move(address));
  }
  there.reset(new Open{view->generation, std::move(link)});
  return there.get();
}

std::optional<Errand::NotSent> Links::send(std::size_t node, std::string_view frame) {
  Open* to = open(node);
  if (to == nullptr) return Errand::NotSent::kRefused;
  switch (to->link->send(frame)) {
    case NodeLink::Sent::kSent:
      return std::nullopt;
    case NodeLink::Sent::kBusy:
      return Errand::NotSent::kBusy;
    case NodeLink::Sent::kTooLong:
      return Errand::NotSent::kTooLong;
    case NodeLink::Sent::kNobody:
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
      if (!one || one->link->descriptor() < 0) continue;
      const int events = POLLIN | (one->link->wants_to_write() ? POLLOUT : 0);
      readable[count++] = {one->link->descriptor(), static_cast<short>(events), 0};
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  static_cast<void>(::poll(readable.data(), count, static_cast<int>(std::max(left, milliseconds{0}).count())));
}

bool Links::receive_one(std::size_t node, const Listener& listener) {
  if (!open_[node]) return false;
  NodeLink& link = *open_[node]->link;
  const auto event = link.receive();
  if (event == NodeLink::Event::kDatagram) listener.received(node, link.datagram());
  if (event == NodeLink::Event::kNobody) listener.nobody(node);
  return event != NodeLink::Event::kNothing;
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

std::string Links::problem(std::size_t node) const {
  return open_[node] ? open_[node]->link->problem() : std::string();
}

}  // namespace osrtp::module
