#include "engine/order_rules.h"

#include <algorithm>
#include <limits>

namespace gannet::engine {
namespace {

Denial as_denial(const risk::Finding& finding) noexcept {
  return {finding.reason, finding.limit, finding.value, {}};
}

/// Records of alerts count in 64 bits: what does not fit stops at the largest.
std::int64_t in_64_bits(Int128 value) noexcept {
  constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp<Int128>(value, -kMax, kMax));
}

template <std::size_t N>
void copy_words(char (&to)[N], std::string_view from) noexcept {
  std::copy_n(from.data(), std::min(from.size(), N - 1), to);
}

}  // namespace

OrderRules::OrderRules(const Links& links, const risk::BehaviourRules& rules, const Sizes& sizes)
    : links_(links),
      rules_(rules),
      portfolio_(links.instruments, links.exposure, sizes.strategies),
      funds_(sizes.currencies),
      repeated_(rules.repeated_execution, sizes.strategies, links.instruments.size()),
      unacknowledged_(sizes.strategies),
      storms_(rules.reject_storm, sizes.strategies),
      ratios_(rules.order_to_trade, sizes.strategies),
      sanity_(rules.market_sanity, links.instruments.size()),
      quotes_(links.instruments.size(), sizes.open_orders),
      disabled_(sizes.strategies),
      is_newly_disabled_(sizes.strategies, 0),
      told_((sizes.strategies + 1) * kDenialReasons) {}

risk::GateContext OrderRules::context(InstrumentId instrument, Timestamp now) noexcept {
  risk::GateContext context{
      links_.instruments, links_.exposure, links_.references, links_.conversions,
      links_.modes,       &portfolio_,     &funds_,           {}};
  if (links_.gate.limits().limits_portfolio() && links_.instruments.contains(instrument)) {
    portfolio_.revalue(instrument, links_.references, links_.conversions, now);
    portfolio_.refresh();
    gross_before_ = portfolio_.of_account().gross;
  }
  return context;
}

std::optional<Denial> OrderRules::check_new(const OrderIntent& intent, const OrderTable& orders,
                                            Timestamp now) noexcept {
  override_used_ = false;
  if (!knows(intent.strategy)) return std::nullopt;  // the gate says so
  const Subject subject{intent.strategy, intent.instrument, intent.side, intent.position_side,
                        std::max<std::int64_t>(intent.quantity.raw, 1)};
  if (auto why = check(subject, now)) return why;
  if (rules_.duplicate_intent != risk::RuleMode::Off && unacknowledged_.has_twin(intent)) {
    const risk::Finding twin{DenialReason::DuplicateIntent, 0, 0};
    if (auto why = judge(twin, rules_.duplicate_intent, intent.strategy, intent.instrument, now))
      return why;
  }
  if (rules_.self_trade.mode == risk::RuleMode::Off) return std::nullopt;
  // A pure look at prices; what the order may do at worst follows from the same collar.
  const risk::GateContext prices{links_.instruments, links_.exposure, links_.references,
                                 links_.conversions, links_.modes};
  const auto price = links_.gate.worst_price(intent, prices, now);
  if (!price) return std::nullopt;  // the gate refuses it for that
  return check_crossing(subject, *price, orders, now);
}

std::optional<Denial> OrderRules::check_algo(const AlgoIntent& intent, Timestamp now) noexcept {
  override_used_ = false;
  if (!knows(intent.strategy) || intent.terms.reduce_only) return std::nullopt;
  return check({intent.strategy, intent.instrument, intent.terms.side, intent.terms.position_side,
                intent.terms.quantity.raw},
               now);
}

std::optional<Denial> OrderRules::check_amend(const Order& order, Price price, std::int64_t added,
                                              const OrderTable& orders, Timestamp now) noexcept {
  override_used_ = false;
  if (!knows(order.strategy)) return std::nullopt;
  const Subject subject{order.strategy, order.instrument, order.side, order.position_side, added};
  if (auto why = check(subject, now)) return why;
  if (order.algo || rules_.self_trade.mode == risk::RuleMode::Off) return std::nullopt;
  return check_crossing(subject, price, orders, now);
}

