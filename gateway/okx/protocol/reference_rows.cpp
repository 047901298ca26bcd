#include "gateway/okx/protocol/reference_rows.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <functional>
#include <span>
#include <type_traits>

#include "gateway/okx/protocol/decode_common.h"
#include "gateway/okx/protocol/decode_fields.h"

namespace gannet::okx {
namespace {

// ---- one field into one member, by the member's type; "" and null leave it as it is ----

DecodeStatus convert(std::string_view text, std::string& out) {
  out = text;
  return {};
}
template <std::size_t N>
DecodeStatus convert(std::string_view text, FixedString<N>& out) {
  if (!FixedString<N>::fits(text)) return std::unexpected(DecodeError::Overflow);
  out = text;
  return {};
}
DecodeStatus convert(std::string_view text, bool& out) {
  out = text == "true";
  return {};
}
DecodeStatus convert(std::string_view text, Timestamp& out) {
  const auto time = timestamp_from_millis(text);
  if (!time) return std::unexpected(time.error());
  out = *time;
  return {};
}
DecodeStatus convert(std::string_view text, std::int64_t& out) {
  const auto number = whole_number(text);
  if (!number) return std::unexpected(number.error());
  out = *number;
  return {};
}
DecodeStatus convert(std::string_view text, std::uint64_t& out) {
  out = positive_number(text);
  return out == 0 ? DecodeStatus(std::unexpected(DecodeError::BadNumber)) : DecodeStatus{};
}
DecodeStatus convert(std::string_view text, VenueOrderId& out) { return convert(text, out.value); }
DecodeStatus convert(std::string_view text, TradeId& out) { return convert(text, out.value); }

/// As it stands where that can be; averages with more digits are rounded to what 63 bits hold.
DecodeStatus convert(std::string_view text, Decimal& out) {
  auto exact = decimal(text);
  if (!exact && exact.error() == DecodeError::BadNumber) return std::unexpected(exact.error());
  for (int digits = 18; !exact && digits >= 0; --digits) {
    const auto units = rounded_units(text, digits, Rounding::Nearest);
    if (units) exact = Decimal{*units, static_cast<std::uint8_t>(digits)};
  }
  if (!exact) return std::unexpected(exact.error());
  out = *exact;
  return {};
}
DecodeStatus convert(std::string_view text, Amount& out) {
  const auto amount = amount_or_zero(text, {});
  if (!amount) return std::unexpected(amount.error());
  out = *amount;
  return {};
}
template <class T>
DecodeStatus convert(std::string_view text, std::optional<T>& out) {
  T value{};
  const DecodeStatus status = convert(text, value);
  if (status) out = value;
  return status;
}
DecodeStatus convert(std::string_view text, Side& out) {
  if (text != "buy" && text != "sell") return std::unexpected(DecodeError::UnknownValue);
  out = text == "buy" ? Side::Buy : Side::Sell;
  return {};
}
DecodeStatus convert(std::string_view text, MarginMode& out) {
  if (text == "cross") {
    out = MarginMode::Cross;
  } else if (text == "isolated") {
    out = MarginMode::Isolated;
  } else if (text == "cash") {
    out = MarginMode::Cash;
  } else {
    return std::unexpected(DecodeError::UnknownValue);
  }
  return {};
}
DecodeStatus convert(std::string_view text, PositionSide& out) {
  if (text == "net") {
    out = PositionSide::Net;
  } else if (text == "long") {
    out = PositionSide::Long;
  } else if (text == "short") {
    out = PositionSide::Short;
  } else {
    return std::unexpected(DecodeError::UnknownValue);
  }
  return {};
}

Amount negated(const Amount& amount) { return -amount; }
Decimal negated(const Decimal& value) { return {-value.mantissa, value.digits}; }
template <class T>
std::optional<T> negated(const std::optional<T>& value) {
  return value ? std::optional(negated(*value)) : value;
}

// ---- columns: the venue's name of a field, and where it goes ----

/// Any row's: reading a row is compiled once, not once for each of its forty types.
struct AnyColumn {
  std::string_view key;  ///< "#3": the fourth element of a row that is an array
  DecodeStatus (*take)(JsonValue value, void* row) = nullptr;
  bool required = false;
};
template <class Row>
struct Column : AnyColumn {};
template <class Row>
constexpr std::array<AnyColumn, 1> columns(Column<Row> only) {
  return {only};
}
template <class Row, std::same_as<Column<Row>>... More>
constexpr std::array<AnyColumn, 1 + sizeof...(More)> columns(Column<Row> first, More... more) {
  return {first, more...};
}

template <class T>
struct OwnerOf;
template <class Row, class T>
struct OwnerOf<T Row::*> {
  using type = Row;
  using member = T;
};
template <auto Member>
using RowOf = typename OwnerOf<decltype(Member)>::type;
template <auto Member>
using ElementOf = typename OwnerOf<decltype(Member)>::member::value_type;

/// text_of, compiled once for the hundreds of columns here.
[[gnu::noinline]] std::expected<std::string_view, DecodeError> scalar(JsonValue value) {
  return text_of(value);
}

template <auto Member>
DecodeStatus take_member(JsonValue value, void* row) {
  const auto text = scalar(value);
  if (!text) return std::unexpected(text.error());
  return text->empty() ? DecodeStatus{} : convert(*text, static_cast<RowOf<Member>*>(row)->*Member);
}
/// What the venue writes as negative when it is paid.
template <auto Member>
DecodeStatus take_paid(JsonValue value, void* row) {
  const DecodeStatus status = take_member<Member>(value, row);
  auto& member = static_cast<RowOf<Member>*>(row)->*Member;
  if (status) member = negated(member);
  return status;
}
template <auto Take>
struct RowTaken;
template <class Row, DecodeStatus (*Take)(JsonValue, Row&)>
struct RowTaken<Take> {
  using type = Row;
};
/// One that has a reader of its own: `Take` is DecodeStatus(JsonValue, Row&).
template <auto Take>
DecodeStatus take_by(JsonValue value, void* row) {
  return Take(value, *static_cast<typename RowTaken<Take>::type*>(row));
}

template <auto Member>
constexpr Column<RowOf<Member>> column(std::string_view key) {
  return {{key, take_member<Member>}};
}
template <auto Member>
constexpr Column<RowOf<Member>> required(std::string_view key) {
  return {{key, take_member<Member>, true}};
}
template <auto Member>
constexpr Column<RowOf<Member>> paid(std::string_view key) {
  return {{key, take_paid<Member>}};
}
template <auto Take>
constexpr Column<typename RowTaken<Take>::type> column_by(std::string_view key,
                                                          bool required = false) {
  return {{key, take_by<Take>, required}};
}

/// The columns of a row type; the first of two names of one member wins where both are there.
template <class Row>
inline constexpr int kColumns = 0;

constexpr bool names_index(std::string_view key, std::size_t index) {
  return key.size() == 2 && key[0] == '#' && static_cast<std::size_t>(key[1] - '0') == index;
}

/// A scalar's text without reading the value: it can be read afterwards.
std::string_view peek(JsonValue value) {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n')) token.remove_suffix(1);
  if (token.size() >= 2 && token.front() == '"') return token.substr(1, token.size() - 2);
  return token == "null" ? std::string_view{} : token;
}

/// What a page needs to know of each row, whatever its type.
struct RowKeys {
  std::string_view cursor;
  std::string_view identity;
  std::string_view time;
};

/// First error of a row that can still be passed over; a broken frame is `fatal`.
struct RowError {
  std::optional<DecodeError> refused;
  DecodeStatus put(DecodeStatus status) {
    if (status || status.error() == DecodeError::NotJson) return status;
    if (!refused) refused = status.error();
    return {};
  }
};

DecodeStatus read_row(JsonValue value, const EndpointRule* rule, std::span<const AnyColumn> columns,
                      void* row, RowKeys& keys, RowError& error) {
  std::uint64_t seen = 0;
  const auto field = [&](auto is_key, JsonValue member) -> DecodeStatus {
    if (rule != nullptr) {
      if (is_key(rule->cursor)) keys.cursor = peek(member);
      if (is_key(rule->identity)) keys.identity = peek(member);
      if (is_key(rule->time)) keys.time = peek(member);
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!is_key(columns[i].key)) continue;
      if (columns[i].required && peek(member).empty()) return {};
      seen |= std::uint64_t{1} << i;
      return error.put(columns[i].take(member, row));
    }
    return {};
  };
  DecodeStatus status;
  if (columns[0].key.starts_with('#')) {
    std::size_t index = 0;
    status = for_each_element(value, [&](JsonValue member) {
      const std::size_t at = index++;
      return field([at](std::string_view key) { return names_index(key, at); }, member);
    });
  } else {
    status = for_each_field(value, [&](std::string_view name, JsonValue member) {
      return field([name](std::string_view key) { return key == name; }, member);
    });
  }
  if (!status) return status;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].required && (seen >> i & 1) == 0) {
      return error.put(std::unexpected(DecodeError::MissingField));
    }
  }
  return {};
}
template <class Row>
DecodeStatus read_row(JsonValue value, const EndpointRule* rule, Row& row, RowKeys& keys,
                      RowError& error) {
  static_assert(std::tuple_size_v<std::remove_cvref_t<decltype(kColumns<Row>)>> <= 64);
  return read_row(value, rule, kColumns<Row>, &row, keys, error);
}

