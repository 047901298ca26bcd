#include "engine/lane.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "engine/abi_words.h"

namespace gannet::engine {
namespace {

gannet_state unknown_state(std::uint32_t instrument) noexcept {
  return {.size = sizeof(gannet_state),
          .instrument = instrument,
          .state = GANNET_STATE_COLD,
          .hold_reason = 0,
          .reason = "",
          .event_time = 0};
}

std::uint32_t channel_of(const CandleEvent&) noexcept { return GANNET_WANT_CANDLES; }
std::uint32_t channel_of(const FundingEvent&) noexcept { return GANNET_WANT_FUNDING; }
std::uint32_t channel_of(const OpenInterestEvent&) noexcept { return GANNET_WANT_OPEN_INTEREST; }
std::uint32_t channel_of(const PriceLimitEvent&) noexcept { return GANNET_WANT_PRICE_LIMIT; }
std::uint32_t channel_of(const EstimatedPriceEvent&) noexcept {
  return GANNET_WANT_ESTIMATED_PRICE;
}
std::uint32_t channel_of(const OptionSummaryEvent&) noexcept { return GANNET_WANT_OPTION_SUMMARY; }
std::uint32_t channel_of(const OptionTradeEvent&) noexcept { return GANNET_WANT_OPTION_TRADES; }
std::uint32_t channel_of(const LiquidationEvent&) noexcept { return GANNET_WANT_LIQUIDATIONS; }
std::uint32_t channel_of(const AdlWarningEvent&) noexcept { return GANNET_WANT_ADL_WARNING; }

void hand_over(StrategyHost& host, const CandleEvent& event) noexcept { host.candle(event); }
void hand_over(StrategyHost& host, const FundingEvent& event) noexcept {
  host.funding(to_abi(event));
}
void hand_over(StrategyHost& host, const PriceLimitEvent& event) noexcept {
  host.price_limit(to_abi(event));
}
void hand_over(StrategyHost& host, const OpenInterestEvent& event) noexcept {
  host.open_interest(event);
}
void hand_over(StrategyHost& host, const EstimatedPriceEvent& event) noexcept {
  host.estimated_price(event);
}
void hand_over(StrategyHost& host, const OptionSummaryEvent& event) noexcept {
  host.option_summary(event);
}
void hand_over(StrategyHost& host, const OptionTradeEvent& event) noexcept {
  host.option_trade(event);
}
void hand_over(StrategyHost& host, const LiquidationEvent& event) noexcept {
  host.liquidation(event);
}
void hand_over(StrategyHost& host, const AdlWarningEvent& event) noexcept {
  host.adl_warning(event);
}

/// The view that a strategy asked for: fewer levels of the same book.
gannet_book cut(gannet_book book, std::uint32_t depth) noexcept {
  book.bids.count = std::min(book.bids.count, depth);
  book.asks.count = std::min(book.asks.count, depth);
  return book;
}

}  // namespace

Lane::Lane(std::string name, const InstrumentTable& instruments, const CurrencyTable& currencies,
           CommandSink& commands)
    : name_(std::move(name)),
      instruments_(instruments),
      currencies_(currencies),
      commands_(commands),
      interests_(instruments.size()),
      books_(instruments.size() * kBookFeeds),
      states_(instruments.size()),
      latest_(instruments.size()),
      engine_state_(unknown_state(GANNET_NO_INSTRUMENT)) {
  for (std::size_t i = 0; i < states_.size(); ++i)
    states_[i] = unknown_state(static_cast<std::uint32_t>(i));
  balances_.reserve(kMaxCurrencies);
}

void Lane::add(std::unique_ptr<StrategyHost> host) {
  for (const Subscription& subscription : host->subscriptions())
    interests_[subscription.instrument.value].push_back({host.get(), subscription});
  hosts_.push_back(std::move(host));
}

StrategyHost* Lane::find(StrategyId strategy) noexcept {
  const auto at =
      std::ranges::find_if(hosts_, [strategy](const auto& h) { return h->id() == strategy; });
  return at == hosts_.end() ? nullptr : at->get();
}

template <class F>
void Lane::for_each_interested(InstrumentId instrument, std::uint32_t channel, F&& f) noexcept {
  if (instrument.value >= interests_.size()) return;
  for (const Interest& interest : interests_[instrument.value])
    if ((interest.subscription.channels & channel) != 0) f(interest);
}

bool Lane::wants(InstrumentId instrument, std::uint32_t channel) const noexcept {
  if (instrument.value >= interests_.size()) return false;
  return std::ranges::any_of(interests_[instrument.value], [channel](const Interest& interest) {
    return (interest.subscription.channels & channel) != 0;
  });
}

bool Lane::wants_book(InstrumentId instrument, BookFeed feed) const noexcept {
  if (instrument.value >= interests_.size()) return false;
  return std::ranges::any_of(interests_[instrument.value], [feed](const Interest& interest) {
    return (interest.subscription.channels & GANNET_WANT_BOOK) != 0 &&
           interest.subscription.book == feed;
  });
}

void Lane::advance(Timestamp now) noexcept {
  clock_ = std::max(clock_, now);
  for (const auto& host : hosts_)
    if (clock_.nanos >= host->next_timer()) host->run_timers(clock_);
}

void Lane::start(Timestamp now) noexcept {
  advance(now);
  for (const auto& host : hosts_) host->start();
}

void Lane::stop(Timestamp now) noexcept {
  clock_ = std::max(clock_, now);  // no timers any more
  for (const auto& host : hosts_) host->stop();
}

bool Lane::has_stopped() const noexcept {
  return std::ranges::all_of(hosts_, [](const auto& host) { return host->has_stopped(); });
}

bool Lane::flush() noexcept {
  bool sent = false;
  for (const auto& host : hosts_) sent = host->flush() || sent;
  return sent;
}

void Lane::on_book(const gannet_book& book) noexcept {
  if (book.instrument >= interests_.size()) return;
  // Before the timers: the levels of the view that we held are changed already, or the reactor's to
  // write, and a timer's handler may ask for the book.
  books_[book.instrument * kBookFeeds + book.feed] = {book, true};
  advance({book.receive_time});
  for_each_interested({book.instrument}, GANNET_WANT_BOOK, [&book](const Interest& interest) {
    if (static_cast<std::uint32_t>(interest.subscription.book) != book.feed) return;
    const std::uint32_t depth = interest.subscription.depth;
    if (book.bids.count <= depth && book.asks.count <= depth) {
      interest.host->book(book, {book.receive_time});
    } else {
      interest.host->book(cut(book, depth), {book.receive_time});
    }
  });
}

void Lane::on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                             Timestamp now) noexcept {
  if (instrument.value >= interests_.size()) return;
  books_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)].valid = false;
  advance(now);  // a timer that is due must find the book withdrawn (I9)
  const gannet_book_withdrawn withdrawn{.size = sizeof withdrawn,
                                        .instrument = instrument.value,
                                        .feed = static_cast<std::uint32_t>(feed),
                                        .reserved = 0,
                                        .reason = abi_name(why)};
  for_each_interested(instrument, GANNET_WANT_BOOK, [&](const Interest& interest) {
    if (interest.subscription.book == feed) interest.host->book_withdrawn(withdrawn);
  });
}

