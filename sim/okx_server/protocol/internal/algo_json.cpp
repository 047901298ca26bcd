#include "sim/okx_server/protocol/internal/algo_json.h"

#include "sim/okx_server/protocol/internal/algo_codes.h"
#include "sim/okx_server/protocol/internal/algo_names.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rsi_start.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr int kRatioDigits = 9;

std::string text_of(const Instrument& instrument, const std::optional<Price>& price) {
  return price ? price_text(instrument, *price) : std::string("-1");
}

std::string price_or_blank(const Instrument& instrument, Price price) {
  return price.raw == 0 ? std::string() : price_text(instrument, price);
}

std::string_view distance_type(const sim::Distance& distance) noexcept {
  return distance.is_ratio ? "ratio" : "distance";
}

std::string distance_value(const Instrument& instrument, const sim::Distance& distance) {
  return distance.is_ratio ? decimal_text(distance.ratio, kRatioDigits)
                           : price_text(instrument, distance.absolute);
}

/// prefix + TriggerPx, TriggerPxType, OrdPx.
void write_exit(JsonWriter& json, const Instrument& instrument, std::string_view prefix,
                const std::optional<sim::Exit>& exit) {
  const std::string name(prefix);
  const bool triggers = exit && !exit->resting;
  json.field(name + "TriggerPx", triggers ? price_or_blank(instrument, exit->trigger) : "")
      .field(name + "TriggerPxType", triggers ? name_of(exit->source) : std::string_view())
      .field(name + "OrdPx", exit ? text_of(instrument, exit->limit) : "");
}

/// callbackRatio, callbackSpread, activePx.
void write_trail(JsonWriter& json, const Instrument& instrument,
                 const std::optional<sim::TrailTerms>& trail) {
  const bool ratio = trail && trail->callback.is_ratio;
  json.field("callbackRatio", ratio ? decimal_text(trail->callback.ratio, kRatioDigits) : "")
      .field("callbackSpread",
             trail && !ratio ? price_text(instrument, trail->callback.absolute) : "")
      .field("activePx",
             trail && trail->activation ? price_text(instrument, *trail->activation) : "");
}

void write_attached(JsonWriter& json, const Instrument& instrument,
                    const std::vector<sim::AttachedExit>& exits, bool with_ids,
                    const Verdict* failure) {
  json.key("attachAlgoOrds").begin_array();
  for (const sim::AttachedExit& exit : exits) {
    json.begin_object();
    if (with_ids) json.field("attachAlgoId", std::to_string(exit.id));
    json.field("attachAlgoClOrdId", exit.client_id.view())
        .field("tpOrdKind", exit.take_profit && exit.take_profit->resting ? "limit" : "condition");
    write_exit(json, instrument, "tp", exit.take_profit);
    write_exit(json, instrument, "sl", exit.stop_loss);
    const auto ratio = [](const std::optional<sim::Ratio>& value) {
      return value ? decimal_text(*value, kRatioDigits) : std::string();
    };
    json.field("tpTriggerRatio", ratio(exit.take_profit_ratio))
        .field("slTriggerRatio", ratio(exit.stop_loss_ratio))
        .field("sz", exit.quantity ? quantity_text(instrument, *exit.quantity) : "")
        .field("amendPxOnTriggerType", exit.stop_to_entry ? "1" : "0");
    write_trail(json, instrument, exit.trail);
    if (failure != nullptr)
      json.field("failCode", failure->ok() ? "" : failure->code)
          .field("failReason", failure->message);
    json.end_object();
  }
  json.end_array();
}

void write_ids(JsonWriter& json, std::string_view name, const auto& ids) {
  json.key(name).begin_array();
  for (const auto id : ids) json.string(std::to_string(id.value));
  json.end_array();
}

