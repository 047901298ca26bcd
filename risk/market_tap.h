#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

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
/// journal, so what was read of it must be, and a replay gives it back. The usual case, a value
/// that is as it was when it was read last, costs a comparison. Thread: the reader's.
class MarketTap {
 public:
  std::optional<__int128> read(MarketValue what, std::uint32_t subject,
                               std::optional<__int128> value) noexcept {
    if (is_old_news(what, subject, value.has_value(), value.value_or(0))) return value;
    return see(what, subject, value);
  }
  /// The same of a value of 64 bits.
  std::optional<std::int64_t> read_narrow(MarketValue what, std::uint32_t subject,
                                          std::optional<std::int64_t> value) noexcept {
    if (is_old_news(what, subject, value.has_value(), value.value_or(0))) return value;
    const auto seen = see(what, subject, value ? std::optional<__int128>(*value) : std::nullopt);
    if (!seen) return std::nullopt;
    return static_cast<std::int64_t>(*seen);
  }

 protected:
  /// As it was read last.
  struct Known {
    __int128 value = 0;
    bool is_present = false;
  };

  MarketTap(std::size_t subjects, bool replays)
      : subjects_(subjects), replays_(replays), known_(subjects * kMarketValues) {}
  ~MarketTap() = default;

  /// Of a value that is another than before, or of any where a replay answers. Called only while
  /// `listening_`, of subjects there are.
  virtual std::optional<__int128> see(MarketValue what, std::uint32_t subject,
                                      std::optional<__int128> value) noexcept = 0;
  Known& known(MarketValue what, std::uint32_t subject) noexcept {
    return known_[std::size_t{subject} * kMarketValues + static_cast<std::size_t>(what)];
  }

  bool listening_ = false;  ///< what is read now is to be seen

 private:
  bool is_old_news(MarketValue what, std::uint32_t subject, bool is_present,
                   __int128 value) noexcept {
    if (!listening_ || subject >= subjects_) return true;
    const Known& before = known(what, subject);
    return !replays_ && before.is_present == is_present && before.value == value;
  }

  std::size_t subjects_;
  bool replays_;
  std::vector<Known> known_;  // [subject][what]
};

}  // namespace gannet::risk
