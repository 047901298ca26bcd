#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/trading_core.h"
#include "support/tiny_venue.h"

namespace gannet::test {

/// Hears everything the engine says.
class EngineEars final : public engine::StrategyEvents,
                         public engine::BookListener,
                         public engine::EngineListener {
 public:
  void on_order_event(const engine::OrderEvent& event) noexcept override {
    order_events.push_back(event);
  }
  void on_fill_event(const engine::FillEvent& event) noexcept override {
    fill_events.push_back(event);
  }
  void on_position_event(const engine::PositionEvent& event) noexcept override {
    position_events.push_back(event);
  }
  void on_state_event(const engine::StateEvent& event) noexcept override {
    state_events.push_back(event);
  }
  void on_book(InstrumentId, BookFeed, const OrderBook&, bool, Timestamp,
               Timestamp) noexcept override {
    ++books;
  }
  void on_book_unavailable(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {
    ++books_unavailable;
  }
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent& event) noexcept override { alerts.push_back(event); }
  void on_kill_changed(bool is_killed, std::string_view, std::string_view,
                       Timestamp) noexcept override {
    killed = is_killed;
  }
  void on_flat_confirmed(Timestamp now) noexcept override { flat_at = now; }

  bool heard(engine::Alert alert) const {
    for (const auto& event : alerts) {
      if (event.alert == alert) return true;
    }
    return false;
  }
  /// Kind of the last event of that handle; Denied if it had none.
  engine::OrderEventKind last(Handle handle) const {
    engine::OrderEventKind kind = engine::OrderEventKind::Denied;
    for (const auto& event : order_events) {
      if (event.handle == handle) kind = event.kind;
    }
    return kind;
  }
  bool heard(Handle handle, engine::OrderEventKind kind) const {
    for (const auto& event : order_events) {
      if (event.handle == handle && event.kind == kind) return true;
    }
    return false;
  }

  std::vector<engine::OrderEvent> order_events;
  std::vector<engine::FillEvent> fill_events;
  std::vector<engine::PositionEvent> position_events;
  std::vector<engine::StateEvent> state_events;
  std::vector<engine::AlertEvent> alerts;
  bool killed = false;
  std::optional<Timestamp> flat_at;
  int books = 0;
  int books_unavailable = 0;
};

/// The production engine between a TinyVenue and recorded ears, under virtual time. Two linear
/// swaps (price digits 3, whole contracts of 0.01), books at 99.9 / 100.1, two strategies.
class EngineBench {
 public:
  static constexpr std::uint64_t kRun = 1'790'000'000;
  static constexpr Timestamp kStart{1'790'000'000'000'000'000};

