#include "app/drill_config.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "config/load.h"

namespace gannet::app {
namespace {

constexpr int kOrdersOfOne = 400;  // what the strategy keeps at most
constexpr std::uint32_t kOpenOrders = 1'000;

engine::StrategySettings drill_strategy(const std::string& instrument, int orders) {
  using Kind = engine::ParameterSetting::Kind;
  engine::StrategySettings out;
  out.name = "drill-" + instrument;
  out.plugin = "drill";
  out.parameters = {{"instrument", instrument, Kind::Text, ""},
                    {"quantity", "1 contract", Kind::Text, ""},
                    {"orders", std::to_string(orders), Kind::Integer, ""}};
  return out;
}

/// So many may rest: what bounds that is not what is drilled.
void lift(risk::Limits& limits) {
  limits.position_long_max.reset();
  limits.position_short_max.reset();
  limits.open_orders_max = kOpenOrders;
}

void put_venue(config::Settings& settings, const SimReady& venue) {
  const config::VenueSettings real = std::move(settings.venue);
  settings.venue = {};
  settings.venue.routes = real.routes;
  settings.venue.market_connections = real.market_connections;
  settings.venue.rest_url = venue.url;
  settings.venue.ws_public_url = venue.ws + "/public";
  settings.venue.ws_private_url = venue.ws + "/private";
  settings.venue.ws_business_url = venue.ws + "/business";
  settings.venue.ca_file = venue.ca;
  settings.account.account_number.clear();
  settings.account.fee_level.clear();
  settings.account.fees_in_quote.reset();
  settings.account.account_mode = engine::AccountSettings::Mode::Futures;
  settings.account.position_mode = engine::AccountSettings::PositionMode::Net;
}

/// The printed settings know no place of a key.
std::string with_key(std::string text) {
  constexpr std::string_view kSection = "[venue.credentials]\n";
  const auto at = text.find(kSection);
  if (at == std::string::npos) return text;
  return text.insert(at + kSection.size(),
                     "api_key = { env = \"GANNET_DRILL_KEY\" }\n"
                     "secret = { env = \"GANNET_DRILL_SECRET\" }\n"
                     "passphrase = { env = \"GANNET_DRILL_PASSPHRASE\" }\n");
}

}  // namespace

std::string drill_config(config::Settings settings, const SimReady& venue, int orders,
                         const std::string& state_directory) {
  put_venue(settings, venue);
  settings.engine.state_directory = state_directory;
  settings.record.reset();
  // The port, the socket and the place in shared memory are the real engine's, which may run
  // beside.
  settings.metrics.reset();
  settings.control = {};
  settings.alerts = {};  // nobody is to be called at night for a drill
  settings.journal.ring_directory.clear();
  std::vector<std::string> swaps;
  for (engine::InstrumentSettings& instrument : settings.instruments) {
    instrument.set_leverage = instrument.leverage.has_value();
    if (instrument.name.ends_with("-SWAP")) swaps.push_back(instrument.name);
  }
  lift(settings.risk.account);
  lift(settings.risk.instrument_default);
  lift(settings.risk.strategy_default);
  for (auto& [name, limits] : settings.risk.instruments) lift(limits);
  if (swaps.empty()) return {};
  const int each = (orders + static_cast<int>(swaps.size()) - 1) / static_cast<int>(swaps.size());
  for (const std::string& swap : swaps)
    settings.strategies.push_back(drill_strategy(swap, std::min(each, kOrdersOfOne)));
  return with_key(config::print_resolved(settings));
}

void put_drill_key_into_environment(const SimReady& venue) {
  ::setenv("GANNET_DRILL_KEY", venue.api_key.c_str(), 1);
  ::setenv("GANNET_DRILL_SECRET", venue.secret.c_str(), 1);
  ::setenv("GANNET_DRILL_PASSPHRASE", venue.passphrase.c_str(), 1);
}

}  // namespace gannet::app
