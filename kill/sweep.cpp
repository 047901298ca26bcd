#include "kill/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

namespace gannet::kill {
namespace {

constexpr int kObeyMillis = 1'500;      // an engine that is well obeys within 100 ms
constexpr Millis kConfirmSpacing{600};  // KILL-05: at least 500 ms
constexpr Millis kCancelSpacing{300};   // between two rounds of cancels
constexpr int kTimerSeconds = 10;       // the shortest that the venue takes
constexpr std::size_t kShownOrders = 20;

/// A stop is worth keeping only while there is something that it guards.
bool guards(const OpenOrder& order, const std::vector<OpenPosition>& positions) {
  if (!order.algo || !order.reduces) return false;
  return std::ranges::any_of(positions, [&](const OpenPosition& position) {
    return position.instrument == order.instrument &&
           (order.leg.empty() || order.leg == "net" || order.leg == position.leg) &&
           position.is_long == (order.side == "sell");
  });
}

class Sweep {
 public:
  explicit Sweep(const Options& options)
      : options_(options),
        start_(Clock::now()),
        account_(options, start_ + std::chrono::seconds(options.seconds)) {}

  SweepResult run() {
    say("gannet-kill: {} at {}{}", whose(), options_.url, options_.dry_run ? " (dry run)" : "");
    stop_the_engine();
    result_.exit_code = sweep_account();
    if (result_.exit_code == 0 && result_.engine.what == EngineStop::Failed) result_.exit_code = 5;
    result_.requests = account_.requests();
    result_.retries = account_.retries();
    result_.seconds = elapsed();
    if (!options_.json) conclude();
    return std::move(result_);
  }

 private:
  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) const {
    if (options_.json) return;
    fmt::print("{}\n", fmt::format(format, std::forward<Args>(args)...));
    std::fflush(stdout);
  }
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  std::string whose() const {
    return options_.account ? "everybody's orders of the account"
                            : "orders with tag " + options_.tag;
  }
  bool is_meant(const OpenOrder& order) const {
    return options_.account || order.tag == options_.tag;
  }

  void stop_the_engine() {
    if (options_.dry_run || options_.leave_engine) {
      result_.engine = {EngineStop::NotAsked, options_.dry_run ? "left as it is: a dry run"
                                                               : "left as it is: --leave-engine"};
    } else {
      result_.engine = stop_engine(options_.state_directory, options_.reason, kObeyMillis);
    }
    say("1/4 engine      {} [{:.1f} s]", result_.engine.text, elapsed());
  }

  int sweep_account() {
    if (const Answer answer = account_.begin(); answer != Answer::Good) return give_up(answer);
    if (!options_.dry_run) {
      // At once, before any list that may not answer: plain orders are never kept.
      std::vector<OpenOrder> plain;
      if (account_.list_plain(plain) == Answer::Good) {
        std::erase_if(plain, [&](const OpenOrder& order) { return !is_meant(order); });
        for (const OpenOrder& order : plain) seen_.insert(order.id);
        if (account_.cancel(plain) == Answer::Refused) return give_up(Answer::Refused);
      }
    }
    if (options_.account && !options_.dry_run) {
      result_.timer_armed = account_.arm_timer(kTimerSeconds) == Answer::Good;
      say("2/4 timer       {}",
          result_.timer_armed
              ? fmt::format("the venue cancels everything in {} s by itself", kTimerSeconds)
              : "NOT armed: " + account_.error());
    } else {
      say("2/4 timer       none: it is for --account");
    }
    int empty_lists = 0;
    Clock::time_point last_empty;
    for (bool first = true; Clock::now() < end(); first = false) {
      if (const Answer answer = look(); answer != Answer::Good) return give_up(answer);
      if (first) tell_what_is_there();
      if (options_.dry_run) return 0;
      if (!result_.left.empty()) {
        empty_lists = 0;
        if (const Answer answer = cancel_left(); answer == Answer::Refused) return give_up(answer);
        std::this_thread::sleep_for(kCancelSpacing);
        continue;
      }
      ++empty_lists;
      say("4/4 confirming  list {} of 2: nothing of what is meant is left [{:.1f} s]", empty_lists,
          elapsed());
      if (empty_lists == 2) {
        result_.confirmed = true;
        return 0;
      }
      std::this_thread::sleep_for(kConfirmSpacing);
    }
    result_.error = "not confirmed in time";
    return 4;
  }

  Clock::time_point end() const { return start_ + std::chrono::seconds(options_.seconds); }

