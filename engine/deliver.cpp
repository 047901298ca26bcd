#include "engine/deliver.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <variant>

namespace gannet::engine {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

/// The boundary wants a zero byte at the end, which FixedString has no room for.
template <std::size_t N>
std::array<char, N + 1> zero_ended(const FixedString<N>& text) noexcept {
  std::array<char, N + 1> out{};
  std::ranges::copy(text.view(), out.begin());
  return out;
}

}  // namespace

void deliver(Lane& lane, const LaneReport& report) noexcept {
  const Timestamp now = report.now;
  std::visit(Overloaded{
                 [&](const LaneReport::Start&) { lane.start(now); },
                 [&](const LaneReport::Stop&) { lane.stop(now); },
                 [&](const OrderEvent& event) { lane.on_order_event(event, now); },
                 [&](const FillEvent& event) { lane.on_fill_event(event, now); },
                 [&](const PositionEvent& event) { lane.on_position_event(event, now); },
                 [&](const BalanceReport& event) { lane.on_balance(event, now); },
                 [&](const StateEvent& event) { lane.on_state_event(event, now); },
                 [&](const InstrumentChange& change) { lane.on_instrument_changed(change, now); },
                 [&](const CandleEvent& candle) { lane.on_market_update(candle); },
                 [&](const LaneReport::OperatorCommand& command) {
                   lane.on_operator_command(command.strategy, zero_ended(command.name).data(),
                                            zero_ended(command.argument).data(), now);
                 },
                 [&](const LaneReport::ParametersChanged& change) {
                   lane.on_parameters_changed(change.strategy, *change.parameters, now);
                 },
             },
             report.content);
}

void deliver(Lane& lane, const LaneMarketEvent& event) noexcept {
  std::visit(Overloaded{
                 [&](const TradeEvent& trade) { lane.on_trade(trade); },
                 [&](const LaneMarketEvent::TradesMissed& told) {
                   lane.on_trades_missed(told.instrument, told.missed, told.now);
                 },
                 [&](const TickerEvent& ticker) { lane.on_ticker(ticker); },
                 [&](const ReferencePriceEvent& price) { lane.on_reference_price(price); },
                 [&](const MarketUpdate& update) { lane.on_market_update(update); },
             },
             event.content);
}

}  // namespace gannet::engine
