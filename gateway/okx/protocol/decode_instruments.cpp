#include "gateway/okx/protocol/decode_instruments.h"

#include <algorithm>
#include <limits>

#include "gateway/okx/protocol/decode_common.h"

namespace gannet::okx {
namespace {

// Far above what the venue lists, below what the tables can number.
constexpr std::size_t kMaxCurrencies = 60'000;
constexpr std::size_t kMaxRows = 200'000;

/// A row's fields as text; absent is "".
struct RowText {
  std::string_view type, name, family, underlying, base, quote, settle;
  std::string_view contract_value, contract_multiplier, contract_currency, contract_type;
  std::string_view option_type, strike, leverage, state;
  std::string_view tick, lot, minimum, maximum_limit, maximum_market;
  std::string_view maximum_limit_value, maximum_market_value;
  std::string_view list_time, expiry_time, code;
};

struct RowField {
  std::string_view key;
  std::string_view RowText::* member;
};

constexpr RowField kFields[] = {
    {"instType", &RowText::type},
    {"instId", &RowText::name},
    {"instFamily", &RowText::family},
    {"uly", &RowText::underlying},
    {"baseCcy", &RowText::base},
    {"quoteCcy", &RowText::quote},
    {"settleCcy", &RowText::settle},
    {"ctVal", &RowText::contract_value},
    {"ctMult", &RowText::contract_multiplier},
    {"ctValCcy", &RowText::contract_currency},
    {"ctType", &RowText::contract_type},
    {"optType", &RowText::option_type},
    {"stk", &RowText::strike},
    {"lever", &RowText::leverage},
    {"state", &RowText::state},
    {"tickSz", &RowText::tick},
    {"lotSz", &RowText::lot},
    {"minSz", &RowText::minimum},
    {"maxLmtSz", &RowText::maximum_limit},
    {"maxMktSz", &RowText::maximum_market},
    {"maxLmtAmt", &RowText::maximum_limit_value},
    {"maxMktAmt", &RowText::maximum_market_value},
    {"listTime", &RowText::list_time},
    {"expTime", &RowText::expiry_time},
    {"instIdCode", &RowText::code},
};

DecodeStatus read_row(JsonValue row, RowText& text) noexcept {
  return for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
    for (const RowField& field : kFields) {
      if (field.key == key) return take_text(value, text.*field.member);
    }
    return {};
  });
}

/// One unit of 10^-digits at least, or the row makes no sense.
std::expected<std::int64_t, DecodeError> step(std::string_view text, int digits) noexcept {
  const auto units = exact_units(text, digits);
  if (units && *units <= 0) return std::unexpected(DecodeError::OutOfRange);
  return units;
}

std::expected<Quantity, DecodeError> limit_quantity(std::string_view text, int digits) noexcept {
  if (text.empty()) return Quantity{std::numeric_limits<std::int64_t>::max()};
  const auto units = clamped_units(text, digits);
  if (!units) return std::unexpected(units.error());
  return Quantity{*units};
}

/// A US dollar value; absent when the venue states none or one beyond counting.
std::optional<Amount> dollar_value(std::string_view text, CurrencyTable& currencies) {
  if (text.empty()) return std::nullopt;
  const auto amount = parse_amount(text, currencies.intern("USD"));
  if (!amount || amount->raw <= 0) return std::nullopt;
  return *amount;
}

std::optional<Timestamp> moment(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  const auto time = timestamp_from_millis(text);
  return time && time->nanos > 0 ? std::optional(*time) : std::nullopt;
}

/// The second word of "BTC-USD".
std::string_view quote_of(std::string_view pair) noexcept {
  const std::size_t dash = pair.find('-');
  if (dash == std::string_view::npos) return {};
  pair.remove_prefix(dash + 1);
  return pair.substr(0, pair.find_first_of("-_"));
}

ContractKind contract_kind_of(InstrumentKind kind, std::string_view type) noexcept {
  if (type == "linear") return ContractKind::Linear;
  if (type == "inverse") return ContractKind::Inverse;
  // Option rows of 2022 left it empty; all were settled in coin, which is "inverse" today.
  return kind == InstrumentKind::Option ? ContractKind::Inverse : ContractKind::None;
}

void put_currencies(const RowText& text, Instrument& instrument, CurrencyTable& currencies) {
  if (!is_derivative(instrument.kind)) {
    instrument.base = currencies.intern(text.base);
    instrument.quote = currencies.intern(text.quote);
    instrument.settle = instrument.quote;
    return;
  }
  instrument.base = currencies.intern(text.contract_currency);
  instrument.settle = currencies.intern(text.settle);
  // Options are priced in what they are settled in; swaps and futures in the pair's second word.
  const std::string_view quote = quote_of(text.underlying.empty() ? text.name : text.underlying);
  instrument.quote = instrument.kind == InstrumentKind::Option || quote.empty()
                         ? instrument.settle
                         : currencies.intern(quote);
}