  /// The venue's lists, sorted into what goes, what is kept, and what is not ours.
  Answer look() {
    std::vector<OpenOrder> orders;
    if (const Answer answer = account_.list_orders(orders); answer != Answer::Good) return answer;
    const bool any_stop = std::ranges::any_of(
        orders, [&](const OpenOrder& order) { return is_meant(order) && order.reduces; });
    if (any_stop || !positions_known_) {
      const Answer answer = account_.list_positions(result_.positions);
      if (answer == Answer::Refused) return answer;
      positions_known_ = positions_known_ || answer == Answer::Good;
    }
    result_.left.clear();
    result_.kept.clear();
    result_.foreign.clear();
    for (OpenOrder& order : orders) {
      // Where the positions are not known, a stop may be all that guards one.
      const bool guards_one =
          positions_known_ ? guards(order, result_.positions) : order.algo && order.reduces;
      const bool is_kept = !options_.cancel_stops && guards_one;
      auto& to = !is_meant(order) ? result_.foreign : (is_kept ? result_.kept : result_.left);
      to.push_back(std::move(order));
    }
    return Answer::Good;
  }

  void tell_what_is_there() {
    say("3/4 cancelling  {} orders; {} stops kept, {} orders of others left alone [{:.1f} s]",
        result_.left.size(), result_.kept.size(), result_.foreign.size(), elapsed());
    if (options_.dry_run) tell(result_.left, "would cancel");
  }

  Answer cancel_left() {
    for (const OpenOrder& order : result_.left) seen_.insert(order.id);
    result_.cancelled = seen_.size();
    return account_.cancel(result_.left);
  }

  int give_up(Answer answer) {
    result_.error = account_.error();
    return answer == Answer::Refused ? 3 : 4;
  }

  void tell(const std::vector<OpenOrder>& orders, std::string_view title) const {
    for (std::size_t i = 0; i < std::min(orders.size(), kShownOrders); ++i)
      say("  {:<13} {} (order {})", title, orders[i].text, orders[i].id);
    if (orders.size() > kShownOrders)
      say("  {:<13} and {} more", title, orders.size() - kShownOrders);
  }

  void conclude() const {
    tell(result_.kept, "kept");
    tell(result_.foreign, "not ours");
    for (const OpenPosition& position : result_.positions)
      say("  {:<13} {} {} {}: NOT closed by this program", "position", position.instrument,
          position.leg, position.quantity);
    if (result_.exit_code == 0 && options_.dry_run) {
      say("DRY RUN: nothing was stopped or cancelled");
    } else if (result_.exit_code == 0) {
      say("DONE in {:.1f} s: {} cancelled; the venue's own lists hold none of {} that can add risk",
          elapsed(), result_.cancelled, whose());
    } else if (result_.exit_code == 5) {
      say("ORDERS ARE GONE, BUT THE ENGINE MAY RUN: {}. Stop it by hand now.", result_.engine.text);
    } else if (result_.exit_code == 3) {
      say("REFUSED by the venue: {}. Cancel on its web page; check the key in {}.", result_.error,
          options_.file);
    } else {
      tell(result_.left, "LEFT");
      say("NOT CONFIRMED after {:.1f} s: {}. Run it again; else cancel on the venue's web page.",
          elapsed(), result_.error);
    }
  }

  const Options& options_;
  Clock::time_point start_;
  Account account_;
  SweepResult result_;
  std::set<std::string> seen_;
  bool positions_known_ = false;
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string_view name_of(EngineStop what) {
  switch (what) {
    case EngineStop::NotAsked:
      return "not_asked";
    case EngineStop::NotThere:
      return "not_running";
    case EngineStop::Obeyed:
      return "obeyed";
    case EngineStop::Terminated:
      return "terminated";
    case EngineStop::Failed:
      return "failed";
  }
  return "";
}

std::string ids_of(const std::vector<OpenOrder>& orders) {
  std::string out;
  for (const OpenOrder& order : orders) out += (out.empty() ? "" : ",") + quoted(order.id);
  return "[" + out + "]";
}

}  // namespace

SweepResult sweep(const Options& options) { return Sweep(options).run(); }

std::string to_json(const SweepResult& result) {
  std::string positions;
  for (const OpenPosition& position : result.positions)
    positions += fmt::format("{}{{\"instrument\":{},\"leg\":{},\"quantity\":{}}}",
                             positions.empty() ? "" : ",", quoted(position.instrument),
                             quoted(position.leg), quoted(position.quantity));
  return fmt::format(
      "{{\"confirmed\":{},\"exit_code\":{},\"engine\":\"{}\",\"engine_text\":{},\"timer_armed\":{},"
      "\"cancelled\":{},\"left\":{},\"kept\":{},\"foreign\":{},\"positions\":[{}],\"error\":{},"
      "\"requests\":{},\"retries\":{},\"seconds\":{:.3f}}}",
      result.confirmed, result.exit_code, name_of(result.engine.what), quoted(result.engine.text),
      result.timer_armed, result.cancelled, ids_of(result.left), ids_of(result.kept),
      ids_of(result.foreign), positions, quoted(result.error), result.requests, result.retries,
      result.seconds);
}

}  // namespace gannet::kill
