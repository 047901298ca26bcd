#include "app/commands/all_commands.h"

#include "app/commands/alert_command.h"
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
#include "app/commands/new_strategy_command.h"
#include "app/commands/record_command.h"
#include "app/commands/report_command.h"
#include "app/commands/sim_command.h"
#include "app/commands/simtest_command.h"
#include "app/commands/strategy_commands.h"
#include "app/commands/view_commands.h"

namespace gannet::app {

void add_all_commands(CLI::App& app) {
  add_alert_command(app);
  add_backtest_command(app);
  add_book_command(app);
  add_view_commands(app);
  add_control_commands(app);
  add_kill_commands(app);
  add_order_commands(app);
  add_strategy_commands(app);
  add_data_command(app);
  add_decode_command(app);
  add_docs_command(app);
  add_doctor_command(app);
  add_drill_command(app);
  add_journal_command(app);
  add_limits_command(app);
  add_logs_command(app);
  add_new_strategy_command(app);
  add_record_command(app);
  add_report_command(app);
  add_sim_command(app);
  add_sim_ctl_command(app);
  add_simtest_command(app);
  add_download_command(app);  // under `data`
}

}  // namespace gannet::app
