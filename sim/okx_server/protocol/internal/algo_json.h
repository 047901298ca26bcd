#pragma once

#include <string>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// An algo order as REST queries tell it.
void write_rest_algo(JsonWriter& json, const ServerState& state, const sim::AlgoView& algo);

/// As the `orders-algo` channel tells it, or, by its type, `algo-advance`.
void write_pushed_algo(JsonWriter& json, const ServerState& state, const sim::AlgoChange& change);

/// closeOrderAlgo of a position: the exits that would close all of it.
void write_closing_algos(JsonWriter& json, const ServerState& state, sim::UserId user,
                         const sim::PositionView& position);

/// What an order tells of the exits that came with it and of the algo order that put it in:
/// attachAlgoOrds, its mirror at the top, linkedAlgoOrd, source, isTpLimit, algoId, algoClOrdId.
/// `rest`: with the reason why exits could not go live.
void write_algo_members(JsonWriter& json, const ServerState& state, const sim::OrderView& order,
                        bool rest);

}  // namespace gannet::okx_server
