#pragma once

#include <expected>
#include <memory>
#include <string>

#include "backtest/report.h"
#include "backtest/runner.h"
#include "base/error.h"
#include "config/settings.h"

namespace gannet::app {

/// A backtest as one configuration file describes it, with all that it is made of.
class BacktestRun {
 public:
  /// Reads the instruments, opens the recording, loads the plugins. Errors, each in one sentence:
  /// a file, an instrument that is in no list or not in the recording, a plugin or its parameters,
  /// a limit.
  static std::expected<std::unique_ptr<BacktestRun>, Error> make(
      const config::BacktestSettings& settings);
  ~BacktestRun();

  /// Once. Errors: the recording, with file and line.
  std::expected<void, Error> run(const backtest::Backtest::Progress& progress = {});

  const backtest::Backtest& backtest() const noexcept;
  /// Valid while this is.
  backtest::ReportInputs report() const noexcept;

 private:
  struct Parts;
  explicit BacktestRun(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gannet::app
