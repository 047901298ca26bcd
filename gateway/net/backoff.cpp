#include "gateway/net/backoff.h"

#include <algorithm>

namespace gannet::net {
namespace {

std::uint64_t next_random(std::uint64_t& state) noexcept {  // splitmix64
  std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

Backoff::Backoff(BackoffSettings settings, std::uint64_t seed) noexcept
    : settings_(settings), random_(seed), bound_(settings.first) {}

Nanos Backoff::next(Timestamp now) noexcept {
  if (connected_ && now - connected_at_ >= settings_.stable) bound_ = settings_.first;
  connected_ = false;
  const Nanos delay = below(bound_);
  bound_ = std::min(bound_ * 2, settings_.longest);
  return delay;
}

Nanos Backoff::next_slow() noexcept {
  connected_ = false;
  bound_ = settings_.longest;
  const Nanos half{settings_.longest.count / 2};
  return half + below(half);
}

Nanos Backoff::below(Nanos bound) noexcept {
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(bound.count, 1));
  return {static_cast<std::int64_t>(next_random(random_) % count)};
}

void Backoff::on_connected(Timestamp now) noexcept {
  connected_ = true;
  connected_at_ = now;
}

}  // namespace gannet::net
