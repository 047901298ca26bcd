#include "monitor/alert_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gannet::monitor {

void AlertBook::tell(Entry& entry, AlertNews::What what, Moment now) {
  entry.last_told = now.steady;
  news_.push_back({what, entry.alert, std::exchange(entry.untold, 0)});
}

AlertBook::Entry& AlertBook::entry_of(const AlertRule& rule, const AlertLabels& labels,
                                      std::string detail, std::uint64_t times, Moment now) {
  std::uint64_t fingerprint = alert_fingerprint(rule.name, labels);
  AlertLabels kept = labels;
  if (!labels.empty() && !entries_.contains(fingerprint) && entries_.size() >= kMost) {
    // Rules are few: these entries are bounded too.
    kept = {{"grouped", "others"}};
    fingerprint = alert_fingerprint(rule.name, kept);
  }
  const auto [at, is_new] = entries_.try_emplace(fingerprint);
  Entry& entry = at->second;
  if (is_new) {
    entry.alert = {fingerprint, rule.name, rule.severity, std::move(kept),
                   rule.text,   {},        true,          now.wall,
                   {},          0};
    entry.quiet_for = rule.quiet_for;
    ++raised_[rule.name];
  }
  entry.last_true = now.steady;
  entry.alert.detail = std::move(detail);
  entry.alert.total += times;
  entry.untold += times;
  if (is_new) tell(entry, AlertNews::What::Fired, now);
  return entry;
}

void AlertBook::happen(const AlertRule& rule, const AlertLabels& labels, std::string detail,
                       std::uint64_t times, Moment now) {
  if (times != 0) entry_of(rule, labels, std::move(detail), times, now);
}

std::uint64_t AlertBook::begin(const AlertRule& rule, const AlertLabels& labels, std::string detail,
                               Moment now) {
  Entry& entry = entry_of(rule, labels, std::move(detail), 1, now);
  ++entry.conditions;
  return entry.alert.fingerprint;
}

void AlertBook::end(std::uint64_t fingerprint, Moment now) {
  const auto found = entries_.find(fingerprint);
  if (found == entries_.end() || found->second.conditions == 0) return;
  --found->second.conditions;
  found->second.last_true = now.steady;
}

void AlertBook::refresh(std::uint64_t fingerprint, std::string detail) {
  const auto found = entries_.find(fingerprint);
  if (found != entries_.end()) found->second.alert.detail = std::move(detail);
}

void AlertBook::work(Moment now) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    Entry& entry = at->second;
    if (entry.conditions == 0 && now.steady - entry.last_true >= entry.quiet_for) {
      entry.alert.firing = false;
      entry.alert.ended = now.wall;
      tell(entry, AlertNews::What::Resolved, now);
      at = entries_.erase(at);
      continue;
    }
    if (entry.untold != 0 && now.steady - entry.last_told >= digest_interval_)
      tell(entry, AlertNews::What::Repeated, now);
    ++at;
  }
}

std::vector<AlertNews> AlertBook::take_news() { return std::exchange(news_, {}); }

std::vector<Alert> AlertBook::firing() const {
  std::vector<Alert> all;
  for (const auto& [fingerprint, entry] : entries_) all.push_back(entry.alert);
  std::ranges::stable_sort(all, [](const Alert& a, const Alert& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    return a.started.nanos < b.started.nanos;
  });
  return all;
}

std::array<std::uint64_t, kSeverities> AlertBook::firing_by_severity() const noexcept {
  std::array<std::uint64_t, kSeverities> counts{};
  for (const auto& [fingerprint, entry] : entries_)
    ++counts[static_cast<std::size_t>(entry.alert.severity)];
  return counts;
}

}  // namespace gannet::monitor
