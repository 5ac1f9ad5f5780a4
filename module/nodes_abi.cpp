#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>

#include "module/inquiry.hpp"
#include "module/process.hpp"
#include "protocol/codec.hpp"

/// The C++ half's entrances that are about nodes.
namespace osrtp::module {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kUsualSocket = "unix:/run/osrtpd/control.sock";
constexpr milliseconds kPingTime{250};
constexpr milliseconds kProbeTime{100};

NodeTable& table() { return shared().nodes; }

void attach(void* memory) {
  auto* const all = new (memory) Shared{};
  all->calls.set_key({salt(), salt()});
  all->peers.set_key({salt(), salt()});
  all->peers.set_memory(state().settings.peer_memory);
  state().shared = all;
}

Result<Node, std::string> node_of(const osrtp_node& listed) {
  auto address = RelayAddress::parse(view(listed.address));
  if (!address) return fail(address.error());
  if (listed.set < 0 || listed.set > Node::kMostSet) return fail(address->to_string() + ": no such set");
  if (listed.weight < 1 || listed.weight > static_cast<int>(Node::kMostWeight))
    return fail(address->to_string() + ": a weight is 1 to " + std::to_string(Node::kMostWeight));
  return Node{*std::move(address), listed.set, static_cast<unsigned int>(listed.weight), listed.disabled != 0};
}

void put(Node node, std::vector<Node>& nodes) {
  const auto same = std::find_if(nodes.begin(), nodes.end(), [&](const Node& other) {
    return other.set == node.set && other.address == node.address;
  });
  if (same != nodes.end()) nodes.erase(same);
  nodes.push_back(std::move(node));
}

/// Once, at the start: other processes do not see what is read later.
int read_tls_files(osrtp_error* error) {
  Settings& settings = state().settings;
  for (std::string TlsTexts::*const which : {&TlsTexts::certificate, &TlsTexts::key, &TlsTexts::authorities}) {
    const std::string& name = settings.tls_files.*which;
    if (name.empty() || !(settings.tls.*which).empty()) continue;
    std::ifstream file(name, std::ios::binary);
    (settings.tls.*which).assign(std::istreambuf_iterator<char>(file), {});
    if ((settings.tls.*which).empty()) return refuse(error, name + " cannot be read, or is empty");
  }
  return 0;
}

int load(const osrtp_node* listed, std::size_t count, osrtp_change& change, osrtp_error* error) {
  std::vector<Node> nodes = state().settings.nodes;
  if (nodes.empty() && listed == nullptr) nodes = *parse_nodes(kUsualSocket);
  std::vector<Node> rows;
  for (std::size_t i = 0; i < count; ++i) {
    auto node = node_of(listed[i]);
    if (!node) return refuse(error, node.error());
    rows.push_back(*std::move(node));
  }
  for (Node& row : rows) put(std::move(row), nodes);
  if (nodes.empty()) return refuse(error, "the table has no node");
  if (read_tls_files(error) != 0) return -1;
  const auto over_tls = [](const Node& node) { return std::holds_alternative<TlsPlace>(node.address.where); };
  if (std::any_of(nodes.begin(), nodes.end(), over_tls) && !state().settings.tls.complete())
    return refuse(error, "tls: needs the parameters tls_certificate, tls_key and tls_ca");
  const auto now = steady_clock::now();
  const auto done = table().load(nodes, [&](const NodeView& node) {
    return shared().calls.needs({node.number, node.generation}, now);
  });
  if (!done) return refuse(error, done.error());
  change = {static_cast<unsigned int>(done->added), static_cast<unsigned int>(done->kept),
            static_cast<unsigned int>(done->leaving)};
  return 0;
}

osrtp_node_state state_of(const NodeView& node) {
  const auto now = steady_clock::now();
  osrtp_node_state told{};
  node.address.copy(static_cast<char*>(told.address), sizeof told.address - 1);
  told.set = node.set;
  told.weight = node.weight;
  told.admin = kAdminNames[static_cast<std::size_t>(node.admin)].data();
  told.health = kHealthNames[static_cast<std::size_t>(node.health)].data();
  if (node.health != Health::kAlive)
    told.seconds = static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(now - node.health_since).count());
  told.full = node.full_until > now ? 1 : 0;
  told.milliseconds = -1;
  return told;
}

