#include "gateway/okx/protocol/learn_instruments.h"

#include <algorithm>
#include <array>

#include "gateway/okx/protocol/decode_common.h"

namespace gannet::okx {
namespace {

// Averages, marks and fees are not among them: they have more decimals than any price can.
constexpr std::array<std::string_view, 17> kPriceFields{
    "px",      "last",      "askPx",       "bidPx",       "fillPx",  "slOrdPx",
    "tpOrdPx", "idxPx",     "newPx",       "buyLmt",      "sellLmt", "bkPx",
    "ordPx",   "triggerPx", "slTriggerPx", "tpTriggerPx", "pxLimit"};
constexpr std::array<std::string_view, 12> kQuantityFields{
    "sz",  "lastSz",   "askSz", "bidSz",         "accFillSz", "fillSz",
    "pos", "availPos", "newSz", "closeTotalPos", "oi",        "szLimit"};

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) noexcept {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void widen(int& decimals, std::string_view text) noexcept {
  const auto needed = decimals_of(text);
  // 18 is what units can hold; a number finer than that is refused where it stands.
  if (needed && *needed <= 18) decimals = std::max(decimals, *needed);
}

InstrumentKind kind_of(std::string_view name, std::string_view type) noexcept {
  if (const auto kind = instrument_kind_of(type)) return *kind;
  if (name.ends_with("-SWAP")) return InstrumentKind::Swap;
  if (name.ends_with("-C") || name.ends_with("-P")) return InstrumentKind::Option;
  return std::count(name.begin(), name.end(), '-') >= 2 ? InstrumentKind::Futures
                                                        : InstrumentKind::Spot;
}

}  // namespace

struct InstrumentLearner::Row {
  std::string_view name;
  std::string_view type;
  int price_decimals = 0;
  int quantity_decimals = 0;
  bool has_numbers = false;
};

void InstrumentLearner::see(std::string_view text) noexcept {
  const auto frame = reader_.read(text);
  if (!frame || !frame->has_data) return;

  // Rows may hold rows (balances, positions, fills inside one update): recursion by hand.
  const auto learn = [&](auto&& self, JsonValue value, Row* outer) -> DecodeStatus {
    Row row{frame->instrument, frame->instrument_type};
    const auto take_levels = [&](JsonValue levels) {
      return for_each_element(levels, [&](JsonValue level) -> DecodeStatus {
        int position = 0;
        return for_each_element(level, [&](JsonValue item) -> DecodeStatus {
          const auto number = text_of(item);
          if (!number) return std::unexpected(number.error());
          if (position == 0) widen(row.price_decimals, *number);
          if (position == 1) widen(row.quantity_decimals, *number);
          row.has_numbers = true;
          ++position;
          return {};
        });
      });
    };
    const DecodeStatus status =
        for_each_field(value, [&](std::string_view key, JsonValue member) -> DecodeStatus {
          if (key == "asks" || key == "bids") return take_levels(member);
          if (key == "details" || key == "balData" || key == "posData") {
            return for_each_element(member,
                                    [&](JsonValue inner) { return self(self, inner, &row); });
          }
          if (key == "instId") return take_text(member, row.name);
          if (key == "instType") return take_text(member, row.type);
          const bool is_price = is_one_of(key, kPriceFields);
          const bool is_quantity = is_one_of(key, kQuantityFields);
          const bool is_currency = key == "ccy" || key.ends_with("Ccy");
          if (!is_price && !is_quantity && !is_currency) return {};
          std::string_view word;
          if (const DecodeStatus taken = take_text(member, word); !taken) return taken;
          if (word.empty()) return {};
          if (is_currency) {
            if (std::find(currencies_.begin(), currencies_.end(), word) == currencies_.end()) {
              currencies_.emplace_back(word);
            }
            return {};
          }
          widen(is_price ? row.price_decimals : row.quantity_decimals, word);
          row.has_numbers = true;
          return {};
        });
    if (row.name.empty() && outer != nullptr) {  // it is of the row that holds it
      outer->price_decimals = std::max(outer->price_decimals, row.price_decimals);
      outer->quantity_decimals = std::max(outer->quantity_decimals, row.quantity_decimals);
    }
    if (!row.name.empty() && InstrumentName::fits(row.name)) {
      Seen& seen = entry(row.name);
      if (seen.type.empty()) seen.type = row.type;
      seen.price_decimals = std::max(seen.price_decimals, row.price_decimals);
      seen.quantity_decimals = std::max(seen.quantity_decimals, row.quantity_decimals);
    }
    return status;
  };
  // [time, open, high, low, close, volume, ...]; mark and index candles have no volume.
  const auto learn_candle = [&](JsonValue candle) -> DecodeStatus {
    if (!InstrumentName::fits(frame->instrument) || frame->instrument.empty()) return {};
    Seen& seen = entry(frame->instrument);
    int position = 0;
    return for_each_element(candle, [&](JsonValue item) -> DecodeStatus {
      const auto number = text_of(item);
      if (!number) return std::unexpected(number.error());
      if (position >= 1 && position <= 4) widen(seen.price_decimals, *number);
      if (position == 5 && frame->channel == Channel::Candles) {
        widen(seen.quantity_decimals, *number);
      }
      ++position;
      return {};
    });
  };
  if (is_candle(frame->channel)) {
    static_cast<void>(for_each_row(reader_, learn_candle));
    return;
  }
  // What is malformed is found again, and told, when the line is decoded.
  static_cast<void>(
      for_each_row(reader_, [&](JsonValue row) { return learn(learn, row, nullptr); }));
}

InstrumentLearner::Seen& InstrumentLearner::entry(std::string_view name) {
  const auto [at, fresh] = index_.try_emplace(std::string(name), seen_.size());
  if (fresh) seen_.push_back({std::string(name), {}, 0, 0});
  return seen_[at->second];
}

void InstrumentLearner::add_to(InstrumentTable& instruments, InstrumentCodes& codes,
                               CurrencyTable& currencies) const {
  for (const std::string& currency : currencies_) currencies.intern(currency);
  for (const Seen& seen : seen_) {
    if (codes.find(seen.name) != nullptr) continue;
    Instrument instrument;
    instrument.name = std::string_view(seen.name);
    instrument.kind = kind_of(seen.name, seen.type);
    const std::string_view name = seen.name;
    const std::size_t dash = std::min(name.find('-'), name.size());
    const std::size_t second = std::min(name.find('-', dash + 1), name.size());
    const std::string_view base = name.substr(0, dash);
    const std::string_view quote =
        dash < second ? name.substr(dash + 1, second - dash - 1) : std::string_view{};
    instrument.state = InstrumentState::Live;
    instrument.price_digits = static_cast<std::uint8_t>(seen.price_decimals);
    instrument.quantity_digits = static_cast<std::uint8_t>(seen.quantity_decimals);
    instrument.tick_size = {1};
    instrument.lot_size = {1};
    instrument.minimum_quantity = {1};
    instrument.base = currencies.intern(base);
    instrument.quote = currencies.intern(quote.empty() ? base : quote);
    instrument.settle = instrument.quote;
    if (is_derivative(instrument.kind)) {
      instrument.family = name.substr(0, second);
      const bool inverse = quote == "USD";
      instrument.contract = inverse ? ContractKind::Inverse : ContractKind::Linear;
      if (inverse) instrument.settle = instrument.base;
    }
    const InstrumentName index =
        is_derivative(instrument.kind) ? instrument.family : instrument.name;
    const InstrumentId id = instruments.add(instrument);
    codes.add({id, instrument.name, instrument.family, index, instrument.kind,
               instrument.price_digits, instrument.quantity_digits, std::nullopt});
  }
}

}  // namespace gannet::okx
