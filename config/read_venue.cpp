#include <fmt/format.h>

#include "config/internal/sections.h"

namespace gannet::config {
namespace {

constexpr std::string_view kLiveWords = "I accept live trading";

struct Urls {
  std::string_view rest;
  std::string_view sockets;  ///< without /public, /private, /business
};

/// The venue's own addresses. [docs: entry points by region; demo shares the REST host]
Urls urls_of(Region region, bool demo) {
  switch (region) {
    case Region::Global:
      return {"https://openapi.okx.com",
              demo ? "wss://wspap.okx.com/ws/v5" : "wss://ws.okx.com/ws/v5"};
    case Region::Eea:
      return {"https://eea.okx.com",
              demo ? "wss://wseeapap.okx.com/ws/v5" : "wss://wseea.okx.com/ws/v5"};
    case Region::Us:
      return {"https://us.okx.com",
              demo ? "wss://wsuspap.okx.com/ws/v5" : "wss://wsus.okx.com/ws/v5"};
  }
  return {};
}

void read_url(TableReader& venue, std::string_view key, std::string_view scheme,
              std::string_view otherwise, std::string& url) {
  url = venue.text(key).value_or(std::string(otherwise));
  if (url.empty()) return;
  if (!url.starts_with(scheme) || url.size() == scheme.size())
    venue.problem(
        key, fmt::format("\"{}\" does not start with {}: the venue is spoken to over TLS only", url,
                         scheme));
}

void read_urls(TableReader& venue, VenueSettings& settings) {
  Urls urls;
  const bool has_defaults = settings.environment != Environment::Sim;
  if (has_defaults) urls = urls_of(settings.region, settings.environment == Environment::Demo);
  const auto socket = [&](std::string_view path) {
    return has_defaults ? fmt::format("{}{}", urls.sockets, path) : std::string();
  };
  read_url(venue, "rest_url", "https://", urls.rest, settings.rest_url);
  read_url(venue, "ws_public_url", "wss://", socket("/public"), settings.ws_public_url);
  read_url(venue, "ws_private_url", "wss://", socket("/private"), settings.ws_private_url);
  read_url(venue, "ws_business_url", "wss://", socket("/business"), settings.ws_business_url);
}

void read_embedded(TableReader embedded, VenueSettings& settings) {
  if (!embedded.exists()) return;
  EmbeddedSimSettings sim;
  sim.market = embedded.text("market").value_or(sim.market);
  if (sim.market != "synthetic" && !sim.market.starts_with("replay:"))
    embedded.problem(
        "market", fmt::format("\"{}\" is neither \"synthetic\" nor \"replay:FILE\"", sim.market));
  sim.seed = static_cast<std::uint64_t>(
      embedded.integer("seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(1));
  if (const auto speed = embedded.decimal("speed")) {
    sim.speed = *embedded.text("speed");
    if (speed->mantissa == 0) embedded.problem("speed", "must be above 0");
  }
  sim.instruments = embedded.text("instruments").value_or("");
  embedded.finish();
  settings.embedded = sim;
}

void read_routes(TableReader routes, RouteSettings& out) {
  out.place = routes.choice("place", kRoutes).value_or(out.place);
  out.amend = routes.choice("amend", kRoutes).value_or(out.amend);
  out.cancel = routes.choice("cancel", kRoutes).value_or(out.cancel);
  routes.finish();
}

void read_paper(TableReader& venue, VenueSettings& settings) {
  TableReader paper = venue.table("paper");
  if (!paper.exists()) return;
  if (settings.environment != Environment::Paper)
    venue.problem("paper", "is the account of environment = \"paper\"");
  PaperSettings& out = settings.paper;
  if (auto given = paper.texts("balances"); paper.has("balances")) out.balances = std::move(given);
  for (const std::string& balance : out.balances) {
    const std::size_t space = balance.find(' ');
    if (space == std::string::npos || !parse_decimal(balance.substr(0, space)) ||
        space + 1 == balance.size())
      paper.problem(
          "balances",
          fmt::format("\"{}\" is no amount with its currency, like \"1000 USDT\"", balance));
  }
  out.queue = paper.text("queue").value_or(out.queue);
  if (out.queue != "back" && out.queue != "proportional" && out.queue != "front")
    paper.problem("queue", fmt::format("\"{}\" is none of back, proportional, front", out.queue));
  paper.finish();
}

void check_live(TableReader& venue, Environment environment) {
  const auto confirmed = venue.text("confirm_live");
  if (environment == Environment::Live && confirmed != kLiveWords)
    venue.problem(confirmed ? "confirm_live" : "environment",
                  fmt::format("live trading risks real money: it also needs confirm_live = \"{}\"",
                              kLiveWords));
}

void check_embedded(TableReader& venue, const VenueSettings& settings) {
  if (settings.embedded) {
    if (settings.environment != Environment::Sim)
      venue.problem("embedded",
                    "an embedded venue is a simulated one: environment must be \"sim\"");
    for (const std::string_view key :
         {"rest_url", "ws_public_url", "ws_private_url", "ws_business_url"})
      if (venue.text(key))
        venue.problem(key, "the embedded venue makes its own address: leave it out");
    return;
  }
  if (settings.environment != Environment::Sim) return;
  for (const std::string_view key :
       {"rest_url", "ws_public_url", "ws_private_url", "ws_business_url"})
    venue.required_text(key, "a simulated venue has no default address; or use [venue.embedded]");
}

}  // namespace

void read_venue(TableReader venue, Settings& settings, bool want_secrets) {
  VenueSettings& out = settings.venue;
  out.kind = venue.text("kind").value_or(out.kind);
  if (out.kind != "okx")
    venue.problem("kind", fmt::format("\"{}\" is not known; \"okx\" is", out.kind));
  out.environment = venue.choice("environment", kEnvironments).value_or(out.environment);
  out.region = venue.choice("region", kRegions).value_or(out.region);
  check_live(venue, out.environment);
  read_urls(venue, out);
  if (const auto lines = venue.integer("market_connections", 1, 4)) {
    out.market_connections = static_cast<std::uint32_t>(*lines);
  }
  out.ca_file = venue.text("ca_file").value_or("");
  read_embedded(venue.table("embedded"), out);
  check_embedded(venue, out);
  read_paper(venue, out);
  read_credentials(venue.table("credentials"), settings, want_secrets);
  read_routes(venue.table("routes"), out.routes);
  read_rates(venue.table("limits"), settings.risk.rates);
  venue.finish();
}

}  // namespace gannet::config
