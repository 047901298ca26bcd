#include "app/account_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/json_line.h"
#include "app/utc_text.h"

namespace gannet::app {
namespace {

std::string units_of(std::int64_t raw, int digits) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), raw, digits)};
}

std::string_view side_word(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }

}  // namespace

void FillMemory::note(const engine::FillEvent& event) noexcept {
  Row& row = rows_[count_ % kKept];
  row.time = event.receive_time;
  row.instrument = event.instrument;
  row.strategy = event.strategy;
  row.client_id = event.client_id;
  row.side = event.side;
  row.maker = event.fill.maker;
  row.price = event.fill.price;
  row.quantity = event.fill.quantity;
  row.position_after = event.position_after;
  row.fee = event.fill.fee;
  ++count_;
}

std::optional<FillFilter> read_fill_filter(std::string_view words) noexcept {
  FillFilter filter;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word.empty()) continue;
    const auto equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(std::min(equals + 1, word.size()));
    if (key == "count") {
      const auto count = parse_units(value, 0);
      if (!count || *count < 1) return std::nullopt;
      filter.count = std::min<std::size_t>(static_cast<std::size_t>(*count), FillMemory::kKept);
    } else if (key == "instrument" && InstrumentName::fits(value)) {
      filter.instrument = InstrumentName(value);
    } else if (key == "strategy" && FixedString<31>::fits(value)) {
      filter.strategy = FixedString<31>(value);
    } else {
      return std::nullopt;
    }
  }
  return filter;
}

std::string to_json(const PositionListing& listing) {
  JsonLine line;
  line.begin_object().field("time_ns", listing.time.nanos).begin_array("positions");
  for (const PositionListing::Row& row : listing.rows) {
    line.begin_object()
        .field("instrument", row.instrument.view())
        .field("strategy", row.strategy.view())
        .field("position", units_of(row.position.raw, row.quantity_digits))
        .field("currency", row.currency.view())
        .field("realised_pnl", to_string(row.realised_pnl))
        .field("fees", to_string(row.fees));
    if (row.has_price) {
      line.field("unrealised_pnl", to_string(row.unrealised_pnl));
    } else {
      line.null("unrealised_pnl");
    }
    if (row.strategy.empty()) {
      line.field("venue_position", units_of(row.venue_position.raw, row.quantity_digits))
          .field("average_entry_price", to_string(row.average_entry_price));
    }
    line.end_object();
  }
  line.end_array().end_object();
  return line.text();
}

std::string page_of(const PositionListing& listing) {
  if (listing.rows.empty()) return "nothing is held, and nothing was\n";
  std::string page =
      fmt::format("{:<20} {:<12} {:>14} {:>14} {:>16} {:>16} {:>14}\n", "instrument", "whose",
                  "position", "venue says", "entry price", "unrealised", "realised");
  for (const PositionListing::Row& row : listing.rows) {
    const bool is_account = row.strategy.empty();
    fmt::format_to(std::back_inserter(page),
                   "{:<20} {:<12} {:>14} {:>14} {:>16} {:>16} {:>14} {}\n", row.instrument.view(),
                   is_account ? "account" : row.strategy.view(),
                   units_of(row.position.raw, row.quantity_digits),
                   is_account ? units_of(row.venue_position.raw, row.quantity_digits) : "",
                   is_account ? to_string(row.average_entry_price) : "",
                   row.has_price ? to_string(row.unrealised_pnl) : "no price",
                   to_string(row.realised_pnl), row.currency.view());
  }
  return page;
}

std::string to_json(const BalanceListing& listing) {
  JsonLine line;
  line.begin_object().field("time_ns", listing.time.nanos).begin_array("balances");
  for (const BalanceListing::Row& row : listing.rows) {
    line.begin_object()
        .field("currency", row.currency.view())
        .field("cash", to_string(row.cash))
        .field("available", to_string(row.available))
        .field("equity", to_string(row.equity))
        .field("age_ns", row.age.count)
        .field("unexplained", row.unexplained)
        .end_object();
  }
  line.end_array().end_object();
  return line.text();
}

std::string page_of(const BalanceListing& listing) {
  if (listing.rows.empty()) return "the venue has told no balance yet\n";
  std::string page = fmt::format("{:<10} {:>24} {:>24} {:>24}  {}\n", "currency", "cash",
                                 "available", "equity", "told");
  for (const BalanceListing::Row& row : listing.rows) {
    fmt::format_to(std::back_inserter(page), "{:<10} {:>24} {:>24} {:>24}  {:.1f} s ago{}\n",
                   row.currency.view(), to_string(row.cash), to_string(row.available),
                   to_string(row.equity), static_cast<double>(row.age.count) / 1e9,
                   row.unexplained ? "; its bills do not explain it (gannet accept)" : "");
  }
  return page;
}

std::string to_json(const FillListing& listing) {
  JsonLine line;
  line.begin_object()
      .field("time_ns", listing.time.nanos)
      .field("fills_of_run", listing.of_run)
      .begin_array("fills");
  for (const FillListing::Row& row : listing.rows) {
    line.begin_object()
        .field("time_ns", row.fill.time.nanos)
        .field("instrument", row.instrument.view())
        .field("strategy", row.strategy.view())
        .field("client_id", std::to_string(row.fill.client_id.value))
        .field("side", side_word(row.fill.side))
        .field("price", units_of(row.fill.price.raw, row.price_digits))
        .field("quantity", units_of(row.fill.quantity.raw, row.quantity_digits))
        .field("maker", row.fill.maker)
        .field("fee", to_string(row.fill.fee))
        .field("fee_currency", row.fee_currency.view())
        .field("position_after", units_of(row.fill.position_after.raw, row.quantity_digits))
        .end_object();
  }
  line.end_array().end_object();
  return line.text();
}

std::string page_of(const FillListing& listing) {
  std::string page = fmt::format("{} fills in this run, {} shown, the newest first\n",
                                 listing.of_run, listing.rows.size());
  for (const FillListing::Row& row : listing.rows) {
    fmt::format_to(
        std::back_inserter(page),
        "{} {:<12} {:<20} {:<4} {} at {} ({}), fee {} {}, position {} (order {})\n",
        utc_text(row.fill.time).substr(0, 23), row.strategy.empty() ? "-" : row.strategy.view(),
        row.instrument.view(), side_word(row.fill.side),
        units_of(row.fill.quantity.raw, row.quantity_digits),
        units_of(row.fill.price.raw, row.price_digits), row.fill.maker ? "maker" : "taker",
        to_string(row.fill.fee), row.fee_currency.view(),
        units_of(row.fill.position_after.raw, row.quantity_digits), row.fill.client_id.value);
  }
  return page;
}

}  // namespace gannet::app
