#include "sim/okx_server/protocol/internal/private_push.h"

#include "sim/okx_server/protocol/internal/account_json.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

bool wants(const ServerState& state, const Subscription& subscription, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const std::string& type = subscription.instrument_type;
  if (!type.empty() && type != "ANY" && type != name_of(instrument.kind)) return false;
  if (!subscription.instrument_name.empty())
    return subscription.instrument_name == instrument.name.view();
  return subscription.instrument_family.empty() ||
         subscription.instrument_family == instrument.family.view();
}

/// {"arg":{<arg>,"uid":..},<extra>"data":[<data>]}
std::string private_text(const Subscription& subscription, const UserState& user,
                         std::string_view event_type, bool snapshot, std::string_view data) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("arg").begin_object().members(subscription.arg);
  json.field("uid", user.settings.uid).end_object();
  if (!event_type.empty()) json.field("eventType", event_type);
  if (snapshot) json.number("curPage", 1).field("lastPage", true);
  json.key("data").begin_array().members(data).end_array().end_object();
  return text;
}

/// Sends a private push, unless a fault wants it lost, late or twice.
void push(ServerState& state, Session& session, Channel channel, std::string text) {
  const std::string_view name = info_of(channel).name;
  if (state.faults.take(Fault::Kind::DropPush, name)) return;
  if (const auto late = state.faults.take(Fault::Kind::DelayPush, name)) {
    send_later(state, session.id, late->duration("ms", milliseconds(500)), std::move(text));
    return;
  }
  session.last_push[channel] = text;
  send(state, session, text);
  if (state.faults.take(Fault::Kind::DuplicatePush, name)) send(state, session, text);
}

/// Each subscription of the user to a channel.
template <class Take>
void for_subscriptions(ServerState& state, std::size_t user, Channel channel, Take&& take) {
  for (auto& [id, session] : state.sessions) {
    if (session.user != user) continue;
    for (const Subscription& subscription : session.subscriptions) {
      if (subscription.channel == channel) take(session, subscription);
    }
  }
}

void push_orders(ServerState& state) {
  const std::vector<OrderPush> pushes = std::exchange(state.order_pushes, {});
  for (const OrderPush& one : pushes) {
    const UserState& user = state.users[one.user];
    if (!one.fill.empty()) {
      for_subscriptions(state, one.user, Channel::Fills, [&](Session& session, const auto& sub) {
        if (wants(state, sub, one.instrument))
          push(state, session, Channel::Fills, private_text(sub, user, "", false, one.fill));
      });
    }
    for_subscriptions(state, one.user, Channel::Orders, [&](Session& session, const auto& sub) {
      if (wants(state, sub, one.instrument))
        push(state, session, Channel::Orders, private_text(sub, user, "", false, one.order));
    });
  }
}

void push_algos(ServerState& state) {
  const std::vector<AlgoPush> pushes = std::exchange(state.algo_pushes, {});
  for (const AlgoPush& one : pushes) {
    const UserState& user = state.users[one.user];
    for_subscriptions(state, one.user, one.channel, [&](Session& session, const auto& sub) {
      if (wants(state, sub, one.instrument) && (sub.algo_id.empty() || sub.algo_id == one.algo_id))
        push(state, session, one.channel, private_text(sub, user, "", false, one.text));
    });
  }
}

void push_positions(ServerState& state, std::size_t index,
                    const std::vector<sim::PositionView>& positions) {
  const UserState& user = state.users[index];
  for (const sim::PositionView& position : positions) {
    for_subscriptions(state, index, Channel::Positions, [&](Session& session, const auto& sub) {
      if (!wants(state, sub, position.instrument)) return;
      std::string data;
      JsonWriter json(data);
      write_position(json, state, user, position);
      push(state, session, Channel::Positions,
           private_text(sub, user, "event_update", false, data));
    });
  }
}

std::string balance_and_position(const ServerState& state, const UserState& user,
                                 std::string_view event,
                                 const std::vector<sim::BalanceView>& balances,
                                 const std::vector<sim::PositionView>& positions,
                                 const std::vector<std::pair<InstrumentId, TradeId>>& trades) {
  std::string data;
  JsonWriter json(data);
  json.begin_object().field("pTime", millis_text(state.now)).field("eventType", event);
  json.key("balData").begin_array();
  for (const sim::BalanceView& balance : balances) {
    json.begin_object()
        .field("ccy", state.currencies.name(balance.currency))
        .field("cashBal", amount_text(balance.cash))
        .field("uTime", millis_text(state.wall_time(balance.update_time)))
        .end_object();
  }
  json.end_array().key("posData").begin_array();
  for (const sim::PositionView& position : positions)
    write_short_position(json, state, user, position);
  json.end_array().key("trades").begin_array();
  for (const auto& [instrument, trade] : trades) {
    json.begin_object()
        .field("instId", state.instruments[instrument].name.view())
        .field("tradeId", std::to_string(trade.value))
        .end_object();
  }
  json.end_array().end_object();
  return data;
}

void push_warnings(ServerState& state, std::size_t index) {
  UserState& user = state.users[index];
  for (const sim::PositionView& position : std::exchange(user.endangered, {})) {
    for_subscriptions(state, index, Channel::LiquidationWarning,
                      [&](Session& session, const auto& sub) {
                        if (!wants(state, sub, position.instrument)) return;
                        std::string data;
                        JsonWriter json(data);
                        write_endangered_position(json, state, user, position);
                        push(state, session, Channel::LiquidationWarning,
                             private_text(sub, user, "", false, data));
                      });
  }
}

