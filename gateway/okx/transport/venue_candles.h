#pragma once

#include <expected>
#include <vector>

#include "domain/venue.h"
#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::okx {

/// Past candles by REST, all pages. Blocks for seconds: for start-up. Thread: the reader's.
class VenueCandles final : public CandleHistory {
 public:
  VenueCandles(VenueReader& reader, const InstrumentCodes& codes)
      : reader_(reader), codes_(codes) {}

  std::expected<std::vector<CandleEvent>, Error> candles(const CandleRequest& request) override;

 private:
  VenueReader& reader_;
  const InstrumentCodes& codes_;
};

}  // namespace gannet::okx
