#include "engine/book_store.h"

namespace gannet::engine {

namespace {

/// Which feed the gate trusts for the best prices: the one that tells every change soonest.
int rank(BookFeed feed) noexcept {
  switch (feed) {
    case BookFeed::BestBidOffer:
      return 0;
    case BookFeed::Depth50Fast:
      return 1;
    case BookFeed::Depth400Fast:
      return 2;
    case BookFeed::Depth400:
      return 3;
    case BookFeed::Top5:
      return 4;
    case BookFeed::Depth400Retail:
      break;
  }
  return 5;
}

}  // namespace

BookStore::BookStore(const InstrumentTable& instruments, risk::ReferencePrices& references,
                     BookListener& listener)
    : references_(references),
      listener_(listener),
      entries_(instruments.size() * kBookFeeds),
      primary_(instruments.size(), kNoFeed) {}

void BookStore::add(InstrumentId instrument, BookFeed feed) {
  if (instrument.value >= primary_.size()) return;
  auto& slot = entries_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)];
  if (slot == nullptr) slot = std::make_unique<Entry>(feed);
  std::size_t& primary = primary_[instrument.value];
  if (primary == kNoFeed || rank(feed) < rank(static_cast<BookFeed>(primary)))
    primary = static_cast<std::size_t>(feed);
}

void BookStore::on_update(const BookUpdate& update) noexcept {
  Entry* found = entry(update.instrument, update.feed);
  if (found == nullptr || (!found->usable && update.kind == BookUpdate::Kind::Update)) {
    ++counters_.unwanted;
    return;
  }
  ++counters_.updates;
  const BookChange change = found->book.apply(update);
  if (change.overflow)
    return withdraw(*found, update.instrument, update.feed, BookWithdrawal::Overflow,
                    update.receive_time);
  const bool is_back = !found->usable;
  found->usable = true;
  if (primary_[update.instrument.value] == static_cast<std::size_t>(update.feed)) {
    const Level* bid = found->book.best_bid();
    const Level* ask = found->book.best_ask();
    references_.set_best(
        update.instrument, bid == nullptr ? std::nullopt : std::optional(level_price(*bid)),
        ask == nullptr ? std::nullopt : std::optional(level_price(*ask)), update.receive_time);
  }
  // A keep-alive: the reference is proven anew, and nobody has to look at the same book again.
  const bool is_empty = update.bids.empty() && update.asks.empty();
  if (update.kind == BookUpdate::Kind::Update && is_empty) return;
  listener_.on_book(update.instrument, update.feed, found->book, is_back || change.best_changed(),
                    update.exchange_time, update.receive_time);
}

void BookStore::on_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                             Timestamp now) noexcept {
  if (Entry* found = entry(instrument, feed)) withdraw(*found, instrument, feed, why, now);
}

void BookStore::withdraw_all(BookWithdrawal why, Timestamp now) noexcept {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i] == nullptr || !entries_[i]->usable) continue;
    withdraw(*entries_[i], {static_cast<std::uint32_t>(i / kBookFeeds)},
             static_cast<BookFeed>(i % kBookFeeds), why, now);
  }
}

void BookStore::withdraw(Entry& found, InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept {
  ++counters_.withdrawals;
  found.book.clear();
  if (found.usable || found.unusable_since.nanos == 0) found.unusable_since = now;
  found.usable = false;
  if (primary_[instrument.value] == static_cast<std::size_t>(feed))
    references_.withdraw_best(instrument);
  listener_.on_book_unavailable(instrument, feed, why, now);
}

BookStore::Entry* BookStore::entry(InstrumentId instrument, BookFeed feed) const noexcept {
  if (instrument.value >= primary_.size()) return nullptr;
  return entries_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)].get();
}

const OrderBook* BookStore::find(InstrumentId instrument, BookFeed feed) const noexcept {
  const Entry* found = entry(instrument, feed);
  return found == nullptr || !found->usable ? nullptr : &found->book;
}

std::optional<Price> BookStore::mid(InstrumentId instrument) const noexcept {
  if (instrument.value >= primary_.size() || primary_[instrument.value] == kNoFeed) return {};
  const OrderBook* book = find(instrument, static_cast<BookFeed>(primary_[instrument.value]));
  if (book == nullptr || book->best_bid() == nullptr || book->best_ask() == nullptr) return {};
  const std::int64_t bid = book->best_bid()->price;
  return Price{bid + (book->best_ask()->price - bid) / 2};
}

std::optional<Timestamp> BookStore::unusable_since(InstrumentId instrument) const noexcept {
  if (instrument.value >= primary_.size() || primary_[instrument.value] == kNoFeed) return {};
  const Entry* found = entry(instrument, static_cast<BookFeed>(primary_[instrument.value]));
  if (found->usable) return {};
  return found->unusable_since;
}

}  // namespace gannet::engine
