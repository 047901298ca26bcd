#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/algo_desk.h"

namespace gannet::sim {

// Choices where OKX publishes nothing.
inline constexpr Nanos kSlicePace = milliseconds(200);  ///< icebergs: between a fill and the next
inline constexpr Nanos kRequotePace = seconds(1);       ///< icebergs: between two looks at the book
inline constexpr std::int64_t kMostPieces = 100;        ///< of one market order too large for one
inline constexpr int kMostIcebergOrders = 50;
inline constexpr std::size_t kMostSplits = 10;
/// Of each user so many ended algo orders stay for the history, and so many attachments whose order
/// has ended. What has not ended is never forgotten.
inline constexpr std::size_t kEndedKept = 5'000;
/// No price and no distance is larger: sums and doubles of two still fit.
inline constexpr std::int64_t kLargestPrice = std::int64_t{1} << 60;
inline constexpr Nanos kShortestInterval = seconds(1);
inline constexpr Nanos kLongestInterval = seconds(3600);
inline constexpr Ratio kSmallestVariance = 100'000;    ///< 0.01 %
inline constexpr Ratio kLargestVariance = 10'000'000;  ///< 1 %

/// An open order of an algo order.
struct ChildOrder {
  VenueOrderId id = {};
  Price price = {};
  Quantity quantity = {};
  Quantity filled = {};
  bool ended = false;
  CancelCause cause = CancelCause::None;
};

/// An algo order with the desk's own bookkeeping.
struct Algo {
  AlgoView view;
  std::uint32_t index = 0;
  bool watched = false;  ///< waits for a price
  bool noted = false;    ///< has its price, waits for `run`
  bool rises = false;    ///< Trigger, SmartIceberg: which way its price must go
  bool active = false;   ///< TrailingStop: follows; slices and chases: has begun
  Price best;            ///< TrailingStop: the best since it is active
  std::vector<ChildOrder> open;
  Quantity filled;  ///< of all its orders
  __int128 cost = 0;
  Timestamp next_turn;
  Price chase_start;
  std::uint32_t attachment = 0;  ///< it came with others of one order

  bool pending() const noexcept { return is_pending(view.state); }
  Quantity remaining() const noexcept { return view.terms.quantity - filled; }
};

struct Attachment {
  AttachmentView view;
  UserId user = 0;
  InstrumentId instrument;
  Side side = Side::Buy;  ///< of the order
  bool done = false;      ///< live or dropped
  Price entry;            ///< average fill price, once live
  std::vector<AlgoId> algos;
};

/// What was heard and is still to be acted on.
struct Note {
  enum class What : std::uint8_t { GoLive, Fire, Order, ParentEnded, Position };
  What what = What::Fire;
  std::uint32_t algo = 0;
  FiredExit exit = FiredExit::None;
  NewOrder parent = {};  ///< ParentEnded; Position: user, instrument, side and mode alone
  VenueOrderId parent_id = {};
  Quantity filled = {};
  __int128 cost = 0;
  Amount fee = {};
};

/// Everything behind the contract. Files by question: may it come in (algo_checks,
/// algo_attach_checks), is its price
/// there (algo_watch), what goes in then (algo_fire), how do slices and chases go on (algo_work),
/// what comes with an order (algo_attach).
struct AlgoDesk::State {
  State(Exchange& venue, const InstrumentTable& instrument_table, AlgoEvents& sink,
        const AlgoCaps& algo_caps)
      : exchange(venue), instruments(instrument_table), events(sink), caps(algo_caps) {}

  struct Prices {
    Price last, mark, index;
  };

  Exchange& exchange;
  const InstrumentTable& instruments;
  AlgoEvents& events;
  AlgoCaps caps;
  Timestamp now;
  std::uint64_t last_id = 0;
  std::vector<std::unique_ptr<Algo>> algos;  // never moved: views stay valid; null: forgotten
  std::vector<std::uint32_t> free_algos;     // indices of forgotten ones
  std::unordered_map<std::uint64_t, std::uint32_t> by_id;
  std::map<std::pair<UserId, std::string>, std::uint32_t> by_client_id;
  std::vector<std::vector<AlgoId>> by_user;
  std::vector<std::vector<std::uint32_t>> pending;            // by instrument, oldest first
  std::vector<std::uint32_t> working;                         // slices and chases, oldest first
  std::vector<Prices> prices;                                 // by instrument
  std::unordered_map<std::uint32_t, Attachment> attachments;  // numbers are never used again
  std::uint32_t last_attachment = 0;
  struct History {
    std::deque<AlgoId> algos;
    std::deque<std::uint32_t> attachments;
  };
  std::vector<History> history;  // by user, those that are kept, the first to end first
  std::vector<Note> notes;

