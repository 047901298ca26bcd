#include "gateway/okx/protocol/feed_arbiter.h"

#include <algorithm>
#include <initializer_list>
#include <type_traits>
#include <utility>

namespace gannet::okx {
namespace {

using Novelty = Succession::Novelty;

constexpr std::size_t kOptionTrades = 2;  // after the streams of TradeEvent

bool tells_whole_books(BookFeed feed) noexcept {
  return feed == BookFeed::BestBidOffer || feed == BookFeed::Top5;
}

StreamKey key_of(const BookUpdate& update) noexcept {
  return {update.exchange_time, update.sequence};
}

/// Equal for equal words, and hardly ever else.
std::uint64_t mixed(std::initializer_list<std::uint64_t> words) noexcept {
  std::uint64_t hash = 1;
  for (const std::uint64_t word : words) {
    std::uint64_t z = hash ^ (word + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2));
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    hash = z ^ (z >> 27);
  }
  return hash;
}

bool is_same_level(const Level& a, const Level& b) noexcept {
  return a.price == b.price && a.quantity == b.quantity;
}

bool is_same_book(const OrderBook& a, const OrderBook& b) noexcept {
  return std::ranges::equal(a.bids_worst_first(), b.bids_worst_first(), is_same_level) &&
         std::ranges::equal(a.asks_worst_first(), b.asks_worst_first(), is_same_level);
}

}  // namespace

/// Gives each session's words its line's number.
class FeedArbiter::Line final : public MarketListener {
 public:
  Line(FeedArbiter& arbiter, std::size_t line) : arbiter_(arbiter), line_(line) {}

  void on_book_update(const BookUpdate& update) noexcept override {
    arbiter_.on_book(line_, update);
  }
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override {
    arbiter_.on_withdrawn(line_, instrument, feed, why, now);
  }
  void on_trade(const TradeEvent& trade) noexcept override { arbiter_.on_trade(line_, trade); }
  void on_ticker(const TickerEvent& ticker) noexcept override { arbiter_.on_ticker(line_, ticker); }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    arbiter_.on_reference_price(line_, price);
  }
  void on_instrument_state(InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept override {
    arbiter_.on_instrument_state(line_, instrument, state, now);
  }
  void on_market_update(const MarketUpdate& update) noexcept override {
    arbiter_.on_market_update(line_, update);
  }
  void on_instrument_changed(const InstrumentChange& change, Timestamp now) noexcept override {
    arbiter_.on_instrument_changed(line_, change, now);
  }
  void on_book_replaced(InstrumentId instrument, BookFeed wanted, BookFeed instead,
                        Timestamp now) noexcept override {
    arbiter_.on_book_replaced(instrument, wanted, instead, now);
  }
  void on_market_connection(ConnectionState state, Timestamp now) noexcept override {
    arbiter_.on_connection(line_, state, now);
  }
  void on_market_alive(Timestamp now) noexcept override { arbiter_.on_alive(line_, now); }

 private:
  FeedArbiter& arbiter_;
  std::size_t line_;
};

/// One book as all lines tell it.
struct FeedArbiter::BookStream {
  struct OfLine {
    bool live = false;
    StreamKey key;                    // of the state it told last
    std::unique_ptr<OrderBook> copy;  // null: a whole-book feed
    bool has_copy = false;            // `copy` is the state of `key`
  };
  struct Passed {
    StreamKey key;
    Timestamp received;
    std::size_t by = 0;
  };

  BookStream(InstrumentId id, BookFeed of, std::size_t lines) : instrument(id), feed(of) {
    of_line.resize(lines);
    if (tells_whole_books(of)) return;
    for (OfLine& line : of_line) {
      line.copy = std::make_unique<OrderBook>(static_cast<std::size_t>(depth_of(of)));
    }
  }
  bool any_live() const noexcept { return std::ranges::any_of(of_line, &OfLine::live); }

  InstrumentId instrument;
  BookFeed feed;
  bool live = false;  // the listener has the book
  Succession states;
  std::vector<OfLine> of_line;
  std::optional<Timestamp> orphaned_since;
  std::array<Passed, 64> passed{};  // the newest, for the lead of the first line
  std::size_t passed_next = 0;
};

