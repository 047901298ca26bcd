// From a tick's departure at the venue to the arrival of the order for it, over TLS on loopback:
// gannetd with its probe strategy beside the least that a client can do, and the usual. The venue
// is this process; each client is one of its own. docs/performance.md says how to read the table.
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "bench/wire/clients.h"
#include "bench/wire/host_load.h"
#include "bench/wire/probe_venue.h"
#include "gateway/net/certificate.h"

namespace gannet::bench {
namespace {

using Channel = TickMaker::Channel;

enum class Client : std::uint8_t { Floor, SleepingFloor, Beast, Gannet, SleepingGannet };
constexpr Client kClients[] = {Client::Floor, Client::Gannet, Client::SleepingFloor,
                               Client::SleepingGannet, Client::Beast};

std::string_view name_of(Client client) {
  switch (client) {
    case Client::Floor:
      return "floor, spinning";
    case Client::SleepingFloor:
      return "floor, sleeping";
    case Client::Beast:
      return "beast + dom";
    case Client::Gannet:
      return "gannetd, spinning";
    case Client::SleepingGannet:
      return "gannetd, sleeping";
  }
  return "";
}

bool sleeps(Client client) { return client != Client::Floor && client != Client::Gannet; }

struct Options {
  std::uint32_t ticks = 21'000;  // of a cell, over all rounds
  std::uint32_t rounds = 3;
  std::vector<std::string> channels{"bbo-tbt", "books"};
  std::vector<std::uint32_t> instruments{1, 50};
  std::vector<std::string> patterns{"1000/s", "5000/s", "burst"};
  std::vector<std::string> clients{};
  std::string gannetd;
  std::string json = "build/bench-wire.json";
  bool is_short = false;
};

/// Paces: the name in the table, how many at a time, from one time to the next.
struct Pace {
  std::string name;
  std::uint32_t burst;
  Nanos spacing;
};
Pace pace_of(const std::string& name) {
  if (name == "5000/s") return {name, 1, microseconds(200)};
  if (name == "burst") return {"bursts of 20", 20, milliseconds(10)};
  return {"1000/s", 1, milliseconds(1)};
}

/// What one client did in one cell.
struct Row {
  std::vector<std::int64_t> nanos;  // of all rounds
  std::map<std::uint32_t, double> p50_of_round;
  std::uint32_t sent = 0;
  double steal = 0;  // the worst round's
  double others = 0;
};

double percentile(std::vector<std::int64_t>& nanos, double share) {
  if (nanos.empty()) return 0;
  const auto at = std::min(nanos.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(nanos.size())));
  std::ranges::nth_element(nanos, nanos.begin() + static_cast<std::ptrdiff_t>(at));
  return static_cast<double>(nanos[at]) / 1e3;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

struct Cores {
  int venue = 0;
  int client = 0;
  cpu_set_t all{};
};

Cores choose_cores() {
  Cores cores;
  ::sched_getaffinity(0, sizeof cores.all, &cores.all);
  std::vector<int> usable;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &cores.all)) usable.push_back(cpu);
  }
  cores.venue = usable.front();
  cores.client = usable.back();
  return cores;
}

/// A directory that goes with the run.
class Workplace {
 public:
  Workplace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-wire-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no temporary directory");
    path_ = pattern;
    auto made = net::make_certificates(path_);
    if (!made) give_up(made.error().message);
    files = *made;
  }
  ~Workplace() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }
  net::CertificateFiles files;

 private:
  std::filesystem::path path_;
};

std::string configuration(const ProbeVenue& venue, const Workplace& work, const Cores& cores,
                          Channel channel, std::uint32_t instruments, bool spins,
                          const std::string& state) {
  const std::uint16_t port = venue.port();
  std::string text = fmt::format(
      R"([venue]
kind = "okx"
environment = "sim"
region = "global"
rest_url = "https://127.0.0.1:{0}"
ws_public_url = "wss://127.0.0.1:{0}/ws/v5/public"
ws_private_url = "wss://127.0.0.1:{0}/ws/v5/private"
ws_business_url = "wss://127.0.0.1:{0}/ws/v5/business"
ca_file = "{1}"
[venue.credentials]
api_key = {{ env = "GANNET_BENCH_KEY" }}
secret = {{ env = "GANNET_BENCH_SECRET" }}
passphrase = {{ env = "GANNET_BENCH_PASSPHRASE" }}
[venue.limits]
place = "100000/2s"
amend = "100000/2s"
cancel = "100000/2s"
account = "200000/2s"
[account]
engine_id = "bench"
account_mode = "futures"
position_mode = "net"
[engine]
busy_poll = {2}
state_directory = "{3}"
history = false
)",
      port, work.files.ca.string(), spins, state);
  if (spins && cores.client != cores.venue) text += fmt::format("reactor_cpu = {}\n", cores.client);
  text += R"([risk]
