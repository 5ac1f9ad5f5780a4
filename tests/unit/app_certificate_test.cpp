#include "app/certificate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "io/pem_file.hpp"
#include "support/dtls.hpp"
#include "support/temporary_folder.hpp"

namespace osrtp::app {
namespace {

using io::PemFile;

void write(const std::string& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

TEST(CertificateFiles, AreReadWhole) {
  const test::TemporaryFolder folder;
  const std::string text(PemFile::kMaxOctets - 1, 'x');
  write(folder / "file", text);
  const auto file = std::make_unique<PemFile>();
  EXPECT_EQ(file->read(folder / "file"), std::nullopt);
  EXPECT_EQ(file->text(), text);
}

TEST(CertificateFiles, AreWipedFromWhereTheyWereRead) {
  const test::TemporaryFolder folder;
  write(folder / "key", "-----BEGIN PRIVATE KEY-----");
  struct Storage {
    alignas(PemFile) std::array<unsigned char, sizeof(PemFile)> octets{};
  };
  const auto storage = std::make_unique<Storage>();
  auto* const file = new (storage->octets.data()) PemFile;
  ASSERT_EQ(file->read(folder / "key"), std::nullopt);
  const std::string_view needle = "PRIVATE";
  const auto is_there = [&] {
    return std::search(storage->octets.begin(), storage->octets.end(), needle.begin(), needle.end()) !=
           storage->octets.end();
  };
  EXPECT_TRUE(is_there());
  file->~PemFile();
  EXPECT_FALSE(is_there());
}

TEST(CertificateFiles, ThatCannotBeReadAreNamed) {
  const test::TemporaryFolder folder;
  write(folder / "long", std::string(PemFile::kMaxOctets, 'x'));
  const auto file = std::make_unique<PemFile>();
  EXPECT_EQ(file->read(folder / "none"), (folder / "none") + ": No such file or directory");
  EXPECT_EQ(file->read(folder / "."), (folder / ".") + ": Is a directory");
  EXPECT_EQ(file->read(folder / "long"), (folder / "long") + ": is longer than a certificate or key");
}

TEST(CertificateFiles, BecomeTheIdentityThatIsShown) {
  const test::TemporaryFolder folder;
  const auto pem = testing::rsa_identity(2048);
  Configuration configuration;
  configuration.certificate_file = folder / "certificate";
  configuration.key_file = folder / "key";
  write(configuration.certificate_file, pem.certificate);
  write(configuration.key_file, pem.key);
  EXPECT_TRUE(load_identity(configuration, WallTime{}));
  write(configuration.key_file, pem.certificate);
  const auto refused = load_identity(configuration, WallTime{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "[dtls] " + configuration.certificate_file + ": the key is not PEM, or it is encrypted");
}

}  // namespace
}  // namespace osrtp::app