/// Changes of money and positions. Balances that only moved between free and held are for `account`
/// alone.
void push_account_changes(ServerState& state, std::size_t index) {
  UserState& user = state.users[index];
  const auto positions = std::exchange(user.positions, {});
  const auto balances = std::exchange(user.balances, {});
  const auto trades = std::exchange(user.trades, {});
  if (state.replica.on() && !(positions.empty() && balances.empty()))
    state.replica.on_account(state, index);
  const auto cash = std::exchange(user.cash_changed, {});
  const auto event = std::exchange(user.event, "filled");
  push_positions(state, index, positions);
  push_warnings(state, index);
  std::vector<sim::BalanceView> told;
  for (const sim::BalanceView& balance : balances) {
    if (cash.contains(balance.currency)) told.push_back(balance);
  }
  if (trades.empty() && positions.empty() && told.empty()) return;
  const std::string data = balance_and_position(state, user, event, told, positions, trades);
  for_subscriptions(
      state, index, Channel::BalanceAndPosition, [&](Session& session, const auto& sub) {
        push(state, session, Channel::BalanceAndPosition, private_text(sub, user, "", false, data));
      });
}

std::vector<sim::PositionView> open_positions(const ServerState& state, const UserState& user) {
  std::vector<sim::PositionView> open = state.exchange->positions(user.id);
  std::erase_if(open, [](const sim::PositionView& p) { return p.quantity.raw == 0; });
  return open;
}

std::set<CurrencyId> only_currency(const ServerState& state, const Subscription& subscription) {
  if (subscription.currency.empty()) return {};
  return {state.currencies.find(subscription.currency)};
}

/// Greeks of the currencies that are wanted, as objects without brackets.
std::string greeks_of(const ServerState& state, const UserState& user,
                      const Subscription& subscription, const std::set<CurrencyId>& only) {
  std::string data;
  JsonWriter json(data);
  for (const sim::BalanceView& balance : state.exchange->balances(user.id)) {
    const bool named = subscription.currency.empty() ||
                       subscription.currency == state.currencies.name(balance.currency);
    if (named && (only.empty() || only.contains(balance.currency)))
      write_greeks(json, state, balance.currency);
  }
  return data;
}

}  // namespace

void flush_changes(ServerState& state) {
  push_waiting_trades(state);
  push_orders(state);
  push_algos(state);
  for (std::size_t i = 0; i < state.users.size(); ++i) push_account_changes(state, i);
}

void push_accounts(ServerState& state) {
  for (std::size_t i = 0; i < state.users.size(); ++i) {
    UserState& user = state.users[i];
    if (!user.account_due || *user.account_due > state.now) continue;
    user.account_due.reset();
    const std::set<CurrencyId> changed = std::exchange(user.changed_currencies, {});
    for_subscriptions(state, i, Channel::Account, [&](Session& session, const auto& sub) {
      std::set<CurrencyId> told = changed;
      if (!sub.currency.empty()) {
        const CurrencyId only = state.currencies.find(sub.currency);
        if (!changed.contains(only)) return;
        told = {only};
      }
      std::string data;
      JsonWriter json(data);
      write_account(json, state, user, told);
      push(state, session, Channel::Account, private_text(sub, user, "event_update", false, data));
    });
    for_subscriptions(state, i, Channel::AccountGreeks, [&](Session& session, const auto& sub) {
      const std::string data = greeks_of(state, user, sub, changed);
      if (!data.empty())
        push(state, session, Channel::AccountGreeks, private_text(sub, user, "", false, data));
    });
  }
}

void greet_private_subscriber(ServerState& state, Session& session,
                              const Subscription& subscription) {
  const UserState& user = state.users[*session.user];
  std::string data;
  JsonWriter json(data);
  if (subscription.channel == Channel::AdvancedAlgos) {
    // The one channel of algo orders that tells what there is at once; not even an empty list.
    data = advanced_snapshot(state, session, subscription);
    if (!data.empty()) send(state, session, private_text(subscription, user, "", false, data));
    return;
  }
  if (subscription.channel == Channel::AccountGreeks) {
    send(state, session,
         private_text(subscription, user, "", false, greeks_of(state, user, subscription, {})));
    return;
  }
  if (subscription.channel == Channel::Account) {
    write_account(json, state, user, only_currency(state, subscription));
  } else if (subscription.channel == Channel::Positions) {
    for (const sim::PositionView& position : open_positions(state, user)) {
      if (wants(state, subscription, position.instrument))
        write_position(json, state, user, position);
    }
  } else if (subscription.channel == Channel::BalanceAndPosition) {
    std::vector<sim::BalanceView> balances = state.exchange->balances(user.id);
    std::erase_if(balances, [](const sim::BalanceView& b) { return b.cash.raw == 0; });
    data = balance_and_position(state, user, "snapshot", balances, open_positions(state, user), {});
    send(state, session, private_text(subscription, user, "", false, data));
    return;
  } else {
    return;
  }
  send(state, session, private_text(subscription, user, "snapshot", true, data));
}

void push_regular_snapshots(ServerState& state) {
  for (auto& [id, session] : state.sessions) {
    if (!session.user) continue;
    const UserState& user = state.users[*session.user];
    for (const Subscription& subscription : session.subscriptions) {
      if (subscription.events_only) continue;
      const bool holds =
          subscription.channel == Channel::Positions && !open_positions(state, user).empty();
      if (holds || subscription.channel == Channel::Account ||
          subscription.channel == Channel::AccountGreeks)
        greet_private_subscriber(state, session, subscription);
    }
  }
}

}  // namespace gannet::okx_server
