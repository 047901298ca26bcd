// Exits that come with an order: kept while it is open, live when it has ended with fills, gone
// with it when it has none.
// Choice: they go live when the order has ended, filled whole or cancelled in part ("once the
// general order is filled completely", OKX API v5), not at its first fill.

#include <algorithm>

#include "sim/internal/algo_state.h"

namespace gannet::sim {

AlgoRefusal AlgoDesk::State::attach(NewOrder& order, Price order_price,
                                    std::vector<AttachedExit> exits) {
  if (!instruments.contains(order.instrument)) {
    return {AlgoProblem::OrderTerms, Refusal::UnknownInstrument};
  }
  const bool first = order.algo_id == 0;  // a trigger's were checked when it came
  if (first) {
    if (const AlgoRefusal r = check_attached(order, order_price, exits); !r.ok()) return r;
  }
  Attachment made;
  made.user = order.user;
  made.instrument = order.instrument;
  made.side = order.side;
  for (AttachedExit& exit : exits) exit.id = next_id();
  made.view.exits = std::move(exits);
  order.attachment = ++last_attachment;
  attachments.emplace(order.attachment, std::move(made));
  return {};
}

void AlgoDesk::State::go_live(const Note& note) {
  const std::uint32_t number = note.parent.attachment;
  Attachment* const group = find_attachment(number);
  if (group == nullptr || group->done) return;
  end(number, *group);
  if (note.filled.raw <= 0) return;
  const Instrument& instrument = instruments[note.parent.instrument];
  const bool derivative = is_derivative(instrument.kind);
  const Price entry{static_cast<std::int64_t>(note.cost / note.filled.raw)};
  group->entry = entry;
  Quantity left = note.filled;
  if (!derivative && note.parent.side == Side::Buy && note.fee.raw > 0 &&
      note.fee.currency == instrument.base) {
    // The fee was taken from what was bought.
    const __int128 unit = power_of_ten(Amount::kDigits - instrument.quantity_digits);
    left.raw -= static_cast<std::int64_t>((note.fee.raw + unit - 1) / unit);
    left.raw -= left.raw % instrument.lot_size.raw;
  }
  const Quantity whole = left;
  for (const AttachedExit& exit : std::vector<AttachedExit>(group->view.exits)) {
    NewAlgo terms;
    terms.user = note.parent.user;
    terms.instrument = note.parent.instrument;
    terms.side = note.parent.side == Side::Buy ? Side::Sell : Side::Buy;
    terms.mode = note.parent.mode;
    terms.position_side = note.parent.position_side;
    terms.reduce_only = derivative && note.parent.position_side == PositionSide::Net;
    terms.ends_with_position = derivative;
    terms.tag = note.parent.tag;
    terms.client_id = exit.client_id;
    terms.take_profit = exit.take_profit;
    terms.stop_loss = exit.stop_loss;
    terms.stop_to_entry = exit.stop_to_entry;
    terms.type = exit.trail                           ? AlgoType::TrailingStop
                 : exit.take_profit && exit.stop_loss ? AlgoType::OneCancelsOther
                                                      : AlgoType::Conditional;
    if (exit.trail) terms.trail = *exit.trail;
    // Several take profits share what was filled, in their order; a stop covers all of it.
    terms.quantity = exit.quantity && exit.take_profit ? std::min(*exit.quantity, left) : whole;
    if (exit.quantity && exit.take_profit) left -= terms.quantity;
    const auto from_entry = [&](Ratio ratio) {
      const Price price{
          static_cast<std::int64_t>(static_cast<__int128>(entry.raw) * (kWhole + ratio) / kWhole)};
      return round_to_tick(instrument, price, Rounding::Nearest);
    };
    if (exit.take_profit_ratio && terms.take_profit) {
      terms.take_profit->trigger = from_entry(*exit.take_profit_ratio);
    }
    if (exit.stop_loss_ratio && terms.stop_loss) {
      // A stop's ratio is a distance: below the entry of a buy, above that of a sale.
      const bool long_entry = note.parent.side == Side::Buy;
      terms.stop_loss->trigger =
          from_entry(long_entry ? -*exit.stop_loss_ratio : *exit.stop_loss_ratio);
    }
    if (terms.quantity.raw <= 0) continue;
    if (knows_client_id(terms.user, terms.client_id.view())) {
      group->view.failure = {AlgoProblem::DuplicateClientId};
      continue;
    }
    Algo& algo = create(terms);
    algo.view.parent = note.parent_id;
    algo.attachment = number;
    group->algos.push_back(algo.view.id);
    tell(algo);
    notes.push_back({.what = Note::What::GoLive, .algo = algo.index});
  }
}

AlgoRefusal AlgoDesk::State::amend_attached(Attachment& attachment,
                                            const std::vector<AmendAttached>& changes) {
  if (attachment.done) return {AlgoProblem::AttachedNotFound};
  std::vector<AttachedExit> exits = attachment.view.exits;
  for (const AmendAttached& change : changes) {
    const auto is_meant = [&](const AttachedExit& exit) {
      if (change.id != 0) return exit.id == change.id;
      if (!change.client_id.empty()) return exit.client_id == change.client_id;
      return exits.size() == 1;
    };
    const auto found = std::ranges::find_if(exits, is_meant);
    if (found == exits.end()) return {AlgoProblem::AttachedNotFound};
    // Unlike an exit that is live, one that waits may be added, if all of it is named.
    const auto amend_one = [](std::optional<Exit>& exit, std::optional<Ratio>& ratio,
                              const AmendExit& to) {
      if (!to.any()) return true;
      if (!exit && !to.remove) {
        if ((!to.trigger && !to.ratio) || (!to.limit && !to.to_market)) return false;
        exit = Exit{};
      }
      apply(exit, to);
      if (to.ratio) ratio = to.ratio;
      if (to.trigger || to.remove) ratio.reset();
      return true;
    };
    if (!amend_one(found->take_profit, found->take_profit_ratio, change.take_profit) ||
        !amend_one(found->stop_loss, found->stop_loss_ratio, change.stop_loss)) {
      return {AlgoProblem::ExitMissing};
    }
    if (change.quantity) found->quantity = change.quantity;
    if (found->trail && change.callback) found->trail->callback = *change.callback;
    if (found->trail && change.activation) found->trail->activation = *change.activation;
    if (!found->trail && !found->take_profit && !found->stop_loss) exits.erase(found);
  }
  attachment.view.exits = std::move(exits);
  return {};
}

void AlgoDesk::State::move_stops_to_entry(std::uint32_t attachment) {
  const Attachment* const group = find_attachment(attachment);
  if (group == nullptr) return;
  const Price entry =
      round_to_tick(instruments[group->instrument], group->entry, Rounding::Nearest);
  for (const AlgoId id : group->algos) {
    Algo* const found = find(id);
    if (found == nullptr) continue;
    Algo& algo = *found;
    if (!algo.pending() || algo.noted || !algo.view.terms.stop_loss ||
        !algo.view.terms.stop_to_entry || algo.view.terms.stop_loss->trigger == entry) {
      continue;
    }
    algo.view.terms.stop_loss->trigger = entry;
    algo.view.update_time = now;
    tell(algo, true);
  }
}

}  // namespace gannet::sim
