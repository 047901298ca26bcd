#include "app/disk_watch.h"

namespace gannet::app {

std::optional<DiskWatch::Verdict> DiskWatch::look(Nanos now) {
  if (now < next_look_) return std::nullopt;
  next_look_ = now + seconds(1);
  const auto free = files_.free_ppm(directory_);
  if (!free) return std::nullopt;
  Verdict verdict = Verdict::Enough;
  const std::uint32_t margin = last_ == Verdict::HoldTrading ? kMargin : 0;
  if (*free < limits_.disk_free_process_ppm) {
    verdict = Verdict::EndProcess;
  } else if (*free < limits_.disk_free_trading_ppm + margin) {
    verdict = Verdict::HoldTrading;
  }
  if (verdict == last_) return std::nullopt;
  last_ = verdict;
  return verdict;
}

}  // namespace gannet::app
