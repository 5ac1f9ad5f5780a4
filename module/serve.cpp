#include <algorithm>
#include <chrono>

#include "module/listener.hpp"
#include "module/process.hpp"

/// The loop of a client process.
namespace osrtp::module {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{500};
/// Parcels taken before what has come back is looked at.
constexpr int kMostAtOnce = 64;

void take_parcels(int pipe, const osrtp_host& host, Client& client) {
  for (int i = 0; i < kMostAtOnce && !client.is_full(); ++i) {
    const osrtp_slice octets = host.take(pipe);
    if (octets.data == nullptr) return;
    if (auto parcel = unpack(view(octets))) client.accept(*std::move(parcel), steady_clock::now());
  }
}

osrtp_return back_of(const Parcel& parcel) {
  return {parcel.task, parcel.index, parcel.label, slice(parcel.route), slice(parcel.baggage)};
}

/// The script goes on in here, and may ask again.
void go_on(Client::Finished finished, const osrtp_host& host) {
  for (std::size_t i = 0; i < finished.parcel.commands.size(); ++i)
    report(finished.parcel.commands[i], finished.outcomes[i]);
  if (finished.parcel.task == OSRTP_DELIVER) return;
  process().answered = std::move(finished);
  const osrtp_return back = back_of(process().answered->parcel);
  host.go_on(&back);
  process().answered.reset();
}

/// What is due now, until nothing is: when a parcel is finished, the next of its call begins.
/// @return when to come again
std::optional<TimePoint> run_all(Client& client, const osrtp_host& host) {
  for (;;) {
    // Before the time is looked at: while the script went on, the answers have come.
    receive(client);
    const auto next = client.run(steady_clock::now());
    auto finished = client.finished();
    if (!finished) return next;
    for (; finished; finished = client.finished()) {
      const std::string call_id = finished->parcel.call_id;
      go_on(*std::move(finished), host);
      client.release(call_id);
    }
  }
}

/// In on_event() the process's last command is none: $osrtp(...) tells of the event.
void tell(const protocol::Event& event, const osrtp_host& host) {
  if (!is_sip(event)) return log(OSRTP_LOG_WARNING, "an event of a call that SIP cannot have");
  process().last = Outcome{};
  process().last.event = event;
  const osrtp_event told{slice(name(event.kind)), slice(event.call_id), slice(event.from_tag), slice(event.to_tag)};
  host.on_event(&told);
}

void listen(Listener& listener, const osrtp_host& host) {
  listener.receive([&](const protocol::Event& event) { tell(event, host); },
                   [](const std::string& line) { log(OSRTP_LOG_WARNING, line); });
  listener.subscribe(steady_clock::now());
}

void serve_once(int pipe, const osrtp_host& host, Client& client, std::optional<Listener>& listener) {
  const auto next = run_all(client, host);
  const auto tick = steady_clock::now() + kTick;
  process().links.wait(next ? std::min(*next, tick) : tick, client.is_full() ? -1 : pipe,
                       listener ? &listener->links() : nullptr);
  host.tick();
  probe(steady_clock::now());
  withdraw(steady_clock::now());
  take_parcels(pipe, host, client);
  if (listener) listen(*listener, host);
}

}  // namespace

[[noreturn]] void serve(int pipe, const osrtp_host& host) {
  Client client(nodes());
  process().serving = &client;
  std::optional<Listener> listener;
  if (host.on_event != nullptr) listener.emplace(shared().nodes, process().cookies.next(), tls_credentials);
  for (;;) {
    guarded(0, [&] {
      serve_once(pipe, host, client, listener);
      return 0;
    });
  }
}

}  // namespace osrtp::module

void osrtp_serve(int pipe, const osrtp_host* host) noexcept { osrtp::module::serve(pipe, *host); }
