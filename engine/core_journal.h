#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/journal.h"
#include "engine/journal_inputs.h"
#include "risk/market_tap.h"

namespace gannet::engine {

/// What a replay gives the core in place of the market: the journal implements it.
class RecallSource {
 public:
  struct Recalled {
    std::optional<__int128> value;
  };
  /// `pending`: what the replayed core has noted since its last record, as it would be written. The
  /// value that was read at this very place, if it was another than the one read before it.
  virtual std::optional<Recalled> recall(std::span<const std::byte> pending, risk::MarketValue what,
                                         std::uint32_t subject) noexcept = 0;

 protected:
  ~RecallSource() = default;
};

/// The core's own pen. Beside the records it is given it notes what is needed to do the same again:
/// turns of the timer, and what decisions read of the market, which is not in the journal: a value
/// is noted when it is another than the one that was read before. Notes wait in a small buffer and
/// are written as one record (Observations) before the next record, so that one decision costs one
/// compact record more at most. Where the journal is a replay's, what was read then is read again.
///
/// A record that finds no room is counted, and the count written before the next one that does: up
/// to there a replay can go, and no further. Thread: the reactor. Allocates at construction only.
class CoreJournal final : public Journal, public risk::MarketTap {
 public:
  static constexpr std::size_t kNotesMax = 2'048;  ///< bytes

  CoreJournal(Journal& journal, std::size_t instruments, std::size_t currencies);

  /// While one lives the core carries out an input that is in the journal: what it reads is noted.
  /// Market data is no such input.
  class Input {
   public:
    explicit Input(CoreJournal& journal) noexcept
        : journal_(journal),
          was_observing_(journal.listening_),
          was_calling_(journal.calling_port_) {
      journal.begin_input();
    }
    ~Input() {
      journal_.listening_ = was_observing_;
      journal_.calling_port_ = was_calling_;
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

   private:
    CoreJournal& journal_;
    bool was_observing_;
    bool was_calling_;
  };
  /// While one lives the core is within a call of the venue's port: an input that comes meanwhile
  /// is marked as nested.
  class PortCall {
   public:
    explicit PortCall(CoreJournal& journal) noexcept
        : journal_(journal), was_calling_(journal.calling_port_) {
      journal.calling_port_ = true;
    }
    ~PortCall() { journal_.calling_port_ = was_calling_; }
    PortCall(const PortCall&) = delete;
    PortCall& operator=(const PortCall&) = delete;

   private:
    CoreJournal& journal_;
    bool was_calling_;
  };

  /// The timer does something now.
  void note_turn(Timestamp now) noexcept;
  /// Writes what was noted, if anything.
  void write_notes(Timestamp now) noexcept;
  /// What was noted since the last record, as it would be written.
  std::span<const std::byte> notes() const noexcept { return {notes_.data(), notes_size_}; }

  // Journal
  bool append(RecordType type, std::span<const std::byte> payload,
              Timestamp now) noexcept override {
    now_ = std::max(now_, now);
    if (lost_ != 0 && !write_lost(now)) return false;
    if ((notes_size_ == 0 || flush(now)) && journal_.append(type, payload, now)) return true;
    ++lost_;
    return false;
  }
  std::uint64_t sequence() const noexcept override { return journal_.sequence(); }
  RecallSource* recall() noexcept override { return recall_; }

 private:
  // risk::MarketTap
  std::optional<__int128> see(risk::MarketValue what, std::uint32_t subject,
                              std::optional<__int128> value) noexcept override;

  void begin_input() noexcept;
  void append_record(const BatchEdgeRecord& edge) noexcept;
  void note(const NoteHead& head, std::optional<__int128> value) noexcept;
  bool flush(Timestamp now) noexcept;
  bool write_lost(Timestamp now) noexcept;

  Journal& journal_;
  RecallSource* recall_;
  std::array<std::byte, kNotesMax> notes_{};
  std::size_t notes_size_ = 0;
  Timestamp last_turn_;  // among the notes; zero: none yet
  Timestamp now_;
  std::uint64_t lost_ = 0;
  bool calling_port_ = false;
};

}  // namespace gannet::engine
