#include "backtest/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "gannet/abi.h"

#include "backtest/market_feed.h"
#include "backtest/text.h"
#include "engine/publisher.h"
#include "risk/limit_table.h"

namespace gannet::backtest {
namespace {

constexpr Nanos kTurn = milliseconds(10);
constexpr Nanos kWarmUp = seconds(3);
constexpr Nanos kDefinitionInterval = seconds(3600);
constexpr Nanos kStopPatience = seconds(2);
constexpr Nanos kFlatPatience = seconds(15);
constexpr std::uint64_t kProgressEvery = 65'536;

/// Which recorded book moves the exchange's market: the one that says most, soonest.
constexpr std::array<BookFeed, kBookFeeds> kByDetail{BookFeed::Depth400Fast, BookFeed::Depth400,
                                                     BookFeed::Depth50Fast, BookFeed::Top5,
                                                     BookFeed::BestBidOffer,
                                                     BookFeed::Depth400Retail};

std::optional<BookFeed> most_detailed(const RecordedContent& content) noexcept {
  for (const BookFeed feed : kByDetail) {
    if (content.books[static_cast<std::size_t>(feed)]) return feed;
  }
  return std::nullopt;
}

/// Records are written for the engine's sake and kept by nobody: a backtest is run again instead.
class ForgetfulJournal final : public engine::Journal {
 public:
  bool append(engine::RecordType, std::span<const std::byte>, Timestamp) noexcept override {
    ++sequence_;
    return true;
  }
  std::uint64_t sequence() const noexcept override { return sequence_; }

 private:
  std::uint64_t sequence_ = 0;
};

std::string_view word_for_level(std::uint32_t level) noexcept {
  switch (level) {
    case GANNET_LOG_DEBUG:
      return "debug";
    case GANNET_LOG_INFO:
      return "info";
    case GANNET_LOG_WARNING:
      return "warn";
    default:
      return "error";
  }
}

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

struct Backtest::Parts final : engine::EngineListener, engine::StrategyOutput {
  explicit Parts(Inputs given) : inputs(std::move(given)), log(inputs.table) {}

  // ---- set-up ----

  std::expected<void, Error> make_strategies() {
    for (const Instrument& instrument : inputs.table) {
      const bool derivative = is_derivative(instrument.kind);
      const FeeSettings& paid = inputs.settings.fees;  // in billionths
      fees.set(instrument.id, {{derivative ? paid.maker : paid.spot_maker, 9},
                               {derivative ? paid.taker : paid.spot_taker, 9}});
    }
    publisher.emplace(inputs.table, inputs.currencies, this,
                      engine::PublisherSettings{.fees = &fees});
    for (std::size_t s = 0; s < inputs.strategies.size(); ++s) {
      engine::StrategySettings settings = inputs.strategies[s];
      settings.lane = "inline";  // one thread: the order of events is the same every time
      auto added = publisher->add_strategy(*inputs.types[s], settings);
      if (!added) return std::unexpected(std::move(added.error()));
      outcome.strategies.push_back({settings.name, "", 0});
    }
    return {};
  }

  std::expected<void, Error> make_venue() {
    std::vector<MarginMode> margin_modes;
    for (const Instrument& instrument : inputs.table) {
      const auto book = most_detailed(inputs.source.content()[instrument.id.value]);
      if (!book) {
        return std::unexpected(
            Error{fmt::format("{}: {} has no order book in it, so that nothing of it can be traded",
                              inputs.settings.recording, instrument.name.view())});
      }
      venue_books.push_back(*book);
    }
    for (const auto& instrument : inputs.instruments) {
      margin_modes.push_back(instrument.margin_mode);
    }
    venue.emplace(inputs.table, inputs.currencies, inputs.settings, venue_books, margin_modes);
    venue->watch(log);
    return {};
  }

