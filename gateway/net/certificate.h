#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace gannet::net {

/// PEM files of a certificate authority made for one run, and of a server certificate it signed.
struct CertificateFiles {
  std::filesystem::path ca;           ///< what clients are told to trust
  std::filesystem::path certificate;  ///< server certificate
  std::filesystem::path key;          ///< its private key, mode 0600
};

struct CertificateNames {
  std::vector<std::string> ip_addresses = {"127.0.0.1"};
  std::vector<std::string> dns_names = {"localhost"};
};

/// Makes both (P-256, valid from yesterday for a year) and writes them into `directory`, which must
/// exist. The authority's own key is thrown away: nobody can sign with it again.
/// `wrong_ones`: beside them expired.pem and wrong_host.pem of the same authority and key, and
/// unknown_authority.pem of another, for a venue that misbehaves on purpose.
std::expected<CertificateFiles, Error> make_certificates(const std::filesystem::path& directory,
                                                         const CertificateNames& names = {},
                                                         bool wrong_ones = false);

}  // namespace gannet::net
