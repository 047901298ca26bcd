#include "sim/okx_server/protocol/internal/state.h"

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

/// Enough of a key to tell it from others, and no more.
std::string masked(std::string_view key) {
  return key.empty() ? std::string() : std::string(key.substr(0, 4)) + "***";
}

void note_request(const ServerState& state, std::string_view where, std::string_view code,
                  std::string_view why, bool refused) {
  const CurrentRequest& current = state.current;
  std::string what;
  if (!where.empty()) {
    what = where;
  } else if (current.method.empty()) {
    what.append("ws/").append(current.path).append(" ").append(current.operation);
  } else {
    what.append(current.method).append(" ").append(current.path);
  }
  const std::string key = masked(current.key);
  // Names come from the network: nothing of them may steer a terminal.
  for (char& c : what) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  state.settings.on_request({what, current.peer, key, code, why, refused});
}

/// Users of one master account, itself included, have the same number: they do not trade with each
/// other, as OKX's rule has it for the whole tree. PROTOCOL 6.10.
std::uint32_t tree_of(const std::vector<User>& users, const User& user) {
  const std::string& master = user.master.empty() ? user.account.name : user.master;
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (users[i].account.name == master) return static_cast<std::uint32_t>(i + 1);
  }
  return 0;
}

}  // namespace

