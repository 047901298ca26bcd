#include "app/record_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "app/daemon_status.h"
#include "app/json_line.h"
#include "app/utc_text.h"
#include "domain/denial.h"
#include "domain/units.h"

namespace gannet::app {
namespace {

using engine::RecordType;
using Kind = ExecutionReport::Kind;

template <class E, std::size_t N>
std::string_view word(E value, const std::string_view (&words)[N]) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : "unknown";
}

constexpr std::string_view kSides[] = {"buy", "sell"};
constexpr std::string_view kOrderKinds[] = {"limit", "market"};
constexpr std::string_view kTimes[] = {"good_till_cancel", "immediate_or_cancel", "fill_or_kill"};
constexpr std::string_view kReportKinds[] = {
    "place_accepted",  "place_rejected",  "amend_accepted", "amend_rejected", "cancel_accepted",
    "cancel_rejected", "outcome_unknown", "status",         "not_found"};
constexpr std::string_view kSources[] = {"reply", "push", "query"};
constexpr std::string_view kRequests[] = {"none", "place", "amend", "cancel"};
constexpr std::string_view kOrderStates[] = {"live", "partially_filled", "filled", "cancelled",
                                             "expired"};
constexpr std::string_view kSendResults[] = {"sent", "not_connected", "queue_full"};
constexpr std::string_view kSnapshots[] = {"open_orders", "fills", "positions", "balances",
                                           "algo_orders"};
constexpr std::string_view kConnections[] = {"disconnected", "connecting", "ready"};
constexpr std::string_view kCommands[] = {"kill",       "resume", "hold",
                                          "cancel_all", "accept", "resolve"};
constexpr std::string_view kAlgoStates[] = {
    "live",      "paused", "partially_effective", "effective",
    "cancelled", "failed", "partially_failed"};
constexpr std::string_view kCalls[] = {"journal_failed", "request_round",   "release_dead_man",
                                       "cancel_order",   "strategy_failed", "market_suspect",
                                       "bills_listed"};
constexpr std::string_view kMarketValues[] = {"bid",
                                              "ask",
                                              "mark",
                                              "index",
                                              "highest_buy",
                                              "lowest_sell",
                                              "definition_time",
                                              "currency_price",
                                              "book_time",
                                              "mark_time",
                                              "book_unusable_since",
                                              "market_stale",
                                              "account_stale",
                                              "book_mid",
                                              "suspect_reason",
                                              "suspect_limit",
                                              "suspect_value",
                                              "wire_places",
                                              "wire_amends",
                                              "wire_cancels"};

std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte b : bytes)
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned>(b));
  return out;
}

template <std::size_t N>
std::string_view text_of(const char (&text)[N]) noexcept {
  return {text, static_cast<std::size_t>(std::find(text, text + N, '\0') - text)};
}

}  // namespace

std::string_view name_of(engine::OrderEventKind kind) noexcept {
  static constexpr std::string_view kNames[] = {
      "denied",        "pending_new",     "accepted", "live",         "partially_filled", "filled",
      "cancelled",     "rejected",        "expired",  "amend_denied", "amend_rejected",   "amended",
      "cancel_denied", "cancel_rejected", "unknown",  "adopted",      "triggered"};
  return word(kind, kNames);
}

std::string_view name_of(VenueReason reason) noexcept {
  static constexpr std::string_view kNames[] = {"none",
                                                "user_cancel",
                                                "cancel_all_after",
                                                "post_only_would_take",
                                                "immediate_or_cancel_remainder",
                                                "fill_or_kill_unfillable",
                                                "self_trade_prevention",
                                                "reduce_only",
                                                "price_limit",
                                                "liquidation",
                                                "delivery",
                                                "insufficient_funds",
                                                "invalid_parameter",
                                                "unknown_instrument",
                                                "instrument_not_tradable",
                                                "duplicate_client_order_id",
                                                "too_many_orders",
                                                "rate_limited",
                                                "order_gone",
                                                "request_expired",
                                                "not_authorised",
                                                "venue_unavailable",
                                                "outcome_unknown",
                                                "other",
                                                "account_rate_limited",
                                                "slippage_exceeded",
                                                "not_permitted",
                                                "venue_busy",
                                                "unsupported"};
  static_assert(std::size(kNames) == kVenueReasons);
  return word(reason, kNames);
}

