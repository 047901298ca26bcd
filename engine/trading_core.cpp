#include "engine/trading_core.h"

#include <algorithm>
#include <array>

#include "base/crash_point.h"
#include "domain/notional.h"

namespace gannet::engine {

namespace {

risk::ReferenceAges ages_of(const risk::Settings& settings) noexcept {
  return {settings.alive_age_max, settings.book_age_max, settings.mark_age_max,
          settings.index_age_max};
}

risk::ConversionTable conversions_of(const TradingCoreSettings& settings,
                                     const risk::Settings& risk_settings,
                                     const CurrencyTable& currencies) {
  const CurrencyId risk_currency = currencies.find(risk_settings.currency.view());
  risk::ConversionTable table(risk_currency, currencies.size(), risk_settings.valuation_age_max);
  for (const CurrencyId currency : settings.dollar_currencies)
    table.treat_as_risk_currency(currency);
  return table;
}

OrderManagerSettings with_self_trade(OrderManagerSettings settings,
                                     const risk::Settings& risk_settings) noexcept {
  if (settings.self_trade == SelfTradePrevention::AccountDefault)
    settings.self_trade = risk_settings.rules.self_trade.at_venue;
  return settings;
}

ReconcilerSettings with_algos(ReconcilerSettings settings, bool asks_algos) noexcept {
  settings.asks_algos = asks_algos;
  return settings;
}

template <std::size_t N>
void copy_text(char (&to)[N], std::string_view from) noexcept {
  std::copy_n(from.data(), std::min(from.size(), N - 1), to);
}

}  // namespace

TradingCore::TradingCore(const CoreLinks& given, TradingCoreSettings settings,
                         const risk::Settings& risk_settings, risk::LimitTable limits,
                         std::size_t strategies, ClientOrderIds ids)
    : journal_(given.journal, given.instruments.size(), given.currencies.size()),
      backlog_(journal_),
      port_(given.port, given.algos, given.dead_man, journal_),
      links_{given.instruments,
             given.currencies,
             backlog_,
             port_,
             given.dead_man == nullptr ? nullptr : &port_,
             given.events,
             given.books,
             given.listener,
             given.algos == nullptr ? nullptr : &port_},
      settings_(std::move(settings)),
      exposure_(strategies, links_.instruments.size()),
      modes_(strategies, links_.instruments.size()),
      kills_(modes_, strategies, links_.instruments.size()),
      references_(links_.instruments.size(), ages_of(risk_settings)),
      conversions_(conversions_of(settings_, risk_settings, links_.currencies)),
      limiter_(risk::sent_later(risk_settings.rates, settings_.send_delay_max), links_.instruments),
      gate_(std::move(limits)),
      audit_(backlog_),
      rules_({links_.instruments, exposure_, gate_, references_, conversions_, modes_,
              links_.journal, links_.listener},
             risk_settings.rules,
             {strategies, links_.currencies.size(),
              settings_.orders.open_capacity + settings_.orders.ended_capacity +
                  settings_.orders.child_capacity}),
      positions_(links_.instruments, strategies),
      profits_(links_.instruments, links_.currencies.size(), strategies, positions_, references_,
               conversions_, links_.journal, settings_.profits),
      losses_(profits_, strategies, settings_.losses),
      protections_(settings_.protections),
      bills_(links_.currencies.size(), links_.journal, links_.listener,
             {.day_start = settings_.profits.day_start}),
      spot_(links_.instruments, links_.listener),
      greeks_(links_.instruments),
      booking_(links_.instruments, positions_, profits_, spot_, exposure_, links_.journal,
               links_.events, links_.listener, settings_.fill_keys),
      orders_({links_.instruments, gate_, limiter_, exposure_, references_, conversions_, modes_,
               audit_, links_.port, links_.events, links_.listener, booking_, rules_, links_.algos},
              with_self_trade(settings_.orders, risk_settings), ids, settings_.margin_modes),
      reconciler_(links_.instruments, orders_, exposure_, booking_, links_.port,
                  with_algos(settings_.reconciler, links_.algos != nullptr)),
      reducer_({links_.instruments, gate_.limits(), exposure_, references_, orders_, links_.journal,
                links_.listener},
               settings_.reducer),
      books_(links_.instruments, references_, links_.books),
      balances_(links_.currencies.size()),
      cash_(links_.currencies.size()),
      held_(links_.instruments.size(), 0),
      outgrown_(links_.instruments.size(), 0) {
  settings_.on_start.resize(strategies, StrategySettings::OnStart::Cancel);
  references_.set_tap(journal_);
  conversions_.set_tap(journal_);
  books_.set_tap(journal_);
  rules_.set_tap(journal_);
}

void TradingCore::restore(const PriorBelief& prior) {
  for (const PriorBelief::PositionStep& step : prior.position_steps()) {
    if (const auto* fill = std::get_if<FillBookedRecord>(&step)) {
      booking_.restore(*fill);
    } else if (const auto* adjustment = std::get_if<AdjustmentRecord>(&step)) {
      const InstrumentId instrument{adjustment->instrument};
      if (!links_.instruments.contains(instrument)) continue;
      exposure_.set_account_position(instrument, {adjustment->after}, adjustment->position_side);
      booking_.set_baseline(instrument, {adjustment->as_of});
      const Quantity sum = exposure_.of_account(instrument, PositionSide::Net).position +
                           exposure_.of_account(instrument, PositionSide::Short).position;
      positions_.adjust(instrument, sum,
                        {adjustment->average_entry_price, links_.instruments[instrument].quote});
    } else if (const auto* bill = std::get_if<BillRecord>(&step)) {
      profits_.restore(*bill);
      bills_.restore(*bill);
      spot_.on_bill(from_record(*bill));
    } else if (const auto* row = std::get_if<DayRowRecord>(&step)) {
      profits_.restore(*row);
    } else if (const auto* money = std::get_if<DayMoneyRecord>(&step)) {
      profits_.restore(*money);
    } else if (const auto* peak = std::get_if<PeakRecord>(&step)) {
      profits_.restore(*peak);
    }
  }
  for (const Order& order : prior.open_orders())
    orders_.restore(order, prior.algo_terms(order.client_id));
  restore_kills(prior);
  for (const auto& [strategy, reason] : prior.disabled_strategies()) {
    if (exposure_.contains(StrategyId{strategy})) rules_.restore_disabled({strategy}, reason);
  }
  restore_protections(prior);
  sent_before_ = prior.sent_last();
  sent_before_end_ = prior.last_time();
  if (prior.first_time().nanos == 0) return;
  reconciler_.set_fills_known(prior.fills_known(), prior.fills_known_venue());
  for (std::uint32_t i = 0; i < links_.instruments.size(); ++i)
    reconciler_.set_first_seen(InstrumentId{i}, prior.known_since(InstrumentId{i}),
                               prior.known_since_venue(InstrumentId{i}));
}

void TradingCore::start(Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = now;
  started_ = true;
  crash_point("core_start");
  record(RunRecord{orders_.ids().run(), orders_.ids().engine_number(), 0}, now);
  charge_sent(now);
  profits_.start(now);
  reconciler_.start(now);
  for (std::uint32_t i = 0; i < held_.size(); ++i)
    kills_.set_instrument_mode(InstrumentId{i}, risk::TradingMode::Ready);
  for (const Instrument& instrument : links_.instruments)
    references_.set_definition_time(instrument.id, now);
  wants_flat_ = killed_;
  tell_restored_positions(now);
  update_state(now);
}

void TradingCore::on_timer(Timestamp now) noexcept {
  if (!placing_.empty() || !amending_.empty()) end_batch(now);  // cut short by a full ring
  // A turn that does nothing must change nothing: only the others are in the journal.
  if (now < next_tick_ && !orders_.has_due_cancels(now)) return;
  const CoreJournal::Input input(journal_);
  journal_.note_turn(now);
  now_ = std::max(now_, now);
  orders_.on_timer(now);
  if (is_connected() && is_reconciled()) reducer_.on_timer(now);  // of what is known to be held
  if (now < next_tick_) return;
  next_tick_ = now + milliseconds(10);
  heed_rules(now);
  judge_health(now);
  if (orders_.wants_lists() && now - lists_wanted_ >= seconds(1)) {
    lists_wanted_ = now;
    reconciler_.want_round();
  }
  if (started_) reconciler_.on_timer(now);
  if (now >= next_instrument_look_) {
    next_instrument_look_ = now + milliseconds(100);
    judge_instruments(now);
    compare_cash(now);
    sweep_previous_run(now);
    sweep_killed(now);
    look_at_invariants(now);
    if (state_ == EngineState::Held || state_ == EngineState::Killed) orders_.cancel_all({}, now);
  }
  look_at_money(now);
  feed_dead_man(now);
  watch_flat(now);
  update_state(now);
}

void TradingCore::on_lane_command(const LaneCommand& command, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, now);
  const bool continues_places = command.kind == LaneCommand::Kind::Place && !placing_.empty() &&
                                placing_[0].strategy == command.strategy;
  const bool continues_amends = command.kind == LaneCommand::Kind::Amend && !amending_.empty() &&
                                amending_[0].strategy == command.strategy;
  if (!continues_places && !continues_amends) flush_batches(now);
  switch (command.kind) {
    case LaneCommand::Kind::Place:
      if (command.place.by_engine) break;  // no lane's to ask for
      if (!command.more && !continues_places) {
        if (command.place.exits.any())
          record(to_whole_record(command.place, command.trigger_time), now);
        orders_.place(command.place, command.decided_time, command.trigger_time, now);
        break;
      }
      placing_.push(command.place);
      placing_decided_ = command.decided_time;
      placing_trigger_ = command.trigger_time;
      if (!command.more || placing_.full()) flush_batches(now);
      break;
    case LaneCommand::Kind::Amend:
      if (!command.more && !continues_amends) {
        orders_.amend(command.amend, now);
        break;
      }
      amending_.push(command.amend);
      if (!command.more || amending_.full()) flush_batches(now);
      break;
    case LaneCommand::Kind::Cancel:
      if (command.more) {
        record_batch(BatchEdgeRecord::Kind::CancelSoon, 1, now);
        orders_.cancel_soon(command.cancel, now);
      } else {
        orders_.cancel(command.cancel, now);
      }
      break;
    case LaneCommand::Kind::CancelAll:
      orders_.cancel_all_of(command.strategy, command.cancel_all, now);
      break;
    case LaneCommand::Kind::PlaceAlgo:
      orders_.place_algo(command.algo, command.decided_time, command.trigger_time, now);
      break;
    case LaneCommand::Kind::StrategyFailed:
      if (exposure_.contains(command.strategy))
        record_call(CoreCallRecord::Kind::StrategyFailed, command.strategy.value, now);
      stop_strategy(command.strategy, now);
      break;
  }
}

