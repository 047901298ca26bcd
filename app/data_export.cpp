#include "app/data_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "app/history_csv.h"
#include "app/market_recording.h"
#include "domain/order_book.h"
#include "domain/units.h"
#include "sim/market_tape.h"

namespace gannet::app {
namespace {

/// Text of a number in the instrument's digits.
class Digits {
 public:
  explicit Digits(int digits) : digits_(digits) {}
  std::string_view operator()(std::int64_t raw) {
    return {text_.data(),
            static_cast<std::size_t>(format_units(text_.data(), raw, digits_) - text_.data())};
  }

 private:
  int digits_;
  std::array<char, kMaxUnitsText> text_{};
};

struct Candle {
  std::int64_t begins = 0;
  std::int64_t open = 0, high = 0, low = 0, close = 0;
  std::int64_t volume = 0;
  std::uint64_t trades = 0;
};

/// What of an instrument the table shows.
struct Shown {
  std::string name;
  Digits price;
  Digits quantity;
  std::unique_ptr<OrderBook> book;
  BookFeed feed{};
  std::optional<std::int64_t> last_row;
  Candle candle;
};

class Exporter {
 public:
  Exporter(const ExportOptions& options, const std::function<void(std::string_view)>& row)
      : options_(options), row_(row) {
    switch (options.table) {
      case ExportTable::Trades:
        row_("receive_time,exchange_time,instrument,trade_id,side,price,quantity");
        return;
      case ExportTable::Best:
        row_("receive_time,exchange_time,instrument,bid,bid_quantity,ask,ask_quantity");
        return;
      case ExportTable::Books: {
        std::string header = "receive_time,exchange_time,instrument";
        for (const char* side : {"bid", "ask"}) {
          for (std::size_t i = 1; i <= options.depth; ++i) {
            header += fmt::format(",{0}_{1},{0}_quantity_{1}", side, i);
          }
        }
        row_(header);
        return;
      }
      case ExportTable::Candles:
        row_("open_time,instrument,open,high,low,close,volume,trades");
        return;
    }
  }

  void add(const Instrument& instrument) {
    if (!options_.instruments.empty() &&
        std::ranges::find(options_.instruments, instrument.name.view()) ==
            options_.instruments.end()) {
      return;
    }
    shown_.emplace(instrument.id.value, Shown{std::string(instrument.name.view()),
                                              Digits(instrument.price_digits),
                                              Digits(instrument.quantity_digits),
                                              nullptr,
                                              {},
                                              {},
                                              {}});
  }
  bool any() const noexcept { return !shown_.empty(); }

  void on(const TradeEvent& trade) {
    Shown* const at = find(trade.instrument);
    if (at == nullptr) return;
    if (options_.table == ExportTable::Trades) {
      emit(fmt::format("{},{},{},{},{},{},{}", trade.receive_time.nanos, trade.exchange_time.nanos,
                       at->name, trade.trade_id.value,
                       trade.aggressor == Side::Buy ? "buy" : "sell", at->price(trade.price.raw),
                       at->quantity(trade.quantity.raw)));
    }
    if (options_.table == ExportTable::Candles) add_to_candle(*at, trade);
  }

  void on(const BookUpdate& update) {
    if (options_.table != ExportTable::Best && options_.table != ExportTable::Books) return;
    Shown* const at = find(update.instrument);
    if (at == nullptr) return;
    // One feed an instrument: the first that is told.
    if (at->book == nullptr) {
      if (update.kind != BookUpdate::Kind::Snapshot) return;
      at->book = std::make_unique<OrderBook>();
      at->feed = update.feed;
    }
    if (update.feed != at->feed) return;
    const BookChange change = at->book->apply(update);
    if (options_.table == ExportTable::Best) {
      if (change.best_changed()) tell_best(*at, update);
      return;
    }
    if (at->last_row && update.receive_time.nanos - *at->last_row < options_.every.count) return;
    at->last_row = update.receive_time.nanos;
    tell_levels(*at, update);
  }
  void on(const ReferencePriceEvent&) {}
  void on(const sim::FundingNotice&) {}

  std::uint64_t finish() {
    if (options_.table == ExportTable::Candles) {
      for (auto& [id, at] : shown_) tell_candle(at);
    }
    return rows_;
  }

 private:
  Shown* find(InstrumentId id) {
    const auto found = shown_.find(id.value);
    return found == shown_.end() ? nullptr : &found->second;
  }

  void emit(const std::string& text) {
    ++rows_;
    row_(text);
  }

  void tell_best(Shown& at, const BookUpdate& update) {
    std::string text =
        fmt::format("{},{},{}", update.receive_time.nanos, update.exchange_time.nanos, at.name);
    for (const Level* const level : {at.book->best_bid(), at.book->best_ask()}) {
      append(text, at, level);
    }
    emit(text);
  }

  void tell_levels(Shown& at, const BookUpdate& update) {
    std::string text =
        fmt::format("{},{},{}", update.receive_time.nanos, update.exchange_time.nanos, at.name);
    for (std::size_t i = 0; i < options_.depth; ++i) {
      append(text, at, i < at.book->bid_levels() ? &at.book->bid(i) : nullptr);
    }
    for (std::size_t i = 0; i < options_.depth; ++i) {
      append(text, at, i < at.book->ask_levels() ? &at.book->ask(i) : nullptr);
    }
    emit(text);
  }