void Lane::on_trade(const TradeEvent& trade) noexcept {
  advance(trade.receive_time);
  const gannet_trade event = to_abi(trade);
  for_each_interested(trade.instrument, channel_of(trade), [&](const Interest& interest) {
    interest.host->trade(event, trade.receive_time);
  });
}

void Lane::on_trades_missed(InstrumentId instrument, std::uint64_t missed, Timestamp now) noexcept {
  advance(now);
  const gannet_trades_missed event{
      .size = sizeof event, .instrument = instrument.value, .missed = missed};
  for_each_interested(instrument, GANNET_WANT_TRADES | GANNET_WANT_SINGLE_TRADES,
                      [&event](const Interest& interest) { interest.host->trades_missed(event); });
}

void Lane::on_ticker(const TickerEvent& ticker) noexcept {
  advance(ticker.receive_time);
  const gannet_ticker event = to_abi(ticker);
  for_each_interested(ticker.instrument, GANNET_WANT_TICKER, [&](const Interest& interest) {
    interest.host->ticker(event, ticker.receive_time);
  });
}

void Lane::on_reference_price(const ReferencePriceEvent& price) noexcept {
  advance(price.receive_time);
  const gannet_reference_price event = to_abi(price);
  const std::uint32_t channel = price.kind == ReferencePriceEvent::Kind::Mark
                                    ? GANNET_WANT_MARK_PRICE
                                    : GANNET_WANT_INDEX_PRICE;
  if (price.instrument.value < latest_.size())
    latest_[price.instrument.value].references[event.kind] = event;
  for_each_interested(price.instrument, channel, [&](const Interest& interest) {
    interest.host->reference_price(event, price.receive_time);
  });
}

void Lane::on_market_update(const MarketUpdate& update) noexcept {
  // History is older than the lane's clock, which must not begin in the past.
  const auto* candle = std::get_if<CandleEvent>(&update);
  if (candle == nullptr || !candle->warm_up) advance(receive_time_of(update));
  std::visit(
      [&]<class Event>(const Event& event) {
        if constexpr (std::is_same_v<Event, VenueStatusEvent>) {
          for (const auto& host : hosts_) host->venue_status(event);
        } else {
          if (event.instrument.value >= latest_.size()) return;
          Latest& latest = latest_[event.instrument.value];
          if constexpr (std::is_same_v<Event, FundingEvent>) latest.funding = to_abi(event);
          if constexpr (std::is_same_v<Event, PriceLimitEvent>) latest.limit = to_abi(event);
          for_each_interested(event.instrument, channel_of(event),
                              [&](const Interest& interest) { hand_over(*interest.host, event); });
        }
      },
      update);
}

