#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/child_sim.h"
#include "app/commands/sim_command.h"
#include "app/json_line.h"
#include "base/jsonl_reader.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/tls_context.h"
#include "sim/okx_server/protocol/fault_table.h"

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

void ask_venue_for(Venue venue, HttpRequest request) {
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

HttpRequest get(std::string target) {
  return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}};
}

HttpRequest post(std::string target, std::string json) {
  return {.method = "POST",
          .target = std::move(target),
          .headers = {{"Content-Type", "application/json"}},
          .body = std::move(json)};
}

void add_truth(CLI::App& command, const std::shared_ptr<Venue>& venue) {
  auto user = std::make_shared<std::string>();
  CLI::App* const truth = command.add_subcommand("truth", "what really is, as JSON");
  truth->add_option("--user", *user, "whose; the first without");
  truth->callback([venue, user] {
    ask_venue_for(*venue, get("/sim/v1/truth" + (user->empty() ? "" : "?user=" + *user)));
  });
}

/// `sim-ctl faults`: what is on; with --list: what there is; with JSON: orders it.
void add_faults(CLI::App& command, const std::shared_ptr<Venue>& venue) {
  struct Given {
    std::string json;
    bool list = false;
  };
  auto given = std::make_shared<Given>();
  CLI::App* const faults =
      command.add_subcommand("faults", "faults that are on, as JSON; --list: all that there are");
  faults->add_option("json", given->json, R"(order them: {"cut":{"connection":"private"}})");
  faults->add_flag("--list", given->list, "every fault, what it does and what it takes");
  faults->callback([venue, given] {
    if (given->list)
      std::fputs(okx_server::describe_faults().c_str(), stdout);
    else
      ask_venue_for(*venue, given->json.empty() ? get("/sim/v1/faults")
                                                : post("/sim/v1/faults", given->json));
  });
}

/// `sim-ctl fault half_open connection=private for=2s`
void add_fault(CLI::App& command, const std::shared_ptr<Venue>& venue) {
  struct Given {
    std::string id;
    std::vector<std::string> members;
  };
  auto given = std::make_shared<Given>();
  CLI::App* const fault = command.add_subcommand(
      "fault", "order one: sim-ctl fault half_open connection=private at=5s for=2s");
  fault->add_option("id", given->id, "of faults --list")->required();
  fault->add_option("members", given->members, "what it takes, as name=value");
  fault->callback([venue, given] {
    JsonLine line;
    line.begin_object().field("fault", given->id);
    for (const std::string& member : given->members) {
      const std::size_t equals = member.find('=');
      if (equals == std::string::npos) fail(member + ": want name=value");
      line.field(std::string_view(member).substr(0, equals), member.substr(equals + 1));
    }
    ask_venue_for(*venue, post("/sim/v1/faults", line.end_object().text()));
  });
}

void add_clear(CLI::App& command, const std::shared_ptr<Venue>& venue) {
  auto which = std::make_shared<std::string>();
  CLI::App* const clear =
      command.add_subcommand("clear", "end faults: all, those of an id, or that number");
  clear->add_option("which", *which, "a fault's id or its number; all without");
  clear->callback([venue, which] {
    const bool number =
        !which->empty() && which->find_first_not_of("0123456789") == std::string::npos;
    const std::string query = which->empty() ? "" : (number ? "?id=" : "?fault=") + *which;
    ask_venue_for(
        *venue,
        {.method = "DELETE", .target = "/sim/v1/faults" + query, .headers = {}, .body = {}});
  });
}

/// The market's own switches: its instruments and, in step mode, its time.
void add_market(CLI::App& command, const std::shared_ptr<Venue>& venue) {
  auto json = std::make_shared<std::string>();
  CLI::App* const instruments =
      command.add_subcommand("instruments", "names and states; with JSON: changes one");
  instruments->add_option("json", *json, R"({"instId":"BTC-USDT-SWAP","tickSz":"0.5","in":"60s"})");
  instruments->callback([venue, json] {
    ask_venue_for(*venue,
                  json->empty() ? get("/sim/v1/instruments") : post("/sim/v1/instruments", *json));
  });
  auto ms = std::make_shared<std::int64_t>(1'000);
  CLI::App* const step = command.add_subcommand("step", "let a stepped market's time pass");
  step->add_option("ms", *ms, "milliseconds")->capture_default_str();
  step->callback([venue, ms] {
    ask_venue_for(*venue, post("/sim/v1/step", R"({"ms":)" + std::to_string(*ms) + "}"));
  });
}

}  // namespace

void add_sim_ctl_command(CLI::App& app) {
  auto venue = std::make_shared<Venue>();
  CLI::App* const command =
      app.add_subcommand("sim-ctl", "look into a simulated venue, and make it misbehave");
  command->require_subcommand(1);
  command->add_option("--url", venue->url, "https://127.0.0.1:PORT")->envname("GANNET_SIM_URL");
  command->add_option("--ca", venue->ca, "its certificate authority")->envname("GANNET_SIM_CA");
  command->add_option("--ready", venue->ready_file, "a file with its ready line, instead of both");
  add_truth(*command, venue);
  add_faults(*command, venue);
  add_fault(*command, venue);
  add_clear(*command, venue);
  add_market(*command, venue);
  command->add_subcommand("connections", "who is connected, as JSON")->callback([venue] {
    ask_venue_for(*venue, get("/sim/v1/connections"));
  });
}

}  // namespace gannet::app
