#include <array>
#include <cstdlib>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>

#include "simtest/simulation.h"

// What must agree when nothing is in flight any more, and when the engine says that it is ready.

namespace gannet::simtest {

using engine::EngineState;

namespace {

ClientOrderId client_id_of(const sim::OrderView& order) {
  return {std::strtoull(std::string(order.terms.client_id.view()).c_str(), nullptr, 10)};
}

}  // namespace

std::optional<Simulation::Wrong> Simulation::order_disagreement() {
  engine::TradingCore& core = life_->core();
  const sim::Exchange& exchange = venue_.exchange();
  for (const VenueOrderId id : venue_.own_open_orders()) {
    const sim::OrderView& there = *exchange.find(id);
    // What an algo order put in bears its parent's name.
    if (there.terms.algo_id != 0) continue;
    const ClientOrderId name = client_id_of(there);
    const engine::Order* here = core.orders().table().find(name);
    if (here == nullptr) {
      if (core.orders().foreign().knows(id)) continue;
      return Wrong{"I2",
                   "order " + std::to_string(name.value) + " rests at the venue and is not known"};
    }
    if (!here->is_open())
      return Wrong{
          "I2", "order " + std::to_string(name.value) + " rests at the venue and has ended here"};
    if (here->price != there.terms.price || here->quantity != there.terms.quantity)
      return Wrong{
          "I2", "order " + std::to_string(name.value) +
                    " has other terms at the venue: " + std::to_string(there.terms.price.raw) +
                    " x " + std::to_string(there.terms.quantity.raw) + ", here " +
                    std::to_string(here->price.raw) + " x " + std::to_string(here->quantity.raw)};
    if (here->cumulative_quantity != there.filled)
      return Wrong{"I2", "order " + std::to_string(name.value) +
                             " is filled to another quantity at the venue"};
  }
  std::optional<Wrong> wrong;
  core.orders().table().for_each_open([&](const engine::Order& here) {
    if (wrong || here.algo) return;
    const sim::OrderView* there =
        exchange.find_by_client_id(Venue::kUser, std::to_string(here.client_id.value));
    const bool is_open = there != nullptr && (there->state == OrderState::Live ||
                                              there->state == OrderState::PartiallyFilled);
    if (!is_open)
      wrong = Wrong{"I11", "order " + std::to_string(here.client_id.value) +
                               " is open here and not at the venue"};
    else if (!here.amends.empty())
      wrong = Wrong{"I11", "an amend of order " + std::to_string(here.client_id.value) +
                               " is neither done nor refused"};
  });
  return wrong;
}

std::optional<Simulation::Wrong> Simulation::journal_disagreement() {
  if (lost_records_) return std::nullopt;
  const engine::TradingCore& core = life_->core();
  const engine::PriorBelief belief = journal_.read(kInstruments);
  std::array<std::int64_t, kInstruments> positions{};
  for (const engine::PriorBelief::PositionStep& one : belief.position_steps()) {
    if (const auto* fill = std::get_if<engine::FillBookedRecord>(&one)) {
      positions[fill->instrument] +=
          fill->side == Side::Buy ? fill->fill.quantity : -fill->fill.quantity;
    } else if (const auto* step = std::get_if<engine::AdjustmentRecord>(&one)) {
      positions[step->instrument] += step->after - step->before;
    }
  }
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    if (positions[i] != core.positions().of_account({i}).quantity().raw)
      return Wrong{"I6", "the journal adds up to a position of " + std::to_string(positions[i]) +
                             " in instrument " + std::to_string(i) + ", the engine has " +
                             std::to_string(core.positions().of_account({i}).quantity().raw)};
  }
  std::size_t open = 0;
  for (const engine::Order& order : belief.open_orders()) {
    ++open;
    const engine::Order* here = core.orders().table().find(order.client_id);
    if (here == nullptr || !here->is_open())
      return Wrong{"I6", "order " + std::to_string(order.client_id.value) +
                             " is open by the journal and not in the engine"};
  }
  std::size_t known = 0;
  core.orders().table().for_each_open([&](const engine::Order&) { ++known; });
  if (known > open)
    return Wrong{"I6", std::to_string(known) + " orders are open, and " + std::to_string(open) +
                           " by the journal"};
  return std::nullopt;
}

std::optional<Simulation::Wrong> Simulation::money_disagreement() {
  const std::string money = venue_.exchange().check_money();
  if (!money.empty()) return Wrong{"I7", money};
  for (const sim::BalanceView& there : venue_.exchange().balances(Venue::kUser)) {
    const CurrencyId currency =
        life_->listing().currencies.find(there.currency.valid() ? "USDT" : "");
    if (there.currency != currency) continue;
    const auto& here = life_->core().balance(currency);
    if (!here) return Wrong{"I7", "no balance was told"};
    if (here->cash.raw != there.cash.raw)
      return Wrong{"I7", "cash is " + to_string(here->cash) + " here, " + to_string(there.cash) +
                             " at the venue"};
  }
  return std::nullopt;
}

