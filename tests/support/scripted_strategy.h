#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gannet/abi.h"

#include "engine/strategy_type.h"

namespace gannet::test {

/// A strategy whose handlers a test writes as functions; it notes every call in `calls`. One script
/// makes one instance.
struct Script {
  const gannet_host* host = nullptr;
  void* engine = nullptr;
  std::vector<std::string> calls;
  std::function<std::int32_t()> on_create, on_start, on_stop;
  std::function<std::int32_t(const gannet_book&)> on_book;
  std::function<std::int32_t(const gannet_trade&)> on_trade;
  std::function<std::int32_t(const gannet_order_event&)> on_order;
  std::function<std::int32_t(const gannet_timer&)> on_timer;
  std::uint64_t missed = 0;

  std::uint64_t buy(std::uint32_t instrument, std::int64_t price, std::int64_t quantity,
                    std::int32_t* answer = nullptr) const {
    gannet_order order{};
    order.size = sizeof order;
    order.instrument = instrument;
    order.price = price;
    order.quantity = quantity;
    std::uint64_t handle = 0;
    const std::int32_t code = host->place(engine, &order, &handle);
    if (answer != nullptr) *answer = code;
    return handle;
  }
};

namespace scripted {

inline Script* next = nullptr;  // the script that the next create takes

template <class F, class... A>
std::int32_t run(Script& script, const char* name, const F& f, const A&... arguments) {
  script.calls.emplace_back(name);
  return f ? f(arguments...) : GANNET_OK;
}

inline std::int32_t create(const gannet_host* host, void* engine, const gannet_parameters*,
                           void** self) {
  next->host = host;
  next->engine = engine;
  *self = next;
  return next->on_create ? next->on_create() : GANNET_OK;
}

inline gannet_handlers handlers() {
  gannet_handlers h{};
  h.size = sizeof h;
  h.create = create;
  h.destroy = [](void*) {};
  h.start = [](void* self) {
    auto& s = *static_cast<Script*>(self);
    return run(s, "start", s.on_start);
  };
  h.stop = [](void* self) {
    auto& s = *static_cast<Script*>(self);
    return run(s, "stop", s.on_stop);
  };
  h.book = [](void* self, const gannet_book* e) {
    auto& s = *static_cast<Script*>(self);
    return run(s, "book", s.on_book, *e);
  };
  h.book_withdrawn = [](void* self, const gannet_book_withdrawn* e) {
    static_cast<Script*>(self)->calls.push_back(std::string("withdrawn ") + e->reason);
    return std::int32_t{GANNET_OK};
  };
  h.trade = [](void* self, const gannet_trade* e) {
    auto& s = *static_cast<Script*>(self);
    return run(s, "trade", s.on_trade, *e);
  };
  h.trades_missed = [](void* self, const gannet_trades_missed* e) {
    auto& s = *static_cast<Script*>(self);
    s.missed += e->missed;
    s.calls.emplace_back("missed");
    return std::int32_t{GANNET_OK};
  };
  h.order = [](void* self, const gannet_order_event* e) {
    auto& s = *static_cast<Script*>(self);
    return run(s, "order", s.on_order, *e);
  };
  h.fill = [](void* self, const gannet_fill*) {
    static_cast<Script*>(self)->calls.emplace_back("fill");
    return std::int32_t{GANNET_OK};
  };
  h.timer = [](void* self, const gannet_timer* e) {
    auto& s = *static_cast<Script*>(self);
    return run(s, "timer", s.on_timer, *e);
  };
  h.state = [](void* self, const gannet_state*) {
    static_cast<Script*>(self)->calls.emplace_back("state");
    return std::int32_t{GANNET_OK};
  };
  h.operator_command = [](void* self, const gannet_operator_command* e) {
    static_cast<Script*>(self)->calls.push_back(std::string("command ") + e->name + " " +
                                                e->argument);
    return std::int32_t{GANNET_OK};
  };
  return h;
}

}  // namespace scripted

/// Takes one parameter, `instrument`; wants trades and its best book unless told otherwise.
inline engine::StrategyType scripted_type(std::uint32_t channels = GANNET_WANT_BOOK |
                                                                   GANNET_WANT_TRADES,
                                          BookFeed book = BookFeed::BestBidOffer,
                                          std::uint32_t depth = 0) {
  engine::StrategyType type;
  type.name = "scripted";
  type.parameters.push_back({});
  type.parameters[0].type = GANNET_PARAMETER_INSTRUMENT;
  type.parameters[0].name = "instrument";
  type.channels = channels;
  type.book = book;
  type.depth = depth;
  type.handlers = scripted::handlers();
  return type;
}

}  // namespace gannet::test
