#include "simtest/watch.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gannet::simtest {

using engine::EngineState;
using engine::RecordType;

void Watch::set_core(const engine::TradingCore* core, const risk::RateLimits* limits) noexcept {
  core_ = core;
  limits_ = limits;
}

namespace {

bool is_same(const engine::ControlScope& a, const engine::ControlScope& b) noexcept {
  return a.level == b.level && a.strategy == b.strategy && a.instrument == b.instrument;
}

void set(std::vector<engine::ControlScope>& parts, const engine::ControlScope& part, bool on) {
  std::erase_if(parts, [&](const engine::ControlScope& one) { return is_same(one, part); });
  if (on) parts.push_back(part);
}

}  // namespace

void Watch::set_killed(const engine::ControlScope& part, bool killed) noexcept {
  set(killed_parts_, part, killed);
}

bool Watch::kill_is_on_disk(const engine::ControlScope& part) const noexcept {
  return std::ranges::any_of(parts_on_disk_,
                             [&](const engine::ControlScope& one) { return is_same(one, part); });
}

void Watch::note_control(std::span<const std::byte> payload) noexcept {
  using Action = engine::ControlRecord::Action;
  const auto record = engine::read_record<engine::ControlRecord>(payload);
  if (!record || (record->action != Action::Kill && record->action != Action::Resume)) return;
  if (record->level == engine::ControlLevel::Strategy) {
    set(parts_on_disk_, engine::ControlScope::of(StrategyId{record->strategy}),
        record->action == Action::Kill);
  } else if (record->level == engine::ControlLevel::Instrument) {
    set(parts_on_disk_, engine::ControlScope::of(InstrumentId{record->instrument}),
        record->action == Action::Kill);
  }
}

void Watch::forget_sent() noexcept {
  for (auto& by_instrument : windows_) {
    for (auto& window : by_instrument) window.clear();
  }
}

void Watch::note(std::string_view what, std::string_view text) noexcept {
  Remembered& event = events_[noted_++ % kRemembered];
  event.at = now_ - start_;
  event.step = step_;
  const std::size_t first = what.copy(event.text.data(), kTextMost);
  const std::size_t second = text.copy(event.text.data() + first, kTextMost - first);
  event.size = static_cast<std::uint16_t>(first + second);
  if (trace_) trace_(say(event));
}

std::string Watch::say(const Remembered& event) const {
  const std::int64_t us = event.at.count / 1'000;
  std::string line = std::to_string(us / 1'000'000) + ".";
  const std::string rest = std::to_string(us % 1'000'000);
  line.append(6 - std::min<std::size_t>(6, rest.size()), '0').append(rest);
  line.append(" #").append(std::to_string(event.step)).append(" ");
  return line.append(event.text.data(), event.size);
}

void Watch::fail(std::string_view invariant, std::string what) {
  if (violation_) return;
  note("VIOLATION ", what);
  Violation found;
  found.invariant = invariant;
  found.what = std::move(what);
  found.step = step_;
  found.at = now_ - start_;
  const std::uint64_t from = noted_ > kRemembered ? noted_ - kRemembered : 0;
  for (std::uint64_t i = from; i < noted_; ++i)
    found.last_events.push_back(say(events_[i % kRemembered]));
  violation_ = std::move(found);
}

bool Watch::act() noexcept {
  if (is_dead_) return true;
  if (acts_left_ != 0 && --acts_left_ == 0) {
    is_dead_ = true;
    note("the process dies");
  }
  return is_dead_;
}

void Watch::on_new_order(ClientOrderId id, InstrumentId instrument, Timestamp) noexcept {
  ++orders_;
  if (!sent_ids_.insert(id.value).second)
    fail("I3", "client order id " + std::to_string(id.value) + " was sent twice");
  const auto record = journaled_.find(id.value);
  if (record == journaled_.end())
    fail("I6", "order " + std::to_string(id.value) + " was sent before it was in the journal");
  else if (disk_ != nullptr && record->second > disk_->durable_sequence())
    fail("I6", "order " + std::to_string(id.value) + " was sent before the disk had it");
  if (core_ == nullptr) return;
  const engine::Order* order = core_->orders().table().find(id);
  // What the engine reduces passes kill and hold (KILL-13), but goes nowhere unseen.
  if (order != nullptr && order->by_engine) {
    const EngineState state = core_->state();
    if (state == EngineState::Cold || state == EngineState::Connecting ||
        state == EngineState::Reconciling)
      fail("REC-11", "order " + std::to_string(id.value) +
                         " of the engine was sent before it was reconciled");
    return;
  }
  for (const engine::ControlScope& part : killed_parts_) {
    const bool is_hit = part.level == engine::ControlLevel::Strategy
                            ? order != nullptr && order->strategy == part.strategy
                            : instrument == part.instrument;
    if (is_hit)
      fail("I5", "order " + std::to_string(id.value) + " was sent after the kill of its " +
                     (part.level == engine::ControlLevel::Strategy ? "strategy" : "instrument"));
  }
  if (killed_ || core_->state() == EngineState::Killed)
    fail("I5", "order " + std::to_string(id.value) + " was sent after the kill");
  else if (core_->state() != EngineState::Ready)
    fail("REC-11",
         "order " + std::to_string(id.value) + " was sent while the engine was not ready");
}

