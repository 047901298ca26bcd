#include <limits>

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/decode_market_updates.h"

// opt-summary and option-trades: what concerns options alone.

namespace gannet::okx {
namespace {

/// NaN where the venue says nothing.
DecodeStatus put_figure(std::string_view text, double& out) noexcept {
  out = std::numeric_limits<double>::quiet_NaN();
  if (text.empty()) return {};
  const auto number = real_number(text);
  if (!number) return std::unexpected(number.error());
  out = *number;
  return {};
}

}  // namespace

DecodeStatus decode_option_summary(const UpdateContext& context) noexcept {
  static constexpr std::size_t kFigures = 14;
  static constexpr FieldNames<kFigures + 2> kNames(std::array<std::string_view, kFigures + 2>{
      "delta", "gamma", "theta", "vega", "deltaBS", "gammaBS", "thetaBS", "vegaBS", "markVol",
      "bidVol", "askVol", "volLv", "lever", "fwdPx", "instId", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, kFigures + 2> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    const std::string_view name = text[kFigures];
    if (name.empty()) return std::unexpected(DecodeError::MissingField);
    const InstrumentCode* const code = context.codes.find(name);
    if (code == nullptr) return {};  // of the family, not ours
    OptionSummaryEvent summary;
    summary.instrument = code->id;
    double* const figures[kFigures] = {
        &summary.coin.delta,     &summary.coin.gamma,     &summary.coin.theta,
        &summary.coin.vega,      &summary.dollar.delta,   &summary.dollar.gamma,
        &summary.dollar.theta,   &summary.dollar.vega,    &summary.mark_volatility,
        &summary.bid_volatility, &summary.ask_volatility, &summary.volatility_level,
        &summary.leverage,       &summary.forward_price};
    for (std::size_t i = 0; i < kFigures; ++i) {
      if (const DecodeStatus put = put_figure(text[i], *figures[i]); !put) return put;
    }
    const auto time = time_or_zero(text[kFigures + 1]);
    if (!time) return std::unexpected(time.error());
    summary.exchange_time = *time;
    summary.receive_time = context.receive_time;
    return context.out.add(summary);
  });
}

DecodeStatus decode_option_trades(const UpdateContext& context) noexcept {
  enum : std::size_t { kName, kId, kPrice, kQuantity, kSide, kVol, kFwd, kIdx, kMark, kTs };
  static constexpr FieldNames<10> kNames(std::array<std::string_view, 10>{
      "instId", "tradeId", "px", "sz", "side", "fillVol", "fwdPx", "idxPx", "markPx", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 10> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    if (text[kName].empty() || text[kPrice].empty() || text[kQuantity].empty()) {
      return std::unexpected(DecodeError::MissingField);
    }
    const InstrumentCode* const code = context.codes.find(text[kName]);
    if (code == nullptr) return {};  // of the family, not ours
    OptionTradeEvent trade;
    trade.instrument = code->id;
    const auto price = exact_units(text[kPrice], code->price_digits);
    if (!price) return std::unexpected(price.error());
    const auto quantity = exact_units(text[kQuantity], code->quantity_digits);
    if (!quantity) return std::unexpected(quantity.error());
    if (*price <= 0 || *quantity <= 0) return std::unexpected(DecodeError::OutOfRange);
    trade.price = {*price};
    trade.quantity = {*quantity};
    const auto id = whole_number(text[kId]);
    if (!id) return std::unexpected(id.error());
    trade.trade_id = {*id};
    if (text[kSide] != "buy" && text[kSide] != "sell") {
      return std::unexpected(DecodeError::UnknownValue);
    }
    trade.aggressor = text[kSide] == "buy" ? Side::Buy : Side::Sell;
    DecodeStatus status = put_figure(text[kVol], trade.volatility);
    if (status) status = put_figure(text[kFwd], trade.forward_price);
    if (status) status = put_figure(text[kIdx], trade.index_price);
    if (status) status = put_figure(text[kMark], trade.mark_price);
    if (!status) return status;
    const auto time = time_or_zero(text[kTs]);
    if (!time) return std::unexpected(time.error());
    trade.exchange_time = *time;
    trade.receive_time = context.receive_time;
    return context.out.add(trade);
  });
}

}  // namespace gannet::okx
