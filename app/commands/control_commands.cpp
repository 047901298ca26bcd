#include "app/commands/control_commands.h"

#include <memory>
#include <string>

#include "app/commands/operator.h"

namespace gannet::app {
namespace {

constexpr int kReloadPatience = 90;  // longer than the daemon's own for the venue's answers

}  // namespace

void add_control_commands(CLI::App& app) {
  const auto target = std::make_shared<OperatorTarget>();
  const auto text = std::make_shared<std::string>();

  CLI::App* hold =
      app.add_subcommand("hold", "no new risk until `gannet resume`; orders are cancelled");
  add_target_options(*hold, target);
  hold->add_option("reason", *text, "why, for the journal and the log");
  hold->callback([target, text] { give_order(*target, text->empty() ? "hold" : "hold " + *text); });

  CLI::App* credentials = app.add_subcommand("credentials", "the API key of a running gannetd");
  credentials->require_subcommand(1);
  CLI::App* reload = credentials->add_subcommand(
      "reload",
      "read the key again from where the configuration says; it is proven by a login of its own "
      "before it is used, and the old one stays if that fails");
  add_target_options(*reload, target);
  reload->callback([target] { give_order(*target, "reload-credentials", kReloadPatience); });

  CLI::App* accept = app.add_subcommand(
      "accept",
      "take over the venue's position of an instrument that is held for a difference, or what the "
      "bills of a currency have left over");
  add_target_options(*accept, target);
  accept->add_option("what", *text, "name of the instrument or currency")->required();
  accept->callback([target, text] { give_order(*target, "accept " + *text); });
}

}  // namespace gannet::app
