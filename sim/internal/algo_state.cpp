// What the desk holds, and its turn.

#include "sim/internal/algo_state.h"

#include <algorithm>

namespace gannet::sim {

Algo& AlgoDesk::State::create(const NewAlgo& terms) {
  auto made = std::make_unique<Algo>();
  if (free_algos.empty()) {
    free_algos.push_back(static_cast<std::uint32_t>(algos.size()));
    algos.emplace_back();
  }
  made->index = free_algos.back();
  free_algos.pop_back();
  made->view.id = {next_id()};
  made->view.terms = terms;
  made->view.last_price = prices_of(terms.instrument).last;
  made->view.create_time = now;
  made->view.update_time = now;
  by_id.emplace(made->view.id.value, made->index);
  if (!terms.client_id.empty()) {
    by_client_id[{terms.user, std::string(terms.client_id.view())}] = made->index;
  }
  if (terms.user >= by_user.size()) by_user.resize(terms.user + 1);
  by_user[terms.user].push_back(made->view.id);
  if (terms.instrument.value >= pending.size()) pending.resize(terms.instrument.value + 1);
  pending[terms.instrument.value].push_back(made->index);
  std::unique_ptr<Algo>& place = algos[made->index];
  place = std::move(made);
  return *place;
}

AlgoDesk::State::History& AlgoDesk::State::history_of(UserId user) {
  if (user >= history.size()) history.resize(std::size_t{user} + 1);
  return history[user];
}

void AlgoDesk::State::end(std::uint32_t number, Attachment& attachment) {
  if (!attachment.done) history_of(attachment.user).attachments.push_back(number);
  attachment.done = true;
}

Attachment* AlgoDesk::State::find_attachment(std::uint32_t number) noexcept {
  const auto found = attachments.find(number);
  return found == attachments.end() ? nullptr : &found->second;
}

void AlgoDesk::State::forget_oldest() {
  for (History& of_user : history) {
    while (of_user.algos.size() > kEndedKept) {
      forget(of_user.algos.front());
      of_user.algos.pop_front();
    }
    // Each is looked at once: one whose exits are live is asked for its entry price still.
    std::size_t looks = of_user.attachments.size();
    for (; looks > kEndedKept; --looks) {
      const std::uint32_t number = of_user.attachments.front();
      of_user.attachments.pop_front();
      const bool in_use =
          std::ranges::any_of(attachments.at(number).algos, [this](const AlgoId id) {
            const Algo* const algo = find(id);
            return algo != nullptr && algo->pending();
          });
      if (in_use) {
        of_user.attachments.push_back(number);
      } else {
        attachments.erase(number);
      }
    }
  }
}

void AlgoDesk::State::forget(AlgoId id) {
  const auto found = by_id.find(id.value);
  const std::uint32_t index = found->second;
  const NewAlgo& terms = algos[index]->view.terms;
  std::vector<AlgoId>& of_user = by_user[terms.user];
  of_user.erase(std::ranges::find(of_user, id));
  const auto named = by_client_id.find({terms.user, std::string(terms.client_id.view())});
  if (named != by_client_id.end() && named->second == index) by_client_id.erase(named);
  by_id.erase(found);
  algos[index].reset();
  free_algos.push_back(index);
}

Algo* AlgoDesk::State::find(AlgoId id) noexcept {
  if (!id.valid()) return nullptr;
  const auto found = by_id.find(id.value);
  return found == by_id.end() ? nullptr : algos[found->second].get();
}

Algo* AlgoDesk::State::find(UserId user, AlgoId id) noexcept {
  Algo* const algo = find(id);
  return algo != nullptr && algo->view.terms.user == user ? algo : nullptr;
}

std::uint64_t AlgoDesk::State::next_id() noexcept {
  // As order ids are made, but from the upper half of each millisecond: the two never meet in
  // practice, and a client that mixes them up is told "not found".
  const auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_millis(now), 0));
  constexpr std::uint64_t kSmallest = 100'000'000'000'000'000;  // 18 digits
  last_id = std::max({last_id + 1, (millis << 20) + (1u << 19), kSmallest});
  return last_id;
}

AlgoDesk::State::Prices& AlgoDesk::State::prices_of(InstrumentId instrument) {
  if (instrument.value >= prices.size()) prices.resize(std::size_t{instrument.value} + 1);
  return prices[instrument.value];
}

Price AlgoDesk::State::reference(InstrumentId instrument, PriceSource source) {
  const Prices& here = prices_of(instrument);
  switch (source) {
    case PriceSource::Last:
      return here.last.raw > 0 ? here.last : exchange.mark_price(instrument);
    case PriceSource::Index:
      return exchange.index_price(instrument);
    case PriceSource::Mark:
      return exchange.mark_price(instrument);
  }
  return {};
}

void AlgoDesk::State::tell(const Algo& algo, bool amended, std::string_view request) {
  events.on_algo_change({algo.view, amended, request});
}

void AlgoDesk::State::end(Algo& algo, AlgoState state) {
  if (algo.pending()) history_of(algo.view.terms.user).algos.push_back(algo.view.id);
  algo.view.state = state;
  algo.view.update_time = now;
  algo.watched = false;
  std::erase(pending[algo.view.terms.instrument.value], algo.index);
  std::erase(working, algo.index);
  tell(algo);
}

void AlgoDesk::State::cancel_orders(Algo& algo, CancelCause cause) {
  for (const ChildOrder& child : std::vector<ChildOrder>(algo.open)) {
    if (!child.ended) exchange.cancel(algo.view.terms.user, child.id, cause, now);
  }
}

