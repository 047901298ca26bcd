#include "gateway/net/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>

#include "support/loopback.h"

namespace gannet::net {
namespace {

TEST(Certificate, NamesLoopbackAndIsSignedByItsAuthority) {
  TemporaryDirectory directory;
  const auto files = make_certificates(directory.path());
  ASSERT_TRUE(files) << files.error().message;
  const auto read = [](const std::filesystem::path& path) {
    std::FILE* const file = std::fopen(path.c_str(), "r");
    X509* const certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    return certificate;
  };
  X509* const ca = read(files->ca);
  X509* const server = read(files->certificate);
  ASSERT_NE(ca, nullptr);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(X509_check_ip_asc(server, "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_host(server, "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(server, "elsewhere.test", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ca(ca), 1);
  EXPECT_EQ(X509_check_ca(server), 0);

  X509_STORE* const store = X509_STORE_new();
  X509_STORE_add_cert(store, ca);
  X509_STORE_CTX* const context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, server, nullptr);
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_X509_STRICT);
  EXPECT_EQ(X509_verify_cert(context), 1)
      << X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  X509_free(server);
  X509_free(ca);
}

// RELIABILITY SEC-02
TEST(Certificate, OnlyItsOwnerMayReadTheKey) {
  TemporaryDirectory directory;
  const auto files = make_certificates(directory.path());
  ASSERT_TRUE(files);
  struct stat status{};
  ASSERT_EQ(::stat(files->key.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Certificate, AMissingDirectoryIsAnError) {
  EXPECT_FALSE(make_certificates("/nonexistent/directory"));
}

TEST(TlsContext, FilesThatAreNotThereOrMakeNoSenseAreErrors) {
  TemporaryDirectory directory;
  const auto nothing = (directory.path() / "nothing.pem").string();
  EXPECT_FALSE(TlsContext::client({.ca_file = nothing}));
  EXPECT_FALSE(TlsContext::server({.certificate_file = nothing, .key_file = nothing}));
  const auto files = make_certificates(directory.path());
  ASSERT_TRUE(files);
  EXPECT_FALSE(TlsContext::client({.ca_file = files->key.string()}));
}

}  // namespace
}  // namespace gannet::net
