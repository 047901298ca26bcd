#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "sim/random.h"

namespace gannet::okx_server {

/// Orders faults out of a seed: the same seed, the same faults at the same times. Those of the
/// table that have a form for it, evenly.
class FaultMixer {
 public:
  /// `seed` 0: none. `per_second`: how many, on average.
  FaultMixer(std::uint64_t seed, double per_second, Timestamp start);

  /// The next order that is due, as POST /sim/v1/faults takes it.
  std::optional<std::string> next(Timestamp now);

 private:
  std::string make_order();
  std::string fill_in(std::string_view word);
  void wait();

  sim::Random random_;
  double per_second_;
  Timestamp due_;
  bool on_;
};

}  // namespace gannet::okx_server
