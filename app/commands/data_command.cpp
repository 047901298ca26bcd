#include "app/commands/data_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_check.h"
#include "app/data_convert.h"
#include "app/data_export.h"
#include "app/duration.h"
#include "app/history_csv.h"
#include "app/json_line.h"

namespace gannet::app {
namespace {

constexpr int kUnsound = 1;
constexpr int kUnreadable = 2;

struct DataWords {
  std::string path;
  bool json = false;
  std::string from;
  std::string to;
  std::string table = "trades";
  std::string out;
  std::string every = "1s";
  std::string period = "1m";
  ConvertOptions convert;
  ExportOptions exported;
  std::vector<std::string> instrument_files;
};

int complain(const std::string& what) {
  std::fprintf(stderr, "gannet data: %s\n", what.c_str());
  return kUnreadable;
}

int show(const DataWords& options) {
  const auto summary = summarize_data(options.path);
  if (!summary) return complain(summary.error().message);
  if (options.json) {
    std::puts(to_json(*summary).c_str());
  } else {
    std::fputs(page_of(*summary).c_str(), stdout);
  }
  return 0;
}

int check_recording(const DataWords& options) {
  const auto verdict = verify_data(options.path, options.instrument_files);
  if (!verdict) return complain(verdict.error().message);
  const bool sound = verdict->findings.empty();
  if (options.json) {
    JsonLine line;
    line.begin_object().field("sound", sound).field("messages", verdict->messages);
    line.field("checksums", verdict->checksums).begin_array("findings");
    for (const std::string& finding : verdict->findings) line.element(finding);
    line.end_array().end_object();
    std::puts(line.text().c_str());
  } else {
    for (const std::string& finding : verdict->findings) std::puts(finding.c_str());
    fmt::print("{}: {} messages, {} checksums, {} findings\n", sound ? "sound" : "NOT sound",
               verdict->messages, verdict->checksums, verdict->findings.size());
  }
  return sound ? 0 : kUnsound;
}

/// False: told why.
bool take_time(const std::string& text, const char* option, std::optional<Timestamp>& into) {
  if (text.empty()) return true;
  into = parse_history_time(text);
  if (!into) {
    complain(fmt::format("{} {}: want ns since the epoch or \"2026-11-30 14:45:00\" (UTC)", option,
                         text));
  }
  return into.has_value();
}

int convert(DataWords& options) {
  if (!take_time(options.from, "--from", options.convert.from)) return kUnreadable;
  if (!take_time(options.to, "--to", options.convert.to)) return kUnreadable;
  const auto done = convert_data(options.convert);
  if (!done) return complain(done.error().message);
  if (options.json) {
    JsonLine line;
    line.begin_object().field("read", done->read).field("written", done->written);
    line.field("carried", done->carried).end_object();
    std::puts(line.text().c_str());
  } else {
    fmt::print("{} of {} lines to {}{}\n", done->written, done->read, options.convert.output,
               done->carried == 0
                   ? ""
                   : fmt::format(", after {} books as they were by then", done->carried));
  }
  return 0;
}

bool take_duration(const std::string& text, const char* option, Nanos& into) {
  const auto parsed = parse_duration(text);
  if (!parsed) {
    complain(fmt::format("{}: {}", option, parsed.error().message));
    return false;
  }
  into = *parsed;
  return true;
}

int export_table(DataWords& options) {
  ExportOptions& wanted = options.exported;
  wanted.table = *export_table_of(options.table);
  if (!take_duration(options.every, "--every", wanted.every)) return kUnreadable;
  if (!take_duration(options.period, "--period", wanted.period)) return kUnreadable;
  std::FILE* const out = options.out.empty() ? stdout : std::fopen(options.out.c_str(), "wxb");
  if (out == nullptr) return complain(options.out + ": exists, or cannot be made");
  const auto rows = export_data(wanted, [out](std::string_view row) {
    std::fwrite(row.data(), 1, row.size(), out);
    std::fputc('\n', out);
  });
  const bool written = std::fflush(out) == 0 && std::ferror(out) == 0;
  if (out != stdout) std::fclose(out);
  if (!rows) return complain(rows.error().message);
  if (!written) return complain("the table could not be written");
  if (!options.out.empty()) fmt::print("{} rows to {}\n", *rows, options.out);
  return 0;
}

template <class Run>
void runs(CLI::App& command, const std::shared_ptr<DataWords>& options, Run run) {
  command.callback([options, run] {
    if (const int code = run(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

constexpr const char* kExamples =
    R"(A PATH is a recording directory (of `gannet record` or [record]), a .jsonl or .jsonl.zst of OKX's sockets or
of Binance's streams, or a venue's published trades or candles as .csv. See docs/recording.md.

  gannet data info monday
  gannet data verify monday --json
  gannet data convert monday tuesday --out week.jsonl.zst --instruments BTC-USDT-SWAP
  gannet data convert monday --out noon --from "2026-11-30 12:00:00" --to "2026-11-30 13:00:00"
  gannet data export monday --table candles --period 5m --out candles.csv
)";

}  // namespace

void add_data_command(CLI::App& app) {
  auto options = std::make_shared<DataWords>();
  CLI::App* const data =
      app.add_subcommand("data", "recordings and downloaded history: look, prove, repack, export");
  data->require_subcommand(1);
  data->footer(kExamples);

  CLI::App* const info = data->add_subcommand("info", "what it holds, from when to when, and gaps");
  info->add_option("path", options->path, "recording or CSV")->required();
  info->add_flag("--json", options->json, "one line of JSON");
  runs(*info, options, show);

  CLI::App* const check = data->add_subcommand(
      "verify",
      "exit 0: every message decodes, sequences chain, checksums and index agree; 1: they do not, "
      "with the findings; 2: it cannot be read");
  check->add_option("path", options->path, "recording or CSV")->required();
  check->add_option("--instruments", options->instrument_files,
                    "the venue's instrument lists; digits are learned from the recording without");
  check->add_flag("--json", options->json, "one line of JSON");
  runs(*check, options, check_recording);

  CLI::App* const repack = data->add_subcommand(
      "convert", "repack recordings, join several, or cut a part out; lines stay as they are");
  repack->add_option("path", options->convert.inputs, "recordings, in the order of time")
      ->required();
  repack
      ->add_option("--out", options->convert.output,
                   "FILE.jsonl, FILE.jsonl.zst, or a directory for segments and their index")
      ->required();
  repack->add_option("--from", options->from, "receive time, UTC: \"2026-11-30 14:45:00\" or ns");
  repack->add_option("--to", options->to, "the first that is left out");
  repack->add_option("--instruments", options->convert.instruments, "only these")->delimiter(',');
  repack->add_option("--channels", options->convert.channels, "only these")->delimiter(',');
  repack->add_flag("--json", options->json, "one line of JSON");
  runs(*repack, options, convert);

  CLI::App* const table = data->add_subcommand("export", "a table as CSV");
  table->add_option("path", options->exported.input, "recording, or trades as CSV")->required();
  table
      ->add_option("--table", options->table,
                   "trades; best: best bid and offer; books: the best levels; candles: of trades")
      ->check(CLI::IsMember({"trades", "best", "books", "candles"}))
      ->capture_default_str();
  table->add_option("--out", options->out, "the file; standard output without");
  table->add_option("--instruments", options->exported.instruments, "only these")->delimiter(',');
  table->add_option("--instrument-files", options->exported.instrument_files,
                    "the venue's instrument lists; digits are learned from the recording without");
  table->add_option("--depth", options->exported.depth, "books: levels a side")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  table->add_option("--every", options->every, "books: least time between rows of an instrument")
      ->capture_default_str();
  table->add_option("--period", options->period, "candles: their length")->capture_default_str();
  runs(*table, options, export_table);
}

}  // namespace gannet::app