void TradingCore::heed_refusal(const ExecutionReport& report) noexcept {
  if (report.source != ExecutionReport::Source::Reply) return;
  const Timestamp now = report.receive_time;
  const bool is_refused = report.kind == ExecutionReport::Kind::PlaceRejected ||
                          report.kind == ExecutionReport::Kind::AmendRejected ||
                          report.kind == ExecutionReport::Kind::CancelRejected;
  if (is_refused && report.reason == VenueReason::NotAuthorised) {
    set_hold(HoldReason::NotAuthorised, true, now);
  } else if (report.reason == VenueReason::VenueUnavailable) {
    venue_unavailable_ = now;
    set_hold(HoldReason::VenueUnavailable, true, now);
  } else {
    return;
  }
  update_state(now);
}

void TradingCore::flush_batches(Timestamp now) noexcept {
  if (!placing_.empty()) {
    const bool whole = std::ranges::any_of(
        placing_.view(), [](const OrderIntent& intent) { return intent.exits.any(); });
    record_batch(whole ? BatchEdgeRecord::Kind::WholePlaces : BatchEdgeRecord::Kind::Places,
                 placing_.size(), now);
    for (std::size_t i = 0; whole && i < placing_.size(); ++i)
      record(to_whole_record(placing_[i], placing_trigger_), now);
    orders_.place_batch(placing_.view(), placing_decided_, placing_trigger_, now);
    placing_.clear();
  }
  if (!amending_.empty()) {
    record_batch(BatchEdgeRecord::Kind::Amends, amending_.size(), now);
    orders_.amend_batch(amending_.view(), now);
    amending_.clear();
  }
}