FeedArbiter::FeedArbiter(std::size_t lines, std::size_t instruments, MarketListener& listener,
                         BookRenewer* renewer)
    : listener_(listener),
      renewer_(renewer),
      states_(lines, ConnectionState::Disconnected),
      alive_(lines),
      streams_(instruments * kBookFeeds),
      values_(instruments) {
  lines_.reserve(lines);
  for (std::size_t i = 0; i < lines; ++i) lines_.push_back(std::make_unique<Line>(*this, i));
  bids_.reserve(OrderBook::kMaxLevels);
  asks_.reserve(OrderBook::kMaxLevels);
}

FeedArbiter::~FeedArbiter() = default;

MarketListener& FeedArbiter::line(std::size_t line) noexcept { return *lines_[line]; }

void FeedArbiter::adopt_connection(std::size_t line, ConnectionState state) noexcept {
  states_[line] = state;
  told_state_ = std::max(told_state_, state);
  if (states_[reference_] == ConnectionState::Disconnected) reference_ = line;
}

void FeedArbiter::adopt_book(std::size_t line, InstrumentId instrument, BookFeed feed,
                             std::int64_t sequence) noexcept {
  BookStream* const found = stream(instrument, feed);
  if (found == nullptr) return;
  found->live = true;
  found->of_line[line].live = true;
  // Its time is not known: anything is newer, and the line itself goes on from here.
  found->of_line[line].key = {{}, sequence};
  found->states.accept(line, {{}, sequence}, Novelty::Next);
}

bool FeedArbiter::is_level_everywhere(std::size_t line) const noexcept {
  return std::ranges::all_of(streams_, [line](const auto& stream) {
    if (stream == nullptr) return true;
    return stream->live ? stream->states.is_level(line) : !stream->of_line[line].live;
  });
}

void FeedArbiter::clear() noexcept {
  for (auto& stream : streams_) stream.reset();
  for (Values& values : values_) values = {};
  statuses_.clear();
  std::ranges::fill(states_, ConnectionState::Disconnected);
  std::ranges::fill(alive_, std::nullopt);
  told_state_ = ConnectionState::Disconnected;
  reference_ = 0;
}

FeedArbiter::BookStream* FeedArbiter::stream(InstrumentId instrument, BookFeed feed) noexcept {
  const std::size_t at =
      std::size_t{instrument.value} * kBookFeeds + static_cast<std::size_t>(feed);
  if (!instrument.valid() || at >= streams_.size()) return nullptr;
  auto& found = streams_[at];
  if (found == nullptr) {
    found = std::make_unique<BookStream>(instrument, feed, lines_.size());
  }
  return found.get();
}

// Books.

void FeedArbiter::on_book(std::size_t line, const BookUpdate& update) noexcept {
  BookStream* const found = stream(update.instrument, update.feed);
  if (found == nullptr) return;
  if (tells_whole_books(update.feed)) return on_whole_book(*found, line, update);
  if (update.kind == BookUpdate::Kind::Snapshot) return on_snapshot(*found, line, update);
  on_update(*found, line, update);
}

void FeedArbiter::on_whole_book(BookStream& stream, std::size_t line,
                                const BookUpdate& update) noexcept {
  stream.of_line[line].live = true;
  const StreamKey key = key_of(update);
  // After a withdrawal any book is better than none.
  const Novelty novelty = stream.live ? stream.states.judge(line, key)
                                      : stream.states.accept(line, key, Novelty::Ahead);
  switch (novelty) {
    case Novelty::Next:
    case Novelty::Ahead:
    case Novelty::Repeat:
      return pass(stream, line, update);
    case Novelty::Known:
    case Novelty::Old:
      return note_second(stream, line, key, update.receive_time);
  }
}

void FeedArbiter::on_snapshot(BookStream& stream, std::size_t line,
                              const BookUpdate& update) noexcept {
  BookStream::OfLine& told = stream.of_line[line];
  const bool was_level = stream.states.is_level(line);
  const StreamKey key = key_of(update);
  told.live = true;
  told.key = key;
  told.has_copy = !told.copy->apply(update).overflow;
  const auto take = [&] {
    stream.states.accept(line, key, Novelty::Next);
    pass(stream, line, update);
    share_copy(stream, line);
  };
  if (!stream.live) return take();
  const StreamKey& newest = *stream.states.newest();
  stream.states.forget(line);
  if (key == newest) {
    stream.states.set_level(line);
    share_copy(stream, line);
    return note_second(stream, line, key, update.receive_time);
  }
  if (key.sequence == newest.sequence) {
    // The same state by another time, if it is: ids that started anew may meet by chance.
    for (std::size_t other = 0; other < stream.of_line.size(); ++other) {
      const BookStream::OfLine& twin = stream.of_line[other];
      if (other == line || !stream.states.is_level(other) || !twin.has_copy) continue;
      if (!is_same_book(*told.copy, *twin.copy)) continue;
      stream.states.set_level(line);
      return note_second(stream, line, newest, update.receive_time);
    }
  }
  // Its time may be that of the sending, not of the state: an id that is no greater proves nothing,
  // unless it is this line's own stream that goes on from here and nobody else's.
  const bool is_newer = key.time >= newest.time && key.sequence >= newest.sequence;
  if (is_newer || (was_level && !stream.states.any_level())) take();
}

