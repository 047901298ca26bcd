#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "gateway/net/local_server.h"

namespace gannet::config {
struct ControlSettings;
}

namespace gannet::app {

/// What a person may do on the control socket (SEC-04). Whoever has any role may look; an admin may
/// do everything; the two in between say nothing about each other.
enum class Role : std::uint8_t {
  View,     ///< look
  Operate,  ///< run it: orders, strategies, hold, resume of a hold
  Kill,     ///< stop it, and let it go on: kill, hold, cancel, flatten, resume
  Admin,    ///< all, limits and keys too
};
inline constexpr int kRoles = static_cast<int>(Role::Admin) + 1;
/// "operate"; as in the configuration.
std::string_view name_of(Role role) noexcept;

class RoleSet {
 public:
  constexpr RoleSet() noexcept = default;
  constexpr RoleSet(std::initializer_list<Role> roles) noexcept {
    for (const Role role : roles) add(role);
  }
  constexpr void add(Role role) noexcept {
    bits_ = static_cast<std::uint8_t>(bits_ | (1u << static_cast<unsigned>(role)));
  }
  constexpr bool has(Role role) const noexcept {
    return ((bits_ >> static_cast<unsigned>(role)) & 1u) != 0;
  }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  /// For who needs one of `needed`: any role may look, an admin may do all.
  constexpr bool meets(RoleSet needed) const noexcept {
    if (has(Role::Admin)) return true;
    if (needed.has(Role::View)) return !empty();
    return (bits_ & needed.bits_) != 0;
  }
  friend constexpr bool operator==(RoleSet, RoleSet) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

/// "operate or kill"
std::string text_of(RoleSet roles);

/// Who has which role, by the kernel's numbers. Names are looked up once, at start.
class ControlRoles {
 public:
  /// Nobody but `own_user` and root.
  explicit ControlRoles(std::uint32_t own_user) : own_user_(own_user) {}
  /// Errors: a user or group that this machine does not know.
  static std::expected<ControlRoles, Error> resolve(const config::ControlSettings& settings,
                                                    std::uint32_t own_user);

  RoleSet of(const net::LocalPeer& peer) const;
  /// Mode and group of the socket's file: closed to all who cannot have a role, as far as a file's
  /// mode can say it.
  const net::LocalServerSettings& socket() const noexcept { return socket_; }

 private:
  struct Members {
    std::vector<std::uint32_t> users;
    std::vector<std::uint32_t> groups;
  };
  std::expected<void, Error> add(Role role, const std::string& name);

  std::uint32_t own_user_;
  std::array<Members, kRoles> members_;
  net::LocalServerSettings socket_;
};

/// "alice (uid 1000, pid 4242)": at most 47 bytes. Asks the machine's list of users.
std::string who_is(const net::LocalPeer& peer);

}  // namespace gannet::app