void TradingCore::kill(std::string_view why, std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  // First of all: nothing new may pass the gate from here on (KILL-01).
  modes_.set_engine(risk::TradingMode::Killed);
  kills_.set_engine(true);
  killed_ = true;
  wants_flat_ = true;
  flat_confirmed_ = false;
  record_command(CommandRecord::Kind::Kill, why, who, now);
  links_.listener.on_kill_changed(true, why, who, now);
  orders_.cancel_all({}, now);
  reconciler_.forget_empty_lists();
  reconciler_.want_round();
  update_state(now);
}

void TradingCore::resume(std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  if (kills_.engine()) losses_.resume({}, now);
  lift_protections();
  reducer_.withdraw_of_rules(now);
  record_command(CommandRecord::Kind::Resume, "", who, now);
  if (kills_.engine()) links_.listener.on_kill_changed(false, "", who, now);
  kills_.set_engine(false);
  killed_ = kills_.all();  // the account may be killed by itself
  wants_flat_ = killed_;
  set_hold(HoldReason::Operator, false, now);
  set_hold(HoldReason::NotAuthorised, false, now);
  reconcile_again(now);
  update_state(now);
}

void TradingCore::hold(std::string_view why, std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_command(CommandRecord::Kind::Hold, why, who, now);
  set_hold(HoldReason::Operator, true, now);
  update_state(now);
}

