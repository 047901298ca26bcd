#include "app/commands/kill_commands.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/commands/operator.h"
#include "app/duration.h"
#include "app/json_line.h"
#include "app/kill_files.h"

namespace gannet::app {
namespace {

using engine::ControlLevel;
using Clock = std::chrono::steady_clock;

/// How far the person's word reaches: at most one of the options.
struct Reach {
  std::string order, strategy, instrument;
  bool account = false;
  bool foreign = false;

  ControlLevel level() const {
    if (!order.empty()) return ControlLevel::Order;
    if (!strategy.empty()) return ControlLevel::Strategy;
    if (!instrument.empty()) return ControlLevel::Instrument;
    if (foreign) return ControlLevel::Foreign;
    return account ? ControlLevel::Account : ControlLevel::Engine;
  }
  const std::string& target() const {
    return !order.empty() ? order : (!strategy.empty() ? strategy : instrument);
  }
  bool is_all() const {
    return level() == ControlLevel::Engine || level() == ControlLevel::Account;
  }
  std::string text() const {
    if (level() == ControlLevel::Engine) return "the engine";
    const std::string name(name_of(level()));
    return target().empty() ? "the whole account" : name + " " + target();
  }
  /// "kill-strategy quotes", for the daemon.
  std::string words(const std::string& verb) const {
    if (level() == ControlLevel::Engine) return verb;
    std::string out = verb + "-" + std::string(name_of(level()));
    return target().empty() ? out : out + " " + target();
  }
};

struct OrderRow {
  std::string client_id, venue_id, instrument, strategy, side, price, quantity, filled;
  bool ours = false, algo = false, kept = false, unknown = false, cancelling = false;

  bool is_meant(const Reach& reach) const {
    switch (reach.level()) {
      case ControlLevel::Order:
        return client_id == reach.order || venue_id == reach.order;
      case ControlLevel::Strategy:
        return strategy == reach.strategy && !kept;
      case ControlLevel::Instrument:
        return ours && instrument == reach.instrument && !kept;
      case ControlLevel::Engine:
        return ours && !kept;
      case ControlLevel::Account:
        return !kept;
      case ControlLevel::Foreign:
        return !ours;
    }
    return false;
  }
  bool is_same(const OrderRow& other) const {
    return (client_id != "0" && client_id == other.client_id) ||
           (venue_id != "0" && venue_id == other.venue_id);
  }
  std::string text() const {
    return fmt::format("{:<20} {:<4} {} at {}, {} filled (order {})", instrument, side, quantity,
                       price, filled, venue_id == "0" ? client_id : venue_id);
  }
};

struct Listing {
  std::int64_t time = 0;    // nanoseconds
  std::int64_t listed = 0;  // by the venue's own lists, as of then
  std::uint64_t open = 0;
  std::vector<OrderRow> rows;

