#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <string>

#include "app/commands/daemon_options.h"
#include "app/daemon.h"
#include "app/duration.h"
#include "base/crash_point.h"

int main(int argc, char** argv) {
  gannet::arm_crash_points();
  CLI::App app{"Gannet: the trading daemon", "gannetd"};
  gannet::app::DaemonOptions options;
  std::string duration;
  gannet::app::add_daemon_options(app, options, duration);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;  // --help ends well; the rest is bad configuration
  }
  if (!duration.empty()) {
    const auto parsed = gannet::app::parse_duration(duration);
    if (!parsed) {
      std::fprintf(stderr, "--duration: %s\n", parsed.error().message.c_str());
      return 2;
    }
    options.duration = *parsed;
  }
  return gannet::app::run_daemon(options);
}
