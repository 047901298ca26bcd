#include "engine/strategy_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <utility>

#include "engine/abi_words.h"
#include "engine/host_functions.h"

namespace gannet::engine {
namespace {

// Handles: bit 63 is 0 (those that the engine gives to adopted orders have 1), 16 bits of the
// strategy, 47 bits counted up.
constexpr int kHandleSequenceBits = 47;

/// The boundary wants a zero byte at the end, which FixedString has no room for.
template <std::size_t N>
struct ZeroEnded {
  explicit ZeroEnded(const FixedString<N>& from) noexcept {
    std::ranges::copy(from.view(), text.begin());
  }
  std::array<char, N + 1> text{};
};

std::uint32_t levels_of(const Subscription& subscription) noexcept {
  const auto all = static_cast<std::uint32_t>(depth_of(subscription.book));
  return subscription.depth == 0 ? all : std::min(subscription.depth, all);
}

}  // namespace

std::expected<std::unique_ptr<StrategyHost>, Error> StrategyHost::create(
    const StrategyType& type, StrategyId id, const StrategySettings& settings,
    const Surroundings& surroundings) {
  auto parameters = parse_parameters(type, settings.parameters, *surroundings.instruments,
                                     *surroundings.currencies);
  if (!parameters) {
    return std::unexpected(
        Error{fmt::format("strategy {}: {}", settings.name, fmt::join(parameters.error(), "; "))});
  }
  std::unique_ptr<StrategyHost> host(
      new StrategyHost(type, id, settings, surroundings, std::move(*parameters)));
  host->subscribe_defaults();
  if (auto created = host->call_create(); !created)
    return std::unexpected(
        std::move(created.error()).with(fmt::format("strategy {}", settings.name)));
  return host;
}

StrategyHost::StrategyHost(const StrategyType& type, StrategyId id,
                           const StrategySettings& settings, const Surroundings& surroundings,
                           ParameterSet parameters)
    : type_(type),
      id_(id),
      name_(settings.name),
      on_stop_(settings.on_stop),
      surroundings_(surroundings),
      parameters_(std::move(parameters)),
      own_instruments_(parameters_.instruments()),
      last_handle_((static_cast<std::uint64_t>(id.value) + 1) << kHandleSequenceBits),
      positions_(surroundings.instruments->size()) {}

StrategyHost::~StrategyHost() {
  if (self_ == nullptr) return;
  phase_ = Phase::Stopped;  // a destructor of the author's may still try to trade
  try {
    type_.handlers.destroy(self_);
  } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told; the others go on
  }
}

std::expected<void, Error> StrategyHost::call_create() {
  const gannet_parameters parameters = parameters_.view();
  in_call_ = true;
  std::int32_t answer = GANNET_FAILED;
  try {
    answer = type_.handlers.create(&host_functions(), this, &parameters, &self_);
  } catch (const std::exception& e) {
    reported_failure_ = std::string_view(e.what());
  } catch (...) {
    reported_failure_ = std::string_view("threw");
  }
  in_call_ = false;
  if (answer == GANNET_OK && self_ != nullptr) return {};
  if (answer == GANNET_OK) reported_failure_ = std::string_view("made nothing");
  return std::unexpected(Error{fmt::format(
      "create failed: {}",
      reported_failure_.empty() ? std::string_view("no reason given") : reported_failure_.view())});
}

void StrategyHost::subscribe_defaults() {
  if (type_.channels == 0) return;
  for (const InstrumentId instrument : parameters_.instruments())
    add_subscription({instrument, type_.channels, type_.book, type_.depth});
}

void StrategyHost::add_subscription(Subscription subscription) {
  if (std::ranges::find(own_instruments_, subscription.instrument) == own_instruments_.end())
    own_instruments_.push_back(subscription.instrument);
  subscription.depth = levels_of(subscription);
  for (Subscription& have : subscriptions_) {
    if (have.instrument != subscription.instrument) continue;
    const bool both_books = (have.channels & subscription.channels & GANNET_WANT_BOOK) != 0;
    if (both_books && have.book == subscription.book) {
      have.depth = std::max(have.depth, subscription.depth);
      subscription.channels &= ~static_cast<std::uint32_t>(GANNET_WANT_BOOK);
    }
    // What comes once must not be delivered twice; two kinds of book are two things.
    subscription.channels &= ~(have.channels & ~static_cast<std::uint32_t>(GANNET_WANT_BOOK));
  }
  if (subscription.channels != 0) subscriptions_.push_back(subscription);
}

// ---- events ----

