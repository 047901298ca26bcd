#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/limit_use.h"
#include "config/settings.h"
#include "domain/instrument_table.h"
#include "engine/journal_records.h"
#include "risk/limit_changes.h"
#include "risk/limit_table.h"

namespace gannet::app {

/// Limits on their way to the reactor; on the way back the ones they replaced.
struct LimitReplacement {
  risk::LimitTable table;
  risk::BehaviourRules rules;
  std::vector<engine::LimitChangeRecord> changes;
};

/// What came of a wish to change limits.
struct LimitVerdict {
  std::unique_ptr<LimitReplacement> replacement;  ///< null: nothing changes
  bool good = false;
  std::string answer;  ///< one sentence, or several, for the person
};

/// Changes of limits while the engine runs (PRE-20): by command, or from the configuration file
/// read anew. What tightens is made at once, what loosens needs a second word; a thousandfold is
/// named, for it mostly is a typing error. Everything else of the file needs a restart, and is said
/// to. Works on copies of what the engine started with. Thread: the cold loop's.
class LimitDesk {
 public:
  /// `in_force`: the engine's at start; what may trade what stays as it says.
  LimitDesk(const config::Settings& settings, InstrumentTable instruments,
            const CurrencyTable& currencies, const risk::LimitTable& in_force);

  LimitVerdict set(std::string_view key, std::string_view value, bool confirmed,
                   std::string_view who);
  LimitVerdict reload(bool confirmed, std::string_view who);
  /// For pages: names and units, and the limits as they are now.
  LimitNames names() const noexcept { return {instruments_, settings_.strategies, settings_.risk}; }

 private:
  LimitVerdict make(const risk::Settings& wanted, bool confirmed, bool from_file,
                    std::string_view who);

  config::Settings settings_;
  InstrumentTable instruments_;
  const CurrencyTable& currencies_;
  risk::LimitTable permitted_;
  std::vector<std::string> strategies_;
};

}  // namespace gannet::app