void write_chase(JsonWriter& json, const Instrument& instrument, const sim::ChaseTerms* chase) {
  if (chase == nullptr) {
    json.blank("chaseType", "chaseVal", "maxChaseType", "maxChaseVal");
    return;
  }
  json.field("chaseType", distance_type(chase->distance))
      .field("chaseVal", distance_value(instrument, chase->distance))
      .field("maxChaseType", chase->farthest ? distance_type(*chase->farthest) : std::string_view())
      .field("maxChaseVal", chase->farthest ? distance_value(instrument, *chase->farthest) : "");
}

std::string leverage_of(const ServerState& state, const sim::NewAlgo& terms,
                        std::string_view none) {
  if (!is_derivative(state.instruments[terms.instrument].kind)) return std::string(none);
  return std::to_string(
      state.exchange->leverage(terms.user, terms.instrument, terms.mode, terms.position_side));
}

std::string size_of(const Instrument& instrument, const sim::NewAlgo& terms) {
  if (terms.close_all) return "";
  return terms.quantity_is_quote ? amount_text(terms.quote_quantity)
                                 : quantity_text(instrument, terms.quantity);
}

/// Terms and outcome, as REST and both channels tell them.
void write_common(JsonWriter& json, const ServerState& state, const sim::AlgoView& algo) {
  const Instrument& instrument = state.instruments[algo.terms.instrument];
  const sim::NewAlgo& terms = algo.terms;
  const bool derivative = is_derivative(instrument.kind);
  const bool triggers = terms.type == sim::AlgoType::Trigger;
  const bool slices = terms.type == sim::AlgoType::Iceberg ||
                      terms.type == sim::AlgoType::SmartIceberg ||
                      terms.type == sim::AlgoType::TimeWeighted;
  static const std::vector<VenueOrderId> kNoOrders;
  const bool unnamed = state.faults.find(FaultKind::AlgoUnnamed, instrument.name.view()) != nullptr;
  const std::vector<VenueOrderId>& orders = unnamed ? kNoOrders : algo.orders;
  json.field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("ccy", derivative ? state.currencies.name(instrument.settle) : std::string_view())
      .field("ordId", orders.empty() ? "" : std::to_string(orders.back().value));
  write_ids(json, "ordIdList", orders);
  write_ids(json, "subAlgoIdList", algo.spawned);
  json.field("algoId", std::to_string(algo.id.value))
      .field("clOrdId", "")
      .field("algoClOrdId", terms.client_id.view())
      .field("sz", size_of(instrument, terms))
      .field("closeFraction", terms.close_all ? "1" : "")
      .field("ordType", name_of(terms.type))
      .field("side", name_of(terms.side))
      .field("tdMode", name_of(terms.mode))
      .field("tgtCcy", derivative || terms.type > sim::AlgoType::TrailingStop ? ""
                       : terms.quantity_is_quote                              ? "quote_ccy"
                                                                              : "base_ccy")
      .field("state", name_of(algo.state));
  write_exit(json, instrument, "tp", terms.take_profit);
  write_exit(json, instrument, "sl", terms.stop_loss);
  json.field("triggerPx", triggers ? price_text(instrument, terms.trigger) : "")
      .field("triggerPxType", triggers ? name_of(terms.source) : std::string_view());
  const bool market = terms.type == sim::AlgoType::TrailingStop;
  const bool chased = terms.triggered == sim::TriggeredOrder::Chase;
  json.field("ordPx", (triggers && !chased) || market ? text_of(instrument, terms.limit) : "")
      .field("advanceOrdType", name_of(terms.triggered));
  json.key("advChaseParams").begin_array();
  if (chased) {
    json.begin_object();
    write_chase(json, instrument, &terms.chase);
    json.end_object();
  }
  json.end_array();
  json.field("actualSz", quantity_text(instrument, algo.ordered))
      .field("actualPx", price_or_blank(instrument, algo.order_price))
      .field("actualSide", algo.fired == sim::FiredExit::TakeProfit ? "tp"
                           : algo.fired == sim::FiredExit::StopLoss ? "sl"
                                                                    : "")
      .field("triggerTime",
             algo.trigger_time ? millis_text(state.wall_time(*algo.trigger_time)) : "")
      .field("tag", terms.tag.view())
      .field("reduceOnly", terms.reduce_only ? "true" : "false")
      .field("last", price_or_blank(instrument, algo.last_price));
  const bool varies = slices && terms.type != sim::AlgoType::SmartIceberg;
  const sim::Distance& variance = terms.slices.variance;
  json.field("pxVar", varies && variance.is_ratio ? decimal_text(variance.ratio, kRatioDigits) : "")
      .field("pxSpread",
             varies && !variance.is_ratio ? price_text(instrument, variance.absolute) : "")
      .field("szLimit", slices ? quantity_text(instrument, terms.slices.slice) : "")
      .field("pxLimit",
             slices && terms.slices.limit ? price_text(instrument, *terms.slices.limit) : "")
      .field("timeInterval", terms.type == sim::AlgoType::TimeWeighted
                                 ? std::to_string(terms.slices.interval.count / 1'000'000'000)
                                 : "");
  write_trail(
      json, instrument,
      terms.type == sim::AlgoType::TrailingStop ? std::optional(terms.trail) : std::nullopt);
  json.field("moveTriggerPx", price_or_blank(instrument, algo.trail_trigger));
  std::string fail_code;
  if (algo.state == sim::AlgoState::Failed || algo.state == sim::AlgoState::PartiallyFailed)
    fail_code = verdict_of(state, algo.failure, Operation::Place, instrument.id, terms.type).code;
  json.field("failCode", fail_code)
      .field("amendPxOnTriggerType", terms.stop_to_entry ? "1" : "0")
      .field("quickMgnType", "")
      .field("isTradeBorrowMode", "")
      .field("tradeQuoteCcy",
             derivative ? std::string_view() : state.currencies.name(instrument.quote));
  write_attached(json, instrument, terms.attached, false, nullptr);
  json.key("linkedOrd")
      .begin_object()
      .field("ordId", algo.resting.valid() ? std::to_string(algo.resting.value) : "")
      .end_object();
  write_chase(json, instrument, terms.type == sim::AlgoType::Chase ? &terms.chase : nullptr);
  json.field("cTime", millis_text(state.wall_time(algo.create_time)))
      .field("uTime", millis_text(state.wall_time(algo.update_time)));
}

void write_smart_iceberg(JsonWriter& json, const Instrument& instrument,
                         const sim::SliceTerms& slices) {
  json.field("lmtOrderNumber", std::to_string(slices.orders))
      .field("aggressiveness", name_of(slices.aggressiveness));
  json.key("triggerParams").begin_array().begin_object();
  json.field("triggerAction", "start")
      .field("triggerStrategy", slices.rsi ? "rsi" : (slices.start ? "price" : "instant"))
      .field("triggerPx", slices.start ? price_text(instrument, *slices.start) : "");
  if (slices.rsi) write_rsi_start(json, *slices.rsi);
  json.end_object().end_array();
}

}  // namespace