void TradingCore::cancel_all(std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_command(CommandRecord::Kind::CancelAll, "", who, now);
  wants_flat_ = true;
  flat_confirmed_ = false;
  orders_.cancel_all({}, now);
  reconciler_.forget_empty_lists();
  reconciler_.want_round();
}

void TradingCore::set_journal_failed(bool failed, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_call(CoreCallRecord::Kind::JournalFailed, failed ? 1 : 0, now);
  set_hold(HoldReason::JournalFailed, failed, now);
  update_state(now);
}

bool TradingCore::accept(InstrumentId instrument, std::string_view who, Timestamp now) noexcept {
  if (!links_.instruments.contains(instrument) || held_[instrument.value] == 0) return false;
  const CoreJournal::Input input(journal_);
  record_command(CommandRecord::Kind::Accept, "", who, now, instrument);
  // A word older than the newest fill would undo that fill: a newer one is on its way.
  if (reconciler_.compare(instrument) != PositionComparison::Differs) {
    reconciler_.want_round();
    return false;
  }
  AdjustmentRecord adjustment;
  const VenuePositions& venue = reconciler_.venue_positions();
  const Quantity before = positions_.of_account(instrument).quantity();
  const Quantity after = venue.quantity(instrument);
  adjustment.average_entry_price = venue.average_entry_price(instrument).raw;
  adjustment.instrument = instrument.value;
  const Timestamp as_of = std::max(venue.time(instrument), booking_.newest(instrument));
  adjustment.as_of = as_of.nanos;
  booking_.set_baseline(instrument, as_of);
  for (const PositionSide leg : {PositionSide::Net, PositionSide::Short}) {
    adjustment.position_side = leg;
    adjustment.before = exposure_.of_account(instrument, leg).position.raw;
    adjustment.after = venue.quantity(instrument, leg).raw;
    if (adjustment.before == adjustment.after) continue;
    record(adjustment, now);
    exposure_.set_account_position(instrument, {adjustment.after}, leg);
  }
  const PositionCost held = positions_.of_account(instrument).held;
  positions_.adjust(instrument, after, venue.average_entry_price(instrument));
  profits_.on_adjusted(instrument, held, now);
  orders_.accept_shortfalls(instrument);
  links_.listener.on_alert(
      {Alert::DifferenceAccepted, instrument, {}, {}, before.raw, after.raw, now});
  tell_positions(instrument, now);
  hold_instrument(instrument, false, now);
  return true;
}

bool TradingCore::resolve(ClientOrderId id, OrderResolution resolution, std::string_view who,
                          Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_command(CommandRecord::Kind::Resolve, "", who, now, {}, id,
                 static_cast<std::uint8_t>(resolution));
  return orders_.resolve(id, resolution, now);
}

void TradingCore::release_dead_man() noexcept {
  const CoreJournal::Input input(journal_);
  record_call(CoreCallRecord::Kind::ReleaseDeadMan, 0, now_);
  dead_man_released_ = true;
}

void TradingCore::request_round() noexcept {
  const CoreJournal::Input input(journal_);
  record_call(CoreCallRecord::Kind::RequestRound, 0, now_);
  reconciler_.want_round();
}

void TradingCore::cancel_order(ClientOrderId id, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_call(CoreCallRecord::Kind::CancelOrder, id.value, now);
  if (Order* order = orders_.table().find(id); order != nullptr && order->is_open())
    orders_.cancel_by_engine(*order, now);
}

bool TradingCore::may_send_again(ExecutionReport::Request request, ClientOrderId id,
                                 InstrumentId instrument, std::uint64_t amend_id,
                                 Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record(MaySendAgainRecord{id.value, amend_id, instrument.value, request, {}}, now);
  const bool may = orders_.may_send_again(request, id, instrument, amend_id, now);
  if (may) audit_.on_sent_again(request);
  return may;
}

