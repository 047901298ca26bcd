#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/journal.h"

namespace gannet::engine {

/// Stands between the engine and a journal that may have no room for a moment. Requests for new
/// risk (new orders, algo orders, amends) are refused then, so that none leaves unrecorded
/// (REC-01). All else has happened already, and a journal without it would tell another story after
/// a restart: those records wait here and are written, in their order, before anything else once
/// there is room. Bounded: what does not fit is lost, and `has_lost` stays true. Thread: the
/// reactor. Allocates at construction only.
class JournalBacklog final : public Journal {
 public:
  static constexpr std::size_t kBytes = std::size_t{1} << 20;  ///< some thousand records

  explicit JournalBacklog(Journal& journal, std::size_t bytes = kBytes)
      : journal_(journal), bytes_(bytes) {}

  bool append(RecordType type, std::span<const std::byte> payload,
              Timestamp now) noexcept override {
    if (begin_ != end_) catch_up();
    if (begin_ == end_ && journal_.append(type, payload, now)) return true;
    return !waits_for_room(type) && keep(type, payload, now);
  }
  std::uint64_t sequence() const noexcept override { return journal_.sequence(); }

  /// Records wait: hold. Writes what there is room for.
  bool is_behind() noexcept;
  bool has_lost() const noexcept { return has_lost_; }

 private:
  struct Head {
    std::int64_t time = 0;
    std::uint32_t size = 0;
    RecordType type = RecordType::None;
    std::uint16_t reserved = 0;
  };

  /// Refused rather than kept: the engine does not do what it could not write down.
  static constexpr bool waits_for_room(RecordType type) noexcept {
    return type == RecordType::Place || type == RecordType::AlgoPlace || type == RecordType::Amend;
  }
  bool keep(RecordType type, std::span<const std::byte> payload, Timestamp now) noexcept;
  void catch_up() noexcept;

  Journal& journal_;
  std::vector<std::byte> bytes_;  // from `begin_` to `end_`: heads, each before its payload
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool has_lost_ = false;
};

}  // namespace gannet::engine
