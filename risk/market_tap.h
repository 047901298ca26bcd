#pragma once

#include <cstdint>
#include <optional>

namespace gannet::risk {

/// Kinds of values that come from market data and that decisions read. Written into the journal:
/// never renumbered.
enum class MarketValue : std::uint8_t {
  Bid,                ///< subject: the instrument; raw price, absent when not fresh
  Ask,                ///< likewise
  Mark,               ///< likewise
  Index,              ///< likewise
  HighestBuy,         ///< the venue's own bound
  LowestSell,         ///< likewise
  DefinitionTime,     ///< when the definition was confirmed; nanoseconds
  CurrencyPrice,      ///< subject: the currency; 10^-18 of the risk currency
  BookTime,           ///< when the best prices were told; nanoseconds
  MarkTime,           ///< likewise of the mark price
  BookUnusableSince,  ///< of the gate's book; absent: it is usable
  MarketStale,        ///< 1: the market connection has not proved life for too long
  AccountStale,       ///< likewise the account's
  UsableBookMid,      ///< middle of the gate's book
  SuspectReason,      ///< why the instrument's market is not to be believed (DenialReason)
  SuspectLimit,       ///< likewise: the limit of the finding
  SuspectValue,       ///< likewise: its value
  WirePlaces,         ///< what the sessions wrote, as the port counts it
  WireAmends,
  WireCancels,
};
inline constexpr int kMarketValues = static_cast<int>(MarketValue::WireCancels) + 1;

/// Sees every market value that a decision reads, and may answer another: market data is not in the
/// journal, so what was read of it must be, and a replay gives it back. Thread: the reader's.
class MarketTap {
 public:
  virtual std::optional<__int128> read(MarketValue what, std::uint32_t subject,
                                       std::optional<__int128> value) noexcept = 0;

 protected:
  ~MarketTap() = default;
};

}  // namespace gannet::risk
