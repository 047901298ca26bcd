#include "app/history_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace gannet::app {
namespace {

constexpr const char* kSchema = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
  client_id TEXT PRIMARY KEY, time INTEGER NOT NULL, strategy TEXT NOT NULL,
  instrument TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL, price TEXT NOT NULL,
  quantity TEXT NOT NULL, venue_id TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'open',
  cumulative TEXT NOT NULL DEFAULT '0', end_time INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (time);
CREATE TABLE IF NOT EXISTS fills (
  sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, strategy TEXT NOT NULL,
  instrument TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, quantity TEXT NOT NULL,
  fee TEXT NOT NULL, fee_currency TEXT NOT NULL, maker INTEGER NOT NULL, client_id TEXT NOT NULL,
  venue_id TEXT NOT NULL, trade_id INTEGER NOT NULL, realised TEXT NOT NULL,
  account_realised TEXT NOT NULL, currency TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS fills_by_time ON fills (time);
CREATE TABLE IF NOT EXISTS bills (
  sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, bill_id TEXT NOT NULL, kind TEXT NOT NULL,
  currency TEXT NOT NULL, change TEXT NOT NULL, balance TEXT NOT NULL, instrument TEXT NOT NULL,
  venue_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS bills_by_time ON bills (time);
CREATE VIEW IF NOT EXISTS funding AS SELECT * FROM bills WHERE kind = 'funding';
CREATE TABLE IF NOT EXISTS balances (
  sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, currency TEXT NOT NULL, cash TEXT NOT NULL,
  equity TEXT NOT NULL);
)";

/// One prepared statement; `run` binds in order and leaves it ready for the next time.
class Statement {
 public:
  Statement(sqlite3* database, const char* text) {
    sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  }
  ~Statement() { sqlite3_finalize(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... Values>
  int run(const Values&... values) {
    if (handle_ == nullptr) return SQLITE_ERROR;
    int at = 0;
    (bind(++at, values), ...);
    const int code = sqlite3_step(handle_);
    sqlite3_reset(handle_);
    return code;
  }
  /// Rows of the bound query, one call each.
  template <class Visit>
  int each(std::int64_t from, std::int64_t to, Visit&& visit) {
    if (handle_ == nullptr) return SQLITE_ERROR;
    bind(1, from);
    bind(2, to);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(handle_)) == SQLITE_ROW) visit(*this);
    sqlite3_reset(handle_);
    return code;
  }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return bytes == nullptr ? std::string() : std::string(bytes);
  }
  std::int64_t number(int column) const { return sqlite3_column_int64(handle_, column); }
  std::uint64_t id(int column) const {
    const std::string digits = text(column);
    return digits.empty() ? 0 : std::strtoull(digits.c_str(), nullptr, 10);
  }

 private:
  void bind(int at, std::string_view text) {
    sqlite3_bind_text(handle_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void bind(int at, std::int64_t number) { sqlite3_bind_int64(handle_, at, number); }

  sqlite3_stmt* handle_ = nullptr;
};

/// Ids may use all 64 bits: they are kept as text.
std::string id_text(std::uint64_t id) { return id == 0 ? std::string() : fmt::format("{}", id); }
std::int64_t key(std::uint64_t sequence) { return static_cast<std::int64_t>(sequence); }

}  // namespace

struct HistoryDatabase::State {
  explicit State(sqlite3* opened) : database(opened) {}
  ~State() {
    statements.reset();
    sqlite3_close(database);
  }

  struct Statements {
    explicit Statements(sqlite3* db)
        : begin(db, "BEGIN IMMEDIATE"),
          commit(db, "COMMIT"),
          rollback(db, "ROLLBACK"),
          newest(db,
                 "INSERT INTO meta VALUES ('newest', ?) ON CONFLICT (key) DO UPDATE SET value "
                 "= max(value, excluded.value)"),
          order(db,
                "INSERT OR IGNORE INTO orders (client_id, time, strategy, instrument, side, "
                "kind, price, quantity) VALUES (?,?,?,?,?,?,?,?)"),
          set_order(db,
                    "UPDATE orders SET venue_id = iif(?2 = '', venue_id, ?2), price = "
                    "iif(?3 = '', price, ?3), quantity = iif(?4 = '', quantity, ?4), "
                    "cumulative = iif(?5 = '', cumulative, ?5) WHERE client_id = ?1"),
          end_order(db, "UPDATE orders SET state = ?2, end_time = ?3 WHERE client_id = ?1"),
          fill(db, "INSERT OR IGNORE INTO fills VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
          bill(db, "INSERT OR IGNORE INTO bills VALUES (?,?,?,?,?,?,?,?,?)"),
          balance(db, "INSERT OR IGNORE INTO balances VALUES (?,?,?,?,?)"),
          read_orders(db,
                      "SELECT * FROM orders WHERE time >= ? AND time < ? ORDER BY time, "
                      "client_id"),
          read_fills(db,
                     "SELECT * FROM fills WHERE time >= ? AND time < ? ORDER BY time, sequence"),
          read_bills(db,
                     "SELECT * FROM bills WHERE time >= ? AND time < ? ORDER BY time, sequence") {}
    Statement begin, commit, rollback, newest, order, set_order, end_order, fill, bill, balance;
    Statement read_orders, read_fills, read_bills;
  };

  void check(int code) {
    if (code == SQLITE_DONE || code == SQLITE_OK || !error.empty()) return;
    error = sqlite3_errmsg(database);
  }
  std::expected<void, Error> done(int code) {
    if (code == SQLITE_DONE) return {};
    return std::unexpected(Error{fmt::format("history database: {}", sqlite3_errmsg(database))});
  }

  sqlite3* database;
  std::optional<Statements> statements;
  std::uint64_t newest = 0;
  std::string error;
};

std::string history_path(const std::string& state_directory) {
  return state_directory + "/history.db";
}

HistoryDatabase::HistoryDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
HistoryDatabase::~HistoryDatabase() = default;

std::expected<std::unique_ptr<HistoryDatabase>, Error> HistoryDatabase::open(
    const std::string& path) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto state = std::make_unique<State>(database);
  const auto fail = [&](std::string_view why) {
    return std::unexpected(Error{fmt::format("history database {}: {}", path, why)});
  };
  if (code != SQLITE_OK) return fail(database == nullptr ? "no memory" : sqlite3_errmsg(database));
  sqlite3_busy_timeout(database, 5'000);
  if (sqlite3_exec(database, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(sqlite3_errmsg(database));
  state->statements.emplace(database);
  Statement newest(database, "SELECT value FROM meta WHERE key = 'newest' AND ?1 < ?2");
  const int read = newest.each(0, 1, [&](const Statement& row) {
    state->newest = static_cast<std::uint64_t>(row.number(0));
  });
  if (read != SQLITE_DONE) return fail(sqlite3_errmsg(database));
  return std::unique_ptr<HistoryDatabase>(new HistoryDatabase(std::move(state)));
}

std::uint64_t HistoryDatabase::newest() const noexcept { return state_->newest; }

void HistoryDatabase::clear() {
  state_->newest = 0;
  state_->check(sqlite3_exec(state_->database,
                             "DELETE FROM orders; DELETE FROM fills; DELETE FROM bills; "
                             "DELETE FROM balances; DELETE FROM meta;",
                             nullptr, nullptr, nullptr));
}

void HistoryDatabase::begin() {
  state_->error.clear();
  state_->check(state_->statements->begin.run());
}

void HistoryDatabase::add(const HistoryOrder& order) {
  state_->check(state_->statements->order.run(id_text(order.client_id), order.time, order.strategy,
                                              order.instrument, order.side, order.kind, order.price,
                                              order.quantity));
}

void HistoryDatabase::add(const HistoryFill& fill) {
  state_->check(state_->statements->fill.run(
      key(fill.sequence), fill.time, fill.strategy, fill.instrument, fill.side, fill.price,
      fill.quantity, fill.fee, fill.fee_currency, std::int64_t{fill.maker ? 1 : 0},
      id_text(fill.client_id), id_text(fill.venue_id), fill.trade_id, fill.realised,
      fill.account_realised, fill.currency));
}

void HistoryDatabase::add(const HistoryBill& bill) {
  state_->check(state_->statements->bill.run(key(bill.sequence), bill.time, id_text(bill.bill_id),
                                             bill.kind, bill.currency, bill.change, bill.balance,
                                             bill.instrument, id_text(bill.venue_id)));
}

void HistoryDatabase::add(const HistoryBalance& balance) {
  state_->check(state_->statements->balance.run(key(balance.sequence), balance.time,
                                                balance.currency, balance.cash, balance.equity));
}

void HistoryDatabase::set_order(std::uint64_t client_id, std::uint64_t venue_id,
                                std::string_view price, std::string_view quantity,
                                std::string_view cumulative) {
  state_->check(state_->statements->set_order.run(id_text(client_id), id_text(venue_id), price,
                                                  quantity, cumulative));
}

void HistoryDatabase::end_order(std::uint64_t client_id, std::string_view state,
                                std::int64_t time) {
  state_->check(state_->statements->end_order.run(id_text(client_id), state, time));
}

std::expected<void, Error> HistoryDatabase::commit(std::uint64_t newest) {
  State& at = *state_;
  at.check(at.statements->newest.run(key(newest)));
  if (at.error.empty()) at.check(at.statements->commit.run());
  if (at.error.empty()) {
    at.newest = std::max(at.newest, newest);
    return {};
  }
  at.statements->rollback.run();
  return std::unexpected(Error{"history database: " + at.error});
}

HistoryDatabase::Done HistoryDatabase::read_orders(
    std::int64_t from, std::int64_t to, const std::function<void(const OrderRow&)>& visit) {
  return state_->done(state_->statements->read_orders.each(from, to, [&](const Statement& row) {
    OrderRow out;
    out.client_id = row.id(0);
    out.time = row.number(1);
    out.strategy = row.text(2);
    out.instrument = row.text(3);
    out.side = row.text(4);
    out.kind = row.text(5);
    out.price = row.text(6);
    out.quantity = row.text(7);
    out.venue_id = row.id(8);
    out.state = row.text(9);
    out.cumulative = row.text(10);
    out.end_time = row.number(11);
    visit(out);
  }));
}

HistoryDatabase::Done HistoryDatabase::read_fills(
    std::int64_t from, std::int64_t to, const std::function<void(const HistoryFill&)>& visit) {
  return state_->done(state_->statements->read_fills.each(from, to, [&](const Statement& row) {
    HistoryFill out;
    out.sequence = static_cast<std::uint64_t>(row.number(0));
    out.time = row.number(1);
    out.strategy = row.text(2);
    out.instrument = row.text(3);
    out.side = row.text(4);
    out.price = row.text(5);
    out.quantity = row.text(6);
    out.fee = row.text(7);
    out.fee_currency = row.text(8);
    out.maker = row.number(9) != 0;
    out.client_id = row.id(10);
    out.venue_id = row.id(11);
    out.trade_id = row.number(12);
    out.realised = row.text(13);
    out.account_realised = row.text(14);
    out.currency = row.text(15);
    visit(out);
  }));
}

HistoryDatabase::Done HistoryDatabase::read_bills(
    std::int64_t from, std::int64_t to, const std::function<void(const HistoryBill&)>& visit) {
  return state_->done(state_->statements->read_bills.each(from, to, [&](const Statement& row) {
    HistoryBill out;
    out.sequence = static_cast<std::uint64_t>(row.number(0));
    out.time = row.number(1);
    out.bill_id = row.id(2);
    out.kind = row.text(3);
    out.currency = row.text(4);
    out.change = row.text(5);
    out.balance = row.text(6);
    out.instrument = row.text(7);
    out.venue_id = row.id(8);
    visit(out);
  }));
}

}  // namespace gannet::app
