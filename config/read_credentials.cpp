#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <expected>

#include "base/secret.h"
#include "config/internal/sections.h"

namespace gannet::config {
namespace {

using Read = std::expected<Secret, std::string>;

/// One buffer, no growing text: no copy is left behind. Its line end is cut.
Read read_all(int file, const std::string& path) {
  std::array<char, 4096> buffer;
  std::size_t size = 0;
  ssize_t got = 1;
  while (got > 0 && size < buffer.size()) {
    got = read(file, buffer.data() + size, buffer.size() - size);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  Read result = std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  if (got >= 0 && size == buffer.size()) {
    result = std::unexpected(path + ": too long for a secret");
  } else if (got >= 0) {
    std::string_view text(buffer.data(), size);
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) {
      result = std::unexpected(path + ": is empty");
    } else {
      result = Secret(text);
    }
  }
  wipe(buffer.data(), size);
  return result;
}

/// Whose it is and who may read it; "" if that is as it must be. A file of one's own is of mode
/// 0600 (or less) and belongs to who runs the engine; systemd's credential directory is closed as a
/// whole. The open file is asked, so that it cannot be exchanged in between. SEC-02
std::string why_not(const struct stat& status, const std::string& path, bool must_be_private) {
  if (!S_ISREG(status.st_mode)) return fmt::format("{}: is no file", path);
  if (!must_be_private) return {};
  if ((status.st_mode & 0077) != 0)
    return fmt::format("{}: others may read it (mode {:04o}): chmod 0600 it", path,
                       status.st_mode & 07777);
  if (status.st_uid != geteuid())
    return fmt::format("{}: belongs to user {}, this is user {}: chown it", path, status.st_uid,
                       geteuid());
  return {};
}

Read read_file(const std::string& path, bool must_be_private) {
  // A link can be pointed elsewhere by whoever owns its folder: the file itself is named.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | (must_be_private ? O_NOFOLLOW : 0));
  if (file < 0 && errno == ELOOP)
    return std::unexpected(
        fmt::format("{}: is a symbolic link: name the file that it points to", path));
  if (file < 0) return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  struct stat status{};
  Read result = std::unexpected(fmt::format("{}: cannot be looked at", path));
  const bool known = fstat(file, &status) == 0;
  if (std::string why = known ? why_not(status, path, must_be_private) : ""; !why.empty()) {
    result = std::unexpected(std::move(why));
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
  const std::string path = fmt::format("{}/{}", directory, name);
  if (access(path.c_str(), F_OK) != 0)
    return std::unexpected(fmt::format(
        "systemd gave no credential \"{}\": it is not where the unit's LoadCredential=, "
        "LoadCredentialEncrypted= looks for it",
        name));
  return read_file(path, false);
}

/// Read once and wiped: children and /proc must not show it. [SEC-02]
Read read_environment(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0')
    return std::unexpected(
        fmt::format("the environment has no {}; it is read once, at the start", name));
  Secret secret{std::string_view(value)};
  wipe(value, std::strlen(value));  // in place: /proc/PID/environ shows this memory
  unsetenv(name.c_str());
  return secret;
}

}  // namespace

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

void read_credentials(TableReader credentials, Settings& settings, bool want_secrets) {
  if (!want_secrets) return;
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
