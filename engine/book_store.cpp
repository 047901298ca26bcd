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
      stands_(instruments.size() * kBookFeeds),
      has_stand_(instruments.size(), 0),
      is_chosen_(instruments.size(), 0),
      primary_(instruments.size(), kNoFeed) {
  for (std::size_t i = 0; i < stands_.size(); ++i) {
    stands_[i] = static_cast<BookFeed>(i % kBookFeeds);
  }
}

void BookStore::add(InstrumentId instrument, BookFeed feed) {
  if (instrument.value >= primary_.size()) return;
  auto& slot = entries_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)];
  if (slot == nullptr) slot = std::make_unique<Entry>(feed);
  choose_reference(instrument);
}

void BookStore::set_reference(InstrumentId instrument, BookFeed feed) {
  if (instrument.value >= primary_.size()) return;
  add(instrument, feed);
  primary_[instrument.value] = static_cast<std::size_t>(feed);
  is_chosen_[instrument.value] = 1;
}

void BookStore::replace(InstrumentId instrument, BookFeed wanted, BookFeed instead, Timestamp now) {
  if (instrument.value >= primary_.size()) return;
  add(instrument, instead);
  const std::size_t row = std::size_t{instrument.value} * kBookFeeds;
  BookFeed& stand = stands_[row + static_cast<std::size_t>(wanted)];
  if (stand == instead) return;
  stand = instead;
  has_stand_[instrument.value] = 0;
  for (std::size_t f = 0; f < kBookFeeds; ++f) {
    if (stands_[row + f] != static_cast<BookFeed>(f)) has_stand_[instrument.value] = 1;
  }
  std::size_t& primary = primary_[instrument.value];
  if (primary == static_cast<std::size_t>(wanted)) {
    primary = static_cast<std::size_t>(instead);
    references_.withdraw_best(instrument);
  } else {
    choose_reference(instrument);
  }
  Entry* const gone = entries_[row + static_cast<std::size_t>(wanted)].get();
  if (gone != nullptr && wanted != instead && gone->usable) {
    withdraw(*gone, instrument, wanted, BookWithdrawal::NotStarted, now);
  }
}

/// The best of those that are told: one that another stands for is not.
void BookStore::choose_reference(InstrumentId instrument) noexcept {
  if (is_chosen_[instrument.value] != 0) return;
  const std::size_t row = std::size_t{instrument.value} * kBookFeeds;
  std::size_t& primary = primary_[instrument.value];
  primary = kNoFeed;
  for (std::size_t f = 0; f < kBookFeeds; ++f) {
    const auto feed = static_cast<BookFeed>(f);
    if (entries_[row + f] == nullptr || stands_[row + f] != feed) continue;
    if (feed == BookFeed::Depth400Retail) continue;
    if (primary == kNoFeed || rank(feed) < rank(static_cast<BookFeed>(primary))) primary = f;
  }
}

/// Calls `f(name)` for every feed that this book is served as.
template <class F>
void BookStore::for_each_name(InstrumentId instrument, BookFeed feed, F&& f) const noexcept {
  f(feed);
  if (has_stand_[instrument.value] == 0) return;
  for (std::size_t n = 0; n < kBookFeeds; ++n) {
    const auto name = static_cast<BookFeed>(n);
    if (name != feed && stands_[std::size_t{instrument.value} * kBookFeeds + n] == feed) f(name);
  }
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
  for_each_name(update.instrument, update.feed, [&](BookFeed name) {
    listener_.on_book(update.instrument, name, found->book, is_back || change.best_changed(),
                      update.exchange_time, update.receive_time);
  });
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
  for_each_name(instrument, feed,
                [&](BookFeed name) { listener_.on_book_unavailable(instrument, name, why, now); });
}

BookStore::Entry* BookStore::entry(InstrumentId instrument, BookFeed feed) const noexcept {
  if (instrument.value >= primary_.size()) return nullptr;
  return entries_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)].get();
}

const OrderBook* BookStore::find(InstrumentId instrument, BookFeed feed) const noexcept {
  if (instrument.value >= primary_.size()) return nullptr;
  const Entry* found =
      entry(instrument, stands_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)]);
  return found == nullptr || !found->usable ? nullptr : &found->book;
}

std::optional<Price> BookStore::mid(InstrumentId instrument) const noexcept {
  const auto mid = own_mid(instrument);
  const auto seen = read(risk::MarketValue::UsableBookMid, instrument,
                         mid ? std::optional<__int128>(mid->raw) : std::nullopt);
  if (!seen) return std::nullopt;
  return Price{static_cast<std::int64_t>(*seen)};
}

std::optional<Price> BookStore::own_mid(InstrumentId instrument) const noexcept {
  if (instrument.value >= primary_.size() || primary_[instrument.value] == kNoFeed) return {};
  const OrderBook* book = find(instrument, static_cast<BookFeed>(primary_[instrument.value]));
  if (book == nullptr || book->best_bid() == nullptr || book->best_ask() == nullptr) return {};
  const std::int64_t bid = book->best_bid()->price;
  return Price{bid + (book->best_ask()->price - bid) / 2};
}

std::optional<Timestamp> BookStore::unusable_since(InstrumentId instrument) const noexcept {
  std::optional<__int128> own;
  if (instrument.value < primary_.size() && primary_[instrument.value] != kNoFeed) {
    const Entry* found = entry(instrument, static_cast<BookFeed>(primary_[instrument.value]));
    if (!found->usable) own = found->unusable_since.nanos;
  }
  const auto since = read(risk::MarketValue::BookUnusableSince, instrument, own);
  if (!since) return {};
  return Timestamp{static_cast<std::int64_t>(*since)};
}

}  // namespace gannet::engine
