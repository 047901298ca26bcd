#include "app/commands/record_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/duration.h"
#include "app/json_line.h"
#include "app/record_run.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/load.h"

namespace gannet::app {
namespace {

constexpr int kStopped = 1;
constexpr int kCannotStart = 2;

struct RecordWords {
  std::string config;
  std::string url;
  std::string ca;
  std::vector<std::string> channels;
  std::vector<std::string> instruments;
  std::string out;
  std::string duration;
  std::uint64_t segment_megabytes = 0;
  std::string segment_duration;
  double disk_free_percent = -1;
  bool json = false;
  bool quiet = false;
};

void complain_of_recording(const std::string& what) {
  std::fprintf(stderr, "gannet record: %s\n", what.c_str());
}

std::optional<Nanos> duration_option(const std::string& text) {
  const auto parsed = parse_duration(text);
  if (!parsed) complain_of_recording(parsed.error().message);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

/// The configuration first, then what the command line says of it. Absent: told why.
std::optional<RecordOptions> resolve(const RecordWords& given) {
  RecordOptions options;
  if (!given.config.empty()) {
    const auto settings = config::load_without_secrets(given.config);
    if (!settings) {
      for (const config::Problem& problem : settings.error())
        complain_of_recording(config::to_string(problem));
      return std::nullopt;
    }
    if (given.url.empty()) {
      if (auto taken = take_settings(*settings, options); !taken) {
        complain_of_recording(taken.error().message);
        return std::nullopt;
      }
    }
  }
  if (!given.url.empty()) set_socket_urls(given.url, options);
  if (!given.ca.empty()) options.ca_file = given.ca;
  if (!given.channels.empty()) options.channels = given.channels;
  if (options.channels.empty()) options.channels = default_record_channels();
  if (!given.instruments.empty()) options.instruments = given.instruments;
  SegmentSettings& segments = options.recorder.segments;
  if (!given.out.empty()) segments.directory = given.out;
  if (given.segment_megabytes != 0) segments.segment_bytes_max = given.segment_megabytes << 20;
  if (!given.segment_duration.empty()) {
    const auto longest = duration_option(given.segment_duration);
    if (!longest) return std::nullopt;
    segments.segment_duration_max = *longest;
  }
  if (given.disk_free_percent >= 0) {
    options.recorder.disk_free_min_ppm =
        static_cast<std::uint32_t>(given.disk_free_percent * 10'000);
  }
  if (options.public_url.empty())
    complain_of_recording("name a venue: --url wss://HOST/ws/v5, or --config FILE");
  if (segments.directory.empty())
    complain_of_recording("say where to: --out DIR, or [record] directory");
  if (options.instruments.empty()) complain_of_recording("name instruments: --instruments A,B");
  const bool whole =
      !options.public_url.empty() && !segments.directory.empty() && !options.instruments.empty();
  return whole ? std::optional(options) : std::nullopt;
}

std::string figures_json(const RecorderFigures& now, std::int64_t elapsed_s, bool ended) {
  JsonLine line;
  line.begin_object().field("event", ended ? "record.ended" : "record.progress");
  line.field("elapsed_s", elapsed_s).field("messages", now.messages);
  line.field("text_bytes", now.text_bytes).field("bytes", now.bytes).field("gaps", now.gaps);
  line.field("dropped", now.dropped).field("segments", now.segments).field("stopped", now.stopped);
  line.end_object();
  return line.text();
}

std::string figures_line(const RecorderFigures& now, const RecorderFigures& before,
                         std::int64_t elapsed_s, const RecordRun& run) {
  const double megabyte = 1e6;
  return fmt::format(
      "{:>5}s  {}/{} subscriptions | {} messages, {} a second | {:.1f} MB of text, {:.1f} MB on "
      "disk | {} gaps, {} dropped",
      elapsed_s, run.subscriptions_acknowledged(), run.subscriptions_wanted(), now.messages,
      now.messages - before.messages, static_cast<double>(now.text_bytes) / megabyte,
      static_cast<double>(now.bytes) / megabyte, now.gaps, now.dropped);
}

int run_record(const RecordWords& given) {
  const auto options = resolve(given);
  if (!options) return kCannotStart;
  std::optional<Nanos> duration;
  if (!given.duration.empty()) {
    duration = duration_option(given.duration);
    if (!duration) return kCannotStart;
  }
  ::signal(SIGPIPE, SIG_IGN);
  LogThread log_thread({.output = "stderr", .lowest = LogLevel::Warning});
  net::EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [&loop](int) { loop.stop(); });
  auto run = RecordRun::start(loop, *options, [](std::string_view message) {
    complain_of_recording("the venue refuses a subscription: " + std::string(message));
  });
  if (!run) {
    complain_of_recording(run.error().message);
    return kCannotStart;
  }
  const Nanos start = monotonic_now();
  Nanos next_line = start + seconds(1);
  RecorderFigures before;
  const auto elapsed_s = [&] { return (monotonic_now() - start).count / 1'000'000'000; };
  while (!loop.stopped() && (!duration || monotonic_now() - start < *duration)) {
    loop.run_for(milliseconds(50));
    const RecorderFigures now = (*run)->figures();
    if (now.stopped) break;
    if (given.quiet || monotonic_now() < next_line) continue;
    next_line = next_line + seconds(1);
    fmt::print("{}\n", given.json ? figures_json(now, elapsed_s(), false)
                                  : figures_line(now, before, elapsed_s(), **run));
    std::fflush(stdout);
    before = now;
  }
  (*run)->finish();
  const RecorderFigures at_end = (*run)->figures();
  if (given.json) {
    fmt::print("{}\n", figures_json(at_end, elapsed_s(), true));
  } else {
    fmt::print("{} messages in {} segments of {}: {} gaps, {} dropped\n", at_end.messages,
               at_end.segments, options->recorder.segments.directory, at_end.gaps, at_end.dropped);
  }
  return at_end.stopped ? kStopped : 0;
}

constexpr const char* kExamples =
    R"(Segments, their format and the index: docs/recording.md. Exit 0 when it ended as it was asked to, 1 when
the disk ended it, 2 when it cannot start.

  gannet record --url wss://ws.okx.com:8443/ws/v5 --channels books,trades --instruments BTC-USDT,BTC-USDT-SWAP --out monday
  gannet record --config config/live.toml --duration 8h
)";

}  // namespace

void add_record_command(CLI::App& app) {
  auto options = std::make_shared<RecordWords>();
  CLI::App* const command =
      app.add_subcommand("record", "raw frames of a venue's public channels, to disk");
  command->footer(kExamples);
  command->add_option("--config", options->config,
                      "addresses, instruments and [record] of a gannetd configuration; no secret "
                      "is read");
  command->add_option("--url", options->url, "the venue's sockets: wss://HOST/ws/v5");
  command->add_option("--ca", options->ca, "a certificate authority beside the system's");
  command
      ->add_option("--channels", options->channels,
                   "the venue's names, separated by commas; without: books, trades, tickers, "
                   "mark-price, index-tickers")
      ->delimiter(',');
  command->add_option("--instruments", options->instruments, "separated by commas")->delimiter(',');
  command->add_option("--out", options->out, "the recording's directory; made if it is not there");
  command->add_option("--duration", options->duration, "end by itself after that long: 30s, 8h");
  command->add_option("--segment-megabytes", options->segment_megabytes,
                      "end a segment after so much text; 256");
  command->add_option("--segment-duration", options->segment_duration,
                      "end a segment after that long; 1h");
  command
      ->add_option("--disk-free", options->disk_free_percent,
                   "stop when the disk has less free than this, in percent; 10")
      ->check(CLI::Range(0.0, 100.0));
  command->add_flag("--json", options->json, "progress and result as lines of JSON");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->callback([options] {
    if (const int code = run_record(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
