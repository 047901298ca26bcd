#include "app/history_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "app/utc_text.h"
#include "domain/amount.h"
#include "domain/exact_math.h"

namespace gannet::app {
namespace {

using What = ReportQuestion::What;
using By = ReportQuestion::By;

Int128 raw_of(const std::string& text) {
  const auto amount = parse_amount(text, {});
  return amount ? amount->raw : 0;
}

std::string text_of(Int128 raw) { return to_string(Amount{raw, {}}); }

std::string day_of(std::int64_t time, Nanos day_start) {
  const std::int64_t day = 86'400'000'000'000;
  const std::int64_t since = time - day_start.count;
  const std::int64_t begin = since - (since % day + day) % day + day_start.count;
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(begin / 1'000'000'000)));
}

/// One line of a table; all of a table have the same fields.
using Fields = std::vector<std::pair<std::string, std::string>>;

std::string table_of(const std::vector<Fields>& lines) {
  if (lines.empty()) return "nothing in that time\n";
  std::vector<std::size_t> widths;
  for (const auto& [name, value] : lines.front()) widths.push_back(name.size());
  for (const Fields& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].second.size());
  }
  std::string out;
  const auto put = [&](const auto& text_at) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      fmt::format_to(std::back_inserter(out), "{}{:<{}}", i == 0 ? "" : "  ", text_at(i),
                     i + 1 == widths.size() ? 0 : widths[i]);
    out += '\n';
  };
  put([&](std::size_t i) { return lines.front()[i].first; });
  for (const Fields& line : lines) put([&](std::size_t i) { return line[i].second; });
  return out;
}

std::string json_of(const std::vector<Fields>& lines) {
  std::string out;
  for (const Fields& line : lines) {
    out += '{';
    for (std::size_t i = 0; i < line.size(); ++i)
      fmt::format_to(std::back_inserter(out), "{}\"{}\":\"{}\"", i == 0 ? "" : ",", line[i].first,
                     line[i].second);
    out += "}\n";
  }
  return out;
}

std::string group_name(By by) {
  switch (by) {
    case By::Nothing:
      return "";
    case By::Day:
      return "day";
    case By::Strategy:
      return "strategy";
    case By::Instrument:
      return "instrument";
  }
  return "";
}

/// Sums of one group in one currency.
struct Sums {
  std::uint64_t count = 0;
  Int128 realised = 0;
  Int128 fees = 0;
  Int128 funding = 0;
  Int128 other = 0;
};

class Reporter {
 public:
  Reporter(HistoryDatabase& database, const ReportQuestion& question)
      : database_(database), question_(question) {}

  std::expected<std::vector<Fields>, Error> lines() {
    const bool is_list = question_.by == By::Nothing;
    switch (question_.what) {
      case What::Orders:
        return is_list ? list_orders() : count_orders();
      case What::Fills:
        return is_list ? list_fills() : sum();
      case What::Pnl:
      case What::Fees:
      case What::Funding:
        return sum();
    }
    return std::vector<Fields>{};
  }

 private:
  std::int64_t from() const { return question_.from.nanos; }
  std::int64_t to() const { return question_.to.nanos; }

  std::string group_of(std::int64_t time, const std::string& strategy,
                       const std::string& instrument) const {
    switch (question_.by) {
      case By::Nothing:
        return "";
      case By::Day:
        return day_of(time, question_.day_start);
      case By::Strategy:
        return strategy.empty() ? "(none)" : strategy;
      case By::Instrument:
        return instrument.empty() ? "(none)" : instrument;
    }
    return "";
  }

  std::expected<std::vector<Fields>, Error> list_orders() {
    std::vector<Fields> lines;
    const auto read =
        database_.read_orders(from(), to(), [&](const HistoryDatabase::OrderRow& order) {
          lines.push_back({{"time", utc_text({order.time})},
                           {"client_id", fmt::format("{}", order.client_id)},
                           {"strategy", order.strategy},
                           {"instrument", order.instrument},
                           {"side", order.side},
                           {"kind", order.kind},
                           {"price", order.price},
                           {"quantity", order.quantity},
                           {"filled", order.cumulative},
                           {"state", order.state}});
        });
    if (!read) return std::unexpected(read.error());
    return lines;
  }

