#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "gateway/okx/protocol/rest_questions.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

struct DownloadRequest {
  enum class What : std::uint8_t { Candles, Trades, Funding };
  What what = What::Candles;
  std::string instrument;  ///< the venue's name; index candles: of the index
  Timestamp from;
  Timestamp to;               ///< not included
  std::string period = "1m";  ///< candles
  okx::CandlesOf candles_of = okx::CandlesOf::Trades;
  std::string file;
};

struct DownloadResult {
  std::size_t rows = 0;
  Timestamp first;  ///< of the rows; the epoch when there are none
  Timestamp last;
  std::size_t missing = 0;  ///< candles: bars within [from, to) that the venue does not have
  std::size_t refused = 0;  ///< rows that could not be understood
};

/// Asks for history window by window and writes it as CSV, oldest first, numbers as the venue wrote
/// them: candles `time_ms,open,high,low,close,volume,volume_base,volume_quote` (closed bars alone),
/// trades `time_ms,trade_id,side,price,quantity`, funding `time_ms,rate,charged_rate`. The file
/// appears when it is whole. Errors: one sentence; nothing is left then. Blocks; cold.
std::expected<DownloadResult, Error> download(okx::VenueReader& reader,
                                              const DownloadRequest& request);

}  // namespace gannet::app
