#include <algorithm>

#include "app/internal/engine_room_parts.h"

// What a person's command comes to on the reactor.

namespace gannet::app {
namespace {

/// "STRATEGY RULE MILLISECONDS WHY": what cannot be read says so by an unknown strategy, a rule
/// that nobody may override, or no time.
template <class F>
engine::Override override_of(const AdminCommand& command, Timestamp now, F&& strategy_named) {
  std::string_view rest = command.argument.view();
  const auto word = [&rest] {
    const auto space = rest.find(' ');
    const std::string_view first = rest.substr(0, space);
    rest = space == std::string_view::npos ? "" : rest.substr(space + 1);
    return first;
  };
  engine::Override wish;
  wish.strategy = strategy_named(word());
  const std::string_view rule = word();
  for (int i = 0; i < kDenialReasons; ++i) {
    const auto reason = static_cast<DenialReason>(i);
    if (gannet::name_of(reason) == rule) wish.rule = reason;
  }
  const auto milliseconds_given = parse_units(word(), 0).value_or(0);
  wish.expires = now + milliseconds(std::min<std::int64_t>(milliseconds_given, 3'600'000));
  wish.who = FixedString<47>(command.who.view());
  wish.why = FixedString<120>(rest);
  return wish;
}

std::string_view sentence_of(engine::OverrideRefusal refusal) noexcept {
  switch (refusal) {
    case engine::OverrideRefusal::UnknownStrategy:
      return "no such strategy";
    case engine::OverrideRefusal::NotOverridable:
      return "nobody may override that rule, or there is none of that name: docs/denials.md";
    case engine::OverrideRefusal::TooLong:
      return "an override lasts at most 60 seconds";
    case engine::OverrideRefusal::NoReason:
      return "a reason is needed, for the journal";
    case engine::OverrideRefusal::OneAtATime:
      return "another override waits for its order";
  }
  return "";
}

}  // namespace

void EngineRoom::Parts::carry_out(const AdminCommand& command, Timestamp now) {
  note(command, now);
  const std::string_view who = command.who.view();
  AdminAnswer answer{command.id, true, {}};
  switch (command.kind) {
    case AdminCommand::Kind::Cancel:
    case AdminCommand::Kind::Flatten:
      return control(command, now);
    case AdminCommand::Kind::Kill:
      if (command.level != engine::ControlLevel::Engine) return control(command, now);
      waiting_kill_command = command.id;
      kill_engine(command, now);
      return;  // on_kill_changed has handed it on: it is answered when it is durable
    case AdminCommand::Kind::Resume:
      if (command.level != engine::ControlLevel::Engine) return control(command, now);
      if (core->kills().engine() && command.word != nullptr && !command.roles.meets({Role::Kill})) {
        answer.good = false;
        answer.text = AdminAnswer::Text("it is killed: a resume needs the role kill");
        break;
      }
      waiting_kill_command = command.id;
      core->resume(who, now);
      if (waiting_kill_command == 0)  // a kill was cleared: answered when that is durable
        return publish_status(now);
      waiting_kill_command = 0;
      answer.text = AdminAnswer::Text("resumed");
      break;
    case AdminCommand::Kind::Hold:
      core->hold(command.argument.view(), who, now);
      answer.text = AdminAnswer::Text("held");
      break;
    case AdminCommand::Kind::Status:
    case AdminCommand::Kind::Pnl:
    case AdminCommand::Kind::Latency:
    case AdminCommand::Kind::Orders:
    case AdminCommand::Kind::Positions:
    case AdminCommand::Kind::Balances:
    case AdminCommand::Kind::Fills:
    case AdminCommand::Kind::Feeds:
    case AdminCommand::Kind::Strategies:
    case AdminCommand::Kind::Limits:
    case AdminCommand::Kind::Alerts:
    case AdminCommand::Kind::TestAlerts:
    case AdminCommand::Kind::SetParameters:
    case AdminCommand::Kind::SetLimit:
    case AdminCommand::Kind::ReloadLimits:
    case AdminCommand::Kind::ReloadCredentials:
      return;  // the cold thread's own
    case AdminCommand::Kind::EnableStrategy:
    case AdminCommand::Kind::StopStrategy:
    case AdminCommand::Kind::TellStrategy:
      instruct_strategy(command, answer, now);
      break;
    case AdminCommand::Kind::PlaceOrder:
      place_order(command, answer, now);
      break;
    case AdminCommand::Kind::AmendOrder:
      amend_order(command, answer, now);
      break;
    case AdminCommand::Kind::ResolveOrder:
      resolve_order(command, answer, now);
      break;
    case AdminCommand::Kind::GrantOverride:
      grant_override(command, answer, now);
      break;
    case AdminCommand::Kind::Accept: {
      const InstrumentId instrument = facts.instruments.find(command.argument.view());
      const CurrencyId currency = facts.currencies.find(command.argument.view());
      answer.good = instrument.valid() ? core->accept(instrument, who, now)
                                       : core->accept_balance(currency, who, now);
      answer.text = AdminAnswer::Text(answer.good ? "accepted"
                                      : instrument.valid() || currency.valid()
                                          ? "there is no difference to accept"
                                          : "no such instrument or currency here");
      break;
    }
  }
  publish_status(now);
  answers.try_push(answer);
}

StrategyId EngineRoom::Parts::strategy_named(std::string_view name) const {
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    if (settings.strategies[s].name == name) return {s};
  }
  return {};
}

void EngineRoom::Parts::grant_override(const AdminCommand& command, AdminAnswer& answer,
                                       Timestamp now) {
  const engine::Override wish =
      override_of(command, now,
                  [this](std::string_view name) RUNS_ON(kReactor) { return strategy_named(name); });
  const auto refusal = core->grant(wish, now);
  answer.good = !refusal;
  answer.text = AdminAnswer::Text(refusal ? sentence_of(*refusal)
                                          : "the strategy's next order may break that rule");
  if (refusal) return;
  log(now, LogEvent::OverrideGranted,
      {LogField::string("strategy", settings.strategies[wish.strategy.value].name),
       LogField::string("rule", gannet::name_of(wish.rule)),
       LogField::string("who", wish.who.view()), LogField::string("why", wish.why.view()),
       LogField::number("expires_ms", (wish.expires - now).count / 1'000'000)});
}

}  // namespace gannet::app