using EachValue = std::function<DecodeStatus(JsonValue)>;
DecodeStatus each_element(JsonValue value, const EachValue& each) {
  return for_each_element(value, each);
}
DecodeStatus each_row(FrameReader& reader, const EachValue& each) {
  return for_each_row(reader, each);
}

/// A list within a row. One bad element refuses the row: half a list would mislead.
template <auto Member>
DecodeStatus take_list(JsonValue value, void* row) {
  if (peek(value).empty()) return {};
  auto& entries = static_cast<RowOf<Member>*>(row)->*Member;
  RowError error;
  const DecodeStatus status = each_element(value, [&](JsonValue element) -> DecodeStatus {
    ElementOf<Member> entry{};
    RowKeys keys;
    if (const DecodeStatus read = read_row(element, nullptr, entry, keys, error); !read)
      return read;
    entries.push_back(std::move(entry));
    return {};
  });
  if (status && error.refused) return std::unexpected(*error.refused);
  return status;
}
template <auto Member>
constexpr Column<RowOf<Member>> list(std::string_view key) {
  return {{key, take_list<Member>}};
}

// ---- definitions ----

template <>
inline constexpr auto kColumns<TickBand> =
    columns(required<&TickBand::lowest_price>("minPx"), column<&TickBand::highest_price>("maxPx"),
            required<&TickBand::tick_size>("tickSz"));
