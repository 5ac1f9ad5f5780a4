// The life of an ICE-lite agent, told in octets: requests of the password's owner and of others, restarts, the
// peer's SDP, time. A step is an octet: the verb (bits 0-2), what the request has (3-7); what it needs follows.
//
// Whatever happens: who does not prove the current password, or from the selected address the former one, gets no
// reply and changes nothing; only a nomination under the current password moves a selection; what is selected is
// validated; a reply to a new address is no larger than its request; and no more than kMaxValidated are remembered.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "ice/lite_agent.hpp"
#include "support/stun.hpp"

using namespace osrtp;
using osrtp::ice::LiteAgent;
using osrtp::ice::Verdict;
using osrtp::testing::Check;

namespace {

using Octets = std::vector<std::uint8_t>;

constexpr int kMaxSteps = 200;
constexpr std::size_t kAddresses = 24;
constexpr std::array<std::size_t, 2> kComponents{1, 2};

void check(bool holds) {
  if (!holds) __builtin_trap();
}

Endpoint nth(std::uint8_t n) {
  const auto last = static_cast<std::uint8_t>(n % kAddresses);
  const auto v4 = IpAddress::from_v4({192, 0, 2, last});
  const auto v6 = IpAddress::from_v6({0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
  return {last % 2 == 0 ? v4 : v6, *Port::from(4000)};
}

/// What an agent shows to the outside.
struct View {
  std::array<std::optional<Endpoint>, 2> selected{};
  std::array<std::array<bool, kAddresses>, 2> validated{};
  std::array<bool, 2> consent{};

  View(const LiteAgent& agent, TimePoint now) {
    for (const std::size_t c : kComponents) {
      selected[c - 1] = agent.selected(c);
      consent[c - 1] = agent.has_consent(c, now);
      for (std::uint8_t n = 0; n < kAddresses; ++n) validated[c - 1][n] = agent.is_validated(c, nth(n));
    }
  }
  friend bool operator==(const View&, const View&) = default;
};

class Life {
 public:
  explicit Life(ByteView script) : script_(script) {}

  void run() {
    for (int steps = 0; steps < kMaxSteps && !script_.rest().empty(); ++steps) {
      step(octet());
      look();
    }
  }

 private:
  static ice::Credentials credentials(unsigned generation) {
    return {ufrag(generation), *Secret::from(bytes_of(password(generation)))};
  }
  static std::string ufrag(unsigned generation) { return "ufrag" + std::to_string(generation); }
  static std::string password(unsigned generation) { return "password0123456789abcd" + std::to_string(generation); }

  std::uint8_t octet() { return script_.read<std::uint8_t>().value_or(0); }

  void step(std::uint8_t verb) {
    switch (verb & 7U) {
      case 0:
        return restart(verb);
      case 1:
        remote_ = "peer" + std::to_string(octet() % 3);
        return agent_.set_remote(remote_);
      case 2:
        now_ += std::chrono::milliseconds(octet() * 100);
        return;
      case 3:
        return raw();
      default:
        return request(verb);
    }
  }

  void restart(std::uint8_t verb) {
    const View before(agent_, now_);
    const std::size_t components = (verb & 8U) != 0 ? 1 : 2;
    agent_.restart(credentials(++generation_), components);
    remote_.clear();
    check(agent_.selected(1) == before.selected[0]);
    check(!agent_.selected(2) || agent_.selected(2) == before.selected[1]);
    count_ = components;
  }

  /// Octets that nobody has sealed.
  void raw() {
    const std::uint8_t from = octet();
    const auto octets = script_.take(std::min<std::size_t>(octet(), script_.rest().size()));
    const View before(agent_, now_);
    const auto handled = agent_.handle(1 + from % 2, nth(from), *octets, now_);
    check(handled.reply.empty() && !handled.selected && handled.verdict != Verdict::kAnswered);
    check(View(agent_, now_) == before);
  }

  /// Address, component and generation, priority, whose ufrag, a bit to spoil.
  void request(std::uint8_t verb) {
    const std::uint8_t from = octet();
    const std::uint8_t how = octet();
    const std::size_t component = 1 + how % 2;
    const unsigned back = how >> 1U & 3U;
    const unsigned generation = generation_ < back ? 0 : generation_ - back;
    const std::string peer = "peer" + std::to_string((how >> 3U) % 3);
    Check c{.username = ufrag(generation) + ":" + peer, .password = password(generation)};
    c.priority = octet();
    c.use_candidate = (verb & 8U) != 0;
    c.fingerprint = (verb & 16U) == 0;
    if ((verb & 32U) != 0) c.controlled = 1;
    if ((verb & 64U) != 0) c.controlling.reset();
    if ((verb & 128U) != 0) c.extra = {0x7fff};
    Octets datagram = c.octets();
    const bool spoiled = (verb & 7U) == 7;
    if (spoiled) spoil(datagram, c.fingerprint);
    const bool current = generation == generation_ && (remote_.empty() || remote_ == peer);
    send(component, from, datagram, c, current, spoiled);
  }

  /// Under the integrity, or in it.
  void spoil(Octets& datagram, bool fingerprint) {
    const std::size_t covered = datagram.size() - (fingerprint ? 8 : 0);
    const std::size_t bit = (octet() * 256U + octet()) % (8 * covered);
    datagram[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }

  void send(std::size_t component, std::uint8_t from, const Octets& datagram, const Check& c, bool current,
            bool spoiled) {
    const View before(agent_, now_);
    const bool known = agent_.is_validated(component, nth(from));
    const bool is_selected = agent_.selected(component) == nth(from);
    const auto handled = agent_.handle(component, nth(from), datagram, now_);
    const View after(agent_, now_);

    const bool authentic = !spoiled && component <= count_ && (current || is_selected);
    if (!authentic) check(handled.reply.empty());
    if (handled.verdict != Verdict::kAnswered) check(after == before && !handled.selected);
    if (handled.reply.empty()) check(after == before);
    if (!known) check(handled.reply.size() <= datagram.size());
    if (after.selected != before.selected) {
      check(handled.selected && current && c.use_candidate && !c.controlled && c.extra.empty());
      check(after.selected[component - 1] == nth(from));
      check(after.selected[2 - component] == before.selected[2 - component]);
    }
    check(handled.selected == (after.selected != before.selected));
    if (current && authentic && known && !c.controlled && c.extra.empty()) check(handled.verdict == Verdict::kAnswered);
    if (handled.verdict == Verdict::kAnswered) check(agent_.is_validated(component, nth(from)));
  }

  void look() const {
    const View view(agent_, now_);
    for (const std::size_t c : kComponents) {
      const auto& validated = view.validated[c - 1];
      check(std::count(validated.begin(), validated.end(), true) <= std::ptrdiff_t{ice::kMaxValidated});
      if (view.selected[c - 1]) check(agent_.is_validated(c, *view.selected[c - 1]));
      check(!view.consent[c - 1] || view.selected[c - 1]);
      check(!agent_.has_consent(c, now_ + ice::kConsent));
    }
  }

  ByteReader script_;
  unsigned generation_ = 0;
  std::size_t count_ = 2;
  std::string remote_{};
  TimePoint now_{std::chrono::hours(1)};
  LiteAgent agent_{credentials(0), 2};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Life(ByteView(data, size)).run();
  return 0;
}
