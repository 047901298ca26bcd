#pragma once

#include <cstdint>

namespace gannet::app {

/// What the recorder did so far. Any thread reads it.
struct RecorderFigures {
  std::uint64_t messages = 0;
  std::uint64_t text_bytes = 0;
  std::uint64_t bytes = 0;     ///< on the disk
  std::uint64_t dropped = 0;   ///< frames that did not fit the queue
  std::uint64_t repeated = 0;  ///< frames that another connection had told before: left out
  std::uint64_t gaps = 0;      ///< broken sequences and outages
  std::uint64_t segments = 0;
  bool stopped = false;
};

}  // namespace gannet::app