template <>
inline constexpr auto kColumns<TickBands> =
    columns(required<&TickBands::family>("instFamily"), list<&TickBands::bands>("tickBand"));
template <>
inline constexpr auto kColumns<PriceLimits> = columns(
    required<&PriceLimits::instrument>("instId"), column<&PriceLimits::highest_buy>("buyLmt"),
    column<&PriceLimits::lowest_sell>("sellLmt"), column<&PriceLimits::enabled>("enabled"),
    column<&PriceLimits::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<ReferencePriceRow> = columns(
    required<&ReferencePriceRow::instrument>("instId"), column<&ReferencePriceRow::price>("markPx"),
    column<&ReferencePriceRow::price>("idxPx"), column<&ReferencePriceRow::price>("settlePx"),
    column<&ReferencePriceRow::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<FundingRate> = columns(
    required<&FundingRate::instrument>("instId"), required<&FundingRate::rate>("fundingRate"),
    column<&FundingRate::next_rate>("nextFundingRate"),
    column<&FundingRate::lowest_rate>("minFundingRate"),
    column<&FundingRate::highest_rate>("maxFundingRate"), column<&FundingRate::premium>("premium"),
    column<&FundingRate::funding_time>("fundingTime"),
    column<&FundingRate::next_funding_time>("nextFundingTime"),
    column<&FundingRate::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<FundingCharge> = columns(
    required<&FundingCharge::instrument>("instId"), required<&FundingCharge::rate>("fundingRate"),
    column<&FundingCharge::charged_rate>("realizedRate"),
    required<&FundingCharge::funding_time>("fundingTime"));
template <>
inline constexpr auto kColumns<OpenInterest> =
    columns(required<&OpenInterest::instrument>("instId"), required<&OpenInterest::contracts>("oi"),
            column<&OpenInterest::coins>("oiCcy"), column<&OpenInterest::dollars>("oiUsd"),
            column<&OpenInterest::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<PositionTier> = columns(
    column<&PositionTier::family>("instFamily"), column<&PositionTier::instrument>("instId"),
    required<&PositionTier::tier>("tier"), column<&PositionTier::minimum_quantity>("minSz"),
    column<&PositionTier::maximum_quantity>("maxSz"),
    column<&PositionTier::maintenance_margin_ratio>("mmr"),
    column<&PositionTier::initial_margin_ratio>("imr"),
    column<&PositionTier::maximum_leverage>("maxLever"));
template <>
inline constexpr auto kColumns<DeliveryPrice> =
    columns(required<&DeliveryPrice::instrument>("insId"), column<&DeliveryPrice::price>("px"),
            column<&DeliveryPrice::kind>("type"));
template <>
inline constexpr auto kColumns<DeliveryRound> =
    columns(required<&DeliveryRound::time>("ts"), list<&DeliveryRound::prices>("details"));
template <>
inline constexpr auto kColumns<OptionSummary> = columns(
    required<&OptionSummary::instrument>("instId"), column<&OptionSummary::family>("instFamily"),
    column<&OptionSummary::delta>("delta"), column<&OptionSummary::gamma>("gamma"),
    column<&OptionSummary::vega>("vega"), column<&OptionSummary::theta>("theta"),
    column<&OptionSummary::mark_volatility>("markVol"),
    column<&OptionSummary::bid_volatility>("bidVol"),
    column<&OptionSummary::ask_volatility>("askVol"),
    column<&OptionSummary::forward_price>("fwdPx"), column<&OptionSummary::exchange_time>("ts"));

DecodeStatus take_discount_rates(JsonValue value, CollateralDiscount& row) {
  return for_each_element(value, [&](JsonValue tier) -> DecodeStatus {
    return for_each_field(tier, [&](std::string_view key, JsonValue member) -> DecodeStatus {
      if (key != "discountRate") return {};
      const auto text = scalar(member);
      if (!text) return std::unexpected(text.error());
      Decimal rate;
      if (const DecodeStatus status = convert(*text, rate); !status) return status;
      row.discount_rates.push_back(rate);
      return {};
    });
  });
}
template <>
inline constexpr auto kColumns<CollateralDiscount> =
    columns(required<&CollateralDiscount::currency>("ccy"),
            column<&CollateralDiscount::interest_free_quota>("amt"),
            column_by<take_discount_rates>("discountInfo"));
template <>
inline constexpr auto kColumns<MaintenanceNotice> = columns(
    column<&MaintenanceNotice::title>("title"), required<&MaintenanceNotice::state>("state"),
    column<&MaintenanceNotice::begin>("begin"), column<&MaintenanceNotice::end>("end"),
    column<&MaintenanceNotice::service>("serviceType"));
template <>
inline constexpr auto kColumns<VenueTime> = columns(required<&VenueTime::time>("ts"));

// ---- market data ----

template <>
inline constexpr auto kColumns<TickerRow> =
    columns(required<&TickerRow::instrument>("instId"), column<&TickerRow::last_price>("last"),
            column<&TickerRow::bid_price>("bidPx"), column<&TickerRow::bid_quantity>("bidSz"),
            column<&TickerRow::ask_price>("askPx"), column<&TickerRow::ask_quantity>("askSz"),
            column<&TickerRow::volume_24h>("vol24h"), column<&TickerRow::exchange_time>("ts"));

/// [price, quantity, 0, orders], or three of the whole book, without the 0.
DecodeStatus take_levels(JsonValue value, std::vector<BookRow::Level>& levels) {
  return for_each_element(value, [&](JsonValue element) -> DecodeStatus {
    BookRow::Level level;
    std::size_t index = 0;
    const DecodeStatus status = for_each_element(element, [&](JsonValue member) -> DecodeStatus {
      const auto text = scalar(member);
      if (!text) return std::unexpected(text.error());
      switch (index++) {
        case 0:
          return convert(*text, level.price);
        case 1:
          return convert(*text, level.quantity);
        default:
          return convert(*text, level.orders);  // the last one counts
      }
    });
    if (!status) return status;
    if (index < 2) return std::unexpected(DecodeError::MissingField);
    levels.push_back(level);
    return {};
  });
}
DecodeStatus take_asks(JsonValue value, BookRow& row) { return take_levels(value, row.asks); }
DecodeStatus take_bids(JsonValue value, BookRow& row) { return take_levels(value, row.bids); }
template <>
inline constexpr auto kColumns<BookRow> =
    columns(column_by<take_asks>("asks"), column_by<take_bids>("bids"),
            column<&BookRow::sequence>("seqId"), column<&BookRow::exchange_time>("ts"));

DecodeStatus take_closed(JsonValue value, CandleRow& row) {
  const auto text = scalar(value);
  if (!text) return std::unexpected(text.error());
  row.closed = *text == "1";
  return {};
}
/// Traded and index candles have 9 and 6 elements; the last one is always `confirm`.
template <>
inline constexpr auto kColumns<CandleRow> =
    columns(required<&CandleRow::open_time>("#0"), required<&CandleRow::open>("#1"),
            required<&CandleRow::high>("#2"), required<&CandleRow::low>("#3"),
            required<&CandleRow::close>("#4"), column<&CandleRow::volume>("#5"),
            column<&CandleRow::volume_base>("#6"), column<&CandleRow::volume_quote>("#7"),
            column_by<take_closed>("#8"));
template <>
inline constexpr auto kColumns<PublicTrade> = columns(
    required<&PublicTrade::instrument>("instId"), required<&PublicTrade::trade_id>("tradeId"),
    required<&PublicTrade::price>("px"), required<&PublicTrade::quantity>("sz"),
    required<&PublicTrade::side>("side"), required<&PublicTrade::exchange_time>("ts"));

// ---- account ----

template <>
inline constexpr auto kColumns<CurrencyBalance> = columns(
    required<&CurrencyBalance::currency>("ccy"), column<&CurrencyBalance::equity>("eq"),
    column<&CurrencyBalance::cash>("cashBal"), column<&CurrencyBalance::available>("availBal"),
    column<&CurrencyBalance::frozen>("frozenBal"), column<&CurrencyBalance::unrealised>("upl"),
    column<&CurrencyBalance::liabilities>("liab"));
template <>
inline constexpr auto kColumns<AccountBalance> = columns(
    column<&AccountBalance::total_equity>("totalEq"), column<&AccountBalance::adjusted>("adjEq"),
    column<&AccountBalance::margin_ratio>("mgnRatio"),
    column<&AccountBalance::exchange_time>("uTime"), list<&AccountBalance::currencies>("details"));
template <>
inline constexpr auto kColumns<AccountPosition> = columns(
    required<&AccountPosition::instrument>("instId"),
    column<&AccountPosition::position_id>("posId"),
    column<&AccountPosition::margin_mode>("mgnMode"), column<&AccountPosition::side>("posSide"),
    column<&AccountPosition::quantity>("pos"),
    column<&AccountPosition::average_entry_price>("avgPx"),
    column<&AccountPosition::mark_price>("markPx"),
    column<&AccountPosition::liquidation_price>("liqPx"),
    column<&AccountPosition::leverage>("lever"), column<&AccountPosition::unrealised>("upl"),
    column<&AccountPosition::currency>("ccy"), column<&AccountPosition::exchange_time>("uTime"));
template <>
inline constexpr auto kColumns<ClosedPosition> = columns(
    required<&ClosedPosition::instrument>("instId"), column<&ClosedPosition::position_id>("posId"),
    column<&ClosedPosition::margin_mode>("mgnMode"),
    column<&ClosedPosition::average_entry_price>("openAvgPx"),
    column<&ClosedPosition::average_close_price>("closeAvgPx"),
    column<&ClosedPosition::profit>("realizedPnl"), paid<&ClosedPosition::fee>("fee"),
    paid<&ClosedPosition::funding>("fundingFee"), paid<&ClosedPosition::penalty>("liqPenalty"),
    column<&ClosedPosition::currency>("ccy"), column<&ClosedPosition::closed_by>("type"),
    required<&ClosedPosition::exchange_time>("uTime"));
template <>
inline constexpr auto kColumns<AccountRisk::Currency> = columns(
    required<&AccountRisk::Currency::currency>("ccy"), column<&AccountRisk::Currency::equity>("eq"),
    column<&AccountRisk::Currency::counted>("disEq"));
template <>
inline constexpr auto kColumns<AccountRisk::Position> =
    columns(required<&AccountRisk::Position::instrument>("instId"),
            column<&AccountRisk::Position::position_id>("posId"),
            column<&AccountRisk::Position::side>("posSide"),
            column<&AccountRisk::Position::quantity>("pos"),
            column<&AccountRisk::Position::dollars>("notionalUsd"));
template <>
inline constexpr auto kColumns<AccountRisk> = columns(
    column<&AccountRisk::adjusted_equity>("adjEq"), list<&AccountRisk::currencies>("balData"),
    list<&AccountRisk::positions>("posData"), required<&AccountRisk::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<RiskState> =
    columns(column<&RiskState::at_risk>("atRisk"), column<&RiskState::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<Leverage> =
    columns(column<&Leverage::instrument>("instId"), column<&Leverage::currency>("ccy"),
            column<&Leverage::margin_mode>("mgnMode"), column<&Leverage::side>("posSide"),
            required<&Leverage::leverage>("lever"));
template <>
inline constexpr auto kColumns<LargestQuantity> = columns(
    required<&LargestQuantity::instrument>("instId"), column<&LargestQuantity::currency>("ccy"),
    column<&LargestQuantity::buy>("maxBuy"), column<&LargestQuantity::sell>("maxSell"),
    column<&LargestQuantity::buy>("availBuy"), column<&LargestQuantity::sell>("availSell"));
template <>
inline constexpr auto kColumns<AvailableMoney> =
    columns(required<&AvailableMoney::currency>("ccy"), column<&AvailableMoney::amount>("maxWd"));
template <>
inline constexpr auto kColumns<FeeRates::Group> =
    columns(column<&FeeRates::Group::group>("groupId"), paid<&FeeRates::Group::maker>("maker"),
            paid<&FeeRates::Group::taker>("taker"));
template <>
inline constexpr auto kColumns<FeeRates> =
    columns(required<&FeeRates::level>("level"), list<&FeeRates::groups>("feeGroup"),
            paid<&FeeRates::maker>("maker"), paid<&FeeRates::taker>("taker"),
            column<&FeeRates::delivery>("delivery"), column<&FeeRates::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<Bill> = columns(
    required<&Bill::bill_id>("billId"), column<&Bill::kind>("type"),
    column<&Bill::sub_kind>("subType"), column<&Bill::currency>("ccy"),
    column<&Bill::change>("balChg"), column<&Bill::balance>("bal"), column<&Bill::profit>("pnl"),
    paid<&Bill::fee>("fee"), column<&Bill::instrument>("instId"), column<&Bill::venue_id>("ordId"),
    column<&Bill::trade_id>("tradeId"), column<&Bill::quantity>("sz"), column<&Bill::price>("px"),
    required<&Bill::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<CurrencyGreeks> = columns(
    required<&CurrencyGreeks::currency>("ccy"), column<&CurrencyGreeks::delta>("deltaPA"),
    column<&CurrencyGreeks::gamma>("gammaPA"), column<&CurrencyGreeks::vega>("vegaPA"),
    column<&CurrencyGreeks::theta>("thetaPA"), column<&CurrencyGreeks::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<LargestPosition> =
    columns(required<&LargestPosition::family>("instFamily"),
            column<&LargestPosition::maximum_quantity>("maxSz"));
template <>
inline constexpr auto kColumns<OrderRateLimit> =
    columns(column<&OrderRateLimit::fill_ratio>("fillRatio"),
            required<&OrderRateLimit::limit>("accRateLimit"),
            column<&OrderRateLimit::next_limit>("nextAccRateLimit"),
            column<&OrderRateLimit::exchange_time>("ts"));

// ---- orders ----

template <>
inline constexpr auto kColumns<OrderReply> =
    columns(required<&OrderReply::code>("sCode"), column<&OrderReply::message>("sMsg"),
            column<&OrderReply::venue_id>("ordId"));

/// Seconds or milliseconds: the venue's own examples disagree. [PROTOCOL 7.4.3]
DecodeStatus take_trigger(JsonValue value, DeadManTimer& row) {
  const auto text = scalar(value);
  if (!text) return std::unexpected(text.error());
  const auto number = whole_number(*text);
  if (!number) return std::unexpected(number.error());
  if (*number < 0 || *number > 100'000'000'000'000) return std::unexpected(DecodeError::OutOfRange);
  row.trigger = from_unix_millis(*number < 100'000'000'000 ? *number * 1'000 : *number);
  return {};
}
template <>
inline constexpr auto kColumns<DeadManTimer> =
    columns(column_by<take_trigger>("triggerTime", true));

template <>
inline constexpr auto kColumns<OrderRecord> = columns(
    required<&OrderRecord::instrument>("instId"), required<&OrderRecord::venue_id>("ordId"),
    column<&OrderRecord::client_id>("clOrdId"), column<&OrderRecord::tag>("tag"),
    required<&OrderRecord::side>("side"), required<&OrderRecord::kind>("ordType"),
    required<&OrderRecord::state>("state"), column<&OrderRecord::price>("px"),
    required<&OrderRecord::quantity>("sz"), column<&OrderRecord::cumulative_quantity>("accFillSz"),
    column<&OrderRecord::average_price>("avgPx"), paid<&OrderRecord::fee>("fee"),
    column<&OrderRecord::fee_currency>("feeCcy"), column<&OrderRecord::create_time>("cTime"),
    column<&OrderRecord::update_time>("uTime"));
DecodeStatus take_maker(JsonValue value, FillRecord& row) {
  const auto text = scalar(value);
  if (!text) return std::unexpected(text.error());
  row.maker = *text == "M";
  return {};
}
template <>
inline constexpr auto kColumns<FillRecord> = columns(
    required<&FillRecord::instrument>("instId"), required<&FillRecord::bill_id>("billId"),
    required<&FillRecord::venue_id>("ordId"), column<&FillRecord::client_id>("clOrdId"),
    required<&FillRecord::trade_id>("tradeId"), required<&FillRecord::side>("side"),
    column_by<take_maker>("execType"), required<&FillRecord::price>("fillPx"),
    required<&FillRecord::quantity>("fillSz"), paid<&FillRecord::fee>("fee"),
    column<&FillRecord::fee_currency>("feeCcy"), required<&FillRecord::exchange_time>("ts"));

// ---- funding account ----

template <>
inline constexpr auto kColumns<FundingBalance> = columns(
    required<&FundingBalance::currency>("ccy"), column<&FundingBalance::balance>("bal"),
    column<&FundingBalance::frozen>("frozenBal"), column<&FundingBalance::available>("availBal"));
template <>
inline constexpr auto kColumns<FundingBill> =
    columns(required<&FundingBill::bill_id>("billId"), required<&FundingBill::currency>("ccy"),
            column<&FundingBill::change>("balChg"), column<&FundingBill::balance>("bal"),
            column<&FundingBill::kind>("type"), required<&FundingBill::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<MoneyMovement> =
    columns(column<&MoneyMovement::id>("depId"), column<&MoneyMovement::id>("wdId"),
            required<&MoneyMovement::currency>("ccy"), column<&MoneyMovement::chain>("chain"),
            required<&MoneyMovement::amount>("amt"), column<&MoneyMovement::fee>("fee"),
            column<&MoneyMovement::state>("state"), required<&MoneyMovement::exchange_time>("ts"));
template <>
inline constexpr auto kColumns<AccountValuation> = columns(
    required<&AccountValuation::total>("totalBal"), column<&AccountValuation::exchange_time>("ts"));

constexpr std::size_t kMaxRowsOfAQuestion = 5'000'000;  // of one question, however many pages

template <class Row>
DecodeStatus read_any_row(JsonValue value, const EndpointRule& rule, Row& row, RowKeys& keys,
                          RowError& error) {
  if constexpr (std::is_same_v<Row, UnderlyingList>) {
    return for_each_element(value, [&](JsonValue element) -> DecodeStatus {
      const auto text = scalar(element);
      if (!text) return std::unexpected(text.error());
      row.names.emplace_back();
      return error.put(convert(*text, row.names.back()));
    });
  } else {
    return read_row(value, &rule, row, keys, error);
  }
}

bool known_already(const std::vector<std::string>* known, const std::string& identity) {
  return known != nullptr && std::ranges::find(*known, identity) != known->end();
}

/// Six elements of an index or mark candle: the sixth says whether it is closed.
template <class Row>
void mend_short_candle(const EndpointRule& rule, Row& row) {
  if constexpr (std::is_same_v<Row, CandleRow>) {
    const bool priced =
        rule.endpoint >= Endpoint::IndexCandles && rule.endpoint <= Endpoint::MarkCandleHistory;
    if (!priced) return;
    row.closed = row.volume && row.volume->mantissa == 1;
    row.volume.reset();
  }
}

}  // namespace

template <class Row>
DecodeStatus decode_rows(FrameReader& reader, const EndpointRule& rule, const RowFilter& filter,
                         std::vector<Row>& rows, PageFacts& facts) {
  return each_row(reader, [&](JsonValue value) -> DecodeStatus {
    if (rows.size() >= kMaxRowsOfAQuestion) return std::unexpected(DecodeError::Overflow);
    Row row{};
    RowKeys keys;
    RowError error;
    if (const DecodeStatus read = read_any_row(value, rule, row, keys, error); !read) {
      // A row of another shape is one bad row; broken JSON ends the page.
      if (read.error() == DecodeError::NotJson) return read;
      if (!error.refused) error.refused = read.error();
    }
    mend_short_candle(rule, row);
    ++facts.rows;
    if (!keys.cursor.empty()) facts.cursor = keys.cursor;
    std::optional<Timestamp> time;
    if (const auto read = timestamp_from_millis(keys.time); read) time = *read;
    if (time) facts.oldest = *time;
    if (rule.page != PageRule::None) {
      std::string identity(keys.cursor);
      if (!keys.identity.empty()) identity.append(1, ' ').append(keys.identity);
      const bool repeated = known_already(filter.before, identity);
      facts.identities.push_back(std::move(identity));
      if (repeated) {
        ++facts.repeated;
        return {};
      }
    }
    if (error.refused) {
      if (facts.refused++ == 0) facts.first_error = *error.refused;
      return {};
    }
    if (time && *time < filter.from) return {};
    if (time && filter.to.nanos != 0 && *time >= filter.to) return {};
    rows.push_back(std::move(row));
    return {};
  });
}

#define GANNET_ROWS(Row)                                                                 \
  template DecodeStatus decode_rows(FrameReader&, const EndpointRule&, const RowFilter&, \
                                    std::vector<Row>&, PageFacts&)
GANNET_ROWS(TickBands);
GANNET_ROWS(PriceLimits);
GANNET_ROWS(ReferencePriceRow);
GANNET_ROWS(FundingRate);
GANNET_ROWS(FundingCharge);
GANNET_ROWS(OpenInterest);
GANNET_ROWS(PositionTier);
GANNET_ROWS(DeliveryRound);
GANNET_ROWS(OptionSummary);
GANNET_ROWS(UnderlyingList);
GANNET_ROWS(CollateralDiscount);
GANNET_ROWS(MaintenanceNotice);
GANNET_ROWS(VenueTime);
GANNET_ROWS(TickerRow);
GANNET_ROWS(BookRow);
GANNET_ROWS(CandleRow);
GANNET_ROWS(PublicTrade);
GANNET_ROWS(AccountBalance);
GANNET_ROWS(AccountPosition);
GANNET_ROWS(ClosedPosition);
GANNET_ROWS(AccountRisk);
GANNET_ROWS(RiskState);
GANNET_ROWS(Leverage);
GANNET_ROWS(LargestQuantity);
GANNET_ROWS(AvailableMoney);
GANNET_ROWS(FeeRates);
GANNET_ROWS(Bill);
GANNET_ROWS(CurrencyGreeks);
GANNET_ROWS(LargestPosition);
GANNET_ROWS(OrderRateLimit);
GANNET_ROWS(OrderReply);
GANNET_ROWS(DeadManTimer);
GANNET_ROWS(OrderRecord);
GANNET_ROWS(FillRecord);
GANNET_ROWS(FundingBalance);
GANNET_ROWS(FundingBill);
GANNET_ROWS(MoneyMovement);
GANNET_ROWS(AccountValuation);
#undef GANNET_ROWS

}  // namespace gannet::okx
