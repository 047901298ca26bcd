#include "app/replay_runs.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "app/core_settings.h"
#include "app/operator_strategy.h"
#include "app/prior_journal.h"
#include "base/journal_store.h"
#include "config/change_limit.h"
#include "config/load.h"
#include "engine/journal_definitions.h"
#include "engine/settings_record.h"

namespace gannet::app {
namespace {

using engine::RecordType;

/// Nobody listens: what came of it then is in the journal.
class Silence final : public engine::StrategyEvents,
                      public engine::BookListener,
                      public engine::EngineListener {
 public:
  void on_order_event(const engine::OrderEvent&) noexcept override {}
  void on_fill_event(const engine::FillEvent&) noexcept override {}
  void on_position_event(const engine::PositionEvent&) noexcept override {}
  void on_state_event(const engine::StateEvent&) noexcept override {}
  void on_book(InstrumentId, BookFeed, const OrderBook&, bool, Timestamp,
               Timestamp) noexcept override {}
  void on_book_unavailable(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent&) noexcept override {}
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {}
  void on_flat_confirmed(Timestamp) noexcept override {}
};

struct KeptRecord {
  JournalRecordHead head;
  std::vector<std::byte> payload;
  JournalRecord view() const { return {head, payload}; }
  RecordType type() const { return static_cast<RecordType>(head.type); }
};

/// What comes before a run: what its ids mean, and what it was set up with.
struct RunSetUp {
  CurrencyTable currencies;
  InstrumentTable instruments;
  engine::RunSettings settings;

  /// False: it is no part of a set-up.
  bool add(const KeptRecord& record) {
    if (record.type() == RecordType::SettingsText) {
      settings.add(record.payload);
      return true;
    }
    switch (record.head.type) {
      case engine::CurrencyDefinition::kType:
        if (const auto it = engine::read_record<engine::CurrencyDefinition>(record.payload)) {
          // The first of a set: what came before was a start that died before its run began.
          if (it->currency == 0) *this = RunSetUp{};
          currencies.intern(it->name);
        }
        return true;
      case engine::InstrumentDefinition::kType:
        if (const auto it = engine::read_record<engine::InstrumentDefinition>(record.payload))
          instruments.add(engine::from_definition(*it));
        return true;
      case engine::StrategyDefinition::kType:
        return true;
      default:
        return false;
    }
  }
};

std::expected<engine::ReplayResult, Error> replay_run(RunSetUp& set_up,
                                                      std::span<const KeptRecord> before,
                                                      std::span<const KeptRecord> records,
                                                      bool is_cut_off) {
  const auto run = engine::read_record<engine::RunRecord>(records.front().payload);
  if (!run) return std::unexpected(Error{"the record of the run cannot be read"});
  const auto cannot = [](std::string why) {
    engine::ReplayResult result;
    result.outcome = engine::ReplayResult::Outcome::CannotGoOn;
    result.what = std::move(why);
    return result;
  };
  if (set_up.settings.configuration.empty())
    return cannot("the journal does not hold the run's settings: it is of an earlier version");
  if (is_cut_off) return cannot("the records before it, which say what it believed, are removed");
  auto settings = config::load_text_without_secrets(set_up.settings.configuration, "journal");
  if (!settings) {
    return std::unexpected(Error{"the settings of run " + std::to_string(run->run) +
                                 " cannot be read: " + to_string(settings.error().front())});
  }
  // Journals before there was an operator's own name have one strategy less.
  if (set_up.settings.permitted.size() > settings->strategies.size()) add_operator(*settings);
  auto limits =
      limit_table(*settings, set_up.instruments, set_up.currencies, set_up.settings.permitted);
  if (!limits) return std::unexpected(std::move(limits.error()));
  auto core_made = core_settings(*settings, set_up.instruments, set_up.currencies);
  if (!core_made) return std::unexpected(std::move(core_made.error()));
  const auto ids = engine::ClientOrderIds::start(run->engine_number, run->run, 0);
  if (!ids) return std::unexpected(Error{"the run's number is impossible"});

  PriorJournal prior(set_up.instruments, set_up.currencies, strategy_names(*settings));
  for (const KeptRecord& record : before) prior.add(record.view());

  std::vector<engine::ReplayRecord> inputs;
  inputs.reserve(records.size());
  for (const KeptRecord& record : records) {
    inputs.push_back({record.head.sequence, record.type(), {record.head.time}, record.payload});
  }
  engine::JournalReplay replay(inputs);
  replay.set_limits_after(
      [&, in_force = *limits](std::span<const engine::LimitChangeRecord> changes) mutable
          -> std::optional<std::pair<risk::LimitTable, risk::BehaviourRules>> {
        for (const engine::LimitChangeRecord& change : changes) {
          const auto wanted = config::with_limit(*settings, change.key, change.after);
          if (!wanted) return std::nullopt;
          settings->risk = *wanted;
        }
        auto table = risk::LimitTable::build(settings->risk, set_up.instruments, set_up.currencies,
                                             strategy_names(*settings));
        if (!table || !table->permit_like(in_force, set_up.instruments)) return std::nullopt;
        return std::pair(std::move(*table), settings->risk.rules);
      });
  Silence silence;
  const auto core = std::make_unique<engine::TradingCore>(
      engine::CoreLinks{set_up.instruments, set_up.currencies, replay, replay, &replay, silence,
                        silence, silence, &replay},
      std::move(*core_made), settings->risk, std::move(*limits), settings->strategies.size(), *ids);
  core->restore(prior.belief());
  return replay.run(*core, set_up.instruments);
}

}  // namespace

std::expected<std::vector<ReplayedRun>, Error> replay_runs(const std::string& directory,
                                                           bool newest_only) {
  std::vector<KeptRecord> records;
  const auto read = read_journal(directory, [&](const JournalRecord& record) {
    records.push_back({record.head, {record.payload.begin(), record.payload.end()}});
  });
  if (!read) return std::unexpected(read.error());
  // The tail of a journal that is being written may be half a record.
  if (!read->damage.empty() && !read->damaged_last)
    return std::unexpected(Error{"the journal is damaged: " + read->damage});

  std::vector<ReplayedRun> runs;
  std::size_t set_up_from = 0;
  const std::size_t newest = [&] {
    for (std::size_t i = records.size(); i-- > 0;) {
      if (records[i].type() == RecordType::Run) return i;
    }
    return records.size();
  }();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].type() != RecordType::Run) continue;
    RunSetUp set_up;
    std::size_t first = i;
    while (first > set_up_from && (records[first - 1].type() == RecordType::SettingsText ||
                                   (records[first - 1].head.type & kJournalDefinition) != 0))
      --first;
    for (std::size_t at = first; at < i; ++at) set_up.add(records[at]);
    std::size_t end = i + 1;
    const auto ends = [](const KeptRecord& record) {
      return record.type() == RecordType::Run || record.type() == RecordType::SettingsText ||
             (record.head.type & kJournalDefinition) != 0;
    };
    while (end < records.size() && !ends(records[end])) ++end;
    if (!newest_only || i == newest) {
      const std::span<const KeptRecord> all(records);
      auto result =
          replay_run(set_up, all.first(first), all.subspan(i, end - i), read->first_sequence > 1);
      if (!result) return std::unexpected(std::move(result.error()));
      const auto run = engine::read_record<engine::RunRecord>(records[i].payload);
      runs.push_back({run->run, records[i].head.sequence, end - i, std::move(*result)});
    }
    set_up_from = end;
    i = end - 1;
  }
  return runs;
}

}  // namespace gannet::app
