#include "app/commands/journal_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/ledger.h"
#include "base/journal_store.h"
#include "engine/journal_records.h"

namespace gannet::app {
namespace {

struct JournalOptions {
  std::string state_directory = "state";
  std::uint64_t from = 0;
};

/// Exit codes [RELIABILITY REC-05]: 0 every byte is valid; 1 damaged, with the longest valid prefix
/// told; 2 it could not be read.
int verify_journal(const JournalOptions& options) {
  const auto read = read_journal(options.state_directory + "/journal", [](const JournalRecord&) {});
  if (!read) {
    fmt::print(stderr, "{}\n", read.error().message);
    return 2;
  }
  fmt::print(
      "{{\"segments\":{},\"records\":{},\"last_sequence\":{},\"valid\":{},\"damage\":\"{}\"}}\n",
      read->segments, read->records, read->last_sequence, read->damage.empty(), read->damage);
  return read->damage.empty() ? 0 : 1;
}

std::string_view name_of_record(engine::RecordType type) {
  switch (type) {
    case engine::RecordType::None:
      return "none";
    case engine::RecordType::Run:
      return "run";
    case engine::RecordType::PlaceIntent:
      return "place_intent";
    case engine::RecordType::AmendIntent:
      return "amend_intent";
    case engine::RecordType::CancelIntent:
      return "cancel_intent";
    case engine::RecordType::Denied:
      return "denied";
    case engine::RecordType::Place:
      return "place";
    case engine::RecordType::Amend:
      return "amend";
    case engine::RecordType::Cancel:
      return "cancel";
    case engine::RecordType::NotSent:
      return "not_sent";
    case engine::RecordType::Report:
      return "report";
    case engine::RecordType::FillRow:
      return "fill_row";
    case engine::RecordType::FillBooked:
      return "fill_booked";
    case engine::RecordType::Position:
      return "position";
    case engine::RecordType::Balance:
      return "balance";
    case engine::RecordType::SnapshotEdge:
      return "snapshot_edge";
    case engine::RecordType::Connection:
      return "connection";
    case engine::RecordType::State:
      return "state";
    case engine::RecordType::Command:
      return "command";
    case engine::RecordType::Adjustment:
      return "adjustment";
    case engine::RecordType::OrderEnded:
      return "order_ended";
    case engine::RecordType::AlgoIntent:
      return "algo_intent";
    case engine::RecordType::AlgoPlace:
      return "algo_place";
    case engine::RecordType::AlgoReport:
      return "algo_report";
    case engine::RecordType::Control:
      return "control";
    case engine::RecordType::Pause:
      return "pause";
    case engine::RecordType::LimitChange:
      return "limit_change";
    case engine::RecordType::Override:
      return "override";
    case engine::RecordType::Rule:
      return "rule";
    case engine::RecordType::Latch:
      return "strategy_latch";
    case engine::RecordType::Reduction:
      return "reduction";
    case engine::RecordType::Bill:
      return "bill";
    case engine::RecordType::DayRow:
      return "day_row";
    case engine::RecordType::DayMoney:
      return "day_money";
    case engine::RecordType::Peak:
      return "peak";
    case engine::RecordType::RiskAction:
      return "risk_action";
    case engine::RecordType::BalanceCheck:
      return "balance_check";
  }
  return "unknown";
}

std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte b : bytes)
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned>(b));
  return out;
}

int print(const JournalOptions& options) {
  const auto read =
      read_journal(options.state_directory + "/journal", [&](const JournalRecord& record) {
        if (record.head.sequence < options.from) return;
        const auto type = static_cast<engine::RecordType>(
            record.head.type & static_cast<std::uint16_t>(~kJournalDefinition));
        const std::int64_t seconds = record.head.time / 1'000'000'000;
        fmt::print(
            "{{\"sequence\":{},\"time\":\"{:%Y-%m-%dT%H:%M:%S}.{:09}Z\",\"type\":\"{}\","
            "\"payload\":\"{}\"}}\n",
            record.head.sequence, fmt::gmtime(static_cast<std::time_t>(seconds)),
            record.head.time % 1'000'000'000, name_of_record(type), hex(record.payload));
      });
  if (!read) {
    fmt::print(stderr, "{}\n", read.error().message);
    return 2;
  }
  if (!read->damage.empty()) fmt::print(stderr, "the journal ends damaged: {}\n", read->damage);
  return read->damage.empty() ? 0 : 1;
}

}  // namespace

void add_journal_command(CLI::App& app) {
  const auto options = std::make_shared<JournalOptions>();
  CLI::App* journal =
      app.add_subcommand("journal", "read the record of everything the engine was told and did");
  journal->require_subcommand(1);
  CLI::App* check = journal->add_subcommand(
      "verify", "check lengths, sequence and checksum chain; exit 0, 1 or 2");
  check->add_option("--state", options->state_directory, "the engine's state directory")
      ->envname("GANNET_STATE");
  check->callback([options] {
    if (const int code = verify_journal(*options); code != 0) std::exit(code);
  });
  CLI::App* ledger = journal->add_subcommand(
      "ledger", "orders, fills, positions and balances as the journal has them, one JSON object");
  ledger->add_option("--state", options->state_directory, "the engine's state directory")
      ->envname("GANNET_STATE");
  ledger->callback([options] {
    const auto json = ledger_json(options->state_directory);
    if (!json) {
      fmt::print(stderr, "{}\n", json.error().message);
      std::exit(2);
    }
    fmt::print("{}\n", *json);
  });
  CLI::App* show = journal->add_subcommand("print", "one JSON object a record");
  show->add_option("--state", options->state_directory, "the engine's state directory")
      ->envname("GANNET_STATE");
  show->add_option("--from", options->from, "first sequence to print");
  show->callback([options] {
    if (const int code = print(*options); code != 0) std::exit(code);
  });
}

}  // namespace gannet::app
