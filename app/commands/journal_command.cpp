#include "app/commands/journal_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "app/journal_tidy.h"
#include "app/json_line.h"
#include "app/ledger.h"
#include "app/moment.h"
#include "app/order_life.h"
#include "app/record_text.h"
#include "app/replay_runs.h"
#include "base/clock.h"
#include "base/journal_store.h"
#include "engine/journal_inputs.h"

namespace gannet::app {
namespace {

struct JournalOptions {
  std::string state_directory = "state";
  std::string from;
  std::string to;
  std::string order;
  std::string type;
  bool json = false;
  bool all_runs = false;
  std::int64_t retention_days = 30;
  bool beside = false;

  std::string directory() const { return state_directory + "/journal"; }
};

[[noreturn]] void give_up(const std::string& message, int code = 2) {
  fmt::print(stderr, "{}\n", message);
  std::exit(code);
}

std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Exit codes [RELIABILITY REC-05]: 0 every byte is valid; 1 damaged, with the longest valid prefix
/// told; 2 it could not be read.
int verify_journal(const JournalOptions& options) {
  const auto read = read_journal(options.directory(), [](const JournalRecord&) {});
  if (!read) {
    fmt::print(stderr, "{}\n", read.error().message);
    return 2;
  }
  if (options.json) {
    JsonLine line;
    line.begin_object();
    line.field("records", read->records)
        .field("segments", read->segments)
        .field("first_sequence", read->first_sequence)
        .field("last_sequence", read->last_sequence)
        .field("damage", read->damage);
    fmt::print("{}\n", line.end_object().text());
  } else {
    fmt::print("{} records in {} segments, last sequence {}\n", read->records, read->segments,
               read->last_sequence);
  }
  if (!read->damage.empty()) fmt::print(stderr, "damaged: {}\n", read->damage);
  return read->damage.empty() ? 0 : 1;
}

/// A bound of what is printed: a sequence, or a moment.
struct Bound {
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  bool is_given = false;
};

Bound bound_of(const std::string& text) {
  if (text.empty()) return {};
  // Plain numbers are sequences here: moments are dates.
  if (const auto sequence = number_in(text)) return {*sequence, 0, true};
  const auto moment = parse_moment(text);
  if (!moment) give_up(moment.error().message);
  return {0, moment->nanos, true};
}

int print(const JournalOptions& options) {
  const Bound from = bound_of(options.from);
  const Bound to = bound_of(options.to);
  if (!options.order.empty()) {
    const auto order = number_in(options.order);
    if (!order) give_up("--order wants an order's id or handle, a number");
    const auto life = order_life(options.directory(), *order);
    if (!life) give_up(life.error().message);
    for (const OrderMoment& moment : *life)
      fmt::print("{}\n", options.json ? moment.json : moment.line);
    return life->empty() ? 1 : 0;
  }
  RecordText text;
  const auto read = read_journal(options.directory(), [&](const JournalRecord& record) {
    text.learn(record);
    const JournalRecordHead& head = record.head;
    if (from.is_given && (head.sequence < from.sequence || head.time < from.time)) return;
    if (to.is_given && ((to.sequence != 0 && head.sequence > to.sequence) ||
                        (to.time != 0 && head.time > to.time)))
      return;
    const std::string_view type = (head.type & kJournalDefinition) != 0
                                      ? "definition"
                                      : engine::name_of(static_cast<engine::RecordType>(head.type));
    if (!options.type.empty() && options.type != type) return;
    fmt::print("{}\n", options.json ? text.json(record) : text.line(record));
  });
  if (!read) give_up(read.error().message);
  if (!read->damage.empty()) fmt::print(stderr, "the journal ends damaged: {}\n", read->damage);
  return read->damage.empty() ? 0 : 1;
}

/// Exit codes: 0 it is told; 1 the journal knows of no such order; 2 it could not be read.
int why(const JournalOptions& options) {
  const auto order = number_in(options.order);
  if (!order)
    give_up("an order is named by our id, the venue's, or its strategy's handle: a number");
  const auto life = order_life(options.directory(), *order);
  if (!life) give_up(life.error().message);
  if (life->empty()) {
    fmt::print(stderr, "the journal in {} knows of no order {}\n", options.directory(),
               options.order);
    return 1;
  }
  for (const OrderMoment& moment : *life) {
    if (options.json) {
      fmt::print("{}\n", moment.json);
    } else {
      fmt::print("{:>+16.6f} ms {}\n", static_cast<double>(moment.since_first) / 1e6, moment.line);
    }
  }
  return 0;
}

/// Exit codes: 0 every record came again; 1 the first difference is told; 2 it could not be done.
int replay(const JournalOptions& options) {
  const auto runs = replay_runs(options.directory(), !options.all_runs);
  if (!runs) give_up(runs.error().message);
  int code = 0;
  for (const ReplayedRun& run : *runs) {
    using Outcome = engine::ReplayResult::Outcome;
    const engine::ReplayResult& result = run.result;
    const std::string_view outcome = result.outcome == Outcome::Same      ? "same"
                                     : result.outcome == Outcome::Differs ? "differs"
                                                                          : "cannot_go_on";
    if (options.json) {
      JsonLine line;
      line.begin_object();
      line.field("run", run.run)
          .field("outcome", outcome)
          .field("records", result.records)
          .field("of", run.of)
          .field("inputs", result.inputs)
          .field("at", result.at)
          .field("what", result.what);
      fmt::print("{}\n", line.end_object().text());
    } else if (result.outcome == Outcome::Same) {
      fmt::print("run {}: {} records of {} inputs, the same byte for byte\n", run.run,
                 result.records, result.inputs);
    } else {
      fmt::print("run {}: {} of {} records are the same, then: {}\n", run.run, result.records,
                 run.of, result.what);
    }
    if (result.outcome == Outcome::Differs) code = 1;
    if (result.outcome == Outcome::CannotGoOn && code == 0) code = 2;
  }
  return code;
}

int tidy(const JournalOptions& options) {
  if (options.beside) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpriority(PRIO_PROCESS, 0, 19);
  }
  // Two at once would write the same files: gannetd's own, and a person's.
  const std::string directory = options.directory();
  const int held = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (held < 0) give_up("cannot open " + directory);
  if (::flock(held, LOCK_EX | LOCK_NB) != 0) {
    fmt::print("{{\"busy\":true}}\n");
    return 0;
  }
  const auto report =
      tidy_journal(options.directory(), seconds(options.retention_days * 86'400), wall_clock_now());
  if (!report) give_up(report.error().message);
  JsonLine line;
  line.begin_object();
  line.field("snapshot_through", report->snapshot_through)
      .field("snapshot_records", report->snapshot_records)
      .field("compressed", report->compressed)
      .field("removed", report->removed);
  fmt::print("{}\n", line.end_object().text());
  return 0;
}

void leave(int code) {
  if (code != 0) std::exit(code);
}

void add_state(CLI::App& command, const std::shared_ptr<JournalOptions>& options) {
  command.add_option("--state", options->state_directory, "the engine's state directory")
      ->envname("GANNET_STATE");
  command.add_flag("--json", options->json, "one JSON object a line");
}

}  // namespace

void add_journal_command(CLI::App& app) {
  const auto options = std::make_shared<JournalOptions>();
  CLI::App* journal =
      app.add_subcommand("journal", "read the record of everything the engine was told and did");
  journal->require_subcommand(1);

  CLI::App* check = journal->add_subcommand(
      "verify", "check lengths, sequence and checksum chain; exit 0, 1 or 2");
  add_state(*check, options);
  check->callback([options] { leave(verify_journal(*options)); });

  CLI::App* ledger = journal->add_subcommand(
      "ledger", "orders, fills, positions and balances as the journal has them, one JSON object");
  add_state(*ledger, options);
  ledger->callback([options] {
    const auto json = ledger_json(options->state_directory);
    if (!json) give_up(json.error().message);
    fmt::print("{}\n", *json);
  });

  CLI::App* show = journal->add_subcommand("print", "one line a record");
  add_state(*show, options);
  show->add_option("--from", options->from, "first sequence, or a moment (2026-11-30T12:00:05Z)");
  show->add_option("--to", options->to, "last sequence, or a moment");
  show->add_option("--order", options->order, "of one order alone: our id, the venue's, a handle");
  show->add_option("--type", options->type, "of one type alone: place, report, state, ...");
  show->callback([options] { leave(print(*options)); });

  const auto add_why = [&](CLI::App& parent) {
    CLI::App* life =
        parent.add_subcommand("why", "an order's whole life, with the times of every step");
    add_state(*life, options);
    life->add_option("order", options->order, "our id, the venue's, or its strategy's handle")
        ->required();
    life->callback([options] { leave(why(*options)); });
  };
  add_why(*journal);
  add_why(app);

  CLI::App* order = journal->add_subcommand(
      "tidy", "snapshot, compress and remove closed segments, as gannetd does by itself");
  add_state(*order, options);
  order->add_option("--retention-days", options->retention_days, "older ones go, if not needed")
      ->check(CLI::Range(1, 36'500));
  order->add_flag("--beside", options->beside, "as gannetd's child: lowest priority, ends with it");
  order->callback([options] { leave(tidy(*options)); });

  CLI::App* again = journal->add_subcommand(
      "replay", "do a run again from the journal alone and compare every record; exit 0, 1 or 2");
  add_state(*again, options);
  again->add_option("directory", options->state_directory, "instead of --state");
  again->add_flag("--all", options->all_runs, "every run there is, not the newest alone");
  again->callback([options] { leave(replay(*options)); });
}

}  // namespace gannet::app
