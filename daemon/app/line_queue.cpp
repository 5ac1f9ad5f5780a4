#include "app/line_queue.hpp"

#include <utility>

namespace osrtp::app {

void LineQueue::push(std::string line) {
  octets_ += line.size();
  waiting_.lines.push_back(std::move(line));
  while (octets_ > limit_ && waiting_.lines.size() > 1) {
    octets_ -= waiting_.lines.front().size();
    waiting_.lines.pop_front();
    ++waiting_.lost;
  }
}

LineQueue::Batch LineQueue::take() {
  octets_ = 0;
  return std::exchange(waiting_, {});
}

}  // namespace osrtp::app