/// Puts fields one after the other; what is not given is left out.
class RecordText::Writer {
 public:
  Writer(const RecordText& names, Fields& fields) : names_(names), fields_(fields) {}

  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) fields_.emplace_back(key, std::string(value));
  }
  template <std::integral T>
  void number(std::string_view key, T value) {
    if (value != 0) fields_.emplace_back(key, fmt::format("{}", value));
  }
  void flag(std::string_view key, std::uint8_t value) {
    if (value != 0) fields_.emplace_back(key, "yes");
  }
  void time(std::string_view key, std::int64_t nanos) {
    if (nanos != 0) fields_.emplace_back(key, utc_text({nanos}));
  }
  void money(std::string_view key, __int128 raw, std::string_view unit = {}) {
    if (raw == 0) return;
    std::string value = to_string(Amount{raw, {}});
    if (!unit.empty()) value += fmt::format(" {}", unit);
    fields_.emplace_back(key, std::move(value));
  }
  /// What follows is of that instrument.
  void instrument(std::uint32_t id) {
    definition_ = names_.instrument(id);
    if (definition_ != nullptr) {
      text("instrument", text_of(definition_->name));
    } else if (id != InstrumentId::kNone) {
      number("instrument", id);
    }
  }
  void strategy(std::uint16_t id) {
    const auto found = names_.strategies_.find(id);
    if (found != names_.strategies_.end()) text("strategy", found->second);
  }
  void price(std::string_view key, std::int64_t raw) {
    units(key, raw, definition_ == nullptr ? 0 : definition_->price_digits);
  }
  void quantity(std::string_view key, std::int64_t raw) {
    units(key, raw, definition_ == nullptr ? 0 : definition_->quantity_digits);
  }
  void fill(const engine::FillFields& fill) {
    number("trade_id", fill.trade_id);
    price("fill_price", fill.price);
    quantity("fill_quantity", fill.quantity);
    money("fee", fill.fee, names_.currency(fill.fee_currency));
    flag("maker", fill.maker);
    time("fill_time", fill.exchange_time);
  }
  void terms(const AlgoTerms& terms) {
    text("side", word(terms.side, kSides));
    quantity("quantity", terms.quantity.raw);
    price("trigger", terms.trigger.raw);
    price("limit", terms.limit.raw);
    price("stop_trigger", terms.stop_trigger.raw);
    price("stop_limit", terms.stop_limit.raw);
    flag("reduce_only", terms.reduce_only ? 1 : 0);
  }

 private:
  void units(std::string_view key, std::int64_t raw, int digits) {
    if (raw == 0) return;
    std::array<char, kMaxUnitsText> text;
    fields_.emplace_back(key, std::string(text.data(), format_units(text.data(), raw, digits)));
  }

  const RecordText& names_;
  Fields& fields_;
  const engine::InstrumentDefinition* definition_ = nullptr;
};

void RecordText::learn(const JournalRecord& record) {
  switch (record.head.type) {
    case engine::InstrumentDefinition::kType:
      if (const auto it = engine::read_record<engine::InstrumentDefinition>(record.payload))
        instruments_[it->instrument] = *it;
      return;
    case engine::CurrencyDefinition::kType:
      if (const auto it = engine::read_record<engine::CurrencyDefinition>(record.payload))
        currencies_[static_cast<std::uint16_t>(it->currency)] = text_of(it->name);
      return;
    case engine::StrategyDefinition::kType:
      if (const auto it = engine::read_record<engine::StrategyDefinition>(record.payload))
        strategies_[static_cast<std::uint16_t>(it->strategy)] = text_of(it->name);
      return;
    default:
      return;
  }
}

