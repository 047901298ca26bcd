#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "app/daemon_status.h"
#include "base/error.h"
#include "domain/instrument_table.h"
#include "engine/parameters.h"
#include "engine/settings.h"
#include "engine/strategy_type.h"

namespace gannet::app {

/// The strategies as people see them: what they are, whether they may trade, and their parameters
/// as they are now. Changes of parameters are checked here by the plugin's own schema. Works on
/// copies of what the engine started with. Thread: the cold loop's.
class StrategyDesk {
 public:
  struct Change {
    StrategyId strategy;
    engine::ParameterSet parameters;  ///< all of them, for the strategy
    std::vector<engine::ParameterSetting>
        given;  ///< the same as it was written, for `note_changed`
  };

  /// `types`: by strategy; they outlive this.
  StrategyDesk(std::vector<engine::StrategySettings> strategies,
               std::vector<const engine::StrategyType*> types, InstrumentTable instruments,
               const CurrencyTable& currencies);

  /// `words`: "quantity=2 contracts" or "spread=0.5": one value. Errors: no such strategy or
  /// parameter, a value that does not fit, an instrument: what it trades is fixed for a run.
  std::expected<Change, Error> change(std::string_view strategy, std::string_view words) const;
  void note_changed(StrategyId strategy, std::vector<engine::ParameterSetting> given);

  /// One JSON object on one line; `page`: lines for a terminal.
  std::string text(const DaemonStatus& status, bool page) const;

 private:
  std::string json(const DaemonStatus& status) const;
  std::string page(const DaemonStatus& status) const;

  std::vector<engine::StrategySettings> strategies_;
  std::vector<const engine::StrategyType*> types_;
  InstrumentTable instruments_;
  const CurrencyTable& currencies_;
};

}  // namespace gannet::app
