#include <algorithm>
#include <expected>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/private_push.h"
#include "sim/okx_server/protocol/internal/public_topics.h"
#include "sim/okx_server/protocol/internal/socket.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kMostSubscriptions = 5000;
constexpr std::size_t kMostConnectionsPerChannel = 30;

/// The argument's text members again, as they go into acks and pushes.
std::string arg_members(simdjson::dom::object arg) {
  std::string text;
  JsonWriter json(text);
  for (const auto field : arg) {
    std::string_view value;
    if (field.key != "extraParams" && field.value.get(value) == simdjson::SUCCESS)
      json.field(field.key, value);
  }
  return text;
}

/// Fee tier and company rules of the tick-by-tick books.
std::optional<Refused> deep_book_refusal(const ServerState& state, const Session& session,
                                         const ChannelInfo& info, std::uint32_t topic) {
  if (info.deep && !state.settings.deep_books_for_all &&
      !state.users[*session.user].settings.deep_books)
    return Refused{"64003",
                   "Your trading fee tier doesn't meet the requirement to access channel " +
                       std::string(info.name)};
  const auto has = [&](Channel channel) {
    return std::ranges::any_of(session.subscriptions, [&](const Subscription& s) {
      return s.channel == channel && s.topic == topic;
    });
  };
  const bool clash =
      (info.channel == Channel::FastBook && (has(Channel::Book) || has(Channel::FastBook50))) ||
      ((info.channel == Channel::Book || info.channel == Channel::FastBook50) &&
       has(Channel::FastBook));
  if (clash)
    return Refused{"64004",
                   "books-l2-tbt can not be subscribed together with books or "
                   "books50-l2-tbt of one instrument"};
  return std::nullopt;
}

std::expected<Subscription, Refused> parse_subscription(const ServerState& state,
                                                        const Session& session,
                                                        simdjson::dom::object arg) {
  const ChannelInfo* const info = find_channel(text_or_empty(arg, "channel"));
  if (info == nullptr || info->path != session.path) {
    return std::unexpected(wrong_path(info, session.path, arg));
  }
  if (info->login && !session.user) return std::unexpected(Refused{"60011", "Please log in"});
  Subscription subscription;
  subscription.channel = info->channel;
  subscription.arg = arg_members(arg);
  if (is_private(*info)) {
    subscription.instrument_type = text_or_empty(arg, "instType");
    subscription.instrument_family = text_or_empty(arg, "instFamily");
    subscription.instrument_name = text_or_empty(arg, "instId");
    subscription.currency = text_or_empty(arg, "ccy");
    subscription.algo_id = text_or_empty(arg, "algoId");
    const std::string_view extra = text_or_empty(arg, "extraParams");
    subscription.events_only = extra.find("updateInterval") != std::string_view::npos &&
                               extra.find("\"0\"") != std::string_view::npos;
    const std::string& type = subscription.instrument_type;
    if (info->key == ChannelKey::InstrumentType && type != "ANY" && type != "EVENTS" &&
        !parse_instrument_kind(type))
      return std::unexpected(no_such_channel(arg));
  } else {
    if (auto refused = name_public_topic(state, *info, arg, subscription))
      return std::unexpected(std::move(*refused));
  }
  if (info->deep || info->channel == Channel::Book) {
    if (auto refused = deep_book_refusal(state, session, *info, subscription.topic))
      return std::unexpected(std::move(*refused));
  }
  return subscription;
}

void acknowledge(ServerState& state, Session& session, std::string_view id, std::string_view event,
                 const std::string& arg) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  if (!id.empty()) json.field("id", id);
  json.field("event", event).key("arg").begin_object().members(arg).end_object();
  json.field("connId", session.name).end_object();
  send(state, session, text);
}

/// Has the key as many private subscriptions as it may have?
bool key_is_full(const ServerState& state, const Session& session) {
  const std::uint32_t most = state.settings.limits.subscriptions_per_key;
  if (most == 0) return false;
  std::size_t count = 0;
  for (const auto& [id, other] : state.sessions) {
    if (other.key != session.key) continue;
    count += static_cast<std::size_t>(
        std::ranges::count_if(other.subscriptions, [](const Subscription& subscription) {
          return is_private(info_of(subscription.channel));
        }));
  }
  return count >= most;
}

