// What receiving and sending cost a relay of small UDP packets: the same packets through the same sockets in many
// shapes.

#include "bench/relay_shapes.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "bench/relay_shapes_load.hpp"

namespace osrtp::bench {
namespace {

template <class T>
bool pick(T& value, std::string_view word, std::initializer_list<std::string_view> names) {
  const auto* at = std::find(names.begin(), names.end(), word);
  if (at == names.end()) return false;
  value = static_cast<T>(at - names.begin());
  return true;
}

bool set(Shape& shape, std::string_view key, std::string_view word) {
  if (key == "wake") return pick(shape.wake, word, {"event", "tick", "rest", "poll", "expect"});
  if (key == "receive") return pick(shape.receive, word, {"once", "drain", "batch", "msg"});
  if (key == "send") return pick(shape.send, word, {"to", "connected", "msg", "pktinfo"});
  if (key == "loop") return pick(shape.loop, word, {"own", "libevent", "ring"});
  if (key == "twin") return pick(shape.twin, word, {"none", "reuseport", "reuseaddr"});
  const std::map<std::string_view, int*> numbers{
      {"edge", &shape.edge},       {"vlen", &shape.vlen},   {"stage", &shape.stage},   {"stride", &shape.stride},
      {"tick", &shape.tick},       {"slack", &shape.slack}, {"events", &shape.events}, {"rcvbuf", &shape.rcvbuf},
      {"sndbuf", &shape.sndbuf},   {"tos", &shape.tos},     {"busy", &shape.busy},     {"v6", &shape.v6},
      {"oneport", &shape.oneport}, {"vsend", &shape.vsend}, {"alone", &shape.alone},   {"pwait2", &shape.pwait2},
      {"gro", &shape.gro},         {"burst", &shape.burst}, {"gso", &shape.gso},       {"least", &shape.least},
      {"behind", &shape.behind}};
  const auto at = numbers.find(key);
  return at != numbers.end() && std::from_chars(word.data(), word.data() + word.size(), *at->second).ec == std::errc();
}

void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(core), &set);
  sched_setaffinity(0, sizeof(set), &set);
  // Where it is allowed, so that others disturb less.
  setpriority(PRIO_PROCESS, 0, -20);
  if (std::FILE* group = std::fopen("/proc/self/autogroup", "w")) {
    std::fputs("-20", group);
    std::fclose(group);
  }
}

struct Sample {
  double cpu = 0;  // microseconds per packet
  double waits = 0;
  double receives = 0;
  double sends = 0;
  double loss = 0;  // share
};

[[noreturn]] void child(const Shape& shape, const Stand& stand, Counters& counters) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pin(1);
  if (shape.slack != 0) prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(shape.slack));
  if (!shape.alone)
    std::thread([] {
      for (;;) pause();
    }).detach();
  if (shape.loop == Loop::kRing) relay_by_ring(shape, stand.routes, counters);
  if (shape.loop == Loop::kLibevent) relay_by_libevent(shape, stand.routes, counters);
  relay(shape, stand.routes, stand.by_port, counters);
}

Sample measure(const Shape& shape, const Addresses& addresses, int calls, double seconds) {
  Stand stand(shape, addresses, calls);
  auto* counters = static_cast<Counters*>(
      mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t pid = counters == MAP_FAILED ? -1 : fork();
  if (pid < 0) {  // to kill() it would be everybody
    std::perror("relay-shapes");
    std::exit(1);
  }
  if (pid == 0) child(shape, stand, *counters);
  clockid_t clock = 0;
  clock_getcpuclockid(pid, &clock);
  auto generator = std::make_unique<Generator>(shape, stand);
  const auto look = [&] {
    timespec cpu{};
    clock_gettime(clock, &cpu);
    return std::array{static_cast<double>(cpu.tv_sec) * 1e6 + static_cast<double>(cpu.tv_nsec) / 1e3,
                      static_cast<double>(counters->packets), static_cast<double>(counters->waits),
                      static_cast<double>(counters->receives), static_cast<double>(counters->sends)};
  };
  generator->run_until(now_ns() + 300'000'000);
  const auto before = look();
  generator->run_until(now_ns() + static_cast<std::int64_t>(seconds * 1e9));
  const auto after = look();
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  munmap(counters, sizeof(Counters));
  const double packets = std::max(1.0, after[1] - before[1]);
  // The last interval's packets are still under way.
  const double expected = static_cast<double>(generator->sent()) -
                          static_cast<double>(stand.peers.size()) * static_cast<double>(shape.burst) * 1.2;
  if (generator->wrong() != 0)
    std::fprintf(stderr, "%s: %llu wrong packets\n", shape.name.c_str(),
                 static_cast<unsigned long long>(generator->wrong()));
  if (generator->late() > 10'000'000)
    std::fprintf(stderr, "%s: generator %.1f ms late\n", shape.name.c_str(),
                 static_cast<double>(generator->late()) / 1e6);
  return {(after[0] - before[0]) / packets, (after[2] - before[2]) / packets, (after[3] - before[3]) / packets,
          (after[4] - before[4]) / packets, std::max(0.0, 1 - static_cast<double>(generator->came()) / expected)};
}

struct Arguments {
  double seconds = 0.4;
  int rounds = 5;
  std::vector<int> loads{100, 300, 600, 1000};
  Addresses addresses;
  std::vector<Shape> shapes;
};

[[noreturn]] void usage() {
  std::fputs(
      "usage: relay-shapes [-s SECONDS] [-r ROUNDS] [-c CALLS,...] [-a ADDRESS] [-t SINK] [-f FILE] [SHAPE...]\n"
      "A shape is a line such as `wake=rest stage=32 send=connected`; the first is what the others are compared "
      "with.\n",
      stderr);
  std::exit(2);
}

void add_shape(Arguments& arguments, std::string_view line) {
  Shape shape;
  if (!shape.parse(line)) {
    std::fprintf(stderr, "unknown: %s\n", shape.name.c_str());
    usage();
  }
  arguments.shapes.push_back(shape);
}

void add_shapes(Arguments& arguments, const char* path) {
  std::ifstream file(path);
  if (!file) usage();
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') add_shape(arguments, line);
  }
}

