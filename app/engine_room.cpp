#include "app/engine_room.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "app/event_tap.h"
#include "app/prior_journal.h"
#include "app/store_journal.h"
#include "app/venue_link.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/spsc_queue.h"
#include "base/state_directory.h"
#include "base/thread_role.h"
#include "engine/lane_thread.h"
#include "engine/plugin_loader.h"
#include "engine/publisher.h"
#include "engine/trading_core.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/market_session.h"
#include "gateway/okx/transport/market_connection.h"
#include "gateway/okx/transport/order_connection.h"
#include "gateway/okx/transport/rest_connection.h"
#include "risk/limit_table.h"

namespace gannet::app {
namespace {

constexpr Nanos kStatusInterval = milliseconds(200);
constexpr Nanos kSummaryInterval = seconds(60);
constexpr Nanos kTimerInterval = milliseconds(1);
constexpr Nanos kIdleSleep = microseconds(500);
constexpr Nanos kStrategyStopPatience = seconds(2);
constexpr Nanos kLanePatience = seconds(1);
constexpr Nanos kFlatPatience = seconds(15);
// REST requests of the market session's book seeds are told from the account's by this bit.
constexpr std::uint64_t kSeedRequest = std::uint64_t{1} << 63;
constexpr std::uint64_t kDefinitionRequest = std::uint64_t{1} << 62;
constexpr int kSeedLevels = 400;
// Definitions older than risk.metadata_age_max (24 h) deny orders: they are confirmed long before.
constexpr Nanos kDefinitionInterval = seconds(3600);

std::vector<std::string> strategy_names(const config::Settings& settings) {
  std::vector<std::string> names;
  names.reserve(settings.strategies.size());
  for (const auto& strategy : settings.strategies) names.push_back(strategy.name);
  return names;
}

/// Engine number of the ids: the last digit of engine_id where it is 1..8, else from its letters.
unsigned engine_number_of(std::string_view engine_id) {
  const char last = engine_id.empty() ? '1' : engine_id.back();
  if (last >= '1' && last <= '8') return static_cast<unsigned>(last - '0');
  unsigned sum = 0;
  for (const char c : engine_id) sum += static_cast<unsigned char>(c);
  return sum % 8 + 1;
}

std::string plugin_directory(const config::Settings& settings) {
  if (!settings.engine.plugin_directory.empty()) return settings.engine.plugin_directory;
  char path[4096];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string program(path, n > 0 ? static_cast<std::size_t>(n) : 0);
  return program.substr(0, program.rfind('/')) + "/../lib/gannet/strategies";
}

okx::MarketStream stream_of_channel(std::uint32_t channel) {
  switch (channel) {
    case GANNET_WANT_TRADES:
      return okx::MarketStream::Trades;
    case GANNET_WANT_TICKER:
      return okx::MarketStream::Ticker;
    default:
      return okx::MarketStream::MarkPrice;
  }
}

/// What the strategies want, and what the gate and the valuation need of every instrument.
std::vector<okx::MarketSubscription> market_subscriptions(
    const InstrumentTable& instruments, const std::vector<engine::Subscription>& wanted) {
  std::vector<okx::MarketSubscription> streams;
  const auto add = [&](InstrumentId instrument, okx::MarketStream stream) {
    const bool there = std::ranges::any_of(streams, [&](const okx::MarketSubscription& s) {
      return s.instrument == instrument && s.stream == stream;
    });
    if (!there) streams.push_back({instrument, stream});
  };
  for (const engine::Subscription& want : wanted) {
    if ((want.channels & GANNET_WANT_BOOK) != 0) add(want.instrument, okx::stream_of(want.book));
    for (const std::uint32_t channel :
         {GANNET_WANT_TRADES, GANNET_WANT_TICKER, GANNET_WANT_MARK_PRICE}) {
      if ((want.channels & channel) != 0) add(want.instrument, stream_of_channel(channel));
    }
  }
  for (const Instrument& instrument : instruments) {
    const bool has_book = std::ranges::any_of(streams, [&](const okx::MarketSubscription& s) {
      return s.instrument == instrument.id && s.stream <= okx::MarketStream::Depth50Fast;
    });
    if (!has_book) add(instrument.id, okx::MarketStream::BestBidOffer);
    if (is_derivative(instrument.kind)) add(instrument.id, okx::MarketStream::MarkPrice);
    add(instrument.id, okx::MarketStream::IndexPrice);
  }
  return streams;
}

LogEvent log_event_of(engine::Alert alert) noexcept {
  using engine::Alert;
  switch (alert) {
    case Alert::LateFill:
    case Alert::OverFill:
    case Alert::FillTooOld:
    case Alert::FillsMissed:
      return LogEvent::LateFill;
    case Alert::OrderRevived:
    case Alert::OrderVanished:
    case Alert::OrderUnknown:
    case Alert::PreviousRunOrder:
      return LogEvent::OrderUnknown;
    case Alert::ForeignOrder:
    case Alert::ForeignOrdersFull:
    case Alert::UnknownReport:
      return LogEvent::OrderForeign;
    case Alert::PositionDifference:
      return LogEvent::PositionDifference;
    case Alert::DifferenceAccepted:
      return LogEvent::Adjustment;
    case Alert::DeadManFired:
    case Alert::DeadManRefused:
      return LogEvent::TimerRefused;
    case Alert::JournalFull:
      return LogEvent::JournalFull;
    case Alert::VenueClockOff:
      return LogEvent::VenueRefused;
    case Alert::OrderResolvedByHand:
      return LogEvent::OrderResolved;
  }
  return LogEvent::OrderUnknown;
}

}  // namespace

struct EngineRoom::Parts final : engine::EngineListener, okx::BookSeedSource {
  explicit Parts(const EngineRoomLinks& given)
      : links(given),
        settings(given.settings),
        facts(given.facts),
        context{facts.instruments, facts.currencies, AccountId{0},
                okx::OrderTag(settings.account.engine_id)} {}

