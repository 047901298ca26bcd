// Tries with its first book what a lane's thread must not have, and says what came of it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

#include "gannet/strategy.hpp"

class BreaksOut : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "breaks_out";
    d.instrument("instrument", "whose books wake it");
    d.wants_book(gannet::BookFeed::Best, 1);
  }
  explicit BreaksOut(gannet::Setup& setup) : Strategy(setup) {}

  void on_book(const gannet::Book&) override {
    if (tries_ == kTries) return;
    ++tries_;  // twice: the log tells each call once
    told("socket", ::socket(AF_INET, SOCK_STREAM, 0) >= 0);
    told("open", ::open("/etc/hostname", O_RDONLY) >= 0);
    char* const nothing[] = {nullptr};
    told("execve", ::execve("/bin/true", nothing, nothing) == 0);
    told("memory", ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0) != MAP_FAILED);
    told("thread", may_start_thread());
    told_own_work();
  }

 private:
  static constexpr int kTries = 2;

  static bool may_start_thread() {
    try {
      std::thread([] {}).join();
      return true;
    } catch (const std::system_error& e) {
      errno = e.code().value();
      return false;
    }
  }
  void told(const std::string& what, bool done) {
    const std::string why = done ? "done" : std::strerror(errno);
    log_info((what + ": " + why).c_str());
  }
  /// What a strategy may do goes on: memory of any size, sleep, locks.
  void told_own_work() {
    const std::string large(8u << 20, 'x');
    std::this_thread::sleep_for(std::chrono::microseconds(1));
    log_info(large.back() == 'x' ? "own work: done" : "own work: broken");
  }
  int tries_ = 0;
};

GANNET_STRATEGY(BreaksOut)
