#include "app/event_tap.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "app/daemon_status.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/abi_words.h"

namespace gannet::app {
namespace {

std::string_view side_text(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }

LogEvent log_event_of(engine::OrderEventKind kind) noexcept {
  using Kind = engine::OrderEventKind;
  switch (kind) {
    case Kind::Denied:
    case Kind::AmendDenied:
    case Kind::CancelDenied:
      return LogEvent::OrderDenied;
    case Kind::PendingNew:
    case Kind::Accepted:
      return LogEvent::OrderPlaced;
    case Kind::Live:
    case Kind::PartiallyFilled:
    case Kind::Adopted:
    case Kind::Triggered:
      return LogEvent::OrderLive;
    case Kind::Filled:
      return LogEvent::OrderFilled;
    case Kind::Cancelled:
    case Kind::Expired:
      return LogEvent::OrderCancelled;
    case Kind::Rejected:
    case Kind::AmendRejected:
    case Kind::CancelRejected:
      return LogEvent::OrderRejected;
    case Kind::Amended:
      return LogEvent::OrderAmended;
    case Kind::Unknown:
      return LogEvent::OrderUnknown;
  }
  return LogEvent::OrderPlaced;
}

/// A denial's limit or value in the unit of its rule.
LogField figure_of(const char* key, __int128 raw, DenialReason reason,
                   const Instrument& instrument) noexcept {
  const auto clamped = [](__int128 value) {
    constexpr __int128 kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::clamp(value, -kMost, kMost));
  };
  using enum DenialReason;
  switch (reason) {
    case PriceNotOnTick:
    case PriceNotPositive:
    case PriceOutsideCollar:
    case PriceOutsideVenueLimit:
    case CrossesOwnOrder:
    case MarketCrossed:
    case SpreadTooWide:
      return LogField::decimal(key, clamped(raw), instrument.price_digits);
    case QuantityNotOnLot:
    case QuantityBelowMinimum:
    case QuantityAboveLimit:
    case PositionAboveLimit:
    case ReduceOnlyWouldIncrease:
      return LogField::decimal(key, clamped(raw), instrument.quantity_digits);
    case NotionalAboveLimit:
    case GrossNotionalAboveLimit:
    case NetNotionalAboveLimit:
    case FreeMarginBelowLimit: {
      // Money to the eighth decimal: more of it fits 64 bits than any account has.
      constexpr int kShown = 8;
      return LogField::decimal(key, clamped(raw / power_of_ten(Amount::kDigits - kShown)), kShown);
    }
    default:
      return LogField::number(key, clamped(raw));
  }
}

void log_denial(const engine::OrderEvent& event, const Instrument& instrument) noexcept {
  const Denial& denial = event.denial;
  log(event.event_time, LogEvent::OrderDenied,
      {LogField::string("instrument", instrument.name.view()),
       LogField::number("strategy", event.strategy.value),
       LogField::number("client_order_id", static_cast<std::int64_t>(event.client_id.value)),
       LogField::string("side", side_text(event.side)),
       LogField::decimal("price", event.price.raw, instrument.price_digits),
       LogField::decimal("quantity", event.quantity.raw, instrument.quantity_digits),
       LogField::string("reason", name_of(denial.reason)),
       figure_of("limit", denial.limit, denial.reason, instrument),
       figure_of("value", denial.value, denial.reason, instrument),
       LogField::string("would_pass", what_passes(denial.reason))});
}

}  // namespace

