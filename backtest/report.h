#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "backtest/runner.h"
#include "base/error.h"

namespace gannet::backtest {

/// Which files made the run: names and contents, so that a report can be traced to them.
struct RunFacts {
  struct File {
    std::string path;
    std::string content_id;  ///< names its exact bytes
  };
  struct PluginFile {
    std::string strategy;  ///< the instance's name
    std::string name;
    std::string version;
    File file;
  };
  std::string version;  ///< of this program
  File config;
  File recording;
  std::vector<PluginFile> plugins;
};

/// What is reported of a run. References are valid while they are.
struct ReportInputs {
  const Backtest& run;
  const RunFacts& facts;
  const Settings& settings;
  const InstrumentTable& instruments;
  const CurrencyTable& currencies;
  std::string_view risk_currency;
};

/// The documents, whole; no wall clock, no host: the same run gives the same bytes.
std::string report_json(const ReportInputs& inputs);
std::string orders_csv(const ReportInputs& inputs);
std::string fills_csv(const ReportInputs& inputs);

/// report.json, orders.csv, fills.csv, equity.csv and strategy.log in the directory, which is made
/// if it is not there. Errors: a file that cannot be written.
std::expected<void, Error> write_report(const ReportInputs& inputs, const std::string& directory);

/// One line of JSON with what a script asks first.
std::string summary_json(const ReportInputs& inputs);

}  // namespace gannet::backtest