  // --- algo_desk.cpp
  Algo& create(const NewAlgo& terms);
  Algo* find(AlgoId id) noexcept;
  Algo* find(UserId user, AlgoId id) noexcept;
  std::uint64_t next_id() noexcept;
  Prices& prices_of(InstrumentId instrument);
  /// The price that a source names now; 0: there is none. Last without a trade: the mark price.
  Price reference(InstrumentId instrument, PriceSource source);
  void tell(const Algo& algo, bool amended = false, std::string_view request = {});
  void end(Algo& algo, AlgoState state);
  History& history_of(UserId user);
  void end(std::uint32_t number, Attachment& attachment);
  Attachment* find_attachment(std::uint32_t number) noexcept;
  /// The oldest ended ones beyond what is kept. Requires that no note is waiting.
  void forget_oldest();
  void forget(AlgoId id);
  /// Takes its open orders off the book.
  void cancel_orders(Algo& algo, CancelCause cause);
  void cancel(Algo& algo);
  AlgoRefusal amend(Algo& algo, const AmendAlgo& change);
  /// The take profit that rests goes where it is to be; nowhere: it is taken away.
  AlgoRefusal amend_resting(Algo& algo, const std::optional<Exit>& to);
  void act_on(const Note& note);
  void run();

  // --- algo_checks.cpp
  AlgoRefusal check(const NewAlgo& terms);
  AlgoRefusal check_form(const NewAlgo& terms);
  AlgoRefusal check_caps(const NewAlgo& terms);
  /// `self`: an order being amended.
  AlgoRefusal check_exits(const NewAlgo& terms, AlgoId self = {});
  AlgoRefusal check_exit(const NewAlgo& terms, const Exit& exit, bool takes_profit);
  AlgoRefusal check_close_all(const NewAlgo& terms, AlgoId self);
  AlgoRefusal check_trail(const NewAlgo& terms);
  AlgoRefusal check_slices(const NewAlgo& terms);
  AlgoRefusal check_quantity(const Instrument& instrument, Quantity quantity) const;
  AlgoRefusal check_limit(const Instrument& instrument, Price price) const;
  AlgoRefusal check_attached(const NewOrder& parent, Price order_price,
                             const std::vector<AttachedExit>& exits);
  AlgoRefusal check_split(const NewOrder& parent, const std::vector<AttachedExit>& exits) const;
  bool knows_client_id(UserId user, std::string_view client_id) const;

  // --- algo_watch.cpp
  /// Begins to wait for its price, or fires at once if the price is there already.
  void watch(Algo& algo);
  /// Looks at a new price of a source.
  void look(Algo& algo, PriceSource source, Price price);
  void look_at_trail(Algo& algo, Price price);
  void note_fire(Algo& algo, FiredExit exit);

  // --- algo_fire.cpp
  void fire(Algo& algo, FiredExit exit);
  /// A trailing stop begins to follow from the price that there is.
  void arm_anew(Algo& algo);
  void rest_take_profit(Algo& algo);
  NewOrder order_of(const Algo& algo) const;
  /// Puts the order in, in pieces if a market order is too large for one.
  void put_in(Algo& algo, NewOrder order);
  std::optional<Refusal> put_in_piece(Algo& algo, const NewOrder& order);
  /// A trigger order larger than the money: "the system will place the order based on your current
  /// balance", OKX API v5.
  std::optional<Refusal> put_in_what_is_covered(Algo& algo, NewOrder order);
  void spawn_chase(Algo& algo);
  /// What there is to close: signed position less what other closing orders of a leg promise.
  std::int64_t closable(const NewAlgo& terms) const;
  std::int64_t held(const NewAlgo& terms) const;
  void on_own_order(Algo& algo);
  void on_position(const NewOrder& of);

  // --- algo_work.cpp
  void work(Algo& algo);
  void work_time_weighted(Algo& algo);
  void work_iceberg(Algo& algo);
  void work_smart_iceberg(Algo& algo);
  void work_chase(Algo& algo);
  /// False: the order was refused for good and the algo order has failed.
  bool put_slice(Algo& algo, OrderType type, Price price, Quantity quantity);
  /// Of what is `left`; the last takes a rest with it that would be too small for an order. 0: what
  /// is left is too small itself.
  Quantity next_slice(const Algo& algo, Quantity left) const;
  bool inside_limit(Algo& algo);
  bool finish_if_done(Algo& algo);
  void forget_ended_orders(Algo& algo);
  std::optional<Price> chase_price(const Algo& algo) const;

  // --- algo_attach.cpp
  AlgoRefusal attach(NewOrder& order, Price order_price, std::vector<AttachedExit> exits);
  void go_live(const Note& note);
  AlgoRefusal amend_attached(Attachment& attachment, const std::vector<AmendAttached>& changes);
  void move_stops_to_entry(std::uint32_t attachment);
};

/// In long/short mode the side and the position side say together whether an order closes.
constexpr bool closes_position_leg(Side side, PositionSide position_side) noexcept {
  return (position_side == PositionSide::Long && side == Side::Sell) ||
         (position_side == PositionSide::Short && side == Side::Buy);
}

/// A price so far from another: `up` above, else below. Rounded to the tick away from it, and never
/// under one tick.
Price at_distance(const Instrument& instrument, Price from, const Distance& distance, bool up);
/// The amend of one exit applied; false: the exit is gone.
bool apply(std::optional<Exit>& exit, const AmendExit& change);

}  // namespace gannet::sim
