#include <CLI/CLI.hpp>

#include "app/commands/backtest_command.h"
#include "app/commands/book_command.h"
#include "app/commands/control_commands.h"
#include "app/commands/data_command.h"
#include "app/commands/decode_command.h"
#include "app/commands/docs_command.h"
#include "app/commands/doctor_command.h"
#include "app/commands/download_command.h"
#include "app/commands/drill_command.h"
#include "app/commands/journal_command.h"
#include "app/commands/kill_commands.h"
#include "app/commands/limits_command.h"
#include "app/commands/logs_command.h"
#include "app/commands/record_command.h"
#include "app/commands/report_command.h"
#include "app/commands/sim_command.h"
#include "app/commands/simtest_command.h"

int main(int argc, char** argv) {
  CLI::App app{"Gannet: tools around the trading daemon", "gannet"};
  app.require_subcommand(1);
  gannet::app::add_backtest_command(app);
  gannet::app::add_book_command(app);
  gannet::app::add_control_commands(app);
  gannet::app::add_kill_commands(app);
  gannet::app::add_data_command(app);
  gannet::app::add_decode_command(app);
  gannet::app::add_docs_command(app);
  gannet::app::add_doctor_command(app);
  gannet::app::add_drill_command(app);
  gannet::app::add_journal_command(app);
  gannet::app::add_limits_command(app);
  gannet::app::add_logs_command(app);
  gannet::app::add_record_command(app);
  gannet::app::add_report_command(app);
  gannet::app::add_sim_command(app);
  gannet::app::add_sim_ctl_command(app);
  gannet::app::add_simtest_command(app);
  gannet::app::add_download_command(app);  // under `data`
  CLI11_PARSE(app, argc, argv);
  return 0;
}
