#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"

namespace gannet::okx {

/// At most `limit` requests in any `window`, sliding. For our own questions; orders are counted by
/// the risk layer.
class RequestBucket {
 public:
  RequestBucket(std::size_t limit, Nanos window) : sent_(limit), window_(window) {}

  /// Takes a slot if there is one now.
  bool take(Timestamp now) noexcept {
    Timestamp& oldest = sent_[next_];
    if (used_ == sent_.size() && now - oldest < window_) return false;
    oldest = now;
    next_ = (next_ + 1) % sent_.size();
    if (used_ < sent_.size()) ++used_;
    return true;
  }

 private:
  std::vector<Timestamp> sent_;  // ring of the last `limit` sends
  Nanos window_;
  std::size_t next_ = 0;
  std::size_t used_ = 0;
};

}  // namespace gannet::okx
