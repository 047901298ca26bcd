#include "sim/okx_server/protocol/internal/position_json.h"

#include <cstdlib>

#include "sim/okx_server/protocol/internal/algo_json.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/position_figures.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr double kMoney = 1e18;

double number(__int128 raw) noexcept { return static_cast<double>(raw) / kMoney; }
double rate(std::int64_t raw) noexcept { return static_cast<double>(raw) / 1e9; }

/// The decimal that the text shows, so that what is derived from it agrees with what is seen.
double shown(__int128 raw) { return std::strtod(money_text(raw).c_str(), nullptr); }

PositionFigures figures_of(const Instrument& instrument, const sim::PositionView& position) {
  PositionFigures figures;
  figures.inverse = instrument.contract == ContractKind::Inverse;
  figures.is_long = position.quantity.raw > 0;
  figures.size = std::abs(gannet::to_double(position.quantity, instrument.quantity_digits)) *
                 to_double(instrument.contract_value) * to_double(instrument.contract_multiplier);
  figures.average = std::strtod(amount_text(position.average_price).c_str(), nullptr);
  figures.leverage = static_cast<double>(position.leverage);
  figures.fee_rate = rate(position.liquidation_fee);
  figures.maintenance_rate = rate(position.maintenance_rate);
  return figures;
}

double to_number(const Instrument& instrument, Price price) {
  return std::strtod(price_text(instrument, price).c_str(), nullptr);
}

std::string margin_ratio_text(const sim::PositionView& position) {
  if (position.margin_needed <= 0) return "";
  return shortest_text(static_cast<double>(position.margin_equity) * 1e9 /
                       static_cast<double>(position.margin_needed_fine));
}

std::string liquidation_price_text(const ServerState& state, const Instrument& instrument,
                                   const sim::PositionView& position,
                                   const PositionFigures& figures) {
  if (position.margin_needed <= 0) return "";
  double unit = 1;  // of the money that carries it, in the settle currency
  if (position.margin_in_dollars) unit = usd_price(state, instrument.settle);
  if (unit <= 0) return "";
  const double profit = number(position.unrealised_pnl.raw);
  const double own = number(position.value.raw) * (figures.maintenance_rate + figures.fee_rate);
  const double money = number(position.margin_equity) / unit - profit;
  const double elsewhere = number(position.margin_needed) / unit - own;
  // One that stands alone needs nothing elsewhere; what is left there is rounding.
  const double price = liquidation_price(figures, money, elsewhere < own * 1e-12 ? 0 : elsewhere);
  return price > 0 ? shortest_text(price) : "";
}

/// Dollars: an inverse contract has its face in them.
std::string notional_text(const ServerState& state, const Instrument& instrument,
                          const sim::PositionView& position, const PositionFigures& figures) {
  if (figures.inverse) return shortest_text(figures.size);
  const double dollars = usd_price(state, instrument.settle);
  return ratio_text(shown(position.value.raw) * dollars);
}

Quantity shown_quantity(const sim::PositionView& position) noexcept {
  const bool turned = position.side == PositionSide::Short && position.quantity.raw < 0;
  return turned ? -position.quantity : position.quantity;
}

/// What closing orders leave; told of legs alone.
std::string available_text(const Instrument& instrument, const sim::PositionView& position) {
  if (position.side == PositionSide::Net) return "";
  const Quantity promised = position.promised[position.side == PositionSide::Long ? 1 : 0];
  return quantity_text(instrument, shown_quantity(position) - promised);
}

}  // namespace

