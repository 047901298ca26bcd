// Never linked: tools/lint.sh hands it to clang and wants exactly the lines marked "refused" to be
// errors. It proves that the thread roles are checked at all: macros that had come out empty would
// pass everything.
#include "base/thread_role.h"

namespace gannet {
namespace {

class Account {
 public:
  void cancel_all() RUNS_ON(kReactor) { ++cancels_; }
  int cancels() const RUNS_ON(kReactor) { return cancels_; }

 private:
  int cancels_ OWNED_BY(kReactor) = 0;
};

class Window {
 public:
  int peek() const { return cancels_; }  // refused: no role

 private:
  int cancels_ OWNED_BY(kReactor) = 0;
};

void reactor_thread(Account& account) {
  ThreadRoleScope role(kReactor);
  account.cancel_all();
}

void admin_thread(Account& account) {
  ThreadRoleScope role(kCold);
  account.cancel_all();  // refused: another thread's role
}

int after_the_scope(Account& account) {
  {
    ThreadRoleScope role(kReactor);
  }
  return account.cancels();  // refused: the role was given back
}

auto deferred(Account& account) RUNS_ON(kReactor) {
  return [&account] { account.cancel_all(); };  // refused: who will run it?
}

auto deferred_to_reactor(Account& account) {
  return [&account]() RUNS_ON(kReactor) { account.cancel_all(); };
}

}  // namespace

void use(Account& account) {
  reactor_thread(account);
  admin_thread(account);
  static_cast<void>(after_the_scope(account) + Window().peek());
}

}  // namespace gannet
