// Question: how many order messages a second does the simulated exchange take? A mix as on a busy
// book: 45 % new orders that rest, 45 % cancels, 10 % takers that trade, over a standing book of
// some hundred levels. `market`: as the market's own user; `user`: one of two margined users, with
// positions, fees, bills and events.

#include <benchmark/benchmark.h>

#include <vector>

#include "bench/alloc_counter.h"
#include "sim/exchange.h"
#include "sim/instruments.h"
#include "sim/random.h"

namespace gannet::sim {
namespace {

class Silent final : public ExchangeEvents {
 public:
  void on_order_change(const OrderChange& change) noexcept override {
    benchmark::DoNotOptimize(&change);
  }
  void on_trade(const PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId, const PositionView&) noexcept override {}
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
};

class Load {
 public:
  explicit Load(bool by_users) : by_users_(by_users) {
    add_built_in_instruments(instruments_, currencies_);
    swap_ = instruments_.find("BTC-USDT-SWAP");
    for (int i = 0; i < 2; ++i) {
      UserSettings settings;
      settings.deposits = {Amount{static_cast<__int128>(1'000'000'000) * power_of_ten(18),
                                  currencies_.find("USDT")}};
      users_[i] = exchange_.add_user(settings, now_);
    }
    exchange_.set_reference_prices(swap_, {kMiddle}, {kMiddle}, now_);
    for (int i = 0; i < 400; ++i) step(Side::Buy), step(Side::Sell);
  }

  void message() {
    const std::uint64_t dice = random_.below(100);
    if (dice < 45 || resting_.empty()) {
      step(random_.below(2) == 0 ? Side::Buy : Side::Sell);
    } else if (dice < 90) {
      const std::size_t i = random_.below(resting_.size());
      exchange_.cancel(resting_[i].user, resting_[i].id, CancelCause::User, now_);
      resting_[i] = resting_.back();
      resting_.pop_back();
    } else {
      const Side side = random_.below(2) == 0 ? Side::Buy : Side::Sell;
      const std::int64_t slack = side == Side::Buy ? 1'000'000 : -1'000'000;
      place(side, OrderType::ImmediateOrCancel, {kMiddle + slack});
    }
  }

 private:
  static constexpr std::int64_t kMiddle = 60'000'000;  // 60000 in the swap's price unit
  struct Resting {
    VenueOrderId id;
    UserId user;
  };

  void step(Side side) {
    const auto distance = static_cast<std::int64_t>(random_.below(200) + 1) * 100;
    place(side, OrderType::Limit, {side == Side::Buy ? kMiddle - distance : kMiddle + distance});
  }
  void place(Side side, OrderType type, Price price) {
    NewOrder order;
    order.user = by_users_ ? users_[random_.below(2)] : kMarketUser;
    order.instrument = swap_;
    order.side = side;
    order.type = type;
    order.price = price;
    order.quantity = {static_cast<std::int64_t>(random_.below(100) + 1)};
    const Exchange::PlaceResult placed = exchange_.place(order, now_);
    // Bounded: the venue caps a user's open orders.
    if (placed.refusal == Refusal::None && type == OrderType::Limit) {
      resting_.push_back({placed.id, order.user});
      if (resting_.size() > 800) {
        exchange_.cancel(resting_.front().user, resting_.front().id, CancelCause::User, now_);
        resting_.front() = resting_.back();
        resting_.pop_back();
      }
    }
  }

  bool by_users_;
  CurrencyTable currencies_;
  InstrumentTable instruments_;
  Silent events_;
  Exchange exchange_{instruments_, currencies_, events_};
  Timestamp now_ = from_unix_millis(1'795'430'400'000);
  InstrumentId swap_;
  UserId users_[2] = {};
  Random random_{7};
  std::vector<Resting> resting_;
};

void order_messages(benchmark::State& state, bool by_users) {
  Load load(by_users);
  for (int i = 0; i < 10'000; ++i) load.message();  // warm: pools and tables have grown
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) load.message();
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(order_messages, market, false)->Name("sim/order_messages");
BENCHMARK_CAPTURE(order_messages, user, true)->Name("sim/order_messages/user");

}  // namespace
}  // namespace gannet::sim
