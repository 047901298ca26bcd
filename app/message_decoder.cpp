#include "app/message_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "app/ignored_messages.h"
#include "gateway/okx/protocol/candle_bars.h"
#include "gateway/okx/protocol/decode_account.h"
#include "gateway/okx/protocol/decode_algo.h"
#include "gateway/okx/protocol/decode_control.h"
#include "gateway/okx/protocol/decode_fill.h"
#include "gateway/okx/protocol/decode_hints.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/decode_order.h"
#include "gateway/okx/protocol/decode_position.h"
#include "gateway/okx/protocol/decode_reply.h"

namespace gannet::app {
namespace {

constexpr MessageStatus kOk = MessageStatus::Ok;
constexpr MessageStatus kIgnored = MessageStatus::Ignored;
constexpr MessageStatus kRefused = MessageStatus::Refused;

std::string plain(std::int64_t raw, int digits) {
  char text[kMaxUnitsText];
  return {text, format_units(text, raw, digits)};
}

std::string_view word(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }

std::string_view word(OrderState state) noexcept {
  switch (state) {
    case OrderState::Live:
      return "live";
    case OrderState::PartiallyFilled:
      return "partially_filled";
    case OrderState::Filled:
      return "filled";
    case OrderState::Cancelled:
      return "cancelled";
    case OrderState::Expired:
      return "expired";
  }
  return "";
}

std::string_view word(AlgoKind kind) noexcept {
  constexpr std::array<std::string_view, kAlgoKinds> kWords{
      "conditional", "one_cancels_other", "trigger", "trailing_stop",
      "iceberg",     "time_weighted",     "chase"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string_view word(AlgoState state) noexcept {
  switch (state) {
    case AlgoState::Live:
      return "live";
    case AlgoState::Paused:
      return "paused";
    case AlgoState::PartiallyEffective:
      return "partially_effective";
    case AlgoState::Effective:
      return "effective";
    case AlgoState::Cancelled:
      return "cancelled";
    case AlgoState::Failed:
      return "failed";
    case AlgoState::PartiallyFailed:
      return "partially_failed";
  }
  return "";
}

std::string_view word(okx::FrameKind kind) noexcept {
  switch (kind) {
    case okx::FrameKind::Subscribed:
      return "subscribed";
    case okx::FrameKind::Unsubscribed:
      return "unsubscribed";
    case okx::FrameKind::Login:
      return "login";
    case okx::FrameKind::Error:
      return "error";
    case okx::FrameKind::Notice:
      return "notice";
    case okx::FrameKind::ConnectionCount:
      return "connection_count";
    case okx::FrameKind::ConnectionCountError:
      return "connection_count_error";
    default:
      return "";
  }
}

/// Operations a client may send on a socket.
constexpr std::array<std::string_view, 16> kOperations{
    "subscribe",          "unsubscribe",      "login",       "order",
    "batch-orders",       "cancel-order",     "amend-order", "batch-cancel-orders",
    "batch-amend-orders", "mass-cancel",      "sprd-order",  "sprd-amend-order",
    "sprd-cancel-order",  "sprd-mass-cancel", "ping",        "pong"};

/// For answers that do not say whose they are.
okx::InstrumentCode unnamed_instrument() noexcept {
  okx::InstrumentCode unnamed;
  unnamed.id = InstrumentId{0};
  unnamed.price_digits = 10;
  unnamed.quantity_digits = 8;
  return unnamed;
}

std::string_view bare(std::string_view message) noexcept {
  if (message.size() >= 2 && message.front() == '"' && message.back() == '"') {
    message = message.substr(1, message.size() - 2);
  }
  return message;
}

/// The channel whose rows a REST answer repeats.
std::optional<okx::Channel> twin_of(std::string_view path) noexcept {
  using okx::Channel;
  constexpr std::array<std::pair<std::string_view, Channel>, 7> kTwins{{
      {"/api/v5/public/funding-rate", Channel::FundingRate},
      {"/api/v5/public/open-interest", Channel::OpenInterest},
      {"/api/v5/public/price-limit", Channel::PriceLimit},
      {"/api/v5/public/estimated-price", Channel::EstimatedPrice},
      {"/api/v5/public/opt-summary", Channel::OptionSummary},
      {"/api/v5/public/option-trades", Channel::OptionTrades},
      {"/api/v5/system/status", Channel::Status},
  }};
  for (const auto& [twin, channel] : kTwins) {
    if (twin == path) return channel;
  }
  return std::nullopt;
}

std::string_view query_value(std::string_view query, std::string_view key) noexcept {
  const std::size_t at = query.find(key);
  if (at == std::string_view::npos) return {};
  query.remove_prefix(at + key.size());
  return query.substr(0, query.find_first_of("&#"));
}

}  // namespace

MessageDecoder::MessageDecoder(RecordingTables& tables)
    : tables_(tables), context_{tables.instruments, tables.currencies, AccountId{0}, {}} {}

MessageStatus MessageDecoder::decode(const RecordingLine& line) {
  line_.clear();
  line_.begin_object().begin_array("events");
  const Verdict verdict = decode_message(line.recorded);
  if (verdict.status != kOk) {  // a message that is not ok tells nothing
    line_.clear();
    line_.begin_object().begin_array("events");
  }
  line_.end_array().end_object();

  JsonLine head;
  head.begin_object().field("line", line.number);
  head.field("status", verdict.status == kOk        ? "ok"
                       : verdict.status == kIgnored ? "ignored"
                                                    : "refused");
  head.field("reason", verdict.reason);
  text_ = head.text();
  text_ += ',';
  text_ += std::string_view(line_.text()).substr(1);  // its brace closes the line
  return verdict.status;
}

MessageDecoder::Verdict MessageDecoder::decode_message(const RecordedMessage& recorded) {
  const std::string_view method = recorded_field(recorded.head, "method");
  if (!recorded_field(recorded.head, "target").empty()) return {kIgnored, "request"};
  const std::string_view text = bare(recorded.message);
  if (text == "ping" || text == "pong") {
    line_.begin_object().field("type", text).end_object();
    return {};
  }
  const auto frame = reader_.read(recorded.message);
  if (!frame) return {kRefused, okx::name_of(frame.error())};
  const Timestamp received{recorded.nanos.value_or(0)};
  if (recorded.direction == "out") return decode_request(*frame);
  const std::string_view path = recorded_field(recorded.head, "path");
  if (!path.empty()) return decode_rest(*frame, path, method, recorded.head, received);
  switch (frame->kind) {
    case okx::FrameKind::Push:
      return decode_push(*frame, received);
    case okx::FrameKind::OperationReply:
      return decode_operation_reply(*frame);
    case okx::FrameKind::UnknownEvent:
      return {kRefused, "unknown_event"};
    case okx::FrameKind::Pong:
    case okx::FrameKind::Unknown:
      if (recorded.channel == "rest" && frame->has_data) {
        return decode_rest(*frame, "/api/v5/market/books", method, recorded.head, received);
      }
      return {kRefused, "unknown_frame"};
    default:
      return decode_control_event(*frame);
  }
}

MessageDecoder::Verdict MessageDecoder::decode_push(const okx::Frame& frame, Timestamp received) {
  switch (frame.channel) {
    case okx::Channel::BboTbt:
    case okx::Channel::Books5:
    case okx::Channel::Books:
    case okx::Channel::BooksL2Tbt:
    case okx::Channel::Books50L2Tbt:
    case okx::Channel::BooksRpi:
      return decode_books(frame);
    case okx::Channel::Trades:
    case okx::Channel::TradesAll:
      return decode_trades(frame, received);
    case okx::Channel::Tickers:
      return decode_tickers(frame, received);
    case okx::Channel::MarkPrice:
    case okx::Channel::IndexTickers:
      return decode_reference_prices(frame, received);
    case okx::Channel::Instruments:
      return decode_instrument_list(frame);
    case okx::Channel::Orders:
      return decode_orders(true, received);
    case okx::Channel::Account:
      return decode_balances(received);
    case okx::Channel::Positions:
      return decode_positions(false, received);
    case okx::Channel::BalanceAndPosition:
      return decode_positions(true, received);
    case okx::Channel::Fills:
      return decode_fill_hints(received);
    case okx::Channel::LiquidationWarning:
      return decode_liquidation_warnings(received);
    case okx::Channel::OrdersAlgo:
    case okx::Channel::AlgoAdvance:
      return decode_algos(received);
    case okx::Channel::Other:
      break;
    default:
      return decode_updates(frame, received);
  }
  const IgnoredMessage* const ignored =
      find_ignored(IgnoredMessage::Where::Channel, frame.channel_name);
  if (ignored == nullptr) return {kRefused, "unknown_channel"};
  if (const auto end = reader_.finish(); !end) return {kRefused, okx::name_of(end.error())};
  return {kIgnored, ignored->name};
}

MessageDecoder::Verdict MessageDecoder::decode_rest(const okx::Frame& frame, std::string_view path,
                                                    std::string_view method, std::string_view head,
                                                    Timestamp received) {
  if (const IgnoredMessage* ignored = find_ignored(IgnoredMessage::Where::RestPath, path)) {
    if (const auto end = reader_.finish(); !end) return {kRefused, okx::name_of(end.error())};
    return {kIgnored, ignored->name};
  }
  if (!frame.code.empty() && frame.code != "0" && method != "POST") {
    line_.begin_object().field("type", "rest_error").field("code", frame.code);
    line_.field("message", frame.message).end_object();
    return {};
  }
  if (path == "/api/v5/market/books") return decode_rest_book(frame, head);
  if (path == "/api/v5/market/trades") return decode_trades(frame, received);
  if (path == "/api/v5/market/ticker" || path == "/api/v5/market/tickers") {
    return decode_tickers(frame, received);
  }
  if (path == "/api/v5/market/index-tickers" || path == "/api/v5/public/mark-price") {
    return decode_reference_prices(frame, received);
  }
  if (const auto twin = twin_of(path)) {
    okx::Frame as_pushed = frame;
    as_pushed.channel = *twin;
    return decode_updates(as_pushed, received);
  }
  if (path.starts_with("/api/v5/market/") && path.ends_with("candles")) {
    return decode_rest_candles(frame, path, head, received);
  }
  if (path == "/api/v5/public/instruments") return decode_instrument_list(frame);
  if (path == "/api/v5/public/time") {
    line_.begin_object().field("type", "venue_time").end_object();
    return {};
  }
  if (path == "/api/v5/account/balance") return decode_balances(received);
  if (path == "/api/v5/account/positions") return decode_positions(false, received);
  if (path == "/api/v5/trade/fills" || path == "/api/v5/trade/fills-history") {
    return decode_fills(received);
  }
  if (method == "POST" && path.starts_with("/api/v5/trade/")) {
    return path.ends_with("algo") || path.ends_with("-algos") ? decode_algo_reply(frame)
                                                              : decode_operation_reply(frame);
  }
  if (path == "/api/v5/trade/order-algo" || path.starts_with("/api/v5/trade/orders-algo-")) {
    return decode_algos(received);
  }
  if (path == "/api/v5/trade/order" || path.starts_with("/api/v5/trade/orders-")) {
    return decode_orders(false, received);
  }
  return {kRefused, "unknown_path"};
}

MessageDecoder::Verdict MessageDecoder::decode_request(const okx::Frame& frame) {
  const bool known =
      std::find(kOperations.begin(), kOperations.end(), frame.operation) != kOperations.end();
  if (!known) return {kRefused, "unknown_operation"};
  line_.begin_object().field("type", "request").field("operation", frame.operation).end_object();
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_control_event(const okx::Frame& frame) {
  const auto event = okx::decode_control(frame);
  if (!event) return {kRefused, "unknown_event"};
  line_.begin_object().field("type", word(event->kind));
  if (!event->channel_name.empty()) line_.field("channel", event->channel_name);
  if (!event->instrument.empty()) line_.field("instrument", event->instrument);
  if (event->code != 0) line_.field("code", event->code);
  if (!event->message.empty()) line_.field("message", event->message);
  if (event->connection_count != 0) line_.field("connections", event->connection_count);
  line_.end_object();
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_operation_reply(const okx::Frame& frame) {
  okx::ReplyItems items;
  const auto status = okx::decode_reply(reader_, frame.has_data, items);
  if (!status) return {kRefused, okx::name_of(status.error())};
  for (const okx::ReplyItem& item : items) {
    line_.begin_object().field("type", "order_reply").field("operation", frame.operation);
    line_.field("client_order_id", std::to_string(item.client_id.value));
    line_.field("venue_order_id", std::to_string(item.venue_id.value));
    line_.field("code", item.code).end_object();
  }
  if (items.empty()) {
    line_.begin_object().field("type", "order_reply").field("operation", frame.operation);
    line_.field("code", frame.code).field("message", frame.message).end_object();
  }
  return {};
}

void MessageDecoder::tell_book(const okx::DecodedBook& book, std::string_view name) {
  line_.begin_object().field("type", "book").field("instrument", name);
  line_.field("channel", okx::name_of(okx::channel_of(book.feed)));
  line_.field("kind", book.kind == BookUpdate::Kind::Snapshot ? "snapshot" : "update");
  line_.field("bids", book.bids.size()).field("asks", book.asks.size());
  line_.field("sequence", book.sequence).field("previous_sequence", book.previous_sequence);
  line_.field("checksum", book.checksum).end_object();
}

MessageDecoder::Verdict MessageDecoder::decode_books(const okx::Frame& frame) {
  const auto books = books_.decode(reader_, frame, tables_.codes);
  if (!books) return {kRefused, okx::name_of(books.error())};
  for (const okx::DecodedBook& book : *books) tell_book(book, name_of(book.instrument));
  if (books->empty()) return {kRefused, "no_rows"};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_rest_book(const okx::Frame& frame,
                                                         std::string_view head) {
  // The answer does not say whose book it is, nor how many decimals: where the request was not
  // recorded either, the widest unit that holds everyday prices must do.
  std::string_view name = query_value(recorded_field(head, "query_inferred"), "instId=");
  const okx::InstrumentCode unnamed = unnamed_instrument();
  const okx::InstrumentCode* code = tables_.codes.find(name);
  if (code == nullptr) code = &unnamed;
  const auto books = books_.decode_rest(reader_, frame, *code, BookFeed::Depth400);
  if (!books) return {kRefused, okx::name_of(books.error())};
  for (const okx::DecodedBook& book : *books) tell_book(book, name);
  if (books->empty()) return {kRefused, "no_rows"};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_trades(const okx::Frame& frame, Timestamp received) {
  const auto trades = trades_.decode(reader_, frame, tables_.codes, received);
  if (!trades) return {kRefused, okx::name_of(trades.error())};
  for (const TradeEvent& trade : *trades) {
    line_.begin_object().field("type", "trade").field("instrument", name_of(trade.instrument));
    line_.field("aggressor", word(trade.aggressor));
    line_.field("price", price(trade.instrument, trade.price));
    line_.field("quantity", quantity(trade.instrument, trade.quantity));
    line_.field("trade_id", trade.trade_id.value).field("count", trade.count);
    if (trade.source == TradeEvent::Source::RetailPriceImprovement) line_.field("source", "retail");
    line_.end_object();
  }
  if (trades->empty()) return {kRefused, "no_rows"};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_tickers(const okx::Frame& frame,
                                                       Timestamp received) {
  const auto tickers = tickers_.decode(reader_, frame, tables_.codes, received);
  if (!tickers) return {kRefused, okx::name_of(tickers.error())};
  for (const TickerEvent& ticker : *tickers) {
    const InstrumentId id = ticker.instrument;
    line_.begin_object().field("type", "ticker").field("instrument", name_of(id));
    if (ticker.last_price) line_.field("last_price", price(id, *ticker.last_price));
    if (ticker.best_bid) line_.field("best_bid", price(id, *ticker.best_bid));
    if (ticker.best_ask) line_.field("best_ask", price(id, *ticker.best_ask));
    line_.end_object();
  }
  if (tickers->empty()) return {kRefused, "no_rows"};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_reference_prices(const okx::Frame& frame,
                                                                Timestamp received) {
  static_cast<void>(received);
  const auto prices = reference_prices_.decode(reader_, frame);
  if (!prices) return {kRefused, okx::name_of(prices.error())};
  for (const okx::DecodedReferencePrice& reference : *prices) {
    const bool mark = reference.kind == ReferencePriceEvent::Kind::Mark;
    line_.begin_object().field("type", mark ? "mark_price" : "index_price");
    line_.field(mark ? "instrument" : "index", reference.name);
    line_.field("price", reference.price).end_object();
  }
  if (prices->empty()) return {kRefused, "no_rows"};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_updates(const okx::Frame& frame,
                                                       Timestamp received) {
  const okx::UpdateContext context{reader_, frame, tables_.codes, received, updates_};
  const InstrumentId index = tables_.instruments.find(frame.instrument);
  const auto status =
      okx::decode_market_update(context, {&index, static_cast<std::size_t>(index.valid())});
  if (!status) return {kRefused, okx::name_of(status.error())};
  for (const MarketUpdate& update : updates_.view()) tell(update);
  if (updates_.view().empty()) {
    line_.begin_object().field("type", "no_rows").field("channel", okx::name_of(frame.channel));
    line_.end_object();
  }
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_rest_candles(const okx::Frame& frame,
                                                            std::string_view path,
                                                            std::string_view head,
                                                            Timestamp received) {
  const std::string_view query = recorded_field(head, "query_inferred");
  const std::string_view bar = query_value(query, "bar=");
  const auto period = okx::candle_period_of(bar.empty() ? "1m" : bar);  // the venue's default
  const okx::InstrumentCode* code = tables_.codes.find(query_value(query, "instId="));
  okx::InstrumentCode unnamed = unnamed_instrument();
  if (code == nullptr) code = &unnamed;
  const auto kind = path.find("mark-price") != path.npos ? CandleEvent::Kind::Mark
                    : path.find("index") != path.npos    ? CandleEvent::Kind::Index
                                                         : CandleEvent::Kind::Trade;
  updates_.clear();
  const okx::UpdateContext context{reader_, frame, tables_.codes, received, updates_};
  const auto status =
      okx::decode_candles(context, kind, period.value_or(CandlePeriod{}), {&code, 1});
  if (!status) return {kRefused, okx::name_of(status.error())};
  for (const MarketUpdate& update : updates_.view()) {
    const auto& candle = std::get<CandleEvent>(update);
    if (code == &unnamed) {
      line_.begin_object().field("type", "candle").field("kind", gannet::name_of(candle.kind));
      line_.field("close", plain(candle.close.raw, unnamed.price_digits)).end_object();
    } else {
      tell_event(candle);
    }
  }
  if (updates_.view().empty()) return {kRefused, "no_rows"};
  return {};
}

void MessageDecoder::tell(const MarketUpdate& update) {
  std::visit([this](const auto& event) { tell_event(event); }, update);
}

void MessageDecoder::tell_event(const CandleEvent& event) {
  const InstrumentId id = event.instrument;
  line_.begin_object().field("type", "candle").field("instrument", name_of(id));
  line_.field("kind", gannet::name_of(event.kind));
  line_.field("period_seconds", event.period.length.count / 1'000'000'000);
  line_.field("open_time", to_unix_millis(event.open_time));
  line_.field("open", price(id, event.open)).field("high", price(id, event.high));
  line_.field("low", price(id, event.low)).field("close", price(id, event.close));
  if (event.kind == CandleEvent::Kind::Trade) line_.field("volume", quantity(id, event.volume));
  line_.field("complete", event.complete).end_object();
}

void MessageDecoder::tell_event(const FundingEvent& event) {
  const auto rate = [](const Decimal& d) { return plain(d.mantissa, d.digits); };
  line_.begin_object().field("type", "funding").field("instrument", name_of(event.instrument));
  line_.field("rate", rate(event.rate));
  if (event.minimum_rate) line_.field("minimum_rate", rate(*event.minimum_rate));
  if (event.maximum_rate) line_.field("maximum_rate", rate(*event.maximum_rate));
  if (event.settled_rate) line_.field("settled_rate", rate(*event.settled_rate));
  line_.field("funding_time", to_unix_millis(event.funding_time));
  line_.field("next_funding_time", to_unix_millis(event.next_funding_time)).end_object();
}

void MessageDecoder::tell_event(const OpenInterestEvent& event) {
  const InstrumentId id = event.instrument;
  line_.begin_object().field("type", "open_interest").field("instrument", name_of(id));
  line_.field("open_interest", quantity(id, event.open_interest)).end_object();
}

void MessageDecoder::tell_event(const PriceLimitEvent& event) {
  const InstrumentId id = event.instrument;
  line_.begin_object().field("type", "price_limit").field("instrument", name_of(id));
  if (event.highest_buy) line_.field("highest_buy", price(id, *event.highest_buy));
  if (event.lowest_sell) line_.field("lowest_sell", price(id, *event.lowest_sell));
  line_.end_object();
}

void MessageDecoder::tell_event(const EstimatedPriceEvent& event) {
  const InstrumentId id = event.instrument;
  line_.begin_object().field("type", "estimated_price").field("instrument", name_of(id));
  line_.field("kind", gannet::name_of(event.kind));
  line_.field("price", price(id, event.price)).end_object();
}

void MessageDecoder::tell_event(const OptionSummaryEvent& event) {
  line_.begin_object().field("type", "option_summary");
  line_.field("instrument", name_of(event.instrument));
  line_.field("delta", fmt::format("{}", event.dollar.delta));
  line_.field("mark_volatility", fmt::format("{}", event.mark_volatility)).end_object();
}

void MessageDecoder::tell_event(const OptionTradeEvent& event) {
  const InstrumentId id = event.instrument;
  line_.begin_object().field("type", "option_trade").field("instrument", name_of(id));
  line_.field("aggressor", word(event.aggressor)).field("price", price(id, event.price));
  line_.field("quantity", quantity(id, event.quantity));
  line_.field("trade_id", event.trade_id.value);
  line_.field("volatility", fmt::format("{}", event.volatility)).end_object();
}

void MessageDecoder::tell_event(const LiquidationEvent& event) {
  const InstrumentId id = event.instrument;
  line_.begin_object().field("type", "liquidation").field("instrument", name_of(id));
  line_.field("side", word(event.side));
  line_.field("bankruptcy_price", price(id, event.bankruptcy_price));
  line_.field("quantity", quantity(id, event.quantity)).end_object();
}

void MessageDecoder::tell_event(const AdlWarningEvent& event) {
  line_.begin_object().field("type", "adl_warning");
  line_.field("instrument", name_of(event.instrument));
  line_.field("state", gannet::name_of(event.state)).end_object();
}

void MessageDecoder::tell_event(const VenueStatusEvent& event) {
  line_.begin_object().field("type", "venue_status");
  line_.field("state", gannet::name_of(event.state));
  line_.field("service", gannet::name_of(event.service)).field("title", event.title.view());
  line_.field("begin", to_unix_millis(event.begin)).field("end", to_unix_millis(event.end));
  line_.end_object();
}

MessageDecoder::Verdict MessageDecoder::decode_instrument_list(const okx::Frame& frame) {
  const auto rows = okx::decode_instruments(reader_, frame, tables_.currencies);
  if (!rows) return {kRefused, okx::name_of(rows.error())};
  for (const okx::InstrumentRow& row : rows->rows) {
    const Instrument& instrument = row.instrument;
    line_.begin_object().field("type", "instrument").field("instrument", instrument.name.view());
    line_.field("kind", okx::instrument_type_of(instrument.kind));
    line_.field("tick_size", plain(instrument.tick_size.raw, instrument.price_digits));
    line_.field("lot_size", plain(instrument.lot_size.raw, instrument.quantity_digits));
    line_.end_object();
  }
  if (rows->refused > 0) return {kRefused, okx::name_of(rows->first_error)};
  if (rows->incomplete + rows->ignored > 0 || rows->rows.empty()) {
    line_.begin_object().field("type", "instruments_left_out");
    line_.field("incomplete", rows->incomplete).field("not_traded", rows->ignored).end_object();
  }
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_orders(bool pushed, Timestamp received) {
  struct Rows final : okx::OrderRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    std::uint64_t count = 0;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_order(const okx::DecodedOrder& order) noexcept override {
      const ExecutionReport& report = order.report;
      ++count;
      self.line_.begin_object().field("type", "order");
      self.line_.field("instrument", self.name_of(report.instrument));
      self.line_.field("client_order_id", std::to_string(report.client_id.value));
      self.line_.field("venue_order_id", std::to_string(report.venue_id.value));
      self.line_.field("state", word(report.state)).field("side", word(report.side));
      self.line_.field("price", self.price(report.instrument, report.price));
      self.line_.field("quantity", self.quantity(report.instrument, report.quantity));
      self.line_.field("cumulative_quantity",
                       self.quantity(report.instrument, report.cumulative_quantity));
      if (report.has_fill) {
        self.line_.field("fill_price", self.price(report.instrument, report.fill.price));
        self.line_.field("fill_quantity", self.quantity(report.instrument, report.fill.quantity));
        self.line_.field("trade_id", report.fill.trade_id.value);
      }
      self.line_.end_object();
    }
    void on_bad_order(const ExecutionReport&, okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  const auto status = okx::decode_orders(
      reader_, pushed ? okx::OrderRow::Push : okx::OrderRow::Query, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  if (rows.count == 0) line_.begin_object().field("type", "no_orders").end_object();
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_fills(Timestamp received) {
  struct Rows final : okx::FillRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    std::uint64_t count = 0;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_fill_row(const FillReport& fill, std::uint64_t) noexcept override {
      ++count;
      self.line_.begin_object().field("type", "fill");
      self.line_.field("instrument", self.name_of(fill.instrument)).field("side", word(fill.side));
      self.line_.field("price", self.price(fill.instrument, fill.fill.price));
      self.line_.field("quantity", self.quantity(fill.instrument, fill.fill.quantity));
      self.line_.field("trade_id", fill.fill.trade_id.value);
      self.line_.field("fee", to_string(fill.fill.fee)).end_object();
    }
    void on_bad_fill(okx::DecodeError error, std::uint64_t) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  const auto status = okx::decode_fills(reader_, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  if (rows.count == 0) line_.begin_object().field("type", "no_fills").end_object();
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_algo_reply(const okx::Frame& frame) {
  okx::ReplyItems items;
  const auto status = okx::decode_algo_reply(reader_, frame.has_data, items);
  if (!status) return {kRefused, okx::name_of(status.error())};
  for (const okx::ReplyItem& item : items) {
    line_.begin_object().field("type", "algo_reply");
    line_.field("client_order_id", std::to_string(item.client_id.value));
    line_.field("venue_algo_id", std::to_string(item.venue_id.value));
    line_.field("code", item.code).end_object();
  }
  if (items.empty()) {
    line_.begin_object().field("type", "algo_reply").field("code", frame.code);
    line_.field("message", frame.message).end_object();
  }
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_algos(Timestamp received) {
  struct Rows final : okx::AlgoRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    std::uint64_t count = 0;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_algo_row(const AlgoReport& algo) noexcept override {
      ++count;
      const InstrumentId id = algo.instrument;
      JsonLine& line = self.line_;
      line.begin_object().field("type", "algo_order").field("instrument", self.name_of(id));
      line.field("kind", word(algo.terms.kind)).field("side", word(algo.terms.side));
      line.field("state", word(algo.state));
      line.field("venue_algo_id", std::to_string(algo.venue_id.value));
      line.field("quantity", self.quantity(id, algo.terms.quantity));
      line.field("price", self.price(id, main_price(algo.terms)));
      line.field("children", algo.children.size()).end_object();
    }
    void on_bad_algo(const AlgoReport&, okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  const auto status =
      okx::decode_algos(reader_, ExecutionReport::Source::Push, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  if (rows.count == 0) line_.begin_object().field("type", "no_algo_orders").end_object();
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_fill_hints(Timestamp received) {
  struct Rows final : okx::FillHintRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_fill_hint_row(const FillHint& hint) noexcept override {
      self.line_.begin_object().field("type", "fill_hint");
      self.line_.field("instrument", self.name_of(hint.instrument));
      self.line_.field("trade_id", hint.trade_id.value).end_object();
    }
    void on_bad_fill_hint(okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  const auto status = okx::decode_fill_hints(reader_, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_liquidation_warnings(Timestamp received) {
  struct Rows final : okx::LiquidationWarningRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_warning_row(const LiquidationWarning& warning) noexcept override {
      self.line_.begin_object().field("type", "liquidation_warning");
      self.line_.field("instrument", self.name_of(warning.instrument));
      self.line_.field("quantity", self.quantity(warning.instrument, warning.quantity));
      self.line_.field("margin_ratio", plain(warning.margin_ratio_ppm, 6)).end_object();
    }
    void on_bad_warning(okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  const auto status = okx::decode_liquidation_warnings(reader_, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_balances(Timestamp received) {
  struct Rows final : okx::BalanceRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    std::uint64_t count = 0;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_balance_row(const BalanceReport& balance) noexcept override {
      ++count;
      self.line_.begin_object().field("type", "balance");
      self.line_.field("currency", self.tables_.currencies.name(balance.cash.currency));
      self.line_.field("cash", to_string(balance.cash));
      self.line_.field("available", to_string(balance.available));
      self.line_.field("equity", to_string(balance.equity)).end_object();
    }
    void on_bad_balance(okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  const auto status = okx::decode_account(reader_, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  if (rows.count == 0) line_.begin_object().field("type", "no_balances").end_object();
  return {};
}

MessageDecoder::Verdict MessageDecoder::decode_positions(bool pushed_with_balances,
                                                         Timestamp received) {
  struct Rows final : okx::PositionRows, okx::CashRows {
    MessageDecoder& self;
    std::optional<okx::DecodeError> bad;
    std::uint64_t count = 0;
    explicit Rows(MessageDecoder& decoder) : self(decoder) {}
    void on_position_row(const PositionReport& position) noexcept override {
      ++count;
      self.line_.begin_object().field("type", "position");
      self.line_.field("instrument", self.name_of(position.instrument));
      self.line_.field("quantity", self.quantity(position.instrument, position.quantity));
      self.line_.field("average_entry_price", to_string(position.average_entry_price));
      self.line_.end_object();
    }
    void on_bad_position(okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
    void on_cash_row(const CashReport& cash) noexcept override {
      ++count;
      self.line_.begin_object().field("type", "cash");
      self.line_.field("currency", self.tables_.currencies.name(cash.cash.currency));
      self.line_.field("cash", to_string(cash.cash)).end_object();
    }
    void on_bad_cash(okx::DecodeError error) noexcept override {
      if (!bad) bad = error;
    }
  } rows(*this);
  std::string_view why;
  const auto status =
      pushed_with_balances
          ? okx::decode_balance_and_position(reader_, context_, received, rows, rows, why)
          : okx::decode_positions(reader_, context_, received, rows);
  if (!status) return {kRefused, okx::name_of(status.error())};
  if (rows.bad) return {kRefused, okx::name_of(*rows.bad)};
  if (rows.count == 0) {
    line_.begin_object().field("type", "no_positions").field("why", why).end_object();
  }
  return {};
}

std::string MessageDecoder::price(InstrumentId instrument, Price value) const {
  return plain(value.raw, tables_.instruments[instrument].price_digits);
}

std::string MessageDecoder::quantity(InstrumentId instrument, Quantity value) const {
  return plain(value.raw, tables_.instruments[instrument].quantity_digits);
}

std::string_view MessageDecoder::name_of(InstrumentId instrument) const {
  return tables_.instruments[instrument].name.view();
}

}  // namespace gannet::app
