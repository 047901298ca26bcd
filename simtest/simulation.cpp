#include "simtest/simulation.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace gannet::simtest {

using engine::EngineState;

namespace {

/// A draw out of a fault's own chance, so that one fault less changes no other.
std::uint64_t draw(std::uint64_t chance, unsigned which, std::uint64_t below) {
  sim::Random random(chance + which);
  return random.next() % below;
}

bool is_far_off(Nanos skew) { return skew > seconds(20) || skew < Nanos{} - seconds(20); }

/// How long the faults of the calm may have their effects: the engine waits up to a minute for an
/// algo order that it can not see, and lists are asked for every half minute.
constexpr Nanos kRest = seconds(150);
/// Two queues of REST questions, and what a burst of orders has in flight.
constexpr std::size_t kMostPending = 1'500;
constexpr Nanos kFlat = seconds(100);
/// Longer than a round of all lists that begins with the calm and one that is missed.
constexpr Nanos kPersonWaits = seconds(65);

}  // namespace

Simulation::Simulation(const RunSettings& settings)
    : settings_(settings),
      random_(chance_of(settings.seed, "run")),
      plan_(settings.seed),
      watch_(kStart, settings_.trace),
      network_(chance_of(settings.seed, "network"), watch_),
      venue_(chance_of(settings.seed, "venue"), network_, kStart),
      journal_(watch_),
      trader_(chance_of(settings.seed, "trader"), watch_) {
  network_.set_server(venue_.server());
  watch_.set_truth(venue_.truth());
  Weather weather;
  const bool is_far = random_.chance(0.3);
  weather.latency =
      microseconds(static_cast<std::int64_t>(100 + random_.below(is_far ? 60'000 : 2'000)));
  weather.jitter = {
      static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(weather.latency.count)))};
  network_.set_weather(weather);
  life_settings_.credentials = venue_.credentials();
  life_settings_.limits = venue_.limits();
  life_settings_.position_limit = 200 + static_cast<std::int64_t>(random_.below(1'500));
  life_settings_.adopts = random_.chance(0.5);
  next_skew_ = milliseconds(static_cast<std::int64_t>(random_.below(400)) - 200);
  if (settings_.storm.count > 0) plan_.storm = std::min(plan_.storm, settings_.storm);
  trade_pause_ = {plan_.storm.count /
                  static_cast<std::int64_t>(std::max<std::uint64_t>(1, settings_.orders))};
  // An act is two or three orders.
  trade_pause_ = {trade_pause_.count * 2 + 1'000};
  if (settings_.keep) {
    std::vector<PlannedFault> kept;
    for (const std::uint32_t i : *settings_.keep) {
      if (i < plan_.faults.size()) kept.push_back(plan_.faults[i]);
    }
    result_.planned = plan_.faults.size();
    plan_.faults = std::move(kept);
  } else {
    result_.planned = plan_.faults.size();
  }
  for (const PlannedFault& fault : plan_.faults) {
    const int number = fault_rows()[fault.row].number;
    const bool lies = (number >= 27 && number <= 30) || number == 35 || number == 57;
    lists_lie_ = lists_lie_ || lies;
    may_differ_ = may_differ_ || lies || number == 20;
  }
  std::erase_if(plan_.faults, [&](const PlannedFault& fault) {
    const std::string_view name = fault_rows()[fault.row].name;
    return std::ranges::find(settings_.without, name) != settings_.without.end();
  });
  result_.seed = settings.seed;
}

// ---- time ----

void Simulation::step() {
  Timestamp due = next_turn_;
  enum class What { Turn, Arrival, Market, Trade } what = What::Turn;
  if (const auto arrival = network_.next(); arrival && *arrival <= due) {
    due = *arrival;
    what = What::Arrival;
  }
  if (venue_.next_act() < due) {
    due = venue_.next_act();
    what = What::Market;
  }
  if (is_storm_ && next_trade_ < due) {
    due = next_trade_;
    what = What::Trade;
  }
  now_ = std::max(now_, due);
  ++steps_;
  watch_.set_time(now_, steps_);
  network_.set_time(now_);
  switch (what) {
    case What::Arrival:
      network_.deliver_next(now_);
      break;
    case What::Market:
      venue_.act(now_);
      break;
    case What::Trade: {
      const double pause = random_.waiting(static_cast<double>(trade_pause_.count));
      next_trade_ = now_ + Nanos{static_cast<std::int64_t>(pause) + 1};
      if (life_ && !frozen_until_)
        trader_.act({venue_.mid(kFirstSwap), venue_.mid(kSecondSwap), venue_.mid(kSpot)},
                    engine_now());
      break;
    }
    case What::Turn:
      turn();
      break;
  }
  network_.settle(now_);
  look_at_readiness();
  look_after_process();
  watch_.look_at_truth(life_settings_.position_limit);
}

template <class F>
bool Simulation::run_until(F&& done, Nanos at_most) {
  const Timestamp end = now_ + at_most;
  while (!watch_.violation()) {
    if (done()) return true;
    if (now_ >= end) return false;
    step();
  }
  return false;
}

void Simulation::turn() {
  next_turn_ = now_ + (is_calm_ && network_.under_way() == 0 ? kCalmTurn : kTurn);
  venue_.server().on_timer(now_);
  if (is_storm_) begin_due_faults();
  end_due_faults();
  if (life_ && !frozen_until_) {
    if (many_until_)
      trader_.rest_many({venue_.mid(kFirstSwap), venue_.mid(kSecondSwap), venue_.mid(kSpot)},
                        engine_now());
    life_->on_timer(now_);
    if (life_->pending() > kMostPending)
      watch_.fail("I12", std::to_string(life_->pending()) + " requests wait in the sessions");
  }
  // The journal's thread syncs every so often.
  if (now_ >= next_sync_) {
    next_sync_ = now_ + milliseconds(30);
    journal_.sync();
  }
}

// ---- the process ----

void Simulation::start_process() {
  restart_at_.reset();
  watch_.revive();
  life_settings_.newest_run = venue_.newest_run();
  life_settings_.skew = next_skew_;
  life_settings_.skew_error = microseconds(static_cast<std::int64_t>(random_.below(4'000)) - 2'000);
  life_ = EngineLife::start(life_settings_, journal_, network_, watch_, {trader_, trader_, trader_},
                            now_);
  if (!life_) {  // its clock is behind an earlier run's: it refuses, and is started again
    restart_at_ = now_ + seconds(1);
    return;
  }
  watch_.note("the process starts");
  trader_.begin_life(&life_->core());
  const bool is_killed = life_->core().state() == EngineState::Killed;
  if (watch_.killed() && watch_.kill_is_on_disk() && !is_killed)
    watch_.fail("KILL-09", "the journal says killed, and the engine that starts from it is not");
  // The file beside the journal, which is written before a kill is answered.
  if (watch_.killed() && !is_killed)
    life_->core().kill("killed in an earlier run", "an earlier run", engine_now());
  for (const engine::ControlScope& part : watch_.killed_parts()) {
    const engine::KillSwitch& kills = life_->core().kills();
    const bool is_strategy = part.level == engine::ControlLevel::Strategy;
    if (is_strategy ? kills.strategy(part.strategy) : kills.instrument(part.instrument)) continue;
    if (watch_.kill_is_on_disk(part))
      watch_.fail("KILL-09", "a killed part is not killed after a restart");
    life_->core().kill(part, "killed in an earlier run", "an earlier run", engine_now());
  }
  network_.attach(*life_, now_);
  if (!is_calm_) return;  // whoever killed has left
  resume();
  resume_parts();
}

void Simulation::resume_parts() {
  const std::vector<engine::ControlScope> parts = watch_.killed_parts();
  for (const engine::ControlScope& part : parts) {
    life_->core().resume(part, "operator", engine_now());
    if (watch_.is_dead()) return;
    watch_.set_killed(part, false);
  }
}

/// By a person, who is answered unless the process dies of it.
void Simulation::resume() {
  life_->core().resume("operator", engine_now());
  if (!watch_.is_dead()) watch_.set_killed(false);
}

void Simulation::end_process(bool loses_what_is_sent, Nanos until_next) {
  result_.unknown += life_->core().orders().counters().unknown;
  ++result_.restarts;
  watch_.note("the process is gone");
  network_.detach(now_, loses_what_is_sent);
  trader_.begin_life(nullptr);
  watch_.set_core(nullptr, nullptr);
  life_.reset();
  frozen_until_.reset();
  resume_at_.reset();
  resume_parts_at_.reset();
  many_until_.reset();
  if (std::exchange(loses_tail_, false)) {
    const std::size_t unsynced = journal_.unsynced();
    const std::size_t kept = unsynced == 0 ? 0 : random_.below(unsynced + 1);
    if (kept < unsynced) {
      lost_records_ = true;
      watch_.forget_sent();
    }
    journal_.cut_power(kept);
    watch_.reread(journal_);
    watch_.note("records lost: ", std::to_string(unsynced - kept));
  } else {
    journal_.sync();
  }
  restart_at_ = now_ + until_next;
}

void Simulation::look_after_process() {
  if (life_) {
    if (watch_.is_dead()) {
      const bool is_long = random_.chance(0.15);
      end_process(
          loses_tail_ || random_.chance(0.3),
          milliseconds(static_cast<std::int64_t>(300 + random_.below(is_long ? 25'000 : 3'000))));
    } else if (life_->wants_to_end()) {
      watch_.fail("I11", "the engine ended itself: " + life_->fatal());
    }
  } else if (restart_at_ && now_ >= *restart_at_) {
    start_process();
  }
}

// ---- faults ----

void Simulation::begin_due_faults() {
  while (next_fault_ < plan_.faults.size() && storm_from_ + plan_.faults[next_fault_].at <= now_) {
    begin(plan_.faults[next_fault_++]);
  }
}

void Simulation::order(const PlannedFault& fault, const FaultRow& row) {
  const auto done = venue_.server().order_faults(fault.order, now_);
  if (!done) {
    watch_.fail("plan", "the venue takes no " + fault.order + ": " + done.error());
    return;
  }
  // The last of an order's faults may be a help to the first (a cut, so that there is a login).
  const bool is_list = fault.order.starts_with(R"({"faults")");
  ordered_.push_back({next_order_id_, row.number});
  next_order_id_ += is_list ? 2 : 1;
}

void Simulation::begin(const PlannedFault& fault) {
  const FaultRow& row = fault_rows()[fault.row];
  watch_.note("fault ", describe(fault));
  const Timestamp until = now_ + fault.lasting;
  const auto line = static_cast<Line>(draw(fault.chance, 1, kLines));
  std::uint64_t& count = result_.faults[static_cast<std::size_t>(row.number)];
  switch (row.act) {
    case FaultAct::Venue:
      order(fault, row);
      return;
    case FaultAct::Cut:
      network_.cut(line, now_);
      break;
    case FaultAct::HalfOpen:
      network_.half_open(line);
      break;
    case FaultAct::Stall:
      network_.stall(line, until);
      break;
    case FaultAct::Latency: {
      const Nanos by = milliseconds(static_cast<std::int64_t>(5 + draw(fault.chance, 2, 700)));
      const std::uint64_t which = draw(fault.chance, 3, 4);
      const auto way = which < 2 ? std::optional<Way>(static_cast<Way>(which)) : std::nullopt;
      const bool is_rest = draw(fault.chance, 4, 3) == 0;
      network_.slow_down(is_rest ? std::nullopt : std::optional<Line>(line), way, by, until);
      break;
    }
    case FaultAct::RestLost:
      network_.lose_rest(0.1 + static_cast<double>(draw(fault.chance, 5, 60)) / 100, until);
      break;
    case FaultAct::Crash:
    case FaultAct::PowerCut:
      if (!life_) return;
      loses_tail_ = row.act == FaultAct::PowerCut;
      watch_.die_after(draw(fault.chance, 6, 60));
      break;
    case FaultAct::ClockStep: {
      if (!life_) return;
      const std::int64_t most = draw(fault.chance, 8, 5) == 0 ? 45'000 : 3'000;
      next_skew_ = milliseconds(
          static_cast<std::int64_t>(draw(fault.chance, 7, static_cast<std::uint64_t>(2 * most))) -
          most);
      watch_.die_after(draw(fault.chance, 6, 20));
      break;
    }
    case FaultAct::Suspend:
      if (!life_ || frozen_until_) return;
      frozen_until_ = until;
      network_.set_frozen(true, now_);
      break;
    case FaultAct::JournalFull:
      journal_.set_full(true);
      journal_room_at_ = std::min(until, now_ + seconds(2));
      break;
    case FaultAct::Flood:
      if (!life_ || frozen_until_) return;
      trader_.flood({venue_.mid(kFirstSwap), venue_.mid(kSecondSwap), venue_.mid(kSpot)},
                    engine_now());
      break;
    case FaultAct::ManyOrders:
      many_until_ = std::min(until, now_ + seconds(1));
      break;
    case FaultAct::Kill:
      if (!life_ || frozen_until_) return;
      life_->core().kill("the plan", "operator", engine_now());
      if (!watch_.is_dead()) watch_.set_killed(true);
      life_->core().kill("the plan, once more", "another operator", engine_now());
      resume_at_ = until;
      break;
    case FaultAct::Hold:
      if (!life_ || frozen_until_) return;
      life_->core().hold("the plan", "operator", engine_now());
      resume_at_ = until;
      break;
    case FaultAct::KillPart: {
      if (!life_ || frozen_until_) return;
      const auto which = static_cast<std::uint16_t>(draw(fault.chance, 9, 4));
      const engine::ControlScope part = which < 2
                                            ? engine::ControlScope::of(StrategyId{which})
                                            : engine::ControlScope::of(InstrumentId{which - 2u});
      life_->core().kill(part, "the plan", "operator", engine_now());
      if (!watch_.is_dead()) watch_.set_killed(part, true);
      resume_parts_at_ = until;
      break;
    }
    case FaultAct::Flatten: {
      if (!life_ || frozen_until_) return;
      const auto which = static_cast<std::uint16_t>(draw(fault.chance, 10, 3));
      const engine::ControlScope scope =
          which < 2 ? engine::ControlScope::of(StrategyId{which}) : engine::ControlScope{};
      life_->core().flatten(scope, "operator", engine_now());
      break;
    }
    case FaultAct::LimitReset:
      if (!life_ || frozen_until_) return;
      life_->core().cancel_all("operator", engine_now());
      break;
  }
  ++count;
}

void Simulation::end_due_faults() {
  if (frozen_until_ && now_ >= *frozen_until_) {
    frozen_until_.reset();
    network_.set_frozen(false, now_);
  }
  if (journal_room_at_ && now_ >= *journal_room_at_) {
    journal_room_at_.reset();
    journal_.set_full(false);
  }
  if (many_until_ && now_ >= *many_until_) many_until_.reset();
  if (resume_at_ && now_ >= *resume_at_ && life_ && !frozen_until_) {
    resume_at_.reset();
    resume();
  }
  if (resume_parts_at_ && now_ >= *resume_parts_at_ && life_ && !frozen_until_) {
    resume_parts_at_.reset();
    resume_parts();
  }
}

/// Of what was ordered from the venue: what still waits for its occasion did not happen.
void Simulation::count_venue_faults() {
  HttpRequest request;
  request.method = "GET";
  request.target = "/sim/v1/faults";
  const std::string list = venue_.server().on_http(request, "127.0.0.1:9", now_).body;
  for (const Ordered& one : ordered_) {
    std::uint64_t times = 1;
    const std::string name = "\"id\":" + std::to_string(one.id) + ",";
    const std::size_t at = list.find(name);
    if (at != std::string::npos) {
      constexpr std::string_view kTaken = "\"taken\":";
      const std::size_t taken = list.find(kTaken, at);
      times = taken == std::string::npos
                  ? 0
                  : std::strtoull(list.c_str() + taken + kTaken.size(), nullptr, 10);
    }
    result_.faults[static_cast<std::size_t>(one.number)] += times;
  }
  ordered_.clear();
}

void Simulation::calm_down() {
  is_storm_ = false;
  is_calm_ = true;
  watch_.note("---- calm ----");
  count_venue_faults();
  for (const std::string_view text :
       {R"({"clear":true})", R"({"instrument_state":{"instId":"BTC-USDT-SWAP","state":"live"}})",
        R"({"instrument_state":{"instId":"ETH-USDT-SWAP","state":"live"}})",
        R"({"instrument_state":{"instId":"BTC-USDT","state":"live"}})"})
    static_cast<void>(venue_.server().order_faults(text, now_));
  network_.calm_down();
  venue_.calm_down();
  if (frozen_until_) {
    frozen_until_.reset();
    network_.set_frozen(false, now_);
  }
  journal_room_at_.reset();
  journal_.set_full(false);
  many_until_.reset();
  resume_at_.reset();
  resume_parts_at_.reset();
  if (!watch_.is_dead()) {  // a death that has not come yet does not come any more
    watch_.revive();
    loses_tail_ = false;
  }
  // A clock so far off that the engine holds: a person sets it right, which takes a new start.
  next_skew_ = is_far_off(next_skew_) ? Nanos{} : next_skew_;
  if (life_ && is_far_off(life_settings_.skew)) end_process(false, seconds(1));
  if (life_) {
    if (!watch_.is_dead()) resume();
    if (!watch_.is_dead()) resume_parts();
  } else if (restart_at_) {
    restart_at_ = std::min(*restart_at_, now_ + seconds(4));
  }
}

// ---- the end ----

/// A difference that stays is shown to a person, who looks at the venue's page and accepts it.
void Simulation::accept_as_a_person() {
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    if (life_ && life_->core().is_held({i}) &&
        life_->core().accept({i}, "operator", engine_now())) {
      watch_.note("a person accepts the position of instrument ", std::to_string(i));
      ++accepted_;
    }
  }
}

void Simulation::check_flat() {
  life_->core().cancel_all("operator", engine_now());
  const bool is_flat = run_until(
      [&] {
        return life_ && life_->core().status().flat_confirmed &&
               life_->core().status().open_orders == life_->core().status().kept_orders;
      },
      kFlat);
  if (watch_.violation()) return;
  if (!is_flat) {
    watch_.fail("I11", "orders do not end after cancel-all: " +
                           std::to_string(life_ ? life_->core().status().open_orders : 0) +
                           " open here, " + std::to_string(venue_.own_open_orders().size()) +
                           " at the venue");
    return;
  }
  for (const VenueOrderId id : venue_.own_open_orders()) {
    if (venue_.exchange().find(id)->terms.reduce_only) continue;
    watch_.fail("KILL-05", "flat of orders was told and order " + std::to_string(id.value) +
                               " rests at the venue");
    return;
  }
}

void Simulation::come_to_rest() {
  std::optional<Wrong> wrong;
  const Timestamp from = now_;
  Timestamp looked;
  const bool rests = run_until(
      [&] {
        if (now_ - looked < milliseconds(100)) return false;
        looked = now_;
        if (may_differ_ && now_ - from > kPersonWaits) accept_as_a_person();
        wrong = disagreement();
        return !wrong;
      },
      kRest);
  if (watch_.violation()) return;
  if (!rests) {
    watch_.fail(wrong ? wrong->invariant : "I11", wrong ? wrong->what : "no rest");
    return;
  }
  check_flat();
  if (watch_.violation()) return;
  // Once more, now that all are gone.
  const bool agrees = run_until(
      [&] {
        wrong = disagreement();
        return !wrong;
      },
      seconds(40));
  if (!agrees && !watch_.violation()) watch_.fail(wrong->invariant, wrong->what);
}

RunResult Simulation::run() {
  start_process();
  const bool ready =
      run_until([&] { return life_ && life_->core().state() == EngineState::Ready; }, seconds(30));
  if (!ready && !watch_.violation())
    watch_.fail("I11", "the engine does not become ready at first");
  if (ready) {
    storm_from_ = next_trade_ = now_;
    is_storm_ = true;
    const Timestamp end = now_ + plan_.storm;
    const Timestamp at_last = end + plan_.storm + seconds(5);
    run_until(
        [&] { return now_ >= at_last || (now_ >= end && watch_.orders() >= settings_.orders); },
        plan_.storm * 2 + seconds(6));
    result_.storm = now_ - storm_from_;
    calm_down();
    if (!watch_.violation()) come_to_rest();
  }
  if (watch_.violation()) explain_orders();
  if (life_) result_.unknown += life_->core().orders().counters().unknown;
  result_.orders = watch_.orders();
  result_.fills = venue_.truth().matches();
  result_.steps = steps_;
  result_.virtual_time = now_ - kStart;
  result_.journal_hash = journal_.content_hash();
  result_.violation = watch_.violation();
  return result_;
}

RunResult run(const RunSettings& settings) { return Simulation(settings).run(); }

std::vector<std::string> describe_plan(std::uint64_t seed) {
  std::vector<std::string> lines;
  for (const PlannedFault& fault : FaultPlan(seed).faults) lines.push_back(describe(fault));
  return lines;
}

}  // namespace gannet::simtest
