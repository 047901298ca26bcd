#include "monitor/alert_outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gannet::monitor {

void AlertOutbox::put(const Alert& alert, std::uint64_t count, std::uint64_t order) {
  const auto [at, is_new] = pending_.try_emplace(alert.fingerprint);
  Place& place = at->second;
  place.told.count += count;
  if (is_new) place.order = order;
  place.told.alert = alert;
}

void AlertOutbox::add(const AlertNews& news) { put(news.alert, news.count, next_order_++); }

void AlertOutbox::resend() {
  for (const auto& [fingerprint, alert] : known_)
    if (!pending_.contains(fingerprint)) put(alert, 0, next_order_++);
}

bool AlertOutbox::is_due(Nanos now) const noexcept {
  return in_flight_.empty() && !pending_.empty() && now >= not_before_;
}

std::vector<Told> AlertOutbox::take() {
  std::vector<std::pair<std::uint64_t, const Place*>> order;
  for (const auto& [fingerprint, place] : pending_) order.emplace_back(fingerprint, &place);
  std::ranges::sort(order, [](const auto& a, const auto& b) {
    const Alert& one = a.second->told.alert;
    const Alert& other = b.second->told.alert;
    if (one.severity != other.severity) return one.severity > other.severity;
    return a.second->order < b.second->order;
  });
  if (order.size() > kBatch) order.resize(kBatch);
  std::vector<Told> out;
  for (const auto& [fingerprint, place] : order) {
    const auto node = pending_.extract(fingerprint);
    in_flight_.push_back(node.mapped());
    Alert& alert = in_flight_.back().told.alert;
    if (firing_first_ && !alert.firing && !known_.contains(fingerprint)) {
      // Its end waits for the next turn.
      pending_[fingerprint] = {{alert, 0}, next_order_++};
      alert.firing = true;
      alert.ended = {};
    }
    out.push_back(in_flight_.back().told);
  }
  return out;
}

void AlertOutbox::delivered(Nanos now) {
  for (const Place& place : std::exchange(in_flight_, {})) {
    const Alert& alert = place.told.alert;
    if (alert.firing && firing_first_) known_[alert.fingerprint] = alert;
    if (!alert.firing) known_.erase(alert.fingerprint);
  }
  ++deliveries_;
  note_success(now);
}

void AlertOutbox::failed(Nanos now, std::string why) {
  for (Place& place : std::exchange(in_flight_, {})) {
    const auto newer = pending_.find(place.told.alert.fingerprint);
    if (newer == pending_.end()) {
      pending_.emplace(place.told.alert.fingerprint, std::move(place));
    } else {
      newer->second.told.count += place.told.count;
      newer->second.order = place.order;
    }
  }
  ++failures_;
  note_failure(now, std::move(why));
  not_before_ = now + wait_;
  wait_ = std::min(wait_ + wait_, kLongestWait);
}

void AlertOutbox::probed(Nanos now, bool good, std::string why) {
  if (good) return note_success(now);
  note_failure(now, std::move(why));
}

void AlertOutbox::note_failure(Nanos now, std::string why) {
  if (failed_in_a_row_++ == 0) failing_since_ = now;
  last_word_ = now;
  why_ = std::move(why);
}

void AlertOutbox::note_success(Nanos now) {
  failed_in_a_row_ = 0;
  why_.clear();
  last_word_ = now;
  wait_ = kFirstWait;
  not_before_ = {};
}

bool AlertOutbox::is_lost(Nanos now) const noexcept {
  return failed_in_a_row_ > 1 && now - failing_since_ >= kLostAfter;
}

}  // namespace gannet::monitor
