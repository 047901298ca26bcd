#include "app/engine_room.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "app/internal/engine_room_parts.h"
#include "engine/lane_thread.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"

namespace gannet::app {
namespace {

constexpr Nanos kStatusInterval = milliseconds(200);
constexpr Nanos kTimerInterval = milliseconds(1);
constexpr Nanos kIdleSleep = microseconds(500);
constexpr Nanos kStrategyStopPatience = seconds(2);
constexpr Nanos kLanePatience = seconds(1);
constexpr Nanos kFlatPatience = seconds(15);
// REST requests of the market session's book seeds are told from the account's by this bit.
constexpr std::uint64_t kSeedRequest = std::uint64_t{1} << 63;
constexpr std::uint64_t kDefinitionRequest = std::uint64_t{1} << 62;
constexpr int kSeedLevels = 400;

}  // namespace

void EngineRoom::Parts::run() {
  set_thread_name("reactor");
  pin();
  const Timestamp now = wall_clock_now();
  started = now;
  last_definition = now;
  last_summary = now;
  std::vector<std::unique_ptr<engine::LaneThread>> lanes;
  int number = 1;
  for (const auto& lane : publisher->threaded_lanes()) {
    lanes.push_back(std::make_unique<engine::LaneThread>(
        *lane, number++, engine::IdlePolicy{settings.engine.lane_sleep}));
  }
  core->start(now);
  core->on_venue_clock(facts.clock_offset, now);
  restore_kill(now);
  publisher->start(*core, now);
  tell_started_strategies(now);
  market_feed->start();
  order_sockets.open_line(0);
  if (business_lines) business_lines->start();
  algo_connection->start();
  while (!stop_requested.load(std::memory_order_acquire)) turn();
  stop();
  for (const auto& lane : lanes) {
    if (lane->join_for(kLanePatience)) continue;
    lane->abandon();
    lane_abandoned = true;
  }
}

void EngineRoom::Parts::turn() {
  if (settings.engine.busy_poll) {
    loop.poll();
  } else {
    loop.run_for(kIdleSleep);
  }
  const Timestamp now = wall_clock_now();
  rest->poll([&](const okx::RestAnswer& answer) RUNS_ON(kReactor) { on_rest_answer(answer, now); });
  for (AdminCommand command; commands.try_pop(command);) carry_out(command, now);
  take_bills(now);
  publisher->do_work(now);
  core->on_timer(now);
  if (now - last_rest_timer >= kTimerInterval) {
    last_rest_timer = now;
    venue->on_timer(now);
    order_lines->on_timer(now);
    market_feed->on_timer(now);
    if (business_lines) business_lines->on_timer(now);
    algo_rest->set_clock_offset(rest_session->clock_offset());
    algo_session->set_clock_offset(rest_session->clock_offset());
    algo_rest->on_timer(now);
    if (algo_session->take_ready()) core->request_round();  // what it missed, the lists tell
  }
  if (now - last_definition >= definition_spacing()) ask_definition(now);
  if (store->failed() && !journal_failure_told) {
    journal_failure_told = true;
    log(now, LogEvent::JournalError, {LogField::string("directory", links.state_directory)});
    core->set_journal_failed(true, now);
  }
  // Nothing can be asked of a venue that refuses the key: its dead-man timer does the rest.
  if (!session_log.fatal().empty()) stop_requested.store(true, std::memory_order_release);
  if (now - last_status >= kStatusInterval) publish_status(now);
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
  algo_connection->stop();
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
    if (must_go(order)) orders.cancel_by_engine(order, wall_clock_now());
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

void EngineRoom::Parts::pin() {
  if (!settings.engine.reactor_cpu) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(*settings.engine.reactor_cpu), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void EngineRoom::Parts::on_rest_answer(const okx::RestAnswer& answer, Timestamp now) {
  if ((answer.id & kDefinitionRequest) != 0) {
    confirm_definitions(answer.response, now);
    return;
  }
  if ((answer.id & AlgoRequests::kBit) != 0 && (answer.id & kSeedRequest) == 0) {
    algo_rest->on_response(answer.id & ~AlgoRequests::kBit, answer.response, now,
                           answer.certainly_not_sent);
    return;
  }
  if ((answer.id & kSeedRequest) == 0) {
    rest_session->on_response(answer.id, answer.response, now, answer.certainly_not_sent);
    return;
  }
  const auto asked = seeds.find(answer.id);
  if (asked == seeds.end()) return;
  std::string body = answer.response.status == 200 ? answer.response.body : "";
  const std::size_t size = body.size();
  body.append(okx::kTextPadding, '\0');
  market_feed->on_book_seed(asked->second.first, asked->second.second,
                            std::string_view(body.data(), size), now);
  seeds.erase(asked);
}

void EngineRoom::Parts::ask_definition(Timestamp now) {
  last_definition = now;
  const InstrumentId id{next_definition++ % static_cast<std::uint32_t>(facts.instruments.size())};
  rest->send_request(kDefinitionRequest | ++last_seed,
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

bool EngineRoom::Parts::request_book_snapshot(InstrumentId instrument, BookFeed feed,
                                              Timestamp) noexcept {
  const std::uint64_t id = kSeedRequest | ++last_seed;
  if (!rest->send_request(
          id, okx::book_request(public_identity, facts.instruments[instrument].name.view(),
                                kSeedLevels))) {
    return false;
  }
  seeds[id] = {instrument, feed};
  return true;
}

bool EngineRoom::Parts::permits(const HttpRequest& request) const {
  // What may add risk: new orders and amends, single and in batches; cancels always pass.
  const bool adds =
      request.method == "POST" && (request.target.ends_with("/trade/order") ||
                                   request.target.ends_with("/trade/batch-orders") ||
                                   request.target.ends_with("/trade/order-algo") ||
                                   request.target.find("/trade/amend-") != std::string::npos);
  return !adds || !killed.load(std::memory_order_acquire);
}

void EngineRoom::Parts::carry_out(const AdminCommand& command, Timestamp now) {
  log(now, LogEvent::CommandReceived,
      {LogField::number("kind", static_cast<int>(command.kind)),
       LogField::string("who", command.who.view()),
       LogField::string("argument", command.argument.view())});
  const std::string_view who = command.who.view();
  AdminAnswer answer{command.id, true, {}};
  switch (command.kind) {
    case AdminCommand::Kind::Kill:
      waiting_kill_command = command.id;
      core->kill(command.argument.view(), who, now);
      return;  // on_kill_changed has handed it on: it is answered when it is durable
    case AdminCommand::Kind::Resume:
      waiting_kill_command = command.id;
      core->resume(who, now);
      if (waiting_kill_command == 0) return;  // a kill was cleared: answered when that is durable
      waiting_kill_command = 0;
      answer.text = AdminAnswer::Text("resumed");
      break;
    case AdminCommand::Kind::Hold:
      core->hold(command.argument.view(), who, now);
      answer.text = AdminAnswer::Text("held");
      break;
    case AdminCommand::Kind::ReloadCredentials:
      return;  // the cold thread's own: take_credentials
    case AdminCommand::Kind::Accept: {
      const InstrumentId instrument = facts.instruments.find(command.argument.view());
      answer.good = instrument.valid() && core->accept(instrument, who, now);
      answer.text = AdminAnswer::Text(answer.good          ? "accepted"
                                      : instrument.valid() ? "there is no difference to accept"
                                                           : "no such instrument here");
      break;
    }
  }
  publish_status(now);
  answers.try_push(answer);
}

void EngineRoom::Parts::take_credentials(okx::Credentials credentials, const AdminCommand& command,
                                         Timestamp now) {
  links.signer.replace(std::move(credentials));
  order_lines->replace_current();  // its successor logs in with the new key before it goes
  algo_session->renew_login(now);
  log(now, LogEvent::CredentialsReloaded, {LogField::string("who", command.who.view())});
  answers.try_push({command.id, true,
                    AdminAnswer::Text("the new key is in use: its login was proven first; the "
                                      "private connection logs in anew")});
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
void EngineRoom::request_stop() noexcept {
  parts_->stop_requested.store(true, std::memory_order_release);
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
