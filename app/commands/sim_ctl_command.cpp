#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "app/child_sim.h"
#include "app/commands/sim_command.h"
#include "base/jsonl_reader.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/tls_context.h"

namespace gannet::app {
namespace {

struct Venue {
  std::string url;
  std::string ca;
  std::string ready_file;
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "gannet sim-ctl: %s\n", why.c_str());
  throw CLI::RuntimeError(1);
}

/// A file that holds the ready line of `gannet sim` stands for --url and --ca.
void take_ready_file(Venue& venue) {
  if (venue.ready_file.empty()) return;
  const auto text = read_text_file(venue.ready_file);
  if (!text) fail(text.error().message);
  const auto ready = parse_sim_ready(text->substr(0, text->find('\n')));
  if (!ready) fail(ready.error().message);
  if (venue.url.empty()) venue.url = ready->url;
  if (venue.ca.empty()) venue.ca = ready->ca;
}

void ask(Venue venue, HttpRequest request) {
  take_ready_file(venue);
  if (venue.url.empty()) fail("where is it? --url URL --ca FILE, or --ready FILE");
  net::EventLoop loop;
  auto tls = net::TlsContext::client({.system_roots = venue.ca.empty(), .ca_file = venue.ca});
  if (!tls) fail(tls.error().message);
  auto client = net::HttpClient::make(loop, *tls, {.url = venue.url, .connections = 1});
  if (!client) fail(client.error().message);
  std::optional<net::HttpAnswer> answer;
  (*client)->send(std::move(request), [&](net::HttpAnswer given) { answer = std::move(given); });
  while (!answer) loop.run_for(seconds(1));
  if (answer->response.status == 0) fail(answer->error);
  std::puts(answer->response.body.c_str());
  if (answer->response.status != 200) fail("status " + std::to_string(answer->response.status));
}

}  // namespace

void add_sim_ctl_command(CLI::App& app) {
  auto venue = std::make_shared<Venue>();
  auto user = std::make_shared<std::string>();
  auto faults = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand("sim-ctl", "look into a simulated venue");
  command->require_subcommand(1);
  command->add_option("--url", venue->url, "https://127.0.0.1:PORT")->envname("GANNET_SIM_URL");
  command->add_option("--ca", venue->ca, "its certificate authority")->envname("GANNET_SIM_CA");
  command->add_option("--ready", venue->ready_file, "a file with its ready line, instead of both");

  CLI::App* const truth = command->add_subcommand("truth", "what really is, as JSON");
  truth->add_option("--user", *user, "whose; the first without");
  truth->callback([venue, user] {
    const std::string query = user->empty() ? "" : "?user=" + *user;
    ask(*venue, {.method = "GET", .target = "/sim/v1/truth" + query, .headers = {}, .body = {}});
  });

  CLI::App* const order = command->add_subcommand("faults", "order misbehaviour");
  order->add_option("json", *faults, R"(for instance {"cut":{"connection":"private"}})")
      ->required();
  order->callback([venue, faults] {
    ask(*venue, {.method = "POST",
                 .target = "/sim/v1/faults",
                 .headers = {{"Content-Type", "application/json"}},
                 .body = *faults});
  });

  command->add_subcommand("connections", "who is connected, as JSON")->callback([venue] {
    ask(*venue, {.method = "GET", .target = "/sim/v1/connections", .headers = {}, .body = {}});
  });
}

}  // namespace gannet::app
