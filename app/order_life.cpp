#include "app/order_life.h"

#include <fmt/format.h>

#include <optional>
#include <span>

#include "app/record_text.h"
#include "base/journal_reader.h"
#include "engine/journal_inputs.h"

namespace gannet::app {
namespace {

using engine::RecordType;

/// Names of one order in one record; zero where the record does not name it that way.
struct Names {
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::uint64_t handle = 0;
  std::uint16_t strategy = StrategyId::kNone;
};

template <class Record>
std::optional<Names> names_in(std::span<const std::byte> payload) {
  const auto record = engine::read_record<Record>(payload);
  if (!record) return std::nullopt;
  Names names;
  if constexpr (requires { record->client_id; }) names.client_id = record->client_id;
  if constexpr (requires { record->venue_id; }) names.venue_id = record->venue_id;
  if constexpr (requires { record->handle; }) names.handle = record->handle;
  if constexpr (requires { record->strategy; }) names.strategy = record->strategy;
  return names;
}

std::optional<Names> names_of(RecordType type, std::span<const std::byte> payload) {
  switch (type) {
    case RecordType::PlaceIntent:
      return names_in<engine::PlaceIntentRecord>(payload);
    case RecordType::AmendIntent:
      return names_in<engine::AmendIntentRecord>(payload);
    case RecordType::CancelIntent:
      return names_in<engine::CancelIntentRecord>(payload);
    case RecordType::AlgoIntent:
      return names_in<engine::AlgoIntentRecord>(payload);
    case RecordType::Denied:
      return names_in<engine::DeniedRecord>(payload);
    case RecordType::Place:
      return names_in<engine::PlaceRecord>(payload);
    case RecordType::AlgoPlace:
      return names_in<engine::AlgoPlaceRecord>(payload);
    case RecordType::Amend:
      return names_in<engine::AmendRecord>(payload);
    case RecordType::Cancel:
      return names_in<engine::CancelRecord>(payload);
    case RecordType::NotSent:
      return names_in<engine::NotSentRecord>(payload);
    case RecordType::Report:
      return names_in<engine::ReportRecord>(payload);
    case RecordType::AlgoReport:
      return names_in<engine::AlgoReportRecord>(payload);
    case RecordType::FillRow:
      return names_in<engine::FillRowRecord>(payload);
    case RecordType::FillBooked:
      return names_in<engine::FillBookedRecord>(payload);
    case RecordType::OrderEnded:
      return names_in<engine::OrderEndedRecord>(payload);
    case RecordType::MaySendAgain:
      return names_in<engine::MaySendAgainRecord>(payload);
    case RecordType::Command:
      return names_in<engine::CommandRecord>(payload);
    default:
      return std::nullopt;
  }
}

/// All that the order is called, found in a first reading.
struct Wanted {
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::uint64_t handle = 0;
  std::uint16_t strategy = StrategyId::kNone;
  std::uint64_t run_from = 0;  ///< sequences of the run that placed it: handles are its own
  std::uint64_t run_until = ~std::uint64_t{0};

  bool names(const Names& names, std::uint64_t sequence) const {
    if (client_id != 0 && names.client_id == client_id) return true;
    if (venue_id != 0 && names.client_id == 0 && names.venue_id == venue_id) return true;
    return handle != 0 && names.handle == handle && names.strategy == strategy &&
           sequence >= run_from && sequence < run_until;
  }
};

std::expected<Wanted, Error> find(const std::string& directory, std::uint64_t order) {
  Wanted wanted;
  std::uint64_t run_from = 0;
  bool by_id = false;
  const auto read = read_journal(directory, [&](const JournalRecord& record) {
    const auto type = static_cast<RecordType>(record.head.type);
    if (type == RecordType::Run) {
      if (wanted.run_from != 0 && wanted.run_until == ~std::uint64_t{0})
        wanted.run_until = record.head.sequence;
      run_from = record.head.sequence;
    }
    const auto names = names_of(type, record.payload);
    if (!names) return;
    const bool is_placed = type == RecordType::Place || type == RecordType::AlgoPlace;
    const bool is_named = names->client_id == order || names->venue_id == order;
    const bool is_wish = type == RecordType::PlaceIntent || type == RecordType::AlgoIntent;
    if (is_named || (wanted.client_id != 0 && names->client_id == wanted.client_id)) {
      by_id = true;
      if (names->client_id != 0) wanted.client_id = names->client_id;
      if (names->venue_id != 0) wanted.venue_id = names->venue_id;
    } else if (by_id || names->handle != order || !is_wish) {
      return;
    }
    if (is_placed || (is_wish && !by_id)) {
      wanted.handle = names->handle;
      wanted.strategy = names->strategy;
      wanted.run_from = run_from;
      wanted.run_until = ~std::uint64_t{0};
    }
  });
  if (!read) return std::unexpected(read.error());
  return wanted;
}

}  // namespace

std::expected<std::vector<OrderMoment>, Error> order_life(const std::string& directory,
                                                          std::uint64_t order) {
  auto wanted = find(directory, order);
  if (wanted && wanted->client_id != 0 && wanted->handle == 0) {
    // Named first by the venue's id: its place is found by the client id now.
    auto again = find(directory, wanted->client_id);
    if (again && wanted->venue_id != 0) again->venue_id = wanted->venue_id;
    wanted = std::move(again);
  }
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  RecordText text;
  std::vector<OrderMoment> life;
  const auto add = [&](OrderMoment moment) {
    moment.since_first = life.empty() ? 0 : moment.time - life.front().time;
    life.push_back(std::move(moment));
  };
  bool decides = false;  // between its wish and what became of it
  const auto read = read_journal(directory, [&](const JournalRecord& record) {
    text.learn(record);
    const auto type = static_cast<RecordType>(record.head.type);
    const auto moment = [&] {
      return OrderMoment{record.head.sequence, record.head.time, 0, text.line(record),
                         text.json(record)};
    };
    if (type == RecordType::Observations) {
      if (decides) add(moment());
      return;
    }
    decides = false;
    const auto names = names_of(type, record.payload);
    if (!names || !wanted->names(*names, record.head.sequence)) return;
    add(moment());
    decides = type == RecordType::PlaceIntent || type == RecordType::AlgoIntent ||
              type == RecordType::AmendIntent;
  });
  if (!read) return std::unexpected(read.error());
  return life;
}

}  // namespace gannet::app