  // ---- set-up, main thread ----

  std::expected<void, Error> load_strategies() RUNS_ON(kReactor) {
    publisher.emplace(facts.instruments, facts.currencies, &strategy_log,
                      engine::PublisherSettings{});
    plugins.reserve(settings.strategies.size());
    stopped_told.resize(settings.strategies.size());
    for (const auto& strategy : settings.strategies) {
      auto plugin = engine::load_plugin(strategy.plugin, plugin_directory(settings));
      if (!plugin)
        return std::unexpected(
            std::move(plugin.error()).with("strategy \"" + strategy.name + "\""));
      plugins.push_back(std::move(*plugin));
      auto added = publisher->add_strategy(plugins.back().type(), strategy);
      if (!added) return std::unexpected(std::move(added.error()));
    }
    return {};
  }

  std::expected<void, Error> open_journal() RUNS_ON(kReactor) {
    JournalSettings journal_settings;
    journal_settings.directory = links.state_directory + "/journal";
    journal_settings.ring_path = ring_path;
    prior.emplace(facts.instruments, facts.currencies, strategy_names(settings));
    const auto remember = [this](const JournalRecord& record)
                              RUNS_ON(kReactor) { prior->add(record); };
    auto opened = JournalStore::open(journal_settings, remember);
    if (!opened) return std::unexpected(std::move(opened.error()));
    store = std::move(*opened);
    journal.emplace(store->ring());
    return {};
  }

