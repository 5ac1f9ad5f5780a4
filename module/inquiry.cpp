#include "module/inquiry.hpp"

#include "module/process.hpp"
#include "protocol/framing.hpp"

namespace osrtp::module {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Questions on their way: nodes by cookies.
using Asked = std::map<std::string, std::size_t, std::less<>>;

void send(std::size_t node, std::string_view dictionary, Asked& asked) {
  std::string cookie = process().cookies.next();
  const auto frame = protocol::join(cookie, dictionary);
  const auto problem = process().links.send(node, *frame);
  if (!problem) asked.emplace(std::move(cookie), node);
  if (problem == Errand::NotSent::kRefused) learn({node, Errand::Finding::kRefused}, steady_clock::now());
}

}  // namespace

Inquiry inquire(const std::vector<std::size_t>& nodes, std::string_view dictionary, milliseconds time) {
  const auto start = steady_clock::now();
  Asked asked;
  Inquiry result;
  for (const std::size_t node : nodes) send(node, dictionary, asked);
  const auto take = [&](std::size_t node, std::string_view datagram) {
    heard(node);
    const auto frame = protocol::split(datagram);
    const auto question = frame ? asked.find(frame->cookie) : asked.end();
    if (question == asked.end()) return;
    asked.erase(question);
    const auto after = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    result.told[node] = {after, std::string(frame->dictionary)};
  };
  const auto nobody = [&](std::size_t node) {
    learn({node, Errand::Finding::kRefused}, steady_clock::now());
    std::erase_if(asked, [&](const auto& question) { return question.second == node; });
  };
  while (!asked.empty() && steady_clock::now() < start + time) {
    process().links.wait(start + time);
    process().links.receive({take, nobody});
  }
  for (const auto& question : asked) result.silent.insert(question.second);
  return result;
}

}  // namespace osrtp::module
