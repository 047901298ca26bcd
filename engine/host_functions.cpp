#include "engine/host_functions.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/fixed_vector.h"
#include "engine/abi_words.h"
#include "engine/strategy_host.h"

namespace gannet::engine {
namespace {

constexpr std::size_t kMaxText = 1024;

std::string_view bounded(const char* text) noexcept { return {text, strnlen(text, kMaxText)}; }

/// An action of `size` bytes as we know it. From a younger plugin it may be longer: fine while the
/// part that we do not know asks for nothing. From an older one it may be shorter, down to its
/// first version: what it lacks is zero, which asks for nothing either.
template <class Action>
std::optional<Action> read_action(const void* raw, std::size_t size,
                                  std::size_t first_size = sizeof(Action)) noexcept {
  constexpr std::uint32_t kAbsurd = 4096;
  if (raw == nullptr || size < first_size || size > kAbsurd) return std::nullopt;
  const auto* bytes = static_cast<const unsigned char*>(raw);
  const std::size_t known = std::min(size, sizeof(Action));
  if (!std::all_of(bytes + known, bytes + size, [](unsigned char byte) { return byte == 0; }))
    return std::nullopt;
  Action action{};
  std::memcpy(&action, raw, known);
  return action;
}
template <class Action>
bool is_readable(const Action* action) noexcept {
  return action != nullptr && read_action<Action>(action, action->size).has_value();
}

constexpr std::size_t kFirstOrderSize = 40;
std::optional<gannet_order> read_order(const gannet_order* order) noexcept {
  if (order == nullptr) return std::nullopt;
  return read_action<gannet_order>(order, order->size, kFirstOrderSize);
}

/// An answer as long as the asker can take it.
template <class Value>
std::int32_t answer(Value value, Value* out) noexcept {
  if (out == nullptr || out->size < 8) return GANNET_MALFORMED;
  const std::uint32_t size = std::min<std::uint32_t>(out->size, sizeof(Value));
  value.size = size;
  std::memcpy(out, &value, size);
  return GANNET_OK;
}

constexpr std::uint32_t kOrderFlags = GANNET_ORDER_CLAMP_PRICE | GANNET_ORDER_EXACT_SIZE;

bool has_one_size(const gannet_order& order) noexcept {
  return order.quote_quantity == 0 ? order.quantity > 0
                                   : order.quote_quantity > 0 && order.quantity == 0;
}

bool is_well_formed(const gannet_order& order) noexcept {
  return order.side <= GANNET_SELL && order.kind <= GANNET_MARKET &&
         order.time_in_force <= GANNET_FILL_OR_KILL && order.post_only <= 1 &&
         order.reduce_only <= 1 && order.position_side <= GANNET_POSITION_SHORT &&
         order.reserved[0] == 0 && order.reserved[1] == 0 && has_one_size(order) &&
         order.self_trade <= GANNET_SELF_TRADE_CANCEL_BOTH &&
         order.program <= GANNET_PROGRAM_RETAIL_PRICE_IMPROVEMENT &&
         order.slippage_max_bps <= kLargestSlippageBps && (order.flags & ~kOrderFlags) == 0 &&
         order.take_profit_by <= GANNET_TRIGGER_BY_MARK &&
         order.stop_by <= GANNET_TRIGGER_BY_MARK &&
         std::all_of(std::begin(order.reserved2), std::end(order.reserved2),
                     [](std::uint8_t byte) { return byte == 0; });
}

bool is_well_formed(const gannet_amend& amend) noexcept {
  constexpr std::uint32_t kTerms = GANNET_AMEND_PRICE | GANNET_AMEND_QUANTITY;
  constexpr std::uint32_t kKnown =
      kTerms | GANNET_AMEND_CLAMP_PRICE | GANNET_AMEND_CANCEL_ON_FAILURE;
  return (amend.fields & kTerms) != 0 && (amend.fields & ~kKnown) == 0;
}

/// Element i of an array whose elements have that size; each says its own, which must be it.
template <class Action>
std::optional<Action> element(const Action* first, std::uint32_t size, std::uint32_t i,
                              std::size_t first_size) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(first) + std::size_t{i} * size;
  const auto action = read_action<Action>(at, size, first_size);
  return action && action->size == size ? action : std::nullopt;
}

bool is_well_formed(const gannet_algo_order& order) noexcept {
  return order.kind <= GANNET_ALGO_CHASE && order.side <= GANNET_SELL && order.reduce_only <= 1 &&
         order.position_side <= GANNET_POSITION_SHORT && order.close_position <= 1 &&
         order.trigger_by <= GANNET_TRIGGER_BY_MARK && order.stop_by <= GANNET_TRIGGER_BY_MARK &&
         order.time_in_force <= GANNET_FILL_OR_KILL && order.aggressiveness <= GANNET_AGGRESSIVE &&
         order.reserved == 0 && order.reserved2 == 0 &&
         (order.close_position != 0 ? order.quantity == 0 : order.quantity > 0);
}

}  // namespace

