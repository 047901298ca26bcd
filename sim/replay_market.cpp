#include "sim/replay_market.h"

#include <algorithm>
#include <utility>

#include "sim/internal/told_market.h"

namespace gannet::sim {
namespace {

Timestamp received(const TapeEvent& event) noexcept {
  return std::visit([](const auto& told) { return told.receive_time; }, event);
}

}  // namespace

struct ReplayMarket::State {
  State(std::unique_ptr<MarketTape> recording, Exchange& exchange, const ReplaySettings& given,
        Timestamp first)
      : tape(std::move(recording)), settings(given), start(first), market(exchange, given.queue) {}

  std::unique_ptr<MarketTape> tape;
  ReplaySettings settings;
  Timestamp start;  // of this round
  ToldMarket market;
  std::optional<TapeEvent> event;  // the next; its spans live until the tape is asked again
  std::optional<Timestamp> due;
  std::optional<Timestamp> first_received;  // of this round
  std::uint64_t rounds = 0;
  std::string failure;

  void read_ahead() {
    const Timestamp before = due.value_or(start);
    due.reset();
    auto next = tape->next();
    if (!next) {
      failure = std::move(next.error().message);
      event.reset();
      return;
    }
    event = std::move(*next);
    if (!event) {
      end_round(before);
      return;
    }
    if (!first_received) first_received = received(*event);
    const Nanos into = received(*event) - *first_received;
    // A clock that stepped back does not take the market back.
    due = std::max(before, start + nanoseconds((into - settings.offset).count));
  }

  void end_round(Timestamp last) {
    const bool told_anything = first_received.has_value();
    ++rounds;
    first_received.reset();
    if (!settings.loop || !told_anything) return;
    if (auto again = tape->rewind(); !again) {
      failure = std::move(again.error().message);
      return;
    }
    market.forget_times();
    start = last + settings.loop_pause;
    read_ahead();
  }

  /// Before the offset books are made up to date; what was traded then is not told.
  bool is_before_offset() const noexcept {
    return received(*event) - *first_received < settings.offset;
  }

  void apply(Timestamp now) {
    if (const auto* book = std::get_if<BookUpdate>(&*event)) {
      market.on_book(*book, now);
    } else if (const auto* price = std::get_if<ReferencePriceEvent>(&*event)) {
      market.on_reference_price(*price, now);
    } else if (const auto* funding = std::get_if<FundingNotice>(&*event)) {
      market.on_funding(*funding, now);
    } else if (!is_before_offset()) {
      market.on_trade(std::get<TradeEvent>(*event), now);
    }
  }
};

ReplayMarket::ReplayMarket(std::unique_ptr<MarketTape> tape, Exchange& exchange,
                           const ReplaySettings& settings, Timestamp start)
    : state_(std::make_unique<State>(std::move(tape), exchange, settings, start)) {
  state_->read_ahead();
}

ReplayMarket::~ReplayMarket() = default;

void ReplayMarket::advance(Timestamp now) {
  while (state_->due && *state_->due <= now) {
    state_->apply(*state_->due);
    state_->read_ahead();
  }
}

std::optional<Timestamp> ReplayMarket::next_event() const { return state_->due; }

ReplayCounts ReplayMarket::counts() const noexcept {
  const TapeCounts& tape = state_->tape->counts();
  const LiquidityCounts& market = state_->market.counts();
  return {tape.lines,
          tape.ignored,
          tape.gaps,
          market.books,
          market.books_passed_over,
          market.trades,
          market.user_hits,
          market.crossed_levels,
          market.levels_refused,
          state_->rounds};
}

const std::string& ReplayMarket::failure() const noexcept { return state_->failure; }

}  // namespace gannet::sim