std::string position_id(const UserState& user, const sim::PositionView& position) {
  const std::uint64_t parts = static_cast<std::uint64_t>(position.instrument.value) * 16 +
                              static_cast<std::uint64_t>(position.side) * 4 +
                              static_cast<std::uint64_t>(position.mode);
  return std::to_string(2'500'000'000'000'000'000ull + user.id * 1'000'000'000ull + parts);
}

void write_position(JsonWriter& json, const ServerState& state, const UserState& user,
                    const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  const bool flat = position.quantity.raw == 0;
  const bool cross = position.mode != sim::TradeMode::Isolated;
  const Price mark = reference_price(state, instrument.id);
  const std::optional<Price> last = last_price(state, instrument.id);
  const PositionFigures figures = figures_of(instrument, position);
  // What the venue calls realised: profit, fees, funding and penalties, each signed as income.
  const __int128 realised = position.realised_pnl.raw - position.fee.raw + position.funding.raw -
                            position.liquidation_penalty.raw;
  const Amount at_last =
      flat || !last
          ? Amount{}
          : state.exchange->profit_at(user.id, instrument.id, position.side, position.mode, *last);
  const bool option = instrument.kind == InstrumentKind::Option;
  const bool short_side = position.quantity.raw < 0;
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("mgnMode", name_of(position.mode))
      .field("posId", position_id(user, position))
      .field("posSide", name_of(position.side))
      .field("pos", quantity_text(instrument, shown_quantity(position)))
      .field("hedgedPos", "")
      .field("posCcy", "")
      .field("availPos", available_text(instrument, position))
      .field("avgPx", flat ? "" : amount_text(position.average_price))
      .field("upl", money_text(position.unrealised_pnl))
      .field("uplRatio",
             flat ? "0" : ratio_text(profit_ratio(figures, to_number(instrument, mark))))
      .field("uplLastPx", money_text(at_last))
      .field("uplRatioLastPx",
             flat || !last ? "0" : ratio_text(profit_ratio(figures, to_number(instrument, *last))))
      .field("instId", instrument.name.view())
      .field("lever", option ? "" : std::to_string(position.leverage))
      .field("liqPx", flat ? "" : liquidation_price_text(state, instrument, position, figures))
      .field("markPx", price_text(instrument, mark))
      .field("imr", cross ? money_text(position.initial_margin) : "")
      .field("margin", cross ? "" : money_text(position.isolated_margin))
      .field("mgnRatio", flat ? "" : margin_ratio_text(position))
      .field("mmr", money_text(position.maintenance_margin))
      .blank("liab", "liabCcy")
      .field("interest", "")
      .field("tradeId", std::to_string(position.last_trade.value))
      .field("notionalUsd", flat ? "0" : notional_text(state, instrument, position, figures))
      .field("optVal", option ? amount_text(short_side ? -position.value : position.value) : "")
      .field("pendingCloseOrdLiabVal", "")
      .field("adl", std::to_string(position.deleverage_rank))
      .blank("bizRefId", "bizRefType")
      .field("ccy", state.currencies.name(instrument.settle))
      .field("last", last ? price_text(instrument, *last) : "")
      .field("idxPx", price_text(instrument, index_price(state, instrument.id)))
      .field("usdPx", shortest_text(usd_price(state, instrument.settle)))
      .field("bePx", flat ? "" : shortest_text(break_even_price(figures, shown(position.fee.raw))))
      .blank("deltaBS", "deltaPA", "gammaBS", "gammaPA", "thetaBS", "thetaPA", "vegaBS", "vegaPA",
             "spotInUseAmt", "spotInUseCcy", "clSpotInUseAmt", "maxSpotInUseAmt")
      .field("realizedPnl", money_text(realised))
      .field("pnl", money_text(position.realised_pnl))
      .field("fee", money_text(-position.fee.raw))
      .field("fundingFee", money_text(position.funding))
      .field("liqPenalty", money_text(-position.liquidation_penalty.raw))
      .field("nonSettleAvgPx", "")
      .field("settledPnl", "");
  write_closing_algos(json, state, user.id, position);
  json.field("cTime", millis_text(state.wall_time(position.create_time)))
      .field("uTime", millis_text(state.wall_time(position.update_time)))
      .field("pTime", millis_text(state.now))
      .blank("baseBal", "quoteBal", "baseBorrowed", "baseInterest", "quoteBorrowed",
             "quoteInterest")
      .end_object();
}

void write_short_position(JsonWriter& json, const ServerState& state, const UserState& user,
                          const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  json.begin_object()
      .field("posId", position_id(user, position))
      .field("tradeId", std::to_string(position.last_trade.value))
      .field("instId", instrument.name.view())
      .field("instType", name_of(instrument.kind))
      .field("mgnMode", name_of(position.mode))
      .field("avgPx", position.quantity.raw == 0 ? "" : amount_text(position.average_price))
      .field("ccy", state.currencies.name(instrument.settle))
      .field("posSide", name_of(position.side))
      .field("pos", quantity_text(instrument, shown_quantity(position)))
      .blank("posCcy", "nonSettleAvgPx", "settledPnl")
      .field("uTime", millis_text(state.wall_time(position.update_time)))
      .blank("baseBal", "quoteBal")
      .end_object();
}

void write_endangered_position(JsonWriter& json, const ServerState& state, const UserState& user,
                               const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("mgnMode", name_of(position.mode))
      .field("posId", position_id(user, position))
      .field("posSide", name_of(position.side))
      .field("pos", quantity_text(instrument, shown_quantity(position)))
      .field("posCcy", "")
      .field("instId", instrument.name.view())
      .field("lever", std::to_string(position.leverage))
      .field("markPx", price_text(instrument, reference_price(state, instrument.id)))
      .field("mgnRatio", margin_ratio_text(position))
      .field("ccy", state.currencies.name(instrument.settle))
      .field("cTime", millis_text(state.wall_time(position.create_time)))
      .field("uTime", millis_text(state.wall_time(position.update_time)))
      .field("pTime", millis_text(state.now))
      .end_object();
}

void write_position_risk(JsonWriter& json, const ServerState& state, const UserState& user,
                         const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  const PositionFigures figures = figures_of(instrument, position);
  json.begin_object()
      .field("baseBal", "")
      .field("ccy", state.currencies.name(instrument.settle))
      .field("instId", instrument.name.view())
      .field("instType", name_of(instrument.kind))
      .field("mgnMode", name_of(position.mode))
      .field("notionalCcy", money_text(position.value))
      .field("notionalUsd", notional_text(state, instrument, position, figures))
      .field("pos", quantity_text(instrument, shown_quantity(position)))
      .field("posCcy", "")
      .field("posId", position_id(user, position))
      .field("posSide", name_of(position.side))
      .field("quoteBal", "")
      .end_object();
}

namespace {

std::string_view close_type(sim::ClosedPosition::How how) noexcept {
  using How = sim::ClosedPosition::How;
  switch (how) {
    case How::Part:
      return "1";
    case How::Whole:
    case How::Delivery:
      return "2";
    case How::Liquidation:
      return "3";
    case How::PartialLiquidation:
      return "4";
    case How::AutoDeleverage:
      return "5";
  }
  return "";
}

}  // namespace

void write_closed_position(JsonWriter& json, const ServerState& state, const UserState& user,
                           const sim::ClosedPosition& closed) {
  const sim::PositionView& position = closed.position;
  const Instrument& instrument = state.instruments[position.instrument];
  const __int128 realised = position.realised_pnl.raw - position.fee.raw + position.funding.raw -
                            position.liquidation_penalty.raw;
  // On the margin that the closed part was opened with.
  const double margin = number(closed.opened_value.raw) /
                        static_cast<double>(std::max<std::int64_t>(position.leverage, 1));
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("mgnMode", name_of(position.mode))
      .field("type", close_type(closed.how))
      .field("cTime", millis_text(state.wall_time(position.create_time)))
      .field("uTime", millis_text(state.wall_time(position.update_time)))
      .field("openAvgPx", amount_text(position.average_price))
      .field("closeAvgPx", amount_text(closed.close_average))
      .field("posId", position_id(user, position))
      .field("openMaxPos", quantity_text(instrument, closed.largest))
      .field("closeTotalPos", quantity_text(instrument, closed.closed))
      .field("realizedPnl", money_text(realised))
      .field("pnl", money_text(position.realised_pnl))
      .field("pnlRatio", margin > 0 ? ratio_text(number(realised) / margin) : "0")
      .field("fee", money_text(-position.fee.raw))
      .field("fundingFee", money_text(position.funding))
      .field("liqPenalty", money_text(-position.liquidation_penalty.raw))
      .field("settledPnl", "")
      .field("nonSettleAvgPx", "")
      .field("lever", std::to_string(position.leverage))
      .field("direction", closed.was_long ? "long" : "short")
      .field("posSide", name_of(position.side))
      .field("triggerPx", closed.trigger.raw > 0 ? price_text(instrument, closed.trigger) : "")
      .field("uly", instrument.family.view())
      .field("ccy", state.currencies.name(instrument.settle))
      .end_object();
}

}  // namespace gannet::okx_server