currency = "USDT"
[risk.account]
order_notional_max = "50000"
open_orders_max = 4000
[risk.instrument_default]
open_orders_max = 100
price_collar = "5%"
[risk.strategy_default]
open_orders_max = 100
)";
  for (std::uint32_t i = 0; i < instruments; ++i) {
    text += fmt::format(
        R"([[instrument]]
name = "{0}"
margin_mode = "cross"
[[strategy]]
name = "probe{1}"
plugin = "probe"
lane = "inline"
[strategy.parameters]
instrument = "{0}"
quantity = "1 contract"
channel = "{2}"
)",
        ProbeVenue::name_of(i), i, channel == Channel::Best ? "best" : "depth400");
  }
  return text;
}

/// A client in a process of its own, ended with it.
class ClientProcess {
 public:
  ClientProcess(Client client, const ProbeVenue& venue, const Workplace& work, const Cores& cores,
                Channel channel, std::uint32_t instruments, const Options& options) {
    const ClientTask task{venue.port(), work.files.ca.string(), channel, instruments};
    const bool is_gannet = client == Client::Gannet || client == Client::SleepingGannet;
    log_ = (work.path() / "gannetd.log").string();
    const std::string config = (work.path() / "gannetd.toml").string();
    if (is_gannet) {
      static int run = 0;
      const std::string state = (work.path() / fmt::format("state{}", ++run)).string();
      std::ofstream(config) << configuration(venue, work, cores, channel, instruments,
                                             client == Client::Gannet, state);
    }
    std::fflush(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (is_gannet) {
      // Its reactor pins itself where it spins; the rest of it runs where there is room.
      ::sched_setaffinity(0, sizeof cores.all, &cores.all);
      for (const char* name :
           {"GANNET_BENCH_KEY", "GANNET_BENCH_SECRET", "GANNET_BENCH_PASSPHRASE"})
        ::setenv(name, "no-secret-of-the-bench", 1);
      const int out = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(out, STDERR_FILENO);
      ::execl(options.gannetd.c_str(), "gannetd", "--config", config.c_str(), nullptr);
      std::_Exit(127);
    }
    pin(cores.client);
    try {
      if (client == Client::Beast) run_beast(task);
      run_floor(task, client == Client::Floor);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: %s\n", std::string(name_of(client)).c_str(), error.what());
      std::_Exit(1);  // what is on disk is its parent's
    }
  }
  /// The venue goes on serving meanwhile: a daemon asks it whether its orders are gone.
  void end(ProbeVenue& venue) {
    ::kill(pid_, SIGTERM);
    const Nanos deadline = monotonic_now() + seconds(8);
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      venue.serve_for(milliseconds(2));
      if (monotonic_now() < deadline) continue;
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      return;
    }
  }
  pid_t pid() const { return pid_; }
  std::string log_tail() const {
    std::ifstream file(log_);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    return text.size() > 3'000 ? text.substr(text.size() - 3'000) : text;
  }

 private:
  pid_t pid_ = -1;
  std::string log_;
};

using CellKey = std::pair<std::string, std::uint32_t>;  // channel and instruments
using Results = std::map<CellKey, std::map<std::string, std::map<Client, Row>>>;

