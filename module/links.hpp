#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "module/errand.hpp"
#include "module/node_link.hpp"
#include "module/node_table.hpp"
#include "module/tls_link.hpp"

namespace osrtp::module {

/// One process's sockets, one to each node that it has asked. A node that another one has taken the number of gets a
/// new one.
class Links {
 public:
  /// @param tls for nodes over TLS; none: they cannot be asked
  explicit Links(const NodeTable& nodes, TlsSource tls = {}) : nodes_(&nodes), tls_(std::move(tls)) {}

  /// @return nothing: it is on its way
  [[nodiscard]] std::optional<Errand::NotSent> send(std::size_t node, std::string_view frame);
  /// Until a datagram comes, or until something can be read from `other`, a descriptor; negative: none.
  /// @param beside others to wait for as well; NULL: none
  void wait(TimePoint until, int other = -1, const Links* beside = nullptr) const;

  struct Listener {
    std::function<void(std::size_t node, std::string_view datagram)> received;
    std::function<void(std::size_t node)> nobody;  // listens there, as the kernel has been told
  };
  /// Takes all that has come, or of a node that sends very much a lot.
  void receive(const Listener& listener);
  /// Takes `most` datagrams: the rest stays where it is, and the nodes have their turns.
  void receive_some(const Listener& listener, std::size_t most);

  /// Why a frame to `node` was refused last: the system's words.
  [[nodiscard]] std::string problem(std::size_t node) const;

 private:
  struct Open {
    std::uint32_t generation;
    std::unique_ptr<NodeLink> link;
  };
  [[nodiscard]] Open* open(std::size_t node);
  bool receive_one(std::size_t node, const Listener& listener);

  const NodeTable* nodes_;
  TlsSource tls_;
  std::array<std::unique_ptr<Open>, NodeTable::kCapacity> open_;
  std::size_t turn_ = 0;  // of a node, for receive_some()
};

}  // namespace osrtp::module