void EventTap::on_order_event(const engine::OrderEvent& event) noexcept {
  if (event.kind == engine::OrderEventKind::Accepted && link_ != nullptr) {
    link_->note_accepted(event.client_id);
  }
  if (event.kind == engine::OrderEventKind::Rejected ||
      event.kind == engine::OrderEventKind::AmendRejected) {
    ++rejections_[static_cast<std::size_t>(event.reason)];
  }
  if (is_watching_) watched_ = event;
  // Accepted says no more than the line before it, at the rate of orders.
  if (event.kind != engine::OrderEventKind::Accepted && instruments_.contains(event.instrument)) {
    const Instrument& instrument = instruments_[event.instrument];
    if (log_event_of(event.kind) == LogEvent::OrderDenied) {
      log_denial(event, instrument);
      return next_.on_order_event(event);
    }
    log(event.event_time, log_event_of(event.kind),
        {LogField::string("instrument", instrument.name.view()),
         LogField::number("strategy", event.strategy.value),
         LogField::number("client_order_id", static_cast<std::int64_t>(event.client_id.value)),
         LogField::string("side", side_text(event.side)),
         LogField::decimal("price", event.price.raw, instrument.price_digits),
         LogField::decimal("quantity", event.quantity.raw, instrument.quantity_digits),
         LogField::decimal("cumulative_quantity", event.cumulative_quantity.raw,
                           instrument.quantity_digits),
         LogField::string("reason", engine::abi_name(event.reason))});
  }
  next_.on_order_event(event);
}

void EventTap::on_fill_event(const engine::FillEvent& event) noexcept {
  ++fills_;
  if (memory_ != nullptr) memory_->note(event);
  if (instruments_.contains(event.instrument)) {
    const Instrument& instrument = instruments_[event.instrument];
    log(event.receive_time, LogEvent::Fill,
        {LogField::string("instrument", instrument.name.view()),
         LogField::number("strategy", event.strategy.value),
         LogField::number("client_order_id", static_cast<std::int64_t>(event.client_id.value)),
         LogField::number("trade_id", event.fill.trade_id.value),
         LogField::string("side", side_text(event.side)),
         LogField::decimal("price", event.fill.price.raw, instrument.price_digits),
         LogField::decimal("quantity", event.fill.quantity.raw, instrument.quantity_digits),
         LogField::boolean("maker", event.fill.maker),
         LogField::decimal("position_after", event.position_after.raw,
                           instrument.quantity_digits)});
  }
  next_.on_fill_event(event);
}

void EventTap::on_position_event(const engine::PositionEvent& event) noexcept {
  next_.on_position_event(event);
}

void EventTap::on_state_event(const engine::StateEvent& event) noexcept {
  if (instruments_.contains(event.instrument)) {
    log(event.event_time, LogEvent::InstrumentState,
        {LogField::string("instrument", instruments_[event.instrument].name.view()),
         LogField::string("state", name_of(event.state)),
         LogField::string("reason", name_of(event.hold_reason))});
  }
  next_.on_state_event(event);
}

void EventTap::on_balance_event(const BalanceReport& report) noexcept {
  next_.on_balance_event(report);
}

void BookTap::on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book,
                      bool best_changed, Timestamp exchange_time, Timestamp receive_time) noexcept {
  std::uint8_t& withdrawn =
      withdrawn_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)];
  if (withdrawn != 0) [[unlikely]] {
    withdrawn = 0;
    log(receive_time, LogEvent::BookRestored,
        {LogField::string("instrument", instruments_[instrument].name.view()),
         LogField::number("depth", depth_of(feed))});
  }
  if (stages_ != nullptr) stages_->on_dispatched();
  next_.on_book(instrument, feed, book, best_changed, exchange_time, receive_time);
}

void BookTap::on_book_unavailable(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                  Timestamp now) noexcept {
  withdrawn_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)] = 1;
  log(now, LogEvent::BookWithdrawn,
      {LogField::string("instrument", instruments_[instrument].name.view()),
       LogField::number("depth", depth_of(feed)), LogField::string("why", engine::abi_name(why))});
  next_.on_book_unavailable(instrument, feed, why, now);
}

void BookTap::on_market_update(const MarketUpdate& update) noexcept {
  if (const auto* status = std::get_if<VenueStatusEvent>(&update)) {
    log(status->receive_time, LogEvent::VenueMaintenance,
        {LogField::string("state", name_of(status->state)),
         LogField::string("service", name_of(status->service)),
         LogField::string("title", status->title.view()),
         LogField::number("begin_ms", to_unix_millis(status->begin)),
         LogField::number("end_ms", to_unix_millis(status->end)),
         LogField::boolean("of_demo", status->of_demo)});
  }
  next_.on_market_update(update);
}

