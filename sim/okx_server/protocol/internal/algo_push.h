#pragma once

#include <string>
#include <vector>

#include "sim/algo_desk.h"
#include "sim/okx_server/protocol/internal/channels.h"

namespace gannet::okx_server {

struct ServerState;
struct Session;
struct Subscription;

/// A change of an algo order, rendered at once because the desk's view does not last.
struct AlgoPush {
  std::size_t user = 0;
  InstrumentId instrument;
  Channel channel = Channel::AlgoOrders;
  std::string algo_id;
  std::string text;  ///< an object of its channel
};

/// Takes what the desk tells, puts it into the state.
class AlgoSink final : public sim::AlgoEvents {
 public:
  explicit AlgoSink(ServerState& state) noexcept : state_(state) {}
  void on_algo_change(const sim::AlgoChange& change) noexcept override;
  sim::Triggered on_trigger(const sim::AlgoView& algo) noexcept override;

 private:
  ServerState& state_;
};

/// The pending orders of `algo-advance` for a new subscriber, as objects without brackets.
std::string advanced_snapshot(const ServerState& state, const Session& session,
                              const Subscription& subscription);

}  // namespace gannet::okx_server
