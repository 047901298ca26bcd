#include "app/commands/sim_command.h"

#include <signal.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/option_file.h"
#include "app/sim_host.h"

namespace gannet::app {
namespace {

constexpr int kSimCannotStart = 2;

int run_sim(const SimOptions& options, bool exit_with_parent) {
  if (exit_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // A reader of our output that went away is no reason to end.
  ::signal(SIGPIPE, SIG_IGN);
  net::EventLoop loop;
  // A terminal that is closed ends it as well: its certificates' keys must not stay behind.
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [&loop](int) { loop.stop(); });
  auto host = SimHost::start(loop, options);
  if (!host) {
    std::fprintf(stderr, "gannet sim: %s\n", host.error().message.c_str());
    return kSimCannotStart;
  }
  std::puts((*host)->ready_line().c_str());
  std::fflush(stdout);
  loop.run();
  return 0;
}

/// The users and keys of the file are read with the accounts (app/sim_accounts.h).
int take_config(CLI::App& command, const std::string& file) {
  static constexpr std::string_view kOthers[] = {"user", "key"};
  const auto taken = take_option_file(command, file, kOthers);
  if (taken) return 0;
  std::fprintf(stderr, "gannet sim: %s\n", taken.error().message.c_str());
  return kSimCannotStart;
}

constexpr const char* kSimExamples =
    R"(Prints one JSON line when it accepts connections, with its URLs, its certificate authority and the
first API key. Ends with SIGTERM, SIGINT or SIGHUP. Exit 2 when it cannot start.

  gannet sim --listen 127.0.0.1:9443 --seed 7
  gannet sim --market replay:monday.jsonl.zst,tuesday.jsonl.zst --queue proportional --loop
  gannet sim --market mirror:wss://ws.okx.com:8443/ws/v5/public --mirror-rest https://www.okx.com \
             --only BTC-USDT,BTC-USDT-SWAP
  gannet sim --instruments swap.json --only BTC-USDT-SWAP --step --event-log events.jsonl
)";

/// "NAME:RATE[:VOLATILITY]"; an empty RATE leaves it as it is.
std::string take_pace(SimOptions& options, const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first + 1);
  const auto number = [&](std::size_t from, std::size_t to, std::optional<double>& into) {
    const std::string digits = text.substr(from, to - from);
    if (digits.empty()) return true;
    char* end = nullptr;
    const double value = std::strtod(digits.c_str(), &end);
    if (*end != '\0' || !(value > 0) || value > 1e6) return false;
    into = value;
    return true;
  };
  SimOptions::Pace pace;
  const bool sound =
      first != std::string::npos && first > 0 &&
      number(first + 1, std::min(second, text.size()), pace.events_per_second) &&
      (second == std::string::npos || number(second + 1, text.size(), pace.volatility));
  if (!sound) return "want NAME:EVENTS_PER_SECOND[:VOLATILITY]";
  pace.instrument = text.substr(0, first);
  options.paces.push_back(std::move(pace));
  return {};
}