struct HostFunctions {
  static StrategyHost& host_of(void* engine) noexcept {
    return *static_cast<StrategyHost*>(engine);
  }

  /// What queries answer from is the lane's: it may be gone, or half changed, when none of our
  /// handlers runs (destroy is no handler).
  static bool may_ask(void* engine) noexcept { return host_of(engine).in_call_; }

  static std::int32_t subscribe(void* engine, const gannet_subscription* raw) noexcept {
    StrategyHost& host = host_of(engine);
    if (!host.in_call_ || host.phase_ != StrategyHost::Phase::Created) return GANNET_NOT_AVAILABLE;
    if (!is_readable(raw) || raw->channels == 0) return GANNET_MALFORMED;
    if (raw->book >= static_cast<std::uint32_t>(kBookFeeds)) return GANNET_MALFORMED;
    const InstrumentId instrument{raw->instrument};
    if (!host.surroundings_.instruments->contains(instrument)) return GANNET_UNKNOWN;
    host.add_subscription(
        {instrument, raw->channels, static_cast<BookFeed>(raw->book), raw->depth});
    return GANNET_OK;
  }

  static std::int32_t place(void* engine, const gannet_order* order,
                            std::uint64_t* handle) noexcept {
    const auto read = read_order(order);
    if (handle == nullptr || !read || !is_well_formed(*read)) return GANNET_MALFORMED;
    return host_of(engine).place(*read, *handle, false);
  }

  static std::int32_t amend(void* engine, const gannet_amend* amend) noexcept {
    if (!is_readable(amend) || !is_well_formed(*amend)) return GANNET_MALFORMED;
    return host_of(engine).amend(*amend, false);
  }

