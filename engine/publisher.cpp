#include "engine/publisher.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "engine/deliver.h"
#include "engine/parameters.h"

namespace gannet::engine {
namespace {

constexpr int kCommandsPerLaneAndTurn = 256;
constexpr std::string_view kTooSlow = "too slow: its ring of execution reports was full";
constexpr std::string_view kAbandoned = "abandoned: its lane did not come back from a handler";

gannet_book_side view_of(std::span<const Level> worst_first) noexcept {
  if (worst_first.empty()) return {.best = nullptr, .step = -1, .count = 0, .reserved = 0};
  return {.best = &worst_first.back(),
          .step = -1,
          .count = static_cast<std::uint32_t>(worst_first.size()),
          .reserved = 0};
}

}  // namespace

Publisher::Publisher(const InstrumentTable& instruments, const CurrencyTable& currencies,
                     StrategyOutput* output, PublisherSettings settings)
    : instruments_(instruments),
      currencies_(currencies),
      output_(output),
      settings_(settings),
      inline_queue_(settings.inline_commands),
      inline_reports_(settings.inline_reports),
      inline_lane_("inline", instruments, currencies, inline_queue_) {}

// ---- set-up ----

ThreadedLane* Publisher::find_lane(std::string_view name) noexcept {
  for (const auto& lane : threaded_)
    if (lane->lane().name() == name) return lane.get();
  return nullptr;
}

std::expected<StrategyId, Error> Publisher::add_strategy(const StrategyType& type,
                                                         const StrategySettings& settings) {
  const StrategyId id{static_cast<std::uint16_t>(routes_.size())};
  ThreadedLane* threaded = nullptr;
  if (settings.lane != "inline") {
    threaded = find_lane(settings.lane);
    if (threaded == nullptr) {
      threaded_.push_back(std::make_unique<ThreadedLane>(settings.lane, instruments_, currencies_,
                                                         settings_.rings));
      threaded = threaded_.back().get();
    }
  }
  Lane& lane = threaded != nullptr ? threaded->lane() : inline_lane_;
  auto host = StrategyHost::create(type, id, settings,
                                   {.instruments = &lane.instruments(),
                                    .currencies = &currencies_,
                                    .lane = &lane,
                                    .output = output_,
                                    .stamp = settings_.stamp,
                                    .fees = settings_.fees});
  if (!host) return std::unexpected(host.error());
  routes_.push_back({.host = host->get(), .lane = threaded, .type = &type});
  lane.add(std::move(*host));
  if (threaded != nullptr) threaded->prepare();
  return id;
}

std::vector<Subscription> Publisher::subscriptions() const {
  std::vector<Subscription> all;
  for (const Route& route : routes_) {
    const auto wanted = route.host->subscriptions();
    all.insert(all.end(), wanted.begin(), wanted.end());
  }
  return all;
}

std::vector<CandleRequest> Publisher::candles() const {
  std::vector<CandleRequest> all;
  const auto add = [&all](InstrumentId instrument, const WarmUp& wanted) {
    const auto is_same = [&](const CandleRequest& r) {
      return r.instrument == instrument && r.kind == wanted.kind && r.period == wanted.period;
    };
    auto at = std::ranges::find_if(all, is_same);
    if (at == all.end()) at = all.insert(all.end(), {instrument, wanted.kind, wanted.period, 0});
    at->count = std::max(at->count, wanted.count);
  };
  for (const Route& route : routes_) {
    for (const Subscription& s : route.host->subscriptions()) {
      if ((s.channels & GANNET_WANT_CANDLES) == 0) continue;
      for (const WarmUp& wanted : route.type->warm_ups) add(s.instrument, wanted);
    }
  }
  return all;
}

void Publisher::warm_up(const CandleEvent& candle) noexcept {
  CandleEvent past = candle;
  past.warm_up = true;
  inline_lane_.on_market_update(past);
  for (const auto& lane : threaded_) lane->lane().on_market_update(past);
}

std::span<const InstrumentId> Publisher::instruments_of(StrategyId strategy) const noexcept {
  return routes_[strategy.value].host->instruments();
}
std::string_view Publisher::name_of(StrategyId strategy) const noexcept {
  return routes_[strategy.value].host->name();
}
std::string_view Publisher::failure_of(StrategyId strategy) const noexcept {
  const Route& route = routes_[strategy.value];
  if (const auto failure = route.host->failure(); !failure.empty()) return failure;
  return route.stopped_why;
}

// ---- life ----

void Publisher::start(LaneCommands& core, Timestamp now) noexcept {
  advance(now);
  core_ = &core;
  // What was told before (positions of an earlier run) is known in the start handlers, as it is in
  // a threaded lane, whose ring has it in front of Start.
  for (LaneReport report; inline_reports_.try_pop(report);) deliver(inline_lane_, report);
  inline_lane_.start(now_);
  for (const auto& lane : threaded_) lane->try_push(LaneReport{now_, LaneReport::Start{}});
  settle();
}

void Publisher::stop(Timestamp now) noexcept {
  advance(now);
  inline_lane_.stop(now_);
  for (const auto& lane : threaded_) {
    if (!lane->try_push(LaneReport{now_, LaneReport::Stop{}})) stop_lane(*lane, kTooSlow);
  }
  settle();
}

bool Publisher::has_stopped() const noexcept {
  return inline_lane_.has_stopped() && inline_queue_.commands.empty() &&
         std::ranges::all_of(threaded_, [](const auto& lane) { return lane->has_stopped(); });
}

int Publisher::abandon_lanes(Timestamp now) noexcept {
  advance(now);
  int abandoned = 0;
  for (const auto& lane : threaded_) {
    if (lane->has_stopped()) continue;
    lane->abandon();
    stop_lane(*lane, kAbandoned);
    ++abandoned;
  }
  settle();
  return abandoned;
}

Timestamp Publisher::next_timer() const noexcept {
  Timestamp next{StrategyTimers::kNever};
  for (const auto& host : inline_lane_.hosts())
    next = std::min(next, Timestamp{host->next_timer()});
  return next;
}

int Publisher::do_work(Timestamp now) noexcept {
  if (core_ == nullptr || settling_) return 0;
  advance(now);
  inline_lane_.advance(now_);
  int work = inline_lane_.flush() ? 1 : 0;
  work += drain_threaded();
  work += settle();
  for (const auto& lane : threaded_) lane->publish_time(now_);
  return work;
}

int Publisher::drain_threaded() noexcept {
  int taken = 0;
  LaneCommand command;
  for (const auto& lane : threaded_) {
    for (int i = 0; i < kCommandsPerLaneAndTurn && lane->try_pop(command); ++i, ++taken)
      core_->on_lane_command(command, now_);
  }
  return taken;
}

/// Carries out the inline commands, then delivers what came of them, until both queues are empty.
/// All commands of a handler go before any event about them comes.
int Publisher::settle() noexcept {
  if (core_ == nullptr || settling_) return 0;
  settling_ = true;
  int steps = send_failures();
  while (steps < settings_.settle_steps_max) {
    // In place: they stay where they are until they are dropped, whatever is pushed meanwhile.
    if (const LaneCommand* command = inline_queue_.commands.front()) {
      core_->on_lane_command(*command, now_);
      inline_queue_.commands.drop();
    } else if (const LaneReport* report = inline_reports_.front()) {
      deliver(inline_lane_, *report);
      inline_reports_.drop();
    } else {
      break;
    }
    ++steps;
  }
  steps += send_failures();
  settling_ = false;
  return steps;
}

// ---- towards strategies: what must not be lost ----

template <class Event>
void Publisher::send(StrategyId strategy, const Event& event) noexcept {
  if (strategy.value >= routes_.size()) return;  // nobody's: foreign orders
  Route& route = routes_[strategy.value];
  if (route.host->is_muted()) return;
  if (route.lane != nullptr) {
    if (!route.lane->try_push(LaneReport{now_, event})) stop_strategy(route, kTooSlow);
    return;
  }
  LaneReport* const report = inline_reports_.vacant();
  if (report == nullptr) return stop_strategy(route, kTooSlow);
  report->now = now_;
  report->content = event;
  inline_reports_.fill();
}

void Publisher::send_to_all(const LaneReport::Content& content) noexcept {
  const LaneReport report{now_, content};
  const bool inline_taken = inline_lane_.hosts().empty() || inline_reports_.try_push(report);
  for (Route& route : routes_)
    if (route.lane == nullptr && !inline_taken) stop_strategy(route, kTooSlow);
  for (const auto& lane : threaded_)
    if (!lane->try_push(report)) stop_lane(*lane, kTooSlow);
}

/// A strategy that does not know what became of its orders must not go on. [DESIGN 2]
void Publisher::stop_strategy(Route& route, std::string_view why) noexcept {
  if (route.host->is_muted()) return;
  route.host->mute();
  route.stopped_why = why;
  route.failure_unsent = true;
  failures_unsent_ = true;
}

void Publisher::stop_lane(const ThreadedLane& lane, std::string_view why) noexcept {
  for (Route& route : routes_)
    if (route.lane == &lane) stop_strategy(route, why);
}

/// Not from within the event that found the ring full: the core is in the middle of something.
int Publisher::send_failures() noexcept {
  if (!failures_unsent_) return 0;
  failures_unsent_ = false;
  int sent = 0;
  for (Route& route : routes_) {
    if (!std::exchange(route.failure_unsent, false)) continue;
    if (output_ != nullptr)
      output_->on_strategy_log(route.host->id(), GANNET_LOG_ERROR, failure_of(route.host->id()));
    LaneCommand command;
    command.kind = LaneCommand::Kind::StrategyFailed;
    command.strategy = route.host->id();
    command.decided_time = now_;
    core_->on_lane_command(command, now_);
    ++sent;
  }
  return sent;
}

void Publisher::on_order_event(const OrderEvent& event) noexcept { send(event.strategy, event); }
void Publisher::on_fill_event(const FillEvent& event) noexcept {
  advance(event.receive_time);
  send(event.strategy, event);
}
void Publisher::on_position_event(const PositionEvent& event) noexcept {
  send(event.strategy, event);
}
void Publisher::on_state_event(const StateEvent& event) noexcept { send_to_all(event); }
void Publisher::on_balance_event(const BalanceReport& report) noexcept { send_to_all(report); }
void Publisher::on_instrument_changed(const InstrumentChange& change) noexcept {
  send_to_all(change);
}

bool Publisher::operator_command(StrategyId strategy, std::string_view name,
                                 std::string_view argument, Timestamp now) noexcept {
  if (strategy.value >= routes_.size()) return false;
  advance(now);
  const LaneReport report{now_, LaneReport::OperatorCommand{strategy, name, argument}};
  ThreadedLane* lane = routes_[strategy.value].lane;
  return lane != nullptr ? lane->try_push(report) : inline_reports_.try_push(report);
}

std::expected<void, Error> Publisher::change_parameters(StrategyId strategy,
                                                        const std::vector<ParameterSetting>& given,
                                                        Timestamp now) {
  if (strategy.value >= routes_.size()) return std::unexpected(Error{"no such strategy"});
  const Route& route = routes_[strategy.value];
  auto parsed = parse_parameters(*route.type, given, instruments_, currencies_);
  if (!parsed) return std::unexpected(Error{fmt::format("{}", fmt::join(parsed.error(), "; "))});
  std::list<ParameterSet> made;
  made.push_back(std::move(*parsed));
  if (!hand_over_parameters(strategy, made, now))
    return std::unexpected(Error{"its lane is busy: try again"});
  return {};
}

bool Publisher::hand_over_parameters(StrategyId strategy, std::list<ParameterSet>& made,
                                     Timestamp now) noexcept {
  if (strategy.value >= routes_.size() || made.size() != 1) return false;
  ThreadedLane* const lane = routes_[strategy.value].lane;
  advance(now);
  const LaneReport report{now_, LaneReport::ParametersChanged{strategy, &made.front()}};
  const bool taken = lane != nullptr ? lane->try_push(report) : inline_reports_.try_push(report);
  if (taken) changed_parameters_.splice(changed_parameters_.end(), made);
  return taken;
}

// ---- towards strategies: market data ----

void Publisher::on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book,
                        bool /*best_changed*/, Timestamp exchange_time,
                        Timestamp receive_time) noexcept {
  advance(receive_time);
  const gannet_book view{.size = sizeof view,
                         .instrument = instrument.value,
                         .feed = static_cast<std::uint32_t>(feed),
                         .reserved = 0,
                         .bids = view_of(book.bids_worst_first()),
                         .asks = view_of(book.asks_worst_first()),
                         .sequence = book.sequence(),
                         .exchange_time = exchange_time.nanos,
                         .receive_time = receive_time.nanos};
  inline_lane_.on_book(view);
  settle();
  for (const auto& lane : threaded_) lane->publish_book(view);
}

