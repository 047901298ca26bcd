#include "sim/okx_server/protocol/internal/instrument_control.h"

#include <algorithm>
#include <expected>
#include <limits>
#include <utility>

#include "sim/okx_server/protocol/internal/faults.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

using Done = std::expected<void, std::string>;

constexpr std::size_t kMostInstruments = 10'000;
constexpr std::string_view kTerms[] = {"tickSz", "lotSz", "minSz", "maxMktSz", "maxLmtSz"};

std::optional<InstrumentState> parse_state(std::string_view name) noexcept {
  for (const InstrumentState state :
       {InstrumentState::Live, InstrumentState::Suspended, InstrumentState::PostOnly,
        InstrumentState::PreOpen, InstrumentState::Rebasing, InstrumentState::Testing,
        InstrumentState::Settling, InstrumentState::Expired}) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

/// Changes one of kTerms. A tick may be at most a hundred times finer than the first one was, a lot
/// no finer: prices and quantities keep their unit for a run.
Done set_term(Instrument& instrument, std::string_view name, std::string_view text) {
  const bool tick = name == "tickSz";
  const auto value = parse_units(text, tick ? instrument.price_digits : instrument.quantity_digits);
  if (!value || *value <= 0)
    return std::unexpected(std::string(name) + ": \"" + std::string(text) +
                           "\" is no amount in this instrument's unit");
  if (tick)
    instrument.tick_size = {*value};
  else if (name == "lotSz")
    instrument.lot_size = {*value};
  else if (name == "minSz")
    instrument.minimum_quantity = {*value};
  else if (name == "maxLmtSz")
    instrument.maximum_limit_quantity = {*value};
  else
    instrument.maximum_market_quantity = Quantity{*value};
  return {};
}

/// All terms that the object names; nothing is changed unless all are good.
Done set_terms(Instrument& instrument, simdjson::dom::object asked) {
  Instrument changed = instrument;
  for (const std::string_view name : kTerms) {
    const auto text = text_member(asked, name);
    if (!text) continue;
    if (auto done = set_term(changed, name, *text); !done) return done;
  }
  instrument = changed;
  return {};
}

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t digits = point == text.size() ? 0 : text.size() - point - 1;
  constexpr std::size_t kMostDigits = 9;
  if (digits > kMostDigits) return std::nullopt;
  const auto mantissa = parse_units(text, static_cast<int>(digits));
  if (!mantissa) return std::nullopt;
  return Decimal{*mantissa, static_cast<std::uint8_t>(digits)};
}

/// Contracts of another size, at once: OKX announces no such change.
Done set_contract_value(ServerState& state, InstrumentId id, simdjson::dom::object asked) {
  const auto text = text_member(asked, "ctVal");
  if (!text) return {};
  const auto value = parse_decimal(*text);
  if (!value) return std::unexpected("ctVal: \"" + std::string(*text) + "\" is no amount");
  switch (state.exchange->set_contract_value(id, *value, state.exchange_time())) {
    case sim::AccountRefusal::None:
      return {};
    case sim::AccountRefusal::OpenPositions:
      return std::unexpected("ctVal: somebody holds a position");
    default:
      return std::unexpected("ctVal: \"" + std::string(*text) + "\" is none for this instrument");
  }
}

Done announce(ServerState& state, InstrumentId id, simdjson::dom::object asked, Nanos in) {
  Instrument trial = state.instruments[id];
  if (auto done = set_terms(trial, asked); !done) return done;
  for (const std::string_view name : kTerms) {
    if (const auto text = text_member(asked, name))
      state.announced[id].push_back(
          {std::string(name), std::string(*text), state.exchange_time() + in});
  }
  state.markets[id.value].terms_changed = true;
  return {};
}

void set_state(ServerState& state, InstrumentId id, InstrumentState wanted) {
  // What nobody was told of yet is told now: the push compares.
  InstrumentMarket& market = state.markets[id.value];
  if (state.instruments[id].state != wanted) market.terms_changed = true;
  state.exchange->set_instrument_state(id, wanted, state.exchange_time());
}

Done change(ServerState& state, InstrumentId id, simdjson::dom::object asked) {
  const auto state_name = text_member(asked, "state");
  std::optional<InstrumentState> wanted;
  if (state_name) {
    wanted = parse_state(*state_name);
    if (!wanted) return std::unexpected("state: \"" + std::string(*state_name) + "\"");
  }
  const auto in = text_member(asked, "in");
  const auto delay = in ? parse_duration(*in) : std::optional<Nanos>(Nanos{});
  if (!delay) return std::unexpected("in: \"" + std::string(*in) + "\" is no duration: \"60s\"");
  if (delay->count > 0) {
    if (auto done = announce(state, id, asked, *delay); !done) return done;
  } else {
    if (auto done = set_contract_value(state, id, asked); !done) return done;
    if (auto done = set_terms(state.instruments[id], asked); !done) return done;
    state.markets[id.value].terms_changed = true;
  }
  if (wanted) set_state(state, id, *wanted);
  return {};
}

