#include "app/order_listing.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

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
  for (const OrderListing::Row& row : listing.rows) {
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

std::string page_of(const OrderListing& listing) {
  std::string page =
      fmt::format("{} open; compared with the venue's own lists {:.1f} s ago\n", listing.open,
                  static_cast<double>((listing.time - listing.listed).count) / 1e9);
  if (listing.listed.nanos == 0)
    page = fmt::format("{} open; not compared with the venue's own lists yet\n", listing.open);
  for (const OrderListing::Row& row : listing.rows) {
    std::string notes;
    if (!row.ours) notes += " foreign";
    if (row.kept) notes += " kept by kill and hold,";
    if (row.algo) notes += " not covered by the venue's dead-man timer,";
    if (row.unknown) notes += " in doubt,";
    if (row.cancelling) notes += " cancelling";
    const std::uint64_t number = row.venue_id.value == 0 ? row.client_id.value : row.venue_id.value;
    fmt::format_to(
        std::back_inserter(page), "{:<12} {:<20} {:<4} {} at {}, {} filled (order {}){}\n",
        row.strategy.empty() ? "-" : row.strategy.view(), row.instrument.view(),
        row.side == Side::Buy ? "buy" : "sell", decimal(row.quantity.raw, row.quantity_digits),
        decimal(row.price.raw, row.price_digits), decimal(row.filled.raw, row.quantity_digits),
        number, notes);
  }
  if (listing.open > listing.rows.size())
    fmt::format_to(std::back_inserter(page), "and {} more\n", listing.open - listing.rows.size());
  return page;
}

}  // namespace gannet::app
