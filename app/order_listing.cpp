#include "app/order_listing.h"

#include <algorithm>
#include <span>

#include "app/json_line.h"

namespace gannet::app {
namespace {

std::string decimal(std::int64_t raw, int digits) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), raw, digits)};
}

}  // namespace

std::string to_json(const OrderListing& listing) {
  JsonLine line;
  line.begin_object()
      .field("time_ns", listing.time.nanos)
      .field("listed_ns", listing.listed.nanos)
      .field("open", listing.open)
      .begin_array("orders");
  const std::size_t rows = std::min<std::size_t>(listing.count, OrderListing::kMaxRows);
  for (const OrderListing::Row& row : std::span(listing.rows).first(rows)) {
    line.begin_object()
        .field("client_id", std::to_string(row.client_id.value))
        .field("venue_id", std::to_string(row.venue_id.value))
        .field("instrument", row.instrument.view())
        .field("owner", row.ours ? "ours" : "foreign")
        .field("strategy", row.strategy.view())
        .field("side", row.side == Side::Buy ? "buy" : "sell")
        .field("price", decimal(row.price.raw, row.price_digits))
        .field("quantity", decimal(row.quantity.raw, row.quantity_digits))
        .field("filled", decimal(row.filled.raw, row.quantity_digits))
        .field("algo", row.algo)
        .field("kept", row.kept)
        .field("unknown", row.unknown)
        .field("cancelling", row.cancelling)
        .end_object();
  }
  line.end_array().end_object();
  return line.text();
}

}  // namespace gannet::app
