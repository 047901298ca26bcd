#include "app/commands/alert_command.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "app/commands/operator.h"

namespace gannet::app {
namespace {

using Element = simdjson::dom::element;

constexpr int kTestPatience = 40;  // longer than a route's longest time-out

std::string_view text_of(const Element& object, const char* key) {
  return std::string_view(object[key]);
}

void print_results(const Element& answer) {
  for (const Element route : answer["routes"].get_array()) {
    const std::string_view note = text_of(route, "note");
    fmt::print("{:<20} {:<13} {:<10} {:>8.1f} ms{}{}\n", text_of(route, "route"),
               text_of(route, "kind"), bool(route["taken"]) ? "taken" : "NOT TAKEN",
               static_cast<double>(std::int64_t(route["took_us"])) / 1e3, note.empty() ? "" : "  ",
               note);
  }
}

void print_list(const Element& answer) {
  const auto firing = answer["firing"].get_array().value();
  if (firing.size() == 0) fmt::print("nothing fires\n");
  for (const Element alert : firing) {
    std::string labels;
    const simdjson::dom::object named = alert["labels"].get_object();
    for (const auto& [key, value] : named)
      labels += fmt::format(" {}={}", key, std::string_view(value));
    fmt::print("{:<8} {:<20} since {}  {} times{}\n         {}\n         {}\n",
               text_of(alert, "severity"), text_of(alert, "name"), text_of(alert, "started"),
               std::int64_t(alert["total"]), labels, text_of(alert, "text"),
               text_of(alert, "detail"));
  }
  for (const Element route : answer["routes"].get_array()) {
    const std::string_view why = text_of(route, "why");
    fmt::print("route {:<14} {:<13} from {:<9} {}, {} taken, {} failed, {} waiting{}{}\n",
               text_of(route, "name"), text_of(route, "kind"), text_of(route, "severity_min"),
               bool(route["lost"]) ? "LOST" : "works", std::int64_t(route["taken"]),
               std::int64_t(route["failed"]), std::int64_t(route["waiting"]),
               why.empty() ? "" : ": ", why);
  }
}

/// Ends the program when the daemon's answer cannot be read.
template <class Use>
void read_answer(const std::string& answer, Use&& use) {
  try {
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(answer);
    use(parser.parse(padded).value());
  } catch (const simdjson::simdjson_error& error) {
    fail(fmt::format("the daemon's answer cannot be read: {}", error.what()));
  }
}

}  // namespace

void add_alert_command(CLI::App& app) {
  const auto target = std::make_shared<OperatorTarget>();
  const auto route = std::make_shared<std::string>();
  CLI::App* alert = app.add_subcommand("alert", "the alerts of a running gannetd");
  alert->require_subcommand(1);

  CLI::App* list = alert->add_subcommand("list", "what fires now, since when, and the routes");
  add_target_options(*list, target);
  list->callback([target] {
    const std::string answer = ask(*target, "alerts");
    if (target->json) return fmt::print("{}\n", answer);
    read_answer(answer, print_list);
  });

  CLI::App* test = alert->add_subcommand(
      "test", "send a test alert through every route and tell which took it; 1 if one did not");
  add_target_options(*test, target);
  test->add_option("--route", *route, "this route alone");
  test->callback([target, route] {
    const std::string answer =
        ask(*target, route->empty() ? "alert-test" : "alert-test " + *route, kTestPatience);
    bool all = false;
    read_answer(answer, [&](const Element& given) {
      all = bool(given["all_taken"]);
      if (!target->json) print_results(given);
    });
    if (target->json) fmt::print("{}\n", answer);
    if (!all) {
      std::fflush(stdout);
      std::exit(1);
    }
  });
}

}  // namespace gannet::app
