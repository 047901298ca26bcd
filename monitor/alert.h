#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "monitor/alert_settings.h"

namespace gannet::monitor {

/// The two clocks of one look: intervals are measured with the one that never jumps.
struct Moment {
  Nanos steady;
  Timestamp wall;
};

/// Name and value of what tells one alert of a rule from another: an instrument, a connection.
using AlertLabels = std::vector<std::pair<std::string, std::string>>;

/// One alert by value, as it is told. `fingerprint` names it: the same rule and the same labels are
/// the same alert, in every run.
struct Alert {
  std::uint64_t fingerprint = 0;
  std::string rule;
  Severity severity = Severity::Warning;
  AlertLabels labels;
  std::string text;    ///< the rule's sentence
  std::string detail;  ///< what was seen last: the figure's value, the event's fields
  bool firing = true;
  Timestamp started;
  Timestamp ended;          ///< zero while it fires
  std::uint64_t total = 0;  ///< how often it happened since it started
};

/// FNV-1a over the rule's name and the labels: stable for ever.
std::uint64_t alert_fingerprint(std::string_view rule, const AlertLabels& labels) noexcept;
/// Sixteen hexadecimal digits.
std::string fingerprint_text(std::uint64_t fingerprint);
/// "instrument=BTC-USDT-SWAP, connection=account"; "": none.
std::string labels_text(const AlertLabels& labels);

}  // namespace gannet::monitor
