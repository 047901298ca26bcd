#include "backtest/market_feed.h"

#include <algorithm>
#include <variant>

namespace gannet::backtest {
namespace {

constexpr Nanos kReferenceInterval = seconds(1);
constexpr Nanos kKeepAlive = seconds(1);

bool same(const std::vector<Level>& told, const OrderBook& book, Side side) noexcept {
  const std::size_t count = side == Side::Buy ? book.bid_levels() : book.ask_levels();
  if (told.size() > count) return false;
  for (std::size_t i = 0; i < told.size(); ++i) {
    const Level& level = side == Side::Buy ? book.bid(i) : book.ask(i);
    if (level.price != told[i].price || level.quantity != told[i].quantity) return false;
  }
  return true;
}

void copy_top(const OrderBook& book, std::size_t depth, std::vector<Level>& bids,
              std::vector<Level>& asks) {
  bids.clear();
  asks.clear();
  for (std::size_t i = 0; i < std::min(depth, book.bid_levels()); ++i) bids.push_back(book.bid(i));
  for (std::size_t i = 0; i < std::min(depth, book.ask_levels()); ++i) asks.push_back(book.ask(i));
}

}  // namespace

MarketFeed::MarketFeed(const InstrumentTable& instruments,
                       const std::vector<RecordedContent>& content,
                       std::vector<BookFeed> venue_books, SimulatedVenue& venue,
                       engine::TradingCore& core)
    : venue_(venue), core_(core), venue_books_(std::move(venue_books)) {
  for (const Instrument& instrument : instruments) {
    const RecordedContent& there = content[instrument.id.value];
    const bool has_mark = is_derivative(instrument.kind);
    references_.push_back({has_mark && !there.mark_price, !there.index_price, {}});
  }
  sources_.resize(references_.size());
}

void MarketFeed::derive(const DerivedBook& book) {
  const auto same_book = [&](const Derived& d) {
    return d.book.instrument == book.instrument && d.book.wanted == book.wanted;
  };
  if (std::ranges::any_of(derived_, same_book)) return;
  auto& source = sources_[book.instrument.value];
  if (source == nullptr) source = std::make_unique<Source>();
  source->is_told = source->is_told || book.source_is_wanted;
  derived_.push_back({book, {}, {}, false, {}});
  const auto depth = static_cast<std::size_t>(depth_of(book.wanted));
  derived_.back().bids.reserve(depth);
  derived_.back().asks.reserve(depth);
}

void MarketFeed::on_book_update(const BookUpdate& update) noexcept {
  venue_.on_book_update(update, now_);
  const bool is_venues = update.feed == venue_books_[update.instrument.value];
  if (is_venues) tell_references(update.instrument, update.exchange_time);
  Source* const source = is_venues ? sources_[update.instrument.value].get() : nullptr;
  if (source == nullptr || source->is_told) core_.on_book_update(update);
  if (source == nullptr || !follow(*source, update)) return;
  for (Derived& derived : derived_) {
    if (derived.book.instrument == update.instrument) tell_derived(derived, source->book, update);
  }
}

/// The book after it; false: there is none to make others of.
bool MarketFeed::follow(Source& source, const BookUpdate& update) {
  if (!source.is_whole && update.kind == BookUpdate::Kind::Update) return false;
  source.is_whole = !source.book.apply(update).overflow;
  if (source.is_whole) return true;
  source.book.clear();
  withdraw_derived(update.instrument, update.feed, BookWithdrawal::Overflow);
  return false;
}

void MarketFeed::tell_derived(Derived& derived, const OrderBook& book, const BookUpdate& cause) {
  const auto depth = static_cast<std::size_t>(depth_of(derived.book.wanted));
  BookUpdate update;
  update.instrument = cause.instrument;
  update.feed = derived.book.wanted;
  update.exchange_time = cause.exchange_time;
  update.receive_time = cause.receive_time;
  const bool is_same = derived.is_told &&
                       derived.bids.size() == std::min(depth, book.bid_levels()) &&
                       derived.asks.size() == std::min(depth, book.ask_levels()) &&
                       same(derived.bids, book, Side::Buy) && same(derived.asks, book, Side::Sell);
  if (is_same) {
    // As the venue does now and then: nothing moved, and the book is whole.
    if (now_ - derived.told_time < kKeepAlive) return;
    update.kind = BookUpdate::Kind::Update;
  } else {
    copy_top(book, depth, derived.bids, derived.asks);
    update.bids = derived.bids;
    update.asks = derived.asks;
  }
  derived.is_told = true;
  derived.told_time = now_;
  core_.on_book_update(update);
}

void MarketFeed::on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                   Timestamp) noexcept {
  venue_.on_book_withdrawn(instrument, feed, now_);
  const bool is_venues = feed == venue_books_[instrument.value];
  Source* const source = is_venues ? sources_[instrument.value].get() : nullptr;
  if (source == nullptr || source->is_told) core_.on_book_withdrawn(instrument, feed, why, now_);
  if (source == nullptr) return;
  source->is_whole = false;
  source->book.clear();
  withdraw_derived(instrument, feed, why);
}

void MarketFeed::withdraw_derived(InstrumentId instrument, BookFeed source, BookWithdrawal why) {
  for (Derived& derived : derived_) {
    if (derived.book.instrument != instrument || derived.book.source != source) continue;
    derived.is_told = false;
    core_.on_book_withdrawn(instrument, derived.book.wanted, why, now_);
  }
}

void MarketFeed::on_trade(const TradeEvent& trade) noexcept {
  venue_.on_trade(trade, now_);
  core_.on_trade(trade);
}

void MarketFeed::on_ticker(const TickerEvent& ticker) noexcept { core_.on_ticker(ticker); }

void MarketFeed::on_reference_price(const ReferencePriceEvent& price) noexcept {
  venue_.set_reference_price(price.instrument, price.kind, price.price, now_);
  core_.on_reference_price(price);
}

void MarketFeed::on_instrument_state(InstrumentId instrument, InstrumentState state,
                                     Timestamp) noexcept {
  core_.on_instrument_state(instrument, state, now_);
}

void MarketFeed::on_market_update(const MarketUpdate& update) noexcept {
  if (const auto* funding = std::get_if<FundingEvent>(&update)) venue_.on_funding(*funding, now_);
  core_.on_market_update(update);
}

void MarketFeed::tell_references(InstrumentId instrument, Timestamp exchange_time) {
  References& of = references_[instrument.value];
  if ((!of.makes_mark && !of.makes_index) || now_ - of.told_time < kReferenceInterval) return;
  const auto middle = venue_.middle(instrument);
  if (!middle) return;
  of.told_time = now_;
  // The index first: it values the base currency, which the mark of an inverse contract needs.
  if (of.makes_index) {
    tell_reference(instrument, ReferencePriceEvent::Kind::Index, *middle, exchange_time);
  }
  if (of.makes_mark) {
    tell_reference(instrument, ReferencePriceEvent::Kind::Mark, *middle, exchange_time);
  }
}

void MarketFeed::tell_reference(InstrumentId instrument, ReferencePriceEvent::Kind kind,
                                Price price, Timestamp exchange_time) {
  venue_.set_reference_price(instrument, kind, price, now_);
  core_.on_reference_price({instrument, kind, price, exchange_time, now_});
}

}  // namespace gannet::backtest
