#pragma once

#include <optional>
#include <type_traits>

#include "domain/algo_orders.h"
#include "domain/orders.h"

namespace gannet::risk {

/// An intent that has passed the gate: the only thing the order manager may send. Only the gate
/// makes one, so the approval is a type and not a flag that somebody may forget (PRE-21).
class ApprovedOrder {
 public:
  const OrderIntent& intent() const noexcept { return intent_; }
  /// The worst price it was valued and limited at: a limit order's own; for a market order the edge
  /// of the collar, on the tick. Nothing should be sent that may trade through it.
  Price worst_price() const noexcept { return worst_price_; }
  /// What it was limited at: the intent's own; of one sized in money the most that it may trade.
  Quantity quantity() const noexcept { return quantity_; }
  /// As the intent says, and in addition what keeps a market order of that kind near the collar.
  const OrderOptions& options() const noexcept { return options_; }
  /// Whether the venue's reduce-only flag may be sent: the intent asks for it and the *account's*
  /// position covers it. Otherwise it is checked against the strategy's own position only (PRE-18).
  bool send_reduce_only() const noexcept { return send_reduce_only_; }
  /// A person's word let it past a rule that it breaks (PRE-19).
  bool is_override() const noexcept { return is_override_; }

 private:
  friend class PreTradeGate;
  ApprovedOrder(const OrderIntent& intent, Price worst_price, Quantity quantity,
                const OrderOptions& options, bool send_reduce_only, bool is_override) noexcept
      : intent_(intent),
        worst_price_(worst_price),
        quantity_(quantity),
        options_(options),
        send_reduce_only_(send_reduce_only),
        is_override_(is_override) {}

  OrderIntent intent_;
  Price worst_price_;
  Quantity quantity_;
  OrderOptions options_;
  bool send_reduce_only_;
  bool is_override_;
};

/// A change that has passed the gate at the worse of old and new.
class ApprovedAmend {
 public:
  const AmendIntent& intent() const noexcept { return intent_; }
  Price price() const noexcept { return price_; }           ///< after the amend
  Quantity quantity() const noexcept { return quantity_; }  ///< total after the amend

 private:
  friend class PreTradeGate;
  ApprovedAmend(const AmendIntent& intent, Price price, Quantity quantity) noexcept
      : intent_(intent), price_(price), quantity_(quantity) {}

  AmendIntent intent_;
  Price price_;
  Quantity quantity_;
};

/// An algo order that has passed the gate at the worst of what it may put in.
class ApprovedAlgo {
 public:
  const AlgoIntent& intent() const noexcept { return intent_; }
  /// Its quantity; of one that closes the position, the position now.
  Quantity quantity() const noexcept { return quantity_; }
  /// The venue's reduce-only flag is to be sent: the account's position covers it, so whatever it
  /// puts in can add no risk, and it counts as nothing until it fills.
  bool is_protective() const noexcept { return is_protective_; }

 private:
  friend class PreTradeGate;
  ApprovedAlgo(const AlgoIntent& intent, Quantity quantity, bool is_protective) noexcept
      : intent_(intent), quantity_(quantity), is_protective_(is_protective) {}

  AlgoIntent intent_;
  Quantity quantity_;
  bool is_protective_;
};

static_assert(!std::is_constructible_v<ApprovedOrder, OrderIntent>);
static_assert(!std::is_constructible_v<ApprovedAlgo, AlgoIntent>);
static_assert(!std::is_default_constructible_v<ApprovedOrder>);
static_assert(!std::is_constructible_v<ApprovedAmend, AmendIntent>);
static_assert(!std::is_default_constructible_v<ApprovedAmend>);

}  // namespace gannet::risk
