#include "domain/market_updates.h"

namespace gannet {

bool changes_contract(const InstrumentChange& change, const Instrument& instrument) noexcept {
  return (change.contract_value && *change.contract_value != instrument.contract_value) ||
         (change.contract_multiplier &&
          *change.contract_multiplier != instrument.contract_multiplier);
}

bool apply(const InstrumentChange& change, Instrument& instrument) noexcept {
  bool differs = false;
  const auto take = [&differs](const auto& told, auto& known) {
    if (!told || known == *told) return;
    known = *told;
    differs = true;
  };
  take(change.tick_size, instrument.tick_size);
  take(change.lot_size, instrument.lot_size);
  take(change.minimum_quantity, instrument.minimum_quantity);
  take(change.maximum_limit_quantity, instrument.maximum_limit_quantity);
  take(change.maximum_market_quantity, instrument.maximum_market_quantity);
  take(change.expiry_time, instrument.expiry_time);
  instrument.state = change.unit_too_coarse ? InstrumentState::Unknown : change.state;
  return differs;
}

std::string_view name_of(CandleEvent::Kind kind) noexcept {
  switch (kind) {
    case CandleEvent::Kind::Trade:
      return "trade";
    case CandleEvent::Kind::Mark:
      return "mark";
    case CandleEvent::Kind::Index:
      return "index";
  }
  return "unknown";
}

std::string_view name_of(EstimatedPriceEvent::Kind kind) noexcept {
  switch (kind) {
    case EstimatedPriceEvent::Kind::Delivery:
      return "delivery";
    case EstimatedPriceEvent::Kind::Exercise:
      return "exercise";
    case EstimatedPriceEvent::Kind::Settlement:
      return "settlement";
    case EstimatedPriceEvent::Kind::Unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(AdlWarningEvent::State state) noexcept {
  switch (state) {
    case AdlWarningEvent::State::Normal:
      return "normal";
    case AdlWarningEvent::State::Warning:
      return "warning";
    case AdlWarningEvent::State::Deleveraging:
      return "deleveraging";
    case AdlWarningEvent::State::Unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(VenueStatusEvent::State state) noexcept {
  switch (state) {
    case VenueStatusEvent::State::Scheduled:
      return "scheduled";
    case VenueStatusEvent::State::Ongoing:
      return "ongoing";
    case VenueStatusEvent::State::PreOpen:
      return "pre_open";
    case VenueStatusEvent::State::Completed:
      return "completed";
    case VenueStatusEvent::State::Cancelled:
      return "cancelled";
    case VenueStatusEvent::State::Unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(VenueStatusEvent::Service service) noexcept {
  switch (service) {
    case VenueStatusEvent::Service::Sockets:
      return "sockets";
    case VenueStatusEvent::Service::Trading:
      return "trading";
    case VenueStatusEvent::Service::Other:
      break;
  }
  return "other";
}

}  // namespace gannet
