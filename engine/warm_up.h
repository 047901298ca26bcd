#pragma once

#include <vector>

#include "base/error.h"
#include "domain/venue.h"
#include "engine/publisher.h"

namespace gannet::engine {

/// Tells the strategies the past candles that their descriptors ask for, each series oldest first.
/// Before the publisher's start and before the lanes' threads run; blocks as long as `history`
/// does. Answers what could not be had, one error a series: those strategies start without.
std::vector<Error> warm_up(Publisher& publisher, CandleHistory& history);

}  // namespace gannet::engine
