#include "engine/warm_up.h"

#include <utility>

namespace gannet::engine {

std::vector<Error> warm_up(Publisher& publisher, CandleHistory& history) {
  std::vector<Error> missing;
  for (const CandleRequest& request : publisher.candles()) {
    if (request.count == 0) continue;
    auto candles = history.candles(request);
    if (!candles) {
      missing.push_back(std::move(candles.error()));
      continue;
    }
    for (const CandleEvent& candle : *candles) publisher.warm_up(candle);
  }
  return missing;
}

}  // namespace gannet::engine
