#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace gannet::okx {

/// OKX takes three new connections a second from one address [PROTOCOL 3.1]; all sockets of a
/// process share one pacer. A function of its calls. Thread: the reactor's.
class ConnectPacer {
 public:
  /// Takes the next free place and returns how long to wait for it, from `now`; zero: at once.
  Nanos reserve(Timestamp now) noexcept;

 private:
  static constexpr std::size_t kPerSecond = 3;
  // A little over a second: the venue counts arrivals, and arrivals bunch.
  static constexpr Nanos kWindow = milliseconds(1'050);
  static constexpr std::int64_t kLongestQueue = 20;  // windows; more than that was a clock step

  std::array<Timestamp, kPerSecond> places_{};  // a ring of the last ones handed out
  std::size_t next_ = 0;
};

}  // namespace gannet::okx
