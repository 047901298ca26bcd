#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gannet::okx_server {

struct ServerState;
struct RestCall;
struct RestReply;

/// What a replica behind REST has seen: while `replica_lag` is on, each change of an order and each
/// state of an account is kept as REST writes it, with its time.
class Replica {
 public:
  /// Begins to write down, if the fault is on and it has not yet; ends if it is not.
  void follow(ServerState& state);
  void on_order(ServerState& state, std::size_t user, std::uint64_t order, std::string row,
                bool open);
  /// Accounts are looked at in each turn in which they may have changed.
  void on_account(ServerState& state, std::size_t user);

  /// Makes an answer as old as the replica is.
  void bend(RestCall& call, std::string_view path, RestReply& reply);
  bool on() const noexcept { return on_; }

 private:
  struct Version {
    Timestamp time;
    std::string row;
    bool open = false;
  };
  using Versions = std::deque<Version>;

  static const Version* as_of(const Versions& versions, Timestamp time) noexcept;
  static void keep(Versions& versions, Version version);
  void bend_order(RestCall& call, Timestamp seen, RestReply& reply);
  void bend_pending(RestCall& call, Timestamp seen, RestReply& reply);

  bool on_ = false;
  std::map<std::pair<std::size_t, std::uint64_t>, Versions> orders_;  ///< by user and order
  std::map<std::size_t, Versions> positions_, balances_;              ///< by user
};

}  // namespace gannet::okx_server
