#include "app/control_roles.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "config/settings.h"

namespace gannet::app {
namespace {

constexpr std::string_view kGroup = "group:";
constexpr std::uint32_t kRoot = 0;

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::uint32_t> user_named(const std::string& name) {
  if (const auto number = number_of(name)) return number;
  const passwd* const found = ::getpwnam(name.c_str());
  return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->pw_uid);
}

std::optional<std::uint32_t> group_named(const std::string& name) {
  if (const auto number = number_of(name)) return number;
  const group* const found = ::getgrnam(name.c_str());
  return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->gr_gid);
}

}  // namespace

std::string_view name_of(Role role) noexcept {
  switch (role) {
    case Role::View:
      return "view";
    case Role::Operate:
      return "operate";
    case Role::Kill:
      return "kill";
    case Role::Admin:
      return "admin";
  }
  return "";
}

std::string text_of(RoleSet roles) {
  std::string text;
  for (int i = 0; i < kRoles; ++i) {
    const auto role = static_cast<Role>(i);
    if (roles.has(role)) text.append(text.empty() ? "" : " or ").append(name_of(role));
  }
  return text;
}

std::expected<ControlRoles, Error> ControlRoles::resolve(const config::ControlSettings& settings,
                                                         std::uint32_t own_user) {
  ControlRoles roles(own_user);
  for (const auto& [role, names] :
       {std::pair{Role::View, &settings.view}, std::pair{Role::Operate, &settings.operate},
        std::pair{Role::Kill, &settings.kill}, std::pair{Role::Admin, &settings.admin}}) {
    for (const std::string& name : *names) {
      if (auto added = roles.add(role, name); !added) return std::unexpected(added.error());
    }
  }
  if (!settings.is_open()) return roles;
  roles.socket_.mode = 0666;  // who has no role is told so, and nothing else
  if (settings.socket_group.empty()) return roles;
  const auto owner = group_named(settings.socket_group);
  if (!owner)
    return std::unexpected(Error{fmt::format(
        "control.socket_group: this machine knows no group \"{}\"", settings.socket_group)});
  roles.socket_ = {.mode = 0660, .group = owner};
  return roles;
}

std::expected<void, Error> ControlRoles::add(Role role, const std::string& name) {
  Members& members = members_[static_cast<std::size_t>(role)];
  const bool is_group = name.starts_with(kGroup);
  const std::string bare = is_group ? name.substr(kGroup.size()) : name;
  const auto number = is_group ? group_named(bare) : user_named(bare);
  if (!number)
    return std::unexpected(Error{fmt::format("control.{}: this machine knows no {} \"{}\"",
                                             name_of(role), is_group ? "group" : "user", bare)});
  (is_group ? members.groups : members.users).push_back(*number);
  return {};
}

RoleSet ControlRoles::of(const net::LocalPeer& peer) const {
  RoleSet roles;
  if (peer.user == own_user_ || peer.user == kRoot) roles.add(Role::Admin);
  for (int i = 0; i < kRoles; ++i) {
    const Members& members = members_[static_cast<std::size_t>(i)];
    const bool is_named = std::ranges::find(members.users, peer.user) != members.users.end();
    const bool is_member = std::ranges::any_of(peer.groups, [&](std::uint32_t id) {
      return std::ranges::find(members.groups, id) != members.groups.end();
    });
    if (is_named || is_member) roles.add(static_cast<Role>(i));
  }
  return roles;
}

std::string who_is(const net::LocalPeer& peer) {
  constexpr std::size_t kLongestName = 12;
  const passwd* const known = ::getpwuid(peer.user);
  const std::string name = known == nullptr ? "" : known->pw_name;
  return fmt::format("{} (uid {}, pid {})", name.empty() ? "?" : name.substr(0, kLongestName),
                     peer.user, peer.process);
}

}  // namespace gannet::app
