#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <expected>

#include "config/internal/sections.h"

namespace gannet::config {
namespace {

using Read = std::expected<Secret, std::string>;

Secret without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return Secret(std::move(text));
}

Read read_all(int file, const std::string& path) {
  std::string text;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t got = read(file, buffer.data(), buffer.size());
    if (got < 0) return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > buffer.size()) return std::unexpected(path + ": too long for a secret");
  }
  std::memset(buffer.data(), 0, buffer.size());
  Secret secret = without_line_end(std::move(text));
  if (secret.empty()) return std::unexpected(path + ": is empty");
  return secret;
}

/// `is_private`: nobody but its owner may read it. systemd's credential directory is closed as a
/// whole; a file of one's own must be of mode 0600. The open file is asked, so that it cannot be
/// exchanged in between. [SEC-02]
Read read_file(const std::string& path, bool must_be_private) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  struct stat status{};
  const bool known = fstat(file, &status) == 0;
  Read result = std::unexpected(fmt::format("{}: cannot be looked at", path));
  if (known && !S_ISREG(status.st_mode)) {
    result = std::unexpected(fmt::format("{}: is no file", path));
  } else if (known && must_be_private && (status.st_mode & 0077) != 0) {
    result = std::unexpected(fmt::format("{}: others may read it (mode {:04o}): chmod 0600 it",
                                         path, status.st_mode & 07777));
  } else if (known) {
    result = read_all(file, path);
  }
  close(file);
  return result;
}

Read read_credential(const std::string& name) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr)
    return std::unexpected(
        fmt::format("no systemd credential \"{}\": not started with LoadCredential=", name));
  if (name.find('/') != std::string::npos)
    return std::unexpected("a credential is a name, not a path");
  return read_file(fmt::format("{}/{}", directory, name), false);
}

/// Read once and wiped: children and /proc must not show it. [SEC-02]
Read read_environment(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0')
    return std::unexpected(fmt::format("the environment has no {}", name));
  Secret secret{std::string(value)};
  std::memset(value, 0, std::strlen(value));
  unsetenv(name.c_str());
  return secret;
}

Secret read_secret(TableReader& credentials, std::string_view key, Environment environment) {
  TableReader source = credentials.table(key);
  if (!source.exists()) return {};
  const auto credential = source.text("credential");
  const auto file = source.text("file");
  const auto env = source.text("env");
  source.finish();
  if (int{credential.has_value()} + int{file.has_value()} + int{env.has_value()} != 1) {
    credentials.problem(key, "needs exactly one of credential, file, env");
    return {};
  }
  if (env && environment != Environment::Sim && environment != Environment::Demo) {
    credentials.problem(key,
                        "env is for sim and demo only: use a credential or a file of mode 0600");
    return {};
  }
  Read read = credential ? read_credential(*credential)
              : file     ? read_file(*file, true)
                         : read_environment(*env);
  if (read) return std::move(*read);
  credentials.missing_secret(key, read.error());
  return {};
}

}  // namespace

void read_credentials(TableReader credentials, Settings& settings) {
  const Environment environment = settings.venue.environment;
  CredentialSettings& out = settings.venue.credentials;
  const auto read = [&](std::string_view key, Secret& secret) {
    secret = read_secret(credentials, key, environment);
    // Paper trading reads public data alone; the embedded venue makes a key of its own.
    const bool needed = !settings.venue.embedded && environment != Environment::Paper;
    if (needed && !credentials.has(key))
      credentials.missing_secret(
          key,
          "is needed: { credential = \"…\" }, { file = \"…\" } or, for sim and "
          "demo, { env = \"…\" }");
  };
  read("api_key", out.api_key);
  read("secret", out.secret);
  read("passphrase", out.passphrase);
  credentials.finish();
}

}  // namespace gannet::config
