#include "dtls/session.hpp"

#include <openssl/err.h>
#include <openssl/srtp.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace osrtp::dtls {
namespace {

struct Profile {
  Suite suite;
  unsigned long number;   // RFC 5764 §4.1.2, RFC 7714 §14.2
  std::string_view name;  // OpenSSL's
};
constexpr std::array<Profile, 4> kProfileNames{{
    {Suite::kAeadAes256Gcm, SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM"},
    {Suite::kAeadAes128Gcm, SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM"},
    {Suite::kAesCm128HmacSha1_80, SRTP_AES128_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80"},
    {Suite::kAesCm128HmacSha1_32, SRTP_AES128_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32"},
}};

constexpr std::string_view kExporterLabel = "EXTRACTOR-dtls_srtp";  // RFC 5764 §4.2

unsigned flight_timer(SSL* ssl, unsigned previous) {
  return static_cast<SessionEvents*>(SSL_get_app_data(ssl))->flight_timer(previous);
}

std::string profile_list(std::span<const Suite> profiles) {
  std::string list;
  for (const Suite suite : profiles) {
    const auto found = std::find_if(kProfileNames.begin(), kProfileNames.end(),
                                    [suite](const Profile& profile) { return profile.suite == suite; });
    if (found == kProfileNames.end() || list.find(found->name) != std::string::npos) continue;
    if (!list.empty()) list += ':';
    list += found->name;
  }
  return list;
}

/// Wiped when it goes.
struct KeyingMaterial {
  std::array<std::uint8_t, 2 * Secret::kCapacity> octets{};
  KeyingMaterial() = default;
  KeyingMaterial(const KeyingMaterial&) = delete;
  KeyingMaterial& operator=(const KeyingMaterial&) = delete;
  ~KeyingMaterial() { explicit_bzero(octets.data(), octets.size()); }
};

struct MasterKey {
  std::array<std::uint8_t, Secret::kCapacity> octets{};
  MasterKey() = default;
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;
  ~MasterKey() { explicit_bzero(octets.data(), octets.size()); }
};

// Client key, server key, client salt, server salt, without padding; `side` is 0 for the client.
std::optional<Secret> master_of(const KeyingMaterial& material, const SuiteFacts& suite, std::size_t side) {
  MasterKey master;
  const auto* const key = material.octets.data() + side * suite.key_size;
  const auto* const salt = material.octets.data() + 2 * suite.key_size + side * suite.salt_size;
  std::copy_n(key, suite.key_size, master.octets.begin());
  std::copy_n(salt, suite.salt_size, master.octets.data() + suite.key_size);
  return Secret::from(ByteView(master.octets).first(suite.master_size()));
}

}  // namespace

SslHandle new_session(const Association::Setup& setup, DatagramPipe& pipe, SessionEvents& events) {
  ERR_clear_error();
  const std::string profiles = profile_list(setup.profiles);
  if (!setup.identity || profiles.empty()) return nullptr;
  SslHandle ssl(SSL_new(setup.identity->context()));
  if (!ssl || SSL_set_tlsext_use_srtp(ssl.get(), profiles.c_str()) != 0) return nullptr;  // 0 is success here
  BIO* bio = new_datagram_bio(pipe);
  if (bio == nullptr) return nullptr;
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_app_data(ssl.get(), &events);
  DTLS_set_timer_cb(ssl.get(), flight_timer);
  SSL_set_mtu(ssl.get(), kMaxPacket);
  if (setup.role == Role::kActive) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  return ssl;
}

std::optional<Suite> agreed_profile(SSL& ssl) {
  const SRTP_PROTECTION_PROFILE* agreed = SSL_get_selected_srtp_profile(&ssl);
  if (agreed == nullptr) return std::nullopt;
  for (const Profile& profile : kProfileNames) {
    if (profile.number == agreed->id) return profile.suite;
  }
  return std::nullopt;
}

std::optional<Keys> export_keys(SSL& ssl, Role role, Suite suite) {
  const SuiteFacts& about = facts(suite);
  KeyingMaterial material;
  if (SSL_export_keying_material(&ssl, material.octets.data(), 2 * about.master_size(), kExporterLabel.data(),
                                 kExporterLabel.size(), nullptr, 0, 0) != 1) {
    return std::nullopt;
  }
  auto client = master_of(material, about, 0);
  auto server = master_of(material, about, 1);
  if (!client || !server) return std::nullopt;
  if (role == Role::kPassive) std::swap(client, server);
  return Keys{.suite = suite, .ours = *std::move(client), .theirs = *std::move(server)};
}

}  // namespace osrtp::dtls
