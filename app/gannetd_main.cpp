#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <string>

#include "app/daemon.h"
#include "app/duration.h"
#include "base/crash_point.h"

int main(int argc, char** argv) {
  gannet::arm_crash_points();
  CLI::App app{"Gannet: the trading daemon", "gannetd"};
  gannet::app::DaemonOptions options;
  std::string duration;
  app.add_option("--config", options.config_file, "configuration, TOML")->required();
  app.add_flag("--check", options.check_only, "read the configuration, print it resolved, and end");
  app.add_option("--duration", duration, "end by itself after that long: 30, 30s, 10m, 1h");
  app.add_option("--summary", options.summary_file,
                 "write the run's summary as JSON into this file");
  app.add_option("--log", options.log_output, "where log lines go: a file, stderr, stdout, none");
  app.add_flag("--status", options.show_status,
               "print a status line a second, and the summary at the end");
  app.add_flag("--after-crashes", options.after_crashes,
               "start although the last three starts died within ten minutes");
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
