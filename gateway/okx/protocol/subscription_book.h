#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/market_updates.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// What one instrument is wanted for.
enum class MarketStream : std::uint8_t {
  BestBidOffer,
  Top5,
  Depth400,
  Depth400Fast,
  Depth50Fast,
  Depth400Retail,
  Trades,
  Ticker,
  MarkPrice,
  IndexPrice,  ///< of the instrument's index; several instruments share one
  FundingRate,
  PriceLimit,
  OpenInterest,
  EstimatedPrice,
  OptionSummary,  ///< comes for the whole family
  OptionTrades,
  Liquidations,  ///< come for the whole type
  AdlWarning,    ///< comes for the whole type
  SingleTrades,
  Candles,  ///< these three of one period
  MarkCandles,
  IndexCandles,
};
inline constexpr int kMarketStreams = static_cast<int>(MarketStream::IndexCandles) + 1;
constexpr MarketStream stream_of(BookFeed feed) noexcept { return static_cast<MarketStream>(feed); }
constexpr bool is_book(MarketStream stream) noexcept {
  return stream <= MarketStream::Depth400Retail;
}

/// The venue offers them at another address than the rest.
constexpr bool is_business(MarketStream stream) noexcept {
  return stream >= MarketStream::SingleTrades;
}
/// Trading waits for their acknowledgement: the gate measures orders against them, or a strategy's
/// book or trades come by them. The others may be refused, which is told, and nothing waits.
constexpr bool is_essential(Channel channel) noexcept {
  return !is_market_update(channel) && channel != Channel::TradesAll &&
         channel != Channel::BooksRpi;
}
/// Given to higher fee tiers alone, after login; never beside other deep books. [PROTOCOL 4.1]
constexpr bool needs_tier(Channel channel) noexcept {
  return channel == Channel::BooksL2Tbt || channel == Channel::Books50L2Tbt;
}
/// How long a channel may be silent, its documented repetition with some slack; absent: it speaks
/// of events alone. Books are watched by their sequencers. [PROTOCOL 4.9]
constexpr std::optional<Nanos> silence_allowed(Channel channel) noexcept {
  switch (channel) {
    case Channel::MarkPrice:
      return seconds(15);
    case Channel::IndexTickers:
      return seconds(75);
    case Channel::FundingRate:
      return seconds(120);
    default:
      return std::nullopt;
  }
}

struct MarketSubscription {
  InstrumentId instrument;
  MarketStream stream = MarketStream::BestBidOffer;
  CandlePeriod period{};  ///< of candles
  friend constexpr bool operator==(const MarketSubscription&,
                                   const MarketSubscription&) noexcept = default;
};

/// One argument of a subscribe request, and how it stands.
struct SubscriptionArgument {
  enum class State : std::uint8_t {
    Wanted,
    Sent,
    Acknowledged,
    Refused,   ///< for this connection
    Replaced,  ///< for the run: another book stands for it
    UnsubscribeWanted,
    UnsubscribeSent,
  };
  /// What the venue wants named. `TypeAndInstrument`: the type beside it.
  enum class Key : std::uint8_t { Instrument, Type, Family, TypeAndInstrument, Nothing };

  Channel channel = Channel::Other;
  Key key = Key::Instrument;
  std::string name;       ///< instId, the index's name, instType or instFamily, by `key`
  std::string_view type;  ///< TypeAndInstrument: instType
  std::string_view bar;   ///< of candles
  State state = State::Wanted;
  Timestamp sent;             ///< when the last request left
  Timestamp heard;            ///< last data, or the acknowledgement
  Timestamp not_before;       ///< a repeated subscription waits
  Nanos pause{};              ///< of the next repetition
  std::uint32_t request = 0;  ///< number of the request it went with
};

/// The arguments of a connection and the requests that carry them: under 64 KB a request, under the
/// venue's 480 requests an hour, each argument's acknowledgement on its own. Allocates when
/// requests are made (start of a connection, resubscription), not for data. Thread: one.
class SubscriptionBook {
 public:
  static constexpr std::size_t kMaxRequestBytes = 60'000;
  static constexpr std::size_t kMaxRequestsPerHour = 400;  // the venue: 480, logins included
  static constexpr Nanos kLongestPause = seconds(64);
  static constexpr Nanos kForgetPauseAfter = seconds(300);