risk::TradingMode TradingCore::mode_of(ClientOrderId id) const noexcept {
  const Order* order = orders_.table().find(id);
  if (order == nullptr) return risk::TradingMode::Killed;
  // ReduceOnly, the last enumerator, is not the worst.
  const auto rank = [](risk::TradingMode mode) {
    switch (mode) {
      case risk::TradingMode::Ready:
        return 0;
      case risk::TradingMode::ReduceOnly:
        return 1;
      case risk::TradingMode::NotReady:
        return 2;
      case risk::TradingMode::Held:
        return 3;
      case risk::TradingMode::Killed:
        return 4;
    }
    return 4;
  };
  const auto worse = [&](risk::TradingMode a, risk::TradingMode b) {
    return rank(a) >= rank(b) ? a : b;
  };
  const risk::TradingMode mode = worse(modes_.engine(), modes_.instrument(order->instrument));
  return exposure_.contains(order->strategy) ? worse(mode, modes_.strategy(order->strategy)) : mode;
}

bool TradingCore::is_open(ClientOrderId id) const noexcept {
  const Order* order = orders_.table().find(id);
  return order != nullptr && order->is_open();
}

void TradingCore::record_batch(BatchEdgeRecord::Kind kind, std::size_t count,
                               Timestamp now) noexcept {
  record(BatchEdgeRecord{kind, 0, static_cast<std::uint16_t>(count), 0}, now);
}

void TradingCore::record_call(CoreCallRecord::Kind kind, std::uint64_t argument,
                              Timestamp now) noexcept {
  record(CoreCallRecord{argument, kind, {}}, now);
}

void TradingCore::record_command(CommandRecord::Kind kind, std::string_view why,
                                 std::string_view who, Timestamp now, InstrumentId instrument,
                                 ClientOrderId id, std::uint8_t resolution,
                                 CurrencyId balance) noexcept {
  CommandRecord command;
  command.kind = kind;
  command.instrument = instrument.value;
  command.client_id = id.value;
  command.resolution = resolution;
  if (balance.valid()) command.balance_of = static_cast<std::uint16_t>(balance.value + 1);
  copy_text(command.why, why);
  copy_text(command.who, who);
  record(command, now);
}

void TradingCore::on_book_update(const BookUpdate& update) noexcept {
  ++market_events_;
  books_.on_update(update);
  if (links_.instruments.contains(update.instrument) &&
      rules_.on_best(update.instrument, update.receive_time))
    on_market_suspect(update.instrument, update.receive_time);
}

void TradingCore::on_market_suspect(InstrumentId instrument, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_call(CoreCallRecord::Kind::MarketSuspect, instrument.value, now);
  if (rules_.tell_suspect(instrument, now)) orders_.cancel_all(instrument, now);
}

std::optional<OverrideRefusal> TradingCore::grant(const Override& wish, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  return rules_.grant(wish, now);
}

bool TradingCore::enable(StrategyId strategy, std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  return rules_.enable(strategy, who, now);
}

bool TradingCore::disable(StrategyId strategy, std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  return rules_.disable_by_hand(strategy, who, now);
}

void TradingCore::note(const OperatorCommandRecord& command, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record(command, now);
}

void TradingCore::on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                    Timestamp now) noexcept {
  books_.on_withdrawn(instrument, feed, why, now);
  if (links_.instruments.contains(instrument)) rules_.on_book_gone(instrument);
}

void TradingCore::on_trade(const TradeEvent& trade) noexcept {
  ++market_events_;
  links_.books.on_trade(trade);
}

void TradingCore::on_ticker(const TickerEvent& ticker) noexcept {
  ++market_events_;
  links_.books.on_ticker(ticker);
}