  explicit EngineBench(std::uint64_t seed = 1, std::uint64_t run = kRun) : venue(seed), run_(run) {
    usdt = currencies.intern("USDT");
    for (const char* name : {"AAA-USDT-SWAP", "BBB-USDT-SWAP"}) {
      Instrument instrument;
      instrument.name = std::string_view(name);
      instrument.kind = InstrumentKind::Swap;
      instrument.contract = ContractKind::Linear;
      instrument.state = InstrumentState::Live;
      instrument.price_digits = 3;
      instrument.quantity_digits = 0;
      instrument.base = currencies.intern(std::string_view(name).substr(0, 3));
      instrument.quote = instrument.settle = usdt;
      instrument.tick_size = {100};
      instrument.lot_size = instrument.minimum_quantity = {1};
      instrument.maximum_limit_quantity = {1'000'000};
      instrument.contract_value = {1, 2};
      instruments.add(instrument);
    }
    settings.orders.open_capacity = 256;
    settings.orders.ended_capacity = 512;
    settings.orders.foreign_capacity = 64;
    settings.fill_keys = 4096;
    risk_settings.rates.place = {1'000, seconds(2)};
    risk_settings.rates.amend = {1'000, seconds(2)};
    risk_settings.strategy_default.open_orders_max = 200;
    risk_settings.instrument_default.open_orders_max = 200;
    now = kStart;
  }

  void build(const engine::PriorBelief* prior = nullptr) {
    core = make_core(journal, port == nullptr ? static_cast<VenuePort&>(venue) : *port,
                     uses_dead_man ? &venue : nullptr, algos, instruments, prior);
    venue.listener = core.get();
    core->start(now);
  }
  /// A core of the same settings between others: to replay what this one wrote.
  std::unique_ptr<engine::TradingCore> make_core(engine::Journal& pen, VenuePort& to,
                                                 DeadManPort* dead_man, AlgoPort* algo_port,
                                                 InstrumentTable& table,
                                                 const engine::PriorBelief* prior) {
    const std::vector<std::string> names{"s0", "s1"};
    auto limits = risk::LimitTable::build(risk_settings, instruments, currencies, names);
    if (!limits) std::abort();
    for (std::uint16_t s = 0; s < 2; ++s) {
      for (const Instrument& instrument : instruments)
        static_cast<void>(limits->permit(StrategyId{s}, instrument));
    }
    const auto ids =
        engine::ClientOrderIds::start(1, run_, prior == nullptr ? 0 : prior->newest_run());
    if (!ids) std::abort();
    auto made = std::make_unique<engine::TradingCore>(
        engine::CoreLinks{table, currencies, pen, to, dead_man, ears, ears, ears, algo_port},
        settings, risk_settings, std::move(*limits), 2, *ids);
    for (const Instrument& instrument : table)
      made->add_book(instrument.id, BookFeed::BestBidOffer);
    if (prior != nullptr) made->restore(*prior);
    return made;
  }

  /// Connected, reconciled, books there.
  void make_ready() {
    build();
    connect();
    run_for(milliseconds(100));
  }
  void connect() {
    core->on_market_connection(ConnectionState::Ready, now);
    venue.connect(now);
    market_up = true;
    show_books();
  }
  void show_books() {
    const Level bid{99'900, 10, 1, 0};
    const Level ask{100'100, 10, 1, 0};
    for (const Instrument& instrument : instruments) {
      BookUpdate update;
      update.instrument = instrument.id;
      update.feed = BookFeed::BestBidOffer;
      update.bids = {&bid, 1};
      update.asks = {&ask, 1};
      update.exchange_time = update.receive_time = now;
      core->on_book_update(update);
    }
  }
  /// Turns of the loop until then, both connections proving life where they are up.
  void run_for(Nanos span, Nanos step = milliseconds(10)) {
    const Timestamp end = now + span;
    while (now < end) {
      now = std::min(end, now + step);
      turn();
    }
  }
  void turn() {
    venue.run(now);
    if (also_run) also_run(now);
    if (market_up) core->on_market_alive(now);
    if (venue.connected) core->on_account_alive(now);
    if (market_up && shows_books && now - books_shown_ >= seconds(5)) {
      books_shown_ = now;
      show_books();
    }
    core->on_timer(now);
  }

  Handle place(Side side, std::int64_t quantity, std::int64_t price, std::uint32_t instrument = 0,
               std::uint16_t strategy = 0) {
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::Place;
    command.strategy = StrategyId{strategy};
    command.place = OrderIntent{};
    command.place.strategy = StrategyId{strategy};
    command.place.handle = {++last_handle_};
    command.place.cookie = 1000 + last_handle_;
    command.place.instrument = InstrumentId{instrument};
    command.place.side = side;
    command.place.price = {price};
    command.place.quantity = {quantity};
    command.place.intent_time = now;
    core->on_lane_command(command, now);
    return {last_handle_};
  }
  void cancel(Handle handle, std::uint16_t strategy = 0) {
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::Cancel;
    command.strategy = StrategyId{strategy};
    command.cancel = {StrategyId{strategy}, handle, now};
    core->on_lane_command(command, now);
  }
  void amend(Handle handle, std::optional<Price> price, std::optional<Quantity> quantity,
             std::uint16_t strategy = 0) {
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::Amend;
    command.strategy = StrategyId{strategy};
    command.amend = {StrategyId{strategy}, handle, price, quantity, now, false, false};
    core->on_lane_command(command, now);
  }
  const engine::Order* order(Handle handle) { return core->orders().table().find(handle); }

  InstrumentTable instruments;
  CurrencyTable currencies;
  CurrencyId usdt;
  engine::TradingCoreSettings settings;
  risk::Settings risk_settings;
  engine::MemoryJournal journal;
  TinyVenue venue;
  EngineEars ears;
  std::unique_ptr<engine::TradingCore> core;
  Timestamp now;
  bool uses_dead_man = false;
  AlgoPort* algos = nullptr;
  VenuePort* port = nullptr;                ///< between core and venue; null: nothing is
  std::function<void(Timestamp)> also_run;  ///< with every turn, after the venue
  bool market_up = false;
  bool shows_books = true;  ///< again and again, as long as the market is up

 private:
  std::uint64_t run_;
  std::uint64_t last_handle_ = 0;
  Timestamp books_shown_;
};

}  // namespace gannet::test
