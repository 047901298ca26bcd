#include <algorithm>
#include <cmath>
#include <set>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

RestReply either(std::string_view one, std::string_view other) {
  return refusal(
      "50015",
      "Either parameter " + std::string(one) + " or " + std::string(other) + " is required", 400);
}

/// Rates are kept in 10^-9.
std::string rate_text(std::int64_t rate) { return decimal_text(rate, 9); }

void write_tiers(JsonWriter& json, const RestCall& call, const Instrument& instrument) {
  const bool derivative = is_derivative(instrument.kind);
  for (const sim::RiskTier& tier : call.state.exchange->risk_tiers(instrument.id)) {
    const std::string number = std::to_string(tier.tier);
    if (!listed_in(call.param("tier"), number)) continue;
    const std::string most = quantity_text(instrument, tier.most);
    json.begin_object()
        .field("uly", derivative ? index_name(instrument) : std::string())
        .field("instFamily", instrument.family.view())
        .field("instId", derivative ? std::string_view() : instrument.name.view())
        .field("tier", number)
        .field("minSz", quantity_text(instrument, tier.least))
        .field("maxSz", most)
        .field("mmr", rate_text(tier.maintenance_rate))
        .field("imr", rate_text(tier.initial_rate))
        .field("maxLever", std::to_string(tier.largest_leverage))
        .field("optMgnFactor", "0")
        .field("quoteMaxLoan", derivative ? "" : "0")
        .field("baseMaxLoan", derivative ? "" : "0")
        .end_object();
  }
}

RestReply position_tiers(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (!kind || *kind == InstrumentKind::Spot) return bad_parameter("instType");
  const std::string_view mode = call.param("tdMode");
  if (mode.empty()) return missing("tdMode");
  if (mode != "cross" && mode != "isolated") return bad_parameter("tdMode");
  const bool derivative = is_derivative(*kind);
  const std::string_view family = call.param("instFamily");
  const std::string_view underlying = call.param("uly");
  if (derivative && family.empty() && underlying.empty()) return either("uly", "instFamily");
  if (!derivative && call.param("instId").empty() && call.param("ccy").empty())
    return either("instId", "ccy");
  RestReply reply;
  JsonWriter json(reply.data);
  std::set<std::string> told;
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id)) continue;
    if (derivative) {
      // One ladder for all instruments of a family.
      if (instrument.kind != *kind) continue;
      const bool asked = !family.empty() ? listed_in(family, instrument.family.view())
                                         : listed_in(underlying, index_name(instrument));
      if (!asked || !told.insert(std::string(instrument.family.view())).second) continue;
    } else {
      if (instrument.kind != InstrumentKind::Spot) continue;
      if (!listed_in(call.param("instId"), instrument.name.view())) continue;
      if (!listed_in(call.param("ccy"), call.state.currencies.name(instrument.base))) continue;
    }
    write_tiers(json, call, instrument);
  }
  return reply;
}

