#include "app/embedded_venue.h"

namespace gannet::app {

std::expected<std::unique_ptr<ChildSim>, Error> embed_sim(config::Settings& settings,
                                                          const std::string& state_directory) {
  const config::EmbeddedSimSettings& embedded = *settings.venue.embedded;
  ChildSimOptions options;
  options.arguments = {"--listen",    "127.0.0.1:0",
                       "--market",    embedded.market,
                       "--seed",      std::to_string(embedded.seed),
                       "--speed",     embedded.speed,
                       "--state-dir", state_directory + "/sim"};
  if (!embedded.instruments.empty()) {
    options.arguments.insert(options.arguments.end(), {"--instruments", embedded.instruments});
  }
  if (settings.engine.busy_poll) options.avoid_cpu = settings.engine.reactor_cpu;
  options.log_file = state_directory + "/sim.log";
  auto child = ChildSim::spawn(options);
  if (!child) return child;
  const SimReady& ready = (*child)->ready();
  settings.venue.rest_url = ready.url;
  settings.venue.ws_public_url = ready.ws + "/public";
  settings.venue.ws_private_url = ready.ws + "/private";
  settings.venue.ws_business_url = ready.ws + "/business";
  settings.venue.ca_file = ready.ca;
  settings.venue.credentials = {Secret(ready.api_key), Secret(ready.secret),
                                Secret(ready.passphrase)};
  return child;
}

}  // namespace gannet::app