void TradingCore::on_reference_price(const ReferencePriceEvent& event) noexcept {
  ++market_events_;
  if (!links_.instruments.contains(event.instrument)) return;
  const Instrument& instrument = links_.instruments[event.instrument];
  if (event.kind == ReferencePriceEvent::Kind::Mark) {
    references_.set_mark(event.instrument, event.price, event.receive_time);
  } else {
    references_.set_index(event.instrument, event.price, event.receive_time);
    // The index values the coin: coin-margined notionals are limited through it. The base of an
    // inverse contract is its contract value's currency, dollars; its coin is what it settles in.
    const CurrencyId coin =
        instrument.contract == ContractKind::Inverse ? instrument.settle : instrument.base;
    const __int128 scale =
        static_cast<__int128>(power_of_ten(Amount::kDigits - instrument.price_digits));
    const auto value =
        conversions_.convert({event.price.raw * scale, instrument.quote}, event.receive_time);
    if (value) conversions_.set(coin, *value, event.receive_time);
  }
  links_.books.on_reference_price(event);
}

void TradingCore::on_instrument_state(InstrumentId instrument, InstrumentState state,
                                      Timestamp now) noexcept {
  if (!links_.instruments.contains(instrument)) return;
  if (links_.instruments[instrument].state != state) {
    const CoreJournal::Input input(journal_);
    record(InstrumentStateRecord{instrument.value, state, {}}, now);
  }
  links_.instruments[instrument].state = state;
  references_.set_definition_time(instrument, now);
}

void TradingCore::on_market_update(const MarketUpdate& update) noexcept {
  ++market_events_;
  if (const auto* limit = std::get_if<PriceLimitEvent>(&update)) {
    if (!links_.instruments.contains(limit->instrument)) return;
    references_.set_price_limit(limit->instrument, limit->highest_buy, limit->lowest_sell);
  } else if (const auto* summary = std::get_if<OptionSummaryEvent>(&update)) {
    greeks_.on_summary(*summary);
  }
  links_.books.on_market_update(update);
}

void TradingCore::on_instrument_changed(const InstrumentChange& change, Timestamp now) noexcept {
  if (!links_.instruments.contains(change.instrument)) return;
  Instrument& instrument = links_.instruments[change.instrument];
  const bool outgrown = change.unit_too_coarse || changes_contract(change, instrument);
  // Told again unchanged it only confirms: when it was confirmed is noted where it is read.
  Instrument changed = instrument;
  if (!apply(change, changed) && !outgrown && changed.state == instrument.state)
    return references_.set_definition_time(change.instrument, now);
  const CoreJournal::Input input(journal_);
  record(to_record(change), now);
  now_ = std::max(now_, now);
  const bool differs = apply(change, instrument);
  references_.set_definition_time(change.instrument, now);
  if (differs) {
    links_.listener.on_definition_changed(instrument, now);
    links_.events.on_instrument_changed(change);
  }
  if (outgrown) hold_until_restart(change.instrument, now);
}

void TradingCore::on_book_replaced(InstrumentId instrument, BookFeed wanted, BookFeed instead,
                                   Timestamp now) noexcept {
  books_.replace(instrument, wanted, instead, now);
}

void TradingCore::on_market_connection(ConnectionState state, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, now);
  record(ConnectionRecord{0, state, {}}, now);
  const bool was_ready = market_ == ConnectionState::Ready;
  market_ = state;
  if (state == ConnectionState::Ready) {
    on_market_alive(now);
    if (!was_ready) reconcile_again(now);
  } else if (was_ready) {
    references_.withdraw_all();
    books_.withdraw_all(BookWithdrawal::Disconnected, now);
    for (const Instrument& instrument : links_.instruments) rules_.on_book_gone(instrument.id);
  }
  was_connected_ = was_connected_ || is_connected();
  set_hold(HoldReason::MarketConnectionLost, was_connected_ && state != ConnectionState::Ready,
           now);
  update_state(now);
}

void TradingCore::on_market_alive(Timestamp now) noexcept {
  market_alive_ = std::max(market_alive_, now);
  references_.set_alive(market_alive_);
}

void TradingCore::on_execution_report(const ExecutionReport& report) noexcept {
  crash_point("report_in");
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, report.receive_time);
  if (report.kind == ExecutionReport::Kind::Status &&
      report.source == ExecutionReport::Source::Query)
    reconciler_.on_open_order_row(report);
  orders_.on_report(report);
  heed_refusal(report);
  crash_point("report_done");
  if (report.has_fill) reconciler_.on_fill(report.instrument, report.receive_time);
  // The timer fired while we live: something stood still; look before trading on (COD-05).
  if (report.kind == ExecutionReport::Kind::Status &&
      report.reason == VenueReason::CancelAllAfter) {
    forget_dead_man();
    if (state_ == EngineState::Ready) reconcile_again(report.receive_time);
    update_state(report.receive_time);
  }
}