std::vector<NodeView> nodes_at(std::string_view address) {
  std::vector<NodeView> nodes = table().all();
  if (address != "all") std::erase_if(nodes, [&](const NodeView& node) { return node.address != address; });
  return nodes;
}

std::size_t tell(const std::vector<osrtp_node_state>& states, osrtp_node_state* nodes, std::size_t room) {
  std::copy_n(states.begin(), std::min(room, states.size()), nodes);
  return states.size();
}

std::optional<protocol::ListReply> listed(std::string_view dictionary) {
  auto reply = protocol::decode_reply(dictionary, protocol::Command::kList);
  auto* list = reply ? std::get_if<protocol::ListReply>(&reply->body) : nullptr;
  return list == nullptr ? std::nullopt : std::optional(std::move(*list));
}

std::vector<std::size_t> numbers_of(const std::vector<NodeView>& nodes) {
  std::vector<std::size_t> numbers;
  numbers.reserve(nodes.size());
  for (const NodeView& node : nodes) numbers.push_back(node.number);
  return numbers;
}

std::vector<osrtp_node_state> ping(std::string_view address) {
  const auto nodes = nodes_at(address);
  const auto [told, silent] = inquire(numbers_of(nodes), kPing, kPingTime);
  for (const std::size_t node : silent) learn({node, Errand::Finding::kSilent}, steady_clock::now());
  std::vector<osrtp_node_state> states;
  for (const NodeView& node : nodes) {
    const auto answer = told.find(node.number);
    states.push_back(state_of(table().view(node.number).value_or(node)));
    if (answer != told.end()) states.back().milliseconds = static_cast<int>(answer->second.after.count());
  }
  return states;
}

/// @return how many nodes have not told
int list_calls(int most, void (*show)(void*, osrtp_slice, osrtp_slice), void* context) {
  const auto nodes = nodes_at("all");
  const auto question = protocol::encode_request(protocol::List{most});
  const auto told = inquire(numbers_of(nodes), *question, kPingTime).told;
  int missing = 0;
  for (const NodeView& node : nodes) {
    const auto answer = told.find(node.number);
    const auto reply = answer == told.end() ? std::nullopt : listed(answer->second.dictionary);
    if (!reply) ++missing;
    if (!reply) continue;
    for (const std::string& call_id : reply->calls) show(context, slice(call_id), slice(node.address));
  }
  return missing;
}

std::size_t admit(std::string_view address, Admin admin) {
  std::size_t count = 0;
  for (const NodeView& node : nodes_at(address)) count += table().admit(node.number, admin) ? 1 : 0;
  return count;
}

}  // namespace

}  // namespace osrtp::module

using namespace osrtp::module;  // NOLINT: the C functions below are this file's and no header's

size_t osrtp_shared_size() noexcept { return sizeof(Shared); }

void osrtp_attach_shared(void* memory) noexcept { attach(memory); }

int osrtp_load_nodes(const osrtp_node* listed, size_t count, osrtp_change* change, osrtp_error* error) noexcept {
  return guarded(-1, [&] { return load(listed, count, *change, error); });
}

int osrtp_has_set(int set) noexcept {
  return guarded(0, [&] {
    const auto nodes = table().all();
    return std::any_of(nodes.begin(), nodes.end(), [&](const NodeView& node) { return node.set == set; }) ? 1 : 0;
  });
}

size_t osrtp_nodes(osrtp_node_state* nodes, size_t room) noexcept {
  return guarded(std::size_t{0}, [&] {
    std::vector<osrtp_node_state> states;
    for (const NodeView& node : table().all()) states.push_back(state_of(node));
    return tell(states, nodes, room);
  });
}

size_t osrtp_ping(osrtp_slice address, osrtp_node_state* nodes, size_t room) noexcept {
  return guarded(std::size_t{0}, [&] { return tell(ping(view(address)), nodes, room); });
}

size_t osrtp_admit(osrtp_slice address, int drain) noexcept {
  return guarded(std::size_t{0}, [&] { return admit(view(address), drain != 0 ? Admin::kDraining : Admin::kEnabled); });
}

int osrtp_list_calls(int most, void (*show)(void*, osrtp_slice, osrtp_slice), void* context) noexcept {
  return guarded(-1, [&] { return list_calls(most, show, context); });
}

void osrtp_probe() noexcept {
  guarded(0, [] {
    static_cast<void>(inquire(due_probes(steady_clock::now()), kPing, kProbeTime));
    return 0;
  });
}
