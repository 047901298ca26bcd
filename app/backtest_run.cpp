#include "app/backtest_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/program_folder.h"
#include "app/recording_directory.h"
#include "app/recording_source.h"
#include "app/tape_source.h"
#include "base/crc32c.h"
#include "base/jsonl_reader.h"
#include "base/nearest.h"
#include "domain/notional.h"
#include "engine/plugin_loader.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"
#include "sim/instruments.h"

#ifndef GANNET_VERSION
#define GANNET_VERSION "0.1.0"
#endif

namespace gannet::app {
namespace {

std::string plugin_directory(const config::Settings& settings) {
  const std::string& other = settings.engine.plugin_directory;
  return other.empty() ? bundled_plugins() : other;
}

/// All that may be traded, as a list says it.
std::expected<std::vector<okx::InstrumentRow>, Error> read_list(const std::string& path,
                                                                CurrencyTable& currencies) {
  if (path.empty()) {
    InstrumentTable built_in;
    std::vector<okx::InstrumentRow> rows;
    for (const InstrumentId id : sim::add_built_in_instruments(built_in, currencies)) {
      const Instrument& instrument = built_in[id];
      const bool has_family = !instrument.family.empty();
      rows.push_back({instrument, std::nullopt, has_family ? instrument.family : instrument.name});
    }
    return rows;
  }
  const auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  okx::FrameReader reader;
  const auto frame = reader.read(*text);
  if (!frame) return std::unexpected(Error{path + ": not a list of instruments"});
  auto rows = okx::decode_instruments(reader, *frame, currencies);
  if (!rows || rows->rows.empty()) {
    return std::unexpected(Error{path + ": not a list of instruments"});
  }
  return std::move(rows->rows);
}

/// Size and CRC-32C: names one exact file, or the segments of a recording directory one after the
/// other, at the speed of reading them.
std::expected<std::string, Error> content_id_text(const std::string& path) {
  const auto files = recorded_files(path);
  if (!files) return std::unexpected(files.error());
  std::vector<char> chunk(1 << 20);
  std::uint64_t size = 0;
  std::uint32_t sum = 0;
  for (const RecordedFile& part : *files) {
    std::ifstream file(part.path, std::ios::binary);
    std::uint64_t left = part.bytes;
    while (left > 0) {
      const auto wanted = std::min<std::uint64_t>(left, chunk.size());
      file.read(chunk.data(), static_cast<std::streamsize>(wanted));
      const auto count = static_cast<std::size_t>(file.gcount());
      if (count == 0) break;
      sum = crc32c(sum, std::as_bytes(std::span(chunk).first(count)));
      size += count;
      left -= count;
    }
    if (file.bad() || !file.is_open()) {
      return std::unexpected(Error{part.path + ": cannot be read"});
    }
  }
  return fmt::format("{}-{:08x}", size, sum);
}

}  // namespace

struct BacktestRun::Parts {
  explicit Parts(const config::BacktestSettings& given) : settings(given) {}

  /// A recording of Binance's streams brings its own grid: its one instrument is the table.
  std::expected<void, Error> open_foreign_recording() {
    const auto is_foreign = is_binance_recording(settings.backtest.recording);
    if (!is_foreign) return std::unexpected(is_foreign.error());
    if (!*is_foreign) return {};
    const std::string& list = settings.backtest.instruments_file;
    auto recording =
        open_market_recording({settings.backtest.recording},
                              list.empty() ? std::vector<std::string>{} : std::vector{list});
    if (!recording) return std::unexpected(std::move(recording.error()));
    table = (*recording)->tables.instruments;
    currencies = (*recording)->tables.currencies;
    for (const auto& instrument : settings.trading.instruments) {
      if (table.find(instrument.name).valid()) continue;
      return std::unexpected(
          Error{fmt::format("{}: it is a recording of {}, not of {}", settings.backtest.recording,
                            table[InstrumentId{0}].name.view(), instrument.name)});
    }
    auto opened = TapeSource::open(std::move(*recording));
    if (!opened) return std::unexpected(std::move(opened.error()));
    source = std::move(*opened);
    return {};
  }

