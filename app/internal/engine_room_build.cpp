#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "app/core_settings.h"
#include "app/internal/engine_room_parts.h"
#include "app/market_subscriptions.h"
#include "app/operator_strategy.h"
#include "app/program_folder.h"
#include "base/state_directory.h"
#include "engine/settings_record.h"
#include "engine/warm_up.h"

namespace gannet::app {
namespace {

/// Engine number of the ids: the last digit of engine_id where it is 1..8, else from its letters.
unsigned engine_number_of(std::string_view engine_id) {
  const char last = engine_id.empty() ? '1' : engine_id.back();
  if (last >= '1' && last <= '8') return static_cast<unsigned>(last - '0');
  unsigned sum = 0;
  for (const char c : engine_id) sum += static_cast<unsigned char>(c);
  return sum % 8 + 1;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string plugin_directory(const config::Settings& settings) {
  const std::string& other = settings.engine.plugin_directory;
  return other.empty() ? bundled_plugins() : other;
}

}  // namespace

std::expected<void, Error> EngineRoom::Parts::load_strategies() {
  SpanClock::calibrate();
  publisher.emplace(
      facts.instruments, facts.currencies, &strategy_log,
      engine::PublisherSettings{.stamp = &LatencyStages::decided_stamp, .fees = &facts.fees});
  plugins.reserve(settings.strategies.size());
  stopped_told.resize(settings.strategies.size());
  for (const auto& strategy : settings.strategies) {
    if (strategy.name == engine::kOperatorStrategy) {
      if (auto added = publisher->add_strategy(operator_strategy(), strategy); !added)
        return std::unexpected(std::move(added.error()));
      continue;
    }
    auto plugin = engine::load_plugin(strategy.plugin, plugin_directory(settings));
    if (!plugin)
      return std::unexpected(std::move(plugin.error()).with("strategy \"" + strategy.name + "\""));
    plugins.push_back(std::move(*plugin));
    auto added = publisher->add_strategy(plugins.back().type(), strategy);
    if (!added) return std::unexpected(std::move(added.error()));
  }
  return {};
}

std::expected<void, Error> EngineRoom::Parts::open_journal() {
  JournalSettings journal_settings;
  journal_settings.directory = links.state_directory + "/journal";
  journal_settings.ring_path = ring_path;
  journal_settings.mode = settings.journal.mode;
  journal_settings.ring_bytes = settings.journal.ring_bytes;
  journal_settings.segment_bytes = settings.journal.segment_bytes;
  journal_settings.sync_interval_ms = settings.journal.sync_interval.count / 1'000'000;
  if (settings.engine.keep_history) {
    history_thread = std::make_unique<HistoryThread>(links.state_directory);
    journal_settings.on_drained = [told = history_thread.get()](const JournalRecord& record) {
      told->offer(record);
    };
  }
  prior.emplace(facts.instruments, facts.currencies, strategy_names(settings));
  const auto remember = [this](const JournalRecord& record)
                            RUNS_ON(kReactor) { prior->add(record); };
  auto opened = JournalStore::open(journal_settings, remember);
  if (!opened) return std::unexpected(std::move(opened.error()));
  store = std::move(*opened);
  journal.emplace(store->ring());
  if (history_thread) history_thread->start();
  return {};
}

/// All, but those that the limits of strategies cannot be said in.
std::vector<InstrumentId> EngineRoom::Parts::operator_instruments(std::uint16_t strategy) const {
  std::vector<InstrumentId> instruments;
  auto limits = limit_table(settings, facts.instruments, facts.currencies, {});
  if (!limits) return instruments;
  for (const Instrument& instrument : facts.instruments) {
    if (limits->permit({strategy}, instrument)) instruments.push_back(instrument.id);
  }
  return instruments;
}

std::expected<void, Error> EngineRoom::Parts::make_core() {
  engine::RunSettings run_settings{read_text(settings.file), {}};
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    const auto permitted = publisher->instruments_of({s});
    run_settings.permitted.emplace_back(permitted.begin(), permitted.end());
    if (settings.strategies[s].name == engine::kOperatorStrategy)
      run_settings.permitted.back() = operator_instruments(s);
  }
  auto limits = limit_table(settings, facts.instruments, facts.currencies, run_settings.permitted);
  if (!limits) return std::unexpected(std::move(limits.error()));
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
  auto made_settings = core_settings(settings, facts.instruments, facts.currencies);
  if (!made_settings) return std::unexpected(std::move(made_settings.error()));
  const std::string_view risk_currency = settings.risk.currency.view();
  if (!facts.currencies.find(risk_currency).valid()) {
    return std::unexpected(Error{
        fmt::format("risk.currency: \"{}\" is no currency of the account or of its instruments, "
                    "so that no limit could be compared with anything",
                    risk_currency)});
  }
  tap.emplace(*publisher, facts.instruments);
  tap->keep_fills(fill_memory);
  book_tap.emplace(*publisher, facts.instruments);
  book_tap->time_with(link.stages());
  define_ids(now);
  run_settings.write(*journal, now);
  VenuePort* port = &link;
  AlgoPort* algos = &link;
  if (settings.journal.mode != JournalMode::Process) {
    disk.emplace(*store);
    durable.emplace(link, &link, &link, *journal, *disk);
    port = &*durable;
    algos = &*durable;
  }
  core.emplace(engine::CoreLinks{facts.instruments, facts.currencies, *journal, *port, &link, *tap,
                                 *book_tap, *this, algos},
               std::move(*made_settings), settings.risk, std::move(*limits),
               settings.strategies.size(), *ids);
  if (durable) durable->bind(*core);
  subscriptions = market_subscriptions(facts.instruments, settings.instruments,
                                       publisher->subscriptions(), publisher->candles());
  for (const okx::MarketSubscription& stream : subscriptions) {
    if (okx::is_book(stream.stream)) {
      core->add_book(stream.instrument, static_cast<BookFeed>(stream.stream));
    }
  }
  for (std::uint32_t i = 0; i < settings.instruments.size(); ++i) {
    if (settings.instruments[i].book) {
      core->set_reference_book(InstrumentId{i}, *settings.instruments[i].book);
    }
  }
  core->restore(prior->belief());
  bills_known = now + facts.clock_offset;
  for (const auto& step : prior->belief().position_steps()) {
    if (const auto* bill = std::get_if<engine::BillRecord>(&step))
      bills_known = Timestamp{bill->exchange_time};
  }
  log(now, LogEvent::JournalOpened,
      {LogField::number("records", static_cast<std::int64_t>(store->recovered().records)),
       LogField::number("left_out", static_cast<std::int64_t>(prior->left_out())),
       LogField::string("cut", store->recovered().damage)});
  return {};
}

void EngineRoom::Parts::define_ids(Timestamp now) {
  for (std::uint16_t c = 0; c < facts.currencies.size(); ++c) {
    journal->define(engine::to_definition(CurrencyId{c}, facts.currencies.name({c})), now);
  }
  for (const Instrument& instrument : facts.instruments)
    journal->define(engine::to_definition(instrument), now);
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    journal->define(
        engine::to_definition({s}, settings.strategies[s].name, settings.strategies[s].plugin,
                              s < plugins.size() ? plugins[s].type().content_id : 0),
        now);
  }
}

