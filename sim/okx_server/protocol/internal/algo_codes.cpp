#include "sim/okx_server/protocol/internal/algo_codes.h"

#include "sim/okx_server/protocol/internal/order_entry.h"

namespace gannet::okx_server {
namespace {

/// The code of a trigger on the wrong side: by last, mark and index price. OKX API v5, error codes.
Verdict wrong_side(std::string_view what, std::string_view how, sim::PriceSource source, int last,
                   int mark, int index) {
  const int code = source == sim::PriceSource::Last   ? last
                   : source == sim::PriceSource::Mark ? mark
                                                      : index;
  const std::string_view price = source == sim::PriceSource::Last   ? "last"
                                 : source == sim::PriceSource::Mark ? "mark"
                                                                    : "index";
  std::string message(what);
  message.append(" trigger price cannot be ").append(how).append(" than the ").append(price);
  message.append(" price");
  return {std::to_string(code), std::move(message), ""};
}

Verdict too_many(sim::AlgoType type, std::size_t limit) {
  const std::string most = std::to_string(limit);
  switch (type) {
    case sim::AlgoType::Conditional:
    case sim::AlgoType::OneCancelsOther:
      return {"51261", "Each user can hold up to " + most + " pending stop orders at the same time",
              ""};
    case sim::AlgoType::TrailingStop:
      return {"51260",
              "Maximum of " + most + " pending trailing stop orders can be held at the same time",
              ""};
    case sim::AlgoType::Iceberg:
    case sim::AlgoType::SmartIceberg:
      return {"51262", "Maximum " + most + " pending iceberg orders can be held at the same time",
              ""};
    case sim::AlgoType::TimeWeighted:
      return {"51263",
              "Maximum " + most + " pending time-weighted orders can be held at the same time", ""};
    case sim::AlgoType::Trigger:
    case sim::AlgoType::Chase:
      break;
  }
  return {"51299",
          "Order did not go through. You can hold a maximum of " + most + " orders of this type",
          ""};
}

Verdict bad_slice(sim::AlgoType type) {
  if (type == sim::AlgoType::TimeWeighted)
    return {"51274", "Total quantity of time-weighted order must be larger than single order limit",
            ""};
  return {"51255", "Limit of per iceberg order: Total amount/1000 < x <= Total amount", ""};
}

Verdict bad_variance(sim::AlgoType type) {
  if (type == sim::AlgoType::TimeWeighted)
    return {"51270", "The limit of time-weighted order price variance is 0 < x <= 1%", ""};
  return {"51256", "Iceberg order price variance error", ""};
}

Verdict bad(std::string_view parameter) {
  return {"51000", "Parameter " + std::string(parameter) + " error", ""};
}

}  // namespace

Verdict verdict_of(const ServerState& state, const sim::AlgoRefusal& refusal, Operation operation,
                   InstrumentId instrument, sim::AlgoType type) {
  using enum sim::AlgoProblem;
  switch (refusal.problem) {  // no default: a new problem must be a compile error
    case None:
      return {};
    case OrderTerms:
      return refused(state, refusal.order, Operation::Place, instrument, sim::OrderType::Limit);
    case DuplicateClientId:
      return {"51065", "algoClOrdId already exists", ""};
    case TooMany:
      return too_many(type, refusal.limit);
    case NoExit:
      return {"51178", "tpTriggerPx&tpOrdPx or slTriggerPx&slOrdPx can't be empty", ""};
    case TakeProfitTooHigh:
      return wrong_side("TP", "higher", refusal.source, 51277, 51300, 51305);
    case TakeProfitTooLow:
      return wrong_side("TP", "lower", refusal.source, 51279, 51303, 51307);
    case StopTooHigh:
      return wrong_side("SL", "higher", refusal.source, 51280, 51304, 51308);
    case StopTooLow:
      return wrong_side("SL", "lower", refusal.source, 51278, 51302, 51306);
    case ExitTakeProfitTooLow:
      return {"51046", "The take profit trigger price must be higher than the order price", ""};
    case ExitStopTooHigh:
      return {"51047", "The stop loss trigger price must be lower than the order price", ""};
    case ExitTakeProfitTooHigh:
      return {"51048", "The take profit trigger price must be lower than the order price", ""};
    case ExitStopTooLow:
      return {"51049", "The stop loss trigger price must be higher than the order price", ""};
    case ExitsOnReducingOrder:
      return {"51333",
              "Close position order in hedge-mode or reduce-only order in one-way mode cannot "
              "attach TPSL",
              ""};
    case ExitsUnavailable:
      return {"51094", "TP limit, split and ratio TP/SL are for futures and swaps alone", ""};
    case SplitMustBeOneWay:
      return {"51076",
              "TP/SL orders in Split TPs only support one-way TP/SL. You can't use "
              "slTriggerPx&slOrdPx and tpTriggerPx&tpOrdPx at the same time",
              ""};
    case SplitWithoutQuantity:
      return {"51089", "The size of the TP order among split TPs attached cannot be empty", ""};
    case SplitQuantityMismatch:
      return {"51083",
              "The total size of TP orders with Split TPs attached in a same order should equal "
              "the size of this order",
              ""};
    case SplitTooMany:
      if (refusal.limit == 1)
        return {"51084",
                "The number of SL orders with Split TPs attached in a same order cannot exceed 1",
                ""};
      return {"51079",
              "The number of TP orders with Split TPs attached in a same order cannot exceed " +
                  std::to_string(refusal.limit),
              ""};
    case SplitSamePrice:
      return {"51081",
              "Take-profit trigger prices (tpTriggerPx) cannot be the same in an order with Split "
              "TPs attached",
              ""};
    case SplitTooFewForEntryStop:
      return {"51085",
              "The number of TP orders cannot be less than 2 when cost-price SL is enabled "
              "(amendPxOnTriggerType set as 1) for Split TPs",
              ""};
    case RestingTakeProfitNeedsStop:
      return {"51095",
              "To place TP limit orders at this endpoint, you must place an SL order at the same "
              "time",
              ""};
    case RestingTakeProfitNeedsPrice:
      return {"51093", "TP limit order prices (tpOrdPx) in one order can't be -1 (market price)",
              ""};
    case CloseAllNotDerivative:
      return {"51327", "closeFraction is only available for Expiry Futures and Perpetual Futures",
              ""};
    case CloseAllNotReduceOnly:
      return {"51328", "closeFraction is only available for reduceOnly orders", ""};
    case CloseAllNotMarket:
      return {"51330", "closeFraction is only available for stop market orders", ""};
    case CloseAllNotClosing:
      return {"51331", "closeFraction is only available for close position orders", ""};
    case CloseAllTwice:
      return {"51088", "You can only place 1 TP/SL order to close an entire position", ""};
    case NoPosition:
      return {"51058", "No available position for this algo order", ""};
    case SourceNotForSpot:
      return {"51415",
              "Unable to place order. Spot trading only supports using the last price as trigger "
              "price. Please select \"Last\" and try again",
              ""};
    case RatioOutOfRange:
      return {"54078", "The take profit or stop loss ratio is out of its range", ""};
    case CallbackOutOfRange:
      return {"51311", "Failed to place trailing stop order. Callback rate should be within 0<x<=1",
              ""};
    case ActivationTooLow:
      return {"51258",
              "Trailing stop order placement failed. The trigger price of a sell order must be "
              "higher than the last transaction price",
              ""};
    case ActivationTooHigh:
      return {"51259",
              "Trailing stop order placement failed. The trigger price of a buy order must be "
              "lower than the last transaction price",
              ""};
    case SliceOutOfRange:
      return bad_slice(type);
    case VarianceOutOfRange:
      return bad_variance(type);
    case IntervalOutOfRange:
      return {"51269", "Time-weighted order interval error. Interval must be 1<= x<=3600", ""};
    case ChaseNotDerivative:
      return {"51287", "This bot doesn't support current instrument", ""};
    case ChaseOutOfRange:
      return bad("chaseVal");
    case NotFound:
      if (operation == Operation::Amend)
        return {"51503", "Your order has already been filled or canceled", ""};
      return {"51400",
              "Order cancellation failed as the order has been filled, canceled or does not exist",
              ""};
    case AlreadyTriggered:
      return {"51416", "Order has been triggered and can't be canceled", ""};
    case NotAmendable:
      return {"51506", "Order modification unavailable for the order type", ""};
    case NothingToAmend:
      return {"51500", "You must enter a price, quantity, or TP/SL", ""};
    case CloseAllPriceFixed:
      return {"51523",
              "Unable to modify the order price of a stop order that closes an entire position. "
              "Please modify the trigger price instead",
              ""};
    case CloseAllQuantityFixed:
      return {"51524",
              "Unable to modify the order quantity of a stop order that closes an entire position. "
              "Please modify the trigger price instead",
              ""};
    case RestingQuantityFixed:
      return {"51090", "You can't modify the amount of an SL order placed with a TP limit order",
              ""};
    case ExitMissing:
      return {"51526",
              "Order modification unsuccessful. Take profit/Stop loss conditions cannot be added "
              "to or removed from stop orders",
              ""};
    case AttachedNotFound:
      return {"51527",
              "Order modification failed. At least 1 of the attached TP/SL orders does not exist",
              ""};
  }
  return bad("ordType");
}

}  // namespace gannet::okx_server
