#include "sim/okx_server/protocol/internal/order_codes.h"

namespace gannet::okx_server {
namespace {

Verdict not_live(InstrumentState state) {
  switch (state) {
    case InstrumentState::PreOpen:
      return {"51021", "Contract to be listed", ""};
    case InstrumentState::Expired:
      return {"51027", "Contract expired", ""};
    case InstrumentState::Settling:
      return {"51029", "Contract under settlement", ""};
    case InstrumentState::Live:
    case InstrumentState::Suspended:
    case InstrumentState::PostOnly:
    case InstrumentState::Rebasing:
    case InstrumentState::Testing:
    case InstrumentState::Unknown:
      break;
  }
  return {"51022", "Trading of this instrument is suspended", ""};
}

Verdict too_large(const Instrument& instrument, sim::OrderType type) {
  if (is_derivative(instrument.kind))
    return {"51101", "Order quantity exceeds the maximum number of contracts", ""};
  if (type == sim::OrderType::Market)
    return {"51201", "Value of a market order exceeds its maximum", ""};
  return {"51005", "Order amount exceeds the maximum", ""};
}

Verdict order_not_found(Operation operation) {
  if (operation == Operation::Amend)
    return {"51503", "Order modification failed: filled, canceled or unknown", ""};
  return {"51400", "Cancellation failed: filled, canceled or unknown", ""};
}

}  // namespace

Verdict verdict_of(sim::Refusal refusal, Operation operation, const Instrument& instrument,
                   sim::OrderType type, int off_tick_code) {
  switch (refusal) {  // no default: a new refusal must be a compile error
    case sim::Refusal::None:
      return {};
    case sim::Refusal::UnknownInstrument:
      return {"51001", "Instrument ID, instrument ID code or spread ID does not exist", ""};
    case sim::Refusal::InstrumentNotLive:
      return not_live(instrument.state);
    case sim::Refusal::PriceOffTick:
      return {std::to_string(off_tick_code), "Parameter px error: not a multiple of tickSz", ""};
    case sim::Refusal::PriceNotPositive:
      return {"51000", "Parameter px error", ""};
    case sim::Refusal::PriceOutsideBand:
      return {"51006", "Order price is not within the price limit", ""};
    case sim::Refusal::QuantityOffLot:
      return {"51121", "Order quantity must be a multiple of the lot size", ""};
    case sim::Refusal::QuantityTooSmall:
      return {"51020", "Order quantity must be at least the minimum order size", ""};
    case sim::Refusal::QuantityTooLarge:
      return too_large(instrument, type);
    case sim::Refusal::InsufficientFunds:
      if (operation == Operation::Amend)
        return {"51502", "Order modification failed: insufficient balance", "1030"};
      return {"51008", "Order failed: insufficient balance or margin",
              is_derivative(instrument.kind) ? "1001" : "1000"};
    case sim::Refusal::DuplicateClientId:
      return {"51016", "Client order ID already exists", ""};
    case sim::Refusal::OrderNotFound:
      return order_not_found(operation);
    case sim::Refusal::NothingToAmend:
      return {"51500", "Nothing to amend: newSz or newPx is needed", ""};
    case sim::Refusal::AmendWouldTake:
      return {"51511", "Modification failed: the post-only condition would be violated", ""};
    case sim::Refusal::TooManyOrders:
      return {"51102", "Number of pending orders exceeds the maximum", ""};
    case sim::Refusal::TooManyAccountOrders:
      return {"51025", "Order count exceeds the limit", ""};
    case sim::Refusal::CloseTooLarge:
      return {"51112", "Close order size exceeds your available size", ""};
    case sim::Refusal::SlippageTooLarge:
      return {"54084", "The order would be filled further from the best price than slippagePct",
              ""};
    case sim::Refusal::ReduceOnlyNoPosition:
      return {"51169", "There is no position in this direction to reduce", ""};
    case sim::Refusal::ReduceOnlyWrongSide:
      return {"51170", "A reduce-only order must not be on the side of the position", ""};
    case sim::Refusal::BadMode:
      return {"51010", "Operation is not supported under the current account mode", ""};
    case sim::Refusal::BadPositionSide:
      return {"51000", "Parameter posSide error", ""};
    case sim::Refusal::UnsupportedType:
      if (instrument.kind == InstrumentKind::Option)
        return {"51066", "Options have no market orders", ""};
      return {"51000", "Parameter ordType error", ""};
    case sim::Refusal::TierExceeded:
      return {"51004",
              "Order failed: position, open orders and this order exceed the maximum of the "
              "current leverage",
              ""};
    case sim::Refusal::MarginTradingUnsupported:
      return {"54000", "Margin trading is not supported", ""};
    case sim::Refusal::IsolatedUnsupported:
      return {"50072", "Isolated margin is not supported in this account mode", ""};
    case sim::Refusal::MarketHasNoLiquidity:
      return {"51109", "There are no orders on the other side", ""};
  }
  return {"51000", "Parameter error", ""};
}

}  // namespace gannet::okx_server