std::expected<void, Error> EngineRoom::Parts::make_sessions() {
  const bool demo = settings.venue.environment == config::Environment::Demo;
  const okx::RestIdentity identity{&links.signer, demo};
  okx::RestConnectionSettings rest_settings;
  rest_settings.http.url = settings.venue.rest_url;
  auto rest_made = okx::RestConnection::make(loop, links.cold, links.tls, rest_settings,
                                             [this](const HttpRequest& request)
                                                 RUNS_ON(kCold) { return permits(request); });
  if (!rest_made) return std::unexpected(std::move(rest_made.error()));
  rest = std::move(*rest_made);
  okx::RestConnectionSettings public_settings;
  public_settings.http.url = settings.venue.rest_url;
  public_settings.http.connections = 1;
  auto public_made = okx::RestConnection::make(loop, links.cold, links.tls, public_settings);
  if (!public_made) return std::unexpected(std::move(public_made.error()));
  public_rest = std::move(*public_made);
  public_identity.simulated_trading = demo;
  okx::BookSeedSettings seed_settings;
  seed_settings.jitter_seed = static_cast<std::uint64_t>(wall_clock_now().nanos);
  book_seeds.emplace(public_identity, facts.codes, *public_rest, seed_settings);

  order_lines.emplace(links.signer, context, *core, session_log, okx::OrderSessionSettings{},
                      order_sockets);
  okx::RestSessionSettings rest_ways;
  rest_ways.untagged_timer = settings.account.exclusive_account;
  rest_session.emplace(identity, context, facts.terms, *core, session_log, *rest, rest_ways);
  for (std::size_t line = 0; line < okx::OrderLines::kLines; ++line) {
    order_lines->session(line).set_clock_offset(facts.clock_offset);
  }
  rest_session->set_clock_offset(facts.clock_offset);
  const auto route_of = [](config::Route route) {
    return route == config::Route::Rest ? okx::Route::Rest : okx::Route::Socket;
  };
  okx::AccountVenueSettings routes;
  routes.place = route_of(settings.venue.routes.place);
  routes.amend = route_of(settings.venue.routes.amend);
  routes.cancel = route_of(settings.venue.routes.cancel);
  venue.emplace(order_lines->current(), *rest_session, context, facts.terms, *core, routes);
  order_lines->on_switch([this](okx::OrderSession& session)
                             RUNS_ON(kReactor) { venue->use(session); });
  order_lines->on_doubt([this]() RUNS_ON(kReactor) { core->request_round(); });
  okx::MarketSessionSettings market_settings;
  market_settings.venue_status = true;
  stopwatch.emplace(*core, link.stages());
  market_feed.emplace(settings.venue.market_connections, market_settings, facts.codes,
                      streams_of_socket(subscriptions, false), *stopwatch, session_log,
                      market_sockets, &*book_seeds);
  for (std::size_t seat = 0; seat < market_feed->seats(); ++seat) {
    market_feed->session(seat).log_in_with(links.signer, facts.clock_offset);
  }
  make_business_lines();
  algo_requests.emplace(*rest);
  algo_rest.emplace(identity, context, facts.terms, *core, session_log, *algo_requests,
                    okx::AlgoRestSettings{});
  algo_rest->set_clock_offset(facts.clock_offset);
  for (auto& session : algo_sessions) {
    session.emplace(links.signer, context, *core, session_log, okx::AccountSessionSettings{});
    session->set_clock_offset(facts.clock_offset);
  }
  algo_lines.emplace(*algo_sessions[0], *algo_sessions[1], algo_sockets);
  // What it missed, the lists tell.
  algo_lines->on_doubt([this]() RUNS_ON(kReactor) { core->request_round(); });
  algo_lines->on_connection([this](ConnectionState state, Timestamp) RUNS_ON(kReactor) {
    if (state == ConnectionState::Ready) core->request_round();
  });
  link.bind(*venue, core->orders());
  link.bind_algos(*algo_rest);
  link.audit(*order_lines, *rest_session);
  tap->time_with(link);
  return {};
}