std::optional<Denial> OrderRules::check(const Subject& subject, Timestamp now) noexcept {
  if (const auto& reason = disabled_[subject.strategy.value];
      reason && !is_waived(subject.strategy, *reason, now))
    return Denial{*reason, 0, 0, {}};
  if (!links_.instruments.contains(subject.instrument)) return std::nullopt;
  if (const auto finding = this->finding(subject.instrument, now); finding && adds_risk(subject)) {
    const bool is_crossed = finding->reason == DenialReason::MarketCrossed;
    const risk::RuleMode mode = is_crossed ? risk::RuleMode::Enforce : rules_.market_sanity.mode;
    if (auto why = judge(*finding, mode, subject.strategy, subject.instrument, now)) return why;
  }
  if (const auto finding = ratios_.check(subject.strategy, now); finding && adds_risk(subject)) {
    if (auto why =
            judge(*finding, rules_.order_to_trade.mode, subject.strategy, subject.instrument, now))
      return why;
  }
  return std::nullopt;
}

std::optional<Denial> OrderRules::check_crossing(const Subject& subject, Price price,
                                                 const OrderTable& orders, Timestamp now) noexcept {
  if (!links_.instruments.contains(subject.instrument)) return std::nullopt;
  const auto counts = [&](const risk::OwnQuotes::Quote& quote) {
    const Order* other = orders.find(quote.id);
    // A strategy that moves its quotes has asked for the old one's end before: requests arrive in
    // order. If that cancel loses its race, the venue's own prevention is the second line.
    return other != nullptr && !(other->strategy == subject.strategy &&
                                 (other->cancel_in_flight || other->cancel_accepted));
  };
  const auto* crossed = quotes_.find_crossed(subject.instrument, subject.side, price, counts);
  if (crossed == nullptr) return std::nullopt;
  const risk::Finding finding{DenialReason::CrossesOwnOrder, crossed->price.raw, price.raw};
  return judge(finding, rules_.self_trade.mode, subject.strategy, subject.instrument, now);
}

bool OrderRules::adds_risk(const Subject& subject) const noexcept {
  const risk::Holding& own =
      links_.exposure.of_strategy(subject.strategy, subject.instrument, subject.leg);
  const Int128 worst = subject.side == Side::Buy ? Int128{own.position.raw} + own.working_buy.raw
                                                 : Int128{own.working_sell.raw} - own.position.raw;
  return worst + subject.added > 0;
}

std::optional<DenialReason> OrderRules::waived(StrategyId strategy, Timestamp now) const noexcept {
  if (!override_ || override_->strategy != strategy || now >= override_->expires)
    return std::nullopt;
  return override_->rule;
}

bool OrderRules::is_waived(StrategyId strategy, DenialReason reason, Timestamp now) noexcept {
  if (waived(strategy, now) != reason) return false;
  override_used_ = true;
  return true;
}

std::optional<Denial> OrderRules::judge(const risk::Finding& finding, risk::RuleMode mode,
                                        StrategyId strategy, InstrumentId instrument,
                                        Timestamp now) noexcept {
  const bool enforces = mode == risk::RuleMode::Enforce;
  if (enforces && is_waived(strategy, finding.reason, now)) return std::nullopt;
  tell(Alert::RuleBroken, finding, strategy, instrument, now);
  if (!enforces) return std::nullopt;
  return as_denial(finding);
}

