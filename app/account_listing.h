#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fixed_string.h"
#include "domain/amount.h"
#include "domain/instrument.h"
#include "engine/lane_messages.h"

namespace gannet::app {

// What the account holds and did, for a person who asks. The cold thread makes the room, the
// reactor fills it without allocating, the cold thread formats it: one JSON object on one line, or
// lines for a terminal.

struct PositionListing {
  /// Of the account (`strategy` "") or a strategy's own part; what neither holds nor held is left
  /// out.
  struct Row {
    InstrumentName instrument;
    FixedString<31> strategy;
    CurrencyName currency;
    std::uint8_t price_digits = 0;
    std::uint8_t quantity_digits = 0;
    Quantity position;
    Quantity venue_position;  ///< of the account: as the venue told last
    Amount average_entry_price;
    Amount realised_pnl;
    Amount unrealised_pnl;
    Amount fees;
    bool has_price = false;  ///< else there is no fresh one to value it at
  };
  Timestamp time;
  std::vector<Row> rows;
};

struct BalanceListing {
  struct Row {
    CurrencyName currency;
    Amount cash;
    Amount available;
    Amount equity;
    Nanos age;                 ///< since the venue told it
    bool unexplained = false;  ///< its bills have left something over
  };
  Timestamp time;
  std::vector<Row> rows;
};

/// The newest fills of this run, newest last.
class FillMemory {
 public:
  static constexpr std::size_t kKept = 1024;
  struct Row {
    Timestamp time;
    InstrumentId instrument;
    StrategyId strategy;
    ClientOrderId client_id;
    Side side = Side::Buy;
    bool maker = false;
    Price price;
    Quantity quantity;
    Quantity position_after;
    Amount fee;
  };

  void note(const engine::FillEvent& event) noexcept;
  std::uint64_t count() const noexcept { return count_; }
  /// `back` 0: the newest. Requires: back < min(count(), kKept).
  const Row& newest(std::size_t back) const noexcept { return rows_[(count_ - 1 - back) % kKept]; }

 private:
  std::array<Row, kKept> rows_;
  std::uint64_t count_ = 0;
};

/// Which fills are wanted; "" any.
struct FillFilter {
  std::size_t count = 50;
  InstrumentName instrument;
  FixedString<31> strategy;
};
/// "count=20 instrument=BTC-USDT-SWAP"; absent where a word is none of these.
std::optional<FillFilter> read_fill_filter(std::string_view words) noexcept;

struct FillListing {
  struct Row {
    InstrumentName instrument;
    FixedString<31> strategy;
    CurrencyName fee_currency;
    std::uint8_t price_digits = 0;
    std::uint8_t quantity_digits = 0;
    FillMemory::Row fill;
  };
  Timestamp time;
  FillFilter filter;
  std::uint64_t of_run = 0;  ///< all of them
  std::vector<Row> rows;     ///< newest first
};

std::string to_json(const PositionListing& listing);
std::string page_of(const PositionListing& listing);
std::string to_json(const BalanceListing& listing);
std::string page_of(const BalanceListing& listing);
std::string to_json(const FillListing& listing);
std::string page_of(const FillListing& listing);

}  // namespace gannet::app
