#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"

namespace gannet::net {

/// What a look-up of a host name says.
struct HostAnswer {
  std::vector<std::string> addresses{};  ///< numeric, the preferred one first
  std::string error{};                   ///< not empty: it failed
  bool silent = false;                   ///< no answer comes at all
};

/// The reactor's loop over sockets, timers and signals. It has no thread of its own: whoever calls
/// `poll` (never sleeps: a busy-polling reactor), `run_for` (sleeps until something happens) or
/// `run` is the loop's thread, and every callback of everything bound to the loop runs there.
/// Thread: `post` and `stop` may be called from any; all else from the loop's own, or before it
/// starts. Objects bound to a loop (timers, clients, servers) are destroyed before it.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs what is due now and returns how many callbacks ran. Never sleeps.
  std::size_t poll();
  /// The loop is one that is polled without pause: WebSockets that open from now on are probed by
  /// `poll` and `poll_sockets` at their descriptors, and the kernel is not asked which of them has
  /// something. Such a loop must not sleep in `run_for` or `run`.
  void spin() noexcept;
  /// The least that a turn can be: probes those WebSockets, and nothing else. Returns how many
  /// callbacks ran.
  std::size_t poll_sockets();
  /// Sleeps until the first callback is due, at most `longest`, then runs all that is due.
  std::size_t run_for(Nanos longest);
  /// Runs until `stop`.
  void run();

  /// Runs `task` on the loop's thread, in a later turn; wakes a sleeping loop. Any thread.
  void post(std::move_only_function<void()> task);
  /// Ends `run`, and makes `stopped` true. Any thread.
  void stop() noexcept;
  bool stopped() const noexcept;

  /// Calls `handler` with the number of each arriving signal, on the loop's thread (a plain call:
  /// everything is allowed in it). Replaces an earlier handler.
  void on_signals(std::initializer_list<int> signals, std::function<void(int)> handler);

  /// Asks `look_up` for the addresses of host names instead of the system: name service as a test
  /// wishes it. Before connecting.
  void look_up_with(std::function<HostAnswer(const std::string& host)> look_up);

  struct Internal;
  /// For gateway/net alone.
  Internal& internal() noexcept { return *internal_; }

 private:
  std::unique_ptr<Internal> internal_;
};

/// One-shot timer. Setting it again replaces what was set; destroying it cancels.
/// Thread: the loop's.
class Timer {
 public:
  explicit Timer(EventLoop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(Nanos delay, std::move_only_function<void()> task);
  /// The task will not be called, even when it was already due.
  void cancel() noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait in flight, which outlives the timer
};

}  // namespace gannet::net
