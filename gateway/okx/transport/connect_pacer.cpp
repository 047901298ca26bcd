#include "gateway/okx/transport/connect_pacer.h"

#include <algorithm>

namespace gannet::okx {

Nanos ConnectPacer::reserve(Timestamp now) noexcept {
  // The place handed out three places ago must be a whole window old. A clock that stepped back
  // must not make anyone wait for it to catch up.
  const Timestamp oldest = places_[next_];
  Timestamp place = now;
  if (oldest.nanos != 0 && oldest - now <= kWindow * kLongestQueue) {
    place = std::max(now, oldest + kWindow);
  }
  places_[next_] = place;
  next_ = (next_ + 1) % kPerSecond;
  return place - now;
}

}  // namespace gannet::okx