void write_rest_algo(JsonWriter& json, const ServerState& state, const sim::AlgoView& algo) {
  const Instrument& instrument = state.instruments[algo.terms.instrument];
  json.begin_object();
  write_common(json, state, algo);
  json.field("posSide", name_of(algo.terms.position_side))
      .field("lever", leverage_of(state, algo.terms, ""));
  if (algo.terms.type == sim::AlgoType::SmartIceberg)
    write_smart_iceberg(json, instrument, algo.terms.slices);
  json.end_object();
}

void write_pushed_algo(JsonWriter& json, const ServerState& state, const sim::AlgoChange& change) {
  const sim::AlgoView& algo = change.algo;
  const Instrument& instrument = state.instruments[algo.terms.instrument];
  const sim::NewAlgo& terms = algo.terms;
  json.begin_object();
  write_common(json, state, algo);
  const Price price = terms.limit.value_or(reference_price(state, instrument.id));
  const std::string notional =
      terms.quantity_is_quote
          ? estimate_text(to_double(terms.quote_quantity) * usd_price(state, instrument.quote))
          : estimate_text(notional_usd(state, instrument, price, terms.quantity));
  json.field("lever", leverage_of(state, terms, "0")).field("notionalUsd", notional);
  if (is_advanced(terms.type)) {
    json.field("posSide", name_of(terms.position_side))
        .field("count", std::to_string(algo.orders.size()))
        .field("pTime", millis_text(state.now));
    if (terms.type == sim::AlgoType::SmartIceberg)
      write_smart_iceberg(json, instrument, terms.slices);
  } else {
    json.field("posSide",
               is_derivative(instrument.kind) ? name_of(terms.position_side) : std::string_view())
        .field("reqId", change.amend_request_id)
        .field("amendResult", change.amended ? "0" : "");
  }
  json.end_object();
}

