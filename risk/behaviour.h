#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/fixed_vector.h"
#include "base/time.h"
#include "domain/denial.h"
#include "domain/exact_math.h"
#include "domain/orders.h"
#include "risk/settings.h"

namespace gannet::risk {

// Rules about what happened before, one small class each. They remember; the gate beside them does
// not. None allocates after construction; thread: one (the reactor).

/// A behavioural rule was broken: by how much.
struct Finding {
  DenialReason reason = DenialReason::NotReady;
  Int128 limit = 0;
  Int128 value = 0;
};

/// The newest `capacity` moments of each of `keys` rows, for counts in a sliding window.
class RecentTimes {
 public:
  RecentTimes(std::size_t keys, std::size_t capacity)
      : capacity_(capacity), times_(keys * capacity), rows_(keys) {}
  /// How many there are in the window that ends now, this one included; at most `capacity`.
  std::uint32_t note(std::size_t key, Nanos window, Timestamp now) noexcept;
  void clear(std::size_t key) noexcept { rows_[key] = {}; }

 private:
  struct Row {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  std::size_t capacity_;
  std::vector<Timestamp> times_;  // [key][ring]
  std::vector<Row> rows_;
};

/// PRE-10: orders of one strategy, instrument and side that trade at one price again and again. An
/// order counts once, however many fills it has; a fill outside the band, so a market that moved,
/// begins anew.
class RepeatedExecutions {
 public:
  RepeatedExecutions(const RepeatedExecutionRule& rule, std::size_t strategies,
                     std::size_t instruments)
      : rule_(rule),
        instruments_(instruments),
        anchors_(strategies * instruments * 2),
        times_(strategies * instruments * 2, rule.count_max + 1) {}
  /// An order's first fill.
  std::optional<Finding> on_executed(StrategyId strategy, InstrumentId instrument, Side side,
                                     Price price, Timestamp now) noexcept;
  void forget(StrategyId strategy) noexcept;
  void set_mode(RuleMode mode) noexcept { rule_.mode = mode; }

 private:
  RepeatedExecutionRule rule_;
  std::size_t instruments_;
  std::vector<Price> anchors_;  // [strategy][instrument][side]: where the run of fills began
  RecentTimes times_;
};

/// PRE-11: new orders on their way, by what they ask for. Of each strategy the newest kKept.
class UnacknowledgedIntents {
 public:
  static constexpr std::size_t kKept = 32;

  explicit UnacknowledgedIntents(std::size_t strategies) : by_strategy_(strategies) {}
  /// One like it is on its way.
  bool has_twin(const OrderIntent& intent) const noexcept;
  void on_sent(ClientOrderId id, const OrderIntent& intent) noexcept;
  /// Acknowledged, or ended. Cheap when nothing is on its way.
  void on_settled(StrategyId strategy, ClientOrderId id) noexcept;

 private:
  struct Entry {
    ClientOrderId id;
    InstrumentId instrument;
    Price price;
    Quantity quantity;
    QuoteQuantity quote_quantity;
    Side side = Side::Buy;
    OrderKind kind = OrderKind::Limit;
  };
  static bool is_like(const Entry& entry, const OrderIntent& intent) noexcept;
  std::vector<FixedVector<Entry, kKept>> by_strategy_;
};

/// PRE-12: refusals by the venue.
class RejectStorms {
 public:
  RejectStorms(const RejectStormRule& rule, std::size_t strategies)
      : rule_(rule), runs_(strategies), times_(strategies, rule.per_minute_max + 1) {}
  /// Reasons that say something of the strategy's orders: not lost races, post-only orders that
  /// would have taken, limits of requests, or a venue in trouble.
  static bool counts(VenueReason reason) noexcept;
  std::optional<Finding> on_rejected(StrategyId strategy, VenueReason reason, std::int32_t code,
                                     Timestamp now) noexcept;
  void on_accepted(StrategyId strategy) noexcept { runs_[strategy.value] = {}; }
  void forget(StrategyId strategy) noexcept;
  void set_mode(RuleMode mode) noexcept { rule_.mode = mode; }

 private:
  struct Run {
    VenueReason reason = VenueReason::None;
    std::int32_t code = 0;
    std::uint32_t length = 0;
  };
  RejectStormRule rule_;
  std::vector<Run> runs_;  // by strategy
  RecentTimes times_;
};

/// PRE-16: requests for each order that traded, cancels for each order placed; by strategy, over
/// the last half to whole window.
class OrderRatios {
 public:
  struct Counts {
    std::uint64_t requests = 0;  ///< new orders, amends, cancels
    std::uint64_t orders = 0;
    std::uint64_t cancels = 0;
    std::uint64_t traded = 0;  ///< orders with at least one fill
  };
  OrderRatios(const OrderToTradeRule& rule, std::size_t strategies)
      : rule_(rule), rows_(strategies) {}
  void on_placed(StrategyId strategy, Timestamp now) noexcept;
  void on_amended(StrategyId strategy, Timestamp now) noexcept;
  void on_cancelled(StrategyId strategy, Timestamp now) noexcept;
  void on_traded(StrategyId strategy, Timestamp now) noexcept;
  /// Before one more request. Says nothing before there were as many as the ratio allows to one.
  std::optional<Finding> check(StrategyId strategy, Timestamp now) noexcept;
  Counts counts(StrategyId strategy) const noexcept;
  void set_mode(RuleMode mode) noexcept { rule_.mode = mode; }

 private:
  struct Row {
    Counts current;
    Counts before;
    Timestamp since;
  };
  Counts& current(StrategyId strategy, Timestamp now) noexcept;
  OrderToTradeRule rule_;
  std::vector<Row> rows_;
};

/// PRE-17: whether an instrument's market can be believed. Looks at every change of the best
/// prices; a few integer operations each.
class MarketSanity {
 public:
  MarketSanity(const MarketSanityRule& rule, std::size_t instruments)
      : rule_(rule), markets_(instruments) {}
  /// Best prices of a proven book; `index`: fresh, in the instrument's price units, where it has
  /// one that it can be compared with. True: it became suspect with this.
  bool on_best(InstrumentId instrument, Price bid, Price ask, std::optional<Price> index,
               Timestamp now) noexcept;
  /// The book is gone: what follows says nothing about a jump.
  void on_withdrawn(InstrumentId instrument) noexcept;
  /// The worst that is wrong with it; a jump is over when it has settled, though nothing was heard.
  std::optional<Finding> finding(InstrumentId instrument, Timestamp now) const noexcept;
  const MarketSanityRule& rule() const noexcept { return rule_; }
  void set_mode(RuleMode mode) noexcept { rule_.mode = mode; }

 private:
  static constexpr std::size_t kSpreads = 60;  // one a second

  struct Market {
    std::array<std::int64_t, kSpreads> spreads{};
    std::uint32_t spread_count = 0;
    std::uint32_t next_spread = 0;
    std::int64_t median_spread = 0;  // 0: not known yet
    std::int64_t anchor = 0;         // mid up to a second ago; 0: none
    Timestamp sampled;
    Timestamp jumped;  // zero: no jump that has not settled
    Int128 jump = 0;   // how far, in millionths
    std::optional<Finding> finding;
  };
  void sample(Market& market, std::int64_t mid, std::int64_t spread, Timestamp now) noexcept;

  MarketSanityRule rule_;
  std::vector<Market> markets_;
};

}  // namespace gannet::risk