void FeedArbiter::on_update(BookStream& stream, std::size_t line,
                            const BookUpdate& update) noexcept {
  BookStream::OfLine& told = stream.of_line[line];
  const bool is_keep_alive =
      update.bids.empty() && update.asks.empty() && update.sequence == told.key.sequence;
  if (is_keep_alive) {
    // Named by the state that it says still is.
    if (stream.live && stream.states.is_level(line) &&
        stream.states.judge(line, *stream.states.newest()) == Novelty::Repeat) {
      listener_.on_book_update(update);
    }
    return;
  }
  told.key = key_of(update);
  if (!stream.live) {
    // The listener has nothing that this would follow.
    if (told.has_copy) told.has_copy = !told.copy->apply(update).overflow;
    pass_best(stream, update.receive_time);
    return;
  }
  const Novelty novelty = judge_update(stream, line);
  if (novelty == Novelty::Next || novelty == Novelty::Repeat) pass(stream, line, update);
  // After the passing: the copy is needed when a line is lost, the update is needed now.
  if (told.has_copy) told.has_copy = !told.copy->apply(update).overflow;
  switch (novelty) {
    case Novelty::Next:
    case Novelty::Repeat:
      break;
    case Novelty::Ahead:
      pass_whole(stream, line, update.receive_time);
      break;
    case Novelty::Known:
    case Novelty::Old:
      note_second(stream, line, told.key, update.receive_time);
      break;
  }
  share_copy(stream, line);
}

/// Accepts nothing that could not be passed.
Succession::Novelty FeedArbiter::judge_update(BookStream& stream, std::size_t line) noexcept {
  const BookStream::OfLine& told = stream.of_line[line];
  const auto& newest = stream.states.newest();
  if (newest && !stream.states.is_level(line)) {
    // Of the state that was adopted, only the id is known.
    const bool only_id = newest->time == Timestamp{};
    if (only_id && told.key.sequence <= newest->sequence) return Novelty::Old;
    // What lies between the newest state and this one only a copy can tell.
    if (told.key != *newest && !told.has_copy) return Novelty::Old;
  }
  return stream.states.judge(line, told.key);
}

/// Lines that have no copy and are where this one is: what they tell next goes on from it.
void FeedArbiter::share_copy(BookStream& stream, std::size_t line) noexcept {
  const BookStream::OfLine& from = stream.of_line[line];
  if (!from.live) return;
  for (std::size_t other = 0; other < stream.of_line.size(); ++other) {
    BookStream::OfLine& to = stream.of_line[other];
    if (!to.live || to.has_copy == from.has_copy || to.key != from.key) continue;
    BookStream::OfLine& lacks = to.has_copy ? stream.of_line[line] : to;
    *lacks.copy = to.has_copy ? *to.copy : *from.copy;
    lacks.has_copy = true;
    if (from.key == *stream.states.newest() && !stream.states.is_level(other)) {
      stream.states.set_level(other);
    }
  }
}

void FeedArbiter::pass(BookStream& stream, std::size_t line, const BookUpdate& update) noexcept {
  stream.live = true;
  stream.orphaned_since.reset();
  listener_.on_book_update(update);
  ++figures_[line].first;
  stream.passed[stream.passed_next] = {key_of(update), update.receive_time, line};
  stream.passed_next = (stream.passed_next + 1) % stream.passed.size();
}

void FeedArbiter::pass_whole(BookStream& stream, std::size_t line, Timestamp now) noexcept {
  const BookStream::OfLine& told = stream.of_line[line];
  if (!told.has_copy) {
    // It outgrew its copy just now: nothing to pass, and what comes next would not follow what the
    // listener has. The timer sees to a snapshot: the line is in the middle of telling.
    return withdraw(stream, BookWithdrawal::Gap, now);
  }
  const auto best_first = [](std::span<const Level> worst_first, std::vector<Level>& out) {
    out.assign(worst_first.rbegin(), worst_first.rend());
  };
  best_first(told.copy->bids_worst_first(), bids_);
  best_first(told.copy->asks_worst_first(), asks_);
  ++figures_[line].whole;
  pass(stream, line,
       {stream.instrument, stream.feed, BookUpdate::Kind::Snapshot, bids_, asks_, told.key.sequence,
        told.key.time, now});
}

