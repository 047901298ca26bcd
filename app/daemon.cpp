#include "app/daemon.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <thread>
#include <utility>

#include "app/admin.h"
#include "app/alert_answers.h"
#include "app/child_sim.h"
#include "app/crash_brake.h"
#include "app/credential_reload.h"
#include "app/disk_watch.h"
#include "app/embedded_venue.h"
#include "app/engine_room.h"
#include "app/fee_check.h"
#include "app/figure_desk.h"
#include "app/frame_recorder.h"
#include "app/host_needs.h"
#include "app/kill_files.h"
#include "app/limit_desk.h"
#include "app/limit_use.h"
#include "app/operator_strategy.h"
#include "app/paper_venue.h"
#include "app/record_run.h"
#include "app/service_notice.h"
#include "app/startup.h"
#include "app/strategy_desk.h"
#include "app/summary.h"
#include "app/thread_setup.h"
#include "app/tidy_child.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/state_directory.h"
#include "base/thread_role.h"
#include "config/load.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/signing.h"
#include "gateway/okx/transport/venue_candles.h"

namespace gannet::app {
namespace {

constexpr int kBadConfiguration = 2;
constexpr int kRefused = 3;
constexpr int kNotClean = 1;

int fail(int code, const std::string& message) {
  fmt::print(stderr, "gannetd: {}\n", message);
  service_notice().say(message);
  log(wall_clock_now(), code == kRefused ? LogEvent::VenueRefused : LogEvent::ConfigError,
      {LogField::string("text", message)});
  return code;
}

/// REC-09: the recorder is the first that may be missing: trading goes on without it.
std::unique_ptr<FrameRecorder> open_recorder(const config::Settings& settings) {
  if (!settings.record) return nullptr;
  auto recorder = FrameRecorder::open(recorder_settings(*settings.record));
  if (recorder) return std::move(*recorder);
  fmt::print(stderr, "gannetd: nothing is recorded: {}\n", recorder.error().message);
  log(wall_clock_now(), LogEvent::RecorderStopped,
      {LogField::string("why", recorder.error().message)});
  return nullptr;
}

/// What people and the service manager send. Held back until the cold thread heeds them: half a
/// start cannot be stopped in order, and one that a signal ended would count as a crash.
constexpr std::initializer_list<int> kSignals{SIGINT, SIGTERM, SIGUSR1, SIGHUP};

/// The answer to a command that a file gave: no person waits under that number.
constexpr std::uint64_t kDroppedFile = ~std::uint64_t{0};

/// What the main thread does while the reactor trades: signals, the operator's socket, the kill
/// file, status lines.
class ColdSide {
 public:
  ColdSide(net::EventLoop& loop, EngineRoom& room, CredentialReload& reload, LimitDesk& desk,
           FigureDesk& figures, monitor::AlertService& alerts, StrategyDesk& strategies,
           okx::Signer& signer, const DaemonOptions& options, std::string state_directory,
           ChildSim* sim, const config::JournalConfig& journal)
      : loop_(loop),
        room_(room),
        reload_(reload),
        desk_(desk),
        figures_(figures),
        alerts_(alerts),
        strategies_(strategies),
        signer_(signer),
        options_(options),
        state_directory_(std::move(state_directory)),
        kill_files_(state_directory_),
        sim_(sim),
        disk_(state_directory_, journal),
        tidy_(state_directory_, journal.retention_days) {}

  ~ColdSide() { alerts_.forget_tests(); }
  ColdSide(const ColdSide&) = delete;
  ColdSide& operator=(const ColdSide&) = delete;

  std::expected<void, Error> listen(const config::ControlSettings& control) RUNS_ON(kCold) {
    auto roles = ControlRoles::resolve(control, ::geteuid());
    if (!roles) return std::unexpected(std::move(roles.error()));
    const std::string usual = admin_socket_path(state_directory_);
    auto admin = AdminServer::listen(
        loop_, control.socket.empty() ? usual : control.socket, std::move(*roles), room_.status(),
        [this](const AdminCommand& command) RUNS_ON(kCold) { return carry_out(command); });
    if (!admin) return std::unexpected(std::move(admin.error()));
    admin_ = std::move(*admin);
    // `gannet --state` finds it where it always is.
    if (!control.socket.empty()) {
      std::error_code ignored;
      std::filesystem::remove(usual, ignored);
      std::filesystem::create_symlink(control.socket, usual, ignored);
    }
    loop_.on_signals(kSignals, [this](int signal) {
      ThreadRoleScope role(kCold);
      if (signal == SIGHUP) return change_limits(desk_.reload(false, "signal"), {});
      if (signal != SIGUSR1) return room_.request_stop();
      kill("signal SIGUSR1", "signal", 0);
    });
    return {};
  }

