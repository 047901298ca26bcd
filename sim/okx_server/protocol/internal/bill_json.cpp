#include "sim/okx_server/protocol/internal/bill_json.h"

#include <utility>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/position_figures.h"

namespace gannet::okx_server {
namespace {

struct Words {
  std::string_view close_long;
  std::string_view close_short;
  std::string_view buy;
  std::string_view sell;
};

/// In long/short mode a leg is named, else the side.
std::string_view pick(const Words& words, const sim::Bill& bill) noexcept {
  if (bill.position_side == PositionSide::Long) return words.close_long;
  if (bill.position_side == PositionSide::Short) return words.close_short;
  return bill.side == Side::Buy ? words.buy : words.sell;
}

std::string_view trade_sub_type(const sim::Bill& bill) noexcept {
  const bool buys = bill.side == Side::Buy;
  if (bill.position_side == PositionSide::Net) return buys ? "1" : "2";
  if (bill.position_side == PositionSide::Long) return buys ? "3" : "5";
  return buys ? "6" : "4";
}

}  // namespace

BillType bill_type(const sim::Bill& bill) noexcept {
  const bool gain = bill.change.raw >= 0;
  switch (bill.cause) {
    case sim::Bill::Cause::Deposit:
    case sim::Bill::Cause::Transfer:
      return {"1", gain ? "11" : "12"};
    case sim::Bill::Cause::Trade:
      return {"2", trade_sub_type(bill)};
    case sim::Bill::Cause::Delivery:
      return {"3", bill.side == Side::Sell ? "112" : "113"};
    case sim::Bill::Cause::Exercise:
      // Exercised, or taken for another's exercise; expired out of the money.
      if (bill.change.raw == 0) return {"3", "172"};
      return {"3", gain ? "170" : "171"};
    case sim::Bill::Cause::PartialLiquidation:
      return {"5", pick({"100", "101", "102", "103"}, bill)};
    case sim::Bill::Cause::Liquidation:
      return {"5", pick({"104", "105", "106", "107"}, bill)};
    case sim::Bill::Cause::MarginAdded:
      return {"6", "160"};
    case sim::Bill::Cause::MarginReduced:
      return {"6", "161"};
    case sim::Bill::Cause::Funding:
      return {"8", bill.profit.raw < 0 ? "173" : "174"};
    case sim::Bill::Cause::AutoDeleverage:
      return {"9", pick({"125", "126", "127", "128"}, bill)};
  }
  std::unreachable();
}

std::string_view event_type(sim::Bill::Cause cause) noexcept {
  switch (cause) {
    case sim::Bill::Cause::Deposit:
    case sim::Bill::Cause::Transfer:
      return "transferred";
    case sim::Bill::Cause::Trade:
      return "filled";
    case sim::Bill::Cause::Funding:
      return "funding_fee";
    case sim::Bill::Cause::PartialLiquidation:
    case sim::Bill::Cause::Liquidation:
      return "liquidation";
    case sim::Bill::Cause::AutoDeleverage:
      return "adl";
    case sim::Bill::Cause::Delivery:
      return "delivered";
    case sim::Bill::Cause::Exercise:
      return "exercised";
    case sim::Bill::Cause::MarginAdded:
    case sim::Bill::Cause::MarginReduced:
      return "adjust_margin";
  }
  return "";
}

void write_bill(JsonWriter& json, const ServerState& state, const sim::Bill& bill) {
  const BillType words = bill_type(bill);
  const bool known = bill.instrument.valid() && state.instruments.contains(bill.instrument);
  const Instrument* const instrument = known ? &state.instruments[bill.instrument] : nullptr;
  const bool spot = known && !is_derivative(instrument->kind);
  const bool transfer = words.type == "1";
  const bool in = bill.change.raw >= 0;
  std::string quantity;
  if (spot || !known) {
    // Money of the bill's own currency, before the fee.
    const __int128 moved = bill.change.raw + bill.fee.raw;
    quantity = decimal_text(moved < 0 ? -moved : moved, Amount::kDigits);
  } else if (bill.quantity.raw != 0) {
    quantity = quantity_text(*instrument, bill.quantity);
  }
  const bool matched = bill.trade.value != 0;
  json.begin_object()
      .field("billId", std::to_string(bill.id))
      .field("type", words.type)
      .field("subType", words.sub_type)
      .field("ts", millis_text(state.wall_time(bill.time)))
      .field("ccy", state.currencies.name(bill.change.currency))
      .field("balChg", amount_text(bill.change))
      .field("bal", amount_text(bill.balance_after))
      .field("posBalChg", amount_text(bill.position_change))
      .field("posBal", amount_text(bill.position_balance_after))
      .field("sz", quantity)
      .field("px", known && bill.price.raw != 0 ? price_text(*instrument, bill.price) : "")
      .field("pnl", amount_text(bill.profit))
      .field("fee", amount_text(-bill.fee))
      .field("mgnMode", known ? name_of(bill.mode) : "")
      .field("instType", known ? name_of(instrument->kind) : "")
      .field("instId", known ? instrument->name.view() : "")
      .field("ordId", bill.order.valid() ? std::to_string(wire_order_id(bill.order)) : "")
      .field("clOrdId", bill.client_id.view())
      .field("tradeId", matched ? std::to_string(bill.trade.value) : "")
      .field("execType", bill.trade.value <= 0 ? ""
                         : bill.maker          ? "M"
                                               : "T")
      .field("from", transfer ? (in ? "6" : "18") : "")
      .field("to", transfer ? (in ? "18" : "6") : "")
      .field("notes", "")
      .field("interest", "0")
      .field("tag", bill.tag.view())
      .field("fillTime", matched ? millis_text(state.wall_time(bill.time)) : "")
      .field("fillIdxPx", matched && bill.index.raw > 0 ? price_text(*instrument, bill.index) : "")
      .field("fillMarkPx",
             matched && !spot && bill.mark.raw > 0 ? price_text(*instrument, bill.mark) : "")
      .blank("fillFwdPx", "fillMarkVol", "fillPxVol", "fillPxUsd", "earnAmt", "earnApr")
      .end_object();
}

}  // namespace gannet::okx_server