void Publisher::on_book_unavailable(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                    Timestamp now) noexcept {
  advance(now);
  inline_lane_.on_book_withdrawn(instrument, feed, why, now_);
  settle();
  for (const auto& lane : threaded_) lane->publish_book_withdrawn(instrument, feed, why, now_);
}

void Publisher::on_trade(const TradeEvent& trade) noexcept {
  advance(trade.receive_time);
  inline_lane_.on_trade(trade);
  settle();
  for (const auto& lane : threaded_) lane->publish_trade(trade);
}

void Publisher::on_ticker(const TickerEvent& ticker) noexcept {
  advance(ticker.receive_time);
  inline_lane_.on_ticker(ticker);
  settle();
  for (const auto& lane : threaded_) lane->publish_ticker(ticker);
}

void Publisher::on_reference_price(const ReferencePriceEvent& price) noexcept {
  advance(price.receive_time);
  inline_lane_.on_reference_price(price);
  settle();
  for (const auto& lane : threaded_) lane->publish_reference_price(price);
}

void Publisher::on_market_update(const MarketUpdate& update) noexcept {
  advance(receive_time_of(update));
  inline_lane_.on_market_update(update);
  settle();
  const auto* candle = std::get_if<CandleEvent>(&update);
  for (const auto& lane : threaded_) {
    if (candle == nullptr) {
      lane->publish_market_update(update);
    } else if (lane->lane().wants(update) && !lane->try_push(LaneReport{now_, *candle})) {
      stop_lane(*lane, kTooSlow);
    }
  }
}

}  // namespace gannet::engine
