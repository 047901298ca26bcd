#include "gateway/net/event_loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "gateway/net/internal/event_loop_internal.h"

namespace gannet::net {

EventLoop::EventLoop() : internal_(std::make_unique<Internal>()) {}
EventLoop::~EventLoop() = default;

std::size_t EventLoop::poll() {
  const std::size_t told = poll_sockets();
  internal_->polled.prepare();
  return told + internal_->context.poll();
}

void EventLoop::spin() noexcept { internal_->spins = true; }

std::size_t EventLoop::poll_sockets() { return internal_->polled.probe(); }

std::size_t EventLoop::run_for(Nanos longest) {
  const std::size_t first = internal_->context.run_one_for(std::chrono::nanoseconds(longest.count));
  return first == 0 ? 0 : first + internal_->context.poll();
}

void EventLoop::run() { internal_->context.run(); }

void EventLoop::post(std::move_only_function<void()> task) {
  asio::post(internal_->context, [task = std::move(task)]() mutable { task(); });
}

void EventLoop::stop() noexcept { internal_->context.stop(); }

bool EventLoop::stopped() const noexcept { return internal_->context.stopped(); }

void EventLoop::on_signals(std::initializer_list<int> signals, std::function<void(int)> handler) {
  internal_->signals.emplace(internal_->context);
  for (const int signal : signals) internal_->signals->add(signal);
  internal_->signal_handler = std::move(handler);
  internal_->wait_for_signal();
}

void EventLoop::look_up_with(std::function<HostAnswer(const std::string& host)> look_up) {
  internal_->look_up = std::move(look_up);
}

void EventLoop::Internal::wait_for_signal() {
  signals->async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    signal_handler(signal);
    wait_for_signal();
  });
}

struct Timer::State {
  explicit State(EventLoop& loop) : timer(loop.internal().context) {}

  asio::steady_timer timer;
  std::move_only_function<void()> task;
  std::uint64_t generation =
      0;  // a wait that already completed cannot be cancelled: it is outdated
};

Timer::Timer(EventLoop& loop) : state_(std::make_shared<State>(loop)) {}
Timer::~Timer() { cancel(); }

void Timer::start(Nanos delay, std::move_only_function<void()> task) {
  state_->task = std::move(task);
  const std::uint64_t generation = ++state_->generation;
  state_->timer.expires_after(std::chrono::nanoseconds(delay.count));
  state_->timer.async_wait([state = state_, generation](const boost::system::error_code& error) {
    if (error || generation != state->generation) return;
    // Moved out first: the task may start the timer again, or destroy it.
    auto due = std::move(state->task);
    due();
  });
}

void Timer::cancel() noexcept {
  ++state_->generation;
  state_->task = nullptr;
  state_->timer.cancel();
}

}  // namespace gannet::net
