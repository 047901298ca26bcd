#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"
#include "sim/okx_server/protocol/internal/channels.h"
#include "sim/okx_server/protocol/server_io.h"

namespace gannet::okx_server {

struct Subscription {
  Channel channel = Channel::Book;
  std::string arg;                ///< members of the argument as asked, without braces
  std::uint32_t topic = 0;        ///< instrument, instrument type, or 0 (see TopicKey)
  std::string instrument_type;    ///< private filters; "" or ANY: all
  std::string instrument_family;  ///< "": all
  std::string instrument_name;    ///< "": all; wins over the family
  std::string currency;           ///< account: "" all
  std::string algo_id;            ///< algo-advance: "" all
  bool events_only = false;       ///< no regular push beside the events

  bool same_as(const Subscription& other) const noexcept {
    return channel == other.channel && topic == other.topic &&
           instrument_type == other.instrument_type &&
           instrument_family == other.instrument_family &&
           instrument_name == other.instrument_name && currency == other.currency &&
           algo_id == other.algo_id;
  }
};

/// Frames on their way that a wire fault holds back, in order.
struct Link {
  struct Held {
    Timestamp due;
    std::string text;
  };
  std::deque<Held> out;
  std::deque<Held> in;
  std::size_t out_bytes = 0;
  std::size_t in_bytes = 0;
  Timestamp out_free;   ///< when a slow line has sent what was given to it
  bool broken = false;  ///< reset in the middle of a frame; forgotten in the next turn
};

/// One socket connection.
struct Session {
  ConnectionId id = 0;
  SocketPath path = SocketPath::Public;
  std::string name;  ///< connId
  std::string peer;
  std::optional<std::size_t> user;  ///< index into users, after login
  std::string key;                  ///< API key of the login
  Timestamp last_sent;
  std::deque<Timestamp> requests;  ///< login, subscribe, unsubscribe of the last hour
  std::vector<Subscription> subscriptions;
  std::optional<Timestamp> close_at;  ///< an announced upgrade
  Link link;
  std::map<Channel, std::string> last_push;  ///< of private channels: a fault sends it again
};

}  // namespace gannet::okx_server