template <class Handler, class... Arguments>
std::int32_t StrategyHost::enter(Handler handler, Arguments... arguments) noexcept {
  if (handler == nullptr) return GANNET_OK;
  in_call_ = true;
  std::int32_t answer = GANNET_FAILED;
  // The SDK's C++ face catches on the plugin's side; this is for plugins that do without it.
  try {
    answer = handler(self_, arguments...);
  } catch (const std::exception& e) {
    reported_failure_ = std::string_view(e.what());
  } catch (...) {
    reported_failure_ = std::string_view("an exception of unknown type");
  }
  in_call_ = false;
  return answer;
}

template <class Event>
void StrategyHost::call(std::int32_t (*handler)(void*, const Event*), const Event& event,
                        Timestamp trigger) noexcept {
  if (!is_running()) return;
  trigger_ = trigger;
  const std::int32_t answer = enter(handler, &event);
  trigger_ = {};
  finish_call(answer);
}

void StrategyHost::finish_call(std::int32_t answer) noexcept {
  if (answer == GANNET_OK) return;
  fail(reported_failure_.empty() ? std::string_view("a handler failed and gave no reason")
                                 : reported_failure_.view());
}

void StrategyHost::fail(std::string_view why) noexcept {
  phase_ = Phase::Failed;
  failure_ = why;
  // Release: whoever sees the flag sees the text.
  failed_.store(true, std::memory_order_release);
  if (surroundings_.output != nullptr)
    surroundings_.output->on_strategy_log(id_, GANNET_LOG_ERROR, failure_.view());
  send_end(LaneCommand::Kind::StrategyFailed);
}

void StrategyHost::send_end(LaneCommand::Kind kind) noexcept {
  LaneCommand command;
  command.kind = kind;
  if (kind == LaneCommand::Kind::CancelAll) command.cancel_all = InstrumentId{};
  end_unsent_ = !push(command);
}

bool StrategyHost::flush() noexcept {
  if (!end_unsent_) return false;
  send_end(phase_ == Phase::Failed ? LaneCommand::Kind::StrategyFailed
                                   : LaneCommand::Kind::CancelAll);
  return !end_unsent_;
}

std::string_view StrategyHost::failure() const noexcept {
  return failed_.load(std::memory_order_acquire) ? failure_.view() : std::string_view();
}

void StrategyHost::start() noexcept {
  if (phase_ != Phase::Created || is_muted()) return;
  phase_ = Phase::Running;
  finish_call(enter(type_.handlers.start));
}

void StrategyHost::stop() noexcept {
  if (phase_ == Phase::Created) phase_ = Phase::Stopped;
  if (phase_ != Phase::Running) return;
  phase_ = Phase::Stopping;
  if (!is_muted()) {
    const std::int32_t answer = enter(type_.handlers.stop);
    if (answer != GANNET_OK) return finish_call(answer);
  }
  phase_ = Phase::Stopped;
  if (on_stop_ == StrategySettings::OnStop::Cancel) send_end(LaneCommand::Kind::CancelAll);
}

void StrategyHost::book(const gannet_book& book, Timestamp trigger) noexcept {
  call(type_.handlers.book, book, trigger);
}
void StrategyHost::book_withdrawn(const gannet_book_withdrawn& withdrawn) noexcept {
  call(type_.handlers.book_withdrawn, withdrawn);
}
void StrategyHost::trade(const gannet_trade& trade, Timestamp trigger) noexcept {
  call(type_.handlers.trade, trade, trigger);
}
void StrategyHost::trades_missed(const gannet_trades_missed& missed) noexcept {
  call(type_.handlers.trades_missed, missed);
}
void StrategyHost::ticker(const gannet_ticker& ticker, Timestamp trigger) noexcept {
  call(type_.handlers.ticker, ticker, trigger);
}
void StrategyHost::reference_price(const gannet_reference_price& price,
                                   Timestamp trigger) noexcept {
  call(type_.handlers.reference_price, price, trigger);
}

void StrategyHost::order_event(const OrderEvent& event) noexcept {
  open_orders_.apply(event);
  if (type_.handlers.order != nullptr) call(type_.handlers.order, to_abi(event));
}

void StrategyHost::fill_event(const FillEvent& event) noexcept {
  if (event.instrument.value < positions_.size()) {
    Positions& positions = positions_[event.instrument.value];
    positions.own = event.position_after;
    positions.event_time = event.receive_time;
  }
  if (type_.handlers.fill != nullptr) call(type_.handlers.fill, to_abi(event));
}

void StrategyHost::position_event(const PositionEvent& event) noexcept {
  if (event.instrument.value < positions_.size())
    positions_[event.instrument.value] = {event.strategy_position, event.account_position,
                                          event.event_time};
  if (type_.handlers.position != nullptr) call(type_.handlers.position, to_abi(event));
}

bool StrategyHost::wants_candles(CandleEvent::Kind kind, CandlePeriod period) const noexcept {
  return std::ranges::any_of(type_.warm_ups, [&](const WarmUp& wanted) {
    return wanted.kind == kind && wanted.period == period;
  });
}

