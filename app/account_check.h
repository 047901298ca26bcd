#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "gateway/okx/protocol/rest_answers.h"

namespace gannet::app {

/// One thing that the configuration says of the account, held against what the venue says.
struct AccountFinding {
  std::string_view what;   ///< "withdraw permission"
  std::string configured;  ///< "" where the configuration does not say
  std::string actual;
  std::string refusal;  ///< one sentence with the remedy; "" if it is as it must be
};

/// Everything that must hold before an engine trades with a key: least privilege first, then the
/// account's settings. In order of weight. SEC-01
std::vector<AccountFinding> check_account(const config::Settings& settings,
                                          const okx::AccountConfig& account);

/// New and amended derivative orders of the account in two seconds: more than the venue allows
/// would be refused there. `allowed`: the venue's figure.
std::optional<std::string> check_order_rate(const config::Settings& settings, std::int64_t allowed);

/// Leverage as configured and as it is, exactly.
bool same_leverage(std::string_view a, std::string_view b) noexcept;

}  // namespace gannet::app
