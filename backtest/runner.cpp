#include "backtest/runner.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "backtest/internal/stage.h"

namespace gannet::backtest {
namespace {

constexpr Nanos kTurn = milliseconds(10);
constexpr Nanos kDefinitionInterval = seconds(3600);
constexpr Nanos kStopPatience = seconds(2);
constexpr Nanos kFlatPatience = seconds(15);
constexpr std::uint64_t kProgressEvery = 65'536;

/// The earliest of them; the one named first wins a tie.
template <std::size_t N>
std::size_t earliest(const std::array<std::optional<Timestamp>, N>& times) noexcept {
  std::size_t best = N;
  for (std::size_t i = 0; i < N; ++i) {
    if (times[i] && (best == N || *times[i] < *times[best])) best = i;
  }
  return best;
}

}  // namespace

/// The stage in time: what happens when.
struct Backtest::Parts final : Stage {
  using Stage::Stage;

  void start() {
    now = begin;
    open_account();
    core->start(now);
    core->on_venue_clock({}, now);
    publisher->start(log, now);
    core->on_market_connection(ConnectionState::Ready, now);
    core->on_account_connection(ConnectionState::Ready, now);
    next_definition = now + kDefinitionInterval;
    turn();
    advance_to(outcome.first_message);
    now = std::max(now, outcome.first_message);
    begin_curve(false);
  }

  /// As soon as what the account holds has a price, or when there is no waiting for it any more.
  void begin_curve(bool is_last_chance) {
    if (has_begun_curve || (!is_last_chance && !equity->can_value_all())) return;
    has_begun_curve = true;
    equity->sample(now, "start");
    next_sample = now + inputs.settings.sample_interval;
  }

  std::expected<void, Error> run(const Progress& progress) {
    std::optional<Timestamp> next_message = outcome.first_message;
    start();
    while (next_message) {
      const Timestamp at = *next_message;
      if (has_work_before(at)) advance_to(at);
      now = at;
      if (at - venue_time >= kTurn) {
        venue_time = at;
        venue->advance(at);
      }
      feed->set_time(at);
      core->on_market_alive(at);
      core->on_account_alive(at);
      if (auto told = inputs.source.tell(*feed); !told) {
        return std::unexpected(std::move(told.error()));
      }
      begin_curve(false);
      after_venue();
      publisher->do_work(at);
      core->on_timer(at);
      last_turn = at;
      outcome.last_message = at;
      auto next = inputs.source.next();
      if (!next) return std::unexpected(std::move(next.error()));
      next_message = *next;
      if (progress && inputs.source.counts().messages % kProgressEvery == 0) {
        progress(inputs.source.counts(), inputs.source.progress());
      }
    }
    stop();
    conclude();
    return {};
  }

  bool has_work_before(Timestamp at) const {
    const auto arrival = venue->next_arrival();
    const auto report = venue->next_report();
    return (arrival && *arrival < at) || (report && *report < at) || next_turn() < at ||
           next_sample < at;
  }

  Timestamp next_turn() const {
    Timestamp timer = publisher->next_timer();
    // Set for a moment that is over by a handler of that moment: soon, but time must go on.
    if (timer <= last_turn) timer = last_turn + milliseconds(1);
    return std::min(timer, last_turn + kTurn);
  }

  /// Everything that happens before that moment; what is due at the moment itself waits for the
  /// message of that moment.
  void advance_to(Timestamp end) {
    for (;;) {
      const std::array<std::optional<Timestamp>, 4> times{
          venue->next_arrival(), venue->next_report(), next_turn(),
          next_sample.nanos == 0 ? std::nullopt : std::optional(next_sample)};
      const std::size_t first = earliest(times);
      if (*times[first] >= end) return;
      now = std::max(now, *times[first]);
      switch (first) {
        case 0:
          venue->take_arrival(now);
          after_venue();
          break;
        case 1:
          venue->deliver_report(*core, now);
          turn();
          break;
        case 2:
          turn();
          break;
        default:
          equity->sample(now, "time");
          next_sample = next_sample + inputs.settings.sample_interval;
          break;
      }
    }
  }

