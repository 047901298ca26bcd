#include "app/tape_source.h"

#include <algorithm>
#include <utility>

namespace gannet::app {
namespace {

std::size_t slot(InstrumentId instrument, BookFeed feed) noexcept {
  return std::size_t{instrument.value} * kBookFeeds + static_cast<std::size_t>(feed);
}

Timestamp received(const sim::TapeEvent& event) noexcept {
  return std::visit([](const auto& told) { return told.receive_time; }, event);
}

void note(const sim::TapeEvent& event, std::vector<backtest::RecordedContent>& content) {
  const InstrumentId id = std::visit([](const auto& told) { return told.instrument; }, event);
  backtest::RecordedContent& one = content[id.value];
  if (const auto* book = std::get_if<BookUpdate>(&event)) {
    one.books[static_cast<std::size_t>(book->feed)] = true;
  } else if (const auto* price = std::get_if<ReferencePriceEvent>(&event)) {
    const bool mark = price->kind == ReferencePriceEvent::Kind::Mark;
    (mark ? one.mark_price : one.index_price) = true;
  } else if (std::holds_alternative<TradeEvent>(event)) {
    one.trades = true;
  }
}

}  // namespace

TapeSource::TapeSource(std::unique_ptr<MarketRecording> recording)
    : recording_(std::move(recording)),
      content_(recording_->tables.instruments.size()),
      withdrawn_(content_.size() * kBookFeeds) {}

std::expected<std::unique_ptr<TapeSource>, Error> TapeSource::open(
    std::unique_ptr<MarketRecording> recording) {
  std::unique_ptr<TapeSource> source(new TapeSource(std::move(recording)));
  if (auto surveyed = source->survey(); !surveyed) {
    return std::unexpected(std::move(surveyed.error()));
  }
  return source;
}

std::expected<void, Error> TapeSource::survey() {
  sim::MarketTape& tape = *recording_->tape;
  const std::uint64_t before = tape.counts().lines;
  for (;;) {
    const auto event = tape.next();
    if (!event) return std::unexpected(event.error());
    if (!*event) break;
    note(**event, content_);
  }
  lines_ = tape.counts().lines - before;
  if (auto back = tape.rewind(); !back) return back;
  // The tape counts on over its rounds.
  gaps_seen_ = tape.counts().gaps;
  return {};
}

std::expected<std::optional<Timestamp>, Error> TapeSource::next() {
  sim::MarketTape& tape = *recording_->tape;
  const sim::TapeCounts before = tape.counts();
  auto event = tape.next();
  if (!event) return std::unexpected(std::move(event.error()));
  event_ = std::move(*event);
  const sim::TapeCounts& after = tape.counts();
  counts_.messages += after.lines - before.lines;
  counts_.ignored += after.ignored - before.ignored;
  if (!event_) return std::optional<Timestamp>{};
  gap_ahead_ = after.gaps != gaps_seen_;
  gaps_seen_ = after.gaps;
  // A clock that stepped back does not take the market back.
  time_ = std::max(time_, received(*event_));
  return std::optional(time_);
}

std::expected<void, Error> TapeSource::tell(MarketListener& listener) {
  ++counts_.used;
  if (const auto* book = std::get_if<BookUpdate>(&*event_)) {
    tell_book(*book, listener);
  } else if (const auto* trade = std::get_if<TradeEvent>(&*event_)) {
    TradeEvent told = *trade;
    told.receive_time = time_;
    listener.on_trade(told);
  } else if (const auto* price = std::get_if<ReferencePriceEvent>(&*event_)) {
    ReferencePriceEvent told = *price;
    told.receive_time = time_;
    listener.on_reference_price(told);
  }
  return {};
}

void TapeSource::tell_book(BookUpdate update, MarketListener& listener) {
  const std::size_t at = slot(update.instrument, update.feed);
  const bool snapshot = update.kind == BookUpdate::Kind::Snapshot;
  if (gap_ahead_ && !snapshot && !withdrawn_[at]) {
    withdrawn_[at] = true;
    ++counts_.gaps;
    listener.on_book_withdrawn(update.instrument, update.feed, BookWithdrawal::Gap, time_);
  }
  if (snapshot) withdrawn_[at] = false;
  if (withdrawn_[at]) return;
  update.receive_time = time_;
  listener.on_book_update(update);
}

int TapeSource::progress() const noexcept {
  if (lines_ == 0) return 0;
  return static_cast<int>(std::min(counts_.messages, lines_) * 1'000 / lines_);
}

}  // namespace gannet::app
