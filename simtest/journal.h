#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "engine/durable_port.h"
#include "engine/journal.h"
#include "engine/prior_belief.h"

namespace gannet::simtest {

/// The journal of all lives of one process, as its disk holds it: every record after a kill, what
/// was synced and perhaps a little more after a power cut. One writer. Allocates as it grows.
class DiskJournal final : public engine::Journal, public engine::DurableJournal {
 public:
  /// Told of each record that was written, before the engine goes on.
  class Listener {
   public:
    virtual void on_record(engine::RecordType type, std::span<const std::byte> payload,
                           Timestamp now) noexcept = 0;
    /// The process dies here: nothing more is written, and the engine does not see it.
    virtual bool is_dead() noexcept = 0;

   protected:
    ~Listener() = default;
  };

  explicit DiskJournal(Listener& listener) : listener_(listener) {
    records_.reserve(1 << 14);
    bytes_.reserve(1 << 21);
  }

  bool append(engine::RecordType type, std::span<const std::byte> payload,
              Timestamp now) noexcept override {
    if (listener_.is_dead()) return true;
    if (is_full_) return false;
    records_.push_back({type, now, bytes_.size(), payload.size()});
    bytes_.insert(bytes_.end(), payload.begin(), payload.end());
    hash(payload);
    listener_.on_record(type, payload, now);
    return true;
  }
  std::uint64_t sequence() const noexcept override { return records_.size(); }

  std::uint64_t durable_sequence() const noexcept override { return synced_; }
  void wake() noexcept override {}

  /// Everything so far is on the disk proper.
  void sync() noexcept { synced_ = records_.size(); }
  /// Power is cut: of what was not synced, the first `kept` records made it (a torn one counts as
  /// not there: its checksum is wrong).
  void cut_power(std::size_t kept) noexcept {
    const std::size_t left = std::min(records_.size(), synced_ + kept);
    if (left < records_.size()) bytes_.resize(records_[left].offset);
    records_.resize(left);
  }
  std::size_t unsynced() const noexcept { return records_.size() - synced_; }
  /// No room for a while: `append` says so.
  void set_full(bool full) noexcept { is_full_ = full; }

  template <class F>
  void for_each(F&& f) const {
    for (const Head& head : records_)
      f(head.type, std::span(bytes_.data() + head.offset, head.size), head.time);
  }
  /// What a new process reads from it. `instruments`: all of them are defined at its head.
  engine::PriorBelief read(std::uint32_t instruments) const;

  /// Of everything that was ever written, lost or not.
  std::uint64_t content_hash() const noexcept { return hash_; }

 private:
  struct Head {
    engine::RecordType type;
    Timestamp time;
    std::size_t offset;
    std::size_t size;
  };

  void hash(std::span<const std::byte> payload) noexcept {
    // FNV-1a over words: not for enemies, only to see a difference.
    std::size_t i = 0;
    for (; i + 8 <= payload.size(); i += 8) {
      std::uint64_t word;
      std::memcpy(&word, payload.data() + i, 8);
      hash_ = (hash_ ^ word) * 0x100000001b3ull;
    }
    for (; i < payload.size(); ++i)
      hash_ = (hash_ ^ std::to_integer<std::uint64_t>(payload[i])) * 0x100000001b3ull;
  }

  Listener& listener_;
  std::vector<Head> records_;
  std::vector<std::byte> bytes_;
  std::size_t synced_ = 0;
  bool is_full_ = false;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

}  // namespace gannet::simtest
