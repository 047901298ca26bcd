#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "domain/instrument.h"
#include "domain/orders.h"

namespace gannet::risk {

/// A size as a person writes it, with its unit: "1 contract", "0.01 BTC". The currency must be the
/// base of every instrument it limits; the empty name means contracts.
struct SizeLimit {
  Decimal value;
  CurrencyName currency;  ///< empty: contracts
};

/// The limits of one level. Absent: this level does not limit. All inclusive: a value equal to the
/// limit passes. Fractions are parts per million, so that no `double` decides about an order.
struct Limits {
  std::optional<SizeLimit> order_quantity_max;  ///< one order, PRE-05
  std::optional<Decimal> order_notional_max;    ///< one order, in Settings::currency, PRE-05
  /// Position in any one instrument of this level (a strategy's own, or the account's), long and
  /// short, worst case, PRE-06. Both are magnitudes.
  std::optional<SizeLimit> position_long_max;
  std::optional<SizeLimit> position_short_max;
  /// Orders that are working, in flight or unknown, PRE-08: of the strategy, of the account in the
  /// instrument, or of the account, by level.
  std::optional<std::uint32_t> open_orders_max;
  /// How far the aggressive side may reach through the reference price, PRE-04. The tightest level
  /// wins.
  std::optional<std::uint32_t> price_collar_ppm;
  /// If every order filled: the value of all positions, long and short added up, in
  /// Settings::currency (PRE-07). Of the strategy, of the account in the instrument, or of the
  /// account, by level.
  std::optional<Decimal> gross_notional_max{};
  /// Likewise long less short, at the worst of both sides. Of an instrument it is its position's.
  std::optional<Decimal> net_notional_max{};
  /// Account only: gross notional over equity, PRE-07.
  std::optional<Decimal> leverage_max{};
  /// Account only: what must stay available, in Settings::currency, PRE-07.
  std::optional<Decimal> free_margin_min{};
};

/// What a behavioural rule does with what it finds: nothing; count it and tell a person once; or
/// deny too.
enum class RuleMode : std::uint8_t { Off, Observe, Enforce };

/// PRE-10: orders of one strategy, instrument and side that were executed at one price again and
/// again, without the market having moved.
struct RepeatedExecutionRule {
  RuleMode mode = RuleMode::Observe;
  std::uint32_t count_max = 20;  ///< executed orders in any `window`; more breaks it
  Nanos window = seconds(10);
  std::uint32_t price_band_ppm = 1'000;  ///< a fill further off than that begins anew
};

/// PRE-12: refusals by the venue; own denials, lost races and post-only cancels are none.
struct RejectStormRule {
  RuleMode mode = RuleMode::Observe;
  std::uint32_t identical_max = 3;    ///< the same refusal that often in a row breaks it
  std::uint32_t per_minute_max = 30;  ///< more refusals of any kind in a minute break it
};

/// PRE-14.
struct SelfTradeRule {
  RuleMode mode = RuleMode::Enforce;
  /// What the venue is told to do with orders that say nothing themselves: the second line.
  SelfTradePrevention at_venue = SelfTradePrevention::CancelTaker;
};

/// PRE-16, of each strategy.
struct OrderToTradeRule {
  RuleMode mode = RuleMode::Observe;
  std::uint32_t ratio_max = 500;                      ///< requests for each order that traded
  std::optional<std::uint32_t> cancel_ratio_max_ppm;  ///< cancelled of placed orders; absent: any
  Nanos window = seconds(3600);                       ///< counts reach back half of it to all of it
};

/// PRE-17. A crossed book refuses new risk unless `mode` is off; `mode` is of the others.
struct MarketSanityRule {
  RuleMode mode = RuleMode::Observe;
  std::uint32_t jump_ppm = 30'000;              ///< of the mid within a second
  std::uint32_t spread_ratio_max = 10;          ///< times the median of the last minute
  std::uint32_t index_divergence_ppm = 30'000;  ///< of the mid from the index
  Nanos settle = seconds(5);                    ///< a jump is over when that has passed
};

struct BehaviourRules {
  RepeatedExecutionRule repeated_execution;
  RuleMode duplicate_intent = RuleMode::Observe;  ///< PRE-11
  RejectStormRule reject_storm;
  SelfTradeRule self_trade;
  OrderToTradeRule order_to_trade;
  MarketSanityRule market_sanity;
};

/// `count` requests in any sliding window of that length; "60/2s" in configuration. count > 0.
struct RateLimit {
  std::uint32_t count = 0;
  Nanos window = seconds(2);
};

/// What the venue allows (PRE-09). Per instrument (options: per family), single and batch requests
/// in buckets of their own; batches count orders.
struct RateLimits {
  RateLimit place{60, seconds(2)};
  RateLimit place_batch{300, seconds(2)};
  RateLimit amend{60, seconds(2)};
  RateLimit amend_batch{300, seconds(2)};
  RateLimit cancel{60, seconds(2)};
  RateLimit cancel_batch{300, seconds(2)};
  RateLimit place_algo{20, seconds(2)};
  RateLimit amend_algo{20, seconds(2)};
  RateLimit cancel_algo{20, seconds(2)};  ///< counts orders
  RateLimit account{1'000, seconds(2)};  ///< place + amend over all instruments but spot and margin
  /// The part of each cancel limit that ordinary cancels leave alone: kill and risk use it.
  std::uint32_t cancel_reserve_ppm = 200'000;
  /// The part of each limit that may be used at once after a pause; the rest is the refill of one
  /// window. Burst + one window of refill = the limit, so no sliding window is ever over it. More
  /// burst means less sustained rate.
  std::uint32_t burst_ppm = 500'000;
  /// This engine's part of every limit, where several engines run on one account.
  std::uint32_t share_ppm = 1'000'000;
  /// A bucket that the venue refused a request of is halved, at most to an eighth, and doubled
  /// again after that long without a refusal.
  Nanos recovery = seconds(30);
};

/// The same limits for who sends up to `delay` later than it was granted: whatever waited, no
/// window at the wire holds more than the limit.
constexpr RateLimits sent_later(RateLimits limits, Nanos delay) noexcept {
  for (RateLimit* limit : {&limits.place, &limits.place_batch, &limits.amend, &limits.amend_batch,
                           &limits.cancel, &limits.cancel_batch, &limits.place_algo,
                           &limits.amend_algo, &limits.cancel_algo, &limits.account})
    limit->window = limit->window + delay;
  return limits;
}

/// The account's limit on new orders and amends at a fill ratio (traded value to requests of seven
/// days, in millionths), per two seconds. Source: OKX API v5, fill-ratio tiers [PROTOCOL 11.2].
constexpr std::uint32_t account_limit_of_fill_ratio(std::uint64_t ratio_ppm) noexcept {
  struct Tier {
    std::uint64_t from_ppm;
    std::uint32_t limit;
  };
  constexpr Tier kTiers[] = {{50'000'000, 10'000}, {20'000'000, 3'000}, {10'000'000, 2'500},
                             {5'000'000, 2'000},   {3'000'000, 1'750},  {2'000'000, 1'500},
                             {1'000'000, 1'250}};
  for (const Tier& tier : kTiers) {
    if (ratio_ppm >= tier.from_ppm) return tier.limit;
  }
  return 1'000;
}

/// Loss limits of one level, in Settings::currency (PRE-15). Absent: this level does not limit.
struct LossSettings {
  std::optional<Decimal> loss_day_max;  ///< realised and unrealised since the day began
  std::optional<Decimal> drawdown_max;  ///< from the largest result so far
};

/// Everything the risk folder can be told. Defaults are RELIABILITY C1's.
struct Settings {
  CurrencyName currency{"USDT"};  ///< notional limits are in it

  Limits account{.order_quantity_max = {},
                 .order_notional_max = {},
                 .position_long_max = {},
                 .position_short_max = {},
                 .open_orders_max = 400,
                 .price_collar_ppm = {}};
  /// For every instrument; an entry of `instruments` overrides it key by key.
  Limits instrument_default{.order_quantity_max = {},
                            .order_notional_max = {},
                            .position_long_max = {},
                            .position_short_max = {},
                            .open_orders_max = 50,
                            .price_collar_ppm = 10'000};
  /// Collar of instruments on BTC and ETH, where neither the instrument's entry says another.
  std::uint32_t price_collar_majors_ppm = 5'000;
  /// For every strategy; an entry of `strategies` overrides it key by key.
  Limits strategy_default{.order_quantity_max = {},
                          .order_notional_max = {},
                          .position_long_max = {},
                          .position_short_max = {},
                          .open_orders_max = 100,
                          .price_collar_ppm = {}};
  std::vector<std::pair<std::string, Limits>> instruments;  ///< by instrument name
  std::vector<std::pair<std::string, Limits>> strategies;   ///< by the strategy's instance name

  LossSettings account_loss;
  LossSettings strategy_loss_default;
  std::vector<std::pair<std::string, LossSettings>> strategy_losses;  ///< over the default
  Nanos day_start;  ///< of the trading day, after 00:00 UTC

  Nanos metadata_age_max = seconds(24 * 3600);  ///< of an instrument's definition, PRE-02
  /// A reference price is fresh while the market connection proves life within `alive_age_max` and
  /// the value is no older than its channel's resend period (DESIGN 5).
  Nanos alive_age_max = seconds(3);
  // The venue resends quiet books and indexes "after about" 60 s: a little slack, or every minute
  // has a moment in which a healthy quiet market is not fresh.
  Nanos book_age_max = seconds(75);
  Nanos mark_age_max = seconds(10);
  Nanos index_age_max = seconds(75);
  Nanos valuation_age_max = seconds(75);  ///< of a currency's price in `currency`, PRE-05

  /// The venue knows reduce-only on contracts of this account (not of one with portfolio margin).
  /// Not a key: follows from the account's mode.
  bool venue_reduces = true;

  /// Less than all of it: a first run of something new. Every limit of size, value and count is
  /// taken at that part; collars and ages stay.
  std::uint32_t canary_ppm = 1'000'000;
  bool is_canary = false;  ///< as configured: `canary_ppm` is `canary_part_ppm`, else all
  std::uint32_t canary_part_ppm = 50'000;

  BehaviourRules rules;
  RateLimits rates;
};

}  // namespace gannet::risk