void Watch::on_sent(Bucket bucket, InstrumentId instrument, std::size_t count) noexcept {
  if (limits_ == nullptr) return;
  const std::array<risk::RateLimit, 6> limits{limits_->place,       limits_->amend,
                                              limits_->cancel,      limits_->place_batch,
                                              limits_->amend_batch, limits_->cancel_batch};
  const auto which = static_cast<std::size_t>(bucket);
  const risk::RateLimit& limit = limits[which];
  std::deque<Timestamp>& window = windows_[which][instrument.value];
  while (!window.empty() && now_ - window.front() >= limit.window) window.pop_front();
  window.insert(window.end(), count, now_);
  if (window.size() > limit.count)
    fail("I8", std::to_string(window.size()) + " requests of kind " + std::to_string(which) +
                   " within two seconds; the venue takes " + std::to_string(limit.count));
}

void Watch::on_wire(Line line, Way way, std::string_view text) noexcept {
  constexpr std::string_view kNames[kLines] = {"market", "account", "business"};
  const bool out = way == Way::ToVenue;
  if (line == Line::Market && !out && !trace_) return;
  std::string_view name = kNames[static_cast<std::size_t>(line)];
  std::array<char, 24> head{};
  std::memcpy(head.data(), name.data(), name.size());
  std::memcpy(head.data() + name.size(), out ? " > " : " < ", 3);
  note({head.data(), name.size() + 3}, text);
}

void Watch::on_rest(const HttpRequest& request) noexcept {
  note(request.method == "POST" ? "rest POST " : "rest GET ", request.target);
  if (!request.body.empty()) note("  ", request.body);
}

bool Watch::is_booked_before(const engine::FillBookedRecord& fill) {
  ++booked_count_;
  // Ids of liquidations repeat: those are counted only.
  if (fill.fill.trade_id <= 0) return false;
  return !booked_.insert({fill.venue_id, fill.fill.trade_id}).second;
}

void Watch::on_record(RecordType type, std::span<const std::byte> payload, Timestamp) noexcept {
  ++records_[static_cast<std::size_t>(type)];
  switch (type) {
    case RecordType::Place: {
      const auto record = engine::read_record<engine::PlaceRecord>(payload);
      if (record) note_placed(record->client_id);
      break;
    }
    case RecordType::AlgoPlace: {
      const auto record = engine::read_record<engine::AlgoPlaceRecord>(payload);
      if (record) note_placed(record->client_id);
      break;
    }
    case RecordType::FillBooked: {
      const auto record = engine::read_record<engine::FillBookedRecord>(payload);
      if (!record) break;
      const std::string name = "fill " + std::to_string(record->fill.trade_id) + " of order " +
                               std::to_string(record->venue_id);
      note("booked ", name);
      if (truth_ != nullptr && !truth_->happened(record->venue_id, record->fill.trade_id))
        fail("POST-01", name + " was booked and never happened");
      if (is_booked_before(*record)) fail("POST-01", name + " was booked twice");
      break;
    }
    case RecordType::Adjustment:
      ++accepted_;
      break;
    case RecordType::Command:
      note_command(payload);
      break;
    case RecordType::Control:
      note_control(payload);
      break;
    case RecordType::Denied:
    case RecordType::OrderEnded:
    default:
      break;
  }
  act();
}

void Watch::note_placed(std::uint64_t client_id) noexcept {
  // Told just after it was written: every record has its place in the sequence by then.
  const std::uint64_t sequence = disk_ == nullptr ? 0 : disk_->sequence();
  if (!journaled_.try_emplace(client_id, sequence).second)
    fail("I3", "client order id " + std::to_string(client_id) + " was made twice");
}

void Watch::note_command(std::span<const std::byte> payload) noexcept {
  using Kind = engine::CommandRecord::Kind;
  const auto record = engine::read_record<engine::CommandRecord>(payload);
  if (!record || (record->kind != Kind::Kill && record->kind != Kind::Resume)) return;
  kill_on_disk_ = record->kind == Kind::Kill;
}

void Watch::reread(const DiskJournal& journal) {
  booked_.clear();
  booked_count_ = 0;
  kill_on_disk_ = false;
  parts_on_disk_.clear();
  journal.for_each([&](RecordType type, std::span<const std::byte> payload, Timestamp) {
    if (type == RecordType::Command) note_command(payload);
    if (type == RecordType::Control) note_control(payload);
    if (type != RecordType::FillBooked) return;
    if (const auto record = engine::read_record<engine::FillBookedRecord>(payload))
      static_cast<void>(is_booked_before(*record));
  });
}

void Watch::look_at_truth(std::int64_t limit) noexcept {
  if (truth_ == nullptr) return;
  if (!truth_->named_twice().empty())
    fail("I3", "the venue has two orders with client id " + truth_->named_twice());
  if (!checks_limits_) return;
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    if (InstrumentId{i} == kSpot) continue;
    const Truth::Exposure& at = truth_->exposure({i});
    const std::int64_t most = limit + at.strange;
    if (at.leaves_buy > 0 && at.position + at.leaves_buy > most)
      fail("I4", "long exposure " + std::to_string(at.position + at.leaves_buy) +
                     " at the venue; the limit is " + std::to_string(limit));
    if (at.leaves_sell > 0 && at.leaves_sell - at.position > most)
      fail("I4", "short exposure " + std::to_string(at.leaves_sell - at.position) +
                     " at the venue; the limit is " + std::to_string(limit));
  }
}

}  // namespace gannet::simtest
