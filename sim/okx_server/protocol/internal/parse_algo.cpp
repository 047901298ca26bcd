#include "sim/okx_server/protocol/internal/parse_algo.h"

#include <string>

#include "sim/okx_server/protocol/internal/algo_names.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"

namespace gannet::okx_server {
namespace {

/// Larger prices and distances are nobody's.
constexpr std::int64_t kLargestPrice = std::int64_t{1} << 60;
constexpr std::string_view kMarket = "-1";  ///< an order price that stands for a market order

Verdict bad(std::string_view name) {
  return {"51000", "Parameter " + std::string(name) + " error", ""};
}
Verdict empty(std::string_view name) {
  return {"50014", "Parameter " + std::string(name) + " can not be empty", ""};
}
Verdict either(std::string_view one, std::string_view other) {
  return {"50015",
          "Either parameter " + std::string(one) + " or " + std::string(other) + " is required",
          ""};
}

/// A price above zero. Absent members are fine.
Verdict take_price(const Instrument& instrument, simdjson::dom::object item, std::string_view name,
                   std::optional<Price>& price) {
  const std::string_view text = text_or_empty(item, name);
  if (text.empty()) return {};
  const auto raw = parse_units(text, instrument.price_digits);
  if (!raw || *raw <= 0 || *raw > kLargestPrice) return bad(name);
  price = Price{*raw};
  return {};
}

Verdict take_ratio(simdjson::dom::object item, std::string_view name,
                   std::optional<sim::Ratio>& ratio) {
  const std::string_view text = text_or_empty(item, name);
  if (text.empty()) return {};
  const auto raw = parse_units(text, 9);
  if (!raw || *raw > 100 * sim::kWhole || *raw < -100 * sim::kWhole) return bad(name);
  ratio = *raw;
  return {};
}

Verdict take_source(simdjson::dom::object item, std::string_view name, sim::PriceSource& source) {
  const auto parsed = parse_price_source(text_or_empty(item, name));
  if (!parsed) return bad(name);
  source = *parsed;
  return {};
}

Verdict take_quantity(const Instrument& instrument, simdjson::dom::object item,
                      std::string_view name, Quantity& quantity) {
  const std::string_view text = text_or_empty(item, name);
  const auto raw = parse_units(text, instrument.quantity_digits);
  if (!raw && raw.error() == ParseError::TooPrecise)
    return verdict_of(sim::Refusal::QuantityOffLot, Operation::Place, instrument,
                      sim::OrderType::Limit, 0);
  if (!raw || *raw <= 0) return bad(name);
  quantity = Quantity{*raw};
  return {};
}

struct ExitNames {
  std::string_view trigger, source, price, ratio;
};
constexpr ExitNames kProfit{"tpTriggerPx", "tpTriggerPxType", "tpOrdPx", "tpTriggerRatio"};
constexpr ExitNames kStop{"slTriggerPx", "slTriggerPxType", "slOrdPx", "slTriggerRatio"};

/// One exit; none if neither its trigger nor its price is there. `ratio`: null where none may be.
Verdict take_exit(const Instrument& instrument, simdjson::dom::object item, const ExitNames& names,
                  bool resting, std::optional<sim::Exit>& exit, std::optional<sim::Ratio>* ratio) {
  std::optional<Price> trigger;
  if (Verdict v = take_price(instrument, item, names.trigger, trigger); !v.ok()) return v;
  if (ratio != nullptr) {
    if (Verdict v = take_ratio(item, names.ratio, *ratio); !v.ok()) return v;
    if (trigger && *ratio) return bad(names.ratio);
  }
  const bool triggers = trigger || (ratio != nullptr && *ratio);
  const std::string_view price = text_or_empty(item, names.price);
  if (!triggers && price.empty()) return {};
  if (!triggers && !resting) return empty(names.trigger);
  if (price.empty()) return empty(names.price);
  sim::Exit made;
  made.trigger = trigger.value_or(Price{});
  made.resting = resting;
  if (Verdict v = take_source(item, names.source, made.source); !v.ok()) return v;
  if (price != kMarket) {
    if (Verdict v = take_price(instrument, item, names.price, made.limit); !v.ok()) return v;
  }
  exit = made;
  return {};
}

Verdict take_exits(const Instrument& instrument, simdjson::dom::object item,
                   std::optional<sim::Exit>& profit, std::optional<sim::Exit>& stop,
                   std::optional<sim::Ratio>* profit_ratio, std::optional<sim::Ratio>* stop_ratio) {
  const std::string_view kind = text_or_empty(item, "tpOrdKind");
  if (!kind.empty() && kind != "condition" && kind != "limit") return bad("tpOrdKind");
  if (Verdict v = take_exit(instrument, item, kProfit, kind == "limit", profit, profit_ratio);
      !v.ok())
    return v;
  return take_exit(instrument, item, kStop, false, stop, stop_ratio);
}

/// A distance by share or by price, exactly one of the two; none if neither is there.
Verdict take_distance(const Instrument& instrument, simdjson::dom::object item,
                      std::string_view by_ratio, std::string_view by_price,
                      std::optional<sim::Distance>& distance) {
  const std::string_view ratio = text_or_empty(item, by_ratio);
  const std::string_view price = text_or_empty(item, by_price);
  if (ratio.empty() && price.empty()) return {};
  if (!ratio.empty() && !price.empty()) return bad(by_price);
  sim::Distance made;
  made.is_ratio = !ratio.empty();
  const auto raw =
      made.is_ratio ? parse_units(ratio, 9) : parse_units(price, instrument.price_digits);
  if (!raw || *raw < 0 || *raw > kLargestPrice) return bad(made.is_ratio ? by_ratio : by_price);
  if (made.is_ratio)
    made.ratio = *raw;
  else
    made.absolute = Price{*raw};
  distance = made;
  return {};
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
  if (!type.empty() && type != "distance" && type != "ratio") return bad(type_name);
  if (value.empty()) return {};
  sim::Distance made;
  made.is_ratio = type == "ratio";
  const auto raw = parse_units(value, made.is_ratio ? 9 : instrument.price_digits);
  if (!raw || *raw < 0 || *raw > kLargestPrice) return bad(value_name);
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
  if (typed != valued) return empty(typed ? "maxChaseVal" : "maxChaseType");
  return take_chase_distance(instrument, item, "maxChaseType", "maxChaseVal", chase.farthest);
}

std::optional<simdjson::dom::object> first_object(simdjson::dom::object item,
                                                  std::string_view name) {
  simdjson::dom::array array;
  simdjson::dom::element first;
  if (item.at_key(name).get(array) != simdjson::SUCCESS ||
      array.at(0).get(first) != simdjson::SUCCESS)
    return std::nullopt;
  return as_object(first);
}

Verdict take_trigger(const Instrument& instrument, simdjson::dom::object item,
                     sim::NewAlgo& terms) {
  std::optional<Price> trigger;
  if (Verdict v = take_price(instrument, item, "triggerPx", trigger); !v.ok()) return v;
  if (!trigger) return empty("triggerPx");
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
    return bad("advanceOrdType");
  if (terms.triggered == sim::TriggeredOrder::Chase) {
    const auto chase = first_object(item, "advChaseParams");
    if (!chase) return empty("advChaseParams");
    return take_chase(instrument, *chase, terms.chase);
  }
  const std::string_view price = text_or_empty(item, "orderPx");
  if (price.empty()) return empty("orderPx");
  if (price != kMarket) {
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
  if (text.empty()) return needed ? empty("pxLimit") : Verdict{};
  const auto raw = parse_units(text, instrument.price_digits);
  if (!raw || *raw < 0 || *raw > kLargestPrice) return bad("pxLimit");
  slices.limit = Price{*raw};
  return {};
}

Verdict take_smart_iceberg(const Instrument& instrument, simdjson::dom::object item,
                           sim::SliceTerms& slices) {
  const std::string_view number = text_or_empty(item, "lmtOrderNumber");
  if (number.empty()) return empty("lmtOrderNumber");
  const auto orders = parse_digits(number);
  if (!orders || *orders < 1 || *orders > 1'000) return bad("lmtOrderNumber");
  slices.orders = static_cast<int>(*orders);
  const std::string_view how = text_or_empty(item, "aggressiveness");
  if (how.empty()) return empty("aggressiveness");
  if (how == "radical")
    slices.aggressiveness = sim::Aggressiveness::Radical;
  else if (how == "mid")
    slices.aggressiveness = sim::Aggressiveness::Mid;
  else if (how == "conservative")
    slices.aggressiveness = sim::Aggressiveness::Conservative;
  else
    return bad("aggressiveness");
  const auto start = first_object(item, "triggerParams");
  if (!start) return {};
  const std::string_view strategy = text_or_empty(*start, "triggerStrategy");
  if (strategy.empty() || strategy == "instant") return {};
  // A start by RSI needs candles, which this desk does not read: refused, not ignored.
  if (strategy != "price") return bad("triggerStrategy");
  if (text_or_empty(*start, "triggerPx").empty()) return empty("triggerPx");
  return take_price(instrument, *start, "triggerPx", slices.start);
}

Verdict take_slices(const Instrument& instrument, simdjson::dom::object item, sim::AlgoType type,
                    sim::SliceTerms& slices) {
  if (text_or_empty(item, "szLimit").empty()) return empty("szLimit");
  if (Verdict v = take_quantity(instrument, item, "szLimit", slices.slice); !v.ok()) return v;
  const bool smart = type == sim::AlgoType::SmartIceberg;
  if (Verdict v = take_slice_limit(instrument, item, !smart, slices); !v.ok()) return v;
  if (smart) return take_smart_iceberg(instrument, item, slices);
  std::optional<sim::Distance> variance;
  if (Verdict v = take_distance(instrument, item, "pxVar", "pxSpread", variance); !v.ok()) return v;
  if (!variance) return either("pxVar", "pxSpread");
  slices.variance = *variance;
  if (type != sim::AlgoType::TimeWeighted) return {};
  const std::string_view interval = text_or_empty(item, "timeInterval");
  if (interval.empty()) return empty("timeInterval");
  const auto length = parse_digits(interval);
  if (!length || *length > 1'000'000) return bad("timeInterval");
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
    if (!raw || *raw != sim::kWhole) return bad("closeFraction");
    const bool exits =
        terms.type == sim::AlgoType::Conditional || terms.type == sim::AlgoType::OneCancelsOther;
    if (!exits) return bad("closeFraction");
    terms.close_all = true;
    return {};
  }
  if (size.empty()) return either("sz", "closeFraction");
  const std::string_view unit = text_or_empty(item, "tgtCcy");
  if (!unit.empty() && unit != "base_ccy" && unit != "quote_ccy") return bad("tgtCcy");
  const bool spot_market = !is_derivative(instrument.kind) && puts_in_market_order(terms);
  terms.quantity_is_quote =
      spot_market && (unit.empty() ? terms.side == Side::Buy : unit == "quote_ccy");
  if (!terms.quantity_is_quote) return take_quantity(instrument, item, "sz", terms.quantity);
  const auto amount = parse_amount(size, instrument.quote);
  if (!amount || amount->raw <= 0) return bad("sz");
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
      if (!trail) return either("callbackRatio", "callbackSpread");
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
  if (type.empty()) return empty("ordType");
  const auto parsed = parse_algo_type(type);
  if (!parsed) return bad("ordType");
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
  if (!name.empty() && !is_plain_name(name, 32)) return bad("algoClOrdId");
  terms.client_id = name.empty() ? common.client_id.view() : name;
  if (Verdict v = take_kind(instrument, item, terms); !v.ok()) return v;
  terms.ends_with_position = bool_member(item, "cxlOnClosePos").value_or(false);
  const bool net = !user.long_short_mode;
  if (terms.ends_with_position && net && !terms.reduce_only) return bad("reduceOnly");
  return take_size(instrument, item, terms);
}

/// newTp..., newSl... or the new trigger and price of a trigger order.
Verdict take_exit_amend(const Instrument& instrument, simdjson::dom::object item,
                        const ExitNames& names, sim::AmendExit& change) {
  const std::string_view trigger = text_or_empty(item, names.trigger);
  const std::string_view price = text_or_empty(item, names.price);
  // A trigger or price of zero takes the exit away.
  if (trigger == "0" || price == "0") {
    change.remove = true;
    return {};
  }
  if (!names.ratio.empty()) {
    if (Verdict v = take_ratio(item, names.ratio, change.ratio); !v.ok()) return v;
    if (change.ratio && *change.ratio == 0) {
      change = {};
      change.remove = true;
      return {};
    }
  }
  if (Verdict v = take_price(instrument, item, names.trigger, change.trigger); !v.ok()) return v;
  if (price == kMarket)
    change.to_market = true;
  else if (Verdict v = take_price(instrument, item, names.price, change.limit); !v.ok())
    return v;
  if (text_or_empty(item, names.source).empty()) return {};
  sim::PriceSource source = sim::PriceSource::Last;
  if (Verdict v = take_source(item, names.source, source); !v.ok()) return v;
  change.source = source;
  return {};
}

constexpr ExitNames kNewProfit{"newTpTriggerPx", "newTpTriggerPxType", "newTpOrdPx",
                               "newTpTriggerRatio"};
constexpr ExitNames kNewStop{"newSlTriggerPx", "newSlTriggerPxType", "newSlOrdPx",
                             "newSlTriggerRatio"};
constexpr ExitNames kNewTrigger{"newTriggerPx", "newTriggerPxType", "newOrdPx", ""};

Verdict take_amend(const Instrument& instrument, const sim::NewAlgo& order,
                   simdjson::dom::object item, sim::AmendAlgo& terms) {
  if (!text_or_empty(item, "newSz").empty()) {
    Quantity quantity;
    if (Verdict v = take_quantity(instrument, item, "newSz", quantity); !v.ok()) return v;
    terms.quantity = quantity;
  }
  if (Verdict v = take_exit_amend(instrument, item, kNewProfit, terms.take_profit); !v.ok())
    return v;
  if (Verdict v = take_exit_amend(instrument, item, kNewStop, terms.stop_loss); !v.ok()) return v;
  if (Verdict v = take_exit_amend(instrument, item, kNewTrigger, terms.trigger); !v.ok()) return v;
  if (const auto chase = first_object(item, "advChaseParams")) {
    const auto take = [&](std::string_view name, const sim::Distance& old,
                          std::optional<sim::Distance>& to) -> Verdict {
      const std::string_view text = text_or_empty(*chase, name);
      if (text.empty()) return {};
      const auto raw = parse_units(text, old.is_ratio ? 9 : instrument.price_digits);
      if (!raw || *raw < 0 || *raw > kLargestPrice) return bad(name);
      to = sim::Distance{Price{old.is_ratio ? 0 : *raw}, old.is_ratio ? *raw : 0, old.is_ratio};
      return {};
    };
    if (Verdict v = take("newChaseVal", order.chase.distance, terms.chase_distance); !v.ok())
      return v;
    const sim::Distance farthest = order.chase.farthest.value_or(sim::Distance{});
    if (Verdict v = take("newMaxChaseVal", farthest, terms.chase_farthest); !v.ok()) return v;
    if (terms.chase_farthest && !order.chase.farthest) return bad("newMaxChaseVal");
  }
  ParsedExitAmends attached = parse_attached_amends(instrument, item);
  terms.attached = std::move(attached.changes);
  return attached.verdict;
}

Verdict take_attached(const Instrument& instrument, simdjson::dom::object item,
                      sim::AttachedExit& exit) {
  const std::string_view name = text_or_empty(item, "attachAlgoClOrdId");
  if (!name.empty() && !is_plain_name(name, 32)) return bad("attachAlgoClOrdId");
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

constexpr std::size_t kMostAttached = 20;

}  // namespace

ParsedExits parse_attached(const Instrument& instrument, simdjson::dom::object item) {
  ParsedExits parsed;
  simdjson::dom::element member;
  if (item.at_key("attachAlgoOrds").get(member) != simdjson::SUCCESS || member.is_null())
    return parsed;
  simdjson::dom::array array;
  if (member.get(array) != simdjson::SUCCESS || array.size() > kMostAttached) {
    parsed.verdict = bad("attachAlgoOrds");
    return parsed;
  }
  for (const simdjson::dom::element element : array) {
    const auto one = as_object(element);
    if (!one) {
      parsed.verdict = bad("attachAlgoOrds");
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

ParsedAlgoAmend parse_algo_amend(const Instrument& instrument, const sim::NewAlgo& order,
                                 simdjson::dom::object item) {
  ParsedAlgoAmend parsed;
  parsed.verdict = take_amend(instrument, order, item, parsed.terms);
  return parsed;
}

ParsedExitAmends parse_attached_amends(const Instrument& instrument, simdjson::dom::object item) {
  ParsedExitAmends parsed;
  simdjson::dom::array array;
  if (item.at_key("attachAlgoOrds").get(array) != simdjson::SUCCESS) return parsed;
  if (array.size() > kMostAttached) {
    parsed.verdict = bad("attachAlgoOrds");
    return parsed;
  }
  for (const simdjson::dom::element element : array) {
    const auto one = as_object(element);
    if (!one) {
      parsed.verdict = bad("attachAlgoOrds");
      return parsed;
    }
    sim::AmendAttached& change = parsed.changes.emplace_back();
    change.id = parse_digits(text_or_empty(*one, "attachAlgoId")).value_or(0);
    change.client_id = text_or_empty(*one, "attachAlgoClOrdId");
    parsed.verdict = take_exit_amend(instrument, *one, kNewProfit, change.take_profit);
    if (parsed.verdict.ok())
      parsed.verdict = take_exit_amend(instrument, *one, kNewStop, change.stop_loss);
    if (parsed.verdict.ok())
      parsed.verdict =
          take_distance(instrument, *one, "newCallbackRatio", "newCallbackSpread", change.callback);
    if (parsed.verdict.ok())
      parsed.verdict = take_price(instrument, *one, "newActivePx", change.activation);
    if (parsed.verdict.ok() && !text_or_empty(*one, "sz").empty()) {
      Quantity quantity;
      parsed.verdict = take_quantity(instrument, *one, "sz", quantity);
      change.quantity = quantity;
    }
    if (!parsed.verdict.ok()) return parsed;
  }
  return parsed;
}

}  // namespace gannet::okx_server
