#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/journal_replay.h"

namespace gannet::app {

/// One run of a journal, done again.
struct ReplayedRun {
  std::uint64_t run = 0;    ///< unix seconds of its start
  std::uint64_t first = 0;  ///< sequence of its Run record
  std::uint64_t of = 0;     ///< records
  engine::ReplayResult result;
};

/// Does the runs of the journal in `directory` again, each from what the journal says of its
/// settings, instruments and what was believed before it; `newest_only`: the last one. Errors: the
/// journal cannot be read; a run's settings are not in it. Cold.
std::expected<std::vector<ReplayedRun>, Error> replay_runs(const std::string& directory,
                                                           bool newest_only);

}  // namespace gannet::app