  /// `instrument_states`: `instruments` of every type among them; `venue_status`: maintenance too.
  SubscriptionBook(const InstrumentCodes& codes, std::span<const MarketSubscription> wanted,
                   bool instrument_states, bool venue_status = false);

  void on_open() noexcept;  ///< a new connection: everything is wanted again
  /// The next request's text, or "" when nothing is due (or the hour's budget is used up). What
  /// needs a fee tier goes alone, so that a refusal is known to be its own, and once `logged_in`.
  std::string_view next_request(Timestamp now, bool logged_in = true);
  /// Null when no argument fits. `name`: what the argument names, by its key; `bar` for candles.
  SubscriptionArgument* find(Channel channel, std::string_view name,
                             std::string_view bar = {}) noexcept;
  const SubscriptionArgument* find(Channel channel, std::string_view name,
                                   std::string_view bar = {}) const noexcept {
    return const_cast<SubscriptionBook*>(this)->find(channel, name, bar);
  }
  void acknowledged(SubscriptionArgument& argument, Timestamp now) noexcept;
  void unsubscribed(SubscriptionArgument& argument) noexcept;
  void refused(SubscriptionArgument& argument) noexcept;
  /// Unsubscribe and subscribe again: at once the first time, then after a pause that doubles up to
  /// kLongestPause (a stream that breaks at once must not use up the hour's requests).
  void renew(SubscriptionArgument& argument, Timestamp now, Nanos first_pause) noexcept;
  /// The venue refused it for now: subscribe again after the pause.
  void retry(SubscriptionArgument& argument, Timestamp now, Nanos first_pause) noexcept;
  /// `instead` stands for it from now on; it is subscribed to unless it is already. Allocates.
  void replace(const SubscriptionArgument& argument, Channel instead);
  /// Data of a channel that repeats itself (silence_allowed) came for the instrument.
  void heard(Channel channel, InstrumentId instrument, Timestamp now) noexcept;
  /// The next one that has been silent for longer than its channel allows, or null.
  SubscriptionArgument* find_silent(Timestamp now) noexcept;
  /// Any that wants a login first.
  bool any_needs_tier() const noexcept;
  /// Sent more than `limit` ago and not answered.
  bool any_overdue(Timestamp now, Nanos limit) const noexcept;
  /// One that is essential has been due for longer than `limit`, and the hour's requests are used
  /// up.
  bool is_starved(Timestamp now, Nanos limit) const noexcept {
    return starved_since_ && now - *starved_since_ > limit;
  }
  /// One that is essential was refused longer than `limit` ago.
  bool lacks_essential(Timestamp now, Nanos limit) const noexcept;
  /// All that are essential; the others have been answered.
  bool all_acknowledged() const noexcept;
  /// Instruments whose index is that one and that asked for index prices.
  std::span<const InstrumentId> subscribers_of_index(std::string_view index) const noexcept;
  std::span<const SubscriptionArgument> arguments() const noexcept { return arguments_; }
  std::span<SubscriptionArgument> arguments() noexcept { return arguments_; }

 private:
  void add(const MarketSubscription& subscription, const InstrumentCode& code);
  void add(SubscriptionArgument argument);
  void add_to_index(std::string_view index, InstrumentId instrument);
  void resolve_conflicts();
  bool take_budget(Timestamp now) noexcept;

  struct Index {
    std::string name;
    std::vector<InstrumentId> instruments;
  };

  std::vector<SubscriptionArgument> arguments_;
  std::vector<Index> indexes_;
  static constexpr std::size_t kTimedChannels = 3;
  // By instrument: positions + 1 in arguments_ of mark, index and funding; 0 none.
  std::vector<std::array<std::uint32_t, kTimedChannels>> timed_;
  std::vector<Timestamp> recent_requests_;  // ring of the last hour's
  std::size_t oldest_request_ = 0;
  std::uint32_t requests_made_ = 0;
  std::optional<Timestamp> starved_since_;
  std::string text_;
};

}  // namespace gannet::okx
