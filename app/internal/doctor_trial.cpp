#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/internal/doctor_visit.h"
#include "gateway/okx/protocol/rest_questions.h"

namespace gannet::app {
namespace {

constexpr std::string_view kTrial = "trial order";
constexpr std::string_view kTag = "gannetdoctor";

std::string text_of(std::int64_t units, int digits) {
  char text[kMaxUnitsText];
  return std::string(text, format_units(text, units, digits));
}

}  // namespace

/// A post-only order to buy, a fifth below the market and as small as may be: placed, looked at,
/// amended, cancelled, looked at.
void DoctorVisit::try_an_order() {
  if (watched_.empty()) return;
  const std::string& name = watched_.front();
  const auto wanted =
      std::ranges::find(settings_.instruments, name, &engine::InstrumentSettings::name);
  const Instrument& instrument = instruments_[instruments_.find(name)];
  const auto ticker = reader_->read<TickerRow>(okx::ask_instrument(okx::Endpoint::Ticker, name));
  std::optional<std::int64_t> bid;
  if (!ticker.rows.empty() && ticker.rows.front().bid_price) {
    const auto units =
        parse_units(to_string(*ticker.rows.front().bid_price), instrument.price_digits);
    if (units) bid = *units;
  }
  if (!bid) {
    return put(kTrial, name, Result::Unknown, "a best bid", "none",
               "nothing to place an order below");
  }
  const Price price = round_to_tick(instrument, Price{*bid / 5 * 4}, Rounding::Down);
  const Quantity quantity = std::max(instrument.minimum_quantity, instrument.lot_size);
  const std::string price_text = text_of(price.raw, instrument.price_digits);
  const std::string quantity_text = text_of(quantity.raw, instrument.quantity_digits);
  okx::TrialOrder order;
  order.instrument = name;
  order.margin_mode = wanted->margin_mode;
  order.long_short_mode =
      is_derivative(instrument.kind) && account_.position_mode == okx::PositionMode::LongShort;
  order.price = price_text;
  order.quantity = quantity_text;
  order.tag = kTag;
  const auto accepted = [&](std::string what, HttpRequest request,
                            std::string_view meaning) -> std::optional<VenueOrderId> {
    const auto reply = okx::read_order_reply(send(std::move(request)));
    const bool good = reply && reply->code == 0;
    put(kTrial, std::move(what), good ? Result::Ok : Result::Differs, "accepted",
        !reply ? reply.error().message
               : (good ? "accepted" : fmt::format("code {}: {}", reply->code, reply->message)),
        meaning);
    return good ? std::optional(reply->venue_id) : std::nullopt;
  };
  const auto state_is = [&](VenueOrderId id, std::string_view state, const std::string& what) {
    const auto row = reader_->read<OrderRecord>(okx::ask_order(name, id));
    const std::string actual =
        row.rows.empty()
            ? row.outcome.message
            : fmt::format("{} at {}", row.rows.front().state,
                          row.rows.front().price ? to_string(*row.rows.front().price) : "no price");
    const bool as_wanted = !row.rows.empty() && row.rows.front().state == state;
    put(kTrial, what, as_wanted ? Result::Ok : Result::Differs, std::string(state), actual,
        "what the engine believes of its orders");
  };
  const auto id = accepted(fmt::format("place {} of {} at {}", quantity_text, name, price_text),
                           okx::place_trial_order(identity_, order, venue_now()), "orders by REST");
  if (!id) return;
  state_is(*id, "live", "it rests");
  const Price lower = price - instrument.tick_size;
  static_cast<void>(
      accepted("amend",
               okx::amend_trial_order(identity_, name, *id,
                                      text_of(lower.raw, instrument.price_digits), venue_now()),
               "orders keep their id when their price changes"));
  const auto cancelled =
      accepted("cancel", okx::cancel_trial_order(identity_, name, *id, venue_now()),
               "orders can be taken back");
  if (!cancelled) {
    return put(kTrial, "left behind", Result::Differs, "nothing",
               fmt::format("order {}", id->value), "cancel it by hand");
  }
  state_is(*id, "canceled", "it is gone");
}

}  // namespace gannet::app