  /// One of what was meant when `first` was read. A cancel says nothing about newer ones.
  bool holds_any_of(const Listing& first, const Reach& reach) const {
    return std::ranges::any_of(
        rows, [&](const OrderRow& row) { return row.is_meant(reach) && first.holds(row); });
  }
  bool holds(const OrderRow& row) const {
    return std::ranges::any_of(rows, [&](const OrderRow& was) { return row.is_same(was); });
  }
};

Listing read_listing(const std::string& line) {
  simdjson::dom::parser parser;
  Listing out;
  try {
    const simdjson::dom::element root = parser.parse(line);
    out.time = root["time_ns"];
    out.listed = root["listed_ns"];
    out.open = root["open"];
    for (const simdjson::dom::element row : root["orders"].get_array()) {
      const auto text = [&](const char* key) { return std::string(std::string_view(row[key])); };
      out.rows.push_back({text("client_id"), text("venue_id"), text("instrument"), text("strategy"),
                          text("side"), text("price"), text("quantity"), text("filled"),
                          text("owner") == "ours", bool(row["algo"]), bool(row["kept"]),
                          bool(row["unknown"]), bool(row["cancelling"])});
    }
  } catch (const simdjson::simdjson_error& error) {
    fail(std::string("the daemon's answer is not understood: ") + error.what());
  }
  return out;
}

Listing ask_orders(const OperatorTarget& target) { return read_listing(ask(target, "orders")); }

bool is_flat(const std::string& status) {
  return status.find("\"flat\":true") != std::string::npos;
}

/// The account's lists hold nothing that was meant any more: by the engine's own proof where all is
/// killed (two lists, spaced), else by a list that was asked for after `first`.
bool is_done(const OperatorTarget& target, const Reach& reach, bool kills, const Listing& first) {
  if (kills && reach.is_all()) return is_flat(ask(target, "status"));
  const Listing now = ask_orders(target);
  return now.listed >= first.time && !now.holds_any_of(first, reach);
}

void print_rows(const std::string& title, const Listing& listing, bool kept) {
  for (const OrderRow& row : listing.rows) {
    if (kept ? row.kept : !row.ours && !row.kept) fmt::print("{:<8} {}\n", title, row.text());
  }
}

/// KILL-05: what can be said, and what stays.
void print_statement(const OperatorTarget& target, const Reach& reach, bool kills, bool done,
                     const Listing& first, double seconds) {
  const Listing listing = ask_orders(target);
  const auto is_left = [&](const OrderRow& row) {
    return row.is_meant(reach) && (kills || first.holds(row));
  };
  if (target.json) {
    JsonLine line;
    line.begin_object()
        .field("flat", done)
        .field("level", name_of(reach.level()))
        .field("target", reach.target())
        .field("milliseconds", static_cast<std::int64_t>(seconds * 1e3))
        .begin_array("kept");
    for (const OrderRow& row : listing.rows) {
      if (row.kept) line.element(row.venue_id);
    }
    line.end_array().begin_array("foreign");
    for (const OrderRow& row : listing.rows) {
      if (!row.ours) line.element(row.venue_id);
    }
    line.end_array().begin_array("left");
    for (const OrderRow& row : listing.rows) {
      if (is_left(row)) line.element(row.venue_id);
    }
    line.end_array().end_object();
    fmt::print("{}\n", line.text());
    return;
  }
  if (done && kills && reach.is_all()) {
    fmt::print(
        "flat of orders: the venue's own list held no order of {} that can add risk, twice, at "
        "least 500 ms apart; {:.1f} s after the command\n",
        reach.level() == ControlLevel::Account ? "anybody" : "ours", seconds);
  } else if (done) {
    fmt::print("gone by the venue's own list: what was open of {}; {:.1f} s after the command\n",
               reach.text(), seconds);
  } else {
    fmt::print(stderr,
               "NOT flat of orders yet: see `gannet orders`; the engine keeps cancelling. If it "
               "does not get there, `gannet-kill` is the other way.\n");
    for (const OrderRow& row : listing.rows) {
      if (is_left(row)) fmt::print(stderr, "left     {}\n", row.text());
    }
  }
  print_rows("kept", listing, true);
  print_rows("foreign", listing, false);
  if (listing.open > listing.rows.size())
    fmt::print("and {} more that are not shown\n", listing.open - listing.rows.size());
}

/// Kill and cancel are done when the venue's own list says so, not when the command was taken.
int act_and_wait(const OperatorTarget& target, const Reach& reach, const std::string& line,
                 const std::string& done_word, Nanos patience) {
  const auto start = Clock::now();
  ask(target, line);
  if (!target.json)
    fmt::print("{} {}; waiting until the venue's own list shows it\n", done_word, reach.text());
  const bool kills = done_word == "killed";
  // A cancel is about what was open when it came: those are being cancelled by now, or gone. What
  // strategies place anew meanwhile is not waited for.
  Listing first = ask_orders(target);
  if (!kills) std::erase_if(first.rows, [](const OrderRow& row) { return !row.cancelling; });
  const auto deadline = start + std::chrono::nanoseconds(patience.count);
  bool done = is_done(target, reach, kills, first);
  while (!done && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    done = is_done(target, reach, kills, first);
  }
  const std::chrono::duration<double> took = Clock::now() - start;
  print_statement(target, reach, kills, done, first, took.count());
  return done ? 0 : kNotDoneInTime;
}

struct Words {
  OperatorTarget target;
  Reach reach;
  std::string reason;
  std::string patience = "30s";
};

Nanos patience_of(const Words& words) {
  const auto limit = parse_duration(words.patience);
  if (!limit) fail(limit.error().message, 2);
  return *limit;
}

/// `order`: its own option, or null where it is the command's argument.
void add_reach(CLI::App& command, const std::shared_ptr<Words>& words, bool order) {
  auto* group = command.add_option_group("what", "the whole engine without any of these");
  if (order) group->add_option("--order", words->reach.order, "one order, by its number");
  group->add_option("--strategy", words->reach.strategy, "one strategy, by its name");
  group->add_option("--instrument", words->reach.instrument, "one instrument");
  group->require_option(0, 1);
}

std::shared_ptr<Words> make_words(CLI::App& command) {
  auto words = std::make_shared<Words>();
  // Shared with the callbacks: it lives as long as they do.
  add_target_options(command, std::shared_ptr<OperatorTarget>(words, &words->target));
  return words;
}

void add_kill(CLI::App& app) {
  CLI::App* kill = app.add_subcommand(
      "kill", "stop new orders, cancel what is open, and wait until the venue confirms it");
  const auto words = make_words(*kill);
  add_reach(*kill, words, true);
  kill->add_flag("--account", words->reach.account,
                 "everybody's orders on the account (account.exclusive_account)");
  kill->add_option("reason,--reason", words->reason, "why, for the journal and the log")
      ->default_str("by hand");
  kill->add_option("--timeout", words->patience, "how long to wait for the venue's confirmation");
  kill->callback([words] {
    if (words->reach.account && words->reach.level() != ControlLevel::Account)
      fail("--account is everything: without the others", 2);
    const Nanos patience = patience_of(*words);
    const std::string why = words->reason.empty() ? "by hand" : words->reason;
    const int code = act_and_wait(words->target, words->reach,
                                  words->reach.words("kill") + " " + why, "killed", patience);
    if (code != 0) std::exit(code);
  });
}

void add_resume(CLI::App& app) {
  CLI::App* resume = app.add_subcommand(
      "resume", "clear a kill at the level it was made at, or an operator's hold");
  const auto words = make_words(*resume);
  add_reach(*resume, words, true);
  resume->add_flag("--account", words->reach.account, "a kill of the whole account");
  resume->add_option("reason,--reason", words->reason, "why, for the journal and the log");
  resume->callback(
      [words] { give_order(words->target, words->reach.words("resume") + " " + words->reason); });
}

void add_cancel(CLI::App& app) {
  CLI::App* cancel = app.add_subcommand(
      "cancel", "cancel orders that are open now; strategies may place new ones");
  const auto words = make_words(*cancel);
  const auto all = std::make_shared<bool>(false);
  cancel->add_option("order", words->reach.order, "its number, ours or the venue's");
  add_reach(*cancel, words, false);
  cancel->add_flag("--foreign", words->reach.foreign,
                   "orders that are not ours (account.exclusive_account)");
  cancel->add_flag("--all", *all, "all of this engine");
  cancel->add_option("--timeout", words->patience, "how long to wait for the venue's confirmation");
  cancel->callback([words, all] {
    if (words->reach.level() == ControlLevel::Engine && !*all)
      fail("which? an order's number, --strategy, --instrument, --foreign or --all", 2);
    const int code = act_and_wait(words->target, words->reach, words->reach.words("cancel"),
                                  "cancelling", patience_of(*words));
    if (code != 0) std::exit(code);
  });
}

struct Ended {
  std::string instrument, strategy, end, left, refusal;
};
struct Reductions {
  std::int64_t running = 0;
  std::vector<Ended> ended;  // since the command
};

Reductions read_reductions(const std::string& status, std::int64_t since) {
  simdjson::dom::parser parser;
  Reductions out;
  try {
    const simdjson::dom::element all = parser.parse(status)["reductions"];
    out.running = all["running"];
    for (const simdjson::dom::element row : all["ended"].get_array()) {
      const auto text = [&](const char* key) { return std::string(std::string_view(row[key])); };
      if (std::int64_t(row["time_ns"]) < since) continue;
      out.ended.push_back(
          {text("instrument"), text("strategy"), text("end"), text("left"), text("refusal")});
    }
  } catch (const simdjson::simdjson_error& error) {
    fail(std::string("the daemon's answer is not understood: ") + error.what());
  }
  return out;
}

/// KILL-13: nothing is flattened by a slip of the hand.
void confirm_flatten(const OperatorTarget& target, const Reach& reach) {
  if (target.json || ::isatty(STDIN_FILENO) == 0) fail("nobody is there to confirm it: --yes", 2);
  fmt::print("positions of {} go by reduce-only orders at the market's price. Type yes: ",
             reach.text());
  std::fflush(stdout);
  std::string word;
  if (!std::getline(std::cin, word) || word != "yes") fail("not confirmed: nothing was done", 2);
}

int flatten_and_wait(const Words& words) {
  const std::int64_t since = ask_orders(words.target).time;
  ask(words.target, words.reach.words("flatten"));
  const auto deadline = Clock::now() + std::chrono::nanoseconds(patience_of(words).count);
  std::string status = ask(words.target, "status");
  while (read_reductions(status, since).running != 0 && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    status = ask(words.target, "status");
  }
  const Reductions reductions = read_reductions(status, since);
  bool all_done = reductions.running == 0;
  JsonLine line;
  line.begin_object().field("running", reductions.running).begin_array("positions");
  for (const Ended& row : reductions.ended) {
    all_done = all_done && row.end == "done";
    line.begin_object()
        .field("instrument", row.instrument)
        .field("strategy", row.strategy)
        .field("end", row.end)
        .field("left", row.left)
        .field("refusal", row.refusal)
        .end_object();
    if (!words.target.json)
      fmt::print("{:<20} {:<12} {}\n", row.instrument,
                 row.strategy.empty() ? "account" : row.strategy,
                 row.end == "done" ? "nothing is left"
                                   : fmt::format("RESIDUE {}{}", row.left,
                                                 row.refusal.empty() ? "" : ": " + row.refusal));
  }
  line.end_array().field("done", all_done).end_object();
  if (words.target.json) fmt::print("{}\n", line.text());
  if (reductions.running != 0)
    fmt::print(stderr, "{} still being brought down: see `gannet status`\n", reductions.running);
  return all_done ? 0 : kNotDoneInTime;
}

void add_flatten(CLI::App& app) {
  CLI::App* flatten = app.add_subcommand(
      "flatten", "bring positions down by reduce-only orders within the collar; kills nobody");
  const auto words = make_words(*flatten);
  const auto yes = std::make_shared<bool>(false);
  words->patience = "90s";
  add_reach(*flatten, words, false);
  flatten->add_flag("--yes", *yes, "without being asked");
  flatten->add_option("--timeout", words->patience, "how long to wait for the last fill");
  flatten->callback([words, yes] {
    if (!*yes) confirm_flatten(words->target, words->reach);
    if (const int code = flatten_and_wait(*words); code != 0) std::exit(code);
  });
}

}  // namespace

void add_kill_commands(CLI::App& app) {
  add_kill(app);
  add_resume(app);
  add_cancel(app);
  add_flatten(app);
}

}  // namespace gannet::app