std::expected<void, Error> EngineRoom::Parts::make_sockets() {
  const auto seed = static_cast<std::uint64_t>(wall_clock_now().nanos);
  // Of several lines each begins at another address of the venue, and so do the spare ones.
  const auto make = [&](okx::SocketConnectionSettings line_settings, std::size_t line,
                        okx::SocketSession& session, std::string_view name) RUNS_ON(kReactor) {
    line_settings.socket.first_address = line;
    // Bars and stops do not come at the pace of ticks and orders.
    constexpr unsigned kColdLinesEvery = 16;
    if (name == "business" || name == "algo_orders")
      line_settings.socket.probe_every = kColdLinesEvery;
    line_settings.jitter_seed = seed + 31 * line + name.size();
    std::string line_name(name);
    if (line > 0) line_name += fmt::format("-{}", line + 1);
    return okx::SocketConnection::make(loop, links.tls, pacer, std::move(line_settings),
                                       heard(session, name),
                                       [this, line_name](const okx::SocketConnectionEvent& event)
                                           RUNS_ON(kReactor) { on_socket(line_name, event); });
  };
  const auto make_lines = [&](okx::MarketFeed& lines, okx::LineSockets& sockets,
                              const std::string& url, std::string_view name)
                              RUNS_ON(kReactor) -> std::expected<void, Error> {
    for (std::size_t seat = 0; seat < lines.seats(); ++seat) {
      auto socket = make(okx::market_connection_settings(url, 0), seat, lines.session(seat), name);
      if (!socket) return std::unexpected(std::move(socket.error()));
      (*socket)->on_replace([&lines, seat](std::string_view) RUNS_ON(kReactor) {
        lines.replace(seat, wall_clock_now());
        return true;
      });
      sockets.add(std::move(*socket));
    }
    return {};
  };
  auto made = make_lines(*market_feed, market_sockets, settings.venue.ws_public_url, "market");
  if (made && business_lines) {
    made =
        make_lines(*business_lines, business_sockets, settings.venue.ws_business_url, "business");
  }
  if (!made) return made;
  const auto make_pair = [&](const std::string& url, std::string_view name,
                             okx::LineSockets& sockets, auto session_of, auto replace)
                             RUNS_ON(kReactor) -> std::expected<void, Error> {
    for (std::size_t line = 0; line < okx::LinePair::kLines; ++line) {
      auto socket = make(okx::order_connection_settings(url, 0), line, session_of(line), name);
      if (!socket) return std::unexpected(std::move(socket.error()));
      (*socket)->on_replace([replace, line](std::string_view) RUNS_ON(kReactor) {
        replace(line);
        return true;
      });
      sockets.add(std::move(*socket));
    }
    return {};
  };
  made = make_pair(
      settings.venue.ws_private_url, "orders", order_sockets,
      [this](std::size_t line) RUNS_ON(kReactor) -> auto& { return order_lines->session(line); },
      [this](std::size_t line) RUNS_ON(kReactor) { order_lines->replace(line); });
  if (!made) return made;
  return make_pair(
      settings.venue.ws_business_url, "algo_orders", algo_sockets,
      [this](std::size_t line) RUNS_ON(kReactor) -> auto& { return *algo_sessions[line]; },
      [this](std::size_t line) RUNS_ON(kReactor) { algo_lines->replace(line); });
}

