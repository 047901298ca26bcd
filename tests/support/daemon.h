#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/admin.h"
#include "app/child_sim.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/local_server.h"
#include "gateway/net/tls_context.h"
#include "support/demo_config.h"
#include "support/log_words.h"
#include "support/process.h"

namespace gannet::test {

/// A simulated venue in a process of its own, with a look at what really is there.
class Venue {
 public:
  explicit Venue(const Folder& folder, std::vector<std::string> more = {})
      : log_(folder.file("venue.log")) {
    std::vector<std::string> arguments{"--seed", "7", "--events-per-second", "100"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto child = app::ChildSim::spawn(
        {.program = program("gannet"), .arguments = std::move(arguments), .log_file = log_});
    if (!child) throw std::runtime_error(child.error().message);
    child_ = std::move(*child);
    auto tls = net::TlsContext::client({.system_roots = false, .ca_file = ready().ca});
    auto client = net::HttpClient::make(loop_, *tls, {.url = ready().url, .connections = 1});
    client_ = std::move(*client);
  }

  const app::SimReady& ready() const { return child_->ready(); }
  Json truth() { return Json(ask({"GET", "/sim/v1/truth", {}, {}})); }
  void order_fault(std::string_view json) {
    ask({"POST", "/sim/v1/faults", {{"Content-Type", "application/json"}}, std::string(json)});
  }
  void end_faults() { ask({"DELETE", "/sim/v1/faults", {}, {}}); }
  void change_instrument(std::string_view json) {
    ask({"POST", "/sim/v1/instruments", {{"Content-Type", "application/json"}}, std::string(json)});
  }
  std::size_t orders() {
    const Json now = truth();
    return now["orders"].get_array().size();
  }
  /// Orders that rest there, of one instrument or ("") of all.
  std::size_t open_orders(std::string_view instrument = "") {
    const Json now = truth();
    std::size_t count = 0;
    for (const auto order : now["orders"].get_array()) {
      const std::string_view state = order["state"];
      const bool open = state == "live" || state == "partially_filled";
      if (open && (instrument.empty() || std::string_view(order["instId"]) == instrument)) ++count;
    }
    return count;
  }
  /// Names of its connections on that path: public, private, business.
  std::vector<std::string> connections(std::string_view path) {
    const Json now(ask({"GET", "/sim/v1/connections", {}, {}}));
    std::vector<std::string> names;
    for (const auto connection : now.root().get_array()) {
      if (std::string_view(connection["path"]) == path)
        names.emplace_back(std::string_view(connection["connId"]));
    }
    return names;
  }
  /// Requests that it refused, a line each.
  std::vector<std::string> refusals() const { return lines_of(read_file(log_)); }

 private:
  std::string ask(const HttpRequest& request) {
    std::optional<net::HttpAnswer> answer;
    // A connection that idled for long is one that the venue has closed: once more on a new one.
    for (int attempt = 0; attempt < 2; ++attempt) {
      answer.reset();
      client_->send(request, [&](net::HttpAnswer given) { answer = std::move(given); });
      while (!answer) loop_.run_for(milliseconds(20));
      if (answer->response.status != 0 || request.method != "GET") break;
    }
    if (answer->response.status != 200)
      throw std::runtime_error("the venue: " + answer->error + answer->response.body);
    return answer->response.body;
  }

  std::string log_;
  std::unique_ptr<app::ChildSim> child_;
  net::EventLoop loop_;
  std::unique_ptr<net::HttpClient> client_;
};

/// A running gannetd, its log and its operator's socket.
class Daemon {
 public:
  Daemon(const Folder& folder, const DemoConfig& config, std::vector<std::string> more = {},
         const std::optional<Process::Environment>& environment = {})
      : log_(folder.file("gannetd.log")),
        socket_(app::admin_socket_path(folder.state())),
        summary_(folder.file("summary.json")),
        process_(folder, program("gannetd"),
                 arguments(folder.write("gannetd.toml", config.text()), std::move(more)),
                 environment.value_or(config.credentials())) {}

  Process& process() { return process_; }
  std::optional<Json> status() {
    const auto answer = net::ask_local_server(socket_, "status", 20);
    if (!answer) return std::nullopt;
    return Json(*answer);
  }
  /// Waits until a status satisfies `condition`; fails the test with the last one otherwise.
  template <class Condition>
  bool wait_for(std::string_view what, Condition condition) {
    std::string last = "no status";
    const bool met = wait_until([&] {
      const auto now = status();
      if (!now) return !process_.running();
      last = now->source();
      return condition(*now);
    });
    if (met && process_.running()) return true;
    ADD_FAILURE() << "waited for: " << what << "\nlast status: " << last << "\n" << process_.err();
    return false;
  }
  bool wait_for_state(std::string_view state) {
    return wait_for("state " + std::string(state),
                    [&](const Json& now) { return now.text("state") == state; });
  }
  /// Until it has placed so many new orders more than now.
  bool wait_for_orders(std::int64_t more) {
    const auto now = status();
    const std::int64_t goal = (now ? now->number("orders") : 0) + more;
    return wait_for(std::to_string(more) + " more orders",
                    [goal](const Json& later) { return later.number("orders") >= goal; });
  }
  bool wait_for_market_frames(std::int64_t more) {
    const auto now = status();
    const std::int64_t goal = (now ? now->number("market_frames") : 0) + more;
    return wait_for(std::to_string(more) + " more market frames",
                    [goal](const Json& later) { return later.number("market_frames") >= goal; });
  }
  /// Asks it to end; its exit code.
  int stop() {
    process_.signal(SIGTERM);
    const int code = process_.wait();
    for (const std::string& word : unknown_words(log_lines({})))
      ADD_FAILURE() << "base/log_event_notes.cpp does not know: " << word;
    return code;
  }
  std::string summary() const { return read_file(summary_); }
  /// Log lines that contain all of `parts`; where the first is an event's name, lines of that event
  /// alone: an alert's line names the event that raised it too.
  std::vector<std::string> log_lines(std::vector<std::string> parts) const {
    constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyz_.";
    if (!parts.empty() && std::ranges::count(parts[0], '.') == 1 &&
        parts[0].find_first_not_of(kOfNames) == std::string::npos)
      parts[0] = R"("event":")" + parts[0] + '"';
    auto lines = lines_of(read_file(log_));
    std::erase_if(lines, [&](const std::string& line) {
      return !std::ranges::all_of(
          parts, [&](const std::string& part) { return line.find(part) != std::string::npos; });
    });
    return lines;
  }

 private:
  std::vector<std::string> arguments(const std::string& config, std::vector<std::string> more) {
    std::vector<std::string> all{"--config", config, "--log", log_, "--summary", summary_};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::string log_, socket_, summary_;
  Process process_;
};

/// `gannet WORDS...` to its end.
struct Said {
  int code = 0;
  std::string out, err;
};
inline Said gannet(const Folder& folder, std::vector<std::string> words) {
  Process process(folder, program("gannet"), std::move(words));
  const int code = process.wait();
  return {code, process.out(), process.err()};
}

}  // namespace gannet::test