void StrategyHost::candle(const CandleEvent& candle) noexcept {
  if (!wants_candles(candle.kind, candle.period)) return;
  const gannet_candle event = to_abi(candle);
  if (!candle.warm_up) return call(type_.handlers.candle, event, candle.receive_time);
  if (phase_ != Phase::Created || is_muted()) return;
  finish_call(enter(type_.handlers.candle, &event));
}

void StrategyHost::funding(const gannet_funding& funding) noexcept {
  call(type_.handlers.funding, funding, {funding.receive_time});
}
void StrategyHost::price_limit(const gannet_price_limit& limit) noexcept {
  call(type_.handlers.price_limit, limit, {limit.receive_time});
}
void StrategyHost::open_interest(const OpenInterestEvent& event) noexcept {
  call(type_.handlers.open_interest, to_abi(event), event.receive_time);
}
void StrategyHost::estimated_price(const EstimatedPriceEvent& event) noexcept {
  call(type_.handlers.estimated_price, to_abi(event), event.receive_time);
}
void StrategyHost::option_summary(const OptionSummaryEvent& event) noexcept {
  call(type_.handlers.option_summary, to_abi(event), event.receive_time);
}
void StrategyHost::option_trade(const OptionTradeEvent& event) noexcept {
  call(type_.handlers.option_trade, to_abi(event), event.receive_time);
}
void StrategyHost::liquidation(const LiquidationEvent& event) noexcept {
  call(type_.handlers.liquidation, to_abi(event), event.receive_time);
}
void StrategyHost::adl_warning(const AdlWarningEvent& event) noexcept {
  call(type_.handlers.adl_warning, to_abi(event), event.receive_time);
}
void StrategyHost::venue_status(const VenueStatusEvent& event) noexcept {
  const ZeroEnded title(event.title);
  gannet_venue_status status = to_abi(event);
  status.title = title.text.data();
  call(type_.handlers.venue_status, status);
}
void StrategyHost::instrument_changed(const gannet_instrument& instrument) noexcept {
  call(type_.handlers.instrument, instrument);
}

void StrategyHost::balance(const gannet_balance& balance) noexcept {
  call(type_.handlers.balance, balance);
}
void StrategyHost::state(const gannet_state& state) noexcept { call(type_.handlers.state, state); }

void StrategyHost::operator_command(const char* name, const char* argument) noexcept {
  const gannet_operator_command command{
      .size = sizeof command, .reserved = 0, .name = name, .argument = argument};
  call(type_.handlers.operator_command, command);
}

void StrategyHost::parameters_changed(const ParameterSet& parameters) noexcept {
  call(type_.handlers.parameters_changed, parameters.view());
}

void StrategyHost::run_timers(Timestamp now) noexcept {
  gannet_timer timer;
  // A handler may set a timer for this very moment; it waits for the next event, or we never end.
  for (std::size_t i = 0; i < StrategyTimers::kMax; ++i) {
    if (!is_running() || !timers_.take_due(now.nanos, timer)) return;
    call(type_.handlers.timer, timer);
  }
}

// ---- actions ----

bool StrategyHost::push(LaneCommand& command) noexcept {
  command.strategy = id_;
  command.decided_time =
      surroundings_.stamp != nullptr ? surroundings_.stamp() : surroundings_.lane->lane_time();
  command.trigger_time = trigger_;
  return surroundings_.lane->push_command(command);
}

namespace {
OrderOptions options_of(const gannet_order& order) noexcept {
  return {.self_trade = static_cast<SelfTradePrevention>(order.self_trade),
          .program = static_cast<QuoteProgram>(order.program),
          .clamp_price = (order.flags & GANNET_ORDER_CLAMP_PRICE) != 0,
          .exact_size = (order.flags & GANNET_ORDER_EXACT_SIZE) != 0,
          .slippage_max_bps = order.slippage_max_bps};
}
}  // namespace

bool StrategyHost::may_act() const noexcept {
  return in_call_ && (phase_ == Phase::Running || phase_ == Phase::Stopping);
}