void EngineRoom::Parts::make_business_lines() {
  const auto streams = streams_of_socket(subscriptions, true);
  if (streams.empty()) return;
  okx::MarketSessionSettings business_settings;
  business_settings.instrument_states = false;
  business_feed.emplace(*core);
  business_lines.emplace(settings.venue.market_connections, business_settings, facts.codes, streams,
                         *business_feed, session_log, business_sockets);
}

okx::SocketSession& EngineRoom::Parts::heard(okx::SocketSession& session, std::string_view name) {
  const bool of_account = name == "orders" || name == "algo_orders";
  if (links.recorder == nullptr || (of_account && !settings.record->private_frames)) return session;
  const std::string_view socket = name == "market"   ? "public"
                                  : name == "orders" ? "private"
                                                     : "business";
  const auto connection = static_cast<std::uint32_t>(recorded.size());
  recorded.push_back(std::make_unique<RecordedSession>(
      session, links.recorder->add_tap(std::string(socket), std::string(name), connection)));
  return *recorded.back();
}

void EngineRoom::Parts::warm_up_strategies(CandleHistory& history) {
  for (const Error& missing : engine::warm_up(*publisher, history)) {
    log(wall_clock_now(), LogEvent::HistoryMissing, {LogField::string("why", missing.message)});
  }
}

std::expected<std::unique_ptr<EngineRoom>, Error> EngineRoom::build(const EngineRoomLinks& links) {
  // The reactor's thread does not run yet: who builds holds its role, and starting it hands over.
  ThreadRoleScope role(kReactor);
  auto parts = std::make_unique<Parts>(links);
  parts->ring_path = links.ring_path;
  for (const auto step : {&Parts::load_strategies, &Parts::open_journal, &Parts::make_core,
                          &Parts::make_sessions, &Parts::make_sockets}) {
    if (auto done = ((*parts).*step)(); !done) return std::unexpected(std::move(done.error()));
  }
  if (links.history != nullptr) parts->warm_up_strategies(*links.history);
  return std::unique_ptr<EngineRoom>(new EngineRoom(std::move(parts)));
}

}  // namespace gannet::app