void OrderRules::tell(Alert alert, const risk::Finding& finding, StrategyId strategy,
                      InstrumentId instrument, Timestamp now) noexcept {
  const auto reason = static_cast<std::size_t>(finding.reason);
  ++broken_[reason];
  const std::size_t row = knows(strategy) ? strategy.value : disabled_.size();
  Timestamp& last = told_[row * kDenialReasons + reason];
  const bool is_new = last.nanos == 0 || now - last >= seconds(60);
  last = now;
  if (!is_new) return;
  RuleRecord entry;
  entry.limit = finding.limit;
  entry.value = finding.value;
  entry.instrument = instrument.value;
  entry.strategy = strategy.value;
  entry.reason = finding.reason;
  append(links_.journal, entry, now);
  links_.listener.on_alert({alert,
                            instrument,
                            {},
                            {},
                            in_64_bits(finding.limit),
                            in_64_bits(finding.value),
                            now,
                            strategy,
                            finding.reason});
}

void OrderRules::disable(const risk::Finding& finding, risk::RuleMode mode, StrategyId strategy,
                         InstrumentId instrument, Timestamp now) noexcept {
  tell(Alert::RuleBroken, finding, strategy, instrument, now);
  if (mode != risk::RuleMode::Enforce || disabled_[strategy.value]) return;
  disabled_[strategy.value] = finding.reason;
  is_newly_disabled_[strategy.value] = 1;
  any_newly_disabled_ = true;
  StrategyLatchRecord entry;
  entry.strategy = strategy.value;
  entry.disabled = 1;
  entry.reason = finding.reason;
  append(links_.journal, entry, now);
  links_.listener.on_alert({Alert::StrategyDisabled,
                            instrument,
                            {},
                            {},
                            in_64_bits(finding.limit),
                            in_64_bits(finding.value),
                            now,
                            strategy,
                            finding.reason});
}

bool OrderRules::disable_by_hand(StrategyId strategy, std::string_view who,
                                 Timestamp now) noexcept {
  if (!knows(strategy) || disabled_[strategy.value]) return false;
  constexpr DenialReason kReason = DenialReason::StrategyStopped;
  disabled_[strategy.value] = kReason;
  is_newly_disabled_[strategy.value] = 1;
  any_newly_disabled_ = true;
  StrategyLatchRecord entry;
  entry.strategy = strategy.value;
  entry.disabled = 1;
  entry.reason = kReason;
  copy_words(entry.who, who);
  append(links_.journal, entry, now);
  links_.listener.on_alert({Alert::StrategyDisabled, {}, {}, {}, 0, 0, now, strategy, kReason});
  return true;
}

bool OrderRules::enable(StrategyId strategy, std::string_view who, Timestamp now) noexcept {
  if (!knows(strategy) || !disabled_[strategy.value]) return false;
  StrategyLatchRecord entry;
  entry.strategy = strategy.value;
  entry.reason = *disabled_[strategy.value];
  copy_words(entry.who, who);
  append(links_.journal, entry, now);
  links_.listener.on_alert(
      {Alert::StrategyEnabled, {}, {}, {}, 0, 0, now, strategy, disabled_[strategy.value]});
  disabled_[strategy.value].reset();
  repeated_.forget(strategy);
  storms_.forget(strategy);
  return true;
}

std::optional<StrategyId> OrderRules::take_disabled() noexcept {
  if (!any_newly_disabled_) return std::nullopt;
  for (std::uint16_t s = 0; s < is_newly_disabled_.size(); ++s) {
    if (is_newly_disabled_[s] == 0) continue;
    is_newly_disabled_[s] = 0;
    return StrategyId{s};
  }
  any_newly_disabled_ = false;
  return std::nullopt;
}

void OrderRules::on_placed(const Order& order, const OrderIntent* intent, bool is_override,
                           Timestamp now) noexcept {
  if (knows(order.strategy)) {
    ratios_.on_placed(order.strategy, now);
    if (intent != nullptr) unacknowledged_.on_sent(order.client_id, *intent);
  }
  if (is_override || override_used_) consume_override(order, now);
  hold_margin(order, now);
}