  /// One turn of the reactor's loop.
  void turn() {
    last_turn = now;
    venue->advance(now);
    core->on_market_alive(now);
    core->on_account_alive(now);
    publisher->do_work(now);
    core->on_timer(now);
    if (now < next_definition) return;
    next_definition = now + kDefinitionInterval;
    for (const Instrument& instrument : inputs.table) {
      core->on_instrument_state(instrument.id, instrument.state, now);
    }
  }

  void after_venue() {
    if (log.fills().size() == fills_sampled) return;
    fills_sampled = log.fills().size();
    begin_curve(true);
    equity->sample(now, "fill");
  }

  static bool leaves_orders(const engine::StrategySettings& strategy) {
    return strategy.on_stop == engine::StrategySettings::OnStop::Leave;
  }

  template <class Condition>
  bool advance_until(Condition condition, Nanos patience) {
    const Timestamp deadline = now + patience;
    while (!condition()) {
      if (now > deadline) return false;
      advance_to(now + kTurn);
      now = now + kTurn;
      turn();
    }
    return true;
  }

  /// As the engine room stops: strategies first, then their orders.
  void stop() {
    begin_curve(true);
    next_sample = {};
    publisher->stop(now);
    advance_until([this] { return publisher->has_stopped(); }, kStopPatience);
    if (std::ranges::none_of(inputs.strategies, leaves_orders)) {
      core->cancel_all("engine, stopping", now);
      // A failed strategy's exits stay while its position does, as they do live.
      const auto is_flat = [this] {
        const engine::CoreStatus status = core->status();
        return status.flat_confirmed && status.open_orders == status.kept_orders;
      };
      outcome.ended_flat_of_orders = advance_until(is_flat, kFlatPatience);
    } else {
      const auto must_go = [this](const engine::Order& order) {
        const std::uint16_t strategy = order.strategy.value;
        return strategy >= inputs.strategies.size() || !leaves_orders(inputs.strategies[strategy]);
      };
      engine::OrderManager& orders = core->orders();
      orders.table().for_each_open([&](engine::Order& order) {
        if (must_go(order)) orders.cancel_by_engine(order, now);
      });
      outcome.ended_flat_of_orders = advance_until(
          [&] {
            bool any = false;
            orders.table().for_each_open(
                [&](const engine::Order& order) { any |= must_go(order); });
            return !any;
          },
          kFlatPatience);
    }
    equity->sample(now, "end");
  }

  Timestamp last_turn;
  Timestamp venue_time;   // when its clock was last moved by a message
  Timestamp next_sample;  // zero: none (any more)
  bool has_begun_curve = false;
  Timestamp next_definition;
  std::size_t fills_sampled = 0;
};

std::expected<std::unique_ptr<Backtest>, Error> Backtest::make(Inputs inputs) {
  auto parts = std::make_unique<Parts>(std::move(inputs));
  if (auto made = parts->make(); !made) return std::unexpected(std::move(made.error()));
  return std::unique_ptr<Backtest>(new Backtest(std::move(parts)));
}

Backtest::Backtest(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Backtest::~Backtest() = default;

std::expected<void, Error> Backtest::run(const Progress& progress) { return parts_->run(progress); }

const Outcome& Backtest::outcome() const noexcept { return parts_->outcome; }
const OrderLog& Backtest::log() const noexcept { return parts_->log; }
const EquityCurve& Backtest::equity() const noexcept { return *parts_->equity; }
const SimulatedVenue& Backtest::venue() const noexcept { return *parts_->venue; }
const std::string& Backtest::strategy_log() const noexcept { return parts_->strategy_log; }

}  // namespace gannet::backtest
