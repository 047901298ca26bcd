#include "sim/okx_server/protocol/internal/fault_money.h"

#include "domain/units.h"

namespace gannet::okx_server {
namespace {

constexpr int kRateDigits = 16;

PositionSide side_of(std::string_view text) noexcept {
  if (text == "long") return PositionSide::Long;
  if (text == "short") return PositionSide::Short;
  return PositionSide::Net;
}

void deleverage(ServerState& state, const Fault& fault, InstrumentId id) {
  const std::string_view name = fault.text("user");
  const auto index = name.empty() ? std::optional<std::size_t>(0) : state.find_user(name);
  if (!index || *index >= state.users.size()) return;
  const auto mode =
      fault.text("mgnMode") == "isolated" ? sim::TradeMode::Isolated : sim::TradeMode::Cross;
  const auto size = parse_units(fault.text("sz"), state.instruments[id].quantity_digits);
  state.exchange->deleverage(state.users[*index].id, id, side_of(fault.text("posSide")), mode,
                             {size && *size > 0 ? *size : INT64_MAX}, state.exchange_time());
}

void change_funding(ServerState& state, const Fault& fault, InstrumentId id) {
  if (state.instruments[id].kind != InstrumentKind::Swap) return;
  const auto rate = parse_units(fault.text("rate"), kRateDigits);
  state.exchange->set_funding_rate(id, rate ? std::optional(*rate) : std::nullopt);
  const Nanos in = fault.duration("in_ms", Nanos{});
  const Nanos interval = fault.duration("interval_ms", Nanos{});
  const sim::FundingView now = state.exchange->funding(id);
  if (in.count <= 0 && interval.count <= 0) return;
  state.exchange->set_funding_time(id, in.count > 0 ? state.exchange_time() + in : now.time,
                                   interval);
}

void set_prices(ServerState& state, const Fault& fault, InstrumentId id) {
  const int digits = state.instruments[id].price_digits;
  const auto mark = parse_units(fault.text("px"), digits);
  if (!mark || *mark <= 0) return;
  const auto index = parse_units(fault.text("index"), digits);
  state.exchange->set_reference_prices(id, {*mark}, {index && *index > 0 ? *index : *mark},
                                       state.exchange_time());
}

void set_insurance(ServerState& state, const Fault& fault) {
  const CurrencyId currency = state.currencies.find(fault.text("ccy", "USDT"));
  if (!currency.valid()) return;
  const auto wanted = parse_amount(fault.text("amt", "0"), currency);
  if (!wanted || wanted->raw < 0) return;
  state.exchange->fund_insurance(*wanted - state.exchange->insurance_fund(currency));
}

}  // namespace

void do_money_fault(ServerState& state, const Fault& fault) {
  if (fault.kind == FaultKind::InsuranceFund) return set_insurance(state, fault);
  const InstrumentId id = state.find_instrument(fault.target);
  if (!id.valid()) return;
  if (fault.kind == FaultKind::Deleverage) return deleverage(state, fault, id);
  if (fault.kind == FaultKind::Funding) return change_funding(state, fault, id);
  set_prices(state, fault, id);
}

}  // namespace gannet::okx_server
