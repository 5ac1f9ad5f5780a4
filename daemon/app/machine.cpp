#include "app/machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace osrtp::app {

namespace {

constexpr std::uint64_t kKibi = 1024;
constexpr std::string_view kBlanks = " \t\n";

/// Empty: there is no such file.
std::string content_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::optional<std::uint64_t> available_memory(std::string_view meminfo) {
  constexpr std::string_view key = "MemAvailable:";
  const auto at = meminfo.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  meminfo.remove_prefix(at + key.size());
  const auto kibi = take_number(meminfo);
  return kibi ? std::optional(*kibi * kKibi) : std::nullopt;
}

std::optional<std::uint64_t> udp_buffers(std::string_view udp_mem, std::uint64_t page_size) {
  std::optional<std::uint64_t> pages;
  for (int i = 0; i < 3; ++i) {
    pages = take_number(udp_mem);
    if (!pages) return std::nullopt;
  }
  return *pages * page_size;
}

MachineLimits machine_limits(std::size_t descriptors) {
  const std::string flows = content_of("/proc/sys/net/netfilter/nf_conntrack_max");
  std::string_view flows_left = flows;
  return {descriptors, available_memory(content_of("/proc/meminfo")),
          udp_buffers(content_of("/proc/sys/net/ipv4/udp_mem"), static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))),
          take_number(flows_left)};
}

}  // namespace osrtp::app
