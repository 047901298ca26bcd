#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/settings.h"

namespace gannet::config {

/// The [risk] of `settings` with one key as a person sets it by command: the key's full name
/// ("risk.account.order_notional_max", "risk.instrument.BTC-USDT-SWAP.position_long_max",
/// "risk.reject_storm.mode") and its value as the file would say it, without quotes. Errors: those
/// of the file, in one sentence. Cold; allocates.
std::expected<risk::Settings, Error> with_limit(const Settings& settings, std::string_view key,
                                                std::string_view value);

}  // namespace gannet::config