  /// Until the reactor has ended.
  void run(const std::atomic<bool>& reactor_ended) RUNS_ON(kCold) {
    const Nanos start = monotonic_now();
    Nanos next_line = start + seconds(1);
    DaemonStatus before = room_.status().load();
    while (!reactor_ended.load(std::memory_order_acquire)) {
      loop_.run_for(milliseconds(10));
      serve();
      const Nanos now = monotonic_now();
      service_notice().watch(room_.status(), room_.turns(), room_.is_stopping(), now);
      obey_dropped_file(now);
      if (sim_ != nullptr && !sim_->running()) {
        sim_ = nullptr;
        fmt::print(stderr,
                   "gannetd: the embedded venue ended; see sim.log in the state directory\n");
        log(wall_clock_now(), LogEvent::VenueRefused,
            {LogField::string("text", "the embedded venue ended")});
        room_.request_stop();
      }
      watch_disk(now);
      figures_.work(room_, now);
      tidy_.work(room_.journal_segment(), now);
      if (options_.duration && now - start >= *options_.duration) room_.request_stop();
      if (options_.show_status && now >= next_line) {
        next_line = next_line + seconds(1);
        const DaemonStatus status = room_.status().load();
        if (status.started.nanos != 0) {
          fmt::print("{}\n", status_line(status, before));
          std::fflush(stdout);
          before = status;
        }
      }
    }
    serve();
  }

 private:
  bool carry_out(const AdminCommand& command) RUNS_ON(kCold) {
    using Kind = AdminCommand::Kind;
    switch (command.kind) {
      case Kind::Orders:
        return show(command, EngineView::What::Orders);
      case Kind::Positions:
        return show(command, EngineView::What::Positions);
      case Kind::Balances:
        return show(command, EngineView::What::Balances);
      case Kind::Fills:
        return show(command, EngineView::What::Fills);
      case Kind::Feeds:
        return show(command, EngineView::What::Feeds);
      case Kind::Limits:
        return show_limits(command);
      case Kind::Strategies:
        return answer_soon(command, true, strategies_.text(room_.status().load(), command.page),
                           true);
      case Kind::Alerts:
        return show_alerts(command);
      default:
        break;
    }
    const bool is_ours = command.kind == Kind::TestAlerts || command.kind == Kind::SetLimit ||
                         command.kind == Kind::ReloadLimits ||
                         command.kind == Kind::SetParameters ||
                         command.kind == Kind::ReloadCredentials;
    if (!is_ours) return room_.post(command);
    // On record first (SEC-04): what comes of it goes to the reactor by the same way, later.
    room_.note(command);
    if (command.kind == Kind::TestAlerts) return test_alerts(command);
    if (command.kind == Kind::SetParameters) return change_parameters(command);
    if (command.kind != Kind::ReloadCredentials) return change_limits(command);
    reload_credentials(command);
    return true;
  }

  /// Once the caller has noted who waits.
  bool answer_soon(const AdminCommand& command, bool good, std::string text, bool page = false)
      RUNS_ON(kCold) {
    loop_.post([this, id = command.id, good, text = std::move(text), page]() mutable {
      ThreadRoleScope role(kCold);
      admin_->answer(id, good, std::move(text), page);
    });
    return true;
  }

  bool show(const AdminCommand& command, EngineView::What what) RUNS_ON(kCold) {
    const auto filter = read_fill_filter(command.argument.view());
    if (!filter && what == EngineView::What::Fills)
      return answer_soon(command, false, "count=N, instrument=NAME and strategy=NAME are known");
    room_.ask_view(what, filter.value_or(FillFilter{}),
                   [this, id = command.id, page = command.page](const EngineView& view) {
                     ThreadRoleScope role(kCold);
                     admin_->answer(id, true, text_of(view, page), true);
                   });
    return true;
  }

  bool change_parameters(const AdminCommand& command) RUNS_ON(kCold) {
    auto change = strategies_.change(command.target.view(), command.argument.view());
    if (!change) return answer_soon(command, false, change.error().message);
    const StrategyId strategy = change->strategy;
    room_.replace_parameters(
        strategy, std::move(change->parameters),
        [this, id = command.id, strategy, given = std::move(change->given)](bool taken) mutable {
          ThreadRoleScope role(kCold);
          if (taken) strategies_.note_changed(strategy, std::move(given));
          admin_->answer(id, taken,
                         taken ? "handed over; to keep it over a restart, write it into the "
                                 "configuration too"
                               : "its lane is busy: try again");
        });
    return true;
  }

