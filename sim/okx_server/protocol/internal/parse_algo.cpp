#include "sim/okx_server/protocol/internal/parse_algo.h"

#include <string>

#include "sim/okx_server/protocol/internal/algo_members.h"
#include "sim/okx_server/protocol/internal/algo_names.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/rsi_start.h"

namespace gannet::okx_server {
namespace {

constexpr ExitNames kProfit{"tpTriggerPx", "tpTriggerPxType", "tpOrdPx", "tpTriggerRatio"};
constexpr ExitNames kStop{"slTriggerPx", "slTriggerPxType", "slOrdPx", "slTriggerRatio"};

/// One exit; none if neither its trigger nor its price is there. `ratio`: null where none may be.
Verdict take_exit(const Instrument& instrument, simdjson::dom::object item, const ExitNames& names,
                  bool resting, std::optional<sim::Exit>& exit, std::optional<sim::Ratio>* ratio) {
  std::optional<Price> trigger;
  if (Verdict v = take_price(instrument, item, names.trigger, trigger); !v.ok()) return v;
  if (ratio != nullptr) {
    if (Verdict v = take_ratio(item, names.ratio, *ratio); !v.ok()) return v;
    if (trigger && *ratio) return bad_member(names.ratio);
  }
  const bool triggers = trigger || (ratio != nullptr && *ratio);
  const std::string_view price = text_or_empty(item, names.price);
  if (!triggers && price.empty()) return {};
  if (!triggers && !resting) return empty_member(names.trigger);
  if (price.empty()) return empty_member(names.price);
  sim::Exit made;
  made.trigger = trigger.value_or(Price{});
  made.resting = resting;
  if (Verdict v = take_source(item, names.source, made.source); !v.ok()) return v;
  if (price != kMarketPrice) {
    if (Verdict v = take_price(instrument, item, names.price, made.limit); !v.ok()) return v;
  }
  exit = made;
  return {};
}

Verdict take_exits(const Instrument& instrument, simdjson::dom::object item,
                   std::optional<sim::Exit>& profit, std::optional<sim::Exit>& stop,
                   std::optional<sim::Ratio>* profit_ratio, std::optional<sim::Ratio>* stop_ratio) {
  const std::string_view kind = text_or_empty(item, "tpOrdKind");
  if (!kind.empty() && kind != "condition" && kind != "limit") return bad_member("tpOrdKind");
  if (Verdict v = take_exit(instrument, item, kProfit, kind == "limit", profit, profit_ratio);
      !v.ok())
    return v;
  return take_exit(instrument, item, kStop, false, stop, stop_ratio);
}

Verdict take_trail(const Instrument& instrument, simdjson::dom::object item,
                   std::optional<sim::TrailTerms>& trail) {
  std::optional<sim::Distance> callback;
  if (Verdict v = take_distance(instrument, item, "callbackRatio", "callbackSpread", callback);
      !v.ok())
    return v;
  if (!callback) return {};
  sim::TrailTerms made;
  made.callback = *callback;
  if (Verdict v = take_price(instrument, item, "activePx", made.activation); !v.ok()) return v;
  trail = made;
  return {};
}

/// chaseType and chaseVal, or maxChaseType and maxChaseVal.
Verdict take_chase_distance(const Instrument& instrument, simdjson::dom::object item,
                            std::string_view type_name, std::string_view value_name,
                            std::optional<sim::Distance>& distance) {
  const std::string_view type = text_or_empty(item, type_name);
  const std::string_view value = text_or_empty(item, value_name);
  if (!type.empty() && type != "distance" && type != "ratio") return bad_member(type_name);
  if (value.empty()) return {};
  sim::Distance made;
  made.is_ratio = type == "ratio";
  const auto raw = parse_units(value, made.is_ratio ? 9 : instrument.price_digits);
  if (!raw || *raw < 0 || *raw > kLargestPrice) return bad_member(value_name);
  if (made.is_ratio)
    made.ratio = *raw;
  else
    made.absolute = Price{*raw};
  distance = made;
  return {};
}

Verdict take_chase(const Instrument& instrument, simdjson::dom::object item,
                   sim::ChaseTerms& chase) {
  std::optional<sim::Distance> distance;
  if (Verdict v = take_chase_distance(instrument, item, "chaseType", "chaseVal", distance); !v.ok())
    return v;
  chase.distance = distance.value_or(sim::Distance{});
  if (text_or_empty(item, "chaseType") == "ratio") chase.distance.is_ratio = true;
  const bool typed = !text_or_empty(item, "maxChaseType").empty();
  const bool valued = !text_or_empty(item, "maxChaseVal").empty();
  if (typed != valued) return empty_member(typed ? "maxChaseVal" : "maxChaseType");
  return take_chase_distance(instrument, item, "maxChaseType", "maxChaseVal", chase.farthest);
}

Verdict take_trigger(const Instrument& instrument, simdjson::dom::object item,
                     sim::NewAlgo& terms) {
  std::optional<Price> trigger;
  if (Verdict v = take_price(instrument, item, "triggerPx", trigger); !v.ok()) return v;
  if (!trigger) return empty_member("triggerPx");
  terms.trigger = *trigger;
  if (Verdict v = take_source(item, "triggerPxType", terms.source); !v.ok()) return v;
  const std::string_view type = text_or_empty(item, "advanceOrdType");
  if (type == "ioc")
    terms.triggered = sim::TriggeredOrder::ImmediateOrCancel;
  else if (type == "fok")
    terms.triggered = sim::TriggeredOrder::FillOrKill;
  else if (type == "chase")
    terms.triggered = sim::TriggeredOrder::Chase;
  else if (!type.empty())
    return bad_member("advanceOrdType");
  if (terms.triggered == sim::TriggeredOrder::Chase) {
    const auto chase = first_object(item, "advChaseParams");
    if (!chase) return empty_member("advChaseParams");
    return take_chase(instrument, *chase, terms.chase);
  }
  const std::string_view price = text_or_empty(item, "orderPx");
  if (price.empty()) return empty_member("orderPx");
  if (price != kMarketPrice) {
    if (Verdict v = take_price(instrument, item, "orderPx", terms.limit); !v.ok()) return v;
  }
  ParsedExits attached = parse_attached(instrument, item);
  terms.attached = std::move(attached.exits);
  return attached.verdict;
}

/// A price limit of 0 is none.
Verdict take_slice_limit(const Instrument& instrument, simdjson::dom::object item, bool needed,
                         sim::SliceTerms& slices) {
  const std::string_view text = text_or_empty(item, "pxLimit");
  if (text.empty()) return needed ? empty_member("pxLimit") : Verdict{};
  const auto raw = parse_units(text, instrument.price_digits);
  if (!raw || *raw < 0 || *raw > kLargestPrice) return bad_member("pxLimit");
  slices.limit = Price{*raw};
  return {};
}

Verdict take_smart_iceberg(const Instrument& instrument, simdjson::dom::object item,
                           sim::SliceTerms& slices) {
  const std::string_view number = text_or_empty(item, "lmtOrderNumber");
  if (number.empty()) return empty_member("lmtOrderNumber");
  const auto orders = parse_digits(number);
  if (!orders || *orders < 1 || *orders > 1'000) return bad_member("lmtOrderNumber");
  slices.orders = static_cast<int>(*orders);
  const std::string_view how = text_or_empty(item, "aggressiveness");
  if (how.empty()) return empty_member("aggressiveness");
  if (how == "radical")
    slices.aggressiveness = sim::Aggressiveness::Radical;
  else if (how == "mid")
    slices.aggressiveness = sim::Aggressiveness::Mid;
  else if (how == "conservative")
    slices.aggressiveness = sim::Aggressiveness::Conservative;
  else
    return bad_member("aggressiveness");
  const auto start = first_object(item, "triggerParams");
  if (!start) return {};
  const std::string_view strategy = text_or_empty(*start, "triggerStrategy");
  if (strategy.empty() || strategy == "instant") return {};
  if (strategy == "rsi") return take_rsi_start(*start, slices.rsi);
  if (strategy != "price") return bad_member("triggerStrategy");
  if (text_or_empty(*start, "triggerPx").empty()) return empty_member("triggerPx");
  return take_price(instrument, *start, "triggerPx", slices.start);
}

Verdict take_slices(const Instrument& instrument, simdjson::dom::object item, sim::AlgoType type,
                    sim::SliceTerms& slices) {
  if (text_or_empty(item, "szLimit").empty()) return empty_member("szLimit");
  if (Verdict v = take_quantity(instrument, item, "szLimit", slices.slice); !v.ok()) return v;
  const bool smart = type == sim::AlgoType::SmartIceberg;
  if (Verdict v = take_slice_limit(instrument, item, !smart, slices); !v.ok()) return v;
  if (smart) return take_smart_iceberg(instrument, item, slices);
  std::optional<sim::Distance> variance;
  if (Verdict v = take_distance(instrument, item, "pxVar", "pxSpread", variance); !v.ok()) return v;
  if (!variance) return either_member("pxVar", "pxSpread");
  slices.variance = *variance;
  if (type != sim::AlgoType::TimeWeighted) return {};
  const std::string_view interval = text_or_empty(item, "timeInterval");
  if (interval.empty()) return empty_member("timeInterval");
  const auto length = parse_digits(interval);
  if (!length || *length > 1'000'000) return bad_member("timeInterval");
  slices.interval = seconds(static_cast<std::int64_t>(*length));
  return {};
}

/// What it puts in is a market order: its size may be money then.
bool puts_in_market_order(const sim::NewAlgo& terms) noexcept {
  switch (terms.type) {
    case sim::AlgoType::Conditional:
    case sim::AlgoType::OneCancelsOther:
      return (!terms.take_profit || !terms.take_profit->limit) &&
             (!terms.stop_loss || !terms.stop_loss->limit);
    case sim::AlgoType::Trigger:
      return !terms.limit;
    case sim::AlgoType::TrailingStop:
      return true;
    case sim::AlgoType::Iceberg:
    case sim::AlgoType::SmartIceberg:
    case sim::AlgoType::TimeWeighted:
    case sim::AlgoType::Chase:
      return false;
  }
  return false;
}

Verdict take_size(const Instrument& instrument, simdjson::dom::object item, sim::NewAlgo& terms) {
  const std::string_view size = text_or_empty(item, "sz");
  const std::string_view fraction = text_or_empty(item, "closeFraction");
  if (!size.empty() && !fraction.empty())
    return {"50024", "sz and closeFraction can't exist at the same time", ""};
  if (!fraction.empty()) {
    const auto raw = parse_units(fraction, 9);
    if (!raw || *raw != sim::kWhole) return bad_member("closeFraction");
    const bool exits =
        terms.type == sim::AlgoType::Conditional || terms.type == sim::AlgoType::OneCancelsOther;
    if (!exits) return bad_member("closeFraction");
    terms.close_all = true;
    return {};
  }
  if (size.empty()) return either_member("sz", "closeFraction");
  const std::string_view unit = text_or_empty(item, "tgtCcy");
  if (!unit.empty() && unit != "base_ccy" && unit != "quote_ccy") return bad_member("tgtCcy");
  const bool spot_market = !is_derivative(instrument.kind) && puts_in_market_order(terms);
  terms.quantity_is_quote =
      spot_market && (unit.empty() ? terms.side == Side::Buy : unit == "quote_ccy");
  if (!terms.quantity_is_quote) return take_quantity(instrument, item, "sz", terms.quantity);
  const auto amount = parse_amount(size, instrument.quote);
  if (!amount || amount->raw <= 0) return bad_member("sz");
  terms.quote_quantity = *amount;
  return {};
}

Verdict take_kind(const Instrument& instrument, simdjson::dom::object item, sim::NewAlgo& terms) {
  switch (terms.type) {
    case sim::AlgoType::Conditional:
    case sim::AlgoType::OneCancelsOther:
      return take_exits(instrument, item, terms.take_profit, terms.stop_loss, nullptr, nullptr);
    case sim::AlgoType::Trigger:
      return take_trigger(instrument, item, terms);
    case sim::AlgoType::TrailingStop: {
      std::optional<sim::TrailTerms> trail;
      if (Verdict v = take_trail(instrument, item, trail); !v.ok()) return v;
      if (!trail) return either_member("callbackRatio", "callbackSpread");
      terms.trail = *trail;
      return {};
    }
    case sim::AlgoType::Iceberg:
    case sim::AlgoType::SmartIceberg:
    case sim::AlgoType::TimeWeighted:
      return take_slices(instrument, item, terms.type, terms.slices);
    case sim::AlgoType::Chase:
      return take_chase(instrument, item, terms.chase);
  }
  return {};
}

Verdict take_all(const sim::UserSettings& user, const Instrument& instrument,
                 simdjson::dom::object item, sim::NewAlgo& terms) {
  const std::string_view type = text_or_empty(item, "ordType");
  if (type.empty()) return empty_member("ordType");
  const auto parsed = parse_algo_type(type);
  if (!parsed) return bad_member("ordType");
  terms.type = *parsed;
  sim::NewOrder common;
  if (Verdict v = parse_common_terms(user, instrument, item, common); !v.ok()) return v;
  terms.side = common.side;
  terms.mode = common.mode;
  terms.position_side = common.position_side;
  terms.reduce_only = common.reduce_only;
  terms.tag = common.tag;
  // Clients of the older API still name it clOrdId, and OKX takes that.
  const std::string_view name = text_or_empty(item, "algoClOrdId");
  if (!name.empty() && !is_plain_name(name, 32)) return bad_member("algoClOrdId");
  terms.client_id = name.empty() ? common.client_id.view() : name;
  if (Verdict v = take_kind(instrument, item, terms); !v.ok()) return v;
  terms.ends_with_position = bool_member(item, "cxlOnClosePos").value_or(false);
  const bool net = !user.long_short_mode;
  if (terms.ends_with_position && net && !terms.reduce_only) return bad_member("reduceOnly");
  return take_size(instrument, item, terms);
}

Verdict take_attached(const Instrument& instrument, simdjson::dom::object item,
                      sim::AttachedExit& exit) {
  const std::string_view name = text_or_empty(item, "attachAlgoClOrdId");
  if (!name.empty() && !is_plain_name(name, 32)) return bad_member("attachAlgoClOrdId");
  exit.client_id = name;
  if (Verdict v = take_trail(instrument, item, exit.trail); !v.ok()) return v;
  if (Verdict v = take_exits(instrument, item, exit.take_profit, exit.stop_loss,
                             &exit.take_profit_ratio, &exit.stop_loss_ratio);
      !v.ok())
    return v;
  if (!text_or_empty(item, "sz").empty()) {
    Quantity quantity;
    if (Verdict v = take_quantity(instrument, item, "sz", quantity); !v.ok()) return v;
    exit.quantity = quantity;
  }
  exit.stop_to_entry = text_or_empty(item, "amendPxOnTriggerType") == "1";
  return {};
}

}  // namespace

ParsedExits parse_attached(const Instrument& instrument, simdjson::dom::object item) {
  ParsedExits parsed;
  simdjson::dom::element member;
  if (item.at_key("attachAlgoOrds").get(member) != simdjson::SUCCESS || member.is_null())
    return parsed;
  simdjson::dom::array array;
  if (member.get(array) != simdjson::SUCCESS || array.size() > kMostAttached) {
    parsed.verdict = bad_member("attachAlgoOrds");
    return parsed;
  }
  for (const simdjson::dom::element element : array) {
    const auto one = as_object(element);
    if (!one) {
      parsed.verdict = bad_member("attachAlgoOrds");
      return parsed;
    }
    parsed.verdict = take_attached(instrument, *one, parsed.exits.emplace_back());
    if (!parsed.verdict.ok()) return parsed;
  }
  return parsed;
}

ParsedAlgo parse_algo(const ServerState& state, const UserState& user, InstrumentId id,
                      simdjson::dom::object item) {
  ParsedAlgo parsed;
  parsed.terms.user = user.id;
  parsed.terms.instrument = id;
  parsed.verdict =
      take_all(state.exchange->settings(user.id), state.instruments[id], item, parsed.terms);
  return parsed;
}

}  // namespace gannet::okx_server
