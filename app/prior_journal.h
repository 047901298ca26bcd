#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/journal_store.h"
#include "domain/instrument_table.h"
#include "engine/prior_belief.h"

namespace gannet::app {

/// Reads the journal of earlier runs into this run's numbers: instruments, strategies and
/// currencies are told apart by name, since a changed configuration renumbers them. What names an
/// instrument that is no longer configured is left out and counted. Cold.
class PriorJournal {
 public:
  PriorJournal(const InstrumentTable& instruments, const CurrencyTable& currencies,
               std::vector<std::string> strategies);

  /// Each record, oldest first.
  void add(const JournalRecord& record);
  const engine::PriorBelief& belief() const noexcept { return belief_; }
  std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  std::uint32_t instrument(std::uint32_t then) const;
  std::uint16_t strategy(std::uint16_t then) const;
  std::uint16_t currency(std::uint16_t then) const;
  template <class Record>
  void translate(const JournalRecord& record);

  const InstrumentTable& instruments_;
  const CurrencyTable& currencies_;
  std::vector<std::string> strategies_;
  std::map<std::uint32_t, InstrumentId> instrument_now_;
  std::map<std::uint16_t, std::uint16_t> strategy_now_;
  std::map<std::uint16_t, CurrencyId> currency_now_;
  engine::PriorBelief belief_;
  std::uint64_t left_out_ = 0;
};

}  // namespace gannet::app