RestReply discount_rates(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (std::uint32_t i = 0; i < call.state.currencies.size(); ++i) {
    const CurrencyId id{static_cast<decltype(CurrencyId{}.value)>(i)};
    const std::string_view name = call.state.currencies.name(id);
    if (!listed_in(call.param("ccy"), name)) continue;
    json.begin_object()
        .field("amt", "0")
        .field("ccy", name)
        .field("colRes", "0")
        .field("collateralRestrict", false)
        .field("discountLv", "")
        .field("minDiscountRate", "0");
    json.key("details").begin_array();
    Amount least{0, id};
    int number = 0;
    for (const sim::DiscountTier& tier : call.state.exchange->discount_tiers(id)) {
      json.begin_object()
          .field("tier", std::to_string(++number))
          .field("minAmt", amount_text(least))
          .field("maxAmt", tier.most.raw == 0 ? std::string() : amount_text(tier.most))
          .field("discountRate", rate_text(tier.rate))
          .field("liqPenaltyRate", rate_text(1'000'000'000 - tier.rate))
          .field("disCcyEq", "")
          .end_object();
      least = tier.most;
    }
    json.end_array().end_object();
  }
  return reply;
}

/// Nobody borrows here: one rate and quota for every currency.
RestReply loan_quota(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().key("basic").begin_array();
  for (std::uint32_t i = 0; i < call.state.currencies.size(); ++i) {
    json.begin_object()
        .field("ccy",
               call.state.currencies.name(CurrencyId{static_cast<decltype(CurrencyId{}.value)>(i)}))
        .field("rate", "0.0001")
        .field("quota", "0")
        .end_object();
  }
  json.end_array();
  const auto levels = [&](std::string_view name, std::string_view prefix) {
    json.key(name).begin_array();
    for (const char* level : {"1", "2", "3"})
      json.begin_object()
          .field("irDiscount", "")
          .field("loanQuotaCoef", level)
          .field("level", std::string(prefix) + level)
          .end_object();
    json.end_array();
  };
  levels("vip", "VIP ");
  levels("regular", "Lv");
  json.key("config").begin_array().end_array();
  json.key("configCcyList").begin_array().end_array();
  json.end_object();
  return reply;
}

RestReply insurance_fund(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (!kind || *kind == InstrumentKind::Spot) return bad_parameter("instType");
  const bool derivative = is_derivative(*kind);
  const std::string_view family =
      call.param("instFamily").empty() ? call.param("uly") : call.param("instFamily");
  if (derivative && family.empty()) return either("uly", "instFamily");
  if (!derivative && call.param("ccy").empty()) return missing("ccy");
  // Of a derivative the family alone decides: what no instrument has is not told back.
  CurrencyId currency;
  if (!derivative) currency = call.state.currencies.find(call.param("ccy"));
  for (const Instrument& instrument : call.state.instruments) {
    if (derivative && instrument.kind == *kind && instrument.family.view() == family)
      currency = instrument.settle;
  }
  RestReply reply;
  if (!currency.valid()) return reply;
  const Amount fund = call.state.exchange->insurance_fund(currency);
  const double dollars = static_cast<double>(fund.raw) * 1e-18 * usd_price(call.state, currency);
  JsonWriter json(reply.data);
  json.begin_object()
      .field("total", estimate_text(dollars))
      .field("instFamily", derivative ? family : std::string_view())
      .field("instType", name_of(*kind));
  json.key("details").begin_array().begin_object();
  json.field("balance", amount_text(fund))
      .field("amt", "")
      .field("ccy", call.state.currencies.name(currency))
      .field("type", "regular_update")
      .blank("maxBal", "maxBalTs", "decRate", "adlType")
      .field("ts", millis_text(call.state.now))
      .end_object();
  json.end_array().end_object();
  return reply;
}

/// type 1: coin (or dollars, unit usds) to contracts, 2: contracts to coin; rounded down to lots,
/// up with opType open ("close" rounds down too).
RestReply convert(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const Instrument& instrument = call.state.instruments[id];
  if (!is_derivative(instrument.kind)) return bad_parameter("instId");
  const std::string_view type = call.param("type").empty() ? "1" : call.param("type");
  if (type != "1" && type != "2") return bad_parameter("type");
  if (call.param("sz").empty()) return missing("sz");
  const auto size = parse_units(call.param("sz"), 8);
  if (!size || *size <= 0) return bad_parameter("sz");
  const std::string_view unit = call.param("unit").empty() ? "coin" : call.param("unit");
  if (unit != "coin" && unit != "usds") return bad_parameter("unit");
  double price = to_double(call.state, id, reference_price(call.state, id));
  if (!call.param("px").empty()) {
    const auto given = parse_units(call.param("px"), instrument.price_digits);
    if (!given || *given <= 0) return bad_parameter("px");
    price = to_double(call.state, id, Price{*given});
  }
  const double face =
      to_double(instrument.contract_value) * to_double(instrument.contract_multiplier);
  // Worth of one contract in the unit.
  const bool inverse = instrument.contract == ContractKind::Inverse;
  const double one = unit == "usds" ? (inverse ? face : face * price)
                                    : (inverse ? (price > 0 ? face / price : 0) : face);
  const double amount = static_cast<double>(*size) * 1e-8;
  std::string converted;
  if (type == "2") {
    converted = estimate_text(amount * one);
  } else {
    const double lot = gannet::to_double(instrument.lot_size, instrument.quantity_digits);
    const double lots = one > 0 && lot > 0 ? amount / one / lot : 0;
    // A hair of tolerance: 0.3 / 0.01 must be thirty lots.
    const double whole =
        call.param("opType") == "open" ? std::ceil(lots - 1e-9) : std::floor(lots + 1e-9);
    converted = quantity_text(
        instrument,
        Quantity{static_cast<std::int64_t>(std::min(whole, 1e15)) * instrument.lot_size.raw});
  }
  JsonWriter json(reply.data);
  json.begin_object()
      .field("type", type)
      .field("instId", instrument.name.view())
      .field("px", estimate_text(price))
      .field("sz", converted)
      .field("unit", unit)
      .end_object();
  return reply;
}

RestReply tick_bands(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  if (call.param("instType") != "OPTION" && call.param("instType") != "EVENTS")
    return bad_parameter("instType");
  RestReply reply;
  JsonWriter json(reply.data);
  std::set<std::string> told;
  for (const Instrument& instrument : call.state.instruments) {
    if (instrument.kind != InstrumentKind::Option || !call.state.listed(instrument.id)) continue;
    if (!listed_in(call.param("instFamily"), instrument.family.view())) continue;
    if (!told.insert(std::string(instrument.family.view())).second) continue;
    json.begin_object().field("instType", "OPTION").field("instFamily", instrument.family.view());
    json.key("tickBand").begin_array().begin_object();
    json.field("minPx", "0")
        .field("maxPx", "10000000")
        .field("tickSz", price_text(instrument, instrument.tick_size))
        .end_object();
    json.end_array().end_object();
  }
  return reply;
}

RestReply maker_types(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Instrument& instrument : call.state.instruments) {
    if (!inside_market_filter(call, instrument)) continue;
    const std::string base(call.state.currencies.name(instrument.base));
    json.begin_object()
        .field("instId", instrument.name.view())
        .field("instType", name_of(instrument.kind))
        .field("pairType", base == "BTC" || base == "ETH" ? "A" : "B-Crypto")
        .end_object();
  }
  return reply;
}

constexpr LimitScope kAddress = LimitScope::Address;
constexpr LimitScope kInstrument = LimitScope::AddressInstrument;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/public/position-tiers", false, false, 10, 2000, kAddress, position_tiers},
    {"GET", "/api/v5/public/discount-rate-interest-free-quota", false, false, 2, 2000, kAddress,
     discount_rates},
    {"GET", "/api/v5/public/interest-rate-loan-quota", false, false, 2, 2000, kAddress, loan_quota},
    {"GET", "/api/v5/public/insurance-fund", false, false, 10, 2000, kAddress, insurance_fund},
    {"GET", "/api/v5/public/convert-contract-coin", false, false, 10, 2000, kAddress, convert},
    {"GET", "/api/v5/public/instrument-tick-bands", false, false, 5, 2000, kAddress, tick_bands},
    {"GET", "/api/v5/public/mm-instrument-types", false, false, 5, 2000, kInstrument, maker_types},
};

}  // namespace

std::span<const Route> reference_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
