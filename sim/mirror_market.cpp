#include "sim/mirror_market.h"

#include <algorithm>

#include "sim/internal/told_market.h"

namespace gannet::sim {

MirrorMarket::MirrorMarket(Exchange& exchange, InstrumentTable& instruments,
                           const std::vector<InstrumentId>& mirrored, QueueModel queue,
                           Timestamp now)
    : exchange_(exchange),
      instruments_(instruments),
      market_(std::make_unique<ToldMarket>(exchange, queue)),
      all_(instruments.size()) {
  for (const InstrumentId id : mirrored) {
    Mirrored& one = all_[id.value];
    one.mirrored = true;
    one.told = instruments[id].state;
    show_state(id, one, now);
  }
}

MirrorMarket::~MirrorMarket() = default;

void MirrorMarket::on_book(const BookUpdate& update, Timestamp now) {
  Mirrored* const one = find(update.instrument);
  if (one == nullptr) return;
  const bool snapshot = update.kind == BookUpdate::Kind::Snapshot;
  if (!one->whole && !snapshot) return;  // a book that begins in the middle is none
  market_->on_book(update, now);
  if (one->whole) return;
  one->whole = true;
  show_state(update.instrument, *one, now);
}

void MirrorMarket::on_book_withdrawn(InstrumentId instrument, Timestamp now) {
  Mirrored* const one = find(instrument);
  if (one == nullptr || !one->whole) return;
  one->whole = false;
  show_state(instrument, *one, now);
}

void MirrorMarket::on_trade(const TradeEvent& trade, Timestamp now) {
  const Mirrored* const one = find(trade.instrument);
  // Of a trade beside a broken book nobody can say whom it reached.
  if (one != nullptr && one->whole) market_->on_trade(trade, now);
}

void MirrorMarket::on_reference_price(const ReferencePriceEvent& price, Timestamp now) {
  if (find(price.instrument) != nullptr) market_->on_reference_price(price, now);
}

void MirrorMarket::on_funding(const FundingNotice& notice, Timestamp now) {
  if (find(notice.instrument) != nullptr) market_->on_funding(notice, now);
}

void MirrorMarket::on_instrument_state(InstrumentId instrument, InstrumentState state,
                                       Timestamp now) {
  Mirrored* const one = find(instrument);
  if (one == nullptr) return;
  one->told = state;
  show_state(instrument, *one, now);
}

void MirrorMarket::on_disconnected(Timestamp now) {
  for (std::uint32_t i = 0; i < all_.size(); ++i) on_book_withdrawn({i}, now);
}

bool MirrorMarket::is_whole(InstrumentId instrument) const noexcept {
  return instrument.value < all_.size() && all_[instrument.value].whole;
}

std::size_t MirrorMarket::held() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(all_, [](const Mirrored& one) { return one.mirrored && !one.whole; }));
}

MirrorMarket::Mirrored* MirrorMarket::find(InstrumentId instrument) noexcept {
  if (instrument.value >= all_.size() || !all_[instrument.value].mirrored) return nullptr;
  return &all_[instrument.value];
}

void MirrorMarket::show_state(InstrumentId instrument, const Mirrored& one, Timestamp now) {
  const InstrumentState state = one.whole ? one.told : InstrumentState::Suspended;
  const InstrumentState shown = instruments_[instrument].state;
  // Its positions are settled and gone: whatever is told of it now, it does not trade again.
  if (shown == state || shown == InstrumentState::Expired) return;
  exchange_.set_instrument_state(instrument, state, now);
}

}  // namespace gannet::sim
