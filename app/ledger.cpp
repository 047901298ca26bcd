#include "app/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

#include "base/journal_store.h"
#include "domain/amount.h"
#include "domain/units.h"
#include "engine/journal_definitions.h"
#include "engine/journal_records.h"

namespace gannet::app {
namespace {

using engine::RecordType;

std::string decimal_text(std::int64_t raw, int digits) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), raw, digits)};
}

std::string_view end_state_of(engine::OrderEventKind kind) {
  switch (kind) {
    case engine::OrderEventKind::Filled:
      return "filled";
    case engine::OrderEventKind::Cancelled:
      return "cancelled";
    case engine::OrderEventKind::Rejected:
      return "rejected";
    case engine::OrderEventKind::Expired:
      return "expired";
    default:
      return "open";
  }
}

struct LedgerOrder {
  engine::PlaceRecord place;
  std::uint64_t venue_id = 0;
  std::int64_t cumulative = 0;
  std::string_view state = "open";
  bool sent = true;
};

/// Folds records in their order; ids are those of the run that wrote them.
class Ledger {
 public:
  void add(const JournalRecord& record) {
    switch (record.head.type) {
      case engine::InstrumentDefinition::kType:
        if (const auto it = engine::read_record<engine::InstrumentDefinition>(record.payload)) {
          instruments_[it->instrument] = *it;
        }
        return;
      case engine::CurrencyDefinition::kType:
        if (const auto it = engine::read_record<engine::CurrencyDefinition>(record.payload)) {
          currencies_[static_cast<std::uint16_t>(it->currency)] = it->name;
        }
        return;
      default:
        add_event(static_cast<RecordType>(record.head.type), record.payload);
    }
  }

  std::string to_json() const {
    std::string out = "{\"orders\":[";
    auto put = std::back_inserter(out);
    const char* comma = "";
    for (const auto& [id, order] : orders_) {
      const engine::InstrumentDefinition& instrument = definition(order.place.instrument);
      fmt::format_to(
          put,
          "{}{{\"client_id\":\"{}\",\"venue_id\":\"{}\",\"instrument\":\"{}\",\"side\":\"{}\","
          "\"price\":\"{}\",\"quantity\":\"{}\",\"state\":\"{}\",\"cumulative_quantity\":\"{}\"}}",
          comma, id, order.venue_id, instrument.name,
          order.place.side == Side::Buy ? "buy" : "sell",
          decimal_text(order.place.price, instrument.price_digits),
          decimal_text(order.place.quantity, instrument.quantity_digits),
          order.sent ? order.state : "not_sent",
          decimal_text(order.cumulative, instrument.quantity_digits));
      comma = ",";
    }
    out += "],\"fills\":[";
    comma = "";
    for (const std::string& fill : fills_) {
      fmt::format_to(put, "{}{}", comma, fill);
      comma = ",";
    }
    out += "],\"positions\":[";
    comma = "";
    for (const auto& [id, quantity] : positions_) {
      const engine::InstrumentDefinition& instrument = definition(id);
      fmt::format_to(put, "{}{{\"instrument\":\"{}\",\"quantity\":\"{}\"}}", comma, instrument.name,
                     decimal_text(quantity, instrument.quantity_digits));
      comma = ",";
    }
    out += "],\"balances\":[";
    comma = "";
    for (const auto& [currency, cash] : balances_) {
      fmt::format_to(put, "{}{{\"currency\":\"{}\",\"cash\":\"{}\"}}", comma, currency,
                     to_string(cash));
      comma = ",";
    }
    out += "]}";
    return out;
  }

 private:
  const engine::InstrumentDefinition& definition(std::uint32_t id) const {
    static const engine::InstrumentDefinition unknown{};
    const auto found = instruments_.find(id);
    return found == instruments_.end() ? unknown : found->second;
  }

