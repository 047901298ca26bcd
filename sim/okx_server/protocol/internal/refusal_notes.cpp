#include "sim/okx_server/protocol/internal/refusal_notes.h"

#include <fmt/format.h>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

std::string available_of(const ServerState& state, sim::UserId user, CurrencyId currency) {
  for (const sim::BalanceView& balance : state.exchange->balances(user)) {
    if (balance.currency == currency) return amount_text(balance.available);
  }
  return "0";
}

/// For people: an estimate, not what the exchange charges.
double value_of(const ServerState& state, const Instrument& instrument,
                const sim::NewOrder& order) {
  const Price at = order.price.raw > 0 ? order.price : state.exchange->mark_price(instrument.id);
  const double price = std::stod(price_text(instrument, at));
  const double quantity = std::stod(quantity_text(instrument, order.quantity));
  if (!is_derivative(instrument.kind)) return price * quantity;
  const double contract = to_double(instrument.contract_value);
  if (instrument.contract == ContractKind::Inverse)
    return price > 0 ? quantity * contract / price : 0;
  return price * quantity * contract;
}

std::string about_funds(const ServerState& state, const Instrument& instrument,
                        const sim::NewOrder& order) {
  const bool derivative = is_derivative(instrument.kind);
  const bool sells_spot = !derivative && order.side == Side::Sell;
  const CurrencyId currency = derivative   ? instrument.settle
                              : sells_spot ? instrument.base
                                           : instrument.quote;
  const std::string_view name = state.currencies.name(currency);
  std::string text =
      fmt::format("available {} {}, ", available_of(state, order.user, currency), name);
  if (sells_spot)
    return text + fmt::format("needed {} {}", quantity_text(instrument, order.quantity), name);
  text += fmt::format("order value {} {}", estimate_text(value_of(state, instrument, order)), name);
  if (derivative)
    text += fmt::format(" at leverage {}", state.exchange->leverage(order.user, instrument.id));
  return text;
}

}  // namespace

std::string explain_refusal(const ServerState& state, const sim::NewOrder& order,
                            sim::Refusal refusal) {
  if (!state.instruments.contains(order.instrument)) return {};
  const Instrument& instrument = state.instruments[order.instrument];
  const std::string price = price_text(instrument, order.price);
  const std::string quantity = quantity_text(instrument, order.quantity);
  switch (refusal) {
    case sim::Refusal::InsufficientFunds:
      return about_funds(state, instrument, order);
    case sim::Refusal::PriceOffTick:
      return fmt::format("px {}, tickSz {}", price, price_text(instrument, instrument.tick_size));
    case sim::Refusal::PriceOutsideBand:
      return fmt::format("px {}", price);
    case sim::Refusal::QuantityOffLot:
      return fmt::format("sz {}, lotSz {}", quantity,
                         quantity_text(instrument, instrument.lot_size));
    case sim::Refusal::QuantityTooSmall:
      return fmt::format("sz {}, minSz {}", quantity,
                         quantity_text(instrument, instrument.minimum_quantity));
    case sim::Refusal::QuantityTooLarge:
      return fmt::format("sz {}", quantity);
    case sim::Refusal::InstrumentNotLive:
      return fmt::format("{} is in state {}", instrument.name.view(), name_of(instrument.state));
    case sim::Refusal::DuplicateClientId:
      return fmt::format("clOrdId {} is pending", order.client_id.view());
    default:
      return {};
  }
}

}  // namespace gannet::okx_server