  std::expected<std::vector<Fields>, Error> count_orders() {
    std::map<std::string, std::map<std::string, std::uint64_t>> counts;
    const auto read =
        database_.read_orders(from(), to(), [&](const HistoryDatabase::OrderRow& order) {
          auto& group = counts[group_of(order.time, order.strategy, order.instrument)];
          ++group["orders"];
          ++group[order.state];
        });
    if (!read) return std::unexpected(read.error());
    std::vector<Fields> lines;
    for (auto& [group, states] : counts) {
      Fields line{{group_name(question_.by), group}};
      for (const char* state :
           {"orders", "filled", "cancelled", "rejected", "expired", "not_sent", "open"})
        line.emplace_back(state, fmt::format("{}", states[state]));
      lines.push_back(std::move(line));
    }
    return lines;
  }

  std::expected<std::vector<Fields>, Error> list_fills() {
    std::vector<Fields> lines;
    const auto read = database_.read_fills(from(), to(), [&](const HistoryFill& fill) {
      lines.push_back({{"time", utc_text({fill.time})},
                       {"strategy", fill.strategy},
                       {"instrument", fill.instrument},
                       {"side", fill.side},
                       {"price", fill.price},
                       {"quantity", fill.quantity},
                       {"fee", fill.fee},
                       {"fee_currency", fill.fee_currency},
                       {"role", fill.maker ? "maker" : "taker"},
                       {"realised", fill.realised},
                       {"currency", fill.currency},
                       {"client_id", fmt::format("{}", fill.client_id)},
                       {"trade_id", fmt::format("{}", fill.trade_id)}});
    });
    if (!read) return std::unexpected(read.error());
    return lines;
  }

  std::expected<std::vector<Fields>, Error> sum() {
    std::map<std::pair<std::string, std::string>, Sums> sums;  // (group, currency)
    auto read = database_.read_fills(from(), to(), [&](const HistoryFill& fill) {
      const std::string group = group_of(fill.time, fill.strategy, fill.instrument);
      const bool is_own = question_.by == By::Strategy;
      if (question_.what != What::Fees) {
        Sums& of_profit = sums[{group, fill.currency}];
        ++of_profit.count;
        of_profit.realised = add_saturating(of_profit.realised,
                                            raw_of(is_own ? fill.realised : fill.account_realised));
      }
      if (fill.fee == "0") return;
      Sums& of_fees = sums[{group, fill.fee_currency}];
      of_fees.count += question_.what == What::Fees ? 1 : 0;
      of_fees.fees = add_saturating(of_fees.fees, raw_of(fill.fee));
    });
    if (!read) return std::unexpected(read.error());
    read = database_.read_bills(from(), to(), [&](const HistoryBill& bill) {
      if (question_.what == What::Fees || question_.what == What::Fills) return;
      Int128 Sums::* into = nullptr;
      if (bill.kind == "funding") {
        into = &Sums::funding;
      } else if (bill.kind == "interest" || bill.kind == "clawback" || bill.kind == "delivery") {
        into = &Sums::other;
      } else {
        return;  // in the fills, or money that only came or went
      }
      Sums& of_group = sums[{group_of(bill.time, "", bill.instrument), bill.currency}];
      of_group.*into = add_saturating(of_group.*into, raw_of(bill.change));
    });
    if (!read) return std::unexpected(read.error());
    return lines_of(sums);
  }

  std::vector<Fields> lines_of(const std::map<std::pair<std::string, std::string>, Sums>& sums) {
    std::vector<Fields> lines;
    for (const auto& [key, of] : sums) {
      Fields line;
      if (question_.by != By::Nothing) line.emplace_back(group_name(question_.by), key.first);
      line.emplace_back("currency", key.second);
      if (question_.what == What::Fees) {
        line.emplace_back("fills", fmt::format("{}", of.count));
        line.emplace_back("fees", text_of(of.fees));
      } else if (question_.what == What::Funding) {
        if (of.funding == 0) continue;
        line.emplace_back("funding", text_of(of.funding));
      } else {
        line.emplace_back("fills", fmt::format("{}", of.count));
        line.emplace_back("realised", text_of(of.realised));
        line.emplace_back("fees", text_of(of.fees));
        if (question_.what == What::Pnl) {
          line.emplace_back("funding", text_of(of.funding));
          line.emplace_back("other", text_of(of.other));
          line.emplace_back("result", text_of(of.realised - of.fees + of.funding + of.other));
        }
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

  HistoryDatabase& database_;
  const ReportQuestion& question_;
};

}  // namespace

std::expected<std::string, Error> report(HistoryDatabase& database,
                                         const ReportQuestion& question) {
  auto lines = Reporter(database, question).lines();
  if (!lines) return std::unexpected(std::move(lines.error()));
  return question.json ? json_of(*lines) : table_of(*lines);
}

}  // namespace gannet::app
