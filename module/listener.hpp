#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "module/event.hpp"
#include "module/links.hpp"
#include "module/node_table.hpp"

namespace osrtp::module {

/// Hears the events of all nodes, over sockets of its own: what waits for an answer to a command never takes them.
class Listener {
 public:
  /// @param nodes borrowed
  /// @param cookie of this process, unique
  Listener(const NodeTable& nodes, std::string cookie, TlsSource tls = {});

  using Tell = std::function<void(const protocol::Event&)>;
  /// What an operator should know of a node.
  using Warn = std::function<void(const std::string&)>;

  /// Subscribes anew where that is due. To be called at least every few seconds.
  void subscribe(TimePoint now);
  /// What is told at once, at most: a script may run for each, and calls wait meanwhile.
  static constexpr std::size_t kMostAtOnce = 8;
  /// Takes what has come, kMostAtOnce at most.
  void receive(const Tell& tell, const Warn& warn);
  /// To wait for.
  [[nodiscard]] const Links& links() const noexcept { return links_; }

 private:
  struct Heard {
    explicit Heard(const std::string& cookie) : subscription(cookie) {}
    Subscription subscription;
    bool refused = false;  // has been told
  };
  void take(std::size_t node, std::string_view datagram, const Tell& tell, const Warn& warn);
  [[nodiscard]] std::string named(std::size_t node) const;

  const NodeTable* nodes_;
  std::string cookie_;
  Links links_;
  std::array<std::optional<Heard>, NodeTable::kCapacity> heard_;  // by the numbers of nodes
};

}  // namespace osrtp::module