  std::expected<void, Error> load_instruments() {
    if (source) return {};
    const std::string& file = settings.backtest.instruments_file;
    const auto list = read_list(file, currencies);
    if (!list) return std::unexpected(list.error());
    okx::InstrumentRows wanted;
    for (const auto& instrument : settings.trading.instruments) {
      const okx::InstrumentRow* found = nullptr;
      std::vector<std::string> names;
      for (const okx::InstrumentRow& row : *list) {
        names.emplace_back(row.instrument.name.view());
        if (found == nullptr && names.back() == instrument.name) found = &row;
      }
      const std::string where = file.empty() ? "the built-in instruments" : file;
      if (found == nullptr) {
        return std::unexpected(Error{fmt::format("instrument {} is not in {}{}", instrument.name,
                                                 where, did_you_mean(instrument.name, names))});
      }
      if (const auto valid = validate(found->instrument); !valid) {
        return std::unexpected(Error{fmt::format("instrument {} of {}: {}", instrument.name, where,
                                                 name_of(valid.error()))});
      }
      wanted.rows.push_back(*found);
    }
    okx::add_instruments(wanted, table, codes);
    return {};
  }

  std::expected<void, Error> load_plugins() {
    const std::string directory = plugin_directory(settings.trading);
    for (const auto& strategy : settings.trading.strategies) {
      auto plugin = engine::load_plugin(strategy.plugin, directory);
      if (!plugin) {
        return std::unexpected(
            std::move(plugin.error()).with("strategy \"" + strategy.name + "\""));
      }
      plugins.push_back(std::move(*plugin));
      const engine::StrategyType& type = plugins.back().type();
      facts.plugins.push_back({strategy.name,
                               type.name,
                               type.version,
                               {type.path, fmt::format("{:016x}", type.content_id)}});
    }
    return {};
  }

  std::expected<void, Error> open_recording() {
    const std::string& path = settings.backtest.recording;
    if (!source) {
      auto opened = RecordingSource::open(path, codes, table.size());
      if (!opened) return std::unexpected(std::move(opened.error()));
      source = std::move(*opened);
    }
    for (const Instrument& instrument : table) {
      const backtest::RecordedContent& content = source->content()[instrument.id.value];
      if (content.has_book()) continue;
      return std::unexpected(Error{
          fmt::format("{}: there is no order book of {} in it", path, instrument.name.view())});
    }
    return {};
  }

  std::expected<void, Error> name_files() {
    facts.version = GANNET_VERSION;
    facts.config.path = settings.trading.file;
    facts.recording.path = settings.backtest.recording;
    for (RunFacts::File* file : {&facts.config, &facts.recording}) {
      auto id = content_id_text(file->path);
      if (!id) return std::unexpected(std::move(id.error()));
      file->content_id = std::move(*id);
    }
    return {};
  }

  using RunFacts = backtest::RunFacts;

  config::BacktestSettings settings;
  InstrumentTable table;
  CurrencyTable currencies;
  okx::InstrumentCodes codes;
  std::unique_ptr<backtest::EventSource> source;
  std::vector<engine::Plugin> plugins;
  RunFacts facts;
  std::unique_ptr<backtest::Backtest> run;  // last: handlers live in the plugins
};

std::expected<std::unique_ptr<BacktestRun>, Error> BacktestRun::make(
    const config::BacktestSettings& settings) {
  auto parts = std::make_unique<Parts>(settings);
  for (const auto step : {&Parts::open_foreign_recording, &Parts::load_instruments,
                          &Parts::load_plugins, &Parts::open_recording, &Parts::name_files}) {
    if (auto done = ((*parts).*step)(); !done) return std::unexpected(std::move(done.error()));
  }
  const config::Settings& trading = parts->settings.trading;
  std::vector<const engine::StrategyType*> types;
  for (const engine::Plugin& plugin : parts->plugins) types.push_back(&plugin.type());
  auto run = backtest::Backtest::make({.settings = parts->settings.backtest,
                                       .account = trading.account,
                                       .instruments = trading.instruments,
                                       .strategies = trading.strategies,
                                       .risk = trading.risk,
                                       .types = std::move(types),
                                       .table = parts->table,
                                       .currencies = parts->currencies,
                                       .source = *parts->source});
  if (!run) return std::unexpected(std::move(run.error()));
  parts->run = std::move(*run);
  return std::unique_ptr<BacktestRun>(new BacktestRun(std::move(parts)));
}

BacktestRun::BacktestRun(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
BacktestRun::~BacktestRun() = default;

std::expected<void, Error> BacktestRun::run(const backtest::Backtest::Progress& progress) {
  return parts_->run->run(progress);
}

const backtest::Backtest& BacktestRun::backtest() const noexcept { return *parts_->run; }

backtest::ReportInputs BacktestRun::report() const noexcept {
  return {*parts_->run,  parts_->facts,      parts_->settings.backtest,
          parts_->table, parts_->currencies, parts_->settings.trading.risk.currency.view()};
}

}  // namespace gannet::app
