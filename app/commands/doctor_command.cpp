#include "app/commands/doctor_command.h"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "app/doctor.h"
#include "app/duration.h"
#include "app/embedded_venue.h"
#include "app/host_check.h"
#include "app/paper_venue.h"
#include "config/load.h"
#include "gateway/net/tls_context.h"

namespace gannet::app {
namespace {

struct DoctorWords {
  std::string config;
  std::string watch = "10s";
  bool json = false;
  bool place_orders = false;
  bool host = false;
  int cpu = -1;  // --host: the reactor's; below 0: the configuration's, else the last
};

int refuse(int code, const std::string& message) {
  fmt::print(stderr, "gannet doctor: {}\n", message);
  return code;
}

/// For what an embedded venue writes; gone with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "gannet-doctor-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path_ = made;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The machine alone: no venue, no secret.
int examine_machine(const DoctorWords& options) {
  HostOptions host;
  if (options.cpu >= 0) host.reactor_cpu = options.cpu;
  if (!host.reactor_cpu && !options.config.empty()) {
    // A configuration whose secrets are elsewhere still says where the reactor runs.
    if (auto loaded = config::load(options.config)) host.reactor_cpu = loaded->engine.reactor_cpu;
  }
  const DoctorReport report{examine_host(host), {}};
  fmt::print("{}", options.json ? doctor_json(report) + "\n" : doctor_table(report));
  return report.exit_code();
}

int examine(const DoctorWords& options) {
  if (options.host) return examine_machine(options);
  if (options.config.empty()) return refuse(2, "--config FILE is needed, or --host");
  const auto watch = parse_duration(options.watch);
  if (!watch) return refuse(2, "--watch: " + watch.error().message);
  // Before a secret is read: no core file, no debugger of the same user. SEC-02
  ::prctl(PR_SET_DUMPABLE, 0);
  auto loaded = config::load(options.config);
  if (!loaded) {
    for (const config::Problem& problem : loaded.error())
      fmt::print(stderr, "{}\n", config::to_string(problem));
    return std::ranges::all_of(loaded.error(), &config::Problem::secret) ? 3 : 2;
  }
  config::Settings settings = std::move(*loaded);
  ScratchFolder scratch;
  std::unique_ptr<ChildSim> sim;
  const bool paper = settings.venue.environment == config::Environment::Paper;
  if (settings.venue.embedded || paper) {
    auto child =
        paper ? start_paper_venue(settings, scratch.path()) : embed_sim(settings, scratch.path());
    if (!child) return refuse(3, child.error().message);
    sim = std::move(*child);
  }
  auto tls = net::TlsContext::client({.system_roots = true, .ca_file = settings.venue.ca_file});
  if (!tls) return refuse(2, tls.error().message);
  const okx::Signer signer(okx::Credentials{settings.venue.credentials.api_key,
                                            settings.venue.credentials.secret,
                                            settings.venue.credentials.passphrase});
  DoctorOptions doctor;
  doctor.place_orders = options.place_orders;
  doctor.watch = *watch;
  const DoctorReport report = examine_venue(settings, signer, *tls, doctor);
  fmt::print("{}", options.json ? doctor_json(report) + "\n" : doctor_table(report));
  return report.exit_code();
}

}  // namespace

void add_doctor_command(CLI::App& app) {
  auto options = std::make_shared<DoctorWords>();
  CLI::App* const command = app.add_subcommand(
      "doctor", "hold every assumption of the engine against the configured venue");
  command->add_option("--config", options->config, "configuration, TOML");
  command->add_flag("--host", options->host,
                    "look at this machine instead: what would make the reactor faster");
  command->add_option("--cpu", options->cpu, "--host: the processor that the reactor runs on");
  command->add_flag("--json", options->json, "print one JSON object");
  command->add_option("--watch", options->watch, "how long pushes are waited for, at most")
      ->capture_default_str();
  command->add_flag("--place-orders", options->place_orders,
                    "also place, amend and cancel one post-only order, a fifth below the market");
  command->callback([options] {
    if (const int code = examine(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
