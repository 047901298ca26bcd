#pragma once

#include <string>
#include <vector>

#include "risk/settings.h"

namespace gannet::risk {

/// One limit that is another in one configuration than in the other (PRE-20).
struct LimitChange {
  std::string key;     ///< as in the configuration: "risk.account.order_notional_max"
  std::string before;  ///< "none" where there is no limit
  std::string after;
  bool loosens = false;          ///< more may pass; also where the two cannot be compared
  bool is_thousandfold = false;  ///< a thousand times as much or as little: a typing error?
};

/// Every limit that differs, in the order of the configuration: sizes, values, counts and collars
/// of each level, modes of the rules of behaviour, the canary's part. What an instrument or a
/// strategy says itself is compared with what counted for it before, be it a default.
std::vector<LimitChange> limit_changes(const Settings& before, const Settings& after);

/// `after` in everything that these limits are, where it does not loosen; `before` in the rest.
Settings without_loosening(const Settings& before, const Settings& after);

/// `to` with the limits of `from`, and its own in everything else that [risk] says.
Settings with_limits_of(const Settings& from, const Settings& to);

}  // namespace gannet::risk
