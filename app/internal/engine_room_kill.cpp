#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>

#include "app/internal/engine_room_parts.h"
#include "app/kill_files.h"

// Kill, resume and cancel at every level, between a person's words and the core.

namespace gannet::app {
namespace {

using engine::ControlLevel;
using engine::ControlResult;
using engine::ControlScope;

std::string_view refusal_words(ControlResult result) noexcept {
  switch (result) {
    case ControlResult::Done:
      return "";
    case ControlResult::NoSuchOrder:
      return "no order of ours is open under that number";
    case ControlResult::NoSuchStrategy:
      return "no such strategy here";
    case ControlResult::NoSuchInstrument:
      return "no such instrument here";
    case ControlResult::NotExclusive:
      return "others may trade on this account: account.exclusive_account is not set";
    case ControlResult::NotKilled:
      return "it is not killed at that level";
    case ControlResult::NothingHeld:
      return "there is no position to bring down";
  }
  return "";
}

std::string_view done_words(AdminCommand::Kind kind) noexcept {
  if (kind == AdminCommand::Kind::Cancel) return "cancelling";
  if (kind == AdminCommand::Kind::Flatten) return "flattening";
  return kind == AdminCommand::Kind::Kill ? "killed" : "resumed";
}

std::optional<std::uint64_t> order_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<ControlScope> EngineRoom::Parts::scope_of(ControlLevel level,
                                                        std::string_view target) const {
  ControlScope scope;
  scope.level = level;
  switch (level) {
    case ControlLevel::Order: {
      const auto number = order_number(target);
      if (!number) return std::nullopt;
      // Ours if we know it by that number, else the venue's.
      if (core->orders().table().find(ClientOrderId{*number}) != nullptr)
        return ControlScope::of(ClientOrderId{*number});
      return ControlScope::of(VenueOrderId{*number});
    }
    case ControlLevel::Strategy:
      for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
        if (settings.strategies[s].name == target) return ControlScope::of(StrategyId{s});
      }
      return scope;
    case ControlLevel::Instrument:
      return ControlScope::of(facts.instruments.find(target));
    case ControlLevel::Engine:
    case ControlLevel::Account:
    case ControlLevel::Foreign:
      return scope;
  }
  return std::nullopt;
}

ControlTarget EngineRoom::Parts::target_of(const ControlScope& scope) const {
  switch (scope.level) {
    case ControlLevel::Order:
      return ControlTarget(fmt::format_int(scope.order.value).c_str());
    case ControlLevel::Strategy:
      return ControlTarget(settings.strategies[scope.strategy.value].name);
    case ControlLevel::Instrument:
      return ControlTarget(facts.instruments[scope.instrument].name.view());
    case ControlLevel::Engine:
    case ControlLevel::Account:
    case ControlLevel::Foreign:
      return {};
  }
  return {};
}

void EngineRoom::Parts::kill_engine(const AdminCommand& command, Timestamp now) {
  const std::uint64_t before = core->orders().counters().cancels;
  kill_began = wall_clock_now();
  kill_times = {};
  if (command.received.nanos != 0) kill_times.waited = kill_began - command.received;
  core->kill(command.argument.view(), command.who.view(), now);
  kill_times.sent = wall_clock_now() - kill_began;
  kill_times.cancels = core->orders().counters().cancels - before;
}

void EngineRoom::Parts::control(const AdminCommand& command, Timestamp now) {
  AdminAnswer answer{command.id, false, {}};
  const auto scope = scope_of(command.level, command.target.view());
  if (!scope) {
    answer.text = AdminAnswer::Text("not an order's number");
    answers.try_push(answer);
    return;
  }
  const std::string_view who = command.who.view();
  waiting_kill_command = command.id;
  ControlResult result = ControlResult::Done;
  if (command.kind == AdminCommand::Kind::Kill) {
    result = core->kill(*scope, command.argument.view(), who, now);
  } else if (command.kind == AdminCommand::Kind::Resume) {
    result = core->resume(*scope, who, now);
  } else if (command.kind == AdminCommand::Kind::Flatten) {
    result = core->flatten(*scope, who, now);
  } else {
    result = core->cancel(*scope, who, now);
  }
  publish_status(now);
  // What outlives us is handed on by then, and answered when it is durable.
  if (std::exchange(waiting_kill_command, 0) == 0) return;
  answer.good = result == ControlResult::Done;
  answer.text = AdminAnswer::Text(answer.good ? done_words(command.kind) : refusal_words(result));
  answers.try_push(answer);
}

void EngineRoom::Parts::on_part_killed(const ControlScope& scope, bool now_killed,
                                       std::string_view why, std::string_view who,
                                       Timestamp now) noexcept {
  if (scope.level == ControlLevel::Account) {
    killed.store(core->kills().all(), std::memory_order_release);
    kill_reason = now_killed ? FixedString<120>(why) : FixedString<120>();
  }
  const ControlTarget target = target_of(scope);
  log(now, LogEvent::PartKilled,
      {LogField::boolean("killed", now_killed), LogField::string("level", name_of(scope.level)),
       LogField::string("which", target.view()), LogField::string("why", why),
       LogField::string("who", who)});
  kill_changes.try_push({scope.level, target, now_killed, FixedString<120>(why),
                         FixedString<47>(who), std::exchange(waiting_kill_command, 0)});
}

void EngineRoom::Parts::on_reduction_ended(const engine::ReductionResult& result,
                                           Timestamp now) noexcept {
  const Instrument& instrument = facts.instruments[result.instrument];
  DaemonStatus::Reduction& row = reductions[reductions_ended++ % reductions.size()];
  row = {};
  row.time = now;
  row.instrument = instrument.name;
  if (result.strategy.value < settings.strategies.size())
    row.strategy = FixedString<31>(settings.strategies[result.strategy.value].name);
  row.left = result.left;
  row.quantity_digits = instrument.quantity_digits;
  row.end = result.end;
  if (result.refused) row.refusal = result.reason;
}

void EngineRoom::Parts::restore_kill(Timestamp now) {
  constexpr std::string_view kWho = "an earlier run";
  const std::vector<KillFiles::Entry> entries = KillFiles(links.state_directory).read();
  for (const KillFiles::Entry& entry : entries) {
    const auto scope = scope_of(entry.level, entry.target);
    if (!scope) continue;
    const ControlResult result = core->kill(*scope, entry.why, kWho, now);
    // The account is others' too by now: our part of it stays killed.
    if (result == ControlResult::NotExclusive) core->kill({}, entry.why, kWho, now);
    // It has ended since: nothing is left to remember.
    if (entry.level == ControlLevel::Order && result == ControlResult::NoSuchOrder)
      kill_changes.try_push({entry.level, ControlTarget(entry.target), false, {}, {}, 0});
  }
  // The files may be gone where the journal is not: what it says is written again.
  constexpr std::string_view kWhy = "killed in an earlier run";
  const auto knows = [&](ControlLevel level, std::string_view target) {
    return std::ranges::any_of(entries, [&](const KillFiles::Entry& entry) {
      return entry.level == level && entry.target == target;
    });
  };
  const engine::KillSwitch& kills = core->kills();
  if (kills.engine() && !knows(ControlLevel::Engine, "")) core->kill(kWhy, kWho, now);
  if (kills.account() && !knows(ControlLevel::Account, ""))
    core->kill(ControlScope{.level = ControlLevel::Account}, kWhy, kWho, now);
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    if (kills.strategy(StrategyId{s}) &&
        !knows(ControlLevel::Strategy, settings.strategies[s].name))
      core->kill(ControlScope::of(StrategyId{s}), kWhy, kWho, now);
  }
  for (const Instrument& instrument : facts.instruments) {
    if (kills.instrument(instrument.id) && !knows(ControlLevel::Instrument, instrument.name.view()))
      core->kill(ControlScope::of(instrument.id), kWhy, kWho, now);
  }
}

FixedString<255> EngineRoom::Parts::killed_parts_text() const {
  std::string text;
  const auto add = [&](std::string_view what, std::string_view name) {
    if (!text.empty()) text += ", ";
    text.append(what).append(name);
  };
  const engine::KillSwitch& kills = core->kills();
  if (kills.account()) add("account", "");
  if (kills.parts() == 0) return {text};
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    if (kills.strategy(StrategyId{s})) add("strategy ", settings.strategies[s].name);
  }
  for (const Instrument& instrument : facts.instruments) {
    if (kills.instrument(instrument.id)) add("instrument ", instrument.name.view());
  }
  return {text};
}

void EngineRoom::Parts::watch_pauses(Timestamp now) {
  const Nanos still =
      suspend_watch.look(gannet::internal::read_clock(CLOCK_BOOTTIME), monotonic_now());
  if (still.count > 0) core->on_pause(still, now);
}

}  // namespace gannet::app