  void reload_credentials(const AdminCommand& command) RUNS_ON(kCold) {
    const auto done = [this, command](std::expected<okx::Credentials, std::string> proven) {
      if (proven) {
        signer_.replace(*proven);
        return room_.replace_credentials(std::move(*proven), command);
      }
      log(wall_clock_now(), LogEvent::CredentialsRefused,
          {LogField::string("who", command.who.view()), LogField::string("why", proven.error())});
      ThreadRoleScope role(kCold);
      admin_->answer(
          {command.id, false, AdminAnswer::Text("the old key stays: " + proven.error())});
    };
    reload_.start(room_.status().load().clock_offset, done);
  }

  bool show_alerts(const AdminCommand& command) RUNS_ON(kCold) {
    // After the caller has noted who waits.
    loop_.post([this, id = command.id] {
      ThreadRoleScope role(kCold);
      admin_->answer(id, true, alerts_json(alerts_.view()), true);
    });
    return true;
  }

  /// Answered when every route has, or not in time.
  bool test_alerts(const AdminCommand& command) RUNS_ON(kCold) {
    const auto done = [this, id = command.id](std::vector<monitor::AlertTestResult> results) {
      loop_.post([this, id, results = std::move(results)] {
        ThreadRoleScope role(kCold);
        admin_->answer(id, true, alert_test_json(results), true);
      });
    };
    alerts_.test(std::string(command.argument.view()), done);
    return true;
  }

  bool show_limits(const AdminCommand& command) RUNS_ON(kCold) {
    // Answered when the reactor has had its turn: after the caller has noted who waits.
    room_.ask_limits([this, command](const LimitUse& use) {
      ThreadRoleScope role(kCold);
      const LimitNames names = desk_.names();
      admin_->answer(command.id, true,
                     command.page ? limits_page(use, names) : limits_json(use, names), true);
    });
    return true;
  }

  /// PRE-20: by an authenticated command (the socket is its owner's), or from the file.
  bool change_limits(const AdminCommand& command) RUNS_ON(kCold) {
    std::string_view rest = command.argument.view();
    constexpr std::string_view kConfirm = "--confirm";
    const bool confirmed = rest.starts_with(kConfirm);
    if (confirmed) rest.remove_prefix(std::min(rest.size(), kConfirm.size() + 1));
    const auto space = rest.find(' ');
    const std::string_view value = space == std::string_view::npos ? "" : rest.substr(space + 1);
    const std::string_view who = command.who.view();
    LimitVerdict verdict = command.kind == AdminCommand::Kind::ReloadLimits
                               ? desk_.reload(confirmed, who)
                               : desk_.set(rest.substr(0, space), value, confirmed, who);
    loop_.post([this, command, verdict = std::move(verdict)]() mutable {
      ThreadRoleScope role(kCold);
      change_limits(std::move(verdict), command);
    });
    return true;
  }

  void change_limits(LimitVerdict verdict, const AdminCommand& command) RUNS_ON(kCold) {
    if (verdict.replacement == nullptr)
      return admin_->answer(command.id, verdict.good, std::move(verdict.answer));
    room_.replace_limits(std::move(verdict.replacement),
                         [this, id = command.id, answer = std::move(verdict.answer)] {
                           ThreadRoleScope role(kCold);
                           admin_->answer(id, true, answer);
                         });
  }

  void serve() RUNS_ON(kCold) {
    for (KillChange change; room_.take_kill_change(change);) {
      const bool good = kill_files_.keep(change);  // KILL-09: durable before it is acknowledged
      if (change.command == kDroppedFile && good) kill_files_.take_dropped();
      if (change.command == 0) continue;
      admin_->answer(
          {change.command, good,
           AdminAnswer::Text(good ? (change.killed ? "killed" : "resumed")
                                  : "done, but it could not be written to the state directory: it "
                                    "will not survive a restart")});
    }
    for (AdminAnswer answer; room_.take_answer(answer);) admin_->answer(answer);
  }

  void watch_disk(Nanos now) {
    const auto verdict = disk_.look(now);
    if (!verdict) return;
    room_.set_disk_low(*verdict != DiskWatch::Verdict::Enough);
    if (*verdict != DiskWatch::Verdict::EndProcess) return;
    fmt::print(stderr, "gannetd: the disk of {} is full: orders are cancelled and it ends\n",
               state_directory_);
    room_.request_stop();
  }