  void add_event(RecordType type, std::span<const std::byte> payload) {
    switch (type) {
      case RecordType::Place:
        if (const auto it = engine::read_record<engine::PlaceRecord>(payload)) {
          orders_[it->client_id].place = *it;
        }
        break;
      case RecordType::NotSent:
        if (const auto it = engine::read_record<engine::NotSentRecord>(payload)) {
          const auto order = orders_.find(it->client_id);
          if (order != orders_.end() && it->request == ExecutionReport::Request::Place) {
            order->second.sent = false;
          }
        }
        break;
      case RecordType::Report:
        if (const auto it = engine::read_record<engine::ReportRecord>(payload)) add_report(*it);
        break;
      case RecordType::OrderEnded:
        if (const auto it = engine::read_record<engine::OrderEndedRecord>(payload)) {
          const auto order = orders_.find(it->client_id);
          if (order == orders_.end()) break;
          order->second.state = end_state_of(it->kind);
          order->second.cumulative = std::max(order->second.cumulative, it->cumulative_quantity);
        }
        break;
      case RecordType::FillBooked:
        if (const auto it = engine::read_record<engine::FillBookedRecord>(payload)) add_fill(*it);
        break;
      case RecordType::Adjustment:
        if (const auto it = engine::read_record<engine::AdjustmentRecord>(payload)) {
          positions_[it->instrument] += it->after - it->before;  // of one leg
        }
        break;
      case RecordType::Balance:
        if (const auto it = engine::read_record<engine::BalanceRecord>(payload)) {
          const auto name = currencies_.find(it->currency);
          if (name != currencies_.end()) balances_[name->second] = Amount{it->cash, {it->currency}};
        }
        break;
      default:
        break;
    }
  }

  void add_report(const engine::ReportRecord& report) {
    const auto order = orders_.find(report.client_id);
    if (order == orders_.end()) return;
    if (report.venue_id != 0) order->second.venue_id = report.venue_id;
    if (report.kind != ExecutionReport::Kind::Status) return;
    order->second.cumulative = std::max(order->second.cumulative, report.cumulative_quantity);
    // Terms in force, as the venue tells them: amends change them.
    order->second.place.price = report.price;
    order->second.place.quantity = report.quantity;
  }

  void add_fill(const engine::FillBookedRecord& booked) {
    const engine::InstrumentDefinition& instrument = definition(booked.instrument);
    const auto currency = currencies_.find(booked.fill.fee_currency);
    fills_.push_back(
        fmt::format("{{\"venue_id\":\"{}\",\"trade_id\":\"{}\",\"client_id\":\"{}\",\"instrument\":"
                    "\"{}\",\"side\":\"{}\","
                    "\"price\":\"{}\",\"quantity\":\"{}\",\"fee\":\"{}\",\"fee_currency\":\"{}\"}}",
                    booked.venue_id, booked.fill.trade_id, booked.client_id, instrument.name,
                    booked.side == Side::Buy ? "buy" : "sell",
                    decimal_text(booked.fill.price, instrument.price_digits),
                    decimal_text(booked.fill.quantity, instrument.quantity_digits),
                    to_string(Amount{booked.fill.fee, {}}),
                    currency == currencies_.end() ? "" : currency->second));
    positions_[booked.instrument] +=
        booked.side == Side::Buy ? booked.fill.quantity : -booked.fill.quantity;
  }

  std::map<std::uint32_t, engine::InstrumentDefinition> instruments_;
  std::map<std::uint16_t, std::string> currencies_;
  std::map<std::uint64_t, LedgerOrder> orders_;
  std::vector<std::string> fills_;
  std::map<std::uint32_t, std::int64_t> positions_;
  std::map<std::string, Amount> balances_;
};

}  // namespace

std::expected<std::string, Error> ledger_json(const std::string& state_directory) {
  Ledger ledger;
  const auto read = read_journal(state_directory + "/journal",
                                 [&](const JournalRecord& record) { ledger.add(record); });
  if (!read) return std::unexpected(read.error());
  if (!read->damage.empty())
    return std::unexpected(Error{"the journal is damaged: " + read->damage});
  return ledger.to_json();
}

}  // namespace gannet::app