DecodeStatus put_contract(const RowText& text, Instrument& instrument) noexcept {
  if (!is_derivative(instrument.kind)) return {};
  const auto value = decimal(text.contract_value);
  if (!value) return std::unexpected(value.error());
  const auto multiplier =
      text.contract_multiplier.empty() ? Decimal{1, 0} : decimal(text.contract_multiplier);
  if (!multiplier) return std::unexpected(multiplier.error());
  if (value->mantissa <= 0 || multiplier->mantissa <= 0) {
    return std::unexpected(DecodeError::OutOfRange);
  }
  instrument.contract_value = *value;
  instrument.contract_multiplier = *multiplier;
  instrument.contract = contract_kind_of(instrument.kind, text.contract_type);
  if (instrument.contract == ContractKind::None) return std::unexpected(DecodeError::UnknownValue);
  if (instrument.kind == InstrumentKind::Option) {
    if (text.option_type == "C") {
      instrument.option_side = OptionSide::Call;
    } else if (text.option_type == "P") {
      instrument.option_side = OptionSide::Put;
    } else {
      return std::unexpected(DecodeError::UnknownValue);
    }
    const auto strike = decimal(text.strike);
    if (!strike) return std::unexpected(strike.error());
    instrument.strike = *strike;
  }
  return {};
}

/// Digits first, then every price and quantity in them.
DecodeStatus put_steps(const RowText& text, Instrument& instrument) noexcept {
  const auto tick_digits = decimals_of(text.tick);
  if (!tick_digits) return std::unexpected(tick_digits.error());
  const auto lot_digits = decimals_of(text.lot);
  if (!lot_digits) return std::unexpected(lot_digits.error());
  if (*tick_digits > 18 || *lot_digits > 18) return std::unexpected(DecodeError::TooPrecise);
  instrument.price_digits = static_cast<std::uint8_t>(std::min(*tick_digits + 2, 18));
  instrument.quantity_digits = static_cast<std::uint8_t>(*lot_digits);

  const auto tick = step(text.tick, instrument.price_digits);
  if (!tick) return std::unexpected(tick.error());
  const auto lot = step(text.lot, instrument.quantity_digits);
  if (!lot) return std::unexpected(lot.error());
  instrument.tick_size = {*tick};
  instrument.lot_size = {*lot};

  // A minimum between two lots is the next lot up: no order below it would be taken.
  const auto minimum = text.minimum.empty()
                           ? std::expected<std::int64_t, DecodeError>(*lot)
                           : rounded_units(text.minimum, instrument.quantity_digits, Rounding::Up);
  if (!minimum) return std::unexpected(minimum.error());
  if (*minimum < 0) return std::unexpected(DecodeError::OutOfRange);
  instrument.minimum_quantity = {*minimum};
  const auto limit = limit_quantity(text.maximum_limit, instrument.quantity_digits);
  if (!limit) return std::unexpected(limit.error());
  instrument.maximum_limit_quantity = *limit;
  // On spot and margin the largest market order is stated in money (USDT), not in quantity.
  if (is_derivative(instrument.kind) && !text.maximum_market.empty()) {
    const auto market = limit_quantity(text.maximum_market, instrument.quantity_digits);
    if (!market) return std::unexpected(market.error());
    instrument.maximum_market_quantity = *market;
  }
  return {};
}

std::expected<InstrumentRow, DecodeError> make_row(const RowText& text, InstrumentKind kind,
                                                   CurrencyTable& currencies) {
  if (text.name.empty()) return std::unexpected(DecodeError::MissingField);
  if (!InstrumentName::fits(text.name) || !InstrumentName::fits(text.family) ||
      !InstrumentName::fits(text.underlying)) {
    return std::unexpected(DecodeError::Overflow);
  }
  InstrumentRow row;
  Instrument& instrument = row.instrument;
  instrument.name = text.name;
  instrument.kind = kind;
  instrument.state = instrument_state_of(text.state);
  if (is_derivative(kind)) {
    // Before 2022-05 there was `uly` alone, which was the family too.
    instrument.family = text.family.empty() ? text.underlying : text.family;
    row.index = text.underlying.empty() ? text.family : text.underlying;
  } else {
    row.index = text.name;
  }
  if (const DecodeStatus status = put_steps(text, instrument); !status) {
    return std::unexpected(status.error());
  }
  if (const DecodeStatus status = put_contract(text, instrument); !status) {
    return std::unexpected(status.error());
  }
  put_currencies(text, instrument, currencies);
  instrument.maximum_limit_notional = dollar_value(text.maximum_limit_value, currencies);
  instrument.maximum_market_notional = dollar_value(text.maximum_market_value, currencies);
  if (!text.leverage.empty()) {
    if (const auto leverage = decimal(text.leverage)) instrument.maximum_leverage = *leverage;
  }
  instrument.list_time = moment(text.list_time);
  instrument.expiry_time = moment(text.expiry_time);
  if (!text.code.empty()) {
    const auto code = whole_number(text.code);
    if (!code) return std::unexpected(code.error());
    row.code = *code;
  }
  return row;
}

}  // namespace

