#include "app/commands/drill_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <simdjson.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/admin.h"
#include "app/commands/operator.h"
#include "app/json_line.h"
#include "app/utc_text.h"
#include "base/clock.h"
#include "base/state_directory.h"
#include "config/load.h"
#include "gateway/net/local_server.h"

namespace gannet::app {
namespace {

constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::seconds kStartPatience{60};
constexpr std::chrono::seconds kFlatPatience{60};
constexpr std::chrono::seconds kOrdersPatience{15};

struct DrillOptions {
  std::string config;
  std::string store;
  int orders = 100;
  bool json = false;
};

/// A folder for the engine of the drill, gone with it.
class DrillFolder {
 public:
  DrillFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-drill-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder in " + pattern);
    path_ = pattern;
  }
  ~DrillFolder() {
    std::error_code ignored;
    if (const auto state = StateDirectory::open(path_ + "/state"))
      std::filesystem::remove(state->shared_memory_file("journal-ring"), ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  DrillFolder(const DrillFolder&) = delete;
  DrillFolder& operator=(const DrillFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A gannetd of our own; dies with us.
class DrillEngine {
 public:
  explicit DrillEngine(const std::string& config, const std::string& folder)
      : socket_(admin_socket_path(folder + "/state")) {
    const std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "gannetd").string();
    const std::string log = folder + "/log";
    std::vector<std::string> words{program, "--config", config, "--log", log};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execv(program.c_str(), argv.data());
      ::_exit(127);
    }
  }
  ~DrillEngine() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    for (int i = 0; i < 400 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i)
      std::this_thread::sleep_for(kLook);
    ::kill(pid_, SIGKILL);
  }
  DrillEngine(const DrillEngine&) = delete;
  DrillEngine& operator=(const DrillEngine&) = delete;

  bool runs() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = -1;
    return pid_ > 0;
  }
  std::optional<std::string> ask(const std::string& line) const {
    auto answer = net::ask_local_server(socket_, line, 10);
    if (!answer) return std::nullopt;
    return std::move(*answer);
  }

 private:
  std::string socket_;
  pid_t pid_ = -1;
};

/// What a drill needs of a status.
struct DrillStatus {
  std::string state;
  bool flat = false;
  std::int64_t open_orders = 0;
  std::int64_t waited = 0, sent = 0, cancels = 0, flat_after = 0;  // nanoseconds, but `cancels`
};

std::optional<DrillStatus> read_status(const DrillEngine& engine) {
  const auto line = engine.ask("status");
  if (!line) return std::nullopt;
  simdjson::dom::parser parser;
  DrillStatus out;
  try {
    const simdjson::dom::element root = parser.parse(*line);
    out.state = std::string(std::string_view(root["state"]));
    out.flat = root["flat"];
    out.open_orders = root["open_orders"];
    const simdjson::dom::element times = root["kill_times_ns"];
    out.waited = times["waited"];
    out.sent = times["sent"];
    out.cancels = times["cancels"];
    out.flat_after = times["flat"];
  } catch (const simdjson::simdjson_error&) {
    return std::nullopt;
  }
  return out;
}

/// Until a status satisfies `done`; the last one that was read.
template <class Done>
std::optional<DrillStatus> wait_for(DrillEngine& engine, std::chrono::seconds patience, Done done) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::optional<DrillStatus> last;
  while (std::chrono::steady_clock::now() < end && engine.runs()) {
    if (const auto now = read_status(engine)) {
      last = now;
      if (done(*now)) break;
    }
    std::this_thread::sleep_for(kLook);
  }
  return last;
}

engine::StrategySettings drill_strategy(const std::string& instrument, int orders) {
  using Kind = engine::ParameterSetting::Kind;
  engine::StrategySettings out;
  out.name = "drill-" + instrument;
  out.plugin = "drill";
  out.parameters = {{"instrument", instrument, Kind::Text, ""},
                    {"quantity", "1 contract", Kind::Text, ""},
                    {"orders", std::to_string(orders), Kind::Integer, ""}};
  return out;
}