/// How many connections of the user have the channel. One too many loses its subscription again.
/// False: it did.
bool tell_connection_count(ServerState& state, Session& session, const ChannelInfo& info) {
  std::size_t count = 0;
  for (const auto& [id, other] : state.sessions) {
    if (other.user != session.user) continue;
    count += std::ranges::any_of(other.subscriptions,
                                 [&](const Subscription& s) { return s.channel == info.channel; });
  }
  const bool too_many = count > kMostConnectionsPerChannel;
  if (too_many)
    std::erase_if(session.subscriptions,
                  [&](const Subscription& s) { return s.channel == info.channel; });
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .field("event", too_many ? "channel-conn-count-error" : "channel-conn-count")
      .field("channel", info.name)
      .field("connCount", std::to_string(std::min(count, kMostConnectionsPerChannel)))
      .field("connId", session.name)
      .end_object();
  send(state, session, text);
  return !too_many;
}

void add_subscription(ServerState& state, Session& session, std::string_view id,
                      Subscription subscription) {
  const ChannelInfo& info = info_of(subscription.channel);
  // A lost acknowledgement changes nothing else.
  if (!state.faults.take(FaultKind::DropSubscribeAck, info.name))
    acknowledge(state, session, id, "subscribe", subscription.arg);
  const bool known = std::ranges::any_of(
      session.subscriptions, [&](const Subscription& s) { return s.same_as(subscription); });
  if (!known) {
    session.subscriptions.push_back(subscription);
    if (!is_private(info)) {
      auto& topic = state.topics[{subscription.channel, subscription.topic}];
      if (std::ranges::find(topic, session.id) == topic.end()) topic.push_back(session.id);
    }
  }
  if (info.counted && !tell_connection_count(state, session, info)) return;
  if (is_private(info))
    greet_private_subscriber(state, session, subscription);
  else
    greet_public_subscriber(state, session, subscription);
}

}  // namespace

void handle_subscribe(ServerState& state, Session& session, std::string_view id,
                      simdjson::dom::array args) {
  for (const simdjson::dom::element element : args) {
    const auto arg = as_object(element);
    if (!arg) {
      send_error(state, session, id, "60013", "Invalid args");
      continue;
    }
    if (session.subscriptions.size() >= kMostSubscriptions)
      return close_session(state, session.id, 4008, "The total number of channels is too large");
    if (const auto fault =
            state.faults.take(FaultKind::RefuseSubscribe, text_or_empty(*arg, "channel"))) {
      send_error(state, session, id, fault->text("code", "60018"), "An ordered fault");
      continue;
    }
    auto subscription = parse_subscription(state, session, *arg);
    // OKX publishes the number and not what it counts: here, what a login is needed for.
    if (subscription && is_private(info_of(subscription->channel)) && key_is_full(state, session))
      return close_session(state, session.id, 4003, "The API key has too many subscriptions");
    if (subscription)
      add_subscription(state, session, id, std::move(*subscription));
    else
      send_error(state, session, id, subscription.error().code, subscription.error().message);
  }
}

void handle_unsubscribe(ServerState& state, Session& session, std::string_view id,
                        simdjson::dom::array args) {
  for (const simdjson::dom::element element : args) {
    const auto arg = as_object(element);
    const ChannelInfo* const info = arg ? find_channel(text_or_empty(*arg, "channel")) : nullptr;
    if (!arg) {
      send_error(state, session, id, "60013", "Invalid args");
      continue;
    }
    if (info == nullptr || info->path != session.path) {
      const Refused refused = wrong_path(info, session.path, *arg);
      send_error(state, session, id, refused.code, refused.message);
      continue;
    }
    const std::string members = arg_members(*arg);
    Subscription wanted;
    wanted.channel = info->channel;
    if (is_private(*info)) {
      wanted.instrument_type = text_or_empty(*arg, "instType");
      wanted.instrument_family = text_or_empty(*arg, "instFamily");
      wanted.instrument_name = text_or_empty(*arg, "instId");
      wanted.currency = text_or_empty(*arg, "ccy");
      wanted.algo_id = text_or_empty(*arg, "algoId");
    } else if (const auto refused = name_public_topic(state, *info, *arg, wanted)) {
      send_error(state, session, id, refused->code, refused->message);
      continue;
    } else {
      std::erase_if(session.subscriptions, [&](const auto& s) { return s.same_as(wanted); });
      // Another family of the same topic may still be wanted.
      const bool still = std::ranges::any_of(session.subscriptions, [&](const Subscription& s) {
        return s.channel == wanted.channel && s.topic == wanted.topic;
      });
      if (!still) std::erase(state.topics[{info->channel, wanted.topic}], session.id);
    }
    std::erase_if(session.subscriptions, [&](const auto& s) { return s.same_as(wanted); });
    acknowledge(state, session, id, "unsubscribe", members);
  }
}

}  // namespace gannet::okx_server
