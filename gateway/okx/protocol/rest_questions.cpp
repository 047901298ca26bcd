#include "gateway/okx/protocol/rest_questions.h"

#include <utility>

#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/json_text.h"
#include "gateway/okx/protocol/order_words.h"
#include "gateway/okx/protocol/rest_answers.h"

namespace gannet::okx {
namespace {

Endpoint candles_endpoint(CandlesOf what) noexcept {
  switch (what) {
    case CandlesOf::Trades:
      return Endpoint::CandleHistory;
    case CandlesOf::Mark:
      return Endpoint::MarkCandleHistory;
    case CandlesOf::Index:
      return Endpoint::IndexCandleHistory;
  }
  std::unreachable();
}

/// `{"a":"b",...}` of what is not empty.
std::string object_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string body = "{";
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    if (body.size() > 1) body += ',';
    append_json_string(body, name);
    body += ':';
    append_json_string(body, value);
  }
  return body + "}";
}

}  // namespace

RestQuestion ask_all(Endpoint endpoint) { return {.endpoint = endpoint}; }

RestQuestion ask_instrument(Endpoint endpoint, std::string_view name) {
  return {.endpoint = endpoint, .parameters = {{"instId", std::string(name)}}};
}

RestQuestion ask_kind(Endpoint endpoint, InstrumentKind kind, std::string_view family) {
  RestQuestion question{.endpoint = endpoint,
                        .parameters = {{"instType", std::string(instrument_type_of(kind))}}};
  if (!family.empty()) question.parameters.emplace_back("instFamily", family);
  return question;
}

RestQuestion ask_instrument_of_kind(Endpoint endpoint, InstrumentKind kind, std::string_view name) {
  RestQuestion question = ask_kind(endpoint, kind);
  question.parameters.emplace_back("instId", name);
  return question;
}

RestQuestion ask_candles(CandlesOf what, std::string_view name, std::string_view bar,
                         Timestamp from, Timestamp to, std::size_t most) {
  return {.endpoint = candles_endpoint(what),
          .parameters = {{"instId", std::string(name)}, {"bar", std::string(bar)}},
          .from = from,
          .to = to,
          .maximum_rows = most};
}

RestQuestion ask_trades(std::string_view name, Timestamp from, Timestamp to) {
  RestQuestion question = ask_instrument(Endpoint::TradeHistory, name);
  question.from = from;
  question.to = to;
  return question;
}

RestQuestion ask_funding_history(std::string_view name, Timestamp from, Timestamp to) {
  RestQuestion question = ask_instrument(Endpoint::FundingHistory, name);
  question.from = from;
  question.to = to;
  return question;
}

RestQuestion ask_book(std::string_view name, int levels) {
  RestQuestion question = ask_instrument(Endpoint::Book, name);
  question.parameters.emplace_back("sz", std::to_string(levels));
  return question;
}

RestQuestion ask_fees(InstrumentKind kind, std::string_view family_or_name) {
  RestQuestion question = ask_kind(Endpoint::TradeFee, kind);
  if (!family_or_name.empty()) {
    question.parameters.emplace_back(is_derivative(kind) ? "instFamily" : "instId", family_or_name);
  }
  return question;
}

RestQuestion ask_leverage(std::string_view name, MarginMode margin_mode) {
  RestQuestion question = ask_instrument(Endpoint::LeverageInfo, name);
  question.parameters.emplace_back("mgnMode", word(margin_mode));
  return question;
}

RestQuestion set_leverage(std::string_view name, std::string_view leverage,
                          MarginMode margin_mode) {
  RestQuestion question = ask_instrument(Endpoint::SetLeverage, name);
  question.parameters.emplace_back("lever", leverage);
  question.parameters.emplace_back("mgnMode", word(margin_mode));
  return question;
}

RestQuestion ask_largest_order(Endpoint endpoint, std::string_view name, MarginMode margin_mode) {
  RestQuestion question = ask_instrument(endpoint, name);
  question.parameters.emplace_back("tdMode", word(margin_mode));
  return question;
}

RestQuestion ask_position_tiers(InstrumentKind kind, std::string_view family,
                                MarginMode margin_mode) {
  RestQuestion question = ask_kind(Endpoint::PositionTiers, kind);
  question.parameters.emplace_back("tdMode", word(margin_mode));
  if (!family.empty()) {
    question.parameters.emplace_back(is_derivative(kind) ? "instFamily" : "instId", family);
  }
  return question;
}

RestQuestion set_dead_man_timer(int timeout_seconds, std::string_view tag) {
  RestQuestion question{.endpoint = Endpoint::CancelAllAfter,
                        .parameters = {{"timeOut", std::to_string(timeout_seconds)}}};
  if (!tag.empty()) question.parameters.emplace_back("tag", tag);
  return question;
}

RestQuestion ask_open_algo_orders(std::string_view kinds) {
  return {.endpoint = Endpoint::OpenAlgoOrders, .parameters = {{"ordType", std::string(kinds)}}};
}

RestQuestion ask_order(std::string_view instrument, VenueOrderId id) {
  RestQuestion question = ask_instrument(Endpoint::SingleOrder, instrument);
  question.parameters.emplace_back("ordId", std::to_string(id.value));
  return question;
}

HttpRequest place_trial_order(const RestIdentity& identity, const TrialOrder& order,
                              Timestamp venue_now) {
  return make_post(identity, "/api/v5/trade/order",
                   object_of({{"instId", order.instrument},
                              {"tdMode", word(order.margin_mode)},
                              {"ccy", order.margin_currency},
                              {"side", "buy"},
                              {"posSide", order.long_short_mode ? "long" : ""},
                              {"ordType", "post_only"},
                              {"px", order.price},
                              {"sz", order.quantity},
                              {"tag", order.tag}}),
                   venue_now);
}

HttpRequest amend_trial_order(const RestIdentity& identity, std::string_view instrument,
                              VenueOrderId id, std::string_view price, Timestamp venue_now) {
  return make_post(
      identity, "/api/v5/trade/amend-order",
      object_of({{"instId", instrument}, {"ordId", std::to_string(id.value)}, {"newPx", price}}),
      venue_now);
}

HttpRequest cancel_trial_order(const RestIdentity& identity, std::string_view instrument,
                               VenueOrderId id, Timestamp venue_now) {
  return make_post(identity, "/api/v5/trade/cancel-order",
                   object_of({{"instId", instrument}, {"ordId", std::to_string(id.value)}}),
                   venue_now);
}

std::expected<OrderReply, Error> read_order_reply(const HttpResponse& response) {
  RestFrame frame;
  frame.read(response);
  // Code 1: the item says why.
  if (!frame.is_json() || (!frame.ok() && frame.code() != 1)) {
    auto good = check_answer(response);
    return std::unexpected(good ? Error{"the answer could not be read"} : std::move(good.error()));
  }
  std::vector<OrderReply> rows;
  PageFacts facts;
  const DecodeStatus status =
      decode_rows(frame.reader(), rule_of(Endpoint::SingleOrder), {}, rows, facts);
  if (!status || rows.empty()) return std::unexpected(Error{"the answer could not be read"});
  return rows.front();
}

}  // namespace gannet::okx
