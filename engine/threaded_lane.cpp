#include "engine/threaded_lane.h"

#include <algorithm>
#include <utility>

#include "engine/deliver.h"

namespace gannet::engine {
namespace {

// One turn takes at most so many of each kind, so that none can starve the others.
constexpr int kReportsPerTurn = 256;
constexpr int kMarketEventsPerTurn = 64;

std::uint32_t copy_side(const gannet_book_side& side, std::vector<gannet_level>& out) noexcept {
  const auto count = std::min<std::size_t>(side.count, out.size());
  for (std::size_t i = 0; i < count; ++i)
    out[i] = side.best[static_cast<std::int64_t>(i) * side.step];
  return static_cast<std::uint32_t>(count);
}

}  // namespace

ThreadedLane::ThreadedLane(std::string name, const InstrumentTable& instruments,
                           const CurrencyTable& currencies, const RingCapacities& capacities)
    : reports_(capacities.reports),
      market_(capacities.market),
      commands_(capacities.commands),
      lane_(std::move(name), instruments, currencies, *this) {}

void ThreadedLane::prepare() {
  slots_.clear();
  missed_.clear();
  for (const auto& host : lane_.hosts()) {
    for (const Subscription& s : host->subscriptions()) {
      constexpr std::uint32_t kTrades = GANNET_WANT_TRADES | GANNET_WANT_SINGLE_TRADES;
      const auto is_missed = [&s](const Missed& m) { return m.instrument == s.instrument; };
      if ((s.channels & kTrades) != 0) {
        if (std::ranges::none_of(missed_, is_missed)) missed_.push_back({s.instrument, 0, 0});
        std::ranges::find_if(missed_, is_missed)->channels |= s.channels & kTrades;
      }
      if ((s.channels & GANNET_WANT_BOOK) == 0) continue;
      BookSlot* slot = find_slot(s.instrument, s.book);
      if (slot == nullptr) {
        slot = slots_.emplace_back(std::make_unique<BookSlot>()).get();
        slot->instrument = s.instrument;
        slot->feed = s.book;
      }
      for (BookSnapshot& snapshot : slot->snapshots.buffers()) {
        const std::size_t depth = std::max<std::size_t>(snapshot.bids.size(), s.depth);
        snapshot.bids.resize(depth);
        snapshot.asks.resize(depth);
      }
    }
  }
}

ThreadedLane::BookSlot* ThreadedLane::find_slot(InstrumentId instrument, BookFeed feed) noexcept {
  for (const auto& slot : slots_)
    if (slot->instrument == instrument && slot->feed == feed) return slot.get();
  return nullptr;
}

void ThreadedLane::publish_book(const gannet_book& book) noexcept {
  BookSlot* slot = find_slot({book.instrument}, static_cast<BookFeed>(book.feed));
  if (slot == nullptr) return;
  BookSnapshot& snapshot = slot->snapshots.back();
  snapshot.book = book;
  snapshot.book.bids = {.best = snapshot.bids.data(),
                        .step = 1,
                        .count = copy_side(book.bids, snapshot.bids),
                        .reserved = 0};
  snapshot.book.asks = {.best = snapshot.asks.data(),
                        .step = 1,
                        .count = copy_side(book.asks, snapshot.asks),
                        .reserved = 0};
  snapshot.valid = true;
  slot->snapshots.publish();
}

void ThreadedLane::publish_book_withdrawn(InstrumentId instrument, BookFeed feed,
                                          BookWithdrawal why, Timestamp now) noexcept {
  BookSlot* slot = find_slot(instrument, feed);
  if (slot == nullptr) return;
  BookSnapshot& snapshot = slot->snapshots.back();
  snapshot.valid = false;
  snapshot.why = why;
  snapshot.now = now;
  slot->snapshots.publish();
}

void ThreadedLane::publish_trade(const TradeEvent& trade) noexcept {
  const auto is_it = [&trade](const Missed& m) { return m.instrument == trade.instrument; };
  const auto missed = std::ranges::find_if(missed_, is_it);
  if (missed == missed_.end() || (missed->channels & channel_of(trade)) == 0)
    return;  // nobody here wants it
  tell_missed(*missed, trade.receive_time);
  // While a loss is not told yet, a trade after it must not be seen before the telling.
  if (missed->count == 0 && market_.try_push({trade})) return;
  missed->count += 1;
  trades_missed_ += 1;
}

void ThreadedLane::tell_missed(Missed& missed, Timestamp now) noexcept {
  if (missed.count == 0) return;
  const LaneMarketEvent::TradesMissed told{missed.instrument, missed.count, now};
  if (market_.try_push({told})) missed.count = 0;
}

void ThreadedLane::publish_ticker(const TickerEvent& ticker) noexcept {
  if (lane_.wants(ticker.instrument, GANNET_WANT_TICKER)) market_.try_push({ticker});
}

void ThreadedLane::publish_reference_price(const ReferencePriceEvent& price) noexcept {
  const std::uint32_t channel = price.kind == ReferencePriceEvent::Kind::Mark
                                    ? GANNET_WANT_MARK_PRICE
                                    : GANNET_WANT_INDEX_PRICE;
  if (lane_.wants(price.instrument, channel)) market_.try_push({price});
}

void ThreadedLane::publish_market_update(const MarketUpdate& update) noexcept {
  if (lane_.wants(update)) market_.try_push({update});
}

void ThreadedLane::publish_time(Timestamp now) noexcept {
  for (Missed& missed : missed_) tell_missed(missed, now);
  // Relaxed: a time carries no other data with it.
  reactor_time_.store(now.nanos, std::memory_order_relaxed);
}

int ThreadedLane::do_work() noexcept {
  // Read before the rings: no event that is taken below may be older than the clock it meets by
  // more than this turn.
  const Timestamp now{reactor_time_.load(std::memory_order_relaxed)};
  int work = take_reports();
  work += take_books();
  work += take_market_events();
  lane_.advance(now);
  if (lane_.flush()) ++work;
  // Release: the reactor that sees it sees the last commands in the ring too.
  if (work > 0 && lane_.has_stopped()) stopped_.store(true, std::memory_order_release);
  return work;
}

int ThreadedLane::take_reports() noexcept {
  LaneReport report;
  int taken = 0;
  while (taken < kReportsPerTurn && reports_.try_pop(report)) {
    deliver(lane_, report);
    ++taken;
  }
  return taken;
}

int ThreadedLane::take_books() noexcept {
  int taken = 0;
  for (const auto& slot : slots_) {
    if (!slot->snapshots.refresh()) continue;
    const BookSnapshot& snapshot = slot->snapshots.front();
    if (snapshot.valid) {
      lane_.on_book(snapshot.book);
    } else {
      lane_.on_book_withdrawn(slot->instrument, slot->feed, snapshot.why, snapshot.now);
    }
    ++taken;
  }
  return taken;
}

int ThreadedLane::take_market_events() noexcept {
  LaneMarketEvent event;
  int taken = 0;
  while (taken < kMarketEventsPerTurn && market_.try_pop(event)) {
    deliver(lane_, event);
    ++taken;
  }
  return taken;
}

}  // namespace gannet::engine
