#include "protocol/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "base/endpoint.hpp"

namespace osrtp::protocol {

namespace {

using Certificate = std::unique_ptr<X509, decltype([](X509* certificate) { X509_free(certificate); })>;

/// @return false: no memory
bool expect_name(SSL* session, const std::string& name) {
  if (IpAddress::parse(name)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name.c_str()) == 1;
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(session, name.c_str()) == 1 && SSL_set_tlsext_host_name(session, name.c_str()) == 1;
}

/// Two memories in place of a socket. @return false: there is none
bool be_without_socket(SSL* session) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    return false;
  }
  SSL_set_bio(session, in, out);
  return true;
}

std::string last_words(const SSL* session) {
  if (const long verdict = SSL_get_verify_result(session); verdict != X509_V_OK) {
    return std::string("the other end's certificate: ") + X509_verify_cert_error_string(verdict);
  }
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return reason != nullptr ? reason : "TLS failed";
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* session) const noexcept { SSL_free(session); }

TlsSession::TlsSession(TlsCredentials::Shared ours, const std::string& server)
    : ours_(std::move(ours)), session_(SSL_new(ours_->context())) {
  const bool client = ours_->end() == TlsEnd::kClient;
  if (!session_ || !be_without_socket(session_.get()) || (client && !expect_name(session_.get(), server))) {
    close("no memory");
    return;
  }
  if (client) {
    SSL_set_connect_state(session_.get());
  } else {
    SSL_set_accept_state(session_.get());
  }
  advance();
}

TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

void TlsSession::receive(std::string_view octets) {
  if (state_ == State::kClosed || octets.empty()) return;
  BIO_write(SSL_get_rbio(session_.get()), octets.data(), static_cast<int>(octets.size()));
  advance();
}

bool TlsSession::send(std::string_view plain) {
  if (state_ == State::kClosed) return false;
  waiting_.append(plain);
  advance();
  return state_ != State::kClosed;
}

void TlsSession::advance() {
  ERR_clear_error();
  if (state_ == State::kHandshake) {
    const int status = SSL_do_handshake(session_.get());
    if (status == 1) {
      state_ = State::kOpen;
    } else {
      goes_on(status);
    }
  }
  if (state_ == State::kOpen) read();
  if (state_ == State::kOpen) write();
  take_outgoing();
}

void TlsSession::read() {
  std::array<char, 16'384> record{};
  for (;;) {
    const int got = SSL_read(session_.get(), record.data(), static_cast<int>(record.size()));
    if (got <= 0) {
      goes_on(got);
      return;
    }
    plain_.append(record.data(), static_cast<std::size_t>(got));
  }
}

void TlsSession::write() {
  if (waiting_.empty()) return;
  const int put = SSL_write(session_.get(), waiting_.data(), static_cast<int>(waiting_.size()));
  if (put > 0 || !goes_on(put)) waiting_.clear();  // into a memory, all goes at once
}

void TlsSession::take_outgoing() {
  BIO* from = SSL_get_wbio(session_.get());
  std::array<char, 4096> some{};
  for (int got = 0; (got = BIO_read(from, some.data(), static_cast<int>(some.size()))) > 0;) {
    outgoing_.append(some.data(), static_cast<std::size_t>(got));
  }
}

bool TlsSession::goes_on(int status) {
  switch (SSL_get_error(session_.get(), status)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return true;
    case SSL_ERROR_ZERO_RETURN:
      close({});
      return false;
    default:
      close(last_words(session_.get()));
      return false;
  }
}

void TlsSession::close(std::string why) {
  state_ = State::kClosed;
  problem_ = std::move(why);
  ERR_clear_error();
}

std::string TlsSession::peer() const {
  if (!session_) return {};
  const Certificate certificate(SSL_get1_peer_certificate(session_.get()));
  if (!certificate) return {};
  std::array<char, 128> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                                             static_cast<int>(name.size()));
  return size > 0 ? std::string(name.data(), static_cast<std::size_t>(size)) : std::string();
}

bool TlsSession::peer_is(const std::string& name) const {
  const Certificate certificate(session_ ? SSL_get1_peer_certificate(session_.get()) : nullptr);
  return certificate &&
         X509_check_host(certificate.get(), name.data(), name.size(), X509_CHECK_FLAG_NO_WILDCARDS, nullptr) == 1;
}

}  // namespace osrtp::protocol
