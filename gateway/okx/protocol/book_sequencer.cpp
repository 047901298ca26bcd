#include "gateway/okx/protocol/book_sequencer.h"

namespace gannet::okx {
namespace {

/// Whole-book feeds prove themselves: every message replaces the book.
bool is_whole(BookFeed feed) noexcept {
  return feed == BookFeed::BestBidOffer || feed == BookFeed::Top5;
}

bool crossed(const DecodedBook& book) noexcept {
  return !book.bids.empty() && !book.asks.empty() &&
         book.bids.front().price >= book.asks.front().price;
}

}  // namespace

void BookSequencer::on_subscribed() noexcept {
  // Data may come before the acknowledgement: a book that is live stays so.
  if (state_ == State::AwaitingSnapshot) state_ = State::Open;
}

void BookSequencer::on_book(const DecodedBook& book, Timestamp now) noexcept {
  heard_ = now;
  if (book.kind == BookUpdate::Kind::Snapshot) {
    on_snapshot(book, now);
    return;
  }
  ++counts_.updates;
  switch (state_) {
    case State::AwaitingSnapshot:
      // The tail of the chain that was given up, or of the one before the acknowledgement.
      ++counts_.dropped;
      return;
    case State::Open:
      if (!book.sequence || !book.previous_sequence) {
        ++counts_.dropped;  // cannot be linked to a REST snapshot
        return;
      }
      begin_seeding(now);
      keep(book, now);
      return;
    case State::Seeding:
      keep(book, now);
      return;
    case State::Live:
      on_live_update(book, now);
      return;
  }
}

void BookSequencer::on_snapshot(const DecodedBook& book, Timestamp now) noexcept {
  ++counts_.snapshots;
  if (crossed(book)) ++counts_.crossed;
  kept_.clear();
  kept_levels_.clear();
  seed_asked_ = false;
  seed_asked_at_.reset();
  seed_retry_at_.reset();
  seed_.reset();
  chain_.accept(book.kind, book.sequence, book.previous_sequence);
  if (!is_whole(feed_)) {
    if (book.checksum.value_or(0) == 0) {
      checksum_.stop();
    } else {
      checksum_.start(book);
      if (!checksum_holds(book)) {
        start_over(BookWithdrawal::Checksum, now);
        return;
      }
    }
  }
  state_ = State::Live;
  publish(book, now);
}

void BookSequencer::on_live_update(const DecodedBook& book, Timestamp now) noexcept {
  if (seed_ && book.sequence && book.previous_sequence) {
    // Live on a REST snapshot that no update has linked to yet: its id need not be in the stream.
    if (*book.sequence <= *seed_) {
      ++counts_.dropped;
      return;
    }
    if (links_to_seed(*book.previous_sequence, *book.sequence)) {
      seed_.reset();
      chain_.restart_at(*book.previous_sequence);
    }
  }
  const SequenceLink link = chain_.accept(book.kind, book.sequence, book.previous_sequence);
  if (link == SequenceLink::Gap) {
    ++counts_.gaps;
    start_over(BookWithdrawal::Gap, now);
    return;
  }
  if (checksum_.running()) checksum_.apply(book);
  const bool supplied = book.checksum.value_or(0) != 0 && checksum_.running();
  if (supplied && !checksum_holds(book)) {
    start_over(BookWithdrawal::Checksum, now);
    return;
  }
  if (link == SequenceLink::Unnumbered && !supplied) {
    // Neither ids nor a checksum: nothing shows that no message was lost.
    ++counts_.unproven;
    start_over(BookWithdrawal::Gap, now);
    return;
  }
  if (link == SequenceLink::Reset) ++counts_.resets;
  // Published though it changes nothing: it proves that a quiet book is whole to this day.
  if (link == SequenceLink::KeepAlive) ++counts_.keep_alives;
  publish(book, now);
}

bool BookSequencer::checksum_holds(const DecodedBook& book) noexcept {
  // A number too long to keep: the sum cannot be formed, so it proves nothing and breaks nothing.
  if (!checksum_.running()) return true;
  const bool holds = checksum_.compute() == *book.checksum;
  ++(holds ? counts_.checksums_ok : counts_.checksums_bad);
  return holds;
}

void BookSequencer::start_over(BookWithdrawal why, Timestamp now) noexcept {
  chain_.clear();
  checksum_.stop();
  kept_.clear();
  kept_levels_.clear();
  seed_.reset();
  seed_asked_ = false;
  seed_asked_at_.reset();
  seed_retry_at_.reset();
  heard_.reset();
  state_ = State::AwaitingSnapshot;
  output_.withdraw_book(instrument_, feed_, why, now);
  output_.resubscribe_book(instrument_, feed_, now);
}

void BookSequencer::on_malformed(BookWithdrawal why, Timestamp now) noexcept {
  if (is_whole(feed_)) {
    // The next message replaces the book; until then the last one may be wrong.
    if (state_ == State::Live) output_.withdraw_book(instrument_, feed_, why, now);
    state_ = State::Open;
    return;
  }
  if (state_ == State::AwaitingSnapshot) return;  // one is on its way, or asked for
  start_over(why, now);
}

void BookSequencer::on_disconnected(Timestamp now) noexcept {
  const bool was_live = state_ == State::Live;
  chain_.clear();
  checksum_.stop();
  kept_.clear();
  kept_levels_.clear();
  seed_.reset();
  seed_asked_ = false;
  seed_asked_at_.reset();
  seed_retry_at_.reset();
  heard_.reset();
  state_ = State::AwaitingSnapshot;
  if (was_live) output_.withdraw_book(instrument_, feed_, BookWithdrawal::Disconnected, now);
}

// The REST-seeded procedure [PROTOCOL 4.4]. Cold: it runs at the start of a book, if ever.

void BookSequencer::begin_seeding(Timestamp now) noexcept {
  state_ = State::Seeding;
  kept_.clear();
  kept_levels_.clear();
  ask_for_seed(now);
}

void BookSequencer::ask_for_seed(Timestamp now) noexcept {
  seed_asked_ = true;
  seed_asked_at_ = now;
  seed_retry_at_.reset();
  ++counts_.seeds_asked;
  output_.request_book_seed(instrument_, feed_, now);
}

void BookSequencer::keep(const DecodedBook& book, Timestamp now) noexcept {
  if (!book.sequence || !book.previous_sequence) {
    ++counts_.dropped;
    return;
  }
  const std::size_t levels = book.bids.size() + book.asks.size();
  const bool linked = kept_.empty() || *book.previous_sequence == kept_.back().sequence;
  const bool fits =
      kept_.size() < kMaxKeptUpdates && kept_levels_.size() + levels <= kMaxKeptLevels;
  if (!linked || !fits) {
    // What was kept cannot be completed: this update is the first of a new attempt. A seed on its
    // way is then too old or new enough, and its own id will say which.
    if (!linked) ++counts_.gaps;
    kept_.clear();
    kept_levels_.clear();
  }
  kept_.push_back({*book.previous_sequence, *book.sequence, book.exchange_time, now,
                   kept_levels_.size(), book.bids.size(), book.asks.size()});
  kept_levels_.insert(kept_levels_.end(), book.bids.begin(), book.bids.end());
  kept_levels_.insert(kept_levels_.end(), book.asks.begin(), book.asks.end());
}

bool BookSequencer::links_to_seed(std::int64_t previous, std::int64_t sequence) const noexcept {
  return previous <= *seed_ && *seed_ < sequence;
}

void BookSequencer::on_seed(const DecodedBook& snapshot, Timestamp now) noexcept {
  if (state_ != State::Seeding) return;  // a snapshot came by the socket meanwhile
  // One that came late, or that another session asked for, will do: its id says whether it links.
  seed_asked_ = false;
  if (!snapshot.sequence || kept_.empty() || *snapshot.sequence < kept_.front().previous) {
    seed_retry_at_ = now + kSeedRetry;
    return;
  }
  seed_ = snapshot.sequence;
  std::size_t first = 0;
  while (first < kept_.size() && kept_[first].sequence <= *seed_) ++first;
  if (first < kept_.size() && !links_to_seed(kept_[first].previous, kept_[first].sequence)) {
    seed_.reset();
    seed_retry_at_ = now + kSeedRetry;
    return;
  }
  state_ = State::Live;
  chain_.restart_at(*seed_);
  publish(snapshot, now);
  for (std::size_t i = first; i < kept_.size(); ++i) {
    const KeptUpdate& kept = kept_[i];
    if (seed_) {
      seed_.reset();
      chain_.restart_at(kept.previous);
    }
    chain_.accept(BookUpdate::Kind::Update, kept.sequence, kept.previous);
    const std::span<const Level> levels(kept_levels_);
    output_.publish_book({instrument_, feed_, BookUpdate::Kind::Update,
                          levels.subspan(kept.first_level, kept.bid_count),
                          levels.subspan(kept.first_level + kept.bid_count, kept.ask_count),
                          kept.sequence, kept.exchange_time, kept.receive_time});
  }
  kept_.clear();
  kept_levels_.clear();
}

void BookSequencer::on_seed_failed(Timestamp now) noexcept {
  if (state_ != State::Seeding || !seed_asked_) return;
  seed_asked_ = false;
  seed_retry_at_ = now + kSeedRetry;
}

void BookSequencer::on_timer(Timestamp now) noexcept {
  if (state_ == State::Open || state_ == State::Live) {
    if (!heard_) heard_ = now;  // acknowledged, and nothing came yet
    if (now - *heard_ > kSilenceAllowed) start_over(BookWithdrawal::Stale, now);
    return;
  }
  if (state_ != State::Seeding) return;
  if (seed_asked_ && seed_asked_at_ && now - *seed_asked_at_ >= kSeedTimeout) on_seed_failed(now);
  if (!seed_asked_ && seed_retry_at_ && now >= *seed_retry_at_) ask_for_seed(now);
}

void BookSequencer::publish(const DecodedBook& book, Timestamp now) noexcept {
  output_.publish_book({instrument_, feed_, book.kind, book.bids, book.asks,
                        book.sequence.value_or(-1), book.exchange_time, now});
}

}  // namespace gannet::okx