void OrderRules::on_amended(const Order& order, Timestamp now) noexcept {
  if (knows(order.strategy)) ratios_.on_amended(order.strategy, now);
  if (override_used_) consume_override(order, now);
  hold_margin(order, now);
}

void OrderRules::on_cancel_sent(const Order& order, Timestamp now) noexcept {
  if (knows(order.strategy)) ratios_.on_cancelled(order.strategy, now);
}

/// What the order added to the account's worst case, since the gate looked.
void OrderRules::hold_margin(const Order& order, Timestamp now) noexcept {
  const risk::LimitTable& limits = links_.gate.limits();
  if (!limits.limits_portfolio()) return;
  portfolio_.refresh();
  const Int128 added = portfolio_.of_account().gross - gross_before_;
  gross_before_ += added;
  if (added > 0) funds_.hold(limits.margin_of(order.instrument, added), now);
}

void OrderRules::on_counted(Order& order) noexcept {
  if (knows(order.strategy) && (order.acknowledged || !order.is_open()))
    unacknowledged_.on_settled(order.strategy, order.client_id);
  const bool rests = order.is_open() && !order.algo && order.kind == OrderKind::Limit &&
                     order.time_in_force == TimeInForce::GoodTillCancel;
  const Price price = rests ? order.worst_price() : Price{};
  if (rests == order.quoted && (!rests || price == order.quoted_price)) return;
  if (order.quoted) quotes_.remove(order.instrument, order.side, order.client_id);
  if (rests) quotes_.add(order.instrument, order.side, {price, order.client_id});
  order.quoted = rests;
  order.quoted_price = price;
}

void OrderRules::on_child(const Order& parent, AlgoChild& child,
                          const ExecutionReport& report) noexcept {
  Price price = child.open ? child.quoted_price : Price{};
  const bool is_stale = report.exchange_time < child.venue_time;  // a newer price was told already
  if (child.open && report.kind == ExecutionReport::Kind::Status && !is_stale)
    price = report.order_kind == OrderKind::Limit ? report.price : Price{};
  if (price == child.quoted_price) return;
  if (child.quoted_price.raw != 0)
    quotes_.remove(child.instrument, parent.side, parent.client_id, child.venue_id);
  child.quoted_price = price;
  if (price.raw != 0)
    quotes_.add(child.instrument, parent.side, {price, parent.client_id, child.venue_id});
}

void OrderRules::on_accepted(const Order& order) noexcept {
  if (knows(order.strategy)) storms_.on_accepted(order.strategy);
}

void OrderRules::on_rejected(const Order& order, const ExecutionReport& report) noexcept {
  if (!knows(order.strategy) || order.by_engine) return;
  const auto finding =
      storms_.on_rejected(order.strategy, report.reason, report.venue_code, report.receive_time);
  if (finding)
    disable(*finding, rules_.reject_storm.mode, order.strategy, order.instrument,
            report.receive_time);
}

void OrderRules::on_traded(const Order& order, Price price, bool first, Timestamp now) noexcept {
  if (!first || !knows(order.strategy) || order.by_engine) return;
  ratios_.on_traded(order.strategy, now);
  const auto finding =
      repeated_.on_executed(order.strategy, order.instrument, order.side, price, now);
  if (finding)
    disable(*finding, rules_.repeated_execution.mode, order.strategy, order.instrument, now);
}

bool OrderRules::on_best(InstrumentId instrument, Timestamp now) noexcept {
  const auto bid = links_.references.fresh_bid(instrument, now);
  const auto ask = links_.references.fresh_ask(instrument, now);
  if (!bid || !ask) return false;
  // An option's index is of what it is on: nothing to compare its price with.
  const bool has_index = links_.instruments[instrument].kind != InstrumentKind::Option;
  const auto index =
      has_index ? links_.references.fresh_index(instrument, now) : std::optional<Price>();
  return sanity_.on_best(instrument, *bid, *ask, index, now);
}