const engine::InstrumentDefinition* RecordText::instrument(std::uint32_t id) const {
  const auto found = instruments_.find(id);
  return found == instruments_.end() ? nullptr : &found->second;
}

std::string RecordText::currency(std::uint16_t id) const {
  const auto found = currencies_.find(id);
  return found == currencies_.end() ? "" : found->second;
}

void RecordText::write(Writer& out, RecordType type, std::span<const std::byte> payload) const {
  const auto as = [&]<class Record>(std::type_identity<Record>, auto&& use) {
    if (const auto record = engine::read_record<Record>(payload)) return use(*record);
    out.text("payload", hex(payload));
  };
  const auto place_intent = [&](const engine::PlaceIntentRecord& it) {
    out.instrument(it.instrument);
    out.strategy(it.strategy);
    out.number("handle", it.handle);
    out.number("cookie", it.cookie);
    out.text("side", word(it.side, kSides));
    out.text("kind", word(it.kind, kOrderKinds));
    out.text("time_in_force", word(it.time_in_force, kTimes));
    out.price("price", it.price);
    out.quantity("quantity", it.quantity);
    out.flag("post_only", it.post_only);
    out.flag("reduce_only", it.reduce_only);
    out.time("intent_time", it.intent_time);
    out.time("trigger_time", it.trigger_time);
  };
  switch (type) {
    case RecordType::Run:
      return as(std::type_identity<engine::RunRecord>{}, [&](const engine::RunRecord& it) {
        out.number("run", it.run);
        out.number("engine_number", it.engine_number);
      });
    case RecordType::PlaceIntent:
      return as(std::type_identity<engine::PlaceIntentRecord>{}, place_intent);
    case RecordType::IntentWithExits:
      return as(std::type_identity<engine::IntentWithExitsRecord>{},
                [&](const engine::IntentWithExitsRecord& it) {
                  place_intent(it.intent);
                  out.price("take_profit", it.take_profit);
                  out.price("stop", it.stop);
                });
    case RecordType::AmendIntent:
      return as(std::type_identity<engine::AmendIntentRecord>{},
                [&](const engine::AmendIntentRecord& it) {
                  out.strategy(it.strategy);
                  out.number("handle", it.handle);
                  out.number("new_price_units", it.new_price);
                  out.number("new_quantity_units", it.new_quantity);
                });
    case RecordType::CancelIntent:
      return as(std::type_identity<engine::CancelIntentRecord>{},
                [&](const engine::CancelIntentRecord& it) {
                  out.instrument(it.instrument);
                  out.strategy(it.strategy);
                  out.number("handle", it.handle);
                });
    case RecordType::Denied:
      return as(std::type_identity<engine::DeniedRecord>{}, [&](const engine::DeniedRecord& it) {
        out.instrument(it.instrument);
        out.strategy(it.strategy);
        out.number("handle", it.handle);
        out.text("what", name_of(it.kind));
        out.text("reason", gannet::name_of(it.reason));
        out.text("limit", it.limit == 0 ? "" : fmt::format("{}", static_cast<double>(it.limit)));
        out.text("value", it.value == 0 ? "" : fmt::format("{}", static_cast<double>(it.value)));
        out.time("retry_at", it.retry_at);
      });
    case RecordType::Place:
      return as(std::type_identity<engine::PlaceRecord>{}, [&](const engine::PlaceRecord& it) {
        out.number("client_id", it.client_id);
        out.instrument(it.instrument);
        out.strategy(it.strategy);
        out.number("handle", it.handle);
        out.text("side", word(it.side, kSides));
        out.text("kind", word(it.kind, kOrderKinds));
        out.text("time_in_force", word(it.time_in_force, kTimes));
        out.price("price", it.price);
        out.quantity("quantity", it.quantity);
        out.flag("post_only", it.post_only);
        out.flag("reduce_only", it.reduce_only);
        out.price("best_bid", it.best_bid);
        out.price("best_ask", it.best_ask);
        out.price("mark", it.mark);
        out.time("book_time", it.book_time);
        out.time("mark_time", it.mark_time);
        out.time("expire_time", it.expire_time);
      });
    case RecordType::Amend:
      return as(std::type_identity<engine::AmendRecord>{}, [&](const engine::AmendRecord& it) {
        out.number("client_id", it.client_id);
        out.number("amend_id", it.amend_id);
        out.number("new_price_units", it.has_price != 0 ? it.new_price : 0);
        out.number("new_quantity_units", it.has_quantity != 0 ? it.new_quantity : 0);
      });
    case RecordType::Cancel:
      return as(std::type_identity<engine::CancelRecord>{}, [&](const engine::CancelRecord& it) {
        out.number("client_id", it.client_id);
        out.number("venue_id", it.venue_id);
        out.instrument(it.instrument);
      });
    case RecordType::NotSent:
      return as(std::type_identity<engine::NotSentRecord>{}, [&](const engine::NotSentRecord& it) {
        out.number("client_id", it.client_id);
        out.text("request", word(it.request, kRequests));
        out.text("result", word(it.result, kSendResults));
      });
    case RecordType::Report:
      return as(std::type_identity<engine::ReportRecord>{}, [&](const engine::ReportRecord& it) {
        out.number("client_id", it.client_id);
        out.number("venue_id", it.venue_id);
        out.instrument(it.instrument);
        out.text("kind", word(it.kind, kReportKinds));
        out.text("source", word(it.source, kSources));
        if (it.kind == Kind::Status) out.text("state", word(it.state, kOrderStates));
        out.text("reason", it.reason == VenueReason::None ? "" : name_of(it.reason));
        out.number("venue_code", it.venue_code);
        out.number("amend_id", it.amend_id);
        out.price("price", it.price);
        out.quantity("quantity", it.quantity);
        out.quantity("cumulative_quantity", it.cumulative_quantity);
        if (it.has_fill != 0) out.fill(it.fill);
        out.time("exchange_time", it.exchange_time);
      });
    case RecordType::FillRow:
      return as(std::type_identity<engine::FillRowRecord>{}, [&](const engine::FillRowRecord& it) {
        out.number("client_id", it.client_id);
        out.number("venue_id", it.venue_id);
        out.instrument(it.instrument);
        out.text("side", word(it.side, kSides));
        out.fill(it.fill);
      });
    case RecordType::FillBooked:
      return as(std::type_identity<engine::FillBookedRecord>{},
                [&](const engine::FillBookedRecord& it) {
                  out.number("client_id", it.client_id);
                  out.number("venue_id", it.venue_id);
                  out.instrument(it.instrument);
                  out.strategy(it.strategy);
                  out.text("side", word(it.side, kSides));
                  out.fill(it.fill);
                  out.flag("late", it.late);
                });
    case RecordType::Position:
      return as(std::type_identity<engine::PositionRecord>{},
                [&](const engine::PositionRecord& it) {
                  out.instrument(it.instrument);
                  out.quantity("quantity", it.quantity);
                  out.money("average_entry_price", it.average_entry_price);
                  out.flag("from_snapshot", it.from_snapshot);
                  out.time("exchange_time", it.exchange_time);
                });
    case RecordType::Balance:
      return as(std::type_identity<engine::BalanceRecord>{}, [&](const engine::BalanceRecord& it) {
        out.text("currency", currency(it.currency));
        out.money("cash", it.cash);
        out.money("available", it.available);
        out.money("equity", it.equity);
        out.flag("from_snapshot", it.from_snapshot);
      });
    case RecordType::SnapshotEdge:
      return as(
          std::type_identity<engine::SnapshotEdgeRecord>{},
          [&](const engine::SnapshotEdgeRecord& it) {
            out.text("list", word(it.kind, kSnapshots));
            out.text("edge", it.end == 0 ? "begin" : it.complete != 0 ? "complete" : "incomplete");
            out.number("request", it.request);
          });
    case RecordType::Connection:
      return as(std::type_identity<engine::ConnectionRecord>{},
                [&](const engine::ConnectionRecord& it) {
                  out.text("of", it.account != 0 ? "account" : "market");
                  out.text("state", word(it.state, kConnections));
                });
    case RecordType::State:
      return as(std::type_identity<engine::StateRecord>{}, [&](const engine::StateRecord& it) {
        out.instrument(it.instrument);
        out.text("state", name_of(it.state));
        if (it.hold_reason != engine::HoldReason::None) out.text("reason", name_of(it.hold_reason));
      });
    case RecordType::Command:
      return as(std::type_identity<engine::CommandRecord>{}, [&](const engine::CommandRecord& it) {
        out.text("command", word(it.kind, kCommands));
        out.text("who", text_of(it.who));
        out.text("why", text_of(it.why));
        out.number("client_id", it.client_id);
        out.instrument(it.instrument);
      });
    case RecordType::OperatorCommand:
      return as(std::type_identity<engine::OperatorCommandRecord>{},
                [&](const engine::OperatorCommandRecord& it) {
                  out.text("what", text_of(it.what));
                  out.text("who", text_of(it.who));
                });
    case RecordType::Latch:
      return as(std::type_identity<engine::StrategyLatchRecord>{},
                [&](const engine::StrategyLatchRecord& it) {
                  out.strategy(it.strategy);
                  out.text("reason", name_of(it.reason));
                  out.text("now", it.disabled != 0 ? "stopped" : "enabled");
                  out.text("who", text_of(it.who));
                });
    case RecordType::Adjustment:
      return as(std::type_identity<engine::AdjustmentRecord>{},
                [&](const engine::AdjustmentRecord& it) {
                  out.instrument(it.instrument);
                  out.quantity("before", it.before);
                  out.quantity("after", it.after);
                });
    case RecordType::OrderEnded:
      return as(std::type_identity<engine::OrderEndedRecord>{},
                [&](const engine::OrderEndedRecord& it) {
                  out.number("client_id", it.client_id);
                  out.text("as", name_of(it.kind));
                  out.text("reason", it.reason == VenueReason::None ? "" : name_of(it.reason));
                  out.number("cumulative_quantity_units", it.cumulative_quantity);
                });
    case RecordType::AlgoIntent:
      return as(std::type_identity<engine::AlgoIntentRecord>{},
                [&](const engine::AlgoIntentRecord& it) {
                  out.instrument(it.instrument);
                  out.strategy(it.strategy);
                  out.number("handle", it.handle);
                  out.terms(it.terms);
                });
    case RecordType::AlgoPlace:
      return as(std::type_identity<engine::AlgoPlaceRecord>{},
                [&](const engine::AlgoPlaceRecord& it) {
                  out.number("client_id", it.client_id);
                  out.instrument(it.instrument);
                  out.strategy(it.strategy);
                  out.number("handle", it.handle);
                  out.terms(it.terms);
                  out.number("attached_to", it.attached_to);
                });
    case RecordType::AlgoReport:
      return as(std::type_identity<engine::AlgoReportRecord>{},
                [&](const engine::AlgoReportRecord& it) {
                  out.number("client_id", it.client_id);
                  out.number("venue_id", it.venue_id);
                  out.instrument(it.instrument);
                  out.text("source", word(it.source, kSources));
                  out.text("state", word(it.state, kAlgoStates));
                  out.text("reason", it.reason == VenueReason::None ? "" : name_of(it.reason));
                });
    case RecordType::VenueClock:
      return as(std::type_identity<engine::VenueClockRecord>{},
                [&](const engine::VenueClockRecord& it) { out.number("offset_ns", it.offset); });
    case RecordType::DeadManAnswer:
      return as(std::type_identity<engine::DeadManAnswerRecord>{},
                [&](const engine::DeadManAnswerRecord& it) {
                  out.text("answer", it.accepted != 0 ? "accepted" : "refused");
                  out.time("requested_at", it.requested_at);
                });
    case RecordType::Cash:
      return as(std::type_identity<engine::CashRecord>{}, [&](const engine::CashRecord& it) {
        out.money("cash", it.cash, currency(it.currency));
      });
    case RecordType::CoreCall:
      return as(std::type_identity<engine::CoreCallRecord>{},
                [&](const engine::CoreCallRecord& it) {
                  out.text("call", word(it.kind, kCalls));
                  out.number("argument", it.argument);
                });
    case RecordType::Lost:
      return as(std::type_identity<engine::LostRecord>{},
                [&](const engine::LostRecord& it) { out.number("records", it.records); });
    case RecordType::Observations: {
      std::size_t turns = 0;
      std::string values;
      for (auto rest = payload; !rest.empty();) {
        const auto note = engine::read_note(rest);
        if (!note) break;
        rest = rest.subspan(note->size);
        if (note->head.what == engine::NoteHead::kTurn) {
          ++turns;
          continue;
        }
        const std::string_view what = note->head.what < std::size(kMarketValues)
                                          ? kMarketValues[note->head.what]
                                          : std::string_view("value");
        const auto* of = instrument(note->head.subject);
        std::string value = "none";
        if (note->value && of != nullptr &&
            (note->head.what < 6 ||
             note->head.what == static_cast<std::uint8_t>(risk::MarketValue::UsableBookMid))) {
          std::array<char, kMaxUnitsText> text;
          value.assign(
              text.data(),
              format_units(text.data(), static_cast<std::int64_t>(*note->value), of->price_digits));
        } else if (note->value) {
          value = note->value == static_cast<std::int64_t>(*note->value)
                      ? fmt::format("{}", static_cast<std::int64_t>(*note->value))
                      : to_string(Amount{*note->value, {}});
        }
        fmt::format_to(std::back_inserter(values), "{}{} of {} {}", values.empty() ? "" : ", ",
                       what, of != nullptr ? text_of(of->name) : "account", value);
      }
      out.number("turns", turns);
      out.text("read", values);
      return;
    }
    default:
      out.text("payload", hex(payload));
  }
}