  std::expected<void, Error> make_core() RUNS_ON(kReactor) {
    const auto names = strategy_names(settings);
    auto limits =
        risk::LimitTable::build(settings.risk, facts.instruments, facts.currencies, names);
    if (!limits) return std::unexpected(std::move(limits.error()));
    for (std::uint16_t s = 0; s < names.size(); ++s) {
      for (const InstrumentId instrument : publisher->instruments_of({s})) {
        auto permitted = limits->permit({s}, facts.instruments[instrument]);
        if (!permitted)
          return std::unexpected(
              std::move(permitted.error()).with("strategy \"" + names[s] + "\""));
      }
    }
    const unsigned number = engine_number_of(settings.account.engine_id);
    std::uint64_t newest_run = prior->belief().newest_run();
    for (const ClientOrderId id : facts.recent_ids) {
      const auto parts = engine::ClientOrderIds::parts_of(id);
      if (parts && parts->engine == number) newest_run = std::max(newest_run, parts->run);
    }
    const auto run_of = [](Timestamp time) {
      return static_cast<std::uint64_t>(time.nanos / 1'000'000'000);
    };
    // A run is named by its second: a quick restart waits for the next one.
    while (run_of(wall_clock_now()) == newest_run) ::usleep(1'000);
    const Timestamp now = wall_clock_now();
    const std::uint64_t run = run_of(now);
    auto ids = engine::ClientOrderIds::start(number, run, newest_run);
    if (!ids) {
      return std::unexpected(
          Error{fmt::format("run {} is not newer than run {}, which the journal or the venue's "
                            "history knows: the clock went back; start again when it is past it",
                            run, newest_run)});
    }
    engine::TradingCoreSettings core_settings;
    for (const auto& instrument : settings.instruments)
      core_settings.margin_modes.push_back(instrument.margin_mode);
    for (const auto& strategy : settings.strategies)
      core_settings.on_start.push_back(strategy.on_start);
    const std::string_view risk_currency = settings.risk.currency.view();
    if (!facts.currencies.find(risk_currency).valid()) {
      return std::unexpected(Error{
          fmt::format("risk.currency: \"{}\" is no currency of the account or of its instruments, "
                      "so that no limit could be compared with anything",
                      risk_currency)});
    }
    // Dollars of all kinds count alike, but only where the limits are in dollars.
    constexpr std::array<std::string_view, 3> kDollars{"USD", "USDT", "USDC"};
    if (std::ranges::find(kDollars, risk_currency) != kDollars.end()) {
      for (const std::string_view dollar : kDollars) {
        const CurrencyId id = facts.currencies.find(dollar);
        if (id.valid()) core_settings.dollar_currencies.push_back(id);
      }
    }
    tap.emplace(*publisher, facts.instruments);
    book_tap.emplace(*publisher, facts.instruments);
    define_ids(now);
    core.emplace(engine::CoreLinks{facts.instruments, facts.currencies, *journal, link, &link, *tap,
                                   *book_tap, *this},
                 core_settings, settings.risk, std::move(*limits), names.size(), *ids);
    subscriptions = market_subscriptions(facts.instruments, publisher->subscriptions());
    for (const okx::MarketSubscription& stream : subscriptions) {
      if (stream.stream <= okx::MarketStream::Depth50Fast) {
        core->add_book(stream.instrument, static_cast<BookFeed>(stream.stream));
      }
    }
    core->restore(prior->belief());
    log(now, LogEvent::JournalOpened,
        {LogField::number("records", static_cast<std::int64_t>(store->recovered().records)),
         LogField::number("left_out", static_cast<std::int64_t>(prior->left_out())),
         LogField::string("cut", store->recovered().damage)});
    return {};
  }

  void define_ids(Timestamp now) RUNS_ON(kReactor) {
    for (std::uint16_t c = 0; c < facts.currencies.size(); ++c) {
      journal->define(engine::to_definition(CurrencyId{c}, facts.currencies.name({c})), now);
    }
    for (const Instrument& instrument : facts.instruments)
      journal->define(engine::to_definition(instrument), now);
    for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
      journal->define(
          engine::to_definition({s}, settings.strategies[s].name, settings.strategies[s].plugin,
                                plugins[s].type().content_id),
          now);
    }
  }

  std::expected<void, Error> make_sessions() RUNS_ON(kReactor) {
    const bool demo = settings.venue.environment == config::Environment::Demo;
    const okx::RestIdentity identity{&links.signer, demo};
    okx::RestConnectionSettings rest_settings;
    rest_settings.http.url = settings.venue.rest_url;
    auto rest_made = okx::RestConnection::make(loop, links.cold, links.tls, rest_settings,
                                               [this](const HttpRequest& request)
                                                   RUNS_ON(kCold) { return permits(request); });
    if (!rest_made) return std::unexpected(std::move(rest_made.error()));
    rest = std::move(*rest_made);

    order_session.emplace(links.signer, context, *core, session_log, okx::OrderSessionSettings{});
    rest_session.emplace(identity, context, facts.terms, *core, session_log, *rest,
                         okx::RestSessionSettings{});
    order_session->set_clock_offset(facts.clock_offset);
    rest_session->set_clock_offset(facts.clock_offset);
    venue.emplace(*order_session, *rest_session, context, facts.terms, *core);
    market_session.emplace(okx::MarketSessionSettings{}, facts.codes, subscriptions, *core,
                           session_log, this);
    link.bind(*venue, core->orders());
    tap->time_with(link);
    public_identity.simulated_trading = demo;

    const auto seed = static_cast<std::uint64_t>(wall_clock_now().nanos);
    auto market = okx::SocketConnection::make(
        loop, links.tls, pacer, okx::market_connection_settings(settings.venue.ws_public_url, seed),
        *market_session, [this](const okx::SocketConnectionEvent& event) RUNS_ON(kReactor) {
          on_socket("market", event);
        });
    if (!market) return std::unexpected(std::move(market.error()));
    market_connection = std::move(*market);
    auto orders = okx::SocketConnection::make(
        loop, links.tls, pacer,
        okx::order_connection_settings(settings.venue.ws_private_url, seed + 1), *order_session,
        [this](const okx::SocketConnectionEvent& event)
            RUNS_ON(kReactor) { on_socket("orders", event); });
    if (!orders) return std::unexpected(std::move(orders.error()));
    order_connection = std::move(*orders);
    return {};
  }

  // ---- reactor ----

  void run() RUNS_ON(kReactor) {
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
    market_connection->start();
    order_connection->start();
    while (!stop_requested.load(std::memory_order_acquire)) turn();
    stop();
    for (const auto& lane : lanes) {
      if (lane->join_for(kLanePatience)) continue;
      lane->abandon();
      lane_abandoned = true;
    }
  }

  void turn() RUNS_ON(kReactor) {
    if (settings.engine.busy_poll) {
      loop.poll();
    } else {
      loop.run_for(kIdleSleep);
    }
    const Timestamp now = wall_clock_now();
    rest->poll([&](const okx::RestAnswer& answer)
                   RUNS_ON(kReactor) { on_rest_answer(answer, now); });
    for (AdminCommand command; commands.try_pop(command);) carry_out(command, now);
    publisher->do_work(now);
    core->on_timer(now);
    if (now - last_rest_timer >= kTimerInterval) {
      last_rest_timer = now;
      venue->on_timer(now);
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

  /// Strategies first, then their orders, then the venue's own word that nothing of ours is left.
  void stop() RUNS_ON(kReactor) {
    publisher->stop(wall_clock_now());
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
            return core->status().flat_confirmed && core->status().open_orders == 0;
          },
          kFlatPatience);
    } else {
      flat = leave_only_what_may_stay();
    }
    const engine::CoreStatus at_end = core->status();
    clean = flat && stopped && at_end.unknown_orders == 0 && !store->failed();
    market_connection->stop();
    order_connection->stop();
    publish_status(wall_clock_now());
    log(wall_clock_now(), LogEvent::EngineStopped,
        {LogField::number("open_orders", static_cast<std::int64_t>(at_end.open_orders)),
         LogField::number("unknown_orders", static_cast<std::int64_t>(at_end.unknown_orders)),
         LogField::boolean("clean", clean)});
  }

