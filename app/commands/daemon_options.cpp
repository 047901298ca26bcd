#include "app/commands/daemon_options.h"

#include <CLI/CLI.hpp>

namespace gannet::app {

void add_daemon_options(CLI::App& app, DaemonOptions& options, std::string& duration) {
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
}

}  // namespace gannet::app
