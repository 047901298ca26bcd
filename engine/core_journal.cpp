#include "engine/core_journal.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace gannet::engine {

CoreJournal::CoreJournal(Journal& journal, std::size_t instruments, std::size_t currencies)
    : MarketTap(std::max(instruments, currencies), journal.recall() != nullptr),
      journal_(journal),
      recall_(journal.recall()) {}

void CoreJournal::begin_input() noexcept {
  listening_ = true;
  if (!calling_port_) return;
  calling_port_ = false;
  append_record(BatchEdgeRecord{BatchEdgeRecord::Kind::Nested, 0, 1, 0});
}

void CoreJournal::append_record(const BatchEdgeRecord& edge) noexcept {
  static_cast<void>(engine::append(*this, edge, now_));
}

void CoreJournal::note_turn(Timestamp now) noexcept {
  now_ = std::max(now_, now);
  if (notes_size_ + 2 * sizeof(NoteHead) > kNotesMax) flush(now);
  NoteHead head;
  const Nanos since = now - last_turn_;
  const bool is_near = last_turn_.nanos != 0 && since.count >= 0 &&
                       since.count <= std::numeric_limits<std::uint32_t>::max();
  if (is_near) head.subject = static_cast<std::uint32_t>(since.count);
  note(head, is_near ? std::nullopt : std::optional<__int128>(now.nanos));
  last_turn_ = now;
}

std::optional<__int128> CoreJournal::see(risk::MarketValue what, std::uint32_t subject,
                                         std::optional<__int128> value) noexcept {
  Known& known = this->known(what, subject);
  if (recall_ != nullptr) {
    const auto recalled = recall_->recall(notes(), what, subject);
    value = recalled           ? recalled->value
            : known.is_present ? std::optional<__int128>(known.value)
                               : std::nullopt;
  }
  if (value.has_value() == known.is_present && value.value_or(0) == known.value) return value;
  known = {value.value_or(0), value.has_value()};
  NoteHead head;
  head.subject = subject;
  head.what = static_cast<std::uint8_t>(what);
  if (notes_size_ + sizeof head + sizeof(__int128) > kNotesMax) flush(now_);
  note(head, value);
  return value;
}

void CoreJournal::note(const NoteHead& given, std::optional<__int128> value) noexcept {
  NoteHead head = given;
  const std::int64_t narrow = static_cast<std::int64_t>(value.value_or(0));
  if (value) head.form = *value == narrow ? NoteHead::Form::Short : NoteHead::Form::Long;
  std::memcpy(notes_.data() + notes_size_, &head, sizeof head);
  notes_size_ += sizeof head;
  if (head.form == NoteHead::Form::Short) {
    std::memcpy(notes_.data() + notes_size_, &narrow, sizeof narrow);
    notes_size_ += sizeof narrow;
  } else if (head.form == NoteHead::Form::Long) {
    std::memcpy(notes_.data() + notes_size_, &*value, sizeof *value);
    notes_size_ += sizeof *value;
  }
}

bool CoreJournal::flush(Timestamp now) noexcept {
  if (notes_size_ == 0) return true;
  const bool good = journal_.append(RecordType::Observations, notes(), now);
  if (!good) ++lost_;
  notes_size_ = 0;
  last_turn_ = {};
  return good;
}

void CoreJournal::write_notes(Timestamp now) noexcept {
  now_ = std::max(now_, now);
  flush(now);
}

bool CoreJournal::write_lost(Timestamp now) noexcept {
  const LostRecord lost{lost_};
  if (!journal_.append(RecordType::Lost, std::as_bytes(std::span(&lost, 1)), now)) {
    ++lost_;
    return false;
  }
  lost_ = 0;
  return true;
}

}  // namespace gannet::engine