void StrategyLog::on_strategy_log(StrategyId strategy, std::uint32_t level,
                                  std::string_view text) noexcept {
  log(wall_clock_now(), LogEvent::StrategyLog,
      {LogField::number("strategy", strategy.value), LogField::number("severity", level),
       LogField::string("text", text)});
}

void StrategyLog::on_strategy_metric(StrategyId strategy, std::string_view name,
                                     double value) noexcept {
  log(wall_clock_now(), LogEvent::StrategyLog,
      {LogField::number("strategy", strategy.value), LogField::string("metric", name),
       LogField::real_number("value", value)});
}

void SessionLog::on_problem(okx::ProblemKind kind, std::int32_t code,
                            std::string_view text) noexcept {
  const Timestamp now = wall_clock_now();
  ++problems_[static_cast<std::size_t>(kind)];
  switch (kind) {
    case okx::ProblemKind::Fatal:
      if (fatal_.empty()) fatal_ = FixedString<200>(text);
      log(now, LogEvent::VenueRefused,
          {LogField::number("code", code), LogField::string("text", text)});
      return;
    case okx::ProblemKind::Notice:
      log(now, LogEvent::ConnectionNotice,
          {LogField::number("code", code), LogField::string("text", text)});
      return;
    case okx::ProblemKind::Refused:
      if (code >= 0) {
        tell_repeated(refused_, LogEvent::RequestRefused, code, text, now);
        return;
      }
      [[fallthrough]];  // a refusal without a code is something that could not be read
    case okx::ProblemKind::Malformed:
    case okx::ProblemKind::UnknownInstrument:
    case okx::ProblemKind::Ignored:
      tell_bad_frame(kind, code, text, "");
      return;
    case okx::ProblemKind::TimedOut:
      tell_repeated(unanswered_, LogEvent::RequestUnanswered, code, text, now);
      return;
  }
}

void SessionLog::on_bad_frame(okx::ProblemKind kind, std::int32_t code, std::string_view text,
                              std::string_view excerpt) noexcept {
  ++problems_[static_cast<std::size_t>(kind)];
  tell_bad_frame(kind, code, text, excerpt);
}

void SessionLog::tell_bad_frame(okx::ProblemKind kind, std::int32_t code, std::string_view text,
                                std::string_view excerpt) noexcept {
  if (!is_new(kind, code, text)) return;
  log(wall_clock_now(), LogEvent::FrameRefused,
      {LogField::number("code", code), LogField::string("detail", text),
       LogField::string("frame", excerpt)});
}

void SessionLog::tell_repeated(Repeated& repeated, LogEvent event, std::int32_t code,
                               std::string_view text, Timestamp now) noexcept {
  if (code == repeated.code && now < repeated.next) {
    ++repeated.since_last;
    return;
  }
  log(now, event,
      {LogField::number("code", code), LogField::string("text", text),
       LogField::number("more", repeated.since_last)});
  repeated = {.code = code, .next = now + kQuiet, .since_last = 0};
}

bool SessionLog::is_new(okx::ProblemKind kind, std::int32_t code, std::string_view text) noexcept {
  std::uint64_t hash = std::hash<std::string_view>{}(text);
  hash = hash * 31 + static_cast<std::uint64_t>(kind);
  hash = hash * 31 + static_cast<std::uint64_t>(code);
  const auto end = told_.begin() + static_cast<std::ptrdiff_t>(told_count_);
  if (std::find(told_.begin(), end, hash) != end || told_count_ == told_.size()) return false;
  told_[told_count_++] = hash;
  return true;
}

void SessionLog::on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                               std::string_view excerpt) noexcept {
  const bool replaced = kind == okx::DiagnosticKind::BookReplaced;
  log(wall_clock_now(), replaced ? LogEvent::BookReplaced : LogEvent::FrameRefused,
      {LogField::string("kind", name_of(kind)), LogField::string("detail", detail),
       LogField::string("frame", excerpt)});
}

}  // namespace gannet::app
