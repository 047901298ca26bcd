#include <CLI/CLI.hpp>

#include "app/commands/all_commands.h"
#include "app/commands/command_pages.h"
#include "app/commands/daemon_options.h"
#include "kill/help_text.h"

// What the manual pages say beside the tree of commands.

namespace gannet::app {
namespace {

constexpr std::string_view kGannetDescription =
    R"(.B gannet
looks at a running
.BR gannetd (8),
stops it, runs it, and holds the tools around it: the simulated venue, backtests, recordings, the
journal. Commands for a running daemon talk to its control socket: admin.sock in the state directory
that \-\-state or $GANNET_STATE names, or the socket that \-\-socket or $GANNET_SOCKET names. What a
person may do there depends on the roles that the daemon's configuration gives.
.PP
Answers are tables for people, one JSON object with \-\-json. Commands that look take \-\-watch.
)";

constexpr std::string_view kGannetAfter =
    R"(.SH EXIT STATUS
Of the commands for a running daemon:
.TP
.B 0
done, and where something must vanish at the venue, seen there.
.TP
.B 1
refused by the daemon: a role is missing, there is no such name, a limit is in the way.
.TP
.B 2
the command line cannot be understood.
.TP
.B 3
no daemon answers.
.TP
.B 4
taken, but not confirmed within \-\-timeout: kill, cancel, flatten.
.SH ENVIRONMENT
.TP
.B GANNET_STATE
in place of \-\-state.
.TP
.B GANNET_SOCKET
in place of \-\-socket.
.SH SEE ALSO
.BR gannetd (8),
.BR gannet\-kill (8)
)";

constexpr std::string_view kDaemonDescription =
    R"(.B gannetd
holds the venue's market data and private order channels, feeds strategies, and lets nothing reach
the wire but through one pre\-trade risk gate. It cancels its orders and confirms that at the venue
before it ends. Look at it and command it with
.BR gannet (1);
stop it when nothing else helps with
.BR gannet\-kill (8).
)";

constexpr std::string_view kDaemonAfter =
    R"(.SH EXIT STATUS
.TP
.B 0
ended, with nothing of ours left at the venue but what was to stay.
.TP
.B 1
ended, but that could not be confirmed: see the summary or the log.
.TP
.B 2
the configuration or the command line cannot be used.
.TP
.B 3
a credential is missing, the venue refuses the account, or the state directory is another engine's.
.SH SIGNALS
.TP
.B SIGTERM, SIGINT
stop in good order.
.TP
.B SIGUSR1
kill: new orders are refused, open ones cancelled, until a person resumes.
.TP
.B SIGHUP
read the limits of the configuration anew; what loosens is kept back.
.SH FILES
.TP
.I STATE/admin.sock
the control socket.
.TP
.I STATE/journal
the record of everything.
.SH SEE ALSO
.BR gannet (1),
.BR gannet\-kill (8)
)";

}  // namespace

std::string gannet_manual() {
  CLI::App app{"Gannet: look at the trading daemon, run it, stop it", "gannet"};
  app.require_subcommand(1);
  add_all_commands(app);
  return manual_page(app, {"1", kGannetDescription, kGannetAfter});
}

std::string gannetd_manual() {
  CLI::App app{"Gannet: the trading daemon", "gannetd"};
  DaemonOptions options;
  std::string duration;
  add_daemon_options(app, options, duration);
  return manual_page(app, {"8", kDaemonDescription, kDaemonAfter});
}

std::string gannet_kill_manual() {
  const std::string_view help = kill::kHelpText;
  std::string page =
      ".\\\" Printed by `gannet docs man`; do not edit.\n"
      ".TH GANNET\\-KILL 8 \"\" Gannet \"Gannet\"\n.SH NAME\n"
      "gannet\\-kill \\- cancel an engine's orders at the venue without the engine\n"
      ".SH SYNOPSIS\n.B gannet\\-kill [OPTIONS]\n.SH DESCRIPTION\n.nf\n";
  for (const char c : help) {
    if (c == '\\') {
      page += "\\e";
    } else if (c == '-') {
      page += "\\-";
    } else {
      page += c;
    }
  }
  page += ".fi\n.SH SEE ALSO\n.BR gannet (1),\n.BR gannetd (8)\n";
  return page;
}

std::string bash_completion() {
  CLI::App app{"", "gannet"};
  add_all_commands(app);
  CLI::App daemon{"", "gannetd"};
  DaemonOptions options;
  std::string duration;
  add_daemon_options(daemon, options, duration);
  return "# Printed by `gannet docs completion bash`; do not edit.\n" + bash_of(app) +
         bash_of(daemon);
}

std::string zsh_completion() {
  CLI::App app{"", "gannet"};
  add_all_commands(app);
  return "#compdef gannet\n# Printed by `gannet docs completion zsh`; do not edit.\n" +
         zsh_of(app) + "_gannet \"$@\"\n";
}

}  // namespace gannet::app
