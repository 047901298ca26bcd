#include "risk/reference_prices.h"

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

}  // namespace gannet::risk