  /// KILL-10: by signal and by file; the operator's own words come through the socket.
  bool kill(std::string_view why, std::string_view who, std::uint64_t id) RUNS_ON(kCold) {
    AdminCommand command;
    command.argument = FixedString<255>(why);
    command.who = FixedString<47>(who);
    command.id = id;
    return room_.post(command);
  }

  void obey_dropped_file(Nanos now) RUNS_ON(kCold) {
    if (now < next_look_) return;
    next_look_ = now + milliseconds(50);
    const auto why = kill_files_.dropped();
    if (!why) return;
    // Once more after a while, should the answer have got lost.
    if (kill(*why, "kill file", kDroppedFile)) next_look_ = now + seconds(1);
  }

  net::EventLoop& loop_;
  EngineRoom& room_;
  CredentialReload& reload_;
  LimitDesk& desk_;
  FigureDesk& figures_;
  monitor::AlertService& alerts_;
  StrategyDesk& strategies_;
  okx::Signer& signer_;  // this thread's own
  const DaemonOptions& options_;
  std::string state_directory_;
  KillFiles kill_files_;
  Nanos next_look_;  // for the dropped file
  ChildSim* sim_;    // null: none is embedded, or it has ended
  DiskWatch disk_;
  TidyChild tidy_;
  std::unique_ptr<AdminServer> admin_ OWNED_BY(kCold);
};

int finish(const DaemonOptions& options, const EngineRoom& room) {
  RunSummary summary{room.status().load(), room.ended_clean(), room.refusal()};
  if (!options.summary_file.empty()) {
    std::ofstream file(options.summary_file, std::ios::trunc);
    file << summary_json(summary) << "\n";
    file.flush();
    if (!file) return fail(kNotClean, "cannot write the summary to " + options.summary_file);
  }
  if (options.show_status) fmt::print("{}", summary_page(summary));
  if (!summary.note.empty()) return fail(kRefused, summary.note);
  return summary.clean_exit ? 0 : kNotClean;
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
  // Before a secret is read: no core file, no debugger of the same user. SEC-02
  if (!options.check_only) ::prctl(PR_SET_DUMPABLE, 0);
  if (!options.check_only) service_notice().say("starting");
  auto loaded = config::load(options.config_file);
  if (!loaded) {
    for (const config::Problem& problem : loaded.error())
      fmt::print(stderr, "{}\n", config::to_string(problem));
    service_notice().say("the configuration is refused: " +
                         config::to_string(loaded.error().front()));
    return std::ranges::all_of(loaded.error(), &config::Problem::secret) ? kRefused
                                                                         : kBadConfiguration;
  }
  config::Settings settings = std::move(*loaded);
  if (options.check_only) {
    fmt::print("{}", config::print_resolved(settings));
    return 0;
  }
  add_operator(settings);
  ::signal(SIGPIPE, SIG_IGN);
  hold_signals(kSignals, true);
  // Before any thread or child: all are made from here, and keep to what this one keeps to.
  if (auto processor = check_processor(settings); !processor)
    return fail(kBadConfiguration, processor.error().message);
  if (settings.engine.reactor_cpu) keep_clear_of(*settings.engine.reactor_cpu);
  if (settings.engine.lock_memory && !lock_memory()) {
    fmt::print(stderr,
               "gannetd: memory is not locked, its pages may go to disk: set LimitMEMLOCK=infinity "
               "in the unit (ulimit -l unlimited in a shell)\n");
  }

  auto state = StateDirectory::open(settings.engine.state_directory);
  if (!state) return fail(kRefused, state.error().message);
  if (auto room = check_room(settings, state->path()); !room)
    return fail(kRefused, room.error().message);
  // Listens to the log thread, so it outlives it: it tells the last words too.
  monitor::AlertService alerts(take_alert_settings(settings));
  LogThread log_thread({.output = options.log_output,
                        .listener = [&alerts](const LogRecord& r) { alerts.on_record(r); }});
  set_thread_name("cold");
  ThreadRoleScope role(kCold);
  log(wall_clock_now(), LogEvent::EngineStarting,
      {LogField::string("config", options.config_file), LogField::string("state", state->path()),
       LogField::string("engine_id", settings.account.engine_id)});

  CrashBrake brake(state->path());
  if (auto may = brake.start(wall_clock_now(), options.after_crashes); !may)
    return fail(kRefused, may.error().message);
  // Until it has traded, an end is a refused start.
  struct EndOfItsOwn {
    const CrashBrake& brake;
    bool has_traded = false;
    ~EndOfItsOwn() { has_traded ? brake.end() : brake.refused(); }
  } end_of_its_own{brake};
  auto figures = FigureDesk::open(settings, state->path(), brake.recent(), alerts);
  if (!figures) return fail(kRefused, figures.error().message);

  std::unique_ptr<ChildSim> sim;
  const bool paper = settings.venue.environment == config::Environment::Paper;
  if (settings.venue.embedded || paper) {
    auto child =
        paper ? start_paper_venue(settings, state->path()) : embed_sim(settings, state->path());
    if (!child) return fail(kRefused, child.error().message);
    sim = std::move(*child);
  }
  auto tls = net::TlsContext::client({.system_roots = true, .ca_file = settings.venue.ca_file});
  if (!tls) return fail(kBadConfiguration, tls.error().message);
  // From here on the signers alone hold the key.
  config::CredentialSettings key = std::exchange(settings.venue.credentials, {});
  okx::Credentials credentials{std::move(key.api_key), std::move(key.secret),
                               std::move(key.passphrase)};
  okx::Signer bill_signer(credentials);  // the cold thread's own: keys change thread by thread
  okx::Signer signer(std::move(credentials));
  const bool demo = settings.venue.environment == config::Environment::Demo;
  service_notice().say("starting: asking the venue");
  auto facts = ask_venue(settings, {&signer, demo}, *tls);
  if (!facts) return fail(facts.error().exit_code, facts.error().error.message);

  net::EventLoop cold;
  const std::string ring =
      state->shared_memory_file("journal-ring", settings.journal.ring_directory);
  const auto recorder = open_recorder(settings);
  net::EventLoop start_up;  // candles are asked for while the room is built, and never again
  okx::VenueReaderSettings reading;
  reading.http.url = settings.venue.rest_url;
  auto reader = okx::VenueReader::make(start_up, *tls, {nullptr, demo}, std::move(reading));
  if (!reader) return fail(kBadConfiguration, reader.error().message);
  okx::VenueCandles history(**reader, facts->codes);
  service_notice().say("starting: journal and strategies");
  auto room = EngineRoom::build(
      {settings, *facts, signer, *tls, cold, state->path(), ring, &history, recorder.get()});
  if (!room) return fail(kBadConfiguration, room.error().message);
  auto bills = BillReader::make(cold, *tls, bill_signer, facts->instruments, facts->currencies,
                                (*room)->bills_known(),
                                {.url = settings.venue.rest_url,
                                 .simulated_trading = demo,
                                 .clock_offset = facts->clock_offset},
                                [&room](const BillNews& news) {
                                  ThreadRoleScope cold_role(kCold);
                                  return (*room)->post_bill(news);
                                });
  if (!bills) return fail(kBadConfiguration, bills.error().message);
  (*bills)->start();
  FeeCheck fee_check(
      cold, (*bills)->reader(), facts->instruments, facts->fees,
      [](const Instrument& instrument, const engine::FeeRate& used, const engine::FeeRate& told) {
        log(wall_clock_now(), LogEvent::FeesDiffer,
            {LogField::string("instrument", instrument.name.view()),
             LogField::decimal("maker_used", used.maker.mantissa, used.maker.digits),
             LogField::decimal("maker_told", told.maker.mantissa, told.maker.digits),
             LogField::decimal("taker_used", used.taker.mantissa, used.taker.digits),
             LogField::decimal("taker_told", told.taker.mantissa, told.taker.digits)});
      });
  fee_check.start();
  CredentialReload reload(cold, *tls, settings, facts->account);
  LimitDesk desk(settings, facts->instruments, facts->currencies, (*room)->limits());
  StrategyDesk strategies(settings.strategies, (*room)->strategy_types(), facts->instruments,
                          facts->currencies);
  ColdSide cold_side(cold, **room, reload, desk, **figures, alerts, strategies, bill_signer,
                     options, state->path(), sim.get(), settings.journal);
  if (auto listening = cold_side.listen(settings.control); !listening)
    return fail(kRefused, listening.error().message);
  hold_signals(kSignals, false);

  if (recorder) recorder->start();
  std::atomic<bool> reactor_ended{false};
  std::thread reactor([&] {
    (*room)->run();
    reactor_ended.store(true, std::memory_order_release);
  });
  end_of_its_own.has_traded = true;
  cold_side.run(reactor_ended);
  reactor.join();
  if (recorder) recorder->stop();
  const int code = finish(options, **room);
  if ((*room)->has_abandoned_lane()) {
    std::fflush(nullptr);
    brake.end();
    std::_Exit(code == 0 ? kNotClean : code);
  }
  return code;
}

}  // namespace gannet::app