bool OrderRules::tell_suspect(InstrumentId instrument, Timestamp now) noexcept {
  const auto suspect = finding(instrument, now);
  if (!suspect) return false;
  tell(Alert::MarketSuspect, *suspect, {}, instrument, now);
  return must_pull(instrument, now);
}

std::optional<risk::Finding> OrderRules::finding(InstrumentId instrument,
                                                 Timestamp now) const noexcept {
  const auto own = sanity_.finding(instrument, now);
  if (tap_ == nullptr) return own;
  using risk::MarketValue;
  const auto read = [&](MarketValue what, std::optional<__int128> value) {
    return tap_->read(what, instrument.value, value);
  };
  const auto reason =
      read(MarketValue::SuspectReason,
           own ? std::optional<__int128>(static_cast<int>(own->reason)) : std::nullopt);
  if (!reason) return std::nullopt;
  risk::Finding seen;
  seen.reason = static_cast<DenialReason>(static_cast<int>(*reason));
  seen.limit =
      read(MarketValue::SuspectLimit, own ? std::optional<__int128>(own->limit) : std::nullopt)
          .value_or(0);
  seen.value =
      read(MarketValue::SuspectValue, own ? std::optional<__int128>(own->value) : std::nullopt)
          .value_or(0);
  return seen;
}

bool OrderRules::must_pull(InstrumentId instrument, Timestamp now) const noexcept {
  const auto suspect = finding(instrument, now);
  return suspect && (suspect->reason == DenialReason::MarketCrossed ||
                     rules_.market_sanity.mode == risk::RuleMode::Enforce);
}

void OrderRules::revalue(Timestamp now) noexcept {
  portfolio_.refresh();
  portfolio_.revalue_all(links_.references, links_.conversions, now);
  funds_.revalue(links_.conversions, now);
}

bool OrderRules::wants_balances(Timestamp now) const noexcept {
  return links_.gate.limits().limits_funds() && funds_.is_hold_older_than(seconds(10), now);
}

std::optional<OverrideRefusal> OrderRules::grant(const Override& wish, Timestamp now) noexcept {
  if (!knows(wish.strategy)) return OverrideRefusal::UnknownStrategy;
  if (!can_be_overridden(wish.rule)) return OverrideRefusal::NotOverridable;
  if (wish.expires <= now || wish.expires - now > Override::kLongest)
    return OverrideRefusal::TooLong;
  if (wish.why.empty()) return OverrideRefusal::NoReason;
  if (override_ && now < override_->expires) return OverrideRefusal::OneAtATime;
  override_ = wish;
  OverrideRecord entry;
  entry.expires = wish.expires.nanos;
  entry.strategy = wish.strategy.value;
  entry.rule = wish.rule;
  copy_words(entry.who, wish.who.view());
  copy_words(entry.why, wish.why.view());
  append(links_.journal, entry, now);
  return std::nullopt;
}

void OrderRules::consume_override(const Order& order, Timestamp now) noexcept {
  override_used_ = false;
  if (!override_) return;
  OverrideRecord entry;
  entry.client_id = order.client_id.value;
  entry.expires = override_->expires.nanos;
  entry.strategy = override_->strategy.value;
  entry.rule = override_->rule;
  copy_words(entry.who, override_->who.view());
  copy_words(entry.why, override_->why.view());
  append(links_.journal, entry, now);
  links_.listener.on_alert({Alert::OverrideUsed,
                            order.instrument,
                            order.client_id,
                            {},
                            0,
                            0,
                            now,
                            order.strategy,
                            override_->rule});
  override_.reset();
}

void OrderRules::set_rules(const risk::BehaviourRules& rules) noexcept {
  rules_ = rules;
  repeated_.set_mode(rules.repeated_execution.mode);
  storms_.set_mode(rules.reject_storm.mode);
  ratios_.set_mode(rules.order_to_trade.mode);
  sanity_.set_mode(rules.market_sanity.mode);
}

}  // namespace gannet::engine