void AlgoDesk::State::cancel(Algo& algo) {
  const bool in_slices = algo.view.terms.type >= AlgoType::Iceberg;
  // Ended first, so that what its orders tell now is not taken for a reason to go on.
  end(algo,
      in_slices && algo.filled.raw > 0 ? AlgoState::PartiallyEffective : AlgoState::Cancelled);
  cancel_orders(algo, in_slices ? CancelCause::User : CancelCause::LinkedStopCancelled);
}

bool apply(std::optional<Exit>& exit, const AmendExit& change) {
  if (change.remove) {
    exit.reset();
    return false;
  }
  if (!exit) return false;
  if (change.trigger) exit->trigger = *change.trigger;
  if (change.source) exit->source = *change.source;
  if (change.limit) exit->limit = *change.limit;
  if (change.to_market) exit->limit.reset();
  return true;
}

AlgoRefusal AlgoDesk::State::amend(Algo& algo, const AmendAlgo& change) {
  NewAlgo terms = algo.view.terms;
  const bool exits = terms.type == AlgoType::Conditional || terms.type == AlgoType::OneCancelsOther;
  if (!exits && terms.type != AlgoType::Trigger) return {AlgoProblem::NotAmendable};
  const bool any = change.quantity || change.take_profit.any() || change.stop_loss.any() ||
                   change.trigger.any() || change.chase_distance || change.chase_farthest ||
                   !change.attached.empty();
  if (!any) return {AlgoProblem::NothingToAmend};
  if (change.quantity) {
    if (terms.close_all) return {AlgoProblem::CloseAllQuantityFixed};
    if (algo.view.resting.valid()) return {AlgoProblem::RestingQuantityFixed};
    terms.quantity = *change.quantity;
  }
  if (exits) {
    // An exit can be changed or taken away, not added; one must stay.
    if ((change.take_profit.any() && !terms.take_profit) ||
        (change.stop_loss.any() && !terms.stop_loss)) {
      return {AlgoProblem::ExitMissing};
    }
    if (terms.close_all && (change.take_profit.limit || change.stop_loss.limit)) {
      return {AlgoProblem::CloseAllPriceFixed};
    }
    apply(terms.take_profit, change.take_profit);
    apply(terms.stop_loss, change.stop_loss);
    if (!terms.take_profit && !terms.stop_loss) return {AlgoProblem::ExitMissing};
    if (terms.type == AlgoType::OneCancelsOther && !(terms.take_profit && terms.stop_loss)) {
      terms.type = AlgoType::Conditional;
    }
  } else {
    if (change.trigger.trigger) terms.trigger = *change.trigger.trigger;
    if (change.trigger.source) terms.source = *change.trigger.source;
    if (change.trigger.limit) terms.limit = *change.trigger.limit;
    if (change.trigger.to_market) terms.limit.reset();
    if (change.chase_distance) terms.chase.distance = *change.chase_distance;
    if (change.chase_farthest) terms.chase.farthest = *change.chase_farthest;
    if (!change.attached.empty()) {
      Attachment shown;
      shown.view.exits = terms.attached;
      if (const AlgoRefusal r = amend_attached(shown, change.attached); !r.ok()) return r;
      terms.attached = shown.view.exits;
    }
  }
  if (const AlgoRefusal r = check_form(terms); !r.ok()) return r;
  if (exits) {
    if (const AlgoRefusal r = check_exits(terms, algo.view.id); !r.ok()) return r;
  }
  if (algo.view.resting.valid() && change.take_profit.any()) {
    if (const AlgoRefusal r = amend_resting(algo, terms.take_profit); !r.ok()) return r;
  }
  algo.view.terms = terms;
  return {};
}

AlgoRefusal AlgoDesk::State::amend_resting(Algo& algo, const std::optional<Exit>& to) {
  if (!to) {
    const Refusal refused = exchange.cancel(algo.view.terms.user, algo.view.resting,
                                            CancelCause::LinkedStopCancelled, now);
    if (refused != Refusal::None) return {AlgoProblem::OrderTerms, refused};
    algo.view.resting = {};
    return {};
  }
  if (!to->limit) return {AlgoProblem::RestingTakeProfitNeedsPrice};
  if (to->limit == algo.view.terms.take_profit->limit) return {};
  AmendTerms amend;
  amend.price = to->limit;
  const Refusal refused = exchange.amend(algo.view.terms.user, algo.view.resting, amend, now);
  return refused == Refusal::None ? AlgoRefusal{} : AlgoRefusal{AlgoProblem::OrderTerms, refused};
}

void AlgoDesk::State::act_on(const Note& note) {
  switch (note.what) {
    case Note::What::GoLive: {
      Algo& algo = *algos[note.algo];
      if (!algo.pending()) return;
      if (algo.view.terms.take_profit && algo.view.terms.take_profit->resting) {
        rest_take_profit(algo);
      }
      if (algo.pending()) watch(algo);
      return;
    }
    case Note::What::Fire:
      fire(*algos[note.algo], note.exit);
      return;
    case Note::What::Order:
      on_own_order(*algos[note.algo]);
      return;
    case Note::What::ParentEnded:
      go_live(note);
      return;
    case Note::What::Position:
      on_position(note.parent);
      return;
  }
}

void AlgoDesk::State::run() {
  const auto drain = [this] {
    // What is done may be heard of again: the list grows while it is worked off.
    for (std::size_t i = 0; i < notes.size(); ++i) act_on(Note(notes[i]));
    notes.clear();
  };
  drain();
  if (!working.empty()) {
    for (const std::uint32_t index : std::vector<std::uint32_t>(working)) {
      if (algos[index]->pending()) work(*algos[index]);
    }
    drain();
  }
  forget_oldest();
}

}  // namespace gannet::sim
