#pragma once

#include <expected>
#include <memory>
#include <string>

#include "app/child_sim.h"
#include "base/error.h"
#include "config/settings.h"

namespace gannet::app {

/// The account file of a paper venue, for `gannet sim --config`: modes as [account] says, money as
/// [venue.paper] does. Error: a mode that the simulated venue lacks.
std::expected<std::string, Error> paper_account_file(const config::Settings& settings);

/// environment = "paper": starts a `gannet sim` that mirrors the configured site's market, and
/// points everything at it but the public socket, which stays the real one. So prices come straight
/// from the site, orders meet a copy of its books, and nothing is ever sent to it but subscriptions
/// and questions that anybody may ask. Writes the account and whom to trust into the state
/// directory.
std::expected<std::unique_ptr<ChildSim>, Error> start_paper_venue(
    config::Settings& settings, const std::string& state_directory);

}  // namespace gannet::app
