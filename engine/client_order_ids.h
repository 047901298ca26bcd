#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "domain/ids.h"

namespace gannet::engine {

enum class RunRefused : std::uint8_t {
  EngineNumberOutOfRange,  ///< 1..8
  RunOutOfRange,           ///< ten decimal digits of unix seconds
  RunNotNewer,             ///< a run of this time, or a later one, has used ids before
};

/// Makes and recognises client order ids: nineteen decimal digits E RRRRRRRRRR SSSSSSSS, engine
/// number (1..8), run (start time in unix seconds) and sequence, positive in 63 bits. An id is
/// never made twice (I3): the sequence only counts up, and a run is refused unless it is above the
/// newest one seen in the journal and in the venue's history. Thread: one.
class ClientOrderIds {
 public:
  static constexpr std::uint64_t kRuns = 10'000'000'000;
  static constexpr std::uint64_t kSequences = 100'000'000;

  struct Parts {
    unsigned engine = 0;
    std::uint64_t run = 0;
    std::uint64_t sequence = 0;
  };

  /// `newest_run_seen`: of this engine number, 0 if none. Errors: RunRefused.
  static std::expected<ClientOrderIds, RunRefused> start(unsigned engine_number, std::uint64_t run,
                                                         std::uint64_t newest_run_seen) noexcept;

  /// The next id; invalid (zero) when the run's hundred million are used up.
  ClientOrderId next() noexcept;
  /// Made by this engine number, in this or an earlier run.
  bool is_ours(ClientOrderId id) const noexcept;
  bool is_of_this_run(ClientOrderId id) const noexcept;
  std::uint64_t run() const noexcept { return run_; }
  unsigned engine_number() const noexcept { return engine_number_; }

  /// Absent where the number is not of this layout.
  static std::optional<Parts> parts_of(ClientOrderId id) noexcept;

 private:
  ClientOrderIds(unsigned engine_number, std::uint64_t run) noexcept
      : engine_number_(engine_number), run_(run) {}

  unsigned engine_number_;
  std::uint64_t run_;
  std::uint64_t used_ = 0;
};

}  // namespace gannet::engine
