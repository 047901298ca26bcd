#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "domain/units.h"
#include "support/process.h"

namespace gannet::test {

/// A decimal text as an exact number of 10^-12, so that "1.50" is "1.5".
inline std::int64_t exact(std::string_view text) {
  return text.empty() ? 0 : parse_units(text, 12).value_or(-987'654'321);
}

/// Every difference between what the venue says really is and what the engine's journal adds up
/// to: orders, fills, positions, balances. As sentences; empty when they agree.
inline std::vector<std::string> differences(const Json& truth, const Json& ledger) {
  std::vector<std::string> wrong;
  using Text = std::string_view;
  const auto text = [](simdjson::dom::element row, Text key) {
    return std::string(Text(row[key]));
  };

  std::map<std::string, std::pair<std::string, std::int64_t>> there, here;
  for (const auto order : truth["orders"].get_array()) {
    const std::string state = text(order, "state");
    there[text(order, "clOrdId")] = {state == "canceled" ? "cancelled"
                                     : state == "filled" ? "filled"
                                                         : "open",
                                     exact(text(order, "accFillSz"))};
  }
  for (const auto order : ledger["orders"].get_array())
    here[text(order, "client_id")] = {text(order, "state"),
                                      exact(text(order, "cumulative_quantity"))};
  for (const auto& [id, at_venue] : there) {
    const auto found = here.find(id);
    if (found == here.end()) {
      wrong.push_back("order " + id + " is at the venue alone");
    } else if (found->second != at_venue) {
      wrong.push_back("order " + id + ": " + found->second.first + " here, " + at_venue.first +
                      " at the venue");
    }
  }
  for (const auto& [id, order] : here) {
    if (there.contains(id)) continue;
    const bool never_was =
        order.second == 0 &&
        (order.first == "rejected" || order.first == "not_sent" || order.first == "expired");
    if (!never_was) wrong.push_back("order " + id + ": " + order.first + " here alone");
  }

  using Match = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t>;
  std::multiset<Match> booked, happened;
  for (const auto fill : truth["fills"].get_array())
    happened.insert({text(fill, "ordId"), text(fill, "tradeId"), text(fill, "side"),
                     exact(text(fill, "fillPx")), exact(text(fill, "fillSz"))});
  for (const auto fill : ledger["fills"].get_array())
    booked.insert({text(fill, "venue_id"), text(fill, "trade_id"), text(fill, "side"),
                   exact(text(fill, "price")), exact(text(fill, "quantity"))});
  if (booked != happened)
    wrong.push_back(std::to_string(booked.size()) + " fills booked, " +
                    std::to_string(happened.size()) + " at the venue, or not the same ones");

  const auto compare = [&](Text what, const Json& theirs, Text name_there, Text value_there,
                           const Json& ours, Text name_here, Text value_here) {
    std::map<std::string, std::int64_t> left, right;
    for (const auto row : ours[what].get_array())
      if (const auto value = exact(text(row, value_here))) left[text(row, name_here)] = value;
    for (const auto row : theirs[what].get_array())
      if (const auto value = exact(text(row, value_there))) right[text(row, name_there)] = value;
    if (left != right) wrong.push_back(std::string(what) + " differ");
  };
  compare("positions", truth, "instId", "pos", ledger, "instrument", "quantity");
  compare("balances", truth, "ccy", "cashBal", ledger, "currency", "cash");
  if (!truth.flag("money_ok")) wrong.push_back("the venue's own money does not balance");
  return wrong;
}

}  // namespace gannet::test
