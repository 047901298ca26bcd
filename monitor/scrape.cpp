#include "monitor/scrape.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "monitor/exposition.h"

namespace gannet::monitor {
namespace {

std::string address_text(const ScrapeSettings& settings) {
  const bool is_ipv6 = settings.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", settings.host, settings.port)
                 : fmt::format("{}:{}", settings.host, settings.port);
}

sockaddr_storage to_sockaddr(const ScrapeSettings& settings, socklen_t& size) {
  sockaddr_storage out{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, settings.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(settings.port);
    std::memcpy(&out, &v4, sizeof v4);
    size = sizeof v4;
  } else if (::inet_pton(AF_INET6, settings.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(settings.port);
    std::memcpy(&out, &v6, sizeof v6);
    size = sizeof v6;
  }
  return out;
}

/// What the kernel says about listening there; 0: it may be done. The server's own exception does
/// not tell a taken port from a wrong address.
int why_not(const ScrapeSettings& settings) {
  socklen_t size = 0;
  const sockaddr_storage address = to_sockaddr(settings, size);
  if (size == 0) return EINVAL;
  const int descriptor = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool good = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                    ::listen(descriptor, 1) == 0;
  const int why = good ? 0 : errno;
  ::close(descriptor);
  return why;
}

Error refusal(const ScrapeSettings& settings, int why) {
  const std::string address = address_text(settings);
  if (why == EADDRINUSE) {
    return Error{fmt::format(
        "metrics cannot be served at {}: another process has that port; give [metrics] listen "
        "another one, or end that process (ss -ltnp names it)",
        address)};
  }
  if (why == EADDRNOTAVAIL) {
    return Error{fmt::format(
        "metrics cannot be served at {}: this machine has no such address; give [metrics] listen "
        "one of its own (ip address lists them)",
        address)};
  }
  if (why == EACCES) {
    return Error{
        fmt::format("metrics cannot be served at {}: the system keeps that port for root; give "
                    "[metrics] listen "
                    "one above 1023",
                    address)};
  }
  return Error{fmt::format("metrics cannot be served at {}: {}; see [metrics] listen", address,
                           why == 0 ? "the server did not start" : std::strerror(why))};
}

/// The newest figures, for whoever asks.
class Shelf final : public prometheus::Collectable {
 public:
  void put(Figures figures) {
    auto fresh = std::make_shared<const Figures>(std::move(figures));
    const std::lock_guard lock(mutex_);
    newest_.swap(fresh);  // what was there before goes after the lock
  }
  std::vector<prometheus::MetricFamily> Collect() const override {
    std::shared_ptr<const Figures> newest;
    {
      const std::lock_guard lock(mutex_);
      newest = newest_;
    }
    if (newest == nullptr) return {};
    Figures dated;
    dated.add(FigureId::FiguresAge, to_seconds(wall_clock_now() - newest->time));
    std::vector<prometheus::MetricFamily> families = to_families(*newest);
    std::vector<prometheus::MetricFamily> age = to_families(dated);
    families.insert(families.end(), age.begin(), age.end());
    return families;
  }

 private:
  static double to_seconds(Nanos nanos) noexcept { return static_cast<double>(nanos.count) / 1e9; }

  mutable std::mutex mutex_;
  std::shared_ptr<const Figures> newest_;
};

/// Signals are the main thread's: threads made meanwhile take none.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_{};
};

/// A connection to the server that says nothing.
void knock(const ScrapeSettings& settings) {
  socklen_t size = 0;
  const sockaddr_storage address = to_sockaddr(settings, size);
  const int descriptor = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return;
  static_cast<void>(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), size));
  ::close(descriptor);
}

}  // namespace

struct Scrape::State {
  ScrapeSettings settings;
  std::shared_ptr<Shelf> shelf = std::make_shared<Shelf>();
  std::unique_ptr<prometheus::Exposer> exposer;  // its threads look at the shelf

  /// The server sees that it is to end when its wait for a client does, up to two seconds later:
  /// nobody's stop is to wait for that, so somebody knocks until it has ended.
  ~State() {
    if (exposer == nullptr) return;
    const std::jthread knocks([this](const std::stop_token& ended) {
      while (!ended.stop_requested()) {
        knock(settings);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    });
    exposer.reset();
  }
};

Scrape::Scrape(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scrape::~Scrape() = default;

std::expected<std::unique_ptr<Scrape>, Error> Scrape::listen(const ScrapeSettings& settings) {
  if (const int why = why_not(settings); why != 0) return std::unexpected(refusal(settings, why));
  auto state = std::make_unique<State>();
  state->settings = settings;
  const NoSignals quiet;
  try {
    // Who does not finish a request in time is hung up on: both threads must come back.
    state->exposer = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", address_text(settings), "num_threads", "2",
                                 "request_timeout_ms", "2000", "enable_keep_alive", "no"});
    state->exposer->RegisterCollectable(state->shelf);
  } catch (const std::exception&) {
    return std::unexpected(refusal(settings, 0));
  }
  return std::unique_ptr<Scrape>(new Scrape(std::move(state)));
}

void Scrape::show(Figures figures) { state_->shelf->put(std::move(figures)); }

}  // namespace gannet::monitor
