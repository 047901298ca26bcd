#pragma once

#include <CLI/App.hpp>
#include <string>

namespace gannet::app {

/// The whole of docs/logs.md, from the list of log events.
std::string logs_page();
/// The whole of docs/configuration.md, from what the readers of the file ask for.
std::string config_page();
/// The whole of docs/alert-rules.md, from the built-in rules.
std::string alert_rules_page();
/// The whole of docs/denials.md, from the enum of denials.
std::string metrics_page();
std::string denials_page();
/// The whole of docs/faults.md, from the table of the simulated venue's faults.
std::string faults_page();
/// The whole of docs/okx-errors.md, from the gateway's table of codes.
std::string okx_errors_page();

/// The whole of docs/okx-coverage.md, from the tables of the gateway's protocol.
std::string coverage_page();
/// The whole of docs/okx-rest.md, from the table of endpoints.
std::string rest_page();

/// The tables of docs/control.md: words of the socket with their roles, and reasons not to trade.
std::string control_words_page();

/// `gannet docs PAGE`, of alerts|logs|config|metrics|denials|faults|okx-errors|rest|
/// okx-coverage|control-words: prints the pages that are made from code; a test compares them with
/// the files in docs/.
void add_docs_command(CLI::App& app);

}  // namespace gannet::app