/// "AAA" and "BBB" of AAA-BBB, AAA-BBB-SWAP; empty if there is no dash.
std::pair<std::string_view, std::string_view> currencies_of(std::string_view name) noexcept {
  const std::size_t first = name.find('-');
  if (first == std::string_view::npos) return {};
  const std::string_view rest = name.substr(first + 1);
  return {name.substr(0, first), rest.substr(0, std::min(rest.find('-'), rest.size()))};
}

Done list(ServerState& state, std::string_view name, simdjson::dom::object asked) {
  const InstrumentId like = state.find_instrument(text_or_empty(asked, "like"));
  if (!like.valid()) return std::unexpected("like: names no listed instrument");
  const auto [base, quote] = currencies_of(name);
  if (base.empty() || quote.empty() || base.size() > 15 || quote.size() > 15 || name.size() > 47)
    return std::unexpected("list: want a name as AAA-BBB or AAA-BBB-SWAP");
  if (state.instruments.find(name).valid())
    return std::unexpected("list: \"" + std::string(name) + "\" exists");
  if (state.instruments.size() >= kMostInstruments)
    return std::unexpected("list: there are too many");
  Instrument fresh = state.instruments[like];
  const bool derivative = is_derivative(fresh.kind);
  const bool inverse = fresh.contract == ContractKind::Inverse;
  fresh.name = name;
  if (!fresh.family.empty())
    fresh.family = std::string_view(std::string(base) + "-" + std::string(quote));
  fresh.base = state.currencies.intern(base);
  fresh.quote = state.currencies.intern(quote);
  fresh.settle = derivative && inverse ? fresh.base : fresh.quote;
  fresh.list_time = state.exchange_time();
  fresh.state = InstrumentState::Live;
  if (const auto text = text_member(asked, "state")) {
    const auto wanted = parse_state(*text);
    if (!wanted) return std::unexpected("state: \"" + std::string(*text) + "\"");
    fresh.state = *wanted;
  }
  if (auto done = set_terms(fresh, asked); !done) return done;
  Price price;
  if (const auto text = text_member(asked, "price")) {
    const auto units = parse_units(*text, fresh.price_digits);
    if (!units || *units <= 0) return std::unexpected("price: \"" + std::string(*text) + "\"");
    price = {*units};
  }
  state.list_instrument(fresh);
  const InstrumentId id = state.instruments.find(name);
  state.markets[id.value].terms_changed = true;
  if (price.raw > 0) state.exchange->set_reference_prices(id, price, price, state.exchange_time());
  return {};
}

HttpResponse answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse complaint(std::string_view text) {
  std::string body;
  JsonWriter(body).begin_object().field("error", text).end_object();
  return answer(400, std::move(body));
}

HttpResponse list_all(const ServerState& state) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const Instrument& instrument : state.instruments) {
    if (!state.listed(instrument.id)) continue;
    json.begin_object()
        .field("instId", instrument.name.view())
        .field("state", name_of(instrument.state))
        .end_object();
  }
  json.end_array();
  return answer(200, std::move(body));
}

}  // namespace

HttpResponse control_instruments(ServerState& state, const HttpRequest& request) {
  if (request.method == "GET") return list_all(state);
  simdjson::dom::element root;
  // A parser of our own: names in it outlive what the exchange calls back into.
  simdjson::dom::parser parser;
  if (parser.parse(request.body.data(), request.body.size(), true).get(root) != simdjson::SUCCESS)
    return complaint("the body is not JSON");
  const auto asked = as_object(root);
  if (!asked) return complaint("the body is not an object");
  Done done;
  std::string name(text_or_empty(*asked, "list"));
  if (!name.empty()) {
    done = list(state, name, *asked);
  } else {
    name = text_or_empty(*asked, "delist");
    const bool ends = !name.empty();
    if (!ends) name = text_or_empty(*asked, "instId");
    const InstrumentId id = state.find_instrument(name);
    if (!id.valid()) return complaint("want instId, list or delist with a known name");
    if (ends)
      set_state(state, id, InstrumentState::Expired);
    else
      done = change(state, id, *asked);
  }
  if (!done) return complaint(done.error());
  std::string body;
  JsonWriter(body).begin_object().field("ok", true).field("instId", name).end_object();
  return answer(200, std::move(body));
}

void apply_announced_changes(ServerState& state) {
  const Timestamp now = state.exchange_time();
  for (auto& [id, changes] : state.announced) {
    for (const AnnouncedChange& change : changes) {
      if (change.time > now) continue;
      static_cast<void>(set_term(state.instruments[id], change.parameter, change.value));
      state.markets[id.value].terms_changed = true;
    }
    std::erase_if(changes, [&](const AnnouncedChange& change) { return change.time <= now; });
  }
}

}  // namespace gannet::okx_server
