#include "gateway/okx/protocol/decode_account.h"

#include "domain/exact_math.h"
#include "gateway/okx/protocol/decode_fields.h"

namespace gannet::okx {
namespace {

enum Field : std::size_t {
  kCurrency,
  kCash,
  kAvailableBalance,
  kAvailableEquity,
  kEquity,
  kTime,
  kMarginRatio,
  kFields
};
constexpr FieldNames<kFields> kNames({"ccy", "cashBal", "availBal", "availEq", "eq", "uTime",
                                      "mgnRatio"});
using Texts = std::array<std::string_view, kFields>;
constexpr std::int64_t kLargestRatio = std::int64_t{1} << 62;

DecodeStatus read_balance(const Texts& texts, const AccountContext& context,
                          BalanceReport& balance) noexcept {
  if (texts[kCurrency].empty() || texts[kCash].empty()) {
    return std::unexpected(DecodeError::MissingField);
  }
  const CurrencyId currency = context.currencies.find(texts[kCurrency]);
  if (!currency.valid()) return std::unexpected(DecodeError::UnknownInstrument);
  const auto cash = amount_or_zero(texts[kCash], currency);
  const std::string_view available_text =
      texts[kAvailableEquity].empty() ? texts[kAvailableBalance] : texts[kAvailableEquity];
  const auto available =
      amount_or_zero(available_text.empty() ? texts[kCash] : available_text, currency);
  const auto equity =
      amount_or_zero(texts[kEquity].empty() ? texts[kCash] : texts[kEquity], currency);
  const auto time = time_or_zero(texts[kTime]);
  const auto ratio = amount_or_zero(texts[kMarginRatio], currency);
  // A ratio beyond all bounds is as good as none: little margin is needed.
  constexpr Int128 kMillionth = wide_power_of_ten(Amount::kDigits - 6);
  if (ratio && ratio->raw > 0 && ratio->raw / kMillionth < kLargestRatio)
    balance.margin_ratio_ppm = static_cast<std::int64_t>(ratio->raw / kMillionth);
  if (!cash) return std::unexpected(cash.error());
  if (!available) return std::unexpected(available.error());
  if (!equity) return std::unexpected(equity.error());
  if (!time) return std::unexpected(time.error());
  balance.cash = *cash;
  balance.available = *available;
  balance.equity = *equity;
  balance.exchange_time = *time;
  return {};
}

}  // namespace

DecodeStatus decode_account(FrameReader& frame, const AccountContext& context,
                            Timestamp receive_time, BalanceRows& rows) noexcept {
  const auto on_currency = [&](JsonValue row) -> DecodeStatus {
    Texts texts{};
    if (const DecodeStatus status = read_texts(row, kNames, texts); !status) return status;
    BalanceReport balance;
    balance.account = context.account;
    balance.receive_time = receive_time;
    if (const DecodeStatus status = read_balance(texts, context, balance); !status) {
      rows.on_bad_balance(status.error());
    } else {
      rows.on_balance_row(balance);
    }
    return {};
  };
  return for_each_row(frame, [&](JsonValue account) -> DecodeStatus {
    return for_each_field(account, [&](std::string_view key, JsonValue value) -> DecodeStatus {
      if (key != "details") return {};
      return for_each_element(value, on_currency);
    });
  });
}

}  // namespace gannet::okx
