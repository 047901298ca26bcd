#include <algorithm>
#include <set>

#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/reference_json.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

RestReply time(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().field("ts", millis_text(call.state.now)).end_object();
  return reply;
}

/// One row for each instrument inside the filter; instType is required.
template <class Write>
RestReply rows_of_instruments(const RestCall& call, Write&& write, bool needs_kind = true) {
  if (needs_kind) {
    if (call.param("instType").empty()) return missing("instType");
    if (!parse_instrument_kind(call.param("instType"))) return bad_parameter("instType");
  }
  RestReply reply;
  JsonWriter json(reply.data);
  bool found = false;
  for (const Instrument& instrument : call.state.instruments) {
    if (!inside_market_filter(call, instrument)) continue;
    found = true;
    write(json, instrument);
  }
  if (!found && !call.param("instId").empty()) return unknown_instrument();
  return reply;
}

bool names_options_without_family(const RestCall& call) {
  return call.param("instType") == "OPTION" && call.param("instFamily").empty() &&
         call.param("uly").empty() && call.param("instId").empty();
}

RestReply either_family() {
  return refusal("50015", "Either parameter uly or instFamily is required", 400);
}

RestReply instruments_with(const RestCall& call, InstrumentView view) {
  if (names_options_without_family(call)) return either_family();
  if (call.param("instType") == "EVENTS") return {};  // none are traded here
  if (call.param("instType") == "MARGIN") view = InstrumentView::Margin;
  return rows_of_instruments(call, [&](JsonWriter& json, const Instrument& instrument) {
    // Expired instruments are absent from REST.
    if (instrument.state != InstrumentState::Expired)
      write_instrument(json, call.state, instrument.id, view);
  });
}

RestReply public_instruments(RestCall& call) {
  return instruments_with(call, InstrumentView::Public);
}
RestReply account_instruments(RestCall& call) {
  return instruments_with(call, InstrumentView::Account);
}

RestReply underlying(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (!kind || !is_derivative(*kind)) return bad_parameter("instType");
  std::set<std::string> names;
  for (const Instrument& instrument : call.state.instruments) {
    if (instrument.kind == *kind && call.state.listed(instrument.id))
      names.insert(index_name(instrument));
  }
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_array();
  for (const std::string& name : names) json.string(name);
  json.end_array();
  return reply;
}

RestReply mark_price(RestCall& call) {
  // Documented as required, but clients that trade at OKX ask for one instrument without it (ccxt)
  // or with ANY (nautilus_trader).
  const std::string_view kind = call.param("instType");
  const bool any = (kind.empty() || kind == "ANY") && !call.param("instId").empty();
  return rows_of_instruments(
      call,
      [&](JsonWriter& json, const Instrument& instrument) {
        write_mark_price(json, call.state, instrument.id);
      },
      !any);
}

RestReply open_interest(RestCall& call) {
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (kind && !is_derivative(*kind)) return bad_parameter("instType");
  if (names_options_without_family(call)) return either_family();
  return rows_of_instruments(call, [&](JsonWriter& json, const Instrument& instrument) {
    write_open_interest(json, call.state, instrument.id);
  });
}

RestReply price_limit(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  JsonWriter json(reply.data);
  write_price_limit(json, call.state, id);
  return reply;
}

RestReply funding_rate(RestCall& call) {
  const std::string_view name = call.param("instId");
  if (name.empty()) return missing("instId");
  RestReply reply;
  JsonWriter json(reply.data);
  bool found = false;
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id)) continue;
    if (name != "ANY" && name != instrument.name.view()) continue;
    found = true;
    if (instrument.kind == InstrumentKind::Swap)
      write_funding_rate(json, call.state, instrument.id);
  }
  if (name != "ANY" && !found) return unknown_instrument();
  if (name != "ANY" && reply.data.empty()) return bad_parameter("instId");
  return reply;
}

RestReply funding_rate_history(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const Instrument& instrument = call.state.instruments[id];
  if (instrument.kind != InstrumentKind::Swap) return bad_parameter("instId");
  std::size_t left = call.param("limit").empty() ? 400 : page_limit(call, 400);
  JsonWriter json(reply.data);
  for (const PaidFunding& row : paid_funding(call.state, id)) {
    if (left == 0) break;
    const std::string time = millis_text(call.state.wall_time(row.time));
    if (!inside_page(call, parse_digits(time).value_or(0))) continue;
    json.begin_object()
        .field("instType", name_of(instrument.kind))
        .field("instId", instrument.name.view())
        .field("formulaType", "noRate")
        .field("fundingRate", row.rate)
        .field("realizedRate", row.rate)
        .field("fundingTime", time)
        .field("method", "current_period")
        .end_object();
    --left;
  }
  return reply;
}

