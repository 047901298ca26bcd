#include "app/control_roles.h"

#include <gtest/gtest.h>

#include "config/settings.h"

namespace gannet::app {
namespace {

constexpr std::uint32_t kOwn = 4711;

// SEC-04
TEST(ControlRoles, WithoutConfigurationTheEnginesUserAndRootAloneMayConnect) {
  const auto roles = ControlRoles::resolve({}, kOwn);
  ASSERT_TRUE(roles);
  EXPECT_EQ(roles->socket().mode, 0600u);
  EXPECT_EQ(roles->of({kOwn, 1, {100}}), RoleSet{Role::Admin});
  EXPECT_EQ(roles->of({0, 1, {0}}), RoleSet{Role::Admin});
  EXPECT_TRUE(roles->of({1000, 1, {100}}).empty());
}

// SEC-04
TEST(ControlRoles, UsersAndGroupsByNameOrNumber) {
  config::ControlSettings settings;
  settings.socket = "/run/gannet/control.sock";
  settings.view = {"group:2000"};
  settings.operate = {"1001"};
  settings.kill = {"1001", "group:2001"};
  settings.admin = {"root"};
  auto roles = ControlRoles::resolve(settings, kOwn);
  ASSERT_TRUE(roles) << roles.error().message;
  EXPECT_EQ(roles->socket().mode, 0666u) << "whoever has no role is told so";
  EXPECT_EQ(roles->of({1001, 1, {1}}), (RoleSet{Role::Operate, Role::Kill}));
  EXPECT_EQ(roles->of({1002, 1, {1, 2000}}), RoleSet{Role::View});
  EXPECT_EQ(roles->of({1002, 1, {2001, 2000}}), (RoleSet{Role::View, Role::Kill}));
  EXPECT_TRUE(roles->of({1002, 1, {1}}).empty());

  settings.socket_group = "2000";
  roles = ControlRoles::resolve(settings, kOwn);
  ASSERT_TRUE(roles);
  EXPECT_EQ(roles->socket().mode, 0660u);
  EXPECT_EQ(roles->socket().group, 2000u);
}

TEST(ControlRoles, NamesThatTheMachineDoesNotKnowAreAnError) {
  config::ControlSettings settings;
  settings.socket = "/run/gannet/control.sock";
  settings.kill = {"nobody-of-that-name"};
  const auto user = ControlRoles::resolve(settings, kOwn);
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().message,
            "control.kill: this machine knows no user \"nobody-of-that-name\"");
  settings.kill = {"group:no-such-group"};
  EXPECT_FALSE(ControlRoles::resolve(settings, kOwn));
}

TEST(WhoIs, NamesUserAndProcess) {
  EXPECT_EQ(who_is({0, 42, {}}), "root (uid 0, pid 42)");
  EXPECT_EQ(who_is({4'000'000'001, 42, {}}), "? (uid 4000000001, pid 42)");
}

}  // namespace
}  // namespace gannet::app