std::vector<int> numbers(const char* list) {
  std::vector<int> all;
  for (char* at = nullptr; *list != 0; list = *at == ',' ? at + 1 : at) {
    all.push_back(static_cast<int>(std::strtol(list, &at, 10)));
    if (at == list) usage();
  }
  return all;
}

Arguments parse(int count, char** words) {
  Arguments arguments;
  for (int letter = 0; (letter = getopt(count, words, "s:r:c:a:t:f:")) != -1;) {
    switch (letter) {
      case 's':
        arguments.seconds = std::atof(optarg);
        break;
      case 'r':
        arguments.rounds = std::atoi(optarg);
        break;
      case 'c':
        arguments.loads = numbers(optarg);
        break;
      case 'a':
        arguments.addresses.local = optarg;
        break;
      case 't':
        arguments.addresses.sink = optarg;
        break;
      case 'f':
        add_shapes(arguments, optarg);
        break;
      default:
        usage();
    }
  }
  for (int i = optind; i < count; ++i) add_shape(arguments, words[i]);
  if (arguments.shapes.empty() || arguments.rounds < 1) usage();
  return arguments;
}

double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

/// Of a field of all rounds; with `base`, of its ratio to the first shape's in the same round.
double median(const std::vector<Sample>& all, double Sample::*field, const std::vector<Sample>* base = nullptr) {
  std::vector<double> values;
  for (std::size_t i = 0; i < all.size(); ++i) {
    values.push_back(base == nullptr ? all[i].*field : all[i].*field / (*base)[i].*field);
  }
  return median(std::move(values));
}

void print(int calls, const std::vector<Shape>& shapes, const std::vector<std::vector<Sample>>& samples) {
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto& all = samples[i];
    const auto less = [](const Sample& a, const Sample& b) { return a.cpu < b.cpu; };
    std::printf("%5d %7.2f %7.2f %+7.1f %% %7.3f %7.3f %7.3f %7.4f  %s\n", calls,
                std::min_element(all.begin(), all.end(), less)->cpu, median(all, &Sample::cpu),
                (median(all, &Sample::cpu, &samples[0]) - 1) * 100, median(all, &Sample::waits),
                median(all, &Sample::receives), median(all, &Sample::sends), median(all, &Sample::loss),
                shapes[i].name.c_str());
  }
  std::fflush(stdout);
}

int run(const Arguments& arguments) {
  setsid();  // a group of its own for the scheduler
  pin(0);
  const rlimit files{20000, 20000};
  setrlimit(RLIMIT_NOFILE, &files);
  std::puts("calls  min us  median   to first   waits    recv    send    loss  shape");
  for (const int calls : arguments.loads) {
    std::vector<std::vector<Sample>> samples(arguments.shapes.size());
    for (int round = 0; round < arguments.rounds; ++round) {
      for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i].push_back(measure(arguments.shapes[i], arguments.addresses, calls, arguments.seconds));
      }
    }
    print(calls, arguments.shapes, samples);
  }
  return 0;
}

}  // namespace

bool Shape::parse(std::string_view line) {
  name = line;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    const auto equals = word.find('=');
    if (equals == std::string_view::npos || !set(*this, word.substr(0, equals), word.substr(equals + 1))) return false;
  }
  return true;
}

}  // namespace osrtp::bench

int main(int count, char** words) { return osrtp::bench::run(osrtp::bench::parse(count, words)); }
