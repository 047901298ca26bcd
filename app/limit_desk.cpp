#include "app/limit_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/operator_strategy.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/change_limit.h"
#include "config/load.h"

namespace gannet::app {
namespace {

template <std::size_t N>
void fill_text(char (&to)[N], std::string_view from) {
  std::copy_n(from.data(), std::min(from.size(), N - 1), to);
}

engine::LimitChangeRecord change_record(const risk::LimitChange& change, std::string_view who,
                                        bool from_file) {
  engine::LimitChangeRecord record;
  fill_text(record.key, change.key);
  fill_text(record.before, change.before);
  fill_text(record.after, change.after);
  fill_text(record.who, who);
  record.loosens = change.loosens ? 1 : 0;
  record.from_file = from_file ? 1 : 0;
  return record;
}

std::string change_text(const risk::LimitChange& change) {
  return fmt::format("{} {} -> {}{}", change.key, change.before, change.after,
                     change.is_thousandfold ? " (a thousandfold: a typing error?)" : "");
}

/// Of the loosening ones, or of the others.
std::string list_changes(const std::vector<risk::LimitChange>& changes, bool loosening) {
  std::string out;
  for (const risk::LimitChange& change : changes) {
    if (change.loosens == loosening) out += (out.empty() ? "" : "; ") + change_text(change);
  }
  return out;
}

/// The file's other settings: none of them is taken over while the engine runs.
bool differs_elsewhere(const config::Settings& now, config::Settings file) {
  if (now.strategies.size() > file.strategies.size() &&
      now.strategies.back().name == engine::kOperatorStrategy)
    add_operator(file);
  file.risk = risk::with_limits_of(now.risk, file.risk);
  return config::print_resolved(now) != config::print_resolved(file);
}

}  // namespace

LimitDesk::LimitDesk(const config::Settings& settings, InstrumentTable instruments,
                     const CurrencyTable& currencies, const risk::LimitTable& in_force)
    // As the file says it: start-up fills in addresses, and takes the key away.
    : settings_(config::load_without_secrets(settings.file).value_or(settings)),
      instruments_(std::move(instruments)),
      currencies_(currencies),
      permitted_(in_force) {
  settings_.risk = settings.risk;
  settings_.strategies = settings.strategies;  // a person's own among them
  for (const auto& strategy : settings_.strategies) strategies_.push_back(strategy.name);
}

LimitVerdict LimitDesk::set(std::string_view key, std::string_view value, bool confirmed,
                            std::string_view who) {
  const auto wanted = config::with_limit(settings_, key, value);
  if (!wanted) return {nullptr, false, wanted.error().message};
  const risk::Settings limits = risk::with_limits_of(*wanted, settings_.risk);
  if (risk::limit_changes(settings_.risk, limits).empty()) {
    const bool is_same = risk::limit_changes(settings_.risk, *wanted).empty();
    return {nullptr, false,
            is_same ? fmt::format("{} is {} already, or needs a restart", key, value)
                    : fmt::format("{} needs a restart", key)};
  }
  return make(limits, confirmed, false, who);
}

LimitVerdict LimitDesk::reload(bool confirmed, std::string_view who) {
  auto loaded = config::load_without_secrets(settings_.file);
  if (!loaded) return {nullptr, false, config::to_string(loaded.error().front())};
  const bool elsewhere = differs_elsewhere(settings_, *loaded);
  LimitVerdict verdict =
      make(risk::with_limits_of(loaded->risk, settings_.risk), confirmed, true, who);
  if (elsewhere) verdict.answer += "; other settings of the file need a restart";
  return verdict;
}

LimitVerdict LimitDesk::make(const risk::Settings& wanted, bool confirmed, bool from_file,
                             std::string_view who) {
  const auto asked = risk::limit_changes(settings_.risk, wanted);
  if (asked.empty()) return {nullptr, true, "no limit differs"};
  const risk::Settings& next = confirmed ? wanted : risk::without_loosening(settings_.risk, wanted);
  const risk::Settings taken = next;
  const auto changes = risk::limit_changes(settings_.risk, taken);
  std::string kept;
  if (!confirmed) kept = list_changes(asked, true);
  for (const risk::LimitChange& change : asked) {
    if (confirmed || !change.loosens) continue;
    log(wall_clock_now(), LogEvent::LimitKept,
        {LogField::string("key", change.key), LogField::string("before", change.before),
         LogField::string("after", change.after),
         LogField::string("why", "it loosens and was not confirmed"),
         LogField::string("who", who)});
  }
  if (changes.empty())
    return {nullptr, false, fmt::format("this loosens, and needs --confirm: {}", kept)};
  auto table = risk::LimitTable::build(taken, instruments_, currencies_, strategies_);
  if (table) {
    auto permitted = table->permit_like(permitted_, instruments_);
    if (!permitted) table = std::unexpected(permitted.error());
  }
  if (!table) return {nullptr, false, table.error().message};
  std::vector<engine::LimitChangeRecord> records;
  records.reserve(changes.size());
  for (const risk::LimitChange& change : changes)
    records.push_back(change_record(change, who, from_file));
  auto replacement = std::make_unique<LimitReplacement>(
      LimitReplacement{std::move(*table), taken.rules, std::move(records)});
  settings_.risk = taken;
  for (const risk::LimitChange& change : changes) {
    log(wall_clock_now(), LogEvent::LimitChanged,
        {LogField::string("key", change.key), LogField::string("before", change.before),
         LogField::string("after", change.after), LogField::boolean("loosens", change.loosens),
         LogField::boolean("thousandfold", change.is_thousandfold), LogField::string("who", who)});
  }
  std::string answer = list_changes(changes, false);
  if (const std::string looser = list_changes(changes, true); !looser.empty())
    answer += (answer.empty() ? "" : "; ") + looser;
  if (!kept.empty()) answer += "; kept, for it loosens and needs --confirm: " + kept;
  return {std::move(replacement), true, std::move(answer)};
}

}  // namespace gannet::app