void add_market_options(CLI::App& command, SimOptions& options) {
  command
      .add_option("--market", options.market,
                  "synthetic: seeded agents; replay:FILE[,FILE...]: a recording; "
                  "mirror:wss://HOST/ws/v5/public: another venue's market; none: clients alone")
      ->group("Market")
      ->capture_default_str();
  command
      .add_option("--instruments", options.instruments,
                  "answers of GET /public/instruments; without: the built-in instruments, or what "
                  "the recording or the mirrored venue tells")
      ->type_name("FILE")
      ->group("Market");
  command
      .add_option("--only,--mirror-instruments", options.only,
                  "these instruments of them, separated by commas")
      ->delimiter(',')
      ->type_name("NAME")
      ->group("Market");
  command
      .add_option("--tickers", options.tickers,
                  "answers of GET /market/tickers: where synthetic prices start")
      ->type_name("FILE")
      ->group("Market");
  command.add_option("--seed", options.seed, "everything made up follows from it")
      ->group("Market")
      ->capture_default_str();
  command
      .add_option("--events-per-second", options.events_per_second,
                  "of the synthetic market, per instrument")
      ->check(CLI::Range(0.001, 100'000.0))
      ->group("Market")
      ->capture_default_str();
  command
      .add_option("--volatility", options.volatility,
                  "of the synthetic market: a year's standard deviation, 0.5 is 50 %")
      ->check(CLI::Range(0.0, 100.0))
      ->group("Market")
      ->capture_default_str();
  command
      .add_option_function<std::vector<std::string>>(
          "--pace",
          [&options](const std::vector<std::string>& all) {
            for (const std::string& one : all) {
              if (const std::string why = take_pace(options, one); !why.empty()) {
                throw CLI::ValidationError("--pace " + one, why);
              }
            }
          },
          "an instrument that differs: NAME:EVENTS_PER_SECOND[:VOLATILITY]; the volatility is its "
          "base currency's")
      ->type_name("TEXT")
      ->group("Market");
  command
      .add_option_function<std::string>(
          "--queue",
          [&options](const std::string& word) { options.queue = *sim::queue_model_of(word); },
          "replay and mirror: whose cancels those of a level are: back: of those behind us, only "
          "trades bring us forward; proportional: of all alike; front: of those before us")
      ->check(CLI::IsMember({"back", "proportional", "front"}))
      ->default_str("back")
      ->group("Market");
  command.add_flag("--loop", options.loop, "replay: begin again at the end")->group("Market");
  command
      .add_option_function<double>(
          "--replay-from",
          [&options](double s) {
            options.replay_from = nanoseconds(static_cast<std::int64_t>(s * 1e9));
          },
          "replay: start that many seconds into the recording")
      ->check(CLI::Range(0.0, 1e9))
      ->group("Market");
  command
      .add_option("--mirror-rest", options.mirror_rest,
                  "mirror: the venue's https://HOST; without: the socket's host")
      ->group("Market");
  command
      .add_option("--mirror-ca", options.mirror_ca,
                  "mirror: its certificate authority, beside the system's")
      ->type_name("FILE")
      ->group("Market");
}

void add_time_options(CLI::App& command, SimOptions& options, std::int64_t& clock_skew_ms) {
  command
      .add_option("--speed", options.speed,
                  "how much faster than the clock the market, funding and history run; signatures, "
                  "expiry, rate limits and idle timers keep the clock's time")
      ->check(CLI::Range(1e-6, 1e6))
      ->group("Time")
      ->capture_default_str();
  command
      .add_flag("--step", options.step,
                "the market's time stands still but for POST /sim/v1/step {\"ms\":N} "
                "(gannet sim-ctl step N)")
      ->group("Time");
  command
      .add_option("--event-log", options.event_log,
                  "write each event of the exchange to this file, a JSON line each; in step mode "
                  "two runs with one seed and the same requests write the same bytes")
      ->type_name("FILE")
      ->group("Time");
  command
      .add_option("--clock-skew-ms", clock_skew_ms, "how far its clock is ahead of this machine's")
      ->group("Time");
}

}  // namespace

void add_sim_command(CLI::App& app) {
  struct Given {
    SimOptions options;
    std::string config;
    bool exit_with_parent = false;
    bool no_limits = false;
    std::int64_t clock_skew_ms = 0;
  };
  auto given = std::make_shared<Given>();
  CLI::App* const command = app.add_subcommand("sim", "a simulated OKX venue on a loopback port");
  SimOptions& options = given->options;
  command->footer(kSimExamples);
  command->add_option("--config", given->config, "read options, users and keys from a TOML file");
  command->add_option("--listen", options.listen, "ADDRESS:PORT; port 0 picks a free one")
      ->capture_default_str();
  command->add_option("--state-dir", options.state_directory,
                      "where the certificate goes; a temporary directory without");
  command->add_flag("--exit-with-parent", given->exit_with_parent, "end when the parent ends");
  command
      ->add_option("--log-requests", options.log_requests,
                   "requests to stderr, a line each: all, refused or off")
      ->check(CLI::IsMember({"all", "refused", "off"}))
      ->capture_default_str();

  add_market_options(*command, options);
  add_time_options(*command, options, given->clock_skew_ms);

  command->add_flag("--no-rate-limits", given->no_limits, "take any number of requests")
      ->group("Wire");
  command
      ->add_flag(
          "--orders-by-name", options.orders_by_name,
          "orders by socket may name the instrument instead of its code, as until March 2026")
      ->group("Wire");
  command->add_flag("--demo", options.demo, "a demo account: want the demo header")->group("Wire");
  command
      ->add_option("--best-price-interval-ms", options.best_price_interval_ms,
                   "bbo-tbt; 0 sends every change at once")
      ->check(CLI::Range(0, 60'000))
      ->group("Wire")
      ->capture_default_str();
  command->add_option("--book-interval-ms", options.book_interval_ms, "books and books5")
      ->check(CLI::Range(1, 60'000))
      ->group("Wire")
      ->capture_default_str();

  command->add_option("--scenario", options.scenario, "a TOML file of faults with their times")
      ->group("Faults");
  command
      ->add_option("--fault-seed", options.fault_seed,
                   "order faults by this seed (see sim-ctl faults --list); 0 none")
      ->group("Faults")
      ->capture_default_str();
  command->add_option("--fault-intensity", options.fault_intensity, "of that seed: faults a second")
      ->check(CLI::Range(0.0, 1000.0))
      ->group("Faults")
      ->capture_default_str();
  command->callback([given, command] {
    if (!given->config.empty()) {
      if (const int code = take_config(*command, given->config); code != 0) {
        throw CLI::RuntimeError(code);
      }
    }
    given->options.accounts = given->config;
    given->options.rate_limits = !given->no_limits;
    given->options.clock_skew = milliseconds(given->clock_skew_ms);
    const int code = run_sim(given->options, given->exit_with_parent);
    if (code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