  static void append(std::string& text, Shown& at, const Level* level) {
    text += ',';
    if (level != nullptr) text += at.price(level->price);
    text += ',';
    if (level != nullptr) text += at.quantity(level->quantity);
  }

  void add_to_candle(Shown& at, const TradeEvent& trade) {
    const std::int64_t time = trade.exchange_time.nanos;
    const std::int64_t begins = time - time % options_.period.count;
    Candle& candle = at.candle;
    if (candle.trades != 0 && begins > candle.begins) tell_candle(at);
    const std::int64_t price = trade.price.raw;
    if (candle.trades == 0) candle = {begins, price, price, price, price, 0, 0};
    candle.high = std::max(candle.high, price);
    candle.low = std::min(candle.low, price);
    candle.close = price;
    candle.volume += trade.quantity.raw;
    ++candle.trades;
  }

  void tell_candle(Shown& at) {
    const Candle candle = std::exchange(at.candle, {});
    if (candle.trades == 0) return;
    std::string text = fmt::format("{},{}", candle.begins, at.name);
    for (const std::int64_t price : {candle.open, candle.high, candle.low, candle.close}) {
      text += ',';
      text += at.price(price);
    }
    text += fmt::format(",{},{}", at.quantity(candle.volume), candle.trades);
    emit(text);
  }

  const ExportOptions& options_;
  const std::function<void(std::string_view)>& row_;
  std::map<std::uint32_t, Shown> shown_;
  std::uint64_t rows_ = 0;
};

int decimals_of(std::string_view number) noexcept {
  const std::size_t point = number.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(number.size() - point - 1);
}

std::expected<std::uint64_t, Error> export_csv(const ExportOptions& options,
                                               const std::function<void(std::string_view)>& row) {
  // The digits first: the file does not tell them.
  InstrumentTable instruments;
  for (int pass = 0; pass < 2; ++pass) {
    auto csv = HistoryCsv::open(options.input);
    if (!csv) return std::unexpected(std::move(csv.error()));
    if (csv->kind() != HistoryKind::Trades) {
      return std::unexpected(Error{options.input + ": candles are a table already"});
    }
    std::optional<Exporter> exporter;
    if (pass == 1) {
      exporter.emplace(options, row);
      for (const Instrument& instrument : instruments) exporter->add(instrument);
    }
    for (;;) {
      const auto next = csv->next();
      if (!next) return std::unexpected(next.error());
      if (!*next) break;
      const HistoryRow& at = **next;
      InstrumentId id = instruments.find(at.instrument);
      if (pass == 0) {
        if (!id.valid()) {
          Instrument instrument;
          instrument.name = InstrumentName(at.instrument);
          id = instruments.add(instrument);
        }
        Instrument& known = instruments[id];
        known.price_digits =
            static_cast<std::uint8_t>(std::max<int>(known.price_digits, decimals_of(at.price)));
        known.quantity_digits = static_cast<std::uint8_t>(
            std::max<int>(known.quantity_digits, decimals_of(at.quantity)));
        continue;
      }
      TradeEvent trade;
      trade.instrument = id;
      trade.aggressor = at.buy ? Side::Buy : Side::Sell;
      const auto price = parse_units(at.price, instruments[id].price_digits);
      const auto quantity = parse_units(at.quantity, instruments[id].quantity_digits);
      if (!price || !quantity)
        return std::unexpected(Error{options.input + ": a number is too long"});
      trade.price = {*price};
      trade.quantity = {*quantity};
      trade.trade_id = {parse_units(at.id, 0).value_or(0)};
      trade.exchange_time = at.time;
      trade.receive_time = at.time;
      exporter->on(trade);
    }
    if (exporter) return exporter->finish();
  }
  return 0;
}

}  // namespace

std::optional<ExportTable> export_table_of(std::string_view name) noexcept {
  if (name == "trades") return ExportTable::Trades;
  if (name == "best") return ExportTable::Best;
  if (name == "books") return ExportTable::Books;
  if (name == "candles") return ExportTable::Candles;
  return std::nullopt;
}

std::expected<std::uint64_t, Error> export_data(const ExportOptions& options,
                                                const std::function<void(std::string_view)>& row) {
  if (options.input.ends_with(".csv") || options.input.ends_with(".csv.zst")) {
    return export_csv(options, row);
  }
  auto recording = open_market_recording({options.input}, options.instrument_files);
  if (!recording) return std::unexpected(std::move(recording.error()));
  Exporter exporter(options, row);
  for (const InstrumentId id : (*recording)->traded) {
    exporter.add((*recording)->tables.instruments[id]);
  }
  if (!exporter.any()) {
    return std::unexpected(Error{options.input + ": has none of these instruments"});
  }
  for (;;) {
    const auto event = (*recording)->tape->next();
    if (!event) return std::unexpected(event.error());
    if (!*event) return exporter.finish();
    std::visit([&](const auto& what) { exporter.on(what); }, **event);
  }
}

}  // namespace gannet::app
