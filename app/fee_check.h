#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "domain/instrument_table.h"
#include "domain/reference_data.h"
#include "engine/fee_table.h"
#include "gateway/net/event_loop.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

/// Asks the venue once a day what trades cost the account, and tells where that is no longer what
/// the engine reckons with (POST-08). The engine's own rates stay as they were read at start: lanes
/// share them. Thread: the loop's, cold.
class FeeCheck {
 public:
  using Tell = std::function<void(const Instrument&, const engine::FeeRate& used,
                                  const engine::FeeRate& told)>;

  /// All outlive it.
  FeeCheck(net::EventLoop& loop, okx::VenueReader& reader, const InstrumentTable& instruments,
           const engine::FeeTable& used, Tell tell, Nanos period = seconds(24 * 3600));

  void start() { ask_later(period_); }
  std::uint64_t compared() const noexcept { return compared_; }
  std::uint64_t differed() const noexcept { return differed_; }

 private:
  void ask_later(Nanos delay);
  void ask_next();
  void compare();

  okx::VenueReader& reader_;
  const InstrumentTable& instruments_;
  const engine::FeeTable& used_;
  Tell tell_;
  Nanos period_;
  okx::RowSink<FeeRates> rows_;
  std::uint32_t next_ = 0;  // instrument
  std::uint64_t compared_ = 0;
  std::uint64_t differed_ = 0;
  net::Timer timer_;
};

}  // namespace gannet::app
