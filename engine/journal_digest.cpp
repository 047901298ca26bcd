#include "engine/journal_digest.h"

#include <algorithm>
#include <cstring>

#include "engine/journal_inputs.h"

namespace gannet::engine {

void JournalDigest::add(const JournalRecordHead& head, std::span<const std::byte> payload) {
  if ((head.type & kJournalDefinition) != 0) return add_definition(head, payload);
  const bool is_first = kept_.empty() && head.sequence == 1;
  switch (static_cast<RecordType>(head.type)) {
    // Said once, and without a say later.
    case RecordType::None:
    case RecordType::PlaceIntent:
    case RecordType::AmendIntent:
    case RecordType::CancelIntent:
    case RecordType::AlgoIntent:
    case RecordType::IntentWithExits:
    case RecordType::Denied:
    case RecordType::Cancel:
    case RecordType::FillRow:
    case RecordType::Position:
    case RecordType::Balance:
    case RecordType::Connection:
    case RecordType::State:
    case RecordType::Observations:
    case RecordType::BatchEdge:
    case RecordType::CoreCall:
    case RecordType::DeadManAnswer:
    case RecordType::Cash:
    case RecordType::LiquidationAlert:
    case RecordType::InstrumentState:
    case RecordType::InstrumentChanged:
    case RecordType::MaySendAgain:
    case RecordType::NotAsked:
    case RecordType::Lost:
    case RecordType::SettingsText:
    case RecordType::CoreState:
      if (is_first) keep(head, payload);  // from when on there is a journal
      return;
    case RecordType::VenueClock:
      // Lists are asked for by the venue's clock as it was; a hundredth of a second more or less
      // makes no list another.
      if (const auto it = read_record<VenueClockRecord>(payload)) {
        constexpr std::int64_t kSame = 10'000'000;
        const bool is_news =
            !clock_ || it->offset - *clock_ >= kSame || *clock_ - it->offset >= kSame;
        if (is_first || is_news) {
          clock_ = it->offset;
          keep(head, payload);
        }
      }
      return;
    case RecordType::Run:
      clock_.reset();
      return keep(head, payload);
    case RecordType::Place:
      if (const auto it = read_record<PlaceRecord>(payload))
        keep_of_order(it->client_id, head, payload);
      return;
    case RecordType::AlgoPlace:
      if (const auto it = read_record<AlgoPlaceRecord>(payload)) {
        keep_of_order(it->client_id, head, payload);
        if (it->attached_to != 0) exits_of_[it->attached_to] = it->client_id;
      }
      return;
    case RecordType::Amend:
      if (const auto it = read_record<AmendRecord>(payload); it && orders_.contains(it->client_id))
        keep_of_order(it->client_id, head, payload);
      return;
    case RecordType::Report:
      if (const auto it = read_record<ReportRecord>(payload); it && orders_.contains(it->client_id))
        keep_of_order(it->client_id, head, payload);
      return;
    case RecordType::AlgoReport:
      if (const auto it = read_record<AlgoReportRecord>(payload);
          it && orders_.contains(it->client_id))
        keep_of_order(it->client_id, head, payload);
      return;
    case RecordType::NotSent:
      if (const auto it = read_record<NotSentRecord>(payload);
          it && it->request == ExecutionReport::Request::Place)
        end_order(it->client_id, head, payload, 0);
      return;
    case RecordType::OrderEnded:
      if (const auto it = read_record<OrderEndedRecord>(payload))
        end_order(it->client_id, head, payload, it->cumulative_quantity);
      return;
    case RecordType::SnapshotEdge:
      return add_fills_edge(head, payload);
    default:
      return keep(head, payload);
  }
}

void JournalDigest::keep(const JournalRecordHead& head, std::span<const std::byte> payload) {
  kept_[head.sequence] = {head, {payload.begin(), payload.end()}};
}

void JournalDigest::keep_of_order(std::uint64_t client_id, const JournalRecordHead& head,
                                  std::span<const std::byte> payload) {
  keep(head, payload);
  orders_[client_id].push_back(head.sequence);
}

void JournalDigest::end_order(std::uint64_t client_id, const JournalRecordHead& head,
                              std::span<const std::byte> payload, std::int64_t filled) {
  if (const auto order = orders_.find(client_id); order != orders_.end()) {
    for (const std::uint64_t sequence : order->second) kept_.erase(sequence);
    orders_.erase(order);
  }
  const auto exits = exits_of_.find(client_id);
  if (exits == exits_of_.end()) return;
  const std::uint64_t of_exits = exits->second;
  exits_of_.erase(exits);
  if (!orders_.contains(of_exits)) return;
  if (filled == 0) {  // they never came to life
    end_order(of_exits, head, payload, 0);
  } else {
    keep_of_order(of_exits, head, payload);  // what it filled is what they are for
  }
}

void JournalDigest::add_definition(const JournalRecordHead& head,
                                   std::span<const std::byte> payload) {
  std::vector<std::byte> key(sizeof head.type);
  std::memcpy(key.data(), &head.type, sizeof head.type);
  const auto id = payload.first(std::min<std::size_t>(8, payload.size()));
  key.insert(key.end(), id.begin(), id.end());
  std::vector<std::byte>& known = definitions_[std::move(key)];
  if (std::ranges::equal(known, payload)) return;
  known.assign(payload.begin(), payload.end());
  keep(head, payload);
}

void JournalDigest::add_fills_edge(const JournalRecordHead& head,
                                   std::span<const std::byte> payload) {
  const auto edge = read_record<SnapshotEdgeRecord>(payload);
  if (!edge || edge->kind != SnapshotKind::Fills) return;
  // A begin without an end yet stays: its end may be in what follows.
  if (edge->end == 0) {
    if (fills_begin_ != 0 && fills_begin_ != known_begin_) kept_.erase(fills_begin_);
    fills_begin_ = head.sequence;
    return keep(head, payload);
  }
  if (edge->complete == 0 || fills_begin_ == 0) return;
  if (known_end_ != 0) {
    kept_.erase(known_end_);
    if (known_begin_ != fills_begin_) kept_.erase(known_begin_);
  }
  known_begin_ = fills_begin_;
  known_end_ = head.sequence;
  keep(head, payload);
}

std::vector<const JournalDigest::Kept*> JournalDigest::records() const {
  std::vector<const Kept*> records;
  records.reserve(kept_.size());
  for (const auto& [sequence, record] : kept_) records.push_back(&record);
  return records;
}

}  // namespace gannet::engine