void measure_client(Client client, const CellKey& key, std::uint32_t round, const Options& options,
                    const Workplace& work, const Cores& cores, Results& results) {
  const Channel channel = key.first == "books" ? Channel::Books : Channel::Best;
  ProbeVenue venue({.channel = channel,
                    .instruments = key.second,
                    .certificate_file = work.files.certificate.string(),
                    .key_file = work.files.key.string()});
  ClientProcess process(client, venue, work, cores, channel, key.second, options);
  if (!venue.warm_up(seconds(25))) {
    const std::string log = process.log_tail();
    process.end(venue);
    give_up(fmt::format("{} does not answer ticks of {}:\n{}", name_of(client), key.first, log));
  }
  for (const std::string& name : options.patterns) {
    const Pace pace = pace_of(name);
    venue.measure(
        {.ticks = options.is_short ? 100u : 1'000u, .burst = pace.burst, .spacing = pace.spacing});
    const HostLoad load(process.pid());
    ProbeVenue::Measured measured = venue.measure(
        {.ticks = options.ticks / options.rounds, .burst = pace.burst, .spacing = pace.spacing});
    const HostLoad::Shares shares = load.since_begin();
    Row& row = results[key][pace.name][client];
    row.p50_of_round[round] = percentile(measured.nanos, 0.5);
    row.nanos.insert(row.nanos.end(), measured.nanos.begin(), measured.nanos.end());
    row.sent += measured.sent;
    row.steal = std::max(row.steal, shares.steal);
    row.others = std::max(row.others, shares.others);
  }
  process.end(venue);
}

/// Median over the rounds of this client's p50 by that of the floor that waits as it does, of the
/// same round; 0: there is none to compare with.
double ratio_of(const std::map<Client, Row>& rows, Client client) {
  const auto floor = rows.find(sleeps(client) ? Client::SleepingFloor : Client::Floor);
  if (floor == rows.end()) return 0;
  std::vector<double> ratios;
  for (const auto& [round, p50] : rows.at(client).p50_of_round) {
    const auto other = floor->second.p50_of_round.find(round);
    if (other != floor->second.p50_of_round.end() && other->second > 0)
      ratios.push_back(p50 / other->second);
  }
  return median(std::move(ratios));
}

void report(Results& results, const Options& options) {
  fmt::print(
      "microseconds from tick to order; ratio: to the floor that waits alike, median of rounds; "
      "steal, others: the busiest round, of all processors\n\n"
      "| Channel | Instruments | Pace | Client | Ticks | Answered | p50 | p90 | p99 | Ratio | "
      "Steal | Others |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  std::string json;
  for (auto& [key, paces] : results) {
    for (auto& [pace, rows] : paces) {
      for (const Client client : kClients) {
        if (!rows.contains(client)) continue;
        Row& row = rows.at(client);
        const double p50 = percentile(row.nanos, 0.5);
        const double p90 = percentile(row.nanos, 0.9);
        const double p99 = percentile(row.nanos, 0.99);
        const double ratio = ratio_of(rows, client);
        const double answered =
            row.sent == 0 ? 0 : static_cast<double>(row.nanos.size()) / row.sent * 100;
        fmt::print(
            "| {} | {} | {} | {} | {} | {:.1f} % | {:.1f} | {:.1f} | {:.1f} | {:.2f} | "
            "{:.0f} % | {:.0f} % |\n",
            key.first, key.second, pace, name_of(client), row.sent, answered, p50, p90, p99, ratio,
            row.steal * 100, row.others * 100);
        json += fmt::format(
            "{}\n  {{\"channel\":\"{}\",\"instruments\":{},\"pace\":\"{}\",\"client\":\"{}\","
            "\"ticks\":{},\"answered\":{},\"p50_us\":{:.2f},\"p90_us\":{:.2f},\"p99_us\":{:.2f},"
            "\"ratio_to_floor\":{:.3f},\"steal\":{:.3f},\"others\":{:.3f}}}",
            json.empty() ? "" : ",", key.first, key.second, pace, name_of(client), row.sent,
            row.nanos.size(), p50, p90, p99, ratio, row.steal, row.others);
      }
    }
  }
  const std::filesystem::path file(options.json);
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "{\"rounds\":" << options.rounds << ",\"cells\":[" << json << "\n]}\n";
}

/// The short form is a test that every client still works, and says nothing about how fast: on a
/// loaded machine a daemon that may have 32 orders open leaves many ticks unanswered.
int check(const Results& results) {
  for (const auto& [key, paces] : results) {
    for (const auto& [pace, rows] : paces) {
      for (const auto& [client, row] : rows) {
        if (row.nanos.size() >= row.sent / 5) continue;
        fmt::print(stderr, "{} answered {} of {} ticks of {}, {}\n", name_of(client),
                   row.nanos.size(), row.sent, key.first, pace);
        return 1;
      }
    }
  }
  return 0;
}

int run(Options& options) {
  if (options.is_short) {
    options.ticks = 200;
    options.rounds = 1;
    options.instruments = {2};
  }
  ::signal(SIGPIPE, SIG_IGN);
  const Cores cores = choose_cores();
  pin(cores.venue);
  const Workplace work;
  fmt::print("processors: {}; venue on {}, client on {}\n", std::thread::hardware_concurrency(),
             cores.venue, cores.client);
  std::fflush(stdout);
  Results results;
  const auto is_wanted = [&](Client client) {
    return options.clients.empty() ||
           std::ranges::any_of(options.clients, [&](const std::string& part) {
             return name_of(client).find(part) != std::string_view::npos;
           });
  };
  for (std::uint32_t round = 0; round < options.rounds; ++round) {
    for (const std::string& channel : options.channels) {
      for (const std::uint32_t instruments : options.instruments) {
        for (const Client client : kClients) {
          if (is_wanted(client))
            measure_client(client, {channel, instruments}, round, options, work, cores, results);
        }
      }
    }
  }
  report(results, options);
  return options.is_short ? check(results) : 0;
}

}  // namespace
}  // namespace gannet::bench

int main(int argc, char** argv) {
  gannet::bench::Options options;
  CLI::App app{"From a tick's departure to the order's arrival, over TLS", "gannet_wire_bench"};
  app.add_option("--ticks", options.ticks, "of each cell, over all rounds")->capture_default_str();
  app.add_option("--rounds", options.rounds, "the clients take turns so often")
      ->capture_default_str()
      ->check(CLI::Range(1u, 1'000u));
  app.add_option("--channels", options.channels)->delimiter(',')->capture_default_str();
  app.add_option("--instruments", options.instruments)->delimiter(',')->capture_default_str();
  app.add_option("--patterns", options.patterns)->delimiter(',')->capture_default_str();
  app.add_option("--clients", options.clients, "parts of their names; all without")->delimiter(',');
  app.add_option("--gannetd", options.gannetd, "the program; the one beside this without");
  app.add_option("--json", options.json)->capture_default_str();
  app.add_flag("--short", options.is_short, "seconds instead of minutes: does it work?");
  CLI11_PARSE(app, argc, argv);
  if (options.gannetd.empty()) {
    options.gannetd =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "gannetd").string();
  }
  try {
    return gannet::bench::run(options);
  } catch (const gannet::bench::GivenUp& why) {
    std::fprintf(stderr, "gannet_wire_bench: %s\n", why.what());
    return 1;
  }
}
