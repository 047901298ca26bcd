#pragma once

#include "base/journal_ring.h"
#include "base/journal_store.h"
#include "engine/durable_port.h"
#include "engine/journal.h"
#include "engine/journal_definitions.h"

namespace gannet::app {

/// The engine's journal on the shared-memory ring. Reactor thread.
class StoreJournal final : public engine::Journal {
 public:
  explicit StoreJournal(JournalRing& ring) noexcept : ring_(ring) {}

  bool append(engine::RecordType type, std::span<const std::byte> payload,
              Timestamp now) noexcept override {
    return ring_.append(static_cast<std::uint16_t>(type), payload, now);
  }
  std::uint64_t sequence() const noexcept override { return ring_.next_sequence() - 1; }

  /// What ids mean; at start, before anything else.
  template <class Definition>
  bool define(const Definition& definition, Timestamp now) noexcept {
    return ring_.append(Definition::kType, std::as_bytes(std::span(&definition, 1)), now);
  }

 private:
  JournalRing& ring_;
};

/// What the store knows of the disk.
class StoreDisk final : public engine::DurableJournal {
 public:
  explicit StoreDisk(JournalStore& store) noexcept : store_(store) {}
  std::uint64_t durable_sequence() const noexcept override { return store_.durable_sequence(); }
  void wake() noexcept override { store_.wake(); }

 private:
  JournalStore& store_;
};

}  // namespace gannet::app
