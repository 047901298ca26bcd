#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sim/exchange.h"
#include "sim/random.h"

namespace gannet::sim {

/// Hashes everything the exchange tells, to the last digit, and adds up fills to positions.
class CampaignEvents final : public ExchangeEvents {
 public:
  using Leg = std::tuple<UserId, std::uint32_t, PositionSide, TradeMode>;

  std::uint64_t hash = 1469598103934665603ull;
  std::uint64_t fills = 0;
  std::uint64_t liquidations = 0;
  std::map<Leg, std::int64_t> from_fills;

  void on_order_change(const OrderChange& change) noexcept override {
    const OrderView& order = change.order;
    mix(1, change.what, order.id.value, order.state, order.filled.raw, order.cancel_cause);
    mix(order.terms.price.raw, order.terms.quantity.raw, order.update_time.nanos);
    mix_wide(order.filled_cost), mix_wide(order.fee.raw), mix_wide(order.realised_pnl.raw);
    if (!change.fill) return;
    ++fills;
    const Fill& fill = *change.fill;
    mix(fill.trade_id.value, fill.price.raw, fill.quantity.raw, fill.maker);
    mix_wide(fill.fee.raw);
    const NewOrder& terms = order.terms;
    if (terms.mode == TradeMode::Cash) return;
    from_fills[{terms.user, terms.instrument.value, terms.position_side, terms.mode}] +=
        terms.side == Side::Buy ? fill.quantity.raw : -fill.quantity.raw;
  }
  void on_trade(const PublicTrade& trade) noexcept override {
    mix(2, trade.instrument.value, trade.id.value, trade.aggressor, trade.price.raw,
        trade.quantity.raw, trade.time.nanos);
  }
  void on_level(InstrumentId instrument, Side side, Price price, Quantity quantity,
                std::uint32_t orders, Timestamp time) noexcept override {
    mix(3, instrument.value, side, price.raw, quantity.raw, orders, time.nanos);
  }
  void on_position(UserId user, const PositionView& position) noexcept override {
    mix(4, user, position.instrument.value, position.side, position.mode, position.quantity.raw);
    mix_wide(position.average_price.raw), mix_wide(position.unrealised_pnl.raw);
    mix_wide(position.initial_margin.raw), mix_wide(position.fee.raw);
  }
  void on_balance(UserId user, const BalanceView& balance) noexcept override {
    mix(5, user, balance.currency.value);
    mix_wide(balance.cash.raw), mix_wide(balance.frozen.raw), mix_wide(balance.equity.raw);
  }
  void on_bill(const Bill& bill) noexcept override {
    mix(6, bill.id, bill.user, bill.cause, bill.order.value, bill.trade.value);
    mix_wide(bill.change.raw), mix_wide(bill.balance_after.raw);
  }
  void on_liquidation(const LiquidationView& liquidation) noexcept override {
    ++liquidations;
    mix(8, liquidation.user, liquidation.instrument.value, liquidation.side,
        liquidation.quantity.raw, liquidation.bankruptcy_price.raw);
    mix_wide(liquidation.loss.raw);
  }
  void on_mark_price(InstrumentId instrument, Price mark, Price index,
                     Timestamp time) noexcept override {
    mix(7, instrument.value, mark.raw, index.raw, time.nanos);
  }

 private:
  template <class... Values>
  void mix(Values... values) noexcept {
    (add(static_cast<std::uint64_t>(values)), ...);
  }
  void mix_wide(__int128 value) noexcept {
    add(static_cast<std::uint64_t>(value));
    add(static_cast<std::uint64_t>(value >> 64));
  }
  void add(std::uint64_t value) noexcept {
    hash ^= value;
    hash *= 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
};

/// Random trading of several users and the market on spot, linear and inverse contracts: all order
/// types, self-trade modes, reduce-only, amends and cancels, while mark and index prices wander.
/// The same seed makes the same calls.
class Campaign {
 public:
  explicit Campaign(std::uint64_t seed, const ExchangeSettings& settings = {})
      : random_(seed), exchange_(instruments_, currencies_, events_, settings) {
    add_instruments();
    for (std::uint32_t i = 0; i < 8; ++i) add_user(i);
  }