RecordText::Fields RecordText::fields(const JournalRecord& record) const {
  Fields fields;
  Writer out(*this, fields);
  if ((record.head.type & kJournalDefinition) != 0) {
    RecordText one;
    one.learn(record);
    for (const auto& [id, definition] : one.instruments_) out.text("instrument", definition.name);
    for (const auto& [id, name] : one.currencies_) out.text("currency", name);
    for (const auto& [id, name] : one.strategies_) out.text("strategy", name);
  } else {
    write(out, static_cast<RecordType>(record.head.type), record.payload);
  }
  return fields;
}

std::string RecordText::json(const JournalRecord& record) const {
  JsonLine line;
  line.begin_object();
  line.field("sequence", record.head.sequence);
  line.field("time", utc_text({record.head.time}));
  line.field("type", (record.head.type & kJournalDefinition) != 0
                         ? "definition"
                         : engine::name_of(static_cast<RecordType>(record.head.type)));
  for (const auto& [key, value] : fields(record)) line.field(key, value);
  line.end_object();
  return line.text();
}

std::string RecordText::line(const JournalRecord& record) const {
  std::string text =
      fmt::format("{:>10} {} {:<16}", record.head.sequence, utc_text({record.head.time}),
                  (record.head.type & kJournalDefinition) != 0
                      ? "definition"
                      : engine::name_of(static_cast<RecordType>(record.head.type)));
  for (const auto& [key, value] : fields(record))
    fmt::format_to(std::back_inserter(text), " {}={}", key, value);
  return text;
}

}  // namespace gannet::app
