#include "risk/reference_prices.h"

#include <algorithm>

namespace gannet::risk {

void ReferencePrices::set_best(InstrumentId instrument, std::optional<Price> bid,
                               std::optional<Price> ask, Timestamp receive_time) noexcept {
  Entry& entry = at(instrument);
  entry.bid = {bid.value_or(Price{}), receive_time, bid.has_value()};
  entry.ask = {ask.value_or(Price{}), receive_time, ask.has_value()};
}

void ReferencePrices::set_mark(InstrumentId instrument, Price price,
                               Timestamp receive_time) noexcept {
  at(instrument).mark = {price, receive_time, true};
}

void ReferencePrices::set_index(InstrumentId instrument, Price price,
                                Timestamp receive_time) noexcept {
  at(instrument).index = {price, receive_time, true};
}

void ReferencePrices::set_price_limit(InstrumentId instrument, std::optional<Price> highest_buy,
                                      std::optional<Price> lowest_sell) noexcept {
  at(instrument).highest_buy = highest_buy;
  at(instrument).lowest_sell = lowest_sell;
}

void ReferencePrices::withdraw_best(InstrumentId instrument) noexcept {
  Entry& entry = at(instrument);
  entry.bid.usable = false;
  entry.ask.usable = false;
}

void ReferencePrices::withdraw_all() noexcept {
  for (Entry& entry : entries_) {
    entry.bid.usable = entry.ask.usable = entry.mark.usable = entry.index.usable = false;
    entry.highest_buy.reset();
    entry.lowest_sell.reset();
  }
  alive_.reset();
}

void ReferencePrices::set_definition_time(InstrumentId instrument, Timestamp when) noexcept {
  at(instrument).definition_time = when;
}

std::optional<Price> ReferencePrices::fresh_bid(InstrumentId instrument,
                                                Timestamp now) const noexcept {
  return read(MarketValue::Bid, instrument, fresh(at(instrument).bid, ages_.book, now));
}

std::optional<Price> ReferencePrices::fresh_ask(InstrumentId instrument,
                                                Timestamp now) const noexcept {
  return read(MarketValue::Ask, instrument, fresh(at(instrument).ask, ages_.book, now));
}

std::optional<Price> ReferencePrices::fresh_mark(InstrumentId instrument,
                                                 Timestamp now) const noexcept {
  return read(MarketValue::Mark, instrument, fresh(at(instrument).mark, ages_.mark, now));
}

std::optional<Price> ReferencePrices::fresh_index(InstrumentId instrument,
                                                  Timestamp now) const noexcept {
  return read(MarketValue::Index, instrument, fresh(at(instrument).index, ages_.index, now));
}

std::optional<Price> ReferencePrices::fresh_reference(InstrumentId instrument,
                                                      Timestamp now) const noexcept {
  const auto bid = fresh_bid(instrument, now);
  const auto ask = fresh_ask(instrument, now);
  if (bid && ask && *bid < *ask) return Price{bid->raw + (ask->raw - bid->raw) / 2};
  if (const auto mark = fresh_mark(instrument, now)) return mark;
  return fresh_index(instrument, now);
}

std::optional<Price> ReferencePrices::highest_buy(InstrumentId instrument) const noexcept {
  return read(MarketValue::HighestBuy, instrument, at(instrument).highest_buy);
}

std::optional<Price> ReferencePrices::lowest_sell(InstrumentId instrument) const noexcept {
  return read(MarketValue::LowestSell, instrument, at(instrument).lowest_sell);
}

Timestamp ReferencePrices::definition_time(InstrumentId instrument) const noexcept {
  return read(MarketValue::DefinitionTime, instrument, at(instrument).definition_time);
}

Timestamp ReferencePrices::book_time(InstrumentId instrument) const noexcept {
  const Entry& entry = at(instrument);
  return read(MarketValue::BookTime, instrument,
              std::max(entry.bid.receive_time, entry.ask.receive_time));
}

Timestamp ReferencePrices::mark_time(InstrumentId instrument) const noexcept {
  return read(MarketValue::MarkTime, instrument, at(instrument).mark.receive_time);
}

std::optional<Price> ReferencePrices::read(MarketValue what, InstrumentId instrument,
                                           std::optional<Price> value) const noexcept {
  if (tap_ == nullptr) return value;
  const auto seen = tap_->read(what, instrument.value,
                               value ? std::optional<__int128>(value->raw) : std::nullopt);
  if (!seen) return std::nullopt;
  return Price{static_cast<std::int64_t>(*seen)};
}

Timestamp ReferencePrices::read(MarketValue what, InstrumentId instrument,
                                Timestamp value) const noexcept {
  if (tap_ == nullptr) return value;
  return {static_cast<std::int64_t>(tap_->read(what, instrument.value, value.nanos).value_or(0))};
}

ReferencePrices::Entry& ReferencePrices::at(InstrumentId instrument) noexcept {
  CHECK(instrument.value < entries_.size());
  return entries_[instrument.value];
}

const ReferencePrices::Entry& ReferencePrices::at(InstrumentId instrument) const noexcept {
  CHECK(instrument.value < entries_.size());
  return entries_[instrument.value];
}

std::optional<Price> ReferencePrices::fresh(const Reference& reference, Nanos age_max,
                                            Timestamp now) const noexcept {
  if (!reference.usable || reference.price.raw <= 0) return std::nullopt;
  if (!alive_ || now - *alive_ > ages_.alive) return std::nullopt;
  if (now - reference.receive_time > age_max) return std::nullopt;
  return reference.price;
}

}  // namespace gannet::risk