  static bool leaves_orders(const engine::StrategySettings& strategy) {
    return strategy.on_stop == engine::StrategySettings::OnStop::Leave;
  }

  /// Some strategies leave their orders at the venue: everybody else's must be gone, by a look at
  /// the venue's list that began after they ended here, and the dead-man timer must not cancel what
  /// is to stay.
  bool leave_only_what_may_stay() RUNS_ON(kReactor) {
    const auto must_go = [this](const engine::Order& order) {
      const std::uint16_t strategy = order.strategy.value;
      return strategy >= settings.strategies.size() ||
             !leaves_orders(settings.strategies[strategy]);
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

  template <class Condition>
  bool turn_until(Condition condition, Nanos patience) RUNS_ON(kReactor) {
    const Nanos deadline = monotonic_now() + patience;
    while (!condition()) {
      if (monotonic_now() > deadline) return false;
      turn();
    }
    return true;
  }

  void pin() RUNS_ON(kReactor) {
    if (!settings.engine.reactor_cpu) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(*settings.engine.reactor_cpu), &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  }

  /// KILL-09: what was killed stays so until a person resumes.
  void restore_kill(Timestamp now) RUNS_ON(kReactor) {
    std::ifstream file(links.state_directory + "/killed");
    if (!file && !prior->belief().killed()) return;
    std::string why;
    std::getline(file, why);
    core->kill(why.empty() ? "killed in an earlier run" : why, "an earlier run", now);
  }

  void on_rest_answer(const okx::RestAnswer& answer, Timestamp now) RUNS_ON(kReactor) {
    if ((answer.id & kDefinitionRequest) != 0) {
      confirm_definitions(answer.response, now);
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
    market_session->on_book_seed(asked->second.first, asked->second.second,
                                 std::string_view(body.data(), size), now);
    seeds.erase(asked);
  }

  /// Asks for one instrument's definition at a time, so that each is confirmed once in the interval
  /// and no answer is long enough to stall the reactor.
  void ask_definition(Timestamp now) RUNS_ON(kReactor) {
    last_definition = now;
    const InstrumentId id{next_definition++ % static_cast<std::uint32_t>(facts.instruments.size())};
    rest->send_request(kDefinitionRequest | ++last_seed,
                       okx::public_instrument_request(public_identity, facts.instruments[id]));
  }

  Nanos definition_spacing() const RUNS_ON(kReactor) {
    return {kDefinitionInterval.count / static_cast<std::int64_t>(facts.instruments.size())};
  }

  void confirm_definitions(const HttpResponse& response, Timestamp now) RUNS_ON(kReactor) {
    std::string body = response.status == 200 ? response.body : "";
    const std::size_t size = body.size();
    body.append(okx::kTextPadding, '\0');
    okx::FrameReader reader(size + 1);
    CurrencyTable names;  // of the answer: the run's own table is fixed
    const auto frame = reader.read(std::string_view(body.data(), size));
    if (!frame) return;
    const auto rows = okx::decode_instruments(reader, *frame, names);
    if (!rows) return;
    for (const okx::InstrumentRow& row : rows->rows) {
      const InstrumentId id = facts.instruments.find(row.instrument.name.view());
      if (id.valid() && facts.instruments[id].kind == row.instrument.kind) {
        core->on_instrument_state(id, row.instrument.state, now);
      }
    }
  }

  // okx::BookSeedSource
  bool request_book_snapshot(InstrumentId instrument, BookFeed feed, Timestamp) noexcept override
      RUNS_ON(kReactor) {
    const std::uint64_t id = kSeedRequest | ++last_seed;
    if (!rest->send_request(
            id, okx::book_request(public_identity, facts.instruments[instrument].name.view(),
                                  kSeedLevels))) {
      return false;
    }
    seeds[id] = {instrument, feed};
    return true;
  }

  /// Asked on the cold thread just before a request is written: no new order leaves once killed.
  bool permits(const HttpRequest& request) const RUNS_ON(kCold) {
    // What may add risk: new orders and amends, single and in batches; cancels always pass.
    const bool adds =
        request.method == "POST" && (request.target.ends_with("/trade/order") ||
                                     request.target.ends_with("/trade/batch-orders") ||
                                     request.target.find("/trade/amend-") != std::string::npos);
    return !adds || !killed.load(std::memory_order_acquire);
  }

  void carry_out(const AdminCommand& command, Timestamp now) RUNS_ON(kReactor) {
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
        answer.text = FixedString<160>("resumed");
        break;
      case AdminCommand::Kind::Hold:
        core->hold(command.argument.view(), who, now);
        answer.text = FixedString<160>("held");
        break;
      case AdminCommand::Kind::Accept: {
        const InstrumentId instrument = facts.instruments.find(command.argument.view());
        answer.good = instrument.valid() && core->accept(instrument, who, now);
        answer.text = FixedString<160>(answer.good          ? "accepted"
                                       : instrument.valid() ? "there is no difference to accept"
                                                            : "no such instrument here");
        break;
      }
    }
    publish_status(now);
    answers.try_push(answer);
  }

  // engine::EngineListener
  void on_engine_state(const engine::StateEvent& event) noexcept override RUNS_ON(kReactor) {
    log(event.event_time, LogEvent::EngineState,
        {LogField::string("state", name_of(event.state)),
         LogField::string("reason", name_of(event.hold_reason))});
  }
  void on_alert(const engine::AlertEvent& event) noexcept override RUNS_ON(kReactor) {
    const bool known = facts.instruments.contains(event.instrument);
    log(event.time, log_event_of(event.alert),
        {LogField::string("alert", engine::name_of(event.alert)),
         LogField::string("instrument",
                          known ? facts.instruments[event.instrument].name.view() : ""),
         LogField::number("client_order_id", static_cast<std::int64_t>(event.client_id.value)),
         LogField::number("venue_order_id", static_cast<std::int64_t>(event.venue_id.value)),
         LogField::number("expected", event.expected), LogField::number("actual", event.actual)});
  }
  void on_kill_changed(bool now_killed, std::string_view why, std::string_view who,
                       Timestamp now) noexcept override RUNS_ON(kReactor) {
    killed.store(now_killed, std::memory_order_release);
    kill_reason = now_killed ? FixedString<120>(why) : FixedString<120>();
    log(now, now_killed ? LogEvent::EngineKilled : LogEvent::EngineResumed,
        {LogField::string("why", why), LogField::string("who", who)});
    kill_changes.try_push({now_killed, FixedString<120>(why), FixedString<47>(who),
                           std::exchange(waiting_kill_command, 0)});
    if (started.nanos != 0) publish_status(now);
  }
  void on_flat_confirmed(Timestamp now) noexcept override RUNS_ON(kReactor) {
    log(now, LogEvent::EngineFlat, {});
  }

  void on_socket(std::string_view name, const okx::SocketConnectionEvent& event) RUNS_ON(kReactor) {
    const Timestamp now = wall_clock_now();
    switch (event.kind) {
      case okx::SocketConnectionEvent::Kind::Connecting:
        return;
      case okx::SocketConnectionEvent::Kind::Open:
        log(now, LogEvent::ConnectionOpen,
            {LogField::string("connection", name), LogField::string("url", event.url)});
        return;
      case okx::SocketConnectionEvent::Kind::Closed:
        ++reconnects;
        log(now, LogEvent::ConnectionLost,
            {LogField::string("connection", name), LogField::string("why", event.reason.text),
             LogField::number("code", event.reason.code),
             LogField::number("retry_ms", event.retry_in.count / 1'000'000)});
        return;
    }
  }

  std::uint64_t frames_refused() const noexcept RUNS_ON(kReactor) {
    using Kind = okx::DiagnosticKind;
    const okx::OrderSessionCounters& account = order_session->counters();
    std::uint64_t count = account.malformed + account.unknown_instruments + account.ignored_frames;
    for (const Kind kind : {Kind::MalformedFrame, Kind::UnknownEvent, Kind::UnknownFrame,
                            Kind::UnknownChannel, Kind::UnknownInstrument}) {
      count += market_session->diagnostics().count(kind);
    }
    return count;
  }

  /// The core has cancelled its orders by then; a person must know that it no longer trades.
  void tell_stopped_strategies(Timestamp now) RUNS_ON(kReactor) {
    for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
      const std::string_view why = publisher->failure_of({s});
      if (why.empty() || stopped_told[s]) continue;
      stopped_told[s] = true;
      log(now, LogEvent::StrategyStopped,
          {LogField::number("strategy", s), LogField::string("name", settings.strategies[s].name),
           LogField::string("why", why)});
    }
  }

  /// What an operator reads in the log beside orders: connections that are ready, comparisons with
  /// the venue, and once a minute the figures.
  void tell_milestones(const engine::CoreStatus& at, Timestamp now) RUNS_ON(kReactor) {
    if (at.market == ConnectionState::Ready && told.market != ConnectionState::Ready) {
      log(now, LogEvent::ConnectionReady, {LogField::string("connection", "market")});
    }
    if (at.account == ConnectionState::Ready && told.account != ConnectionState::Ready) {
      log(now, LogEvent::ConnectionReady, {LogField::string("connection", "orders")});
    }
    if (at.rounds != told.rounds) {
      log(now, LogEvent::ReconcileDone,
          {LogField::number("rounds", static_cast<std::int64_t>(at.rounds)),
           LogField::number("held_instruments", static_cast<std::int64_t>(at.held_instruments)),
           LogField::number("foreign_orders", static_cast<std::int64_t>(at.foreign_orders))});
    }
    if (now - last_summary >= kSummaryInterval) {
      last_summary = now;
      log(now, LogEvent::StatusSummary,
          {LogField::string("state", name_of(at.state)),
           LogField::number("orders", static_cast<std::int64_t>(at.orders.placed)),
           LogField::number("fills", static_cast<std::int64_t>(at.fills)),
           LogField::number("denied", static_cast<std::int64_t>(at.orders.denied)),
           LogField::number("rejected", static_cast<std::int64_t>(at.orders.rejected)),
           LogField::number("open_orders", static_cast<std::int64_t>(at.open_orders)),
           LogField::number("unknown_orders", static_cast<std::int64_t>(at.unknown_orders)),
           LogField::number("tick_to_order_p50_ns", link.tick_to_order().p50.count),
           LogField::number("tick_to_order_p99_ns", link.tick_to_order().p99.count)});
    }
    told = at;
  }

  void tell_started_strategies(Timestamp now) RUNS_ON(kReactor) {
    for (std::size_t s = 0; s < plugins.size(); ++s) {
      const engine::StrategyType& type = plugins[s].type();
      log(now, LogEvent::StrategyStarted,
          {LogField::string("name", settings.strategies[s].name),
           LogField::string("plugin", type.name), LogField::string("version", type.version),
           LogField::string("path", type.path),
           LogField::string("content_id", fmt::format("{:016x}", type.content_id))});
    }
  }

  void publish_status(Timestamp now) RUNS_ON(kReactor) {
    last_status = now;
    tell_stopped_strategies(now);
    const engine::CoreStatus at = core->status();
    tell_milestones(at, now);
    DaemonStatus status;
    status.time = now;
    status.started = started;
    status.state = at.state;
    status.hold_reason = at.hold_reason;
    status.kill_reason = kill_reason;
    status.flat_confirmed = at.flat_confirmed && at.open_orders == 0;
    status.journal_failed = store->failed();
    status.market_ready = at.market == ConnectionState::Ready;
    status.account_ready = at.account == ConnectionState::Ready;
    status.market_frames = market_session->frames();
    status.account_frames = order_session->counters().frames;
    status.reconnects = reconnects;
    status.frames_refused = frames_refused();
    status.orders = at.orders.placed;
    status.fills = at.fills;
    status.denied = at.orders.denied;
    status.rejected = at.orders.rejected;
    status.open_orders = static_cast<std::uint32_t>(at.open_orders);
    status.unknown_orders = static_cast<std::uint32_t>(at.unknown_orders);
    status.foreign_orders = static_cast<std::uint32_t>(at.foreign_orders);
    status.log_records_lost = gannet::log_records_lost();
    status.clock_offset = rest_session->clock_offset();
    status.tick_to_order = link.tick_to_order();
    status.order_round_trip = link.round_trip();
    status.risk_currency = settings.risk.currency;
    status.instruments = static_cast<std::uint32_t>(
        std::min<std::size_t>(facts.instruments.size(), DaemonStatus::kMaxInstruments));
    for (std::uint32_t i = 0; i < status.instruments; ++i) status.rows[i] = row_of({i}, now);
    published.store(status);
  }

  DaemonStatus::InstrumentRow row_of(InstrumentId id, Timestamp now) RUNS_ON(kReactor) {
    const Instrument& instrument = facts.instruments[id];
    const engine::InstrumentStatus at = core->status(id, now);
    DaemonStatus::InstrumentRow row;
    row.name = instrument.name;
    row.price_digits = instrument.price_digits;
    row.quantity_digits = instrument.quantity_digits;
    row.state = at.held ? engine::EngineState::Held : core->state();
    row.hold_reason = at.held ? engine::HoldReason::Reconciliation : core->hold_reason();
    row.position = at.position;
    row.open_orders = core->exposure().open_orders(id);
    row.realised_pnl = at.realised_pnl;
    row.fees = at.fees;
    row.unrealised_pnl = at.unrealised_pnl.value_or(Amount{0, at.realised_pnl.currency});
    row.currency = CurrencyName(facts.currencies.name(instrument.settle));
    for (int feed = 0; feed < kBookFeeds && !row.book_valid; ++feed) {
      const OrderBook* book = core->books().find(id, static_cast<BookFeed>(feed));
      if (book == nullptr || book->best_bid() == nullptr || book->best_ask() == nullptr) continue;
      row.book_valid = true;
      row.best_bid = level_price(*book->best_bid());
      row.best_ask = level_price(*book->best_ask());
    }
    return row;
  }

  EngineRoomLinks links;
  const config::Settings& settings;
  VenueFacts& facts;
  std::string ring_path;
  okx::AccountContext context;
  okx::RestIdentity public_identity;

  net::EventLoop loop OWNED_BY(kReactor);
  okx::ConnectPacer pacer OWNED_BY(kReactor);
  SessionLog session_log OWNED_BY(kReactor);
  StrategyLog strategy_log;
  VenueLink link OWNED_BY(kReactor);
  std::unique_ptr<JournalStore> store OWNED_BY(kReactor);
  std::optional<StoreJournal> journal OWNED_BY(kReactor);
  std::optional<PriorJournal> prior OWNED_BY(kReactor);
  // Before the publisher: handlers live in them.
  std::vector<engine::Plugin> plugins OWNED_BY(kReactor);
  std::optional<engine::Publisher> publisher OWNED_BY(kReactor);
  std::optional<BookTap> book_tap;
  std::optional<EventTap> tap OWNED_BY(kReactor);
  std::optional<engine::TradingCore> core OWNED_BY(kReactor);
  std::vector<okx::MarketSubscription> subscriptions OWNED_BY(kReactor);
  std::unique_ptr<okx::RestConnection> rest OWNED_BY(kReactor);
  std::optional<okx::OrderSession> order_session OWNED_BY(kReactor);
  std::optional<okx::RestSession> rest_session OWNED_BY(kReactor);
  std::optional<okx::AccountVenue> venue OWNED_BY(kReactor);
  std::optional<okx::MarketSession> market_session OWNED_BY(kReactor);
  std::unique_ptr<okx::SocketConnection> market_connection OWNED_BY(kReactor);
  std::unique_ptr<okx::SocketConnection> order_connection OWNED_BY(kReactor);
  std::map<std::uint64_t, std::pair<InstrumentId, BookFeed>> seeds OWNED_BY(kReactor);
  std::uint64_t last_seed OWNED_BY(kReactor) = 0;

  // Shared: atomics, and queues of one producer and one consumer.
  std::atomic<bool> stop_requested{false};
  std::atomic<bool> killed{false};
  SpscQueue<AdminCommand> commands{64};
  SpscQueue<AdminAnswer> answers{64};
  SpscQueue<KillChange> kill_changes{64};
  PublishedValue<DaemonStatus> published;

  Timestamp started OWNED_BY(kReactor);
  Timestamp last_status OWNED_BY(kReactor);
  Timestamp last_rest_timer OWNED_BY(kReactor);
  Timestamp last_summary;
  engine::CoreStatus told;  // as the log knows it
  Timestamp last_definition OWNED_BY(kReactor);
  std::uint32_t next_definition OWNED_BY(kReactor) = 0;
  FixedString<120> kill_reason OWNED_BY(kReactor);
  std::uint64_t waiting_kill_command OWNED_BY(kReactor) = 0;
  std::uint64_t reconnects OWNED_BY(kReactor) = 0;
  bool journal_failure_told OWNED_BY(kReactor) = false;
  std::vector<bool> stopped_told OWNED_BY(kReactor);
  bool flat OWNED_BY(kReactor) = false;
  bool clean OWNED_BY(kReactor) = false;
  bool lane_abandoned = false;
};

std::expected<std::unique_ptr<EngineRoom>, Error> EngineRoom::build(const EngineRoomLinks& links) {
  // The reactor's thread does not run yet: who builds holds its role, and starting it hands over.
  ThreadRoleScope role(kReactor);
  auto parts = std::make_unique<Parts>(links);
  parts->ring_path = links.ring_path;
  for (const auto step :
       {&Parts::load_strategies, &Parts::open_journal, &Parts::make_core, &Parts::make_sessions}) {
    if (auto done = ((*parts).*step)(); !done) return std::unexpected(std::move(done.error()));
  }
  return std::unique_ptr<EngineRoom>(new EngineRoom(std::move(parts)));
}

EngineRoom::EngineRoom(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EngineRoom::~EngineRoom() = default;

void EngineRoom::run() {
  ThreadRoleScope role(kReactor);
  parts_->run();
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