/// The configuration with a simulated venue in the real one's place, nothing of its secrets and
/// nothing that only its account can answer, and with orders to cancel.
std::string drill_config(const DrillOptions& options, const std::string& folder) {
  auto loaded = config::load_without_secrets(options.config);
  if (!loaded) {
    for (const config::Problem& problem : loaded.error())
      fmt::print(stderr, "{}\n", config::to_string(problem));
    std::exit(2);
  }
  config::Settings settings = std::move(*loaded);
  const config::VenueSettings real = std::move(settings.venue);
  settings.venue = {};
  settings.venue.routes = real.routes;
  settings.venue.embedded = config::EmbeddedSimSettings{};
  settings.account.account_number.clear();
  settings.account.fee_level.clear();
  settings.account.fees_in_quote.reset();
  settings.account.account_mode = engine::AccountSettings::Mode::Futures;
  settings.account.position_mode = engine::AccountSettings::PositionMode::Net;
  settings.engine.state_directory = folder + "/state";
  settings.record.reset();
  std::vector<std::string> swaps;
  for (engine::InstrumentSettings& instrument : settings.instruments) {
    instrument.set_leverage = instrument.leverage.has_value();
    if (instrument.name.ends_with("-SWAP")) swaps.push_back(instrument.name);
  }
  // So many may rest: what bounds that is not what is drilled.
  const auto lift = [&](risk::Limits& limits) {
    limits.position_long_max.reset();
    limits.position_short_max.reset();
    limits.open_orders_max = 1'000;
  };
  lift(settings.risk.account);
  lift(settings.risk.instrument_default);
  lift(settings.risk.strategy_default);
  for (auto& [name, limits] : settings.risk.instruments) lift(limits);
  if (swaps.empty()) fail("no swap is configured that orders could rest in", 2);
  const int each =
      (options.orders + static_cast<int>(swaps.size()) - 1) / static_cast<int>(swaps.size());
  for (const std::string& swap : swaps)
    settings.strategies.push_back(drill_strategy(swap, std::min(each, 400)));
  const std::string file = folder + "/gannetd.toml";
  std::ofstream(file) << config::print_resolved(settings);
  return file;
}

std::string millis(std::int64_t nanos) {
  return fmt::format("{:.3f} ms", static_cast<double>(nanos) / 1e6);
}

std::string to_line(const DrillOptions& options, const DrillStatus& status) {
  JsonLine line;
  line.begin_object()
      .field("time", utc_text(wall_clock_now()))
      .field("config", options.config)
      .field("flat", status.flat)
      .field("cancels", status.cancels)
      .field("waited_ns", status.waited)
      .field("sent_ns", status.sent)
      .field("flat_ns", status.flat_after)
      .end_object();
  return line.text();
}

int drill(const DrillOptions& options) {
  const DrillFolder folder;
  const std::string config = drill_config(options, folder.path());
  DrillEngine engine(config, folder.path());
  auto status =
      wait_for(engine, kStartPatience, [](const DrillStatus& now) { return now.state == "ready"; });
  if (!status || status->state != "ready")
    fail("the engine did not become ready in the simulator with this configuration");
  wait_for(engine, kOrdersPatience,
           [&](const DrillStatus& now) { return now.open_orders >= options.orders; });
  if (!engine.ask("kill a drill")) fail("the engine did not take the kill");
  status = wait_for(engine, kFlatPatience,
                    [](const DrillStatus& now) { return now.flat && now.flat_after != 0; });
  if (!status) fail("the engine ended during the drill");
  const std::string line = to_line(options, *status);
  if (!options.store.empty()) {
    std::ofstream file(options.store, std::ios::app);
    file << line << "\n";
    if (!file.flush()) fail("cannot write to " + options.store);
  }
  if (options.json) {
    fmt::print("{}\n", line);
  } else {
    fmt::print("KILL-01  the flag was set         {} after the command arrived\n",
               millis(status->waited));
    fmt::print("KILL-02, KILL-03  {} cancels sent  {} after the flag, in the same turn\n",
               status->cancels, millis(status->sent));
    fmt::print("KILL-05  {}  {}\n",
               status->flat ? "flat of orders, by two lists " : "NOT FLAT of orders",
               status->flat ? millis(status->flat_after) + " after the flag" : "");
  }
  return status->flat ? 0 : 4;
}

}  // namespace

void add_drill_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "drill", "kill in the simulator with your own configuration, and how long it took");
  const auto options = std::make_shared<DrillOptions>();
  command->add_option("--config", options->config, "the configuration that you trade with")
      ->required();
  command->add_option("--orders", options->orders, "how many rest when it is pressed")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  command->add_option("--store", options->store, "a file to which one line is added");
  command->add_flag("--json", options->json, "print that line");
  command->callback([options] {
    if (const int code = drill(*options); code != 0) std::exit(code);
  });
}

}  // namespace gannet::app