std::optional<Simulation::Wrong> Simulation::disagreement() {
  if (!life_) return Wrong{"I11", "the process does not run"};
  engine::TradingCore& core = life_->core();
  const engine::CoreStatus status = core.status();
  if (status.state != EngineState::Ready)
    return Wrong{"I11", "the engine is not ready: state " +
                            std::to_string(static_cast<int>(status.state)) + ", hold reason " +
                            std::to_string(static_cast<int>(status.hold_reason))};
  if (status.unknown_orders != 0) return Wrong{"I11", "the outcome of an order stays unknown"};
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    const InstrumentId instrument{i};
    const std::int64_t there = venue_.truth().exposure(instrument).position;
    const std::int64_t here = core.positions().of_account(instrument).quantity().raw;
    if (core.is_held(instrument))
      return Wrong{"I11", "instrument " + std::to_string(i) + " stays held: position " +
                              std::to_string(here) + " here, " + std::to_string(there) +
                              " at the venue"};
    if (here != there)
      return Wrong{"I1", "position " + std::to_string(here) + " in instrument " +
                             std::to_string(i) + " here, " + std::to_string(there) +
                             " at the venue"};
  }
  if (auto wrong = order_disagreement()) return wrong;
  if (!lost_records_ && watch_.accepted() == 0 && watch_.booked() != venue_.truth().matches())
    return Wrong{"POST-01", std::to_string(watch_.booked()) + " fills are booked, " +
                                std::to_string(venue_.truth().matches()) + " happened"};
  if (auto wrong = money_disagreement()) return wrong;
  // The journal and the venue's truth are read whole: when all else agrees, and not too often.
  if (now_ - journal_read_ < seconds(1)) return Wrong{"I6", "the journal was not read again"};
  journal_read_ = now_;
  if (auto wrong = algo_disagreement()) return wrong;
  return journal_disagreement();
}

/// Algo orders live beside the book.
std::optional<Simulation::Wrong> Simulation::algo_disagreement() {
  const engine::TradingCore& core = life_->core();
  const sim::AlgoDesk& desk = std::as_const(venue_.server()).algos();
  std::unordered_set<std::uint64_t> pending;
  for (const sim::AlgoId there : desk.all(Venue::kUser)) {
    const sim::AlgoView* algo = desk.find(there);
    if (algo == nullptr || !sim::is_pending(algo->state)) continue;
    const std::string name(algo->terms.client_id.view());
    const ClientOrderId id{std::strtoull(name.c_str(), nullptr, 10)};
    pending.insert(id.value);
    const engine::Order* here = core.orders().table().find(id);
    if ((here == nullptr || !here->is_open()) &&
        !core.orders().foreign().knows(VenueOrderId{there.value}))
      return Wrong{"I2", "algo order " + name + " waits at the venue, " +
                             (here == nullptr ? "unknown" : "ended") + " here"};
  }
  std::optional<Wrong> wrong;
  core.orders().table().for_each_open([&](const engine::Order& here) {
    if (wrong || !here.algo || pending.contains(here.client_id.value)) return;
    const engine::Order* entry = core.orders().table().find(here.attached_to);
    if (entry != nullptr && entry->is_open()) return;  // exits that do not live yet
    const engine::AlgoOrder* algo = core.orders().algos().find(here.client_id);
    if (algo != nullptr && algo->open_children != 0) return;  // what it put in works still
    wrong = Wrong{"I11", "algo order " + std::to_string(here.client_id.value) +
                             " is open here and not at the venue"};
  });
  return wrong;
}

void Simulation::look_at_readiness() {
  const bool is_ready = life_ && !watch_.is_dead() && life_->core().state() == EngineState::Ready;
  if (std::exchange(was_ready_, is_ready) || !is_ready || lists_lie_) return;
  const engine::TradingCore& core = life_->core();
  for (const VenueOrderId id : venue_.own_open_orders()) {
    const sim::OrderView& there = *venue_.exchange().find(id);
    // Younger than the list that was read: a request of the life before may have come late.
    if (there.terms.algo_id != 0 || now_ - there.create_time < seconds(3)) continue;
    const ClientOrderId name = client_id_of(there);
    const engine::Order* here = core.orders().table().find(name);
    if ((here != nullptr && here->is_open()) || core.orders().foreign().knows(id)) continue;
    watch_.fail("I2", "the engine is ready and order " + std::to_string(name.value) +
                          " rests at the venue, " + (here == nullptr ? "unknown" : "ended") +
                          " here");
  }
}

void Simulation::explain_orders() {
  if (!life_) return;
  const engine::TradingCore& core = life_->core();
  core.orders().table().for_each_open([&](const engine::Order& order) {
    watch_.explain(
        "open here: " + std::to_string(order.client_id.value) + (order.algo ? " algo" : "") +
        (order.protective ? " protective" : "") + (order.unknown ? " unknown" : "") +
        (order.previous_run ? " previous-run" : "") + (order.acknowledged ? " acknowledged" : "") +
        " phase " + std::to_string(static_cast<int>(order.phase)) + " filled " +
        std::to_string(order.cumulative_quantity.raw) + " booked " +
        std::to_string(order.booked_quantity.raw) + " of " + std::to_string(order.quantity.raw) +
        " attached to " + std::to_string(order.attached_to.value) + " venue id " +
        std::to_string(order.venue_id.value) + " amends " + std::to_string(order.amends.size()));
  });
}

}  // namespace gannet::simtest
