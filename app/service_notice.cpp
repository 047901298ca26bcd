#include "app/service_notice.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace gannet::app {
namespace {

constexpr Nanos kLookInterval = milliseconds(100);
constexpr Nanos kBeatWithoutWatchdog = seconds(5);
constexpr Nanos kStandstill = seconds(2);  // longer, and people are told

std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A message has a line a field.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

/// REC-11: before the venue's lists were read nothing is ready, whatever holds it. A kill that was
/// restored, or a hold, is a state of its own that a start may well end in.
bool has_started(const DaemonStatus& status) {
  switch (status.state) {
    case engine::EngineState::Ready:
      return true;
    case engine::EngineState::Held:
    case engine::EngineState::Killed:
      return status.reconciled;
    case engine::EngineState::Cold:
    case engine::EngineState::Connecting:
    case engine::EngineState::Reconciling:
      return false;
  }
  return false;
}

}  // namespace

ServiceNotice::ServiceNotice() {
  address_ = take_variable("NOTIFY_SOCKET");
  const auto interval = number_of(take_variable("WATCHDOG_USEC"));
  const auto watched = number_of(take_variable("WATCHDOG_PID"));
  const bool is_path = address_.starts_with('/') || address_.starts_with('@');
  if (!is_path || address_.size() >= sizeof(sockaddr_un::sun_path)) return;
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // A parent's watchdog is not ours.
  if (interval && *interval > 0 && (!watched || *watched == ::getpid()))
    watchdog_ = microseconds(*interval);
}

ServiceNotice::~ServiceNotice() {
  if (socket_ >= 0) ::close(socket_);
}

void ServiceNotice::say(std::string_view text) {
  if (socket_ < 0) return;
  send(fmt::format("STATUS={}\nEXTEND_TIMEOUT_USEC={}", one_line(text),
                   kStartPatience.count / 1'000));
}

void ServiceNotice::watch(const PublishedValue<DaemonStatus>& published, std::uint64_t turns,
                          bool is_stopping, Nanos now) {
  if (socket_ < 0) return;
  if (turns != turns_seen_) {
    turns_seen_ = turns;
    last_turn_ = now;
  }
  if (is_stopping && !stopping_) stopping_ = send("STOPPING=1");
  if (now >= next_look_) {
    next_look_ = now + kLookInterval;
    tell_state(published.load(), now);
  }
  if (now >= next_beat_) beat(turns, now);
}

void ServiceNotice::tell_state(const DaemonStatus& status, Nanos now) {
  if (status.started.nanos == 0) return;  // the reactor has not begun
  std::string text = state_words(status);
  if (now - last_turn_ >= kStandstill) {
    text = "the trading loop stands still; before that: " + text;
  } else if (stopping_) {
    text = fmt::format("stopping, {} orders open; {}", status.open_orders, text);
  }
  text = one_line(text);
  if (!ready_ && !stopping_ && has_started(status)) {
    ready_ = send("READY=1\nSTATUS=" + text);
    if (ready_) told_ = text;
  }
  if (text != told_ && send("STATUS=" + text)) told_ = std::move(text);
}

/// A start that takes long is no failure while the loop turns; a loop that hangs meanwhile runs
/// into the start's time limit.
void ServiceNotice::beat(std::uint64_t turns, Nanos now) {
  if (turns == turns_told_) return;  // asked again at the next turn
  std::string message;
  if (watchdog_) message = "WATCHDOG=1\n";
  if (!ready_) message += fmt::format("EXTEND_TIMEOUT_USEC={}", kStartPatience.count / 1'000);
  if (!message.empty() && !send(message)) return;
  turns_told_ = turns;
  next_beat_ = now + (watchdog_ ? Nanos{watchdog_->count / 2} : kBeatWithoutWatchdog);
}

bool ServiceNotice::send(std::string_view message) noexcept {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  return ::sendto(socket_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&to), size) >= 0;
}

ServiceNotice& service_notice() {
  static ServiceNotice notice;
  return notice;
}

}  // namespace gannet::app
