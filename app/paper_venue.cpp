#include "app/paper_venue.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace gannet::app {
namespace {

constexpr Nanos kReadyTimeout = seconds(60);  // it asks the site for its instruments first

std::expected<std::string_view, Error> mode_word(engine::AccountSettings::Mode mode) {
  using Mode = engine::AccountSettings::Mode;
  switch (mode) {
    case Mode::Simple:
      return "simple";
    case Mode::Futures:
      return "futures";
    case Mode::MultiCurrency:
      return "multi_currency";
    case Mode::Portfolio:
      break;
  }
  return std::unexpected(
      Error{"account.account_mode: the paper venue has no portfolio margin: use multi_currency"});
}

std::expected<void, Error> write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return std::unexpected(Error{path + ": cannot be written"});
  return {};
}

std::expected<std::string, Error> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{path + ": cannot be read"});
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

/// Both authorities in one file: the child's, and the site's where it is not a public one.
std::expected<std::string, Error> write_trust(const std::string& child_ca,
                                              const std::string& site_ca, const std::string& path) {
  auto text = read(child_ca);
  if (!text) return text;
  if (!site_ca.empty()) {
    const auto more = read(site_ca);
    if (!more) return more;
    *text += '\n' + *more;
  }
  if (auto written = write(path, *text); !written) return std::unexpected(written.error());
  return path;
}

}  // namespace

std::expected<std::string, Error> paper_account_file(const config::Settings& settings) {
  const auto mode = mode_word(settings.account.account_mode);
  if (!mode) return std::unexpected(mode.error());
  const bool net = settings.account.position_mode == engine::AccountSettings::PositionMode::Net;
  std::string balances;
  for (const std::string& balance : settings.venue.paper.balances) {
    balances += fmt::format("{}\"{}\"", balances.empty() ? "" : ", ", balance);
  }
  return fmt::format(
      "[[user]]\nname = \"paper\"\naccount_mode = \"{}\"\nposition_mode = \"{}\"\n"
      "trading = [{}]\n\n[[key]]\nuser = \"paper\"\nlabel = \"paper\"\n",
      *mode, net ? "net" : "long_short", balances);
}

std::expected<std::unique_ptr<ChildSim>, Error> start_paper_venue(
    config::Settings& settings, const std::string& state_directory) {
  config::VenueSettings& venue = settings.venue;
  const auto account = paper_account_file(settings);
  if (!account) return std::unexpected(account.error());
  const std::string account_file = state_directory + "/paper-account.toml";
  if (auto written = write(account_file, *account); !written) {
    return std::unexpected(std::move(written.error()));
  }
  std::string names;
  for (const auto& instrument : settings.instruments) {
    names += (names.empty() ? "" : ",") + instrument.name;
  }
  ChildSimOptions options;
  options.arguments = {
      "--listen",      "127.0.0.1:0",           "--market", "mirror:" + venue.ws_public_url,
      "--mirror-rest", venue.rest_url,          "--only",   names,
      "--queue",       venue.paper.queue,       "--config", account_file,
      "--state-dir",   state_directory + "/sim"};
  if (!venue.ca_file.empty()) {
    options.arguments.insert(options.arguments.end(), {"--mirror-ca", venue.ca_file});
  }
  options.ready_timeout = kReadyTimeout;
  if (settings.engine.busy_poll) options.avoid_cpu = settings.engine.reactor_cpu;
  options.log_file = state_directory + "/sim.log";
  auto child = ChildSim::spawn(options);
  if (!child) return std::unexpected(std::move(child.error()).with("starting the paper venue"));
  const SimReady& ready = (*child)->ready();
  const auto trust = write_trust(ready.ca, venue.ca_file, state_directory + "/paper-trust.pem");
  if (!trust) return std::unexpected(trust.error());
  venue.rest_url = ready.url;
  venue.ws_private_url = ready.ws + "/private";
  venue.ws_business_url = ready.ws + "/business";
  venue.ca_file = *trust;
  venue.credentials = {Secret(ready.api_key), Secret(ready.secret), Secret(ready.passphrase)};
  return child;
}

}  // namespace gannet::app
