#include "sim/internal/told_market.h"

namespace gannet::sim {
namespace {

constexpr Nanos kMiddleInterval = milliseconds(500);
}  // namespace

void ToldMarket::on_book(const BookUpdate& update, Timestamp now) {
  One& told = one(update.instrument);
  told.liquidity->on_book(update, now, counts_);
  tell_middle(update.instrument, told, now);
}

void ToldMarket::on_trade(const TradeEvent& trade, Timestamp now) {
  one(trade.instrument).liquidity->on_trade(trade, now, counts_);
}

void ToldMarket::on_reference_price(const ReferencePriceEvent& price, Timestamp now) {
  if (price.price.raw <= 0) return;
  One& told = one(price.instrument);
  (price.kind == ReferencePriceEvent::Kind::Mark ? told.mark : told.index) = price.price;
  tell_prices(price.instrument, told, now);
}

void ToldMarket::on_funding(const FundingNotice& notice, Timestamp now) {
  follow_funding(exchange_, notice, now);
}

void ToldMarket::forget_times() noexcept {
  for (One& told : ones_) {
    if (told.liquidity) told.liquidity->forget_times();
  }
}

ToldMarket::One& ToldMarket::one(InstrumentId instrument) {
  if (instrument.value >= ones_.size()) ones_.resize(instrument.value + 1);
  One& told = ones_[instrument.value];
  if (!told.liquidity) {
    told.liquidity = std::make_unique<RecordedLiquidity>(exchange_, instrument, queue_);
  }
  return told;
}

/// Where neither mark nor index is told, the middle of the book stands for both.
void ToldMarket::tell_middle(InstrumentId instrument, One& told, Timestamp now) {
  if (told.mark.raw > 0 && told.index.raw > 0) return;
  if (told.middle_told.nanos != 0 && now - told.middle_told < kMiddleInterval) return;
  const auto bid = exchange_.best(instrument, Side::Buy);
  const auto ask = exchange_.best(instrument, Side::Sell);
  if (!bid || !ask) return;
  told.middle_told = now;
  const Price middle{bid->raw + (ask->raw - bid->raw) / 2};
  exchange_.set_reference_prices(instrument, told.mark.raw > 0 ? told.mark : middle,
                                 told.index.raw > 0 ? told.index : middle, now);
}

void ToldMarket::tell_prices(InstrumentId instrument, const One& told, Timestamp now) {
  const Price mark = told.mark.raw > 0 ? told.mark : exchange_.mark_price(instrument);
  const Price index = told.index.raw > 0 ? told.index : exchange_.index_price(instrument);
  exchange_.set_reference_prices(instrument, mark.raw > 0 ? mark : index,
                                 index.raw > 0 ? index : mark, now);
}

}  // namespace gannet::sim
