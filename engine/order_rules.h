#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fixed_string.h"
#include "engine/algo_book.h"
#include "engine/engine_listener.h"
#include "engine/journal.h"
#include "engine/order_table.h"
#include "risk/behaviour.h"
#include "risk/own_quotes.h"
#include "risk/pre_trade_gate.h"

namespace gannet::engine {

/// A person's word that one order of a strategy may break one rule (PRE-19).
struct Override {
  static constexpr Nanos kLongest = seconds(60);
  StrategyId strategy;
  DenialReason rule = DenialReason::NotReady;
  Timestamp expires;
  FixedString<47> who;
  FixedString<120> why;
};

enum class OverrideRefusal : std::uint8_t {
  UnknownStrategy,
  NotOverridable,  ///< of the venue's grid, a state, a rate or our own means
  TooLong,         ///< or no time at all
  NoReason,
  OneAtATime,  ///< another one is waiting for its order
};

/// What stands beside the pure gate: the rules with a memory (PRE-10, 11, 12, 14, 16, 17), the
/// worth of the whole portfolio (PRE-07), and a person's override of one rule (PRE-19). The order
/// manager asks it before the gate, so that the gate's look at kill and modes stays the last one,
/// and feeds it with what was sent and what came of it.
///
/// A rule that observes counts what it finds and tells a person once, and again only after it was
/// kept for a minute. One that enforces denies; repeated execution and a storm of refusals disable
/// the strategy until a person enables it, over restarts too.
///
/// Thread: the reactor. Allocates at construction only.
class OrderRules {
 public:
  struct Links {
    const InstrumentTable& instruments;
    risk::Exposure& exposure;
    const risk::PreTradeGate& gate;
    const risk::ReferencePrices& references;
    const risk::ConversionTable& conversions;
    const risk::TradingModes& modes;
    Journal& journal;
    EngineListener& listener;
  };
  struct Sizes {
    std::size_t strategies = 0;
    std::size_t currencies = 0;
    std::size_t open_orders = 0;
  };

  OrderRules(const Links& links, const risk::BehaviourRules& rules, const Sizes& sizes);

  // Asked before an order goes.
  /// What the gate looks at, as of now, for an order in that instrument.
  risk::GateContext context(InstrumentId instrument, Timestamp now) noexcept;
  /// The rule that a person lets the strategy's next new order past.
  std::optional<DenialReason> waived(StrategyId strategy, Timestamp now) const noexcept;
  std::optional<Denial> check_new(const OrderIntent& intent, const OrderTable& orders,
                                  Timestamp now) noexcept;
  std::optional<Denial> check_algo(const AlgoIntent& intent, Timestamp now) noexcept;
  /// `price`: the new one. `added`: leaves beyond those counted.
  std::optional<Denial> check_amend(const Order& order, Price price, std::int64_t added,
                                    const OrderTable& orders, Timestamp now) noexcept;

  // Told what happened.
  void on_placed(const Order& order, const OrderIntent* intent, bool is_override,
                 Timestamp now) noexcept;
  void on_amended(const Order& order, Timestamp now) noexcept;
  void on_cancel_sent(const Order& order, Timestamp now) noexcept;
  /// With every change of an order: keeps what rests, and what is on its way.
  void on_counted(Order& order) noexcept;
  /// After each word on what an algo order put in: where it rests, no order of ours may reach.
  void on_child(const Order& parent, AlgoChild& child, const ExecutionReport& report) noexcept;
  void on_accepted(const Order& order) noexcept;
  void on_rejected(const Order& order, const ExecutionReport& report) noexcept;
  /// Something of it was booked; `first`: nothing had been.
  void on_traded(const Order& order, Price price, bool first, Timestamp now) noexcept;
  void on_balance(const BalanceReport& balance, Timestamp heard) noexcept {
    funds_.on_balance(balance, heard);
  }
  void on_balances_begin() noexcept { funds_.on_list_begin(); }
  void on_balances_end(bool complete, Timestamp requested_at) noexcept {
    funds_.on_list_end(complete, requested_at);
  }
  /// After the gate's reference changed. True: its market is newly suspect, to be told at once.
  bool on_best(InstrumentId instrument, Timestamp now) noexcept;
  /// Tells it. True: quotes of the instrument are to be pulled now.
  bool tell_suspect(InstrumentId instrument, Timestamp now) noexcept;
  /// What is read of the market's soundness from now on passes through it; it outlives this.
  void set_tap(risk::MarketTap& tap) noexcept { tap_ = &tap; }
  void on_book_gone(InstrumentId instrument) noexcept { sanity_.on_withdrawn(instrument); }
  /// Its market is suspect and the rule enforces: no quote may rest there.
  bool must_pull(InstrumentId instrument, Timestamp now) const noexcept;
  /// Ten times a second: today's prices.
  void revalue(Timestamp now) noexcept;
  /// The balances should be asked for: money is held for orders that the venue's word does not
  /// cover yet, and a limit needs it.
  bool wants_balances(Timestamp now) const noexcept;