  /// Places, amends or cancels something; now and then prices move. Returns whether an order was
  /// sent: those are what a run is measured by.
  bool step() {
    now_ = now_ + microseconds(static_cast<std::int64_t>(random_.below(200)));
    if (random_.below(500) == 0) move_prices();
    const std::uint64_t what = random_.below(100);
    if (what < 55 || placed_.empty()) return place();
    const std::size_t at = random_.below(placed_.size());
    const Placed chosen = placed_[at];
    touched_ = chosen.instrument;
    if (what < 90) {
      exchange_.cancel(chosen.user, chosen.id, CancelCause::User, now_);
      placed_[at] = placed_.back();
      placed_.pop_back();
    } else {
      amend(chosen);
    }
    if (random_.below(20'000) == 0)
      exchange_.cancel_all(chosen.user, "", CancelCause::CancelAllAfter, now_);
    return false;
  }

  /// What must hold after every step; "" or a sentence. Cheap.
  std::string check_step() const {
    const auto bid = exchange_.best(touched_, Side::Buy);
    const auto ask = exchange_.best(touched_, Side::Sell);
    if (bid && ask && *bid >= *ask)
      return "the book of " + std::string(instruments_[touched_].name.view()) + " is crossed";
    return {};
  }

  /// What must hold at any time; "" or a sentence. Looks at everything.
  std::string check_all() const {
    if (std::string wrong = exchange_.check_money(); !wrong.empty()) return wrong;
    std::map<CampaignEvents::Leg, std::int64_t> held;
    for (UserId user = 1; user < exchange_.user_count(); ++user) {
      for (const PositionView& position : exchange_.positions(user))
        held[{user, position.instrument.value, position.side, position.mode}] =
            position.quantity.raw;
      for (const PositionView& position : exchange_.positions(user)) {
        const bool turned = (position.side == PositionSide::Long && position.quantity.raw < 0) ||
                            (position.side == PositionSide::Short && position.quantity.raw > 0);
        if (turned) return "user " + std::to_string(user) + " has a leg on the wrong side of zero";
      }
      if (std::string wrong = check_holds(user); !wrong.empty()) return wrong;
    }
    for (const auto& [leg, quantity] : events_.from_fills) {
      if (held[leg] != quantity)
        return "user " + std::to_string(std::get<0>(leg)) + ": fills make " +
               std::to_string(quantity) + ", the position is " + std::to_string(held[leg]);
    }
    return {};
  }

  const CampaignEvents& events() const noexcept { return events_; }
  const Exchange& exchange() const noexcept { return exchange_; }
  std::uint64_t accepted() const noexcept { return accepted_; }

 private:
  static constexpr std::int64_t kMiddle = 60'000'000;  // 60000, of three digits
  struct Placed {
    VenueOrderId id;
    UserId user = 0;
    InstrumentId instrument;
  };

  void add_instruments() {
    const auto add = [this](std::string_view name, InstrumentKind kind, ContractKind contract,
                            std::string_view quote, Decimal value, std::uint8_t quantity_digits,
                            std::int64_t lot) {
      Instrument instrument;
      instrument.name = name;
      instrument.kind = kind;
      instrument.state = InstrumentState::Live;
      instrument.contract = contract;
      instrument.base = currencies_.intern("BTC");
      instrument.quote = currencies_.intern(quote);
      instrument.settle = contract == ContractKind::Inverse ? instrument.base : instrument.quote;
      instrument.price_digits = 3;
      instrument.quantity_digits = quantity_digits;
      instrument.tick_size = {100};
      instrument.lot_size = {lot};
      instrument.minimum_quantity = {lot};
      instrument.maximum_limit_quantity = {1'000'000'000'000};
      if (kind != InstrumentKind::Spot) {
        instrument.contract_value = value;
        instrument.maximum_leverage = Decimal{100, 0};
      }
      traded_.push_back(instruments_.add(instrument));
    };
    add("BTC-USDT", InstrumentKind::Spot, ContractKind::None, "USDT", {}, 8, 12'345);
    add("BTC-USDT-SWAP", InstrumentKind::Swap, ContractKind::Linear, "USDT", {1, 2}, 2, 1);
    add("BTC-USD-SWAP", InstrumentKind::Swap, ContractKind::Inverse, "USD", {100, 0}, 0, 1);
  }

  void add_user(std::uint32_t number) {
    UserSettings settings;
    settings.name = "user " + std::to_string(number);
    settings.long_short_mode = number % 3 == 1;
    settings.self_trade_group = number >= 6 ? 1 : 0;
    settings.derivative_fees.maker = number % 2 == 0 ? 200'000 : -50'000;  // some earn rebates
    settings.account_mode = number == 3 ? 3 : 2;
    const bool poor = number == 4 || number == 5;  // they are liquidated now and then
    settings.deposits = {parse_amount(poor ? "2000" : "5000000", currencies_.find("USDT")).value(),
                         parse_amount(poor ? "0.05" : "100", currencies_.find("BTC")).value()};
    const UserId user = exchange_.add_user(settings, now_);
    for (const InstrumentId id : traded_) {
      if (poor && id != traded_[0]) exchange_.set_leverage(user, id, 100);
    }
  }

  std::int64_t near_middle() {
    return middle_ + (static_cast<std::int64_t>(random_.below(81)) - 40) * 100;
  }

  bool place() {
    NewOrder terms;
    terms.user = static_cast<UserId>(random_.below(exchange_.user_count()));
    terms.instrument = traded_[random_.below(traded_.size())];
    const bool spot = terms.instrument == traded_[0];
    touched_ = terms.instrument;
    terms.side = random_.below(2) == 0 ? Side::Buy : Side::Sell;
    static constexpr std::array kTypes = {
        OrderType::Limit,  OrderType::Limit,      OrderType::Limit,
        OrderType::Limit,  OrderType::PostOnly,   OrderType::ImmediateOrCancel,
        OrderType::Market, OrderType::FillOrKill, OrderType::OptimalLimitIoc};
    terms.type = kTypes[random_.below(kTypes.size())];
    if (spot && terms.type == OrderType::OptimalLimitIoc) terms.type = OrderType::Limit;
    terms.stp = static_cast<SelfTradePrevention>(random_.below(3));
    terms.mode = spot                    ? TradeMode::Cash
                 : random_.below(8) == 0 ? TradeMode::Isolated
                                         : TradeMode::Cross;
    terms.reduce_only = !spot && random_.below(6) == 0;
    if (!spot && terms.user != kMarketUser && exchange_.settings(terms.user).long_short_mode)
      terms.position_side = random_.below(2) == 0 ? PositionSide::Long : PositionSide::Short;
    terms.price = {near_middle()};
    terms.quantity = {instruments_[terms.instrument].lot_size.raw *
                      static_cast<std::int64_t>(random_.below(50) + 1)};
    if (spot && terms.type == OrderType::Market && random_.below(2) == 0) {
      terms.quantity_is_quote = true;
      terms.quote_quantity = {
          static_cast<__int128>(random_.below(1'000'000) + 1'000) * 1'234'567'890'123,
          currencies_.find("USDT")};
    }
    if (random_.below(2) == 0) {
      terms.client_id = std::string_view(std::to_string(random_.below(100'000)));
    }
    const Exchange::PlaceResult result = exchange_.place(terms, now_);
    if (result.refusal != Refusal::None) return true;
    ++accepted_;
    remember({result.id, terms.user, terms.instrument});
    return true;
  }

  void remember(const Placed& placed) {
    constexpr std::size_t kMost = 2'000;
    if (placed_.size() < kMost) {
      placed_.push_back(placed);
      return;
    }
    Placed& old = placed_[random_.below(kMost)];
    exchange_.cancel(old.user, old.id, CancelCause::User, now_);
    old = placed;
  }

  void amend(const Placed& chosen) {
    AmendTerms terms;
    const std::uint64_t kind = random_.below(3);
    if (kind != 1) terms.price = Price{near_middle()};
    if (kind != 0)
      terms.quantity = Quantity{instruments_[chosen.instrument].lot_size.raw *
                                static_cast<std::int64_t>(random_.below(50) + 1)};
    exchange_.amend(chosen.user, chosen.id, terms, now_);
  }

  void move_prices() {
    middle_ += (static_cast<std::int64_t>(random_.below(4'001)) - 2'000) * 100 -
               (middle_ - kMiddle) / 10'000 * 100;
    for (const InstrumentId id : traded_)
      exchange_.set_reference_prices(id, {middle_}, {middle_}, now_);
    exchange_.advance(now_);
    if (random_.below(50) == 0) fund_the_poor();
    if (random_.below(20) == 0) {
      const auto user = static_cast<UserId>(random_.below(exchange_.user_count() - 1) + 1);
      exchange_.deleverage(user, traded_[1], PositionSide::Net, TradeMode::Cross, {5}, now_);
    }
  }

  void fund_the_poor() {
    for (UserId user = 1; user < exchange_.user_count(); ++user) {
      for (const BalanceView& balance : exchange_.balances(user)) {
        if (balance.currency == currencies_.find("USDT") && balance.cash.raw < power_of_ten(18))
          exchange_.deposit(user, parse_amount("2000", balance.currency).value(), now_);
      }
    }
  }

  std::string check_holds(UserId user) const {
    for (const BalanceView& balance : exchange_.balances(user)) {
      if (balance.frozen.raw < 0 || balance.available.raw < 0)
        return "user " + std::to_string(user) + " holds less than nothing";
      if (exchange_.open_orders(user).empty() && balance.frozen.raw != 0)
        return "user " + std::to_string(user) + " has money held for no order";
    }
    return {};
  }

  Random random_;
  CurrencyTable currencies_;
  InstrumentTable instruments_;
  CampaignEvents events_;
  Exchange exchange_;
  Timestamp now_ = from_unix_millis(1'795'430'400'000);
  std::vector<InstrumentId> traded_;
  std::vector<Placed> placed_;
  InstrumentId touched_{0};
  std::int64_t middle_ = kMiddle;
  std::uint64_t accepted_ = 0;
};

}  // namespace gannet::sim
