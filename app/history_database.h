#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gannet::app {

/// Rows of the history, as they are kept: exact numbers are text, times nanoseconds since 1970.
struct HistoryOrder {
  std::uint64_t client_id = 0;
  std::int64_t time = 0;
  std::string strategy;  ///< "": nobody's
  std::string instrument;
  std::string side;
  std::string kind;  ///< limit, market, algo
  std::string price;
  std::string quantity;
};
struct HistoryFill {
  std::uint64_t sequence = 0;  ///< of the journal
  std::int64_t time = 0;       ///< the venue's
  std::string strategy;        ///< "": a foreign order's
  std::string instrument;
  std::string side;
  std::string price;
  std::string quantity;
  std::string fee;  ///< paid; a rebate is negative
  std::string fee_currency;
  bool maker = false;
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::int64_t trade_id = 0;
  std::string realised;          ///< by the owner's own position
  std::string account_realised;  ///< by the account's
  std::string currency;          ///< of both
};
struct HistoryBill {
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  std::uint64_t bill_id = 0;
  std::string kind;
  std::string currency;
  std::string change;
  std::string balance;
  std::string instrument;  ///< "": none
  std::uint64_t venue_id = 0;
};
struct HistoryBalance {
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  std::string currency;
  std::string cash;
  std::string equity;
};

/// The history for people: orders, fills, bills (funding among them) and changes of balances, in
/// one SQLite file in WAL mode, so that readers and the writer do not wait for each other.
/// Everything is keyed by what the journal says (its sequence, a client order id), so that writing
/// it twice changes nothing, and can be made anew from the journal. One thread an object. Errors
/// are sentences.
class HistoryDatabase {
 public:
  /// Makes it if it is missing, its schema too.
  static std::expected<std::unique_ptr<HistoryDatabase>, Error> open(const std::string& path);
  ~HistoryDatabase();

  /// Sequence of the newest journal record that is in; 0: none.
  std::uint64_t newest() const noexcept;

  // Between begin and commit; the first error is told by commit, and nothing of it stays.
  void begin();
  /// Everything goes: to be made anew.
  void clear();
  void add(const HistoryOrder& order);
  void add(const HistoryFill& fill);
  void add(const HistoryBill& bill);
  void add(const HistoryBalance& balance);
  /// What became of an order. An empty text and 0 leave what is there.
  void set_order(std::uint64_t client_id, std::uint64_t venue_id, std::string_view price,
                 std::string_view quantity, std::string_view cumulative);
  void end_order(std::uint64_t client_id, std::string_view state, std::int64_t time);
  std::expected<void, Error> commit(std::uint64_t newest);

  // Reading, oldest first, `from` inclusive, `to` exclusive.
  struct OrderRow : HistoryOrder {
    std::uint64_t venue_id = 0;
    std::string state;
    std::string cumulative;
    std::int64_t end_time = 0;
  };
  using Done = std::expected<void, Error>;
  Done read_orders(std::int64_t from, std::int64_t to,
                   const std::function<void(const OrderRow&)>& visit);
  Done read_fills(std::int64_t from, std::int64_t to,
                  const std::function<void(const HistoryFill&)>& visit);
  Done read_bills(std::int64_t from, std::int64_t to,
                  const std::function<void(const HistoryBill&)>& visit);

 private:
  struct State;
  explicit HistoryDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Its file in the engine's state directory.
std::string history_path(const std::string& state_directory);

}  // namespace gannet::app
