#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
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
};
constexpr MarketStream stream_of(BookFeed feed) noexcept { return static_cast<MarketStream>(feed); }
constexpr bool is_book(MarketStream stream) noexcept {
  return stream <= MarketStream::Depth400Retail;
}

struct MarketSubscription {
  InstrumentId instrument;
  MarketStream stream = MarketStream::BestBidOffer;
};

/// One argument of a subscribe request, and how it stands.
struct SubscriptionArgument {
  enum class State : std::uint8_t {
    Wanted,
    Sent,
    Acknowledged,
    Refused,  ///< for this connection
    UnsubscribeWanted,
    UnsubscribeSent,
  };

  Channel channel = Channel::Other;
  std::string name;  ///< instId (or the index's name); instType for `instruments`
  bool by_type = false;
  State state = State::Wanted;
  Timestamp sent;             ///< when the last request left
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

  SubscriptionBook(const InstrumentCodes& codes, std::span<const MarketSubscription> wanted,
                   bool instrument_states);

  void on_open() noexcept;  ///< a new connection: everything is wanted again
  /// The next request's text, or "" when nothing is due (or the hour's budget is used up).
  std::string_view next_request(Timestamp now);
  /// Null when no argument fits. For `instruments` pass the type as `name`.
  SubscriptionArgument* find(Channel channel, std::string_view name) noexcept;
  void acknowledged(SubscriptionArgument& argument) noexcept;
  void unsubscribed(SubscriptionArgument& argument) noexcept;
  void refused(SubscriptionArgument& argument) noexcept;
  /// Unsubscribe and subscribe again: at once the first time, then after a pause that doubles up to
  /// kLongestPause (a stream that breaks at once must not use up the hour's requests).
  void renew(SubscriptionArgument& argument, Timestamp now, Nanos first_pause) noexcept;
  /// The venue refused it for now: subscribe again after the pause.
  void retry(SubscriptionArgument& argument, Timestamp now, Nanos first_pause) noexcept;
  /// Sent more than `limit` ago and not answered.
  bool any_overdue(Timestamp now, Nanos limit) const noexcept;
  bool all_acknowledged() const noexcept;
  /// Instruments whose index is that one and that asked for index prices.
  std::span<const InstrumentId> subscribers_of_index(std::string_view index) const noexcept;
  std::span<const SubscriptionArgument> arguments() const noexcept { return arguments_; }
  std::span<SubscriptionArgument> arguments() noexcept { return arguments_; }

 private:
  void add(Channel channel, std::string_view name, bool by_type);
  bool take_budget(Timestamp now) noexcept;

  struct Index {
    std::string name;
    std::vector<InstrumentId> instruments;
  };

  std::vector<SubscriptionArgument> arguments_;
  std::vector<Index> indexes_;
  std::vector<Timestamp> recent_requests_;  // ring of the last hour's
  std::size_t oldest_request_ = 0;
  std::uint32_t requests_made_ = 0;
  std::string text_;
};

}  // namespace gannet::okx
