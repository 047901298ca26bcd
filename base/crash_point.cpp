#include "base/crash_point.h"

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace gannet {
namespace {

// Written before other threads exist, read-only afterwards.
std::string wanted_point;
std::atomic<long> passages_left{0};

}  // namespace

void internal::pass_crash_point(std::string_view name) noexcept {
  if (name != wanted_point) return;
  if (passages_left.fetch_sub(1, std::memory_order_relaxed) != 1) return;
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();  // until it arrives
}

void arm_crash_points() noexcept {
  const char* text = std::getenv("GANNET_CRASH_AT");
  if (text == nullptr) return;
  const char* colon = std::strchr(text, ':');
  long count = 1;
  if (colon != nullptr) {
    const auto [end, error] = std::from_chars(colon + 1, text + std::strlen(text), count);
    if (error != std::errc{} || *end != '\0' || count < 1) return;
  }
  wanted_point.assign(
      text, colon == nullptr ? std::strlen(text) : static_cast<std::size_t>(colon - text));
  passages_left.store(count, std::memory_order_relaxed);
  internal::crash_points_armed.store(true, std::memory_order_release);
}

}  // namespace gannet
