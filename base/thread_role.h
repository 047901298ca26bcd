#pragma once

/// Thread roles for clang's thread-safety analysis (the `tidy` preset): every piece of state has
/// one writing thread, named here. GCC sees nothing. A thread body takes its role once with
/// `ThreadRoleScope role(kReactor);`, functions say RUNS_ON(kReactor), members OWNED_BY(kReactor).
#if defined(__clang__)
#define GANNET_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define GANNET_THREAD_ATTRIBUTE(x)
#endif

#define RUNS_ON(role) GANNET_THREAD_ATTRIBUTE(requires_capability(role))
#define OWNED_BY(role) GANNET_THREAD_ATTRIBUTE(guarded_by(role))

namespace gannet {

class GANNET_THREAD_ATTRIBUTE(capability("thread role")) ThreadRole {};

inline ThreadRole kReactor;  ///< sockets, books, orders, risk
inline ThreadRole kCold;     ///< REST, admin

class GANNET_THREAD_ATTRIBUTE(scoped_lockable) ThreadRoleScope {
 public:
  explicit ThreadRoleScope(ThreadRole& role) GANNET_THREAD_ATTRIBUTE(acquire_capability(role)) {
    static_cast<void>(role);
  }
  ~ThreadRoleScope() GANNET_THREAD_ATTRIBUTE(release_capability()) {}
  ThreadRoleScope(const ThreadRoleScope&) = delete;
  ThreadRoleScope& operator=(const ThreadRoleScope&) = delete;
};

}  // namespace gannet
