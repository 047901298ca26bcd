#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"

namespace gannet::okx {

/// Which trades of one stream have been told, in bounded memory: the last told one for each
/// remainder of the id, so that ids up to kSlots apart never disturb each other. One that comes
/// later than that is taken for told. Ids that start anew (a relisting) are news by their time.
/// Allocates when made. A function of its calls.
class TradeWindow {
 public:
  static constexpr std::size_t kSlots = 4'096;

  /// Who told a trade first, and when.
  struct Told {
    std::size_t line = 0;
    Timestamp received;
  };

  TradeWindow() : slots_(kSlots) {}

  /// Null: it is news, and told by that line from now on. Else who told it; `received` is zero for
  /// one that fell out of the window.
  const Told* told_before(TradeId id, Timestamp time, std::size_t line,
                          Timestamp received) noexcept {
    static constexpr Told kLongAgo{};
    Slot& slot = slots_[static_cast<std::uint64_t>(id.value) % kSlots];
    if (slot.used && slot.id == id && slot.time == time) return &slot.told;
    const bool is_news = !slot.used || time > slot.time || (time == slot.time && id > slot.id);
    if (!is_news) return &kLongAgo;
    slot = {true, id, time, {line, received}};
    return nullptr;
  }

 private:
  struct Slot {
    bool used = false;
    TradeId id;
    Timestamp time;
    Told told;
  };

  std::vector<Slot> slots_;
};

}  // namespace gannet::okx
