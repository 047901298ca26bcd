#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/json_line.h"
#include "app/recording.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/decode_market_updates.h"
#include "gateway/okx/protocol/decode_reference_price.h"
#include "gateway/okx/protocol/decode_ticker.h"
#include "gateway/okx/protocol/decode_trades.h"

namespace gannet::app {

enum class MessageStatus : std::uint8_t { Ok, Ignored, Refused };

/// Puts recorded messages through the decoders the daemon uses and tells, in one line of JSON each,
/// what they say: `{"line","status","reason","events":[...]}`. Ok has at least one event. Thread:
/// one; cold.
class MessageDecoder {
 public:
  explicit MessageDecoder(RecordingTables& tables);

  /// The text is valid until the next call.
  MessageStatus decode(const RecordingLine& line);
  const std::string& text() const noexcept { return text_; }

 private:
  struct Verdict {
    MessageStatus status = MessageStatus::Ok;
    std::string_view reason;
  };

  Verdict decode_message(const RecordedMessage& recorded);
  Verdict decode_push(const okx::Frame& frame, Timestamp received);
  Verdict decode_rest(const okx::Frame& frame, std::string_view path, std::string_view method,
                      std::string_view head, Timestamp received);
  Verdict decode_request(const okx::Frame& frame);
  Verdict decode_control_event(const okx::Frame& frame);
  Verdict decode_operation_reply(const okx::Frame& frame);
  Verdict decode_books(const okx::Frame& frame);
  Verdict decode_rest_book(const okx::Frame& frame, std::string_view head);
  Verdict decode_trades(const okx::Frame& frame, Timestamp received);
  Verdict decode_tickers(const okx::Frame& frame, Timestamp received);
  Verdict decode_reference_prices(const okx::Frame& frame, Timestamp received);
  Verdict decode_updates(const okx::Frame& frame, Timestamp received);
  Verdict decode_rest_candles(const okx::Frame& frame, std::string_view path, std::string_view head,
                              Timestamp received);
  void tell(const MarketUpdate& update);
  void tell_event(const CandleEvent& event);
  void tell_event(const FundingEvent& event);
  void tell_event(const OpenInterestEvent& event);
  void tell_event(const PriceLimitEvent& event);
  void tell_event(const EstimatedPriceEvent& event);
  void tell_event(const OptionSummaryEvent& event);
  void tell_event(const OptionTradeEvent& event);
  void tell_event(const LiquidationEvent& event);
  void tell_event(const AdlWarningEvent& event);
  void tell_event(const VenueStatusEvent& event);
  Verdict decode_instrument_list(const okx::Frame& frame);
  Verdict decode_orders(bool pushed, Timestamp received);
  Verdict decode_fills(Timestamp received);
  Verdict decode_algos(Timestamp received);
  Verdict decode_algo_reply(const okx::Frame& frame);
  Verdict decode_fill_hints(Timestamp received);
  Verdict decode_liquidation_warnings(Timestamp received);
  Verdict decode_balances(Timestamp received);
  Verdict decode_positions(bool pushed_with_balances, Timestamp received);

  void tell_book(const okx::DecodedBook& book, std::string_view name);
  std::string price(InstrumentId instrument, Price value) const;
  std::string quantity(InstrumentId instrument, Quantity value) const;
  std::string_view name_of(InstrumentId instrument) const;

  RecordingTables& tables_;
  okx::AccountContext context_;
  okx::FrameReader reader_;
  okx::BookDecoder books_;
  okx::TradesDecoder trades_;
  okx::TickerDecoder tickers_;
  okx::ReferencePriceDecoder reference_prices_;
  okx::UpdateList updates_;
  JsonLine line_;  // the events while they are told
  std::string text_;
};

}  // namespace gannet::app