void TradingCore::on_fill_report(const FillReport& fill) noexcept {
  const CoreJournal::Input input(journal_);
  // Traded before we first looked: it is in the position that we found, and not ours to book.
  if (reconciler_.is_before_first_seen(fill) && orders_.table().find(fill.client_id) == nullptr)
    return record(to_record(fill), fill.receive_time);
  orders_.on_fill_row(fill);
  reconciler_.on_fill(fill.instrument, fill.receive_time);
}

void TradingCore::on_position(const PositionReport& position, bool from_snapshot) noexcept {
  const CoreJournal::Input input(journal_);
  record(to_record(position, from_snapshot), position.receive_time);
  if (!is_believable(position.quantity)) return;
  reconciler_.on_position(position, from_snapshot);
}

void TradingCore::on_balance(const BalanceReport& balance, bool from_snapshot) noexcept {
  const CoreJournal::Input input(journal_);
  record(to_record(balance, from_snapshot), balance.receive_time);
  const CurrencyId currency = balance.cash.currency;
  if (currency.value >= balances_.size()) return;
  rules_.on_balance(balance, balance.exchange_time - venue_offset_);
  auto& newest = balances_[currency.value];
  if (newest && balance.exchange_time < newest->exchange_time) return;
  newest = balance;
  bills_.on_balance(balance);
  links_.events.on_balance_event(balance);
}

void TradingCore::on_snapshot_begin(SnapshotKind kind, std::uint64_t request,
                                    Timestamp requested_at) noexcept {
  const CoreJournal::Input input(journal_);
  record(SnapshotEdgeRecord{request, requested_at.nanos, kind, 0, 0, {}}, now_);
  if (kind == SnapshotKind::Balances) {
    balances_requested_ = requested_at;
    rules_.on_balances_begin();
  }
  reconciler_.on_snapshot_begin(kind, request, requested_at);
}

void TradingCore::on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                                  Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, now);
  record(SnapshotEdgeRecord{request, 0, kind, 1, complete ? std::uint8_t{1} : std::uint8_t{0}, {}},
         now);
  if (kind == SnapshotKind::Balances) {
    rules_.on_balances_end(complete, balances_requested_);
    rules_.revalue(now);
  }
  reconciler_.on_snapshot_end(kind, request, complete, now);
}

void TradingCore::on_account_connection(ConnectionState state, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, now);
  record(ConnectionRecord{1, state, {}}, now);
  const bool was_ready = account_ == ConnectionState::Ready;
  account_ = state;
  if (state == ConnectionState::Ready) {
    on_account_alive(now);
    if (!was_ready) reconcile_again(now);
  } else if (was_ready) {
    orders_.on_connection_lost(now);
  }
  was_connected_ = was_connected_ || is_connected();
  set_hold(HoldReason::AccountConnectionLost, was_connected_ && state != ConnectionState::Ready,
           now);
  update_state(now);
}

void TradingCore::on_account_alive(Timestamp now) noexcept {
  account_alive_ = std::max(account_alive_, now);
}

void TradingCore::on_venue_clock(Nanos offset, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record(VenueClockRecord{offset.count}, now);
  venue_offset_ = offset;
  orders_.on_venue_clock(offset);
  reconciler_.on_venue_clock(offset);
  const bool is_off =
      offset > settings_.clock_offset_max || offset < Nanos{-settings_.clock_offset_max.count};
  if (is_off) links_.listener.on_alert({Alert::VenueClockOff, {}, {}, {}, 0, offset.count, now});
  set_hold(HoldReason::VenueClock, is_off, now);
  update_state(now);
}

void TradingCore::on_algo_report(const AlgoReport& report) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, report.receive_time);
  if (report.source == ExecutionReport::Source::Query) reconciler_.on_algo_row(report);
  orders_.on_algo_report(report);
}

void TradingCore::on_cash(const CashReport& cash) noexcept {
  const CoreJournal::Input input(journal_);
  record(to_record(cash), cash.receive_time);
  if (cash.cash.currency.value >= cash_.size()) return;
  ToldCash& told = cash_[cash.cash.currency.value];
  if (cash.exchange_time < told.report.exchange_time) return;
  told = {cash, false};
}

