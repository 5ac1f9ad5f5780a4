#include "protocol/tls_session.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <chrono>

#include "dtls/identity.hpp"

namespace osrtp::protocol {
namespace {

/// A certificate that is its own authority, with the common name "osrtp", and its key.
struct Pem {
  std::string certificate;
  std::string key;
};

template <class Write>
std::string text_of(const Write& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  EXPECT_EQ(write(memory), 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string copy(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return copy;
}

Pem fresh(WallTime at = std::chrono::system_clock::now()) {
  const auto identity = *dtls::Identity::generate(at);
  return {text_of([&](BIO* to) { return PEM_write_bio_X509(to, identity->certificate()); }), text_of([&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, identity->key(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

TlsCredentials::Shared credentials(TlsEnd end, const Pem& own, const Pem& trusted) {
  return *TlsCredentials::make(end, {own.certificate, own.key, trusted.certificate});
}

/// Both ends, and all octets from one to the other at once.
struct Pair {
  Pair(const TlsCredentials::Shared& server_has, const TlsCredentials::Shared& client_has,
       const std::string& name = "osrtp")
      : server(server_has), client(client_has, name) {}

  static void carry(TlsSession& from, TlsSession& to) {
    const std::string octets(from.outgoing());
    from.sent(octets.size());
    to.receive(octets);
  }
  void settle() {
    for (int i = 0; i < 10; ++i) {
      carry(client, server);
      carry(server, client);
    }
  }

  TlsSession server;
  TlsSession client;
};

class Tls : public testing::Test {
 protected:
  Pem relay_ = fresh();
  Pem proxy_ = fresh();
  TlsCredentials::Shared server_ = credentials(TlsEnd::kServer, relay_, proxy_);
  TlsCredentials::Shared client_ = credentials(TlsEnd::kClient, proxy_, relay_);
};

TEST_F(Tls, CarriesBothWaysWhatWasSentBeforeTheHandshakeToo) {
  Pair pair(server_, client_);
  EXPECT_TRUE(pair.client.send("3:c x,"));
  pair.settle();
  EXPECT_EQ(pair.server.state(), TlsSession::State::kOpen);
  EXPECT_EQ(pair.server.plain(), "3:c x,");
  EXPECT_TRUE(pair.server.send(std::string(100'000, 'r')));
  pair.settle();
  EXPECT_EQ(pair.client.plain(), std::string(100'000, 'r'));
  pair.server.consume(2);
  EXPECT_EQ(pair.server.plain(), "c x,");
}

TEST_F(Tls, TakesOctetsOneByOne) {
  Pair pair(server_, client_);
  pair.client.send("3:c x,");
  for (int i = 0; i < 10; ++i) {
    for (const char octet : std::string(pair.client.outgoing())) pair.server.receive({&octet, 1});
    pair.client.sent(pair.client.outgoing().size());
    for (const char octet : std::string(pair.server.outgoing())) pair.client.receive({&octet, 1});
    pair.server.sent(pair.server.outgoing().size());
  }
  EXPECT_EQ(pair.server.plain(), "3:c x,");
}

TEST_F(Tls, KnowsThePeerByItsCertificate) {
  Pair pair(server_, client_);
  EXPECT_EQ(pair.server.peer(), "");
  EXPECT_FALSE(pair.server.peer_is("osrtp"));
  pair.settle();
  EXPECT_EQ(pair.server.peer(), "osrtp");
  EXPECT_TRUE(pair.server.peer_is("osrtp"));
  EXPECT_FALSE(pair.server.peer_is("proxy.example.org"));
}

TEST_F(Tls, GivesNothingOfAClientWhoseAuthorityIsAnother) {
  Pair pair(server_, credentials(TlsEnd::kClient, fresh(), relay_));
  pair.client.send("3:c x,");
  pair.settle();
  EXPECT_EQ(pair.server.state(), TlsSession::State::kClosed);
  EXPECT_EQ(pair.server.plain(), "");
  EXPECT_EQ(pair.client.state(), TlsSession::State::kClosed);
  EXPECT_NE(pair.server.problem().find("certificate"), std::string::npos) << pair.server.problem();
}

TEST_F(Tls, SendsNothingToAServerWhoseAuthorityIsAnother) {
  Pair pair(credentials(TlsEnd::kServer, fresh(), proxy_), client_);
  pair.client.send("3:c x,");
  pair.settle();
  EXPECT_EQ(pair.client.state(), TlsSession::State::kClosed);
  EXPECT_EQ(pair.server.plain(), "");
}

TEST_F(Tls, SendsNothingToAServerOfAnotherName) {
  for (const char* name : {"relay.example.org", "192.0.2.1", "2001:db8::1"}) {
    Pair pair(server_, client_, name);
    pair.client.send("3:c x,");
    pair.settle();
    EXPECT_EQ(pair.client.state(), TlsSession::State::kClosed) << name;
    EXPECT_EQ(pair.server.plain(), "") << name;
  }
}

TEST_F(Tls, RefusesACertificateThatIsOverOrHasNotBegun) {
  using std::chrono::hours;
  for (const auto off : {hours(-24 * 60), hours(24 * 60)}) {
    const Pem old = fresh(std::chrono::system_clock::now() + off);
    Pair pair(credentials(TlsEnd::kServer, relay_, old), credentials(TlsEnd::kClient, old, relay_));
    pair.settle();
    EXPECT_EQ(pair.server.state(), TlsSession::State::kClosed);
  }
}

TEST_F(Tls, ClosesOnGarbageAndOnAChangedOctet) {
  TlsSession garbage(server_);
  garbage.receive("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(garbage.state(), TlsSession::State::kClosed);
  EXPECT_LE(garbage.outgoing().size(), 18U) << "more than came";

  Pair pair(server_, client_);
  pair.settle();
  pair.client.send("3:c x,");
  std::string record(pair.client.outgoing());
  record.back() = static_cast<char>(record.back() ^ 1);
  pair.server.receive(record);
  EXPECT_EQ(pair.server.state(), TlsSession::State::kClosed);
  EXPECT_EQ(pair.server.plain(), "");
  EXPECT_FALSE(pair.server.send("3:c x,"));
}

TEST_F(Tls, RefusesARecordThatComesTwice) {
  Pair pair(server_, client_);
  pair.settle();
  pair.client.send("3:c x,");
  const std::string record(pair.client.outgoing());
  pair.server.receive(record);
  EXPECT_EQ(pair.server.plain(), "3:c x,");
  pair.server.receive(record);
  EXPECT_EQ(pair.server.state(), TlsSession::State::kClosed);
  EXPECT_EQ(pair.server.plain(), "3:c x,");
}

TEST_F(Tls, RefusesAConversationThatAnotherHasHadBefore) {
  Pair pair(server_, client_);
  std::string said;
  for (int i = 0; i < 5; ++i) {
    if (i == 2) pair.client.send("3:c x,");
    said += pair.client.outgoing();
    Pair::carry(pair.client, pair.server);
    Pair::carry(pair.server, pair.client);
  }
  ASSERT_EQ(pair.server.plain(), "3:c x,");
  TlsSession again(server_);
  again.receive(said);
  EXPECT_EQ(again.plain(), "");
}

TEST_F(Tls, SaysWhatCannotBeUsed) {
  const auto why = [](const TlsPem& pem) { return TlsCredentials::make(TlsEnd::kServer, pem).error(); };
  EXPECT_EQ(why({"", relay_.key, proxy_.certificate}), "the certificate is not PEM");
  EXPECT_EQ(why({relay_.certificate, "x", proxy_.certificate}), "the key is not PEM, or it is encrypted");
  EXPECT_EQ(why({relay_.certificate, proxy_.key, proxy_.certificate}), "the key is not the certificate's");
  EXPECT_EQ(why({relay_.certificate, relay_.key, ""}), "the CA is not PEM");
}

}  // namespace
}  // namespace osrtp::protocol
