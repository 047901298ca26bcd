#include "sim/okx_server/protocol/internal/algo_push.h"

#include "sim/okx_server/protocol/internal/algo_json.h"
#include "sim/okx_server/protocol/internal/algo_names.h"
#include "sim/okx_server/protocol/internal/names.h"

namespace gannet::okx_server {

void AlgoSink::on_algo_change(const sim::AlgoChange& change) noexcept {
  const UserState* const user = state_.find_user(change.algo.terms.user);
  if (user == nullptr) return;
  AlgoPush push;
  push.user = static_cast<std::size_t>(user - state_.users.data());
  push.instrument = change.algo.terms.instrument;
  push.channel = is_advanced(change.algo.terms.type) ? Channel::AdvancedAlgos : Channel::AlgoOrders;
  push.algo_id = std::to_string(change.algo.id.value);
  const std::string_view name = state_.instruments[push.instrument].name.view();
  if (state_.faults.find(FaultKind::AlgoUnnamed, name) != nullptr)
    state_.faults.count(FaultKind::AlgoUnnamed);
  JsonWriter json(push.text);
  write_pushed_algo(json, state_, change);
  state_.algo_pushes.push_back(std::move(push));
}

sim::Triggered AlgoSink::on_trigger(const sim::AlgoView& algo) noexcept {
  const std::string_view name = state_.instruments[algo.terms.instrument].name.view();
  const bool trails = algo.terms.type == sim::AlgoType::TrailingStop;
  if (trails && state_.faults.take(FaultKind::AlgoRearm, name)) return sim::Triggered::ArmsAnew;
  if (state_.faults.take(FaultKind::AlgoRefused, name)) return sim::Triggered::Refused;
  return sim::Triggered::GoesIn;
}

std::string advanced_snapshot(const ServerState& state, const Session& session,
                              const Subscription& subscription) {
  std::string data;
  JsonWriter json(data);
  const UserState& user = state.users[*session.user];
  for (const sim::AlgoId id : state.algos->all(user.id)) {
    const sim::AlgoView* const algo = state.algos->find(id);
    if (algo == nullptr || !sim::is_pending(algo->state) || !is_advanced(algo->terms.type))
      continue;
    const Instrument& instrument = state.instruments[algo->terms.instrument];
    const std::string& type = subscription.instrument_type;
    const bool wanted =
        (type == "ANY" || type == name_of(instrument.kind)) &&
        (subscription.instrument_name.empty() ||
         subscription.instrument_name == instrument.name.view()) &&
        (subscription.algo_id.empty() || subscription.algo_id == std::to_string(id.value));
    if (wanted) write_pushed_algo(json, state, {*algo, false, {}});
  }
  return data;
}

}  // namespace gannet::okx_server
