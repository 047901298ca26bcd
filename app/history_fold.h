#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "app/history_database.h"
#include "base/journal_store.h"
#include "domain/notional.h"
#include "engine/journal_definitions.h"
#include "engine/journal_records.h"

namespace gannet::app {

/// Turns journal records, from the oldest kept and in order, into rows of the history. What the
/// database has already (by sequence) is only read for what follows from it: which ids mean what,
/// and the positions that realised profit is reckoned from. Cold: allocates. One thread.
class HistoryFold {
 public:
  explicit HistoryFold(HistoryDatabase& database)
      : database_(database), newest_(database.newest()) {}

  /// Between the database's begin and commit.
  void add(const JournalRecord& record);
  /// Sequence of the last record added.
  std::uint64_t last() const noexcept { return last_; }
  /// The rest says nothing to it.
  static bool wants(std::uint16_t type) noexcept;

 private:
  void add_event(const JournalRecord& record);
  void add(const engine::PlaceRecord& place, std::int64_t time);
  void add(const engine::AlgoPlaceRecord& place, std::int64_t time);
  void add(const engine::FillBookedRecord& booked, std::uint64_t sequence, std::int64_t time);
  void add(const engine::AdjustmentRecord& adjustment);
  void add(const engine::BillRecord& bill, std::uint64_t sequence);
  void add(const engine::BalanceRecord& balance, std::uint64_t sequence, std::int64_t time);
  void add(const engine::ReportRecord& report);
  void define(const engine::InstrumentDefinition& definition);
  const Instrument* find(std::uint32_t instrument) const;
  std::string strategy(std::uint16_t id) const;
  std::string currency(std::uint16_t id) const;
  bool is_new(std::uint64_t sequence) const noexcept { return sequence > newest_; }

  HistoryDatabase& database_;
  std::uint64_t newest_;
  std::uint64_t last_ = 0;
  std::uint64_t sequence_ = 0;  // of the record at hand
  std::map<std::uint32_t, Instrument> instruments_;
  std::map<std::uint16_t, std::string> strategies_;
  std::map<std::uint16_t, std::string> currencies_;
  std::map<std::pair<std::string, std::string>, PositionCost> positions_;  // (owner, instrument)
  std::map<std::string, __int128> cash_;
};

/// Brings the history up to the end of the journal in that state directory. `from_nothing`: made
/// anew. Errors: the journal cannot be read, the database cannot be written. Returns how many
/// records were new.
std::expected<std::uint64_t, Error> catch_up_history(HistoryDatabase& database, HistoryFold& fold,
                                                     const std::string& state_directory);

}  // namespace gannet::app
