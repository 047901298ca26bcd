#pragma once

#include <string>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// bbo-tbt of one instrument, if it differs from what was told last.
void push_best_price(ServerState& state, InstrumentId instrument);

/// The incremental books and books5 of every instrument that changed.
void turn_fast_channels(ServerState& state);
void turn_slow_channels(ServerState& state);
/// Mark and index prices, price limits, funding, instrument states, repeats of silent channels.
void turn_reference_channels(ServerState& state);
void push_waiting_trades(ServerState& state);

/// What a new subscriber of a public channel gets at once.
void greet_public_subscriber(ServerState& state, Session& session,
                             const Subscription& subscription);

/// Brings `books` up to date for a REST snapshot that links to the stream.
const BookStream& book_for_rest(ServerState& state, InstrumentId instrument);

/// The message of a push: {"arg":{...},"data":[<data>]}.
std::string push_text(std::string_view channel, std::string_view instrument, std::string_view data);

// Objects shared with REST.
void write_levels(JsonWriter& json, const Instrument& instrument,
                  const std::vector<BookLevel>& levels, std::size_t count);
void write_ticker(JsonWriter& json, const ServerState& state, InstrumentId instrument);
void write_index_ticker(JsonWriter& json, const ServerState& state, std::string_view index,
                        InstrumentId instrument);
void write_mark_price(JsonWriter& json, const ServerState& state, InstrumentId instrument);
void write_funding_rate(JsonWriter& json, const ServerState& state, InstrumentId instrument);
void write_price_limit(JsonWriter& json, const ServerState& state, InstrumentId instrument);
void write_status(JsonWriter& json, const ServerState& state);
/// Whose list it stands in: the public one, the one of account/instruments, or, for a spot pair,
/// that of margin pairs.
enum class InstrumentView : std::uint8_t { Public, Account, Margin };
void write_instrument(JsonWriter& json, const ServerState& state, InstrumentId instrument,
                      InstrumentView view);

}  // namespace gannet::okx_server
