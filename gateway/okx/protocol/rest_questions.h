#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "domain/reference_data.h"
#include "gateway/okx/protocol/candle_bars.h"
#include "gateway/okx/protocol/rest_reader.h"

namespace gannet::okx {

// Questions in the trade's words, so that who asks needs none of the venue's.

/// Of one instrument: price limits, funding, open interest, mark price, ticker, trades, ...
RestQuestion ask_instrument(Endpoint endpoint, std::string_view name);
/// Of all instruments of a kind; options, and what is told by family, need one.
RestQuestion ask_kind(Endpoint endpoint, InstrumentKind kind, std::string_view family = {});
/// Of one instrument where the venue wants its kind beside it (mark price, open interest).
RestQuestion ask_instrument_of_kind(Endpoint endpoint, InstrumentKind kind, std::string_view name);
/// Everything, where nothing need be said.
RestQuestion ask_all(Endpoint endpoint);

enum class CandlesOf : std::uint8_t { Trades, Mark, Index };
/// Bars of [from, to), newest first, closed and running ones; `bar`: the venue's word. Index: by
/// the index's name.
RestQuestion ask_candles(CandlesOf what, std::string_view name, std::string_view bar,
                         Timestamp from, Timestamp to, std::size_t most = 0);
RestQuestion ask_trades(std::string_view name, Timestamp from, Timestamp to);
RestQuestion ask_funding_history(std::string_view name, Timestamp from, Timestamp to);
RestQuestion ask_book(std::string_view name, int levels);
/// The account's rates: of a family (derivatives), of an instrument (spot), or of a whole kind.
RestQuestion ask_fees(InstrumentKind kind, std::string_view family_or_name);
RestQuestion ask_leverage(std::string_view name, MarginMode margin_mode);
RestQuestion set_leverage(std::string_view name, std::string_view leverage, MarginMode margin_mode);
RestQuestion ask_largest_order(Endpoint endpoint, std::string_view name, MarginMode margin_mode);
RestQuestion ask_position_tiers(InstrumentKind kind, std::string_view family,
                                MarginMode margin_mode);
/// The dead-man timer of a tag: 10 to 120 s, or 0 to disarm.
RestQuestion set_dead_man_timer(int timeout_seconds, std::string_view tag);
RestQuestion ask_open_algo_orders(std::string_view kinds);

/// An order that is to rest and be taken back, for a trial by hand; the answers are OrderReply.
struct TrialOrder {
  std::string_view instrument;
  MarginMode margin_mode = MarginMode::Cross;
  bool long_short_mode = false;
  std::string_view margin_currency;  ///< "": not sent
  std::string_view price;
  std::string_view quantity;
  std::string_view tag;
};
/// Post-only, to buy.
HttpRequest place_trial_order(const RestIdentity& identity, const TrialOrder& order,
                              Timestamp venue_now);
HttpRequest amend_trial_order(const RestIdentity& identity, std::string_view instrument,
                              VenueOrderId id, std::string_view price, Timestamp venue_now);
HttpRequest cancel_trial_order(const RestIdentity& identity, std::string_view instrument,
                               VenueOrderId id, Timestamp venue_now);
RestQuestion ask_order(std::string_view instrument, VenueOrderId id);
/// The first item of a reply. Errors: one sentence.
std::expected<OrderReply, Error> read_order_reply(const HttpResponse& response);

}  // namespace gannet::okx
