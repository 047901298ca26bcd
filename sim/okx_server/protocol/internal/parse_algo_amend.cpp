#include "sim/okx_server/protocol/internal/algo_members.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/parse_algo.h"

namespace gannet::okx_server {
namespace {

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
  if (price == kMarketPrice)
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
      if (!raw || *raw < 0 || *raw > kLargestPrice) return bad_member(name);
      to = sim::Distance{Price{old.is_ratio ? 0 : *raw}, old.is_ratio ? *raw : 0, old.is_ratio};
      return {};
    };
    if (Verdict v = take("newChaseVal", order.chase.distance, terms.chase_distance); !v.ok())
      return v;
    const sim::Distance farthest = order.chase.farthest.value_or(sim::Distance{});
    if (Verdict v = take("newMaxChaseVal", farthest, terms.chase_farthest); !v.ok()) return v;
    if (terms.chase_farthest && !order.chase.farthest) return bad_member("newMaxChaseVal");
  }
  ParsedExitAmends attached = parse_attached_amends(instrument, item);
  terms.attached = std::move(attached.changes);
  return attached.verdict;
}

}  // namespace

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
    parsed.verdict = bad_member("attachAlgoOrds");
    return parsed;
  }
  for (const simdjson::dom::element element : array) {
    const auto one = as_object(element);
    if (!one) {
      parsed.verdict = bad_member("attachAlgoOrds");
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