void FeedArbiter::on_withdrawn(std::size_t line, InstrumentId instrument, BookFeed feed,
                               BookWithdrawal why, Timestamp now) noexcept {
  BookStream* const found = stream(instrument, feed);
  if (found == nullptr) return;
  BookStream::OfLine& told = found->of_line[line];
  told.live = false;
  told.has_copy = false;
  told.key = {};
  found->states.forget(line);
  if (found->live && !found->any_live()) withdraw(*found, why, now);
}

void FeedArbiter::withdraw(BookStream& stream, BookWithdrawal why, Timestamp now) noexcept {
  stream.live = false;
  stream.orphaned_since.reset();
  listener_.on_book_withdrawn(stream.instrument, stream.feed, why, now);
}

void FeedArbiter::on_timer(Timestamp now) noexcept {
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    // Adopted: its life counts from here.
    const bool is_open = states_[line] != ConnectionState::Disconnected;
    if (is_open && !alive_[line]) alive_[line] = now;
  }
  withdraw_quiet(now);
  for (const auto& stream : streams_) {
    if (stream == nullptr || tells_whole_books(stream->feed)) continue;
    if (!stream->live) {
      if (!pass_best(*stream, now)) renew_uncopied(*stream, now);
      continue;
    }
    if (stream->states.any_level()) {
      stream->orphaned_since.reset();
    } else if (!stream->orphaned_since) {
      stream->orphaned_since = now;
    } else if (now - *stream->orphaned_since >= kOrphanPatience) {
      rescue(*stream, now);
    }
  }
}

/// No line is level with what the listener has, and none has come to be: the best of them is taken
/// as it is, newer or not.
void FeedArbiter::rescue(BookStream& stream, Timestamp now) noexcept {
  if (pass_best(stream, now)) return;
  withdraw(stream, BookWithdrawal::Gap, now);
  renew_uncopied(stream, now);
}

/// Their sequencers are content: nothing else would have them ask for a snapshot.
void FeedArbiter::renew_uncopied(BookStream& stream, Timestamp now) noexcept {
  if (renewer_ == nullptr || tells_whole_books(stream.feed)) return;
  for (std::size_t line = 0; line < stream.of_line.size(); ++line) {
    const BookStream::OfLine& told = stream.of_line[line];
    if (told.live && !told.has_copy) {
      renewer_->renew_book(line, stream.instrument, stream.feed, now);
    }
  }
}

bool FeedArbiter::pass_best(BookStream& stream, Timestamp now) noexcept {
  std::optional<std::size_t> best;
  for (std::size_t line = 0; line < stream.of_line.size(); ++line) {
    const BookStream::OfLine& told = stream.of_line[line];
    if (is_quiet(line, now)) continue;
    if (told.has_copy && (!best || told.key > stream.of_line[*best].key)) best = line;
  }
  if (!best) return false;
  stream.states.accept(*best, stream.of_line[*best].key, Novelty::Next);
  pass_whole(stream, *best, now);
  for (std::size_t line = 0; line < stream.of_line.size(); ++line) {
    const BookStream::OfLine& told = stream.of_line[line];
    if (line == *best || !told.has_copy || told.key != stream.of_line[*best].key) continue;
    stream.states.set_level(line);
  }
  return true;
}

void FeedArbiter::note_second(BookStream& stream, std::size_t line, const StreamKey& key,
                              Timestamp now) noexcept {
  const std::size_t size = stream.passed.size();
  for (std::size_t back = 1; back <= size; ++back) {
    const BookStream::Passed& passed = stream.passed[(stream.passed_next + size - back) % size];
    if (passed.key != key || passed.received.nanos == 0) continue;
    return note_second(line, passed.by, passed.received, now);
  }
}

void FeedArbiter::note_second(std::size_t line, std::size_t first, Timestamp before,
                              Timestamp now) noexcept {
  if (first == line) return;
  ++figures_[line].second;
  figures_[first].lead.record(now - before);
}

// Trades and values.

