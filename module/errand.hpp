#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "protocol/client.hpp"

namespace osrtp::module {

/// stand-in
class Errand {
 public:
  struct Send {
    std::size_t node;
    std::string_view frame;
  };
  struct Wait {
    TimePoint until;
  };
  struct Done {
    std::string_view dictionary;
    std::size_t node;
  };
  enum class Failure : std::uint8_t { kNoNode, kUnreachable, kNodeDead, kTooLong };
  struct Failed {
    Failure failure;
  };
  using Step = std::variant<Send, Wait, Done, Failed>;
  enum class NotSent : std::uint8_t { kRefused, kBusy, kTooLong };

  Errand(std::string cookie, std::string frame, std::chrono::milliseconds budget, TimePoint now)
      : transaction_(std::move(cookie), std::move(frame), {budget, {budget * 3 / 8, budget * 6 / 8}}, now) {}

  Step step(TimePoint now) {
    if (failed_) return *failed_;
    auto step = transaction_.step(now);
    if (std::holds_alternative<protocol::Transaction::Send>(step)) return Send{0, transaction_.frame()};
    if (auto* wait = std::get_if<protocol::Transaction::Wait>(&step)) return Wait{wait->until};
    if (auto* done = std::get_if<protocol::Transaction::Answered>(&step)) return Done{done->dictionary, 0};
    return Failed{Failure::kUnreachable};
  }
  bool receive(std::size_t, std::string_view datagram) { return transaction_.receive(datagram); }
  void send_failed(std::size_t, NotSent why, TimePoint) {
    if (why == NotSent::kRefused) failed_ = Failed{Failure::kUnreachable};
    if (why == NotSent::kTooLong) failed_ = Failed{Failure::kTooLong};
  }

 private:
  protocol::Transaction transaction_;
  std::optional<Failed> failed_;
};

}  // namespace osrtp::module
