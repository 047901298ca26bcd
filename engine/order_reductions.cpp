#include "engine/order_manager.h"

// The engine's own orders that reduce a position: PositionReducer decides, here they pass the same
// journal, gate and limiter as a strategy's.

namespace gannet::engine {

std::expected<ClientOrderId, Denial> OrderManager::place_reduction(OrderIntent intent,
                                                                   Timestamp now) noexcept {
  intent.by_engine = true;
  intent.reduce_only = true;
  // A quote of our own at the touch goes: it must not stop what reduces.
  intent.options.self_trade = SelfTradePrevention::CancelMaker;
  intent.handle = {};
  const auto refuse = [&](const Denial& why) {
    deny(intent, why, now);
    return std::unexpected(why);
  };
  if (!append(links_.journal, to_record(intent, {}), now))
    return refuse({DenialReason::JournalFull, 0, 0, {}});
  if (!table_.has_room()) return refuse({DenialReason::OrderTableFull, 0, 0, {}});
  const auto approved = links_.gate.check(intent, gate_context(intent.instrument, now), now);
  if (!approved) return refuse(approved.error());
  const auto slot = links_.limiter.try_acquire(risk::RequestKind::Place, intent.instrument, now);
  if (!slot.granted) return refuse({DenialReason::RateLimited, 0, 0, slot.retry_at});
  PlaceRequest request;
  Order* order = prepare_place(*approved, now, {}, false, request, now);
  if (order == nullptr) return std::unexpected(Denial{DenialReason::OrderTableFull, 0, 0, {}});
  const ClientOrderId id = order->client_id;
  finish_place(*order, links_.port.place(request, now), now);
  return id;
}

}  // namespace gannet::engine
