#include "sim/algo_desk.h"

#include <algorithm>

#include "sim/internal/algo_state.h"

namespace gannet::sim {

AlgoDesk::AlgoDesk(Exchange& exchange, const InstrumentTable& instruments, AlgoEvents& events,
                   const AlgoCaps& caps)
    : state_(std::make_unique<State>(exchange, instruments, events, caps)) {}

AlgoDesk::~AlgoDesk() = default;

AlgoDesk::PlaceResult AlgoDesk::place(const NewAlgo& asked, Timestamp now) {
  state_->now = now;
  NewAlgo terms = asked;
  // A one-way order that names both exits acts on the stop alone. OKX API v5, place algo order.
  if (terms.type == AlgoType::Conditional && terms.stop_loss) terms.take_profit.reset();
  const AlgoRefusal refusal = state_->check(terms);
  if (!refusal.ok()) return {refusal, {}};
  Algo& algo = state_->create(terms);
  state_->tell(algo);
  state_->notes.push_back({.what = Note::What::GoLive, .algo = algo.index});
  return {{}, algo.view.id};
}

AlgoRefusal AlgoDesk::amend(UserId user, AlgoId id, const AmendAlgo& change,
                            std::string_view request_id, Timestamp now) {
  state_->now = now;
  Algo* const algo = state_->find(user, id);
  if (algo == nullptr) return {AlgoProblem::NotFound};
  if (!algo->pending() || algo->noted) return {AlgoProblem::AlreadyTriggered};
  const AlgoRefusal refusal = state_->amend(*algo, change);
  if (!refusal.ok()) return refusal;
  algo->view.update_time = now;
  state_->tell(*algo, true, request_id);
  state_->watch(*algo);
  return {};
}

AlgoRefusal AlgoDesk::cancel(UserId user, AlgoId id, Timestamp now) {
  state_->now = now;
  Algo* const algo = state_->find(user, id);
  if (algo == nullptr) return {AlgoProblem::NotFound};
  if (!algo->pending()) return {AlgoProblem::NotFound};
  if (algo->noted) return {AlgoProblem::AlreadyTriggered};
  state_->cancel(*algo);
  return {};
}

void AlgoDesk::begin(AlgoId id) {
  Algo* const algo = state_->find(id);
  if (algo == nullptr || !algo->pending() || !algo->watched || !algo->view.terms.slices.rsi) return;
  algo->watched = false;
  state_->working.push_back(algo->index);
}

AlgoRefusal AlgoDesk::attach(NewOrder& order, std::vector<AttachedExit> exits, Timestamp now) {
  state_->now = now;
  // A market order has no price: its exits are measured from what it would meet.
  const bool priced = order.type != OrderType::Market && order.type != OrderType::OptimalLimitIoc;
  const Side other = order.side == Side::Buy ? Side::Sell : Side::Buy;
  const Price met = state_->exchange.best(order.instrument, other)
                        .value_or(state_->reference(order.instrument, PriceSource::Last));
  return state_->attach(order, priced ? order.price : met, std::move(exits));
}

void AlgoDesk::drop(std::uint32_t attachment) {
  if (Attachment* const found = state_->find_attachment(attachment)) {
    state_->end(attachment, *found);
  }
}

AlgoRefusal AlgoDesk::amend_attached(std::uint32_t attachment,
                                     const std::vector<AmendAttached>& changes) {
  Attachment* const found = state_->find_attachment(attachment);
  if (found == nullptr) return {AlgoProblem::AttachedNotFound};
  return state_->amend_attached(*found, changes);
}

const AttachmentView* AlgoDesk::attachment(std::uint32_t id) const noexcept {
  const Attachment* const found = state_->find_attachment(id);
  return found == nullptr ? nullptr : &found->view;
}

void AlgoDesk::on_order_change(const OrderChange& change) {
  const OrderView& order = change.order;
  const bool ended = order.state != OrderState::Live && order.state != OrderState::PartiallyFilled;
  if (Algo* const algo = state_->find(AlgoId{order.terms.algo_id})) {
    auto child = std::ranges::find(algo->open, order.id, &ChildOrder::id);
    if (child == algo->open.end()) child = algo->open.insert(child, ChildOrder{.id = order.id});
    child->price = order.terms.price;
    child->quantity = order.terms.quantity;
    child->filled = order.filled;
    child->ended = ended;
    child->cause = order.cancel_cause;
    if (change.fill) {
      algo->filled += change.fill->quantity;
      algo->cost += static_cast<__int128>(change.fill->price.raw) * change.fill->quantity.raw;
    }
    if (change.fill || ended) {
      state_->notes.push_back({.what = Note::What::Order, .algo = algo->index});
    }
  }
  if (order.terms.attachment != 0 && ended) {
    Note note{.what = Note::What::ParentEnded};
    note.parent = order.terms;
    note.parent_id = order.id;
    note.filled = order.filled;
    note.cost = order.filled_cost;
    note.fee = order.fee;
    state_->notes.push_back(note);
  }
}

void AlgoDesk::on_trade(const PublicTrade& trade) {
  state_->prices_of(trade.instrument).last = trade.price;
  if (trade.instrument.value >= state_->pending.size()) return;
  for (const std::uint32_t index : state_->pending[trade.instrument.value]) {
    state_->look(*state_->algos[index], PriceSource::Last, trade.price);
  }
}

void AlgoDesk::on_mark_price(InstrumentId instrument, Price mark, Price index) {
  State::Prices& prices = state_->prices_of(instrument);
  prices.mark = mark;
  prices.index = index;
  if (instrument.value >= state_->pending.size()) return;
  for (const std::uint32_t i : state_->pending[instrument.value]) {
    state_->look(*state_->algos[i], PriceSource::Mark, mark);
    state_->look(*state_->algos[i], PriceSource::Index, index);
  }
}

void AlgoDesk::on_position(UserId user, const PositionView& position) {
  if (position.instrument.value >= state_->pending.size()) return;
  const auto& here = state_->pending[position.instrument.value];
  const bool concerned = std::ranges::any_of(here, [&](std::uint32_t index) {
    const NewAlgo& terms = state_->algos[index]->view.terms;
    return terms.user == user && (terms.ends_with_position || terms.close_all);
  });
  if (!concerned) return;
  Note note{.what = Note::What::Position};
  note.parent.user = user;
  note.parent.instrument = position.instrument;
  note.parent.position_side = position.side;
  note.parent.mode = position.mode;
  state_->notes.push_back(note);
}

void AlgoDesk::run(Timestamp now) {
  state_->now = now;
  state_->run();
}

bool AlgoDesk::has_work() const noexcept {
  return !state_->notes.empty() || !state_->working.empty();
}

const AlgoView* AlgoDesk::find(AlgoId id) const noexcept {
  const Algo* const algo = state_->find(id);
  return algo == nullptr ? nullptr : &algo->view;
}

const AlgoView* AlgoDesk::find_by_client_id(UserId user,
                                            std::string_view client_id) const noexcept {
  if (client_id.empty()) return nullptr;
  const auto found = state_->by_client_id.find({user, std::string(client_id)});
  return found == state_->by_client_id.end() ? nullptr : &state_->algos[found->second]->view;
}

std::vector<AlgoId> AlgoDesk::all(UserId user) const {
  return user < state_->by_user.size() ? state_->by_user[user] : std::vector<AlgoId>{};
}

std::size_t AlgoDesk::pending_count(UserId user) const noexcept {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < state_->pending.size(); ++i) {
    count += pending_count(user, InstrumentId{i});
  }
  return count;
}

std::size_t AlgoDesk::pending_count(UserId user, InstrumentId instrument) const noexcept {
  if (instrument.value >= state_->pending.size()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      state_->pending[instrument.value],
      [&](std::uint32_t index) { return state_->algos[index]->view.terms.user == user; }));
}

}  // namespace gannet::sim
