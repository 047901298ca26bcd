#pragma once

#include <expected>
#include <string>

#include "base/error.h"
#include "sim/okx_server/protocol/settings.h"

namespace gannet::app {

/// Puts the users and keys of a `gannet sim` configuration into the venue's settings; leaves the
/// default ones where the file names none. Currencies that nothing trades are added to the table.
std::expected<void, Error> take_accounts(const std::string& file, CurrencyTable& currencies,
                                         okx_server::Settings& settings);

}  // namespace gannet::app