  // A person's.
  std::optional<OverrideRefusal> grant(const Override& grant, Timestamp now) noexcept;
  /// False: it was not disabled.
  bool enable(StrategyId strategy, std::string_view who, Timestamp now) noexcept;
  /// Other modes; thresholds and windows stay as they were at construction.
  void set_rules(const risk::BehaviourRules& rules) noexcept;

  /// A person stops it. False: it is disabled already, or not known.
  bool disable_by_hand(StrategyId strategy, std::string_view who, Timestamp now) noexcept;

  /// A strategy that an earlier run disabled.
  void restore_disabled(StrategyId strategy, DenialReason reason) noexcept {
    disabled_[strategy.value] = reason;
  }
  /// Disabled since the last call; its orders are to be cancelled.
  std::optional<StrategyId> take_disabled() noexcept;
  std::optional<DenialReason> disabled(StrategyId strategy) const noexcept {
    return disabled_[strategy.value];
  }

  const risk::Portfolio& portfolio() const noexcept { return portfolio_; }
  const risk::AccountFunds& funds() const noexcept { return funds_; }
  const risk::OrderRatios& ratios() const noexcept { return ratios_; }
  const risk::MarketSanity& sanity() const noexcept { return sanity_; }
  const risk::BehaviourRules& rules() const noexcept { return rules_; }
  /// How often a rule was broken, denied or not.
  std::uint64_t broken(DenialReason reason) const noexcept {
    return broken_[static_cast<std::size_t>(reason)];
  }

 private:
  struct Subject {
    StrategyId strategy;
    InstrumentId instrument;
    Side side = Side::Buy;
    PositionSide leg = PositionSide::Net;
    std::int64_t added = 0;
  };
  std::optional<Denial> check(const Subject& subject, Timestamp now) noexcept;
  std::optional<Denial> check_crossing(const Subject& subject, Price price,
                                       const OrderTable& orders, Timestamp now) noexcept;
  /// Counts and tells it; a denial where the rule enforces it and nobody has waived it.
  std::optional<Denial> judge(const risk::Finding& finding, risk::RuleMode mode,
                              StrategyId strategy, InstrumentId instrument, Timestamp now) noexcept;
  void tell(Alert alert, const risk::Finding& finding, StrategyId strategy, InstrumentId instrument,
            Timestamp now) noexcept;
  void disable(const risk::Finding& finding, risk::RuleMode mode, StrategyId strategy,
               InstrumentId instrument, Timestamp now) noexcept;
  bool adds_risk(const Subject& subject) const noexcept;
  bool is_waived(StrategyId strategy, DenialReason reason, Timestamp now) noexcept;
  void consume_override(const Order& order, Timestamp now) noexcept;
  void hold_margin(const Order& order, Timestamp now) noexcept;
  bool knows(StrategyId strategy) const noexcept { return strategy.value < disabled_.size(); }

  Links links_;
  risk::BehaviourRules rules_;
  risk::Portfolio portfolio_;
  risk::AccountFunds funds_;
  risk::RepeatedExecutions repeated_;
  risk::UnacknowledgedIntents unacknowledged_;
  risk::RejectStorms storms_;
  risk::OrderRatios ratios_;
  std::optional<risk::Finding> finding(InstrumentId instrument, Timestamp now) const noexcept;

  risk::MarketSanity sanity_;
  risk::MarketTap* tap_ = nullptr;  // null: nobody minds
  risk::OwnQuotes quotes_;
  std::vector<std::optional<DenialReason>> disabled_;  // by strategy
  std::vector<std::uint8_t> is_newly_disabled_;        // by strategy
  bool any_newly_disabled_ = false;
  std::vector<Timestamp> told_;  // [strategy][reason]: broken last
  std::array<std::uint64_t, kDenialReasons> broken_{};
  std::optional<Override> override_;
  bool override_used_ = false;  // by the order that is being judged
  Int128 gross_before_ = 0;     // of the account, when the order being judged was not counted yet
};

}  // namespace gannet::engine
