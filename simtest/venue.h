#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sim/exchange_events.h"
#include "sim/okx_server/protocol/server.h"
#include "sim/random.h"
#include "simtest/listing.h"

namespace gannet::simtest {

/// The tag of our engine's orders, and the number in their client ids.
inline constexpr std::string_view kEngineTag = "e1";
inline constexpr unsigned kEngineNumber = 1;

/// What really is, followed event by event so that asking is cheap: the truth that the engine is
/// held to. Of one user, the engine's.
class Truth final : public sim::ExchangeEvents {
 public:
  explicit Truth(sim::UserId user) : user_(user) {}

  /// A match of the user's: its order, and its id where it has one of its own.
  struct MatchKey {
    std::uint64_t order = 0;
    std::int64_t trade = 0;
    friend bool operator==(const MatchKey&, const MatchKey&) = default;
  };
  struct MatchHash {
    std::size_t operator()(const MatchKey& key) const noexcept {
      return (key.order * 0x9E3779B97F4A7C15ull) ^ static_cast<std::uint64_t>(key.trade);
    }
  };

  /// By instrument.
  struct Exposure {
    std::int64_t position = 0;    ///< by matches
    std::int64_t leaves_buy = 0;  ///< of our open orders that may add
    std::int64_t leaves_sell = 0;
    std::int64_t strange = 0;  ///< volume of matches that were not our orders', or beyond them
  };

  const Exposure& exposure(InstrumentId instrument) const noexcept {
    return exposures_[instrument.value];
  }
  bool happened(std::uint64_t order, std::int64_t trade) const noexcept {
    return trade <= 0 || matches_.contains({order, trade});
  }
  std::uint64_t matches() const noexcept { return count_; }
  std::uint64_t own_orders() const noexcept { return own_ids_.size(); }
  /// A client id of ours named two orders: which. "" none.
  const std::string& named_twice() const noexcept { return named_twice_; }
  /// Instruments whose exposure rose since the last call.
  bool take_rise() noexcept { return std::exchange(rose_, false); }

  void on_order_change(const sim::OrderChange& change) noexcept override;
  void on_trade(const sim::PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(sim::UserId, const sim::PositionView&) noexcept override {}
  void on_balance(sim::UserId, const sim::BalanceView&) noexcept override {}
  void on_bill(const sim::Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}

 private:
  struct Leaves {
    InstrumentId instrument;
    Side side = Side::Buy;
    std::int64_t quantity = 0;
  };

  sim::UserId user_;
  std::array<Exposure, kInstruments> exposures_{};
  std::unordered_map<std::uint64_t, Leaves> open_;  // by venue order id
  std::unordered_set<MatchKey, MatchHash> matches_;
  std::unordered_map<std::uint64_t, std::uint64_t> own_ids_;
  std::string named_twice_;
  std::uint64_t count_ = 0;
  bool rose_ = false;
};

/// The simulated venue of a run, and the market on it: quotes a tick or so apart that walk at
/// random, and takers that hit what rests. All of it is seeded.
class Venue {
 public:
  static constexpr sim::UserId kUser = 1;

  Venue(std::uint64_t seed, okx_server::ServerOutput& output, Timestamp start);

  okx_server::Server& server() noexcept { return *server_; }
  sim::Exchange& exchange() noexcept { return server_->exchange(); }
  const sim::Exchange& exchange() const noexcept { return server_->exchange(); }
  Truth& truth() noexcept { return truth_; }
  const Truth& truth() const noexcept { return truth_; }
  const okx_server::Limits& limits() const noexcept { return limits_; }
  const okx_server::Credentials& credentials() const noexcept { return credentials_; }

  /// When the market acts next.
  Timestamp next_act() const noexcept { return next_act_; }
  void act(Timestamp now);
  /// Nobody trades any more; quotes stay.
  void calm_down() noexcept { is_calm_ = true; }
  std::int64_t mid(InstrumentId instrument) const noexcept { return mids_[instrument.value]; }

  /// Newest run whose orders the venue remembers; 0: none.
  std::uint64_t newest_run() const;
  /// Orders of ours that rest there: with our tag, or put in by an algo order with it.
  std::vector<VenueOrderId> own_open_orders() const;
  std::size_t foreign_open_orders() const;
  /// Is the order one of our engine's?
  static bool is_own(const sim::OrderView& order) noexcept {
    return order.terms.tag.view() == kEngineTag;
  }

 private:
  void quote(InstrumentId instrument, Timestamp now);
  void take(InstrumentId instrument, Timestamp now);

  Listing listing_;
  Truth truth_;
  okx_server::Limits limits_;
  okx_server::Credentials credentials_;
  std::unique_ptr<okx_server::Server> server_;
  sim::Random random_;
  std::array<std::int64_t, kInstruments> mids_{};
  std::array<std::array<VenueOrderId, 2>, kInstruments> quotes_{};
  Timestamp next_act_;
  Nanos mean_pause_;
  double taking_ = 0.3;
  bool is_calm_ = false;
};

}  // namespace gannet::simtest