  static std::int32_t place_batch(void* engine, const gannet_order* orders,
                                  std::uint32_t order_size, std::uint32_t count,
                                  std::uint64_t* handles, std::uint32_t* taken) noexcept {
    if (taken != nullptr) *taken = 0;
    if (orders == nullptr || handles == nullptr || count == 0 || count > GANNET_MAX_BATCH)
      return GANNET_MALFORMED;
    FixedVector<gannet_order, kLargestBatch> batch;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto order = element(orders, order_size, i, kFirstOrderSize);
      if (!order || !is_well_formed(*order)) return GANNET_MALFORMED;
      if (!host_of(engine).knows(InstrumentId{order->instrument})) return GANNET_UNKNOWN;
      batch.push(*order);
    }
    std::fill_n(handles, count, 0);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::int32_t code = host_of(engine).place(batch[i], handles[i], i + 1 < count);
      if (code != GANNET_OK) return code;
      if (taken != nullptr) *taken = i + 1;
    }
    return GANNET_OK;
  }

  static std::int32_t amend_batch(void* engine, const gannet_amend* amends,
                                  std::uint32_t amend_size, std::uint32_t count,
                                  std::uint32_t* taken) noexcept {
    if (taken != nullptr) *taken = 0;
    if (amends == nullptr || count == 0 || count > GANNET_MAX_BATCH) return GANNET_MALFORMED;
    FixedVector<gannet_amend, kLargestBatch> batch;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto amend = element(amends, amend_size, i, sizeof(gannet_amend));
      if (!amend || !is_well_formed(*amend)) return GANNET_MALFORMED;
      if (!host_of(engine).has_open(amend->handle)) return GANNET_UNKNOWN;
      batch.push(*amend);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::int32_t code = host_of(engine).amend(batch[i], i + 1 < count);
      if (code != GANNET_OK) return code;
      if (taken != nullptr) *taken = i + 1;
    }
    return GANNET_OK;
  }

  static std::int32_t cancel_batch(void* engine, const std::uint64_t* handles, std::uint32_t count,
                                   std::uint32_t* taken) noexcept {
    if (taken != nullptr) *taken = 0;
    if (handles == nullptr || count == 0 || count > GANNET_MAX_BATCH) return GANNET_MALFORMED;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!host_of(engine).has_open(handles[i])) return GANNET_UNKNOWN;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::int32_t code = host_of(engine).cancel(handles[i], i + 1 < count);
      if (code != GANNET_OK) return code;
      if (taken != nullptr) *taken = i + 1;
    }
    return GANNET_OK;
  }

  static std::int32_t cancel(void* engine, std::uint64_t handle) noexcept {
    return host_of(engine).cancel(handle, false);
  }

  static std::int32_t cancel_all(void* engine, std::uint32_t instrument) noexcept {
    return host_of(engine).cancel_all(instrument);
  }

  static std::int32_t set_timer(void* engine, const gannet_timer* timer) noexcept {
    if (!is_readable(timer) || timer->period < 0) return GANNET_MALFORMED;
    return host_of(engine).timers_.set(*timer) ? GANNET_OK : GANNET_FULL;
  }

  static std::int32_t cancel_timer(void* engine, std::uint64_t id) noexcept {
    return host_of(engine).timers_.cancel(id) ? GANNET_OK : GANNET_UNKNOWN;
  }

  static std::int32_t log(void* engine, std::uint32_t level, const char* text) noexcept {
    if (text == nullptr || level > GANNET_LOG_ERROR) return GANNET_MALFORMED;
    StrategyHost& host = host_of(engine);
    if (host.surroundings_.output == nullptr) return GANNET_OK;
    host.surroundings_.output->on_strategy_log(host.id_, level, bounded(text));
    return GANNET_OK;
  }

  static std::int32_t metric(void* engine, const char* name, double value) noexcept {
    if (name == nullptr) return GANNET_MALFORMED;
    StrategyHost& host = host_of(engine);
    if (host.surroundings_.output == nullptr) return GANNET_OK;
    host.surroundings_.output->on_strategy_metric(host.id_, bounded(name), value);
    return GANNET_OK;
  }

  static std::int32_t fail(void* engine, const char* text) noexcept {
    if (text == nullptr) return GANNET_MALFORMED;
    host_of(engine).reported_failure_ = bounded(text);
    return GANNET_OK;
  }

  static std::int32_t place_algo(void* engine, const gannet_algo_order* order,
                                 std::uint64_t* handle) noexcept {
    if (handle == nullptr || !is_readable(order) || !is_well_formed(*order))
      return GANNET_MALFORMED;
    return host_of(engine).place_algo(*order, *handle);
  }
  static std::int32_t save_state(void*, const void*, std::uint32_t) noexcept {
    return GANNET_NOT_AVAILABLE;
  }
  static std::int32_t load_state(void*, void*, std::uint32_t, std::uint32_t*) noexcept {
    return GANNET_NOT_AVAILABLE;
  }

  static std::int64_t now(void* engine) noexcept {
    return host_of(engine).surroundings_.lane->lane_time().nanos;
  }

  static std::int32_t book(void* engine, std::uint32_t instrument, std::uint32_t feed,
                           gannet_book* out) noexcept {
    if (feed >= static_cast<std::uint32_t>(kBookFeeds)) return GANNET_MALFORMED;
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    gannet_book book{};
    if (!host_of(engine).surroundings_.lane->find_book({instrument}, static_cast<BookFeed>(feed),
                                                       book))
      return GANNET_NOT_AVAILABLE;
    return answer(book, out);
  }

  static std::uint32_t open_orders(void* engine, gannet_open_order* out, std::uint32_t out_size,
                                   std::uint32_t capacity) noexcept {
    if (!may_ask(engine)) return 0;
    const auto orders = host_of(engine).open_orders_.view();
    const auto count = static_cast<std::uint32_t>(orders.size());
    if (out == nullptr || out_size < 8) return count;
    const std::size_t bytes = std::min<std::size_t>(out_size, sizeof(gannet_open_order));
    auto* to = reinterpret_cast<unsigned char*>(out);
    for (std::uint32_t i = 0; i < std::min(count, capacity); ++i, to += out_size)
      std::memcpy(to, &orders[i], bytes);
    return count;
  }

  static std::int32_t position(void* engine, std::uint32_t instrument,
                               gannet_position* out) noexcept {
    StrategyHost& host = host_of(engine);
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (instrument >= host.positions_.size()) return GANNET_UNKNOWN;
    const StrategyHost::Positions& positions = host.positions_[instrument];
    return answer(gannet_position{.size = 0,
                                  .instrument = instrument,
                                  .own = positions.own.raw,
                                  .account = positions.account.raw,
                                  .event_time = positions.event_time.nanos},
                  out);
  }

  static std::int32_t balance(void* engine, const char* currency, gannet_balance* out) noexcept {
    gannet_balance balance{};
    if (currency == nullptr) return GANNET_MALFORMED;
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!host_of(engine).surroundings_.lane->find_balance(bounded(currency), balance))
      return GANNET_NOT_AVAILABLE;
    return answer(balance, out);
  }

  static std::int32_t instrument(void* engine, std::uint32_t id, gannet_instrument* out) noexcept {
    const StrategyHost::Surroundings& around = host_of(engine).surroundings_;
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!around.instruments->contains({id})) return GANNET_UNKNOWN;
    return answer(to_abi((*around.instruments)[InstrumentId{id}], *around.currencies), out);
  }

  static std::int32_t find_instrument(void* engine, const char* name, std::uint32_t* id) noexcept {
    if (name == nullptr || id == nullptr) return GANNET_MALFORMED;
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    *id = host_of(engine).surroundings_.instruments->find(bounded(name)).value;
    return *id == GANNET_NO_INSTRUMENT ? GANNET_UNKNOWN : GANNET_OK;
  }

  static std::int32_t state(void* engine, std::uint32_t instrument, gannet_state* out) noexcept {
    gannet_state state{};
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!host_of(engine).surroundings_.lane->find_state({instrument}, state)) return GANNET_UNKNOWN;
    return answer(state, out);
  }

  static std::int32_t head_room(void*, std::uint32_t, gannet_head_room*) noexcept {
    return GANNET_NOT_AVAILABLE;
  }
  static std::int32_t rate_budget(void*, std::uint32_t, gannet_rate_budget*) noexcept {
    return GANNET_NOT_AVAILABLE;
  }
  static std::int32_t fee_rate(void* engine, std::uint32_t id, gannet_fee_rate* out) noexcept {
    const StrategyHost::Surroundings& around = host_of(engine).surroundings_;
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!around.instruments->contains({id})) return GANNET_UNKNOWN;
    const FeeRate* const rate = around.fees == nullptr ? nullptr : around.fees->find({id});
    if (rate == nullptr) return GANNET_NOT_AVAILABLE;
    return answer(gannet_fee_rate{.size = sizeof(gannet_fee_rate),
                                  .instrument = id,
                                  .maker = {rate->maker.mantissa, rate->maker.digits, 0},
                                  .taker = {rate->taker.mantissa, rate->taker.digits, 0}},
                  out);
  }
  static std::int32_t funding(void* engine, std::uint32_t instrument,
                              gannet_funding* out) noexcept {
    gannet_funding funding{};
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!host_of(engine).surroundings_.lane->find_funding({instrument}, funding))
      return GANNET_NOT_AVAILABLE;
    return answer(funding, out);
  }

  static std::int32_t price_limit(void* engine, std::uint32_t instrument,
                                  gannet_price_limit* out) noexcept {
    gannet_price_limit limit{};
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!host_of(engine).surroundings_.lane->find_price_limit({instrument}, limit))
      return GANNET_NOT_AVAILABLE;
    return answer(limit, out);
  }

  static std::int32_t reference_price(void* engine, std::uint32_t instrument, std::uint32_t kind,
                                      gannet_reference_price* out) noexcept {
    gannet_reference_price price{};
    if (kind > GANNET_INDEX_PRICE) return GANNET_MALFORMED;
    if (!may_ask(engine)) return GANNET_NOT_AVAILABLE;
    if (!host_of(engine).surroundings_.lane->find_reference_price(
            {instrument}, static_cast<ReferencePriceEvent::Kind>(kind), price))
      return GANNET_NOT_AVAILABLE;
    return answer(price, out);
  }
};

