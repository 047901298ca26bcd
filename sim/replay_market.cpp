#include "sim/replay_market.h"

#include <simdjson.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/jsonl_reader.h"
#include "sim/internal/recorded_liquidity.h"

namespace gannet::sim {
namespace {

namespace json = simdjson::ondemand;

constexpr Nanos kReferenceInterval = milliseconds(500);

struct Recorded {
  std::optional<RecordedLiquidity> liquidity;
  std::string book_channel;  // the first seen: a second stream of the same book would fight it
  Timestamp reference_told{std::numeric_limits<std::int64_t>::min()};
};

bool is_book_channel(std::string_view channel) noexcept {
  return channel == "books" || channel == "books-l2-tbt" || channel == "books50-l2-tbt";
}

}  // namespace

struct ReplayMarket::State {
  JsonlReader reader;
  Exchange& exchange;
  const InstrumentTable& instruments;
  Timestamp start;
  simdjson::ondemand::parser parser{};
  std::vector<Recorded> recorded{};  // by instrument
  ReplayCounts counts{};
  std::string failure{};
  // The message that is next, read ahead to know its time. The view lives until the next read.
  std::string_view message{};
  std::optional<Timestamp> due{};
  std::optional<std::int64_t> first_nanos{};
  std::vector<RecordedLiquidity::Target> targets{};

  void read_ahead() {
    const Timestamp before = due.value_or(start);
    due.reset();
    while (true) {
      const auto line = reader.next();
      if (!line) {
        failure = line.error().message;
        return;
      }
      if (!*line) return;
      ++counts.lines;
      const auto record = parse_recorded_message(**line);
      if (!record || record->direction != "in" || record->channel != "public") {
        ++counts.ignored;
        continue;
      }
      message = record->message;
      due = before;
      if (record->nanos) {
        if (!first_nanos) first_nanos = record->nanos;
        // A clock that stepped back does not take the market back.
        due = std::max(before, start + nanoseconds(*record->nanos - *first_nanos));
      }
      return;
    }
  }

  void apply(Timestamp now) noexcept {
    bool understood = false;
    try {
      understood = decode(now);
    } catch (const simdjson::simdjson_error&) {
      understood = false;  // damaged or of another shape: counted, the replay goes on
    }
    if (!understood) ++counts.ignored;
  }

  bool decode(Timestamp now) {
    json::document document = parser.iterate(simdjson::padded_string_view(
        message.data(), message.size(), message.size() + simdjson::SIMDJSON_PADDING));
    std::string_view channel;
    std::string_view name;
    json::object arg;
    if (document.find_field_unordered("arg").get(arg) != simdjson::SUCCESS) return false;
    channel = arg.find_field_unordered("channel").get_string();
    if (arg.find_field_unordered("instId").get(name) != simdjson::SUCCESS) return false;
    const InstrumentId id = instruments.find(name);
    if (!id.valid()) return false;
    if (id.value >= recorded.size()) recorded.resize(instruments.size());
    Recorded& one = recorded[id.value];
    if (!one.liquidity) one.liquidity.emplace(exchange, id);
    if (is_book_channel(channel)) {
      if (one.book_channel.empty()) one.book_channel = channel;
      return one.book_channel == channel && decode_book(document, instruments[id], one, now);
    }
    if (channel == "trades" || channel == "trades-all") {
      return decode_trades(document, instruments[id], one, now);
    }
    return false;
  }

  bool decode_book(json::document& document, const Instrument& instrument, Recorded& one,
                   Timestamp now) {
    std::string_view action;
    if (document.find_field_unordered("action").get(action) != simdjson::SUCCESS) return false;
    json::array data;
    if (document.find_field_unordered("data").get(data) != simdjson::SUCCESS) return false;
    for (json::object element : data) {
      targets.clear();
      read_side(element.find_field_unordered("asks"), Side::Sell, instrument);
      read_side(element.find_field_unordered("bids"), Side::Buy, instrument);
      counts.levels_refused += one.liquidity->apply(targets, action == "snapshot", now);
      ++counts.book_messages;
    }
    tell_reference_price(instrument.id, one, now);
    return true;
  }

  void read_side(json::array levels, Side side, const Instrument& instrument) {
    for (json::array level : levels) {
      std::string_view field[2];
      std::size_t i = 0;
      for (auto value : level) {
        if (i < 2) field[i] = value.get_string();
        ++i;
      }
      const auto price = parse_units(field[0], instrument.price_digits);
      const auto quantity = parse_units(field[1], instrument.quantity_digits);
      if (i < 2 || !price || !quantity) {
        ++counts.levels_refused;
        continue;
      }
      targets.push_back({side, {*price}, {*quantity}});
    }
  }

  bool decode_trades(json::document& document, const Instrument& instrument, Recorded& one,
                     Timestamp now) {
    json::array data;
    if (document.find_field_unordered("data").get(data) != simdjson::SUCCESS) return false;
    for (json::object element : data) {
      const std::string_view px = element.find_field_unordered("px").get_string();
      const std::string_view sz = element.find_field_unordered("sz").get_string();
      const std::string_view side = element.find_field_unordered("side").get_string();
      const auto price = parse_units(px, instrument.price_digits);
      const auto quantity = parse_units(sz, instrument.quantity_digits);
      if (!price || !quantity) return false;
      ++counts.trades;
      const Side aggressor = side == "buy" ? Side::Buy : Side::Sell;
      if (!one.liquidity->trade(aggressor, {*price}, {*quantity}, now)) ++counts.trades_unmatched;
    }
    return true;
  }

  /// The recording carries neither mark nor index: the middle stands for both.
  void tell_reference_price(InstrumentId id, Recorded& one, Timestamp now) {
    const auto bid = exchange.best(id, Side::Buy);
    const auto ask = exchange.best(id, Side::Sell);
    if (!bid || !ask) return;
    if (one.reference_told.nanos != std::numeric_limits<std::int64_t>::min() &&
        now - one.reference_told < kReferenceInterval) {
      return;
    }
    one.reference_told = now;
    const Price middle{bid->raw + (ask->raw - bid->raw) / 2};
    exchange.set_reference_prices(id, middle, middle, now);
  }
};

std::expected<std::unique_ptr<ReplayMarket>, Error> ReplayMarket::open(
    const std::string& path, Exchange& exchange, const InstrumentTable& instruments,
    Timestamp start) {
  auto reader = JsonlReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()).with("opening the recording"));
  std::unique_ptr<State> state(new State{std::move(*reader), exchange, instruments, start});
  state->read_ahead();
  if (!state->failure.empty()) return std::unexpected(Error{state->failure});
  return std::unique_ptr<ReplayMarket>(new ReplayMarket(std::move(state)));
}

ReplayMarket::ReplayMarket(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReplayMarket::~ReplayMarket() = default;

void ReplayMarket::advance(Timestamp now) {
  while (state_->due && *state_->due <= now) {
    state_->apply(*state_->due);
    state_->read_ahead();
  }
}

std::optional<Timestamp> ReplayMarket::next_event() const { return state_->due; }

const ReplayCounts& ReplayMarket::counts() const noexcept { return state_->counts; }

const std::string& ReplayMarket::failure() const noexcept { return state_->failure; }

}  // namespace gannet::sim
