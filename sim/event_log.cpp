#include "sim/event_log.h"

#include "domain/amount.h"
#include "domain/units.h"

namespace gannet::sim {
namespace {

std::string_view word(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }

std::string_view word(OrderChange::What what) noexcept {
  switch (what) {
    case OrderChange::What::Live:
      return "live";
    case OrderChange::What::Fill:
      return "fill";
    case OrderChange::What::Amended:
      return "amended";
    case OrderChange::What::Cancelled:
      return "cancelled";
    case OrderChange::What::Completed:
      return "completed";
  }
  return "";
}

std::string_view word(PositionSide side) noexcept {
  switch (side) {
    case PositionSide::Net:
      return "net";
    case PositionSide::Long:
      return "long";
    case PositionSide::Short:
      return "short";
  }
  return "";
}

}  // namespace

void EventLog::on_order_change(const OrderChange& change) noexcept {
  const OrderView& order = change.order;
  const InstrumentId id = order.terms.instrument;
  begin(word(change.what), order.update_time).number("user", order.terms.user).instrument(id);
  number("order", ordinal(order.id)).text("client_id", order.terms.client_id.view());
  text("side", word(order.terms.side)).price(id, "price", order.terms.price);
  quantity(id, "quantity", order.terms.quantity).quantity(id, "filled", order.filled);
  number("state", static_cast<std::int64_t>(order.state));
  if (change.what == OrderChange::What::Cancelled) {
    number("cause", static_cast<std::int64_t>(order.cancel_cause));
  }
  if (change.fill) {
    price(id, "fill_price", change.fill->price).quantity(id, "fill", change.fill->quantity);
    text("role", change.fill->maker ? "maker" : "taker").amount("fee", change.fill->fee);
    number("trade", change.fill->trade_id.value);
  }
  end();
}

void EventLog::on_trade(const PublicTrade& trade) noexcept {
  const InstrumentId id = trade.instrument;
  begin("trade", trade.time).instrument(id).number("trade", trade.id.value);
  text("aggressor", word(trade.aggressor)).price(id, "price", trade.price);
  quantity(id, "quantity", trade.quantity).end();
}

void EventLog::on_level(InstrumentId id, Side side, Price level, Quantity there,
                        std::uint32_t orders, Timestamp time) noexcept {
  begin("level", time).instrument(id).text("side", word(side)).price(id, "price", level);
  quantity(id, "quantity", there).number("orders", orders).end();
}

void EventLog::on_position(UserId user, const PositionView& position) noexcept {
  const InstrumentId id = position.instrument;
  begin("position", position.update_time).number("user", user).instrument(id);
  text("side", word(position.side)).quantity(id, "quantity", position.quantity);
  amount("average_price", position.average_price).amount("realised", position.realised_pnl);
  amount("fee", position.fee).amount("funding", position.funding).end();
}

void EventLog::on_balance(UserId user, const BalanceView& balance) noexcept {
  begin("balance", balance.update_time).number("user", user);
  amount("cash", balance.cash).amount("frozen", balance.frozen).end();
}

void EventLog::on_bill(const Bill& bill) noexcept {
  begin("bill", bill.time).number("user", bill.user);
  number("cause", static_cast<std::int64_t>(bill.cause));
  if (bill.order.valid()) number("order", ordinal(bill.order));
  amount("change", bill.change).amount("after", bill.balance_after).end();
}

void EventLog::on_mark_price(InstrumentId id, Price mark, Price index, Timestamp time) noexcept {
  begin("mark", time).instrument(id).price(id, "mark", mark).price(id, "index", index).end();
}

void EventLog::on_margin_warning(UserId user, const PositionView& position) noexcept {
  begin("margin_warning", last_).number("user", user).instrument(position.instrument);
  quantity(position.instrument, "quantity", position.quantity).end();
}

void EventLog::on_liquidation(const LiquidationView& liquidation) noexcept {
  const InstrumentId id = liquidation.instrument;
  begin("liquidation", liquidation.time).number("user", liquidation.user).instrument(id);
  quantity(id, "quantity", liquidation.quantity);
  price(id, "bankruptcy_price", liquidation.bankruptcy_price).amount("loss", liquidation.loss);
  end();
}

void EventLog::on_funding_settled(InstrumentId id, const FundingSettlement& settlement) noexcept {
  begin("funding", settlement.time).instrument(id).number("rate_e16", settlement.rate).end();
}

EventLog& EventLog::begin(std::string_view event, Timestamp time) {
  last_ = time;
  line_ = "{\"t\":";
  line_ += std::to_string((time - start_).count);
  return text("event", event);
}

/// Values are our own words, decimals and ids of letters and digits; what else an id may hold is
/// left out.
EventLog& EventLog::text(std::string_view key, std::string_view value) {
  line_.append(",\"").append(key).append("\":\"");
  for (const char c : value) {
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') line_ += c;
  }
  line_ += '"';
  return *this;
}

EventLog& EventLog::number(std::string_view key, std::int64_t value) {
  line_.append(",\"").append(key).append("\":").append(std::to_string(value));
  return *this;
}

EventLog& EventLog::units(std::string_view key, std::int64_t raw, int digits) {
  char digits_text[kMaxUnitsText];
  char* const past = format_units(digits_text, raw, digits);
  return text(key, {digits_text, static_cast<std::size_t>(past - digits_text)});
}

EventLog& EventLog::amount(std::string_view key, const Amount& value) {
  std::string both = to_string(value);
  if (value.currency.valid()) both.append(" ").append(currencies_.name(value.currency));
  return text(key, both);
}

EventLog& EventLog::instrument(InstrumentId id) {
  return text("instrument", instruments_[id].name.view());
}

EventLog& EventLog::price(InstrumentId id, std::string_view key, Price value) {
  return units(key, value.raw, instruments_[id].price_digits);
}

EventLog& EventLog::quantity(InstrumentId id, std::string_view key, Quantity value) {
  return units(key, value.raw, instruments_[id].quantity_digits);
}

void EventLog::end() {
  line_ += '}';
  write_(line_);
}

std::int64_t EventLog::ordinal(VenueOrderId id) {
  return ordinals_.try_emplace(id.value, static_cast<std::int64_t>(ordinals_.size()) + 1)
      .first->second;
}

}  // namespace gannet::sim
