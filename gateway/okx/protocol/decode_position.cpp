#include "gateway/okx/protocol/decode_position.h"

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/order_words.h"

namespace gannet::okx {
namespace {

enum Field : std::size_t {
  kInstrument,
  kMarginMode,
  kSide,
  kQuantity,
  kPositionCurrency,
  kAveragePrice,
  kLiquidationPrice,
  kTradeId,
  kTime,
  kType,
  kFields
};
constexpr FieldNames<kFields> kNames({"instId", "mgnMode", "posSide", "pos", "posCcy", "avgPx",
                                      "liqPx", "tradeId", "uTime", "instType"});
using Texts = std::array<std::string_view, kFields>;

DecodeStatus read_position(const Texts& texts, const AccountContext& context,
                           PositionReport& position) noexcept {
  if (texts[kInstrument].empty()) return std::unexpected(DecodeError::MissingField);
  position.instrument = context.instruments.find(texts[kInstrument]);
  if (!position.instrument.valid()) return std::unexpected(DecodeError::UnknownInstrument);
  const Instrument& instrument = context.instruments[position.instrument];

  const auto side = position_side_of(texts[kSide]);
  const auto mode = margin_mode_of(texts[kMarginMode].empty() ? "cross" : texts[kMarginMode]);
  if (!side || !mode) return std::unexpected(DecodeError::UnknownValue);
  if (texts[kType] == "MARGIN" && !texts[kPositionCurrency].empty() &&
      context.currencies.find(texts[kPositionCurrency]) != instrument.base) {
    return std::unexpected(DecodeError::UnknownValue);
  }
  if (texts[kQuantity].empty()) return std::unexpected(DecodeError::MissingField);
  const auto quantity = exact_units(texts[kQuantity], instrument.quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (!is_believable({*quantity})) return std::unexpected(DecodeError::OutOfRange);
  const auto average = amount_or_zero(texts[kAveragePrice], instrument.quote);
  if (!average) return std::unexpected(average.error());
  const auto time = time_or_zero(texts[kTime]);
  if (!time) return std::unexpected(time.error());

  position.side = *side;
  position.margin_mode = *mode;
  position.quantity = {*side == PositionSide::Short && *quantity > 0 ? -*quantity : *quantity};
  position.average_entry_price = *average;
  position.exchange_time = *time;
  if (!texts[kTradeId].empty()) {
    const auto trade = whole_number(texts[kTradeId]);
    if (!trade) return std::unexpected(trade.error());
    position.last_trade = {*trade};
  }
  // An estimate with many decimals, and no reason to lose the position if it is absurd.
  if (!texts[kLiquidationPrice].empty()) {
    const auto price =
        rounded_units(texts[kLiquidationPrice], instrument.price_digits, Rounding::Nearest);
    if (price) position.liquidation_price = Price{*price};
  }
  return {};
}

DecodeStatus decode_row(JsonValue row, const AccountContext& context, Timestamp receive_time,
                        PositionRows& rows) noexcept {
  Texts texts{};
  if (const DecodeStatus status = read_texts(row, kNames, texts); !status) return status;
  PositionReport position;
  position.account = context.account;
  position.receive_time = receive_time;
  if (const DecodeStatus status = read_position(texts, context, position); !status) {
    rows.on_bad_position(status.error());
  } else {
    rows.on_position_row(position);
  }
  return {};
}

DecodeStatus decode_cash(JsonValue row, const AccountContext& context, Timestamp receive_time,
                         CashRows& rows) noexcept {
  constexpr FieldNames<3> names({"ccy", "cashBal", "uTime"});
  std::array<std::string_view, 3> texts{};
  if (const DecodeStatus status = read_texts(row, names, texts); !status) return status;
  const CurrencyId currency = context.currencies.find(texts[0]);
  const auto cash = amount_or_zero(texts[1], currency);
  const auto time = time_or_zero(texts[2]);
  if (texts[0].empty() || texts[1].empty()) {
    rows.on_bad_cash(DecodeError::MissingField);
  } else if (!currency.valid()) {
    rows.on_bad_cash(DecodeError::UnknownInstrument);
  } else if (!cash || !time) {
    rows.on_bad_cash(!cash ? cash.error() : time.error());
  } else {
    rows.on_cash_row({context.account, *cash, *time, receive_time});
  }
  return {};
}

}  // namespace

DecodeStatus decode_positions(FrameReader& frame, const AccountContext& context,
                              Timestamp receive_time, PositionRows& rows) noexcept {
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    return decode_row(row, context, receive_time, rows);
  });
}

DecodeStatus decode_balance_and_position(FrameReader& frame, const AccountContext& context,
                                         Timestamp receive_time, PositionRows& rows, CashRows& cash,
                                         std::string_view& why) noexcept {
  return for_each_row(frame, [&](JsonValue event) -> DecodeStatus {
    return for_each_field(event, [&](std::string_view key, JsonValue value) -> DecodeStatus {
      if (key == "eventType") return take_text(value, why);
      if (key == "balData") {
        return for_each_element(value, [&](JsonValue row) -> DecodeStatus {
          return decode_cash(row, context, receive_time, cash);
        });
      }
      if (key != "posData") return {};
      return for_each_element(value, [&](JsonValue row) -> DecodeStatus {
        return decode_row(row, context, receive_time, rows);
      });
    });
  });
}

}  // namespace gannet::okx