ServerState::ServerState(Settings given, InstrumentTable& instrument_table,
                         CurrencyTable& currency_table, ServerOutput& server_output,
                         Timestamp start_time)
    : settings(std::move(given)),
      instruments(instrument_table),
      currencies(currency_table),
      output(server_output),
      start(start_time),
      now(start_time),
      random(settings.seed ^ 0x9E3779B97F4A7C15ull),
      exchange(std::make_unique<sim::Exchange>(instrument_table, currency_table, exchange_sink(),
                                               settings.exchange)),
      algos(std::make_unique<sim::AlgoDesk>(*exchange, instrument_table, algo_sink)),
      markets(instrument_table.size()),
      codes(instrument_table.size(), -1),
      faults(settings.seed),
      mixer(settings.fault_seed, settings.fault_intensity, start_time),
      next_regular_turn(start_time + milliseconds(settings.regular_push_ms)) {
  for (const ListedInstrument& row : settings.instruments) {
    if (!instruments.contains(row.instrument)) continue;
    note_listed(row);
  }
  for (InstrumentMarket& market : markets) {
    market.streams[1].depth = 50;
    market.sequence = static_cast<std::int64_t>(8'812'000'000 + next_random() % 1'000'000);
  }
  // The venue's insurance fund: as large as any that this market's losses will ask for.
  std::set<CurrencyId> settled;
  for (const ListedInstrument& row : settings.instruments) {
    if (!instruments.contains(row.instrument) || !is_derivative(instruments[row.instrument].kind))
      continue;
    const CurrencyId currency = instruments[row.instrument].settle;
    const bool dollars = currencies.name(currency).starts_with("USD");
    const std::int64_t units =
        dollars ? settings.insurance_fund_dollars : settings.insurance_fund_dollars / 10'000;
    if (settled.insert(currency).second)
      exchange->fund_insurance(
          {units * static_cast<__int128>(1'000'000'000'000'000'000), currency});
  }
  exchange->advance(start);  // the clocks of funding and delivery begin
  for (const User& user : settings.users) {
    UserState& added = users.emplace_back();
    added.settings = user;
    if (added.settings.uid.empty())
      added.settings.uid = std::to_string(400'000 + next_random() % 500'000);
    sim::UserSettings account = user.account;
    if (account.self_trade_group == 0) account.self_trade_group = tree_of(settings.users, user);
    added.id = exchange->add_user(account, start);
    for (const Amount& amount : user.funding) exchange->deposit_to_funding(added.id, amount);
    for (const ListedInstrument& row : settings.instruments) {
      if (!instruments.contains(row.instrument)) continue;
      if (!is_derivative(instruments[row.instrument].kind)) continue;
      exchange->set_leverage(added.id, row.instrument, settings.initial_leverage);
    }
    added.balances.clear();  // nobody listens yet
    added.cash_changed.clear();
    added.event = "filled";
    added.changed_currencies.clear();
    added.account_due.reset();
  }
}

void ServerState::note_listed(const ListedInstrument& row) {
  codes[row.instrument.value] = row.code;
  by_code.emplace(row.code, row.instrument);
  const Instrument& instrument = instruments[row.instrument];
  InstrumentId& on_index = indexes.emplace(index_name(instrument), row.instrument).first->second;
  // A derivative is told its index with its mark price, a spot market has only itself.
  if (!is_derivative(instruments[on_index].kind) && is_derivative(instrument.kind))
    on_index = row.instrument;
}

void ServerState::list_instrument(const Instrument& fresh) {
  const InstrumentId id = instruments.add(fresh);
  markets.resize(instruments.size());
  codes.resize(instruments.size(), -1);
  InstrumentMarket& market = markets[id.value];
  market.streams[1].depth = 50;
  market.sequence = static_cast<std::int64_t>(8'812'000'000 + next_random() % 1'000'000);
  std::int64_t code = 5'000'000 + std::int64_t{id.value};
  while (by_code.contains(code)) ++code;
  const ListedInstrument row{id, code};
  settings.instruments.push_back(row);
  note_listed(row);
  if (!is_derivative(fresh.kind)) return;
  for (const UserState& user : users)
    exchange->set_leverage(user.id, id, settings.initial_leverage);
}

std::uint64_t ServerState::next_random() noexcept {
  // splitmix64
  random += 0x9E3779B97F4A7C15ull;
  std::uint64_t z = random;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

Timestamp ServerState::exchange_time() const noexcept { return exchange_time(now); }

sim::ExchangeEvents& ServerState::exchange_sink() {
  if (settings.observer == nullptr) return sink;
  return tee.emplace(sink, *settings.observer);
}

Timestamp ServerState::exchange_time(Timestamp wall) const noexcept {
  if (settings.step_mode) return start + stepped;
  if (settings.speed == 1.0) return wall;
  const auto passed = static_cast<long double>((wall - start).count);
  return {start.nanos + static_cast<std::int64_t>(passed * settings.speed)};
}

Timestamp ServerState::wall_time(Timestamp time) const noexcept {
  if (settings.speed == 1.0 || settings.step_mode) return time;
  const auto passed = static_cast<long double>((time - start).count);
  return {start.nanos + static_cast<std::int64_t>(passed / settings.speed)};
}

InstrumentId ServerState::find_instrument(std::string_view name) const noexcept {
  const InstrumentId id = instruments.find(name);
  return id.valid() && listed(id) ? id : InstrumentId{};
}

UserState* ServerState::find_user(sim::UserId id) noexcept {
  for (UserState& user : users) {
    if (user.id == id) return &user;
  }
  return nullptr;
}

std::optional<std::size_t> ServerState::find_user(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (users[i].settings.account.name == name) return i;
  }
  return std::nullopt;
}

void ServerState::refuse(std::string_view where, std::string_view code,
                         std::string_view why) const {
  current.refused = true;
  if (settings.on_refusal) settings.on_refusal(where, code, why);
  const std::string detail = std::exchange(current.detail, {});
  if (!settings.on_request) return;
  std::string reason(why);
  if (!detail.empty()) reason.append(" (").append(detail).append(")");
  note_request(*this, current.method.empty() && current.operation.empty() ? where : "", code,
               reason, true);
}

void ServerState::end_request() const {
  if (settings.on_request && !current.refused) note_request(*this, "", "0", "", false);
  current = {};
}

std::uint64_t wire_order_id(VenueOrderId id) noexcept { return id.value; }

VenueOrderId order_of_wire_id(std::string_view text) noexcept {
  return {parse_digits(text).value_or(0)};
}

}  // namespace gannet::okx_server