std::int32_t StrategyHost::place(const gannet_order& order, std::uint64_t& handle,
                                 bool more) noexcept {
  if (!in_call_ || phase_ != Phase::Running) return GANNET_STOPPED;
  if (!surroundings_.instruments->contains({order.instrument})) return GANNET_UNKNOWN;
  if (open_orders_.full()) return GANNET_FULL;
  LaneCommand command;
  command.kind = LaneCommand::Kind::Place;
  command.more = more;
  command.place = {.strategy = id_,
                   .handle = {last_handle_ + 1},
                   .cookie = order.cookie,
                   .instrument = {order.instrument},
                   .side = static_cast<Side>(order.side),
                   .kind = static_cast<OrderKind>(order.kind),
                   .time_in_force = static_cast<TimeInForce>(order.time_in_force),
                   .post_only = order.post_only != 0,
                   .reduce_only = order.reduce_only != 0,
                   .position_side = static_cast<PositionSide>(order.position_side),
                   .price = {order.price},
                   .quantity = {order.quantity},
                   .intent_time = surroundings_.lane->lane_time(),
                   .options = options_of(order),
                   .quote_quantity = {order.quote_quantity},
                   .exits = exits_of(order)};
  if (!push(command)) return GANNET_FULL;
  handle = ++last_handle_;
  if (command.place.exits.any()) ++last_handle_;  // theirs
  gannet_open_order open{};
  open.size = sizeof open;
  open.state = GANNET_ORDER_PENDING_NEW;
  open.handle = handle;
  open.cookie = order.cookie;
  open.instrument = order.instrument;
  open.side = order.side;
  open.price = order.price;
  open.quantity = order.quantity;
  open_orders_.add(open);
  return GANNET_OK;
}

std::int32_t StrategyHost::place_algo(const gannet_algo_order& order,
                                      std::uint64_t& handle) noexcept {
  if (!in_call_ || phase_ != Phase::Running) return GANNET_STOPPED;
  if (!surroundings_.instruments->contains({order.instrument})) return GANNET_UNKNOWN;
  if (open_orders_.full()) return GANNET_FULL;
  LaneCommand command;
  command.kind = LaneCommand::Kind::PlaceAlgo;
  command.algo = {.strategy = id_,
                  .handle = {last_handle_ + 1},
                  .cookie = order.cookie,
                  .instrument = {order.instrument},
                  .terms = terms_of(order),
                  .intent_time = surroundings_.lane->lane_time()};
  if (!push(command)) return GANNET_FULL;
  handle = ++last_handle_;
  gannet_open_order open{};
  open.size = sizeof open;
  open.state = GANNET_ORDER_PENDING_NEW;
  open.handle = handle;
  open.cookie = order.cookie;
  open.instrument = order.instrument;
  open.side = order.side;
  open.price = main_price(command.algo.terms).raw;
  open.quantity = order.quantity;
  open_orders_.add(open);
  return GANNET_OK;
}

std::int32_t StrategyHost::amend(const gannet_amend& amend, bool more) noexcept {
  if (!may_act()) return GANNET_STOPPED;
  gannet_open_order* order = open_orders_.find(amend.handle);
  if (order == nullptr) return GANNET_UNKNOWN;
  LaneCommand command;
  command.kind = LaneCommand::Kind::Amend;
  command.more = more;
  command.amend =
      AmendIntent{.strategy = id_,
                  .handle = {amend.handle},
                  .new_price = {},
                  .new_quantity = {},
                  .intent_time = surroundings_.lane->lane_time(),
                  .clamp_price = (amend.fields & GANNET_AMEND_CLAMP_PRICE) != 0,
                  .cancel_on_failure = (amend.fields & GANNET_AMEND_CANCEL_ON_FAILURE) != 0};
  if ((amend.fields & GANNET_AMEND_PRICE) != 0) command.amend.new_price = Price{amend.price};
  if ((amend.fields & GANNET_AMEND_QUANTITY) != 0)
    command.amend.new_quantity = Quantity{amend.quantity};
  if (!push(command)) return GANNET_FULL;
  order->pending = static_cast<std::uint8_t>(order->pending | GANNET_PENDING_AMEND);
  return GANNET_OK;
}

std::int32_t StrategyHost::cancel(std::uint64_t handle, bool more) noexcept {
  if (!may_act()) return GANNET_STOPPED;
  gannet_open_order* order = open_orders_.find(handle);
  if (order == nullptr) return GANNET_UNKNOWN;
  LaneCommand command;
  command.kind = LaneCommand::Kind::Cancel;
  command.more = more;
  command.cancel = {
      .strategy = id_, .handle = {handle}, .intent_time = surroundings_.lane->lane_time()};
  if (!push(command)) return GANNET_FULL;
  order->pending = static_cast<std::uint8_t>(order->pending | GANNET_PENDING_CANCEL);
  return GANNET_OK;
}

std::int32_t StrategyHost::cancel_all(std::uint32_t instrument) noexcept {
  if (!may_act()) return GANNET_STOPPED;
  const InstrumentId id{instrument};
  if (id.valid() && !surroundings_.instruments->contains(id)) return GANNET_UNKNOWN;
  LaneCommand command;
  command.kind = LaneCommand::Kind::CancelAll;
  command.cancel_all = id;
  return push(command) ? GANNET_OK : GANNET_FULL;
}

}  // namespace gannet::engine