InstrumentState instrument_state_of(std::string_view state) noexcept {
  if (state == "live") return InstrumentState::Live;
  if (state == "suspend") return InstrumentState::Suspended;
  if (state == "post_only") return InstrumentState::PostOnly;
  if (state == "preopen") return InstrumentState::PreOpen;
  if (state == "rebase") return InstrumentState::Rebasing;
  if (state == "test") return InstrumentState::Testing;
  if (state == "settling") return InstrumentState::Settling;
  if (state == "expired") return InstrumentState::Expired;
  return InstrumentState::Unknown;
}

std::expected<InstrumentRows, DecodeError> decode_instruments(FrameReader& reader,
                                                              const Frame& frame,
                                                              CurrencyTable& currencies) {
  InstrumentRows result;
  const DecodeStatus status = for_each_row(reader, [&](JsonValue value) -> DecodeStatus {
    RowText text;
    text.type = frame.instrument_type;
    if (const DecodeStatus read = read_row(value, text); !read) return read;
    const auto kind = instrument_kind_of(text.type);
    if (!kind) {
      ++result.ignored;
      return {};
    }
    if (text.tick.empty() || text.lot.empty()) {
      ++result.incomplete;
      return {};
    }
    if (currencies.size() + 8 > kMaxCurrencies || result.rows.size() == kMaxRows) {
      return std::unexpected(DecodeError::Overflow);
    }
    auto row = make_row(text, *kind, currencies);
    if (row) {
      result.rows.push_back(*row);
    } else {
      if (result.refused == 0) result.first_error = row.error();
      ++result.refused;
    }
    return {};
  });
  if (!status) return std::unexpected(status.error());
  return result;
}

namespace {

/// A pushed step in our unit; finer than it: `too_coarse`.
template <class Unit>
DecodeStatus put_step(std::string_view text, int digits, std::optional<Unit>& out,
                      bool& too_coarse) noexcept {
  if (text.empty()) return {};
  const auto units = step(text, digits);
  if (units) {
    out = Unit{*units};
    return {};
  }
  if (units.error() != DecodeError::TooPrecise) return std::unexpected(units.error());
  too_coarse = true;
  return {};
}

DecodeStatus put_quantity(std::string_view text, int digits, bool round_up,
                          std::optional<Quantity>& out) noexcept {
  if (text.empty()) return {};
  const auto units =
      round_up ? rounded_units(text, digits, Rounding::Up) : clamped_units(text, digits);
  if (!units) return std::unexpected(units.error());
  if (*units < 0) return std::unexpected(DecodeError::OutOfRange);
  out = Quantity{*units};
  return {};
}

DecodeStatus put_factor(std::string_view text, std::optional<Decimal>& out) noexcept {
  if (text.empty()) return {};
  const auto factor = decimal(text);
  if (!factor) return std::unexpected(factor.error());
  if (factor->mantissa <= 0) return std::unexpected(DecodeError::OutOfRange);
  out = *factor;
  return {};
}

DecodeStatus put_change(const RowText& text, const InstrumentCode& code,
                        InstrumentChange& change) noexcept {
  const int digits = code.quantity_digits;
  bool& coarse = change.unit_too_coarse;
  DecodeStatus status = put_step(text.tick, code.price_digits, change.tick_size, coarse);
  if (status) status = put_step(text.lot, digits, change.lot_size, coarse);
  if (status) status = put_quantity(text.minimum, digits, true, change.minimum_quantity);
  if (status) {
    status = put_quantity(text.maximum_limit, digits, false, change.maximum_limit_quantity);
  }
  if (!is_derivative(code.kind)) return status;
  // On spot and margin the largest market order is money.
  if (status) {
    status = put_quantity(text.maximum_market, digits, false, change.maximum_market_quantity);
  }
  if (status) status = put_factor(text.contract_value, change.contract_value);
  if (status) status = put_factor(text.contract_multiplier, change.contract_multiplier);
  change.expiry_time = moment(text.expiry_time);
  return status;
}

}  // namespace

DecodeStatus decode_instrument_changes(FrameReader& reader, const InstrumentCodes& codes,
                                       std::vector<PushedInstrument>& out) noexcept {
  out.clear();
  return for_each_row(reader, [&](JsonValue value) -> DecodeStatus {
    RowText text;
    if (const DecodeStatus read = read_row(value, text); !read) return read;
    const InstrumentCode* const code = codes.find(text.name);
    // A margin row shares its name with the spot row, which speaks for the market.
    if (code == nullptr || instrument_kind_of(text.type) != code->kind) return {};
    PushedInstrument pushed;
    pushed.change.instrument = code->id;
    pushed.change.state = instrument_state_of(text.state);
    if (!put_change(text, *code, pushed.change)) {
      pushed.change = {};
      pushed.change.instrument = code->id;
    }
    if (!text.code.empty()) {
      if (const auto number = whole_number(text.code)) pushed.code = *number;
    }
    out.push_back(pushed);
    return {};
  });
}

void add_instruments(const InstrumentRows& rows, InstrumentTable& table, InstrumentCodes& codes) {
  for (const InstrumentRow& row : rows.rows) {
    const InstrumentId id = table.add(row.instrument);
    codes.add({id, row.instrument.name, row.instrument.family, row.index, row.instrument.kind,
               row.instrument.price_digits, row.instrument.quantity_digits, row.code});
  }
}

}  // namespace gannet::okx