bool Lane::wants(const MarketUpdate& update) const noexcept {
  return std::visit(
      [&]<class Event>(const Event& event) {
        if constexpr (std::is_same_v<Event, VenueStatusEvent>) {
          return true;
        } else {
          return wants(event.instrument, channel_of(event));
        }
      },
      update);
}

void Lane::on_instrument_changed(const InstrumentChange& change, Timestamp now) noexcept {
  advance(now);
  if (!instruments_.contains(change.instrument)) return;
  apply(change, instruments_[change.instrument]);
  const gannet_instrument instrument = to_abi(instruments_[change.instrument], currencies_);
  for (const auto& host : hosts_) host->instrument_changed(instrument);
}

void Lane::on_order_event(const OrderEvent& event, Timestamp now) noexcept {
  advance(now);
  if (StrategyHost* host = find(event.strategy)) host->order_event(event);
}

void Lane::on_fill_event(const FillEvent& event, Timestamp now) noexcept {
  advance(now);
  if (StrategyHost* host = find(event.strategy)) host->fill_event(event);
}

void Lane::on_position_event(const PositionEvent& event, Timestamp now) noexcept {
  advance(now);
  if (StrategyHost* host = find(event.strategy)) host->position_event(event);
}

void Lane::on_balance(const BalanceReport& report, Timestamp now) noexcept {
  advance(now);
  const gannet_balance balance = to_abi(report, currencies_);
  const auto same = [&balance](const gannet_balance& have) {
    return std::string_view(have.currency) == balance.currency;
  };
  if (const auto at = std::ranges::find_if(balances_, same); at != balances_.end()) {
    *at = balance;
  } else if (balances_.size() < kMaxCurrencies) {  // more are told, but not remembered
    balances_.push_back(balance);
  }
  for (const auto& host : hosts_) host->balance(balance);
}

void Lane::on_state_event(const StateEvent& event, Timestamp now) noexcept {
  advance(now);
  const gannet_state state = to_abi(event);
  if (!event.instrument.valid()) engine_state_ = state;
  if (event.instrument.value < states_.size()) states_[event.instrument.value] = state;
  for (const auto& host : hosts_) host->state(state);
}

void Lane::on_operator_command(StrategyId strategy, const char* name, const char* argument,
                               Timestamp now) noexcept {
  advance(now);
  if (StrategyHost* host = find(strategy)) host->operator_command(name, argument);
}

void Lane::on_parameters_changed(StrategyId strategy, const ParameterSet& parameters,
                                 Timestamp now) noexcept {
  advance(now);
  if (StrategyHost* host = find(strategy)) host->parameters_changed(parameters);
}

bool Lane::find_book(InstrumentId instrument, BookFeed feed, gannet_book& book) const noexcept {
  if (instrument.value >= interests_.size()) return false;
  const BookEntry& entry = books_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)];
  if (!entry.valid) return false;
  book = entry.book;
  return true;
}

bool Lane::find_state(InstrumentId instrument, gannet_state& state) const noexcept {
  if (instrument.valid() && instrument.value >= states_.size()) return false;
  state = instrument.valid() ? states_[instrument.value] : engine_state_;
  return true;
}

bool Lane::find_funding(InstrumentId instrument, gannet_funding& funding) const noexcept {
  if (instrument.value >= latest_.size() || latest_[instrument.value].funding.size == 0)
    return false;
  funding = latest_[instrument.value].funding;
  return true;
}

bool Lane::find_price_limit(InstrumentId instrument, gannet_price_limit& limit) const noexcept {
  if (instrument.value >= latest_.size() || latest_[instrument.value].limit.size == 0) return false;
  limit = latest_[instrument.value].limit;
  return true;
}

bool Lane::find_reference_price(InstrumentId instrument, ReferencePriceEvent::Kind kind,
                                gannet_reference_price& price) const noexcept {
  if (instrument.value >= latest_.size()) return false;
  const gannet_reference_price& last =
      latest_[instrument.value].references[static_cast<std::size_t>(kind)];
  if (last.size == 0) return false;
  price = last;
  return true;
}

bool Lane::find_balance(std::string_view currency, gannet_balance& balance) const noexcept {
  for (const gannet_balance& have : balances_) {
    if (currency != have.currency) continue;
    balance = have;
    return true;
  }
  return false;
}

}  // namespace gannet::engine
