#include "dtls/association.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "dtls/certificate.hpp"
#include "dtls/records.hpp"
#include "dtls/session.hpp"

namespace osrtp::dtls {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// OpenSSL gives up at its 13th repetition of a flight; what we want beyond the 12th, we repeat ourselves.
constexpr int kOpensslRepetitions = 12;
constexpr unsigned kNever = 4'000'000'000;  // microseconds: more than an hour, less than 2^32
// OpenSSL stops early at some records and leaves the rest of the datagram for the next call.
constexpr int kMaxCalls = 32;

struct FreeAddress {
  void operator()(BIO_ADDR* address) const noexcept { BIO_ADDR_free(address); }
};

unsigned in_microseconds(milliseconds time) noexcept { return static_cast<unsigned>(microseconds(time).count()); }

}  // namespace

struct Association::Impl final : SessionEvents {
  Impl(const Setup& setup, TimePoint start)
      : identity(setup.identity),
        role(setup.role),
        listens(setup.role == Role::kPassive && setup.opening == Opening::kHelloWithCookie),
        expected(setup.peer),
        now(start),
        limit(start + kHandshakeLimit) {}

  int judge(X509& certificate) override;
  unsigned flight_timer(unsigned previous) override;

  [[nodiscard]] bool is_handshaking() const noexcept { return std::holds_alternative<Handshaking>(state); }
  void handle(ByteView datagram);
  void take_hello();
  void handshake();
  void read();
  void fail_with_openssl();
  void doubt();
  void complete();
  void settle();
  void give_up(Failure why);
  void repeat_flight();
  void lengthen_interval();

  std::shared_ptr<const Identity> identity;
  Role role;
  bool listens;  // OpenSSL has still to be told that the ClientHello has a cookie
  std::vector<Fingerprint> expected;
  State state = Handshaking{};
  bool has_certificate = false;  // the peer's has come
  std::optional<Keys> keys{};

  TimePoint now;
  TimePoint limit;
  milliseconds interval = kFirstRetransmission;
  std::optional<TimePoint> due{};           // when the flight is repeated
  std::optional<TimePoint> alert_counts{};  // an alert has come that may be forged
  int repetitions = 0;                      // by OpenSSL, of this flight

  std::uint64_t next_sequence = 0;  // of the peer's records in epoch 0
  DatagramPipe pipe{};
  SslHandle ssl{};  // knows the pipe, so it is the first to go
};

int Association::Impl::judge(X509& certificate) {
  has_certificate = true;
  return has_strong_key(certificate) ? X509_V_OK : X509_V_ERR_EE_KEY_TOO_SMALL;
}

unsigned Association::Impl::flight_timer(unsigned previous) {
  pipe.flight.clear();
  if (previous == 0) {
    repetitions = 0;
    interval = kFirstRetransmission;
    due = now + interval;
  } else {
    ++repetitions;
    lengthen_interval();
  }
  return repetitions < kOpensslRepetitions ? in_microseconds(interval) : kNever;
}

void Association::Impl::lengthen_interval() {
  interval = std::min(2 * interval, kLongestRetransmission);
  due = now + interval;
}

void Association::Impl::repeat_flight() {
  const auto before = due;
  if (DTLSv1_handle_timeout(ssl.get()) > 0 && due != before) return;
  const std::size_t room = kMaxQueued - std::min(kMaxQueued, pipe.sent.size());
  const std::size_t count = std::min(room, pipe.flight.size());
  pipe.sent.insert(pipe.sent.end(), pipe.flight.begin(), pipe.flight.begin() + static_cast<std::ptrdiff_t>(count));
  lengthen_interval();
}

void Association::Impl::handle(ByteView datagram) {
  if (std::holds_alternative<Failed>(state)) return;
  if (listens) {
    const auto hello = ClientHello::parse(datagram);
    if (!hello) return;
    next_sequence = hello->record_sequence;  // which OpenSSL takes for its ServerHello (RFC 6347 §4.2.1)
  }
  const Sifted sifted = sift(datagram, next_sequence);
  if (sifted.plain_fatal_alert) doubt();
  if (sifted.records.empty()) return;
  pipe.arrived = ByteView(sifted.records);
  if (listens) take_hello();
  if (listens) {
    // Not the hello yet.
  } else if (is_handshaking()) {
    const auto before = SSL_get_state(ssl.get());
    handshake();
    if (SSL_get_state(ssl.get()) != before) alert_counts.reset();
  } else {
    read();
  }
  pipe.arrived.reset();
}

void Association::Impl::take_hello() {
  const std::unique_ptr<BIO_ADDR, FreeAddress> nobody(BIO_ADDR_new());
  ERR_clear_error();
  if (nobody && DTLSv1_listen(ssl.get(), nobody.get()) == 1) listens = false;
  ERR_clear_error();
}