void write_closing_algos(JsonWriter& json, const ServerState& state, sim::UserId user,
                         const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  json.key("closeOrderAlgo").begin_array();
  if (state.algos->pending_count(user, position.instrument) > 0) {
    for (const sim::AlgoId id : state.algos->all(user)) {
      const sim::AlgoView* const algo = state.algos->find(id);
      if (algo == nullptr || !sim::is_pending(algo->state) || !algo->terms.close_all) continue;
      const sim::NewAlgo& terms = algo->terms;
      if (terms.instrument != position.instrument || terms.mode != position.mode ||
          terms.position_side != position.side)
        continue;
      const auto trigger = [&](const std::optional<sim::Exit>& exit) {
        return exit ? price_text(instrument, exit->trigger) : std::string();
      };
      const auto source = [](const std::optional<sim::Exit>& exit) {
        return exit ? name_of(exit->source) : std::string_view();
      };
      json.begin_object()
          .field("algoId", std::to_string(id.value))
          .field("slTriggerPx", trigger(terms.stop_loss))
          .field("slTriggerPxType", source(terms.stop_loss))
          .field("tpTriggerPx", trigger(terms.take_profit))
          .field("tpTriggerPxType", source(terms.take_profit))
          .field("closeFraction", "1")
          .end_object();
    }
  }
  json.end_array();
}

void write_algo_members(JsonWriter& json, const ServerState& state, const sim::OrderView& order,
                        bool rest) {
  const Instrument& instrument = state.instruments[order.terms.instrument];
  const sim::AttachmentView* const attachment =
      order.terms.attachment == 0 ? nullptr : state.algos->attachment(order.terms.attachment);
  static const std::vector<sim::AttachedExit> kNone;
  const std::vector<sim::AttachedExit>& exits = attachment == nullptr ? kNone : attachment->exits;
  const bool one = exits.size() == 1;
  json.field("attachAlgoClOrdId", one ? exits.front().client_id.view() : std::string_view());
  write_exit(json, instrument, "tp", one ? exits.front().take_profit : std::nullopt);
  write_exit(json, instrument, "sl", one ? exits.front().stop_loss : std::nullopt);
  Verdict failure;
  if (attachment != nullptr)
    failure = verdict_of(state, attachment->failure, Operation::Place, instrument.id,
                         sim::AlgoType::Conditional);
  write_attached(json, instrument, exits, true, rest ? &failure : nullptr);
  const sim::AlgoView* const algo =
      order.terms.algo_id == 0 ? nullptr : state.algos->find(sim::AlgoId{order.terms.algo_id});
  // The one order of such a pair that was put in before anything triggered.
  const bool rests = algo != nullptr && algo->terms.take_profit &&
                     algo->terms.take_profit->resting &&
                     (!algo->resting.valid() || algo->resting == order.id) &&
                     order.terms.type == sim::OrderType::Limit;
  json.key("linkedAlgoOrd")
      .begin_object()
      .field("algoId", rests ? std::to_string(algo->id.value) : "")
      .end_object();
  json.field("source", algo == nullptr ? std::string_view() : order_source(algo->terms.type))
      .field("isTpLimit", rests ? "true" : "false")
      .field("algoId", algo == nullptr ? "" : std::to_string(algo->id.value))
      .field("algoClOrdId", algo == nullptr ? std::string_view() : algo->terms.client_id.view());
}

}  // namespace gannet::okx_server