void FeedArbiter::on_trade(std::size_t line, const TradeEvent& trade) noexcept {
  if (is_news(static_cast<std::size_t>(trade.stream), trade.trade_id, trade.exchange_time,
              trade.instrument, line, trade.receive_time)) {
    listener_.on_trade(trade);
  }
}

bool FeedArbiter::is_news(std::size_t kind, TradeId id, Timestamp time, InstrumentId instrument,
                          std::size_t line, Timestamp received) noexcept {
  if (instrument.value >= values_.size()) return false;
  auto& window = values_[instrument.value].trades[kind];
  if (window == nullptr) window = std::make_unique<TradeWindow>();
  const TradeWindow::Told* const told = window->told_before(id, time, line, received);
  if (told == nullptr) {
    ++figures_[line].first;
    return true;
  }
  if (told->received.nanos != 0) note_second(line, told->line, told->received, received);
  return false;
}

bool FeedArbiter::passes(Succession& values, std::size_t line, Timestamp time) noexcept {
  switch (values.judge(line, {time, -1})) {
    case Novelty::Next:
    case Novelty::Ahead:
    case Novelty::Repeat:
      ++figures_[line].first;
      return true;
    case Novelty::Known:
      ++figures_[line].second;
      return false;
    case Novelty::Old:
      return false;
  }
  return false;
}

void FeedArbiter::on_ticker(std::size_t line, const TickerEvent& ticker) noexcept {
  if (ticker.instrument.value >= values_.size()) return;
  if (passes(values_[ticker.instrument.value].ticker, line, ticker.exchange_time)) {
    listener_.on_ticker(ticker);
  }
}

void FeedArbiter::on_reference_price(std::size_t line, const ReferencePriceEvent& price) noexcept {
  if (price.instrument.value >= values_.size()) return;
  auto& of_kind = values_[price.instrument.value].reference[static_cast<std::size_t>(price.kind)];
  if (passes(of_kind, line, price.exchange_time)) listener_.on_reference_price(price);
}

void FeedArbiter::on_instrument_state(std::size_t line, InstrumentId instrument,
                                      InstrumentState state, Timestamp now) noexcept {
  if (instrument.value >= values_.size()) return;
  Values& values = values_[instrument.value];
  values.states[line] = state;
  if (line != reference_) return;
  values.told = state;
  listener_.on_instrument_state(instrument, state, now);
}

void FeedArbiter::on_instrument_changed(std::size_t line, const InstrumentChange& change,
                                        Timestamp now) noexcept {
  if (change.instrument.value >= values_.size()) return;
  values_[change.instrument.value].changes[line] = change;
  if (line == reference_) listener_.on_instrument_changed(change, now);
}

void FeedArbiter::on_market_update(std::size_t line, const MarketUpdate& update) noexcept {
  const bool passed = std::visit(
      [&](const auto& event) noexcept {
        using Event = std::decay_t<decltype(event)>;
        if constexpr (std::is_same_v<Event, OptionTradeEvent>) {
          return is_news(kOptionTrades, event.trade_id, event.exchange_time, event.instrument, line,
                         event.receive_time);
        } else if constexpr (std::is_same_v<Event, CandleEvent> ||
                             std::is_same_v<Event, LiquidationEvent>) {
          return is_news(event, line);
        } else if constexpr (std::is_same_v<Event, VenueStatusEvent>) {
          return is_news(event);
        } else {
          if (event.instrument.value >= values_.size()) return false;
          return passes(values_[event.instrument.value].updates[update.index()], line,
                        event.exchange_time);
        }
      },
      update);
  if (passed) listener_.on_market_update(update);
}

bool FeedArbiter::is_news(const CandleEvent& candle, std::size_t line) noexcept {
  if (candle.instrument.value >= values_.size()) return false;
  return values_[candle.instrument.value].candles.is_news(candle, line == reference_);
}

bool FeedArbiter::is_news(const LiquidationEvent& liquidation, std::size_t line) noexcept {
  if (liquidation.instrument.value >= values_.size()) return false;
  const std::uint64_t content =
      mixed({static_cast<std::uint64_t>(liquidation.side),
             static_cast<std::uint64_t>(liquidation.bankruptcy_price.raw),
             static_cast<std::uint64_t>(liquidation.quantity.raw),
             static_cast<std::uint64_t>(liquidation.exchange_time.nanos)});
  return values_[liquidation.instrument.value].liquidations.is_news(content, line);
}

