#include "app/engine_room.h"

#include <algorithm>
#include <fstream>
#include <list>
#include <utility>

#include "app/internal/engine_room_parts.h"
#include "app/operator_strategy.h"
#include "app/thread_setup.h"
#include "engine/lane_thread.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"

namespace gannet::app {
namespace {

constexpr Nanos kStatusInterval = milliseconds(200);
constexpr Nanos kTimerInterval = milliseconds(1);
constexpr Nanos kIdleSleep = microseconds(500);
// Rounds over the sockets for each turn of all else: what waits in a socket is a tick or an order's
// end, and what waits elsewhere is not.
constexpr int kSocketRounds = 8;
constexpr Nanos kStrategyStopPatience = seconds(2);
constexpr Nanos kLanePatience = seconds(1);
constexpr Nanos kFlatPatience = seconds(15);
constexpr Nanos kReloadPatience = seconds(60);
// Of public requests: those about definitions are told from those about books by this bit.
constexpr std::uint64_t kDefinitionRequest = std::uint64_t{1} << 62;

}  // namespace

void EngineRoom::Parts::run() {
  set_thread_name("reactor");
  // Lanes first: a thread runs where its maker may, and they are to keep off the reactor's
  // processor.
  std::vector<std::unique_ptr<engine::LaneThread>> lanes;
  int number = 1;
  for (const auto& lane : publisher->threaded_lanes()) {
    lanes.push_back(std::make_unique<engine::LaneThread>(
        *lane, number++, engine::IdlePolicy{settings.engine.lane_sleep}));
  }
  lane_threads = lanes;
  if (settings.engine.reactor_cpu) pin_to(*settings.engine.reactor_cpu);
  touch_stack();
  if (settings.engine.busy_poll) loop.spin();
  const Timestamp now = wall_clock_now();
  started = now;
  last_rest_timer = now;
  last_definition = now;
  last_summary = now;
  core->start(now);
  core->on_venue_clock(facts.clock_offset, now);
  restore_kill(now);
  publisher->start(*core, now);
  tell_started_strategies(now);
  market_feed->start();
  order_sockets.open_line(0);
  if (business_lines) business_lines->start();
  algo_sockets.open_line(0);
  while (!stop_requested.load(std::memory_order_acquire)) turn();
  stop();
  for (const auto& lane : lanes) {
    if (lane->join_for(kLanePatience)) continue;
    lane->abandon();
    lane_abandoned = true;
  }
  tell_lanes(wall_clock_now());
  lane_threads = {};
}

void EngineRoom::Parts::turn() {
  turns.store(turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (settings.engine.busy_poll) {
    const int rounds = publisher->threaded_lanes().empty() ? kSocketRounds : 1;
    for (int round = 1; round < rounds; ++round) loop.poll_sockets();
    loop.poll();
  } else {
    loop.run_for(kIdleSleep);
  }
  const Timestamp now = wall_clock_now();
  rest->poll([&](const okx::RestAnswer& answer) RUNS_ON(kReactor) { on_rest_answer(answer, now); });
  public_rest->poll([&](const okx::RestAnswer& answer)
                        RUNS_ON(kReactor) { on_public_answer(answer, now); });
  for (AdminCommand command; commands.try_pop(command);) carry_out(command, now);
  take_bills(now);
  publisher->do_work(now);
  core->on_timer(now);
  if (durable) durable->release(now);
  if (now - last_rest_timer >= kTimerInterval) {
    watch_pauses(now);
    last_rest_timer = now;
    venue->on_timer(now);
    order_lines->on_timer(now);
    market_feed->on_timer(now);
    book_seeds->on_timer(now);
    if (business_lines) business_lines->on_timer(now);
    algo_rest->set_clock_offset(rest_session->clock_offset());
    market_feed->set_clock_offset(rest_session->clock_offset());
    for (auto& session : algo_sessions) session->set_clock_offset(rest_session->clock_offset());
    algo_rest->on_timer(now);
    algo_lines->on_timer(now);
    if (reload) answer_reload(now);
  }
  if (now - last_definition >= definition_spacing()) ask_definition(now);
  watch_journal(now);
  // Nothing can be asked of a venue that refuses the key: its dead-man timer does the rest.
  if (!session_log.fatal().empty()) stop_requested.store(true, std::memory_order_release);
  if (now - last_status >= kStatusInterval) publish_status(now);
}

/// REC-08, REC-09: a journal that cannot be written, or soon cannot, holds trading; a failed write
/// stays so for the run.
void EngineRoom::Parts::watch_journal(Timestamp now) {
  const bool is_bad = store->failed() || disk_low.load(std::memory_order_acquire);
  if (is_bad == journal_failure_told) return;
  journal_failure_told = is_bad;
  log(now, LogEvent::JournalError,
      {LogField::string("directory", links.state_directory),
       LogField::string("why", store->failed() ? "a write or sync failed: final for this run"
                               : is_bad        ? "the disk is nearly full: trading is held"
                                               : "the disk has room again")});
  core->set_journal_failed(is_bad, now);
}

void EngineRoom::Parts::take_bills(Timestamp now) {
  constexpr int kMostATurn = 16;
  BillNews news;
  for (int i = 0; i < kMostATurn && bills.try_pop(news); ++i) {
    if (news.is_end) {
      core->on_bills_listed(news.until, now);
    } else {
      news.bill.receive_time = now;
      core->on_bill(news.bill);
    }
  }
}

void EngineRoom::Parts::stop() {
  publisher->stop(wall_clock_now());
  core->reducer().withdraw_all(wall_clock_now());
  const bool stopped = turn_until([this]() RUNS_ON(kReactor) { return publisher->has_stopped(); },
                                  kStrategyStopPatience);
  // A handler that never returns: its orders are cancelled with the others', its thread let go.
  if (!stopped) publisher->abandon_lanes(wall_clock_now());
  // A key that REST refuses cannot cancel: the venue's dead-man timer does.
  if (!rest_session->stop_reason().empty()) {
    flat = false;
  } else if (std::ranges::none_of(settings.strategies, leaves_orders)) {
    core->cancel_all("engine, stopping", wall_clock_now());
    flat = turn_until(
        [this]() RUNS_ON(kReactor) {
          const engine::CoreStatus status = core->status();
          return status.flat_confirmed && status.open_orders == status.kept_orders;
        },
        kFlatPatience);
  } else {
    flat = leave_only_what_may_stay();
  }
  const engine::CoreStatus at_end = core->status();
  clean = flat && stopped && at_end.unknown_orders == 0 && !store->failed();
  market_feed->stop();
  order_sockets.close_all();
  if (business_lines) business_lines->stop();
  algo_sockets.close_all();
  publish_status(wall_clock_now());
  log(wall_clock_now(), LogEvent::EngineStopped,
      {LogField::number("open_orders", static_cast<std::int64_t>(at_end.open_orders)),
       LogField::number("unknown_orders", static_cast<std::int64_t>(at_end.unknown_orders)),
       LogField::boolean("clean", clean)});
}

bool EngineRoom::Parts::leave_only_what_may_stay() {
  const auto must_go = [this](const engine::Order& order) {
    const std::uint16_t strategy = order.strategy.value;
    return strategy >= settings.strategies.size() || !leaves_orders(settings.strategies[strategy]);
  };
  engine::OrderManager& orders = core->orders();
  orders.table().for_each_open([&](engine::Order& order) {
    if (must_go(order)) core->cancel_order(order.client_id, wall_clock_now());
  });
  const bool gone = turn_until(
      [&] {
        bool any = false;
        orders.table().for_each_open([&](const engine::Order& order) { any |= must_go(order); });
        return !any;
      },
      kFlatPatience);
  if (!gone) return false;
  // Two rounds: the first may have begun before the last order ended.
  const std::uint64_t rounds = core->status().rounds;
  core->request_round();
  const bool seen = turn_until(
      [&]() RUNS_ON(kReactor) {
        if (core->status().rounds == rounds + 1) core->request_round();
        return core->status().rounds >= rounds + 2;
      },
      kFlatPatience);
  core->release_dead_man();
  const bool disarmed =
      turn_until([this]() RUNS_ON(kReactor) { return core->dead_man_is_off(); }, kFlatPatience);
  return seen && disarmed;
}

void EngineRoom::Parts::on_rest_answer(const okx::RestAnswer& answer, Timestamp now) {
  if ((answer.id & AlgoRequests::kBit) != 0) {
    algo_rest->on_response(answer.id & ~AlgoRequests::kBit, answer.response, now,
                           answer.certainly_not_sent);
    return;
  }
  rest_session->on_response(answer.id, answer.response, now, answer.certainly_not_sent);
}

void EngineRoom::Parts::on_public_answer(const okx::RestAnswer& answer, Timestamp now) {
  if ((answer.id & kDefinitionRequest) != 0) return confirm_definitions(answer.response, now);
  const auto book = book_seeds->on_response(answer.id, answer.response, now);
  if (!book) return;
  std::string body = answer.response.status == 200 ? answer.response.body : "";
  const std::size_t size = body.size();
  body.append(okx::kTextPadding, '\0');
  market_feed->on_book_seed(book->instrument, book->feed, std::string_view(body.data(), size), now);
}

void EngineRoom::Parts::ask_definition(Timestamp now) {
  last_definition = now;
  const InstrumentId id{next_definition++ % static_cast<std::uint32_t>(facts.instruments.size())};
  public_rest->send_request(kDefinitionRequest | ++last_question,
                            okx::public_instrument_request(public_identity, facts.instruments[id]));
}

void EngineRoom::Parts::confirm_definitions(const HttpResponse& response, Timestamp now) {
  std::string body = response.status == 200 ? response.body : "";
  const std::size_t size = body.size();
  body.append(okx::kTextPadding, '\0');
  okx::FrameReader reader(size + 1);
  const auto frame = reader.read(std::string_view(body.data(), size));
  if (!frame) return;
  std::vector<okx::PushedInstrument> rows;
  if (!okx::decode_instrument_changes(reader, facts.codes, rows)) return;
  for (const okx::PushedInstrument& row : rows) core->on_instrument_changed(row.change, now);
}

bool EngineRoom::Parts::permits(const HttpRequest& request) const {
  // What may add risk: new orders and amends, single and in batches; cancels always pass.
  const bool adds =
      request.method == "POST" && (request.target.ends_with("/trade/order") ||
                                   request.target.ends_with("/trade/batch-orders") ||
                                   request.target.ends_with("/trade/order-algo") ||
                                   request.target.find("/trade/amend-") != std::string::npos);
  // What the engine itself reduces, a person has confirmed apart from the kill (KILL-13).
  return !adds || request.is_exempt || !killed.load(std::memory_order_acquire);
}

void EngineRoom::Parts::take_credentials(okx::Credentials credentials, const AdminCommand& command,
                                         Timestamp now) {
  links.signer.replace(std::move(credentials));
  // Their successors log in with the new key before they go; market lines see by themselves.
  order_lines->replace_current();
  algo_lines->replace_current();
  log(now, LogEvent::CredentialsReloaded, {LogField::string("who", command.who.view())});
  if (reload) {
    answers.try_push({reload->command, false,
                      AdminAnswer::Text("another reload came before the connections had logged "
                                        "in with this key")});
  }
  reload = Reload{command.id, now};
}

void EngineRoom::Parts::answer_reload(Timestamp now) {
  const bool is_settled =
      order_lines->is_settled_with_current_key() && algo_lines->is_settled_with_current_key();
  if (!is_settled && now - reload->since < kReloadPatience) return;
  answers.try_push(
      {reload->command, is_settled,
       AdminAnswer::Text(is_settled
                             ? "the new key is in use: its login was proven first, and the "
                               "account's connections have logged in with it"
                             : "the new key is in use, its login was proven first; but the "
                               "account's connections have not come back with it yet: leave the "
                               "old key as it is, and look at the log")});
  reload.reset();
}

EngineRoom::EngineRoom(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EngineRoom::~EngineRoom() = default;

void EngineRoom::run() {
  ThreadRoleScope role(kReactor);
  parts_->run();
}
void EngineRoom::replace_credentials(okx::Credentials credentials, const AdminCommand& command) {
  parts_->loop.post([parts = parts_.get(), key = std::move(credentials), command]() mutable {
    ThreadRoleScope role(kReactor);
    parts->take_credentials(std::move(key), command, wall_clock_now());
  });
}
void EngineRoom::replace_limits(std::unique_ptr<LimitReplacement> limits,
                                std::function<void()> done) {
  parts_->loop.post([parts = parts_.get(), limits = std::move(limits),
                     done = std::move(done)]() mutable {
    ThreadRoleScope role(kReactor);
    parts->core->replace_limits(limits->table, limits->rules, limits->changes, wall_clock_now());
    parts->links.cold.post(
        [gone = std::move(limits), done = std::move(done)]() mutable { done(); });
  });
}
void EngineRoom::ask_limits(std::function<void(const LimitUse&)> done) {
  const std::size_t strategies = parts_->settings.strategies.size();
  auto use = std::make_unique<LimitUse>(limit_rows(strategies, limits_instruments()));
  use->disabled.resize(strategies);
  parts_->loop.post([parts = parts_.get(), use = std::move(use), done = std::move(done)]() mutable {
    ThreadRoleScope role(kReactor);
    fill_limit_use(*use, *parts->core, parts->facts.instruments, parts->settings.strategies.size(),
                   wall_clock_now());
    parts->links.cold.post(
        [use = std::move(use), done = std::move(done)]() mutable { done(*use); });
  });
}
void EngineRoom::note(const AdminCommand& command) {
  parts_->loop.post([parts = parts_.get(), command] {
    ThreadRoleScope role(kReactor);
    parts->note(command, wall_clock_now());
  });
}
void EngineRoom::ask_view(EngineView::What what, const FillFilter& filter,
                          std::function<void(const EngineView&)> done) {
  constexpr std::size_t kMostChannels = 4096;
  auto view = std::make_unique<EngineView>();
  view->what = what;
  const std::size_t strategies = parts_->settings.strategies.size();
  switch (what) {  // room for all that there can be
    case EngineView::What::Orders: {
      const engine::OrderManagerSettings sizes;
      view->orders.rows.reserve(sizes.open_capacity + sizes.foreign_capacity);
      break;
    }
    case EngineView::What::Positions:
      view->positions.rows.reserve(limits_instruments() * (strategies + 1));
      break;
    case EngineView::What::Balances:
      view->balances.rows.reserve(parts_->facts.currencies.size());
      break;
    case EngineView::What::Fills:
      view->fills.filter = filter;
      view->fills.rows.reserve(filter.count);
      break;
    case EngineView::What::Feeds:
      view->feeds.lines.reserve(4 * okx::kMaxFeedLines);
      view->feeds.channels.reserve(kMostChannels);
      break;
  }
  parts_->loop.post(
      [parts = parts_.get(), view = std::move(view), done = std::move(done)]() mutable {
        ThreadRoleScope role(kReactor);
        parts->fill(*view, wall_clock_now());
        parts->links.cold.post(
            [view = std::move(view), done = std::move(done)]() mutable { done(*view); });
      });
}
void EngineRoom::replace_parameters(StrategyId strategy, engine::ParameterSet parameters,
                                    std::function<void(bool)> done) {
  std::list<engine::ParameterSet> made;
  made.push_back(std::move(parameters));
  parts_->loop.post(
      [parts = parts_.get(), strategy, made = std::move(made), done = std::move(done)]() mutable {
        ThreadRoleScope role(kReactor);
        const bool taken = parts->publisher->hand_over_parameters(strategy, made, wall_clock_now());
        parts->links.cold.post(
            [taken, left = std::move(made), done = std::move(done)] { done(taken); });
      });
}
// The types are made while building and stay as they are.
std::vector<const engine::StrategyType*> EngineRoom::strategy_types() const {
  ThreadRoleScope role(kReactor);
  std::vector<const engine::StrategyType*> types;
  for (const engine::Plugin& plugin : parts_->plugins) types.push_back(&plugin.type());
  types.push_back(&operator_strategy());
  return types;
}
// `run` has not begun: this thread still has the role.
const risk::LimitTable& EngineRoom::limits() const noexcept {
  ThreadRoleScope role(kReactor);
  return parts_->core->limits();
}
std::size_t EngineRoom::limits_instruments() const noexcept {
  return parts_->facts.instruments.size();
}
void EngineRoom::request_stop() noexcept {
  parts_->stop_requested.store(true, std::memory_order_release);
}
bool EngineRoom::is_stopping() const noexcept {
  return parts_->stop_requested.load(std::memory_order_acquire);
}
std::uint64_t EngineRoom::turns() const noexcept {
  return parts_->turns.load(std::memory_order_relaxed);
}
// The store is made while building and stays until the end.
std::uint64_t EngineRoom::journal_segment() const noexcept {
  ThreadRoleScope role(kReactor);
  return parts_->store->open_segment_from();
}
void EngineRoom::set_disk_low(bool low) noexcept {
  parts_->disk_low.store(low, std::memory_order_release);
}
bool EngineRoom::post(const AdminCommand& command) noexcept {
  return parts_->commands.try_push(command);
}
bool EngineRoom::take_kill_change(KillChange& change) noexcept {
  return parts_->kill_changes.try_pop(change);
}
bool EngineRoom::take_answer(AdminAnswer& answer) noexcept {
  return parts_->answers.try_pop(answer);
}
bool EngineRoom::post_bill(const BillNews& news) noexcept { return parts_->bills.try_push(news); }
Timestamp EngineRoom::bills_known() const noexcept { return parts_->bills_known; }
const PublishedValue<DaemonStatus>& EngineRoom::status() const noexcept {
  return parts_->published;
}
const PublishedValue<EngineFigures>& EngineRoom::figures() const noexcept {
  return parts_->published_figures;
}
const LatencyBoard& EngineRoom::latencies() const noexcept { return parts_->latencies; }
// `run` has ended: joining its thread handed the role back.
bool EngineRoom::has_abandoned_lane() const noexcept { return parts_->lane_abandoned; }
bool EngineRoom::ended_clean() const noexcept {
  ThreadRoleScope role(kReactor);
  return parts_->clean;
}
std::string EngineRoom::refusal() const {
  ThreadRoleScope role(kReactor);
  return std::string(parts_->session_log.fatal());
}

}  // namespace gannet::app
