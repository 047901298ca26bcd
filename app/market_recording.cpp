#include "app/market_recording.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/binance_tape.h"
#include "app/okx_tape.h"
#include "gateway/okx/protocol/learn_instruments.h"
#include "sim/instruments.h"

namespace gannet::app {
namespace {

enum class Format : std::uint8_t { Okx, Binance };

constexpr int kLinesToTell = 100;

/// By the members that one of them has and the other has not.
std::optional<Format> format_of(std::string_view message) noexcept {
  const auto has = [message](std::string_view key) {
    return message.find(key) != std::string_view::npos;
  };
  if (has(R"("arg")") || has(R"("event")")) return Format::Okx;
  if (has(R"("lastUpdateId")") || has(R"("stream")") || has(R"("depthUpdate")")) {
    return Format::Binance;
  }
  return std::nullopt;
}

std::expected<Format, Error> find_format(RecordedLines& lines) {
  for (int i = 0; i < kLinesToTell; ++i) {
    const auto line = lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    if (const auto format = format_of((*line)->recorded.message)) return *format;
  }
  return std::unexpected(lines.malformed("neither OKX's public messages nor Binance's streams"));
}

/// The built-in instruments, to look definitions up in.
struct BuiltIn {
  CurrencyTable currencies;
  InstrumentTable instruments;
  BuiltIn() { sim::add_built_in_instruments(instruments, currencies); }

  const Instrument* find(std::string_view name) const {
    const InstrumentId id = instruments.find(name);
    return id.valid() ? &instruments[id] : nullptr;
  }
  /// Currencies are numbered by their table: the same one in another table.
  Instrument in_currencies_of(const Instrument& known, CurrencyTable& other) const {
    Instrument instrument = known;
    for (CurrencyId* const id : {&instrument.base, &instrument.quote, &instrument.settle}) {
      *id = other.intern(currencies.name(*id));
    }
    for (auto* const amount :
         {&instrument.maximum_limit_notional, &instrument.maximum_market_notional}) {
      if (*amount) (*amount)->currency = other.intern(currencies.name((*amount)->currency));
    }
    return instrument;
  }
};

InstrumentId enter(RecordingTables& tables, const Instrument& instrument) {
  const InstrumentId id = tables.instruments.add(instrument);
  const InstrumentName index = is_derivative(instrument.kind) ? instrument.family : instrument.name;
  const std::int64_t code = sim::instrument_code(instrument.name.view());
  tables.codes.add({id, instrument.name, instrument.family, index, instrument.kind,
                    instrument.price_digits, instrument.quantity_digits,
                    code > 0 ? std::optional(code) : std::nullopt});
  return id;
}

std::expected<void, Error> learn_okx(RecordedLines& lines, MarketRecording& recording) {
  okx::InstrumentLearner learner;
  for (;;) {
    const auto line = lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    if ((*line)->recorded.direction != "out") learner.see((*line)->recorded.message);
  }
  RecordingTables learned;
  learner.add_to(learned.instruments, learned.codes, learned.currencies);
  const BuiltIn built_in;
  for (const Instrument& seen : learned.instruments) {
    InstrumentId id = recording.tables.instruments.find(seen.name.view());
    const Instrument* const known = built_in.find(seen.name.view());
    if (!id.valid() && known != nullptr && seen.price_digits <= known->price_digits &&
        seen.quantity_digits <= known->quantity_digits) {
      id = enter(recording.tables, built_in.in_currencies_of(*known, recording.tables.currencies));
    }
    if (!id.valid()) {
      Instrument made = seen;
      const auto rename = [&](CurrencyId currency) {
        return recording.tables.currencies.intern(learned.currencies.name(currency));
      };
      made.base = rename(seen.base);
      made.quote = rename(seen.quote);
      made.settle = rename(seen.settle);
      id = enter(recording.tables, made);
    }
    // A recorded market trades, whatever the list said when it was taken.
    recording.tables.instruments[id].state = InstrumentState::Live;
    recording.traded.push_back(id);
  }
  return {};
}

std::expected<void, Error> play_through(sim::MarketTape& tape) {
  for (;;) {
    const auto event = tape.next();
    if (!event) return std::unexpected(event.error());
    if (!*event) return tape.rewind();
  }
}

std::expected<std::unique_ptr<sim::MarketTape>, Error> open_okx(RecordedLines lines,
                                                                MarketRecording& recording) {
  if (auto learned = learn_okx(lines, recording); !learned) {
    return std::unexpected(std::move(learned.error()));
  }
  if (auto back = lines.rewind(); !back) return std::unexpected(std::move(back.error()));
  return std::make_unique<OkxTape>(std::move(lines), recording.tables.codes);
}

std::expected<std::unique_ptr<sim::MarketTape>, Error> open_binance(RecordedLines lines,
                                                                    MarketRecording& recording) {
  const auto market = learn_binance_market(lines);
  if (!market) return std::unexpected(market.error());
  const auto name = venue_name_of(*market);
  if (!name) return std::unexpected(lines.malformed("no known quote currency: " + market->symbol));
  RecordingTables& tables = recording.tables;
  const BuiltIn built_in;
  std::optional<Instrument> known;
  if (const InstrumentId listed = tables.instruments.find(*name); listed.valid()) {
    known = tables.instruments[listed];
  } else if (const Instrument* const standard = built_in.find(*name)) {
    known = built_in.in_currencies_of(*standard, tables.currencies);
  }
  const Instrument instrument =
      binance_instrument(*market, known ? &*known : nullptr, *name, tables.currencies);
  // The list's own rows are left out: their grid is not the recording's.
  RecordingTables own;
  own.currencies = std::move(tables.currencies);
  tables = std::move(own);
  const InstrumentId id = enter(tables, instrument);
  tables.instruments[id].state = InstrumentState::Live;
  recording.traded.push_back(id);
  if (auto back = lines.rewind(); !back) return std::unexpected(std::move(back.error()));
  return std::make_unique<BinanceTape>(std::move(lines), *market, tables.instruments[id]);
}

}  // namespace

std::expected<std::unique_ptr<MarketRecording>, Error> open_market_recording(
    const std::vector<std::string>& files, const std::vector<std::string>& instrument_files) {
  if (files.empty()) return std::unexpected(Error{"no recording named"});
  auto recording = std::make_unique<MarketRecording>();
  auto tables = load_instrument_files(instrument_files);
  if (!tables) return std::unexpected(std::move(tables.error()));
  recording->tables = std::move(*tables);
  auto lines = RecordedLines::open(files);
  if (!lines) return std::unexpected(std::move(lines.error()));
  const auto format = find_format(*lines);
  if (!format) return std::unexpected(format.error());
  if (auto back = lines->rewind(); !back) return std::unexpected(std::move(back.error()));
  auto tape = *format == Format::Okx ? open_okx(std::move(*lines), *recording)
                                     : open_binance(std::move(*lines), *recording);
  if (!tape) return std::unexpected(std::move(tape.error()));
  recording->tape = std::move(*tape);
  if (auto sound = play_through(*recording->tape); !sound) {
    return std::unexpected(std::move(sound.error()));
  }
  return recording;
}

std::expected<bool, Error> is_binance_recording(const std::string& file) {
  auto lines = RecordedLines::open({file});
  if (!lines) return std::unexpected(std::move(lines.error()));
  const auto format = find_format(*lines);
  return format && *format == Format::Binance;
}

std::vector<std::string> split_files(std::string_view list) {
  std::vector<std::string> files;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) files.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return files;
}

}  // namespace gannet::app
