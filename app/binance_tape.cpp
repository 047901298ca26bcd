#include "app/binance_tape.h"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/units.h"

namespace gannet::app {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxKept = 100'000;

std::string_view text(dom::object object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

std::optional<std::int64_t> integer(dom::object object, std::string_view key) {
  std::int64_t value = 0;
  if (object[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

Timestamp millis(dom::object object, std::string_view key) {
  return from_unix_millis(integer(object, key).value_or(0));
}

int decimals(std::string_view number) noexcept {
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos) return 0;
  const std::size_t last = number.find_last_not_of('0');
  return last <= point ? 0 : static_cast<int>(last - point);
}

/// The message without the envelope of combined streams.
std::optional<dom::object> message_of(dom::parser& parser, std::string_view bytes) {
  dom::element root;
  dom::object object;
  if (parser.parse(bytes.data(), bytes.size(), true).get(root) != simdjson::SUCCESS ||
      root.get(object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  dom::object inner;
  if (object["data"].get(inner) == simdjson::SUCCESS) return inner;
  return object;
}

bool is_snapshot(dom::object message) { return integer(message, "lastUpdateId").has_value(); }

void learn_levels(dom::object message, std::string_view key, BinanceMarket& market) {
  dom::array levels;
  if (message[key].get(levels) != simdjson::SUCCESS) return;
  for (const dom::element level : levels) {
    std::string_view price;
    std::string_view quantity;
    if (level.at(0).get(price) != simdjson::SUCCESS ||
        level.at(1).get(quantity) != simdjson::SUCCESS) {
      continue;
    }
    market.price_decimals = std::max(market.price_decimals, decimals(price));
    market.quantity_decimals = std::max(market.quantity_decimals, decimals(quantity));
  }
}

}  // namespace

std::expected<BinanceMarket, Error> learn_binance_market(RecordedLines& lines) {
  BinanceMarket market;
  dom::parser parser;
  for (;;) {
    const auto line = lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    if ((*line)->recorded.direction == "out") continue;
    const auto message = message_of(parser, (*line)->recorded.message);
    if (!message) return std::unexpected(lines.malformed("not_json"));
    if (is_snapshot(*message)) {
      learn_levels(*message, "bids", market);
      learn_levels(*message, "asks", market);
      continue;
    }
    const std::string_view symbol = text(*message, "s");
    if (symbol.empty()) return std::unexpected(lines.malformed("no message of Binance's streams"));
    if (market.symbol.empty()) market.symbol = symbol;
    if (market.symbol != symbol) {
      return std::unexpected(
          lines.malformed("a second symbol: " + std::string(symbol) + " beside " + market.symbol));
    }
    if (!text(*message, "ps").empty()) {
      market.kind = BinanceMarket::Kind::CoinMargined;
    } else if (integer(*message, "pu") && market.kind == BinanceMarket::Kind::Spot) {
      market.kind = BinanceMarket::Kind::UsdMargined;
    }
    learn_levels(*message, "b", market);
    learn_levels(*message, "a", market);
    market.price_decimals = std::max(market.price_decimals, decimals(text(*message, "p")));
    market.quantity_decimals = std::max(market.quantity_decimals, decimals(text(*message, "q")));
  }
  if (market.symbol.empty()) return std::unexpected(lines.malformed("no market in it"));
  return market;
}

std::optional<std::string> venue_name_of(const BinanceMarket& market) {
  std::string_view symbol = market.symbol;
  symbol = symbol.substr(0, symbol.find('_'));
  static constexpr std::array<std::string_view, 8> kQuotes{"USDT", "USDC", "FDUSD", "BUSD",
                                                           "USD",  "EUR",  "BTC",   "ETH"};
  for (const std::string_view quote : kQuotes) {
    if (symbol.size() <= quote.size() || !symbol.ends_with(quote)) continue;
    std::string name(symbol.substr(0, symbol.size() - quote.size()));
    name.append("-").append(quote);
    if (market.kind != BinanceMarket::Kind::Spot) name += "-SWAP";
    return name;
  }
  return std::nullopt;
}

namespace {

/// Raw values are counts of a finer unit now.
void refine(Instrument& instrument, int price_digits, int quantity_digits) {
  const auto grow = [](std::int64_t& raw, int digits) {
    const __int128 grown = static_cast<__int128>(raw) * power_of_ten(digits);
    raw = static_cast<std::int64_t>(
        std::min<__int128>(grown, std::numeric_limits<std::int64_t>::max()));
  };
  if (price_digits > instrument.price_digits) {
    grow(instrument.tick_size.raw, price_digits - instrument.price_digits);
    instrument.price_digits = static_cast<std::uint8_t>(price_digits);
  }
  const int finer = quantity_digits - instrument.quantity_digits;
  if (finer <= 0) return;
  grow(instrument.lot_size.raw, finer);
  grow(instrument.minimum_quantity.raw, finer);
  grow(instrument.maximum_limit_quantity.raw, finer);
  if (instrument.maximum_market_quantity) grow(instrument.maximum_market_quantity->raw, finer);
  instrument.quantity_digits = static_cast<std::uint8_t>(quantity_digits);
}

Instrument made_up(const BinanceMarket& market, std::string_view name, CurrencyTable& currencies) {
  Instrument instrument;
  const std::size_t dash = name.find('-');
  const std::string_view pair = name.substr(0, name.find('-', dash + 1));
  const bool spot = market.kind == BinanceMarket::Kind::Spot;
  const bool inverse = market.kind == BinanceMarket::Kind::CoinMargined;
  instrument.name = InstrumentName(name);
  instrument.kind = spot ? InstrumentKind::Spot : InstrumentKind::Swap;
  instrument.state = InstrumentState::Live;
  instrument.base = currencies.intern(name.substr(0, dash));
  instrument.quote = currencies.intern(pair.substr(dash + 1));
  instrument.settle = inverse ? instrument.base : instrument.quote;
  if (!spot) {
    instrument.family = InstrumentName(pair);
    instrument.contract = inverse ? ContractKind::Inverse : ContractKind::Linear;
    instrument.contract_value = Decimal{inverse ? 100 : 1, 0};
    instrument.maximum_leverage = Decimal{100, 0};
  }
  instrument.price_digits = static_cast<std::uint8_t>(market.price_decimals + 2);
  instrument.quantity_digits = static_cast<std::uint8_t>(market.quantity_decimals);
  instrument.tick_size = {100};
  instrument.lot_size = instrument.minimum_quantity = {1};
  return instrument;
}

}  // namespace

Instrument binance_instrument(const BinanceMarket& market, const Instrument* known,
                              std::string_view name, CurrencyTable& currencies) {
  if (known == nullptr) return made_up(market, name, currencies);
  Instrument instrument = *known;
  const int quantity_decimals =
      market.kind == BinanceMarket::Kind::UsdMargined ? 0 : market.quantity_decimals;
  refine(instrument, market.price_decimals + 2, quantity_decimals);
  const std::int64_t tick = power_of_ten(instrument.price_digits - market.price_decimals);
  instrument.tick_size.raw = std::min(instrument.tick_size.raw, tick);
  if (market.kind != BinanceMarket::Kind::UsdMargined) {
    const std::int64_t lot = power_of_ten(instrument.quantity_digits - market.quantity_decimals);
    instrument.lot_size.raw = std::min(instrument.lot_size.raw, lot);
  }
  return instrument;
}

std::expected<std::optional<sim::TapeEvent>, Error> BinanceTape::next() {
  while (queued_.empty()) {
    const auto line = lines_.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return std::nullopt;
    ++counts_.lines;
    if (!read_line(**line)) {
      return std::unexpected(lines_.malformed("no message of Binance's streams"));
    }
  }
  told_ = std::move(queued_.front());
  queued_.pop_front();
  if (auto* const book = std::get_if<BookUpdate>(&told_->event)) {
    book->bids = told_->levels.bids;  // the vectors may have moved with it
    book->asks = told_->levels.asks;
  }
  return told_->event;
}

std::expected<void, Error> BinanceTape::rewind() {
  queued_.clear();
  kept_.clear();
  applied_.reset();
  joined_ = false;
  last_exchange_time_ = {};
  return lines_.rewind();
}

bool BinanceTape::read_line(const RecordingLine& line) {
  if (line.recorded.direction == "out") return true;
  const auto message = message_of(parser_, line.recorded.message);
  if (!message) return false;
  const Timestamp received{line.recorded.nanos.value_or(0)};
  if (is_snapshot(*message)) return read_snapshot(*message, received);
  return read_stream(*message, received);
}

bool BinanceTape::read_stream(dom::object message, Timestamp received) {
  const std::string_view event = text(message, "e");
  if (event == "depthUpdate") return read_depth(message, received);
  if (event == "trade") return read_trade(message, received);
  if (event == "bookTicker" || (event.empty() && !text(message, "B").empty())) {
    return read_best_prices(message, received);
  }
  ++counts_.ignored;
  return !event.empty();
}

bool BinanceTape::read_snapshot(dom::object message, Timestamp received) {
  Depth depth;
  depth.last = *integer(message, "lastUpdateId");
  depth.receive_time = received;
  depth.exchange_time = millis(message, "T");
  dom::element bids;
  dom::element asks;
  if (message["bids"].get(bids) != simdjson::SUCCESS ||
      message["asks"].get(asks) != simdjson::SUCCESS || !read_side(bids, depth.bids) ||
      !read_side(asks, depth.asks)) {
    return false;
  }
  applied_ = depth.last;
  joined_ = false;
  queue(std::move(depth), BookUpdate::Kind::Snapshot, BookFeed::Depth400);
  for (Depth& update : kept_) {
    update.receive_time = received;
    if (follows(update)) queue(std::move(update), BookUpdate::Kind::Update, BookFeed::Depth400);
  }
  kept_.clear();
  return true;
}

bool BinanceTape::read_depth(dom::object message, Timestamp received) {
  const auto first = integer(message, "U");
  const auto last = integer(message, "u");
  Depth depth;
  dom::element bids;
  dom::element asks;
  if (!first || !last || message["b"].get(bids) != simdjson::SUCCESS ||
      message["a"].get(asks) != simdjson::SUCCESS || !read_side(bids, depth.bids) ||
      !read_side(asks, depth.asks)) {
    return false;
  }
  depth.first = *first;
  depth.last = *last;
  depth.previous = integer(message, "pu").value_or(*first - 1);
  depth.exchange_time = millis(message, "T");
  if (depth.exchange_time.nanos == 0) depth.exchange_time = millis(message, "E");
  depth.receive_time = received;
  if (!applied_) {
    if (kept_.size() < kMaxKept) kept_.push_back(std::move(depth));
    return true;
  }
  if (follows(depth)) queue(std::move(depth), BookUpdate::Kind::Update, BookFeed::Depth400);
  return true;
}

/// Is it news, given what was told? Counts what is missing between the two.
bool BinanceTape::follows(const Depth& update) {
  const bool spot = market_.kind == BinanceMarket::Kind::Spot;
  if (spot ? update.last <= *applied_ : update.last < *applied_) return false;
  // The first one after the snapshot reaches over it; later ones link.
  const bool linked = joined_ ? update.previous == *applied_
                      : spot  ? update.first <= *applied_ + 1
                              : update.first <= *applied_;
  if (!linked) ++counts_.gaps;
  joined_ = true;
  applied_ = update.last;
  return true;
}

bool BinanceTape::read_best_prices(dom::object message, Timestamp received) {
  Depth depth;
  depth.receive_time = received;
  depth.exchange_time = millis(message, "T");
  for (const auto& [price_key, quantity_key, side] :
       {std::tuple{"b", "B", &depth.bids}, std::tuple{"a", "A", &depth.asks}}) {
    const auto price = price_of(text(message, price_key));
    const auto quantity = quantity_of(text(message, quantity_key));
    if (!price || !quantity) return false;
    if (quantity->raw > 0) side->push_back({price->raw, quantity->raw, 0, 0});
  }
  if (applied_) return true;  // the depth stream says more
  queue(std::move(depth), BookUpdate::Kind::Snapshot, BookFeed::BestBidOffer);
  return true;
}

bool BinanceTape::read_trade(dom::object message, Timestamp received) {
  const auto price = price_of(text(message, "p"));
  const auto quantity = quantity_of(text(message, "q"));
  bool buyer_is_maker = false;
  if (!price || !quantity || message["m"].get(buyer_is_maker) != simdjson::SUCCESS) return false;
  const std::string_view how = text(message, "X");
  if (quantity->raw == 0 || price->raw == 0 || (!how.empty() && how != "MARKET")) {
    ++counts_.ignored;  // insurance fund, auto-deleveraging: not the book's
    return true;
  }
  TradeEvent trade;
  trade.instrument = instrument_.id;
  trade.aggressor = buyer_is_maker ? Side::Sell : Side::Buy;
  trade.price = *price;
  trade.quantity = *quantity;
  trade.trade_id = {integer(message, "t").value_or(0)};
  trade.exchange_time = millis(message, "T");
  trade.receive_time = received.nanos != 0 ? received : trade.exchange_time;
  last_exchange_time_ = std::max(last_exchange_time_, trade.exchange_time);
  queued_.push_back({trade, {}});
  return true;
}

bool BinanceTape::read_side(dom::element levels, std::vector<Level>& side) const {
  dom::array rows;
  if (levels.get(rows) != simdjson::SUCCESS) return false;
  for (const dom::element row : rows) {
    std::string_view price_text;
    std::string_view quantity_text;
    if (row.at(0).get(price_text) != simdjson::SUCCESS ||
        row.at(1).get(quantity_text) != simdjson::SUCCESS) {
      return false;
    }
    const auto price = price_of(price_text);
    const auto quantity = quantity_of(quantity_text);
    if (!price || !quantity) return false;
    side.push_back({price->raw, quantity->raw, 0, 0});
  }
  return true;
}

std::optional<Price> BinanceTape::price_of(std::string_view number) const noexcept {
  const auto raw = parse_units(number, instrument_.price_digits);
  if (!raw || *raw < 0) return std::nullopt;
  return Price{*raw};
}

/// Coins become contracts where the instrument has some; never nothing out of something.
std::optional<Quantity> BinanceTape::quantity_of(std::string_view number) const noexcept {
  if (market_.kind != BinanceMarket::Kind::UsdMargined) {
    const auto raw = parse_units(number, instrument_.quantity_digits);
    if (!raw || *raw < 0) return std::nullopt;
    return Quantity{*raw};
  }
  constexpr int kCoinDigits = 9;
  const auto coins = parse_units(number, kCoinDigits);
  if (!coins || *coins < 0) return std::nullopt;
  if (*coins == 0) return Quantity{};
  const Decimal& value = instrument_.contract_value;
  const __int128 up = static_cast<__int128>(*coins) * power_of_ten(instrument_.quantity_digits) *
                      power_of_ten(value.digits);
  const __int128 down = static_cast<__int128>(value.mantissa) * power_of_ten(kCoinDigits);
  const __int128 raw = std::clamp<__int128>((up + down / 2) / down, 1, 1'000'000'000'000'000'000);
  return Quantity{static_cast<std::int64_t>(raw)};
}

void BinanceTape::queue(Depth depth, BookUpdate::Kind kind, BookFeed feed) {
  BookUpdate update;
  update.instrument = instrument_.id;
  update.feed = feed;
  update.kind = kind;
  update.sequence = depth.last;
  update.exchange_time = depth.exchange_time;
  // Spot's best prices and snapshots carry no time: they are as old as what was told last.
  if (update.exchange_time.nanos == 0) update.exchange_time = last_exchange_time_;
  last_exchange_time_ = update.exchange_time;
  update.receive_time = depth.receive_time.nanos != 0 ? depth.receive_time : update.exchange_time;
  queued_.push_back({update, std::move(depth)});
}

}  // namespace gannet::app
