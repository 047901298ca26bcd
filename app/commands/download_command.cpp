#include "app/commands/download_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "app/download.h"
#include "app/json_line.h"
#include "app/moment.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"

namespace gannet::app {
namespace {

struct DownloadOptions {
  DownloadRequest request;
  std::string what;
  std::string candles_of = "trades";
  std::string from;
  std::string to;
  std::string url = "https://openapi.okx.com";
  std::string ca;
  bool demo = false;
};

int fail_download(int code, const std::string& message) {
  fmt::print(stderr, "gannet data download: {}\n", message);
  return code;
}

int run(DownloadOptions options) {
  static const std::map<std::string, DownloadRequest::What> whats{
      {"candles", DownloadRequest::What::Candles},
      {"trades", DownloadRequest::What::Trades},
      {"funding", DownloadRequest::What::Funding}};
  static const std::map<std::string, okx::CandlesOf> kinds{{"trades", okx::CandlesOf::Trades},
                                                           {"mark", okx::CandlesOf::Mark},
                                                           {"index", okx::CandlesOf::Index}};
  options.request.what = whats.at(options.what);
  options.request.candles_of = kinds.at(options.candles_of);
  for (const auto& [text, moment] : {std::pair{&options.from, &options.request.from},
                                     std::pair{&options.to, &options.request.to}}) {
    const auto parsed = parse_moment(*text);
    if (!parsed) return fail_download(2, parsed.error().message);
    *moment = *parsed;
  }
  auto tls = net::TlsContext::client({.system_roots = true, .ca_file = options.ca});
  if (!tls) return fail_download(2, tls.error().message);
  net::EventLoop loop;
  okx::VenueReaderSettings settings;
  settings.http.url = options.url;
  settings.reader.question_timeout = seconds(3'600);
  auto reader = okx::VenueReader::make(loop, *tls, {nullptr, options.demo}, std::move(settings));
  if (!reader) return fail_download(2, reader.error().message);
  const auto result = download(**reader, options.request);
  if (!result) return fail_download(1, result.error().message);
  JsonLine line;
  line.begin_object()
      .field("file", options.request.file)
      .field("rows", result->rows)
      .field("first_ms", to_unix_millis(result->first))
      .field("last_ms", to_unix_millis(result->last))
      .field("missing", result->missing)
      .field("refused", result->refused)
      .end_object();
  fmt::print("{}\n", line.text());
  return 0;
}

}  // namespace

void add_download_command(CLI::App& app) {
  auto options = std::make_shared<DownloadOptions>();
  const auto there = app.get_subcommands([](CLI::App* one) { return one->get_name() == "data"; });
  CLI::App* data = there.empty() ? nullptr : there.front();
  if (data == nullptr) {
    data = app.add_subcommand("data", "recorded and downloaded market data");
    data->require_subcommand(1);
  }
  CLI::App* const command =
      data->add_subcommand("download", "the venue's public history, as CSV, oldest first");
  command->add_option("what", options->what, "candles, trades or funding")
      ->required()
      ->check(CLI::IsMember({"candles", "trades", "funding"}));
  command->add_option("--instrument", options->request.instrument, "the venue's name")->required();
  command->add_option("--from", options->from, "2026-11-30, 2026-11-30T12:00:05Z or milliseconds")
      ->required();
  command->add_option("--to", options->to, "likewise; not included")->required();
  command->add_option("--out", options->request.file, "the file to write")->required();
  command->add_option("--period", options->request.period, "candles: 1s, 1m, 5m, 1h, 1d, ...")
      ->capture_default_str();
  command->add_option("--of", options->candles_of, "candles: of trades, mark or index")
      ->check(CLI::IsMember({"trades", "mark", "index"}))
      ->capture_default_str();
  command->add_option("--url", options->url, "the venue")->capture_default_str();
  command->add_option("--ca", options->ca, "an extra trust anchor, for a simulated venue");
  command->add_flag("--demo", options->demo, "the venue's demo market");
  command->callback([options] {
    if (const int code = run(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