/// Two channels tell of one currency: where the slower one has not caught up for long, the venue is
/// asked, and a person told. Nothing is ever booked from it.
void TradingCore::compare_cash(Timestamp now) noexcept {
  for (std::size_t c = 0; c < cash_.size(); ++c) {
    ToldCash& told = cash_[c];
    const auto& balance = balances_[c];
    if (told.is_told || told.report.receive_time.nanos == 0 || !balance) continue;
    if (balance->exchange_time > told.report.exchange_time ||
        balance->cash.raw == told.report.cash.raw)
      continue;
    if (now - told.report.receive_time < settings_.cash_patience) continue;
    told.is_told = true;
    reconciler_.want_round();
    links_.listener.on_alert(
        {Alert::BalanceDifference, {}, {}, {}, 0, static_cast<std::int64_t>(c), now});
  }
}

void TradingCore::on_fill_hint(const FillHint&) noexcept { ++fill_hints_; }

void TradingCore::on_liquidation_warning(const LiquidationWarning& warning) noexcept {
  const CoreJournal::Input input(journal_);
  record(to_record(warning), warning.receive_time);
  links_.listener.on_alert({Alert::LiquidationWarning,
                            warning.instrument,
                            {},
                            {},
                            warning.quantity.raw,
                            warning.margin_ratio_ppm,
                            warning.receive_time});
  protections_.on_liquidation_warning(
      warning, warning.receive_time,
      [&](const ProtectionVerdict& verdict) noexcept { act_on(verdict, warning.receive_time); });
}

void TradingCore::on_cancel_all_after(bool accepted, Timestamp requested_at,
                                      Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record(DeadManAnswerRecord{requested_at.nanos, accepted ? std::uint8_t{1} : std::uint8_t{0}, {}},
         now);
  on_dead_man_answer(accepted, requested_at, now);
}

void TradingCore::on_dead_man_answer(bool accepted, Timestamp requested_at,
                                     Timestamp now) noexcept {
  // Given up as late, or asked before Ready was left: what that armed may have fired since.
  if (!dead_man_pending_ || requested_at != dead_man_sent_) return;
  dead_man_pending_ = false;
  if (dead_man_released_) {
    dead_man_off_ = dead_man_off_ || (accepted && dead_man_asked_zero_);
    return;
  }
  if (accepted) {
    // From the question on: the venue began to count later.
    dead_man_armed_until_ = requested_at + seconds(settings_.dead_man_seconds);
    if (has_dead_man_failed()) reconcile_again(now);  // it may have cancelled meanwhile
    dead_man_failures_ = 0;
  } else {
    note_dead_man_failure(now);
  }
  update_state(now);
}

CoreStatus TradingCore::status() const noexcept {
  CoreStatus status;
  status.state = state_;
  status.hold_reason = hold_reason_;
  status.killed = killed_;
  status.account_killed = kills_.account();
  status.killed_parts = kills_.parts();
  status.flat_confirmed = flat_confirmed_;
  status.reconciled = is_reconciled();
  status.market = market_;
  status.account = account_;
  status.open_orders = orders_.table().open();
  orders_.table().for_each_open(
      [&](const Order& order) { status.algo_orders += order.algo ? 1u : 0u; });
  status.kept_orders = orders_.kept();
  status.fill_hints = fill_hints_;
  status.foreign_orders = orders_.foreign().open();
  status.unknown_orders = orders_.unknown_orders();
  for (std::uint32_t i = 0; i < held_.size(); ++i) status.held_instruments += is_held({i});
  status.fills = booking_.booked();
  status.duplicate_fills = booking_.duplicates();
  status.rounds = reconciler_.rounds();
  status.market_events = market_events_;
  status.orders = orders_.counters();
  status.books = books_.counters();
  return status;
}

InstrumentStatus TradingCore::status(InstrumentId instrument, Timestamp now) const noexcept {
  InstrumentStatus status;
  if (!links_.instruments.contains(instrument)) return status;
  const Position& position = positions_.of_account(instrument);
  status.held = is_held(instrument);
  status.killed = kills_.instrument(instrument);
  status.position = position.quantity();
  status.venue_position = reconciler_.venue_positions().quantity(instrument);
  status.average_entry_price = average_entry_price(links_.instruments[instrument], position.held);
  status.realised_pnl = position.realised_pnl;
  status.fees = position.fees;
  std::optional<Price> value_at = references_.fresh_mark(instrument, now);
  if (!value_at) value_at = books_.mid(instrument);
  if (value_at) status.unrealised_pnl = positions_.unrealised_pnl(instrument, *value_at);
  return status;
}

}  // namespace gannet::engine