RestReply estimated_price(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  if (!is_derivative(call.state.instruments[id].kind)) return bad_parameter("instId");
  JsonWriter json(reply.data);
  // Told in the last half hour alone; empty before, as nothing documents an error.
  if (has_estimated_price(call.state, id)) write_estimated_price(json, call.state, id);
  return reply;
}

RestReply delivery_history(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (kind != InstrumentKind::Futures && kind != InstrumentKind::Option)
    return bad_parameter("instType");
  const std::string_view family =
      call.param("instFamily").empty() ? call.param("uly") : call.param("instFamily");
  if (family.empty()) return either_family();
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Instrument& instrument : call.state.instruments) {
    if (instrument.kind != *kind || instrument.state != InstrumentState::Expired ||
        family != instrument.family.view() || !instrument.expiry_time)
      continue;
    json.begin_object().field("ts", millis_text(*instrument.expiry_time));
    json.key("details").begin_array().begin_object();
    json.field("type", kind == InstrumentKind::Futures ? "delivery" : "exercised")
        .field("insId", instrument.name.view())
        .field("px", price_text(instrument, call.state.markets[instrument.id.value].index));
    json.end_object().end_array().end_object();
  }
  return reply;
}

RestReply opt_summary(RestCall& call) {
  const std::string_view family =
      call.param("instFamily").empty() ? call.param("uly") : call.param("instFamily");
  if (family.empty()) return either_family();
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Instrument& instrument : call.state.instruments) {
    if (instrument.kind == InstrumentKind::Option && call.state.listed(instrument.id) &&
        family == instrument.family.view())
      write_option_summary(json, call.state, instrument.id);
  }
  return reply;
}

/// Options are listed but not traded here.
RestReply option_trades(RestCall& call) {
  if (call.param("instFamily").empty() && call.param("instId").empty())
    return refusal("50015", "Either parameter instId or instFamily is required", 400);
  return {};
}

RestReply system_status(RestCall& call) {
  static constexpr std::string_view kStates[] = {"scheduled", "ongoing", "pre_open", "completed",
                                                 "canceled"};
  const std::string_view wanted = call.param("state");
  if (!wanted.empty() && std::ranges::find(kStates, wanted) == std::end(kStates))
    return bad_parameter("state");
  RestReply reply;
  JsonWriter json(reply.data);
  const std::string_view told = call.state.maintenance.told;
  if (wanted.empty() || wanted == (told.empty() ? "completed" : told))
    write_status(json, call.state);
  return reply;
}

constexpr LimitScope kAddress = LimitScope::Address;
constexpr LimitScope kInstrument = LimitScope::AddressInstrument;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/public/time", false, false, 10, 2000, kAddress, time},
    {"GET", "/api/v5/public/instruments", false, false, 20, 2000, kInstrument, public_instruments},
    {"GET", "/api/v5/account/instruments", true, false, 20, 2000, LimitScope::UserInstrument,
     account_instruments},
    {"GET", "/api/v5/public/underlying", false, false, 20, 2000, kAddress, underlying},
    {"GET", "/api/v5/public/mark-price", false, false, 10, 2000, kInstrument, mark_price},
    {"GET", "/api/v5/public/open-interest", false, false, 20, 2000, kInstrument, open_interest},
    {"GET", "/api/v5/public/price-limit", false, false, 20, 2000, kAddress, price_limit},
    {"GET", "/api/v5/public/funding-rate", false, false, 10, 2000, kInstrument, funding_rate},
    {"GET", "/api/v5/public/funding-rate-history", false, false, 10, 2000, kInstrument,
     funding_rate_history},
    {"GET", "/api/v5/public/estimated-price", false, false, 10, 2000, kInstrument, estimated_price},
    {"GET", "/api/v5/public/delivery-exercise-history", false, false, 40, 2000, kInstrument,
     delivery_history},
    {"GET", "/api/v5/public/opt-summary", false, false, 20, 2000, kInstrument, opt_summary},
    {"GET", "/api/v5/public/option-trades", false, false, 20, 2000, kAddress, option_trades},
    {"GET", "/api/v5/system/status", false, false, 1, 5000, kAddress, system_status},
};

}  // namespace

std::span<const Route> public_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
