#include "gateway/okx/protocol/market_feed.h"

#include <algorithm>

namespace gannet::okx {

MarketFeed::MarketFeed(std::size_t lines, const MarketSessionSettings& settings,
                       InstrumentCodes& codes, std::span<const MarketSubscription> subscriptions,
                       MarketListener& listener, Diagnostics& diagnostics, LineControl& control,
                       BookSeedSource* seeds)
    : listener_(listener),
      control_(control),
      arbiter_(lines + 1, codes.rows().size(), listener, this),
      working_(lines + 1, 0),
      wanted_(lines + 1, 0),
      spare_(lines),
      direct_(lines == 1) {
  sessions_.reserve(lines + 1);
  for (std::size_t seat = 0; seat <= lines; ++seat) {
    MarketListener& told = direct_ && seat == 0 ? listener : arbiter_.line(seat);
    sessions_.push_back(
        std::make_unique<MarketSession>(settings, codes, subscriptions, told, diagnostics, seeds));
  }
}

void MarketFeed::start() noexcept {
  for (std::size_t seat = 0; seat < seats(); ++seat) {
    if (seat == spare_) continue;
    working_[seat] = 1;
    control_.open_line(seat);
  }
}

void MarketFeed::stop() noexcept {
  for (std::size_t seat = 0; seat < seats(); ++seat) control_.close_line(seat);
}

void MarketFeed::replace(std::size_t seat, Timestamp now) noexcept {
  if (working_[seat] == 0 || leaving_ == seat) return;
  if (leaving_ || settle_at_) {
    wanted_[seat] = 1;
    return;
  }
  begin_move(seat, now);
}

void MarketFeed::begin_move(std::size_t seat, Timestamp now) noexcept {
  wanted_[seat] = 0;
  leaving_ = seat;
  joining_ = spare_;
  working_[joining_] = 1;
  move_began_ = now;
  joined_.reset();
  if (direct_) arbitrate();
  control_.open_line(joining_);
}

/// Whatever line told the listener directly goes on by way of the arbiter.
void MarketFeed::arbitrate() noexcept {
  direct_ = false;
  arbiter_.clear();
  for (std::size_t seat = 0; seat < seats(); ++seat) {
    if (working_[seat] == 0 || seat == joining_) continue;
    const MarketSession& session = *sessions_[seat];
    arbiter_.adopt_connection(
        seat, session.ready() ? ConnectionState::Ready : ConnectionState::Connecting);
    for (const auto& sequencer : session.sequencers()) {
      if (sequencer->state() != BookSequencer::State::Live) continue;
      arbiter_.adopt_book(seat, sequencer->instrument(), sequencer->feed(),
                          sequencer->sequence().value_or(-1));
    }
  }
  for (std::size_t i = 0; i < seats(); ++i) sessions_[i]->set_listener(arbiter_.line(i));
}

void MarketFeed::set_clock_offset(Nanos offset) noexcept {
  for (const auto& session : sessions_) session->set_clock_offset(offset);
}

void MarketFeed::on_timer(Timestamp now) noexcept {
  for (std::size_t seat = 0; seat < seats(); ++seat) {
    if (sessions_[seat]->has_old_login() && wanted_[seat] == 0) replace(seat, now);
  }
  if (!direct_) arbiter_.on_timer(now);
  if (settle_at_ && now >= *settle_at_) try_direct(now);
  if (!leaving_) return start_next_move(now);
  const MarketSession& successor = *sessions_[joining_];
  if (!successor.ready()) {
    joined_.reset();
    // The old connection has been closed by now and is on its way back by itself.
    if (now - move_began_ >= kMoveWithin && sessions_[*leaving_]->ready()) {
      control_.close_line(joining_);
      working_[joining_] = 0;
      wanted_[joining_] = 0;
      leaving_.reset();
      if (lines() == 1) settle_at_ = now + kSettleAfter;
    }
    return;
  }
  if (!joined_) joined_ = now;
  if (successor.all_books_live() || now - *joined_ >= kBooksWithin) end_move(now);
}

void MarketFeed::end_move(Timestamp now) noexcept {
  const std::size_t old = *leaving_;
  leaving_.reset();
  working_[old] = 0;
  wanted_[old] = 0;
  spare_ = old;
  ++moves_;
  control_.close_line(old);
  if (lines() == 1) settle_at_ = now + kSettleAfter;
}

void MarketFeed::start_next_move(Timestamp now) noexcept {
  if (settle_at_) return;
  for (std::size_t seat = 0; seat < seats(); ++seat) {
    if (wanted_[seat] != 0 && working_[seat] != 0) return begin_move(seat, now);
  }
}

/// With one line again: when the listener has just what that line told, it needs nobody between.
void MarketFeed::try_direct(Timestamp now) noexcept {
  const auto line =
      static_cast<std::size_t>(std::ranges::find(working_, std::uint8_t{1}) - working_.begin());
  if (!arbiter_.is_level_everywhere(line)) {
    settle_at_ = now + milliseconds(100);
    return;
  }
  settle_at_.reset();
  // What its connection is was told as such: of one line the best is its own.
  sessions_[line]->set_listener(listener_);
  direct_ = true;
}

void MarketFeed::on_book_seed(InstrumentId instrument, BookFeed feed, std::string_view body,
                              Timestamp now) noexcept {
  for (const auto& session : sessions_) session->on_book_seed(instrument, feed, body, now);
}

void MarketFeed::renew_book(std::size_t seat, InstrumentId instrument, BookFeed feed,
                            Timestamp now) noexcept {
  sessions_[seat]->renew_book(instrument, feed, now);
}

MarketFeed::SeatState MarketFeed::state(std::size_t seat) const noexcept {
  return {working_[seat] != 0, sessions_[seat]->ready(), leaving_ == seat};
}

std::uint64_t MarketFeed::frames() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& session : sessions_) sum += session->frames();
  return sum;
}

std::uint64_t MarketFeed::diagnostics(DiagnosticKind kind) const noexcept {
  std::uint64_t sum = 0;
  for (const auto& session : sessions_) sum += session->diagnostics().count(kind);
  return sum;
}

}  // namespace gannet::okx