bool FeedArbiter::is_news(const VenueStatusEvent& status) noexcept {
  std::uint64_t title = 0;
  for (const char c : status.title.view()) title = title * 131 + static_cast<unsigned char>(c);
  return statuses_.is_new_state(mixed(
      {static_cast<std::uint64_t>(status.state), static_cast<std::uint64_t>(status.service),
       static_cast<std::uint64_t>(status.of_demo), static_cast<std::uint64_t>(status.begin.nanos),
       static_cast<std::uint64_t>(status.end.nanos),
       static_cast<std::uint64_t>(status.exchange_time.nanos), title}));
}

void FeedArbiter::on_book_replaced(InstrumentId instrument, BookFeed wanted, BookFeed instead,
                                   Timestamp now) noexcept {
  if (instrument.value >= values_.size()) return;
  auto& told = values_[instrument.value].replaced[static_cast<std::size_t>(wanted)];
  if (told == instead) return;
  told = instead;
  listener_.on_book_replaced(instrument, wanted, instead, now);
}

// Connections.

void FeedArbiter::on_connection(std::size_t line, ConnectionState state, Timestamp now) noexcept {
  states_[line] = state;
  if (state == ConnectionState::Disconnected) {
    alive_[line].reset();
    for (Values& values : values_) {
      values.ticker.forget(line);
      for (Succession& reference : values.reference) reference.forget(line);
      for (Succession& update : values.updates) update.forget(line);
    }
  }
  choose_reference(now);
  const ConnectionState best = *std::ranges::max_element(states_);
  if (best == told_state_) return;
  const bool was_ready = told_state_ == ConnectionState::Ready;
  told_state_ = best;
  listener_.on_market_connection(best, now);
  if (was_ready) begin_anew(now);
}

void FeedArbiter::on_alive(std::size_t line, Timestamp now) noexcept {
  const bool woke = !alive_[line] || is_quiet(line, now);
  alive_[line] = now;
  // Before the listener takes this for the life of everything.
  if (woke) withdraw_quiet(now);
  listener_.on_market_alive(now);
}

bool FeedArbiter::is_quiet(std::size_t line, Timestamp now) const noexcept {
  return alive_[line] && now - *alive_[line] > kLineQuiet;
}

/// When all lines are quiet the listener sees it by itself.
void FeedArbiter::withdraw_quiet(Timestamp now) noexcept {
  const auto is_fresh = [&](std::size_t line) { return alive_[line] && !is_quiet(line, now); };
  bool any_fresh = false;
  bool any_quiet = false;
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    any_fresh = any_fresh || is_fresh(line);
    any_quiet = any_quiet || is_quiet(line, now);
  }
  if (!any_fresh || !any_quiet) return;
  for (const auto& stream : streams_) {
    if (stream == nullptr || !stream->live) continue;
    bool has_life = false;
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      has_life = has_life || (stream->of_line[line].live && !is_quiet(line, now));
    }
    if (!has_life) withdraw(*stream, BookWithdrawal::Stale, now);
  }
}

/// With the connection the listener gave up every book and value that it had, though a line that is
/// only connecting may have them: what that line holds is passed whole, and any value is news.
void FeedArbiter::begin_anew(Timestamp now) noexcept {
  statuses_.clear();
  for (Values& values : values_) {
    values.ticker.clear();
    for (Succession& reference : values.reference) reference.clear();
    for (Succession& update : values.updates) update.clear();
  }
  for (const auto& stream : streams_) {
    if (stream == nullptr) continue;
    stream->live = false;
    stream->orphaned_since.reset();
    stream->states.clear();
    if (!pass_best(*stream, now)) renew_uncopied(*stream, now);
  }
}

/// Pushes of instruments bear no time: of two lines, the one that lags would tell old states after
/// new ones. So one line is believed while it is there, and its successor's word is made good.
void FeedArbiter::choose_reference(Timestamp now) noexcept {
  if (states_[reference_] != ConnectionState::Disconnected) return;
  const auto next = std::ranges::max_element(states_);
  if (*next == ConnectionState::Disconnected) return;
  reference_ = static_cast<std::size_t>(next - states_.begin());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    Values& values = values_[i];
    if (const auto& change = values.changes[reference_]) {
      listener_.on_instrument_changed(*change, now);
    }
    const auto& state = values.states[reference_];
    if (!state || values.told == state) continue;
    values.told = state;
    listener_.on_instrument_state({static_cast<std::uint32_t>(i)}, *state, now);
  }
}

}  // namespace gannet::okx
