#include "app/sim_market.h"

#include <algorithm>
#include <utility>

#include "sim/instruments.h"
#include "sim/replay_market.h"
#include "sim/synthetic_market.h"

namespace gannet::app {
namespace {

constexpr std::string_view kReplay = "replay:";

std::int64_t made_up_code(InstrumentId id) noexcept { return 100'000 + std::int64_t{id.value}; }

bool is_wanted(const SimOptions& options, std::string_view name) {
  return options.only.empty() || std::ranges::find(options.only, name) != options.only.end();
}

}  // namespace

std::expected<std::unique_ptr<SimMarket>, Error> SimMarket::prepare(const SimOptions& options) {
  std::unique_ptr<SimMarket> market(new SimMarket);
  const bool known = options.market == "synthetic" || options.market == "none" ||
                     options.market.starts_with(kReplay);
  if (!known) {
    return std::unexpected(
        Error{"--market " + options.market + ": want synthetic, replay:FILE[,FILE...] or none"});
  }
  std::expected<void, Error> loaded;
  if (options.market.starts_with(kReplay)) {
    loaded = market->load_recording(options);
  } else if (!options.instruments.empty()) {
    loaded = market->load_lists(options);
  } else {
    market->list_built_in();
  }
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  std::erase_if(market->listed_, [&](const okx_server::ListedInstrument& row) {
    return !is_wanted(options, market->instruments_[row.instrument].name.view());
  });
  for (const std::string& name : options.only) {
    if (!market->instruments_.find(name).valid()) {
      return std::unexpected(Error{"--only " + name + ": no such instrument"});
    }
  }
  if (market->listed_.empty()) return std::unexpected(Error{"no instrument to trade"});
  return market;
}

std::expected<void, Error> SimMarket::load_recording(const SimOptions& options) {
  auto opened = open_market_recording(split_files(options.market.substr(kReplay.size())),
                                      options.instruments);
  if (!opened) return std::unexpected(std::move(opened.error()));
  recording_ = std::move(*opened);
  instruments_ = recording_->tables.instruments;
  currencies_ = recording_->tables.currencies;
  for (const InstrumentId id : recording_->traded) {
    const okx::InstrumentCode* const code = recording_->tables.codes.find(id);
    listed_.push_back({id, code != nullptr && code->code ? *code->code : made_up_code(id)});
  }
  return {};
}

std::expected<void, Error> SimMarket::load_lists(const SimOptions& options) {
  auto tables = load_instrument_files(options.instruments);
  if (!tables) return std::unexpected(std::move(tables.error()));
  instruments_ = std::move(tables->instruments);
  currencies_ = std::move(tables->currencies);
  for (const okx::InstrumentCode& row : tables->codes.rows()) {
    if (row.id.valid()) listed_.push_back({row.id, row.code.value_or(made_up_code(row.id))});
  }
  return {};
}

void SimMarket::list_built_in() {
  for (const InstrumentId id : sim::add_built_in_instruments(instruments_, currencies_)) {
    listed_.push_back({id, sim::instrument_code(instruments_[id].name.view())});
  }
}

std::expected<void, Error> SimMarket::open(sim::Exchange& exchange, const SimOptions& options,
                                           Timestamp start) {
  if (options.market == "none") return {};
  if (recording_) {
    sim::ReplaySettings settings;
    settings.queue = options.queue;
    settings.loop = options.loop;
    settings.offset = options.replay_from;
    driver_ =
        std::make_unique<sim::ReplayMarket>(std::move(recording_->tape), exchange, settings, start);
    return {};
  }
  sim::SyntheticSettings settings;
  settings.seed = options.seed;
  settings.events_per_second = options.events_per_second;
  settings.volatility = options.volatility;
  driver_ =
      std::make_unique<sim::SyntheticMarket>(exchange, instruments_, currencies_, settings, start);
  return {};
}

void SimMarket::advance(Timestamp exchange_time) {
  if (driver_) driver_->advance(exchange_time);
}

}  // namespace gannet::app