void Association::Impl::handshake() {
  for (int calls = 0; calls < kMaxCalls && is_handshaking(); ++calls) {
    pipe.starved = false;
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl.get());
    if (result == 1) return complete();
    const int error = SSL_get_error(ssl.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return fail_with_openssl();
    if (pipe.starved) return;
  }
}

// The handshake is done. What still comes is the peer's last flight once more, which OpenSSL answers.
void Association::Impl::read() {
  std::array<std::uint8_t, 256> ignored{};
  for (int calls = 0; calls < kMaxCalls; ++calls) {
    pipe.starved = false;
    ERR_clear_error();
    const int result = SSL_read(ssl.get(), ignored.data(), static_cast<int>(ignored.size()));
    if (result <= 0 && SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_READ) break;
    if (pipe.starved) break;
  }
  explicit_bzero(ignored.data(), ignored.size());
  ERR_clear_error();
}

void Association::Impl::fail_with_openssl() {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  ERR_clear_error();
  give_up(reason == SSL_R_BAD_SRTP_PROTECTION_PROFILE_LIST ? Failure::kNoCommonProfile : Failure::kAlert);
}

void Association::Impl::doubt() {
  const bool spoken = due.has_value();  // who has heard nothing from us has nothing to complain about
  if (is_handshaking() && spoken && !alert_counts) alert_counts = now + kAlertDoubt;
}

void Association::Impl::complete() {
  due.reset();
  alert_counts.reset();
  pipe.flight.clear();
  state = Unverified{};
  if (!agreed_profile(*ssl)) {
    SSL_shutdown(ssl.get());
    return give_up(Failure::kNoCommonProfile);
  }
  if (!expected.empty()) settle();
  if (!std::holds_alternative<Failed>(state)) read();
}

void Association::Impl::settle() {
  const X509* certificate = SSL_get0_peer_certificate(ssl.get());
  if (certificate == nullptr || !matches(*certificate, expected)) {
    SSL_shutdown(ssl.get());  // OpenSSL sends no alert of our choice once the handshake is done
    return give_up(Failure::kFingerprintMismatch);
  }
  const auto profile = agreed_profile(*ssl);
  if (profile) keys = export_keys(*ssl, role, *profile);
  if (!keys) return give_up(Failure::kInternal);
  state = Connected{};
}

void Association::Impl::give_up(Failure why) {
  state = Failed{.why = why, .after_finished = !is_handshaking()};
  due.reset();
  alert_counts.reset();
  pipe.flight.clear();
}

Association::Association(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;
Association::~Association() = default;

std::optional<Association> Association::create(const Setup& setup, TimePoint now) {
  auto impl = std::make_unique<Impl>(setup, now);
  impl->ssl = new_session(setup, impl->pipe, *impl);
  ERR_clear_error();
  if (!impl->ssl) return std::nullopt;
  if (setup.role == Role::kActive) impl->handshake();
  return Association(std::move(impl));
}

void Association::handle(ByteView datagram, TimePoint now) {
  impl_->now = now;
  impl_->handle(datagram);
}

void Association::expect(std::vector<Fingerprint> peer, TimePoint now) {
  impl_->now = now;
  impl_->expected = std::move(peer);
  if (std::holds_alternative<Unverified>(impl_->state) && !impl_->expected.empty()) impl_->settle();
}

std::optional<TimePoint> Association::next_timeout() const noexcept {
  if (!impl_->is_handshaking()) return std::nullopt;
  TimePoint next = impl_->limit;
  if (impl_->due) next = std::min(next, *impl_->due);
  if (impl_->alert_counts) next = std::min(next, *impl_->alert_counts);
  return next;
}

void Association::handle_timeout(TimePoint now) {
  impl_->now = now;
  if (!impl_->is_handshaking()) return;
  if (now >= impl_->limit) return impl_->give_up(Failure::kTimeout);
  if (impl_->alert_counts && now >= *impl_->alert_counts) return impl_->give_up(Failure::kAlert);
  if (impl_->due && now >= *impl_->due) impl_->repeat_flight();
}

std::vector<std::vector<std::uint8_t>> Association::take_output() { return std::exchange(impl_->pipe.sent, {}); }

const Association::State& Association::state() const noexcept { return impl_->state; }

bool Association::is_advanced() const noexcept { return impl_->has_certificate || !impl_->is_handshaking(); }

std::optional<Keys> Association::take_keys() {
  auto taken = std::move(impl_->keys);
  impl_->keys.reset();
  return taken;
}

}  // namespace osrtp::dtls
