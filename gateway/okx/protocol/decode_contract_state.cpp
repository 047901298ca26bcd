#include <limits>

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/decode_market_updates.h"

// funding-rate, open-interest, price-limit, estimated-price: one instrument a row.

namespace gannet::okx {
namespace {

/// A rate in 10^-18 where it is finer than that, else as it is written.
std::expected<Decimal, DecodeError> rate_of(std::string_view text) noexcept {
  const auto exact = decimal(text);
  if (exact || exact.error() != DecodeError::TooPrecise) return exact;
  const auto rounded = rounded_units(text, 18, Rounding::Nearest);
  if (!rounded) return std::unexpected(rounded.error());
  return Decimal{*rounded, 18};
}

DecodeStatus put_rate(std::string_view text, std::optional<Decimal>& out) noexcept {
  if (text.empty()) return {};
  const auto rate = rate_of(text);
  if (!rate) return std::unexpected(rate.error());
  out = *rate;
  return {};
}

DecodeStatus put_time(std::string_view text, Timestamp& out) noexcept {
  const auto time = time_or_zero(text);
  if (!time) return std::unexpected(time.error());
  out = *time;
  return {};
}

/// "" and 0 are absent: no bound is in force.
DecodeStatus put_bound(std::string_view text, int digits, Rounding inwards,
                       std::optional<Price>& out) noexcept {
  if (text.empty()) return {};
  const auto units = rounded_units(text, digits, inwards);
  if (!units) return std::unexpected(units.error());
  if (*units < 0) return std::unexpected(DecodeError::OutOfRange);
  if (*units > 0) out = Price{*units};
  return {};
}

/// The row's own instrument, else the argument's; null: not one of ours.
const InstrumentCode* code_of(const UpdateContext& context, std::string_view name) noexcept {
  return context.codes.find(name.empty() ? context.frame.instrument : name);
}

/// A row of somebody else's instrument: nothing wrong in a REST list, which may be of a whole type.
DecodeStatus not_ours(const UpdateContext& context) noexcept {
  if (context.frame.kind == FrameKind::Unknown) return {};
  return std::unexpected(DecodeError::UnknownInstrument);
}

}  // namespace

DecodeStatus decode_funding(const UpdateContext& context) noexcept {
  enum : std::size_t { kName, kRate, kTime, kNextTime, kMinimum, kMaximum, kSettled, kTs };
  static constexpr FieldNames<8> kNames(
      std::array<std::string_view, 8>{"instId", "fundingRate", "fundingTime", "nextFundingTime",
                                      "minFundingRate", "maxFundingRate", "settFundingRate", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 8> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    if (text[kRate].empty() && text[kTime].empty()) {
      return std::unexpected(DecodeError::MissingField);
    }
    const InstrumentCode* const code = code_of(context, text[kName]);
    if (code == nullptr) return not_ours(context);
    if (text[kRate].empty()) return {};  // a time and no rate yet: nothing to tell
    FundingEvent funding;
    funding.instrument = code->id;
    const auto rate = rate_of(text[kRate]);
    if (!rate) return std::unexpected(rate.error());
    funding.rate = *rate;
    DecodeStatus status = put_rate(text[kMinimum], funding.minimum_rate);
    if (status) status = put_rate(text[kMaximum], funding.maximum_rate);
    if (status) status = put_rate(text[kSettled], funding.settled_rate);
    if (status) status = put_time(text[kTime], funding.funding_time);
    if (status) status = put_time(text[kNextTime], funding.next_funding_time);
    if (status) status = put_time(text[kTs], funding.exchange_time);
    if (!status) return status;
    funding.receive_time = context.receive_time;
    return context.out.add(funding);
  });
}

DecodeStatus decode_open_interest(const UpdateContext& context) noexcept {
  enum : std::size_t { kName, kOpen, kDollars, kTs };
  static constexpr FieldNames<4> kNames(
      std::array<std::string_view, 4>{"instId", "oi", "oiUsd", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 4> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    if (text[kOpen].empty()) return std::unexpected(DecodeError::MissingField);
    const InstrumentCode* const code = code_of(context, text[kName]);
    if (code == nullptr) return not_ours(context);
    OpenInterestEvent interest;
    interest.instrument = code->id;
    const auto open = clamped_units(text[kOpen], code->quantity_digits);
    if (!open) return std::unexpected(open.error());
    interest.open_interest = {*open};
    if (!text[kDollars].empty()) {
      const auto dollars = real_number(text[kDollars]);
      if (!dollars) return std::unexpected(dollars.error());
      interest.value_usd = *dollars;
    }
    if (const DecodeStatus time = put_time(text[kTs], interest.exchange_time); !time) return time;
    interest.receive_time = context.receive_time;
    return context.out.add(interest);
  });
}

DecodeStatus decode_price_limit(const UpdateContext& context) noexcept {
  enum : std::size_t { kName, kBuy, kSell, kEnabled, kTs };
  static constexpr FieldNames<5> kNames(
      std::array<std::string_view, 5>{"instId", "buyLmt", "sellLmt", "enabled", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 5> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    const InstrumentCode* const code = code_of(context, text[kName]);
    if (code == nullptr) return not_ours(context);
    PriceLimitEvent limit;
    limit.instrument = code->id;
    // Inwards: a price that we take for allowed is.
    DecodeStatus status =
        put_bound(text[kBuy], code->price_digits, Rounding::Down, limit.highest_buy);
    if (status) {
      status = put_bound(text[kSell], code->price_digits, Rounding::Up, limit.lowest_sell);
    }
    if (status) status = put_time(text[kTs], limit.exchange_time);
    if (!status) return status;
    if (text[kEnabled] == "false") {
      limit.highest_buy.reset();
      limit.lowest_sell.reset();
    }
    limit.receive_time = context.receive_time;
    return context.out.add(limit);
  });
}

DecodeStatus decode_estimated_price(const UpdateContext& context) noexcept {
  enum : std::size_t { kName, kType, kPrice, kKind, kTs };
  static constexpr FieldNames<5> kNames(
      std::array<std::string_view, 5>{"instId", "instType", "settlePx", "settleType", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 5> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    if (text[kPrice].empty()) return std::unexpected(DecodeError::MissingField);
    const InstrumentCode* const code = code_of(context, text[kName]);
    if (code == nullptr) return {};  // of the family, not ours
    EstimatedPriceEvent estimate;
    estimate.instrument = code->id;
    const auto price = rounded_units(text[kPrice], code->price_digits, Rounding::Nearest);
    if (!price) return std::unexpected(price.error());
    if (*price < 0) return std::unexpected(DecodeError::OutOfRange);
    estimate.price = {*price};
    using Kind = EstimatedPriceEvent::Kind;
    if (text[kKind] == "delivery") estimate.kind = Kind::Delivery;
    if (text[kKind] == "exercise") estimate.kind = Kind::Exercise;
    if (text[kKind] == "settlement") estimate.kind = Kind::Settlement;
    if (const DecodeStatus time = put_time(text[kTs], estimate.exchange_time); !time) return time;
    estimate.receive_time = context.receive_time;
    return context.out.add(estimate);
  });
}

}  // namespace gannet::okx