const gannet_host& host_functions() noexcept {
  static constexpr gannet_host kTable = {
      .size = sizeof(gannet_host),
      .abi_version = GANNET_ABI_VERSION,
      .subscribe = HostFunctions::subscribe,
      .place = HostFunctions::place,
      .amend = HostFunctions::amend,
      .cancel = HostFunctions::cancel,
      .cancel_all = HostFunctions::cancel_all,
      .set_timer = HostFunctions::set_timer,
      .cancel_timer = HostFunctions::cancel_timer,
      .log = HostFunctions::log,
      .metric = HostFunctions::metric,
      .fail = HostFunctions::fail,
      .place_algo = HostFunctions::place_algo,
      .save_state = HostFunctions::save_state,
      .load_state = HostFunctions::load_state,
      .now = HostFunctions::now,
      .book = HostFunctions::book,
      .open_orders = HostFunctions::open_orders,
      .position = HostFunctions::position,
      .balance = HostFunctions::balance,
      .instrument = HostFunctions::instrument,
      .find_instrument = HostFunctions::find_instrument,
      .state = HostFunctions::state,
      .head_room = HostFunctions::head_room,
      .rate_budget = HostFunctions::rate_budget,
      .fee_rate = HostFunctions::fee_rate,
      .funding = HostFunctions::funding,
      .price_limit = HostFunctions::price_limit,
      .reference_price = HostFunctions::reference_price,
      .place_batch = HostFunctions::place_batch,
      .amend_batch = HostFunctions::amend_batch,
      .cancel_batch = HostFunctions::cancel_batch,
  };
  return kTable;
}

}  // namespace gannet::engine
