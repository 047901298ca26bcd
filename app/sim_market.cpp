#include "app/sim_market.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "app/json_line.h"
#include "app/start_prices.h"
#include "base/clock.h"
#include "sim/instruments.h"

namespace gannet::app {
namespace {

constexpr std::string_view kReplay = "replay:";
constexpr std::string_view kMirror = "mirror:";

std::int64_t made_up_code(InstrumentId id) noexcept { return 100'000 + std::int64_t{id.value}; }

bool is_wanted(const SimOptions& options, std::string_view name) {
  return options.only.empty() || std::ranges::find(options.only, name) != options.only.end();
}

MirrorVenue mirrored_venue(const SimOptions& options) {
  return {options.market.substr(kMirror.size()), options.mirror_rest, options.mirror_ca};
}

/// What cannot be asked for together.
std::expected<void, Error> check(const SimOptions& options) {
  const bool replay = options.market.starts_with(kReplay);
  const bool mirror = options.market.starts_with(kMirror);
  if (!replay && !mirror && options.market != "synthetic" && options.market != "none") {
    return std::unexpected(
        Error{"--market " + options.market +
              ": want synthetic, replay:FILE[,FILE...], mirror:wss://HOST/ws/v5/public or none"});
  }
  if (mirror && (options.step || options.speed != 1)) {
    return std::unexpected(Error{"a mirrored market has its own time: no --step, no --speed"});
  }
  if (options.step && options.speed != 1) {
    return std::unexpected(Error{"--step and --speed exclude each other"});
  }
  if (!replay && (options.loop || options.replay_from.count != 0)) {
    return std::unexpected(Error{"--loop and --replay-from are for --market replay:FILE"});
  }
  return {};
}

}  // namespace

std::expected<std::unique_ptr<SimMarket>, Error> SimMarket::prepare(net::EventLoop& loop,
                                                                    const SimOptions& options) {
  if (auto sound = check(options); !sound) return std::unexpected(std::move(sound.error()));
  std::unique_ptr<SimMarket> market(new SimMarket);
  std::expected<void, Error> loaded;
  if (options.market.starts_with(kReplay)) {
    loaded = market->load_recording(options);
  } else if (options.market.starts_with(kMirror)) {
    loaded = market->load_mirrored(loop, options);
  } else if (!options.instruments.empty()) {
    loaded = market->load_lists(options);
  } else {
    market->list_built_in();
  }
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  for (const std::string& name : options.only) {
    const InstrumentId id = market->instruments_.find(name);
    if (!id.valid() ||
        std::ranges::find(market->listed_, id, &okx_server::ListedInstrument::instrument) ==
            market->listed_.end()) {
      return std::unexpected(Error{"--only " + name + ": no such instrument"});
    }
  }
  std::erase_if(market->listed_, [&](const okx_server::ListedInstrument& row) {
    return !is_wanted(options, market->instruments_[row.instrument].name.view());
  });
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
  list(tables->codes);
  return {};
}

std::expected<void, Error> SimMarket::load_mirrored(net::EventLoop& loop,
                                                    const SimOptions& options) {
  auto tables = options.instruments.empty()
                    ? ask_mirrored_instruments(loop, mirrored_venue(options), options.only)
                    : load_instrument_files(options.instruments);
  if (!tables) {
    return std::unexpected(std::move(tables.error()).with("asking the mirrored venue"));
  }
  mirrored_ = std::make_unique<RecordingTables>(std::move(*tables));
  instruments_ = mirrored_->instruments;
  currencies_ = mirrored_->currencies;
  list(mirrored_->codes);
  return {};
}

void SimMarket::list(const okx::InstrumentCodes& codes) {
  std::set<std::int64_t> used;
  for (const okx::InstrumentCode& row : codes.rows()) {
    if (!row.id.valid()) continue;
    // Older lists have no codes, and one must not be given twice.
    std::int64_t code = row.code.value_or(made_up_code(row.id));
    while (!used.insert(code).second) ++code;
    listed_.push_back({row.id, code});
  }
}

void SimMarket::list_built_in() {
  for (const InstrumentId id : sim::add_built_in_instruments(instruments_, currencies_)) {
    listed_.push_back({id, sim::instrument_code(instruments_[id].name.view())});
  }
}

std::expected<void, Error> SimMarket::open(net::EventLoop& loop, sim::Exchange& exchange,
                                           const SimOptions& options, ExchangeTime exchange_time,
                                           Timestamp now) {
  if (options.market == "none") return {};
  const Timestamp start = exchange_time(now);
  if (mirrored_) return open_mirror(loop, exchange, options, std::move(exchange_time), start);
  if (recording_) {
    open_replay(exchange, options, start);
    return {};
  }
  auto settings = synthetic_settings(options);
  if (!settings) return std::unexpected(std::move(settings.error()));
  driver_ =
      std::make_unique<sim::SyntheticMarket>(exchange, instruments_, currencies_, *settings, start);
  return {};
}

void SimMarket::open_replay(sim::Exchange& exchange, const SimOptions& options, Timestamp start) {
  sim::ReplaySettings settings;
  settings.queue = options.queue;
  settings.loop = options.loop;
  settings.offset = options.replay_from;
  auto replay =
      std::make_unique<sim::ReplayMarket>(std::move(recording_->tape), exchange, settings, start);
  replay_ = replay.get();
  driver_ = std::move(replay);
}

std::expected<void, Error> SimMarket::open_mirror(net::EventLoop& loop, sim::Exchange& exchange,
                                                  const SimOptions& options,
                                                  ExchangeTime exchange_time, Timestamp start) {
  std::vector<InstrumentId> ids;
  ids.reserve(listed_.size());
  for (const okx_server::ListedInstrument& row : listed_) ids.push_back(row.instrument);
  mirror_ = std::make_unique<sim::MirrorMarket>(exchange, instruments_, ids, options.queue, start);
  auto feed = MirrorFeed::start(loop, mirrored_venue(options), *mirrored_, ids, *mirror_,
                                std::move(exchange_time));
  if (!feed) return std::unexpected(std::move(feed.error()));
  feed_ = std::move(*feed);
  return {};
}

std::expected<sim::SyntheticSettings, Error> SimMarket::synthetic_settings(
    const SimOptions& options) const {
  sim::SyntheticSettings settings;
  settings.seed = options.seed;
  settings.events_per_second = options.events_per_second;
  settings.volatility = options.volatility;
  for (const okx_server::ListedInstrument& row : listed_) {
    settings.instruments.push_back(row.instrument);
  }
  for (const SimOptions::Pace& pace : options.paces) {
    const InstrumentId id = instruments_.find(pace.instrument);
    if (!id.valid()) {
      return std::unexpected(Error{"--pace " + pace.instrument + ": no such instrument"});
    }
    settings.paces.push_back({id, pace.events_per_second, pace.volatility, std::nullopt});
  }
  for (const std::string& file : options.tickers) {
    const auto prices = read_start_prices(file, instruments_);
    if (!prices) return std::unexpected(prices.error());
    for (const StartPrice& start : *prices) {
      auto pace = std::ranges::find(settings.paces, start.instrument,
                                    &sim::SyntheticSettings::Pace::instrument);
      if (pace == settings.paces.end()) {
        pace = settings.paces.insert(pace, {start.instrument, {}, {}, {}});
      }
      pace->start_price = start.price;
    }
  }
  return settings;
}

void SimMarket::advance(Timestamp exchange_time) {
  if (!driver_) return;
  driver_->advance(exchange_time);
  if (replay_ != nullptr && !replay_ended_ && !replay_->next_event()) report_replay();
}

/// A recording that is over looks like a dead market: say so, once.
void SimMarket::report_replay() {
  replay_ended_ = true;
  const sim::ReplayCounts counts = replay_->counts();
  JsonLine line;
  line.begin_object()
      .field("ts", to_unix_millis(wall_clock_now()))
      .field("level", replay_->failure().empty() ? "info" : "error")
      .field("event", "sim.replay_ended")
      .field("why", replay_->failure().empty() ? "end of the recording" : replay_->failure())
      .field("lines", counts.lines)
      .field("ignored", counts.ignored)
      .field("gaps", counts.gaps)
      .field("books", counts.books)
      .field("trades", counts.trades)
      .field("user_hits", counts.user_hits)
      .end_object();
  std::fprintf(stderr, "%s\n", line.text().c_str());
}

void SimMarket::close() noexcept {
  feed_.reset();
  mirror_.reset();
  driver_.reset();
  replay_ = nullptr;
}

}  // namespace gannet::app
