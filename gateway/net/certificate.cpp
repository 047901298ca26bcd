#include "gateway/net/certificate.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

namespace gannet::net {
namespace {

template <auto Free>
struct Freer {
  void operator()(auto* thing) const noexcept { Free(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

constexpr long kDay = 24 * 60 * 60;

std::unexpected<Error> openssl_failure(std::string what) {
  char reason[256] = "unknown";
  ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
  return std::unexpected(Error{std::move(what) + ": " + reason});
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Everything but extensions and signature.
Certificate blank_certificate(EVP_PKEY* key, const char* common_name) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) != 1) return nullptr;
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), (serial >> 1) | 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 365 * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  return certificate;
}

std::string subject_alternative_names(const CertificateNames& names) {
  std::string list;
  for (const std::string& ip : names.ip_addresses) list += (list.empty() ? "IP:" : ",IP:") + ip;
  for (const std::string& dns : names.dns_names) list += (list.empty() ? "DNS:" : ",DNS:") + dns;
  return list;
}

/// A certificate authority of its own; null: OpenSSL could not.
Certificate make_authority(EVP_PKEY* key) {
  Certificate ca = blank_certificate(key, "Gannet simulated venue CA");
  if (!ca) return nullptr;
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  if (!add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(ca.get(), key, EVP_sha256()) == 0)
    return nullptr;
  return ca;
}

/// A server's certificate, signed by the authority. `seconds_left`: until it ends.
Certificate make_leaf(EVP_PKEY* key, X509* ca, EVP_PKEY* ca_key, const CertificateNames& names,
                      long seconds_left) {
  Certificate leaf = blank_certificate(key, "Gannet simulated venue");
  if (!leaf) return nullptr;
  X509_gmtime_adj(X509_getm_notAfter(leaf.get()), seconds_left);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca));
  // Key identifiers: strict clients (Python from 3.13) refuse chains without them.
  if (!add_extension(leaf.get(), ca, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf.get(), ca, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(leaf.get(), ca, NID_ext_key_usage, "serverAuth") ||
      !add_extension(leaf.get(), ca, NID_subject_alt_name, subject_alternative_names(names)) ||
      !add_extension(leaf.get(), ca, NID_subject_key_identifier, "hash") ||
      !add_extension(leaf.get(), ca, NID_authority_key_identifier, "keyid:always") ||
      X509_sign(leaf.get(), ca_key, EVP_sha256()) == 0)
    return nullptr;
  return leaf;
}

std::expected<void, Error> write_file(const std::filesystem::path& path, mode_t mode, BIO* pem) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return std::unexpected(Error{"cannot write " + path.string()});
  ::fchmod(file, mode);  // a file that was there before keeps its mode otherwise
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(pem, &bytes);
  const bool written = ::write(file, bytes, static_cast<std::size_t>(size)) == size;
  const bool closed = ::close(file) == 0;
  if (!written || !closed) return std::unexpected(Error{"cannot write " + path.string()});
  return {};
}

std::expected<void, Error> write_certificate(const std::filesystem::path& path, X509* certificate) {
  const Bio pem(BIO_new(BIO_s_mem()));
  if (!pem || PEM_write_bio_X509(pem.get(), certificate) != 1) {
    return openssl_failure("encoding a certificate");
  }
  return write_file(path, 0644, pem.get());
}

std::expected<void, Error> write_key(const std::filesystem::path& path, EVP_PKEY* key) {
  const Bio pem(BIO_new(BIO_s_mem()));
  if (!pem ||
      PEM_write_bio_PrivateKey(pem.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failure("encoding a key");
  }
  return write_file(path, 0600, pem.get());
}

}  // namespace

std::expected<CertificateFiles, Error> make_certificates(const std::filesystem::path& directory,
                                                         const CertificateNames& names,
                                                         bool wrong_ones) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return openssl_failure("making keys");
  const Certificate ca = make_authority(ca_key.get());
  if (!ca) return openssl_failure("making the CA");
  const Certificate leaf = make_leaf(key.get(), ca.get(), ca_key.get(), names, 365 * kDay);
  if (!leaf) return openssl_failure("making the certificate");

  CertificateFiles files{directory / "ca.pem", directory / "server.pem", directory / "server.key"};
  for (const auto& written :
       {write_certificate(files.ca, ca.get()), write_certificate(files.certificate, leaf.get()),
        write_key(files.key, key.get())}) {
    if (!written) return std::unexpected(written.error());
  }
  if (!wrong_ones) return files;

  const Key other_key(EVP_EC_gen("P-256"));
  const Certificate other = other_key ? make_authority(other_key.get()) : nullptr;
  if (!other) return openssl_failure("making another CA");
  const CertificateNames elsewhere{.ip_addresses = {"192.0.2.1"}, .dns_names = {"example.invalid"}};
  // Valid from yesterday on, so this one ended an hour ago.
  const Certificate expired = make_leaf(key.get(), ca.get(), ca_key.get(), names, -60 * 60);
  const Certificate wrong_host =
      make_leaf(key.get(), ca.get(), ca_key.get(), elsewhere, 365 * kDay);
  const Certificate unknown = make_leaf(key.get(), other.get(), other_key.get(), names, 365 * kDay);
  if (!expired || !wrong_host || !unknown) return openssl_failure("making a wrong certificate");
  for (const auto& written :
       {write_certificate(directory / "expired.pem", expired.get()),
        write_certificate(directory / "wrong_host.pem", wrong_host.get()),
        write_certificate(directory / "unknown_authority.pem", unknown.get())}) {
    if (!written) return std::unexpected(written.error());
  }
  return files;
}

}  // namespace gannet::net
