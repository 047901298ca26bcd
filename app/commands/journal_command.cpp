#include "app/commands/journal_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/ledger.h"
#include "base/journal_store.h"
#include "engine/journal_inputs.h"
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
            record.head.time % 1'000'000'000, engine::name_of(type), hex(record.payload));
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