  std::expected<void, Error> make_core() {
    std::vector<std::string> names;
    for (const auto& strategy : inputs.strategies) names.push_back(strategy.name);
    auto limits = risk::LimitTable::build(inputs.risk, inputs.table, inputs.currencies, names);
    if (!limits) return std::unexpected(std::move(limits.error()));
    for (std::uint16_t s = 0; s < names.size(); ++s) {
      for (const InstrumentId instrument : publisher->instruments_of({s})) {
        auto permitted = limits->permit({s}, inputs.table[instrument]);
        if (!permitted) {
          return std::unexpected(
              std::move(permitted.error()).with("strategy \"" + names[s] + "\""));
        }
      }
    }
    const CurrencyId risk_currency = inputs.currencies.find(inputs.risk.currency.view());
    if (!risk_currency.valid()) {
      return std::unexpected(Error{fmt::format(
          "risk.currency: \"{}\" is no currency of the account or of its instruments, so that no "
          "limit could be compared with anything",
          inputs.risk.currency.view())});
    }
    engine::TradingCoreSettings settings;
    for (const auto& instrument : inputs.instruments) {
      settings.margin_modes.push_back(instrument.margin_mode);
    }
    for (const auto& strategy : inputs.strategies) settings.on_start.push_back(strategy.on_start);
    // Dollars of all kinds count alike, but only where the limits are in dollars.
    constexpr std::array<std::string_view, 3> kDollars{"USD", "USDT", "USDC"};
    if (std::ranges::find(kDollars, inputs.risk.currency.view()) != kDollars.end()) {
      for (const std::string_view dollar : kDollars) {
        const CurrencyId id = inputs.currencies.find(dollar);
        if (id.valid()) settings.dollar_currencies.push_back(id);
      }
    }
    equity.emplace(*venue, inputs.table, inputs.currencies, risk_currency,
                   settings.dollar_currencies);
    const auto run = static_cast<std::uint64_t>(begin.nanos / 1'000'000'000);
    auto ids = engine::ClientOrderIds::start(1, run, 0);
    if (!ids) return std::unexpected(Error{"the recording's time is out of range"});
    core.emplace(engine::CoreLinks{inputs.table, inputs.currencies, journal, *venue, nullptr, log,
                                   *publisher, *this},
                 settings, inputs.risk, std::move(*limits), names.size(), *ids);
    log.bind(*publisher, *core);
    return {};
  }

  /// The books that are wanted, as recorded or made of a deeper one.
  std::expected<void, Error> make_feeds() {
    feed.emplace(inputs.table, inputs.source.content(), venue_books, *venue, *core);
    std::vector<bool> has_book(inputs.table.size());
    for (const engine::Subscription& want : publisher->subscriptions()) {
      if ((want.channels & GANNET_WANT_BOOK) != 0) {
        has_book[want.instrument.value] = true;
        if (auto added = add_book(want.instrument, want.book); !added) return added;
      }
      note_missing(want);
    }
    for (std::uint32_t i = 0; i < inputs.table.size(); ++i) {
      if (has_book[i]) continue;
      if (auto added = add_book({i}, BookFeed::BestBidOffer); !added) return added;
    }
    for (const Instrument& instrument : inputs.table) {
      const RecordedContent& there = inputs.source.content()[instrument.id.value];
      if (is_derivative(instrument.kind) && !there.mark_price) {
        outcome.notes.push_back(
            fmt::format("{}: no mark price was recorded; the middle of the book stands for it",
                        instrument.name.view()));
      }
      if (!there.index_price) {
        outcome.notes.push_back(
            fmt::format("{}: no index price was recorded; the middle of the book stands for it",
                        instrument.name.view()));
      }
      if (!there.trades) {
        outcome.notes.push_back(fmt::format(
            "{}: no trades were recorded; resting orders fill only when a recorded quote crosses "
            "them",
            instrument.name.view()));
      }
    }
    return {};
  }

  std::expected<void, Error> add_book(InstrumentId instrument, BookFeed wanted) {
    core->add_book(instrument, wanted);
    const RecordedContent& there = inputs.source.content()[instrument.value];
    if (there.books[static_cast<std::size_t>(wanted)]) return {};
    const BookFeed source = venue_books[instrument.value];
    if (depth_of(source) < depth_of(wanted)) {
      return std::unexpected(Error{fmt::format(
          "{}: a strategy wants {} levels of {}'s book, and the deepest that was recorded has {}",
          inputs.settings.recording, depth_of(wanted), inputs.table[instrument].name.view(),
          depth_of(source))});
    }
    core->add_book(instrument, source);
    feed->derive({instrument, wanted, source});
    return {};
  }

  void note_missing(const engine::Subscription& want) {
    const RecordedContent& there = inputs.source.content()[want.instrument.value];
    const auto missing = [&](std::string_view what) {
      outcome.notes.push_back(fmt::format("{}: a strategy wants {}, and none were recorded",
                                          inputs.table[want.instrument].name.view(), what));
    };
    if ((want.channels & GANNET_WANT_TICKER) != 0 && !there.tickers) missing("tickers");
  }

  void open_account() {
    sim::UserSettings account;
    account.name = "backtest";
    account.long_short_mode =
        inputs.account.position_mode == engine::AccountSettings::PositionMode::LongShort;
    account.account_mode = static_cast<int>(inputs.account.account_mode) + 1;
    account.spot_fees = {inputs.settings.fees.spot_maker, inputs.settings.fees.spot_taker};
    account.derivative_fees = {inputs.settings.fees.maker, inputs.settings.fees.taker};
    for (const StartBalance& balance : inputs.settings.balances) {
      account.deposits.push_back({static_cast<__int128>(balance.amount.mantissa) *
                                      power_of_ten(Amount::kDigits - balance.amount.digits),
                                  inputs.currencies.intern(balance.currency.view())});
    }
    venue->open_account(std::move(account), begin);
    for (std::uint32_t i = 0; i < inputs.instruments.size(); ++i) {
      if (inputs.instruments[i].leverage) {
        venue->set_leverage({i}, std::stoll(*inputs.instruments[i].leverage));
      }
    }
  }

  std::expected<void, Error> make() {
    // The first message says when it all begins: ids and the account carry that time.
    auto first = inputs.source.next();
    if (!first) return std::unexpected(std::move(first.error()));
    if (!*first) {
      return std::unexpected(Error{inputs.settings.recording + ": there is no message in it"});
    }
    next_message = **first;
    outcome.first_message = **first;
    const LatencySettings& latency = inputs.settings.latency;
    // Long enough for the engine to read its lists (four questions) before the first message.
    const Nanos warm_up = kWarmUp + (latency.order_to_venue + latency.venue_to_strategy) * 8;
    begin = **first - warm_up;
    for (const StartBalance& balance : inputs.settings.balances) {
      inputs.currencies.intern(balance.currency.view());
    }
    for (const auto step :
         {&Parts::make_strategies, &Parts::make_venue, &Parts::make_core, &Parts::make_feeds}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    return {};
  }

  // ---- virtual time ----

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

  // ---- the end ----

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
      outcome.ended_flat_of_orders = advance_until(
          [this] { return core->status().flat_confirmed && core->status().open_orders == 0; },
          kFlatPatience);
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

  void conclude() {
    outcome.source = inputs.source.counts();
    outcome.core = core->status();
    outcome.venue = venue->totals();
    outcome.positions_agree = true;
    for (const Instrument& instrument : inputs.table) {
      outcome.instruments.push_back(core->status(instrument.id, now));
      outcome.funding.push_back({0, instrument.settle});
    }
    for (const sim::Bill& bill : venue->exchange().bills(venue->user())) {
      if (bill.cause != sim::Bill::Cause::Funding || !bill.instrument.valid()) continue;
      outcome.funding[bill.instrument.value].raw += bill.change.raw;
    }
    std::vector<Quantity> at_venue(inputs.table.size());
    for (const sim::PositionView& position : venue->exchange().positions(venue->user())) {
      at_venue[position.instrument.value] += position.quantity;
    }
    for (const Instrument& instrument : inputs.table) {
      if (is_derivative(instrument.kind) &&
          at_venue[instrument.id.value] != outcome.instruments[instrument.id.value].position) {
        outcome.positions_agree = false;
      }
    }
    outcome.money_fault = venue->exchange().check_money();
    for (std::uint16_t s = 0; s < inputs.strategies.size(); ++s) {
      outcome.strategies[s].failure = std::string(publisher->failure_of({s}));
    }
    for (std::size_t i = 0; i < alerts.size(); ++i) {
      if (alerts[i] == 0) continue;
      outcome.alerts.emplace_back(engine::name_of(static_cast<engine::Alert>(i)), alerts[i]);
    }
  }

  // engine::EngineListener
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent& event) noexcept override {
    ++alerts[static_cast<std::size_t>(event.alert)];
  }
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {}
  void on_flat_confirmed(Timestamp) noexcept override {}

  // engine::StrategyOutput
  void on_strategy_log(StrategyId strategy, std::uint32_t level,
                       std::string_view text) noexcept override {
    strategy_log += fmt::format("{} {} {} {}\n", time_text(now), word_for_level(level),
                                inputs.strategies[strategy.value].name, text);
    if (strategy.value < outcome.strategies.size()) ++outcome.strategies[strategy.value].log_lines;
  }
  void on_strategy_metric(StrategyId, std::string_view, double) noexcept override {}

  Inputs inputs;
  Outcome outcome;
  OrderLog log;
  ForgetfulJournal journal;
  std::vector<BookFeed> venue_books;  // by instrument
  std::optional<SimulatedVenue> venue;
  engine::FeeTable fees;  // before the publisher: strategies ask it
  std::optional<engine::Publisher> publisher;
  std::optional<engine::TradingCore> core;
  std::optional<MarketFeed> feed;
  std::optional<EquityCurve> equity;
  std::array<std::uint64_t, 64> alerts{};
  std::string strategy_log;

  Timestamp begin;
  Timestamp now;
  Timestamp last_turn;
  Timestamp venue_time;   // when its clock was last moved by a message
  Timestamp next_sample;  // zero: none (any more)
  bool has_begun_curve = false;
  Timestamp next_definition;
  std::optional<Timestamp> next_message;
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
