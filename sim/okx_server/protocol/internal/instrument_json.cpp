#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kMarginLeverage = "10";

std::string optional_time(const std::optional<Timestamp>& time) {
  return time ? millis_text(*time) : std::string();
}

std::string optional_text(const auto& value, auto&& text) {
  return value ? text(*value) : std::string();
}

/// Deprecated by OKX but still filled: how far off the expiry is.
std::string_view alias(const ServerState& state, const Instrument& instrument) noexcept {
  if (instrument.kind != InstrumentKind::Futures || !instrument.expiry_time) return "";
  const std::int64_t days =
      (*instrument.expiry_time - state.exchange_time()).count / seconds(24 * 3600).count;
  if (days < 7) return "this_week";
  if (days < 14) return "next_week";
  if (days < 92) return "quarter";
  return "next_quarter";
}

}  // namespace

void write_instrument(JsonWriter& json, const ServerState& state, InstrumentId id,
                      InstrumentView view) {
  const Instrument& instrument = state.instruments[id];
  const bool derivative = is_derivative(instrument.kind);
  const bool margin = view == InstrumentView::Margin;
  const InstrumentKind kind = margin ? InstrumentKind::Margin : instrument.kind;
  const auto currency = [&](CurrencyId c, bool shown) {
    return shown ? state.currencies.name(c) : std::string_view();
  };
  const std::string limit_size = quantity_text(instrument, instrument.maximum_limit_quantity);
  const std::string market_size =
      instrument.maximum_market_quantity
          ? quantity_text(instrument, *instrument.maximum_market_quantity)
          : "1000000";
  // OKX writes these three with sixteen decimals.
  const std::string algo_size =
      limit_size + (limit_size.find('.') == std::string::npos ? ".0000000000000000" : "");
  const auto amount = [](const Amount& a) { return amount_text(a); };
  json.begin_object()
      .field("instType", name_of(kind))
      .field("instId", instrument.name.view())
      .number("instIdCode", state.codes[id.value])
      .field("uly", derivative || margin ? index_name(instrument) : std::string())
      .field("instFamily", margin ? instrument.name.view() : instrument.family.view())
      .field("seriesId", "")
      .field("category", "1")
      .field("baseCcy", currency(instrument.base, !derivative))
      .field("quoteCcy", currency(instrument.quote, !derivative))
      .field("settleCcy", currency(instrument.settle, derivative))
      .field("ctVal", derivative ? decimal_text(instrument.contract_value) : "")
      .field("ctMult", derivative ? decimal_text(instrument.contract_multiplier) : "")
      .field("ctValCcy", !derivative ? std::string_view()
                         : instrument.contract == ContractKind::Inverse
                             ? std::string_view("USD")
                             : state.currencies.name(instrument.base))
      .field("ctType", instrument.contract == ContractKind::Linear    ? "linear"
                       : instrument.contract == ContractKind::Inverse ? "inverse"
                                                                      : "")
      .field("optType", instrument.option_side == OptionSide::Call  ? "C"
                        : instrument.option_side == OptionSide::Put ? "P"
                                                                    : "")
      .field("stk",
             optional_text(instrument.strike, [](const Decimal& d) { return decimal_text(d); }))
      .field("listTime", optional_time(instrument.list_time))
      .field("expTime", optional_time(instrument.expiry_time))
      .blank("contTdSwTime", "preMktSwTime", "auctionEndTime", "freq", "method")
      .field("openType", derivative ? "" : "fix_price")
      .field("lever", margin ? std::string(kMarginLeverage)
                             : optional_text(instrument.maximum_leverage,
                                             [](const Decimal& d) { return decimal_text(d); }))
      .field("tickSz", price_text(instrument, instrument.tick_size))
      .field("lotSz", quantity_text(instrument, instrument.lot_size))
      .field("minSz", quantity_text(instrument, instrument.minimum_quantity))
      .field("maxLmtSz", limit_size)
      .field("maxMktSz", market_size)
      .field("maxLmtAmt", optional_text(instrument.maximum_limit_notional, amount))
      .field("maxMktAmt", optional_text(instrument.maximum_market_notional, amount))
      .field("maxTwapSz", algo_size)
      .field("maxIcebergSz", algo_size)
      .field("maxTriggerSz", algo_size)
      .field("maxStopSz", market_size)
      .field("futureSettlement", false)
      .field("state", name_of(instrument.state))
      .field("ruleType", "normal")
      .field("instCategory", "1")
      .field("groupId", derivative ? "4" : "12")
      .field("initPxLmtPct", "0.05")
      .field("floatPxLmtPct", "0.03")
      .field("maxPxLmtPct", "0.15")
      .field("alias", alias(state, instrument))
      .field("posLmtAmt", derivative ? "250000" : "")
      .field("posLmtPct", derivative ? "30" : "")
      .field("maxPlatOILmt", derivative ? "10000000000000" : "")
      .blank("maxPlatOICoinLmt", "longPosRemainingQuota", "shortPosRemainingQuota", "rpiMinLevel",
             "rpiMinPxBand");
  if (view == InstrumentView::Account) json.field("rpi", "0");
  json.key("upcChg").begin_array();
  if (const auto found = state.announced.find(id); found != state.announced.end()) {
    for (const AnnouncedChange& change : found->second)
      json.begin_object()
          .field("param", change.parameter)
          .field("newValue", change.value)
          .field("effTime", millis_text(state.wall_time(change.time)))
          .end_object();
  }
  json.end_array();
  json.key("tradeQuoteCcyList").begin_array();
  if (!derivative) json.string(state.currencies.name(instrument.quote));
  json.end_array().end_object();
}

}  // namespace gannet::okx_server
