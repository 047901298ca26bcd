#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/rest_session.h"

// A scripted venue for the account side: what the sessions send is kept, what the venue says is
// fed in, what the engine hears is kept. No socket, no clock.

namespace gannet::okx::testing {

inline constexpr Timestamp kStart = from_unix_millis(1'795'430'400'000);

inline Credentials test_credentials() {
  return {Secret("key-1"), Secret("EXAMPLE-SECRET-NOT-REAL-0001"), Secret("pass\"phrase")};
}

inline Instrument make_instrument(std::string_view name, InstrumentKind kind, int price_digits,
                                  int quantity_digits, CurrencyTable& currencies,
                                  std::string_view base, std::string_view quote,
                                  std::string_view settle) {
  Instrument instrument;
  instrument.name = InstrumentName(name);
  instrument.kind = kind;
  instrument.contract = kind == InstrumentKind::Spot ? ContractKind::None
                        : settle == base             ? ContractKind::Inverse
                                                     : ContractKind::Linear;
  instrument.state = InstrumentState::Live;
  instrument.price_digits = static_cast<std::uint8_t>(price_digits);
  instrument.quantity_digits = static_cast<std::uint8_t>(quantity_digits);
  instrument.base = currencies.intern(base);
  instrument.quote = currencies.intern(quote);
  instrument.settle = currencies.intern(settle);
  instrument.tick_size = {100};
  instrument.lot_size = {1};
  return instrument;
}

/// Padded as the transport pads.
struct Text {
  explicit Text(std::string_view text) : size(text.size()), bytes(text) {
    bytes.append(kTextPadding, '\0');
  }
  std::string_view view() const { return {bytes.data(), size}; }
  std::size_t size;
  std::string bytes;
};

class Heard final : public AccountListener, public SessionProblems {
 public:
  void on_execution_report(const ExecutionReport& report) noexcept override {
    reports.push_back(report);
  }
  void on_fill_report(const FillReport& fill) noexcept override { fills.push_back(fill); }
  void on_position(const PositionReport& position, bool from_snapshot) noexcept override {
    positions.push_back(position);
    positions_from_snapshot.push_back(from_snapshot);
  }
  void on_balance(const BalanceReport& balance, bool) noexcept override {
    balances.push_back(balance);
  }
  void on_snapshot_begin(SnapshotKind kind, std::uint64_t, Timestamp) noexcept override {
    begun.push_back(kind);
  }
  void on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                       Timestamp) noexcept override {
    ended.push_back({kind, request, complete});
  }
  void on_account_connection(ConnectionState state, Timestamp) noexcept override {
    connection.push_back(state);
  }
  void on_account_alive(Timestamp now) noexcept override { alive = now; }
  void on_venue_clock(Nanos offset, Timestamp) noexcept override { clock = offset; }
  void on_cancel_all_after(bool accepted, Timestamp, Timestamp) noexcept override {
    dead_man.push_back(accepted);
  }
  void on_algo_report(const AlgoReport& report) noexcept override { algos.push_back(report); }
  void on_cash(const CashReport& report) noexcept override { cash.push_back(report); }
  void on_fill_hint(const FillHint& hint) noexcept override { hints.push_back(hint); }
  void on_liquidation_warning(const LiquidationWarning& warning) noexcept override {
    warnings.push_back(warning);
  }
  bool may_send_again(ExecutionReport::Request, ClientOrderId, InstrumentId, std::uint64_t,
                      Timestamp) noexcept override {
    return sends_again;
  }
  void on_problem(ProblemKind kind, std::int32_t code, std::string_view text) noexcept override {
    problems.push_back({kind, code, std::string(text), {}});
  }
  void on_bad_frame(ProblemKind kind, std::int32_t code, std::string_view text,
                    std::string_view excerpt) noexcept override {
    problems.push_back({kind, code, std::string(text), std::string(excerpt)});
  }

  struct Ended {
    SnapshotKind kind;
    std::uint64_t request;
    bool complete;
  };
  struct Problem {
    ProblemKind kind;
    std::int32_t code;
    std::string text;
    std::string excerpt;
  };
  std::size_t count(ExecutionReport::Kind kind) const {
    std::size_t n = 0;
    for (const ExecutionReport& report : reports) n += report.kind == kind ? 1u : 0u;
    return n;
  }
  bool has_problem(ProblemKind kind) const {
    for (const Problem& problem : problems) {
      if (problem.kind == kind) return true;
    }
    return false;
  }

  bool sends_again = true;  ///< what the engine answers when it is asked
  std::vector<ExecutionReport> reports;
  std::vector<FillReport> fills;
  std::vector<PositionReport> positions;
  std::vector<bool> positions_from_snapshot;
  std::vector<BalanceReport> balances;
  std::vector<AlgoReport> algos;
  std::vector<CashReport> cash;
  std::vector<FillHint> hints;
  std::vector<LiquidationWarning> warnings;
  std::vector<SnapshotKind> begun;
  std::vector<Ended> ended;
  std::vector<ConnectionState> connection;
  std::vector<bool> dead_man;
  std::vector<Problem> problems;
  std::optional<Nanos> clock;
  Timestamp alive;
};

class FakeSocket final : public SocketOutput {
 public:
  bool send_text(std::string_view text) noexcept override {
    if (refuse) return false;
    sent.emplace_back(text);
    return true;
  }
  void reconnect(std::string_view why) noexcept override { reconnects.emplace_back(why); }

  bool refuse = false;
  std::vector<std::string> sent;
  std::vector<std::string> reconnects;
};

class FakeRest final : public RestOutput {
 public:
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    if (refuse) return false;
    sent.emplace_back(id, std::move(request));
    return true;
  }
  bool refuse = false;
  std::vector<std::pair<std::uint64_t, HttpRequest>> sent;
};

/// Both sessions and the venue port over fakes.
struct AccountSide {
  AccountSide(OrderSessionSettings order_settings = {}, RestSessionSettings rest_settings = {}) {
    swap = instruments.add(make_instrument("BTC-USDT-SWAP", InstrumentKind::Swap, 3, 2, currencies,
                                           "BTC", "USDT", "USDT"));
    spot = instruments.add(
        make_instrument("BTC-USDT", InstrumentKind::Spot, 3, 8, currencies, "BTC", "USDT", "USDT"));
    terms.set(swap, make_order_terms(instruments[swap], 10458, false));
    terms.set(spot, make_order_terms(instruments[spot], 7, false));
    orders = std::make_unique<OrderSession>(signer, context, heard, heard, order_settings);
    rest = std::make_unique<RestSession>(RestIdentity{&signer, false}, context, terms, heard, heard,
                                         http, rest_settings);
    venue = std::make_unique<AccountVenue>(*orders, *rest, context, terms, heard);
  }

  void say(std::string_view text) {
    const Text padded(text);
    orders->on_text(padded.view(), now);
  }
  void pass(Nanos time) {
    now = now + time;
    orders->on_timer(now);
    venue->on_timer(now);
  }
  void answer(std::uint64_t id, int status, std::string body) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    rest->on_response(id, response, now);
  }
  /// Open, logged in, every subscription acknowledged.
  void connect() {
    orders->on_open(socket, now);
    say(R"({"event":"login","code":"0","msg":"","connId":"c0"})");
    acknowledge("orders");
    acknowledge("account");
    acknowledge("positions");
    acknowledge("balance_and_position");
    acknowledge("liquidation-warning");
  }
  void acknowledge(std::string_view channel) {
    say(R"({"event":"subscribe","arg":{"channel":")" + std::string(channel) +
        R"("},"connId":"c0"})");
  }

  PlaceRequest place_request(std::uint64_t client_id) const {
    PlaceRequest request;
    request.client_id = {client_id};
    request.instrument = swap;
    request.side = Side::Buy;
    request.post_only = true;
    request.price = {61'250'100};
    request.quantity = {5};
    request.expire_time = from_unix_millis(1'795'430'400'900);
    return request;
  }
  CancelRequest cancel_request(std::uint64_t client_id, std::uint64_t venue_id = 0) const {
    return {{client_id}, {venue_id}, swap};
  }

  Timestamp now = kStart;
  CurrencyTable currencies;
  InstrumentTable instruments;
  OrderTermsTable terms;
  InstrumentId swap;
  InstrumentId spot;
  Signer signer{test_credentials()};
  AccountContext context{instruments, currencies, AccountId{0}, OrderTag("mm1")};
  Heard heard;
  FakeSocket socket;
  FakeRest http;
  std::unique_ptr<OrderSession> orders;
  std::unique_ptr<RestSession> rest;
  std::unique_ptr<AccountVenue> venue;
};

/// The body of one row of an orders push, after the documented shape; later keys win, so `changes`
/// may name any field again.
inline std::string order_push(std::string_view changes) {
  return R"({"arg":{"channel":"orders","instType":"ANY","uid":"1"},"data":[{"instType":"SWAP",)"
         R"("instId":"BTC-USDT-SWAP","ordId":"3811122233344455566","clOrdId":"900000000017",)"
         R"("tag":"mm1","state":"live","side":"buy","posSide":"net","tdMode":"cross",)"
         R"("ordType":"post_only","px":"61250.1","sz":"0.05","accFillSz":"0","fillSz":"0",)"
         R"("fillPx":"","tradeId":"","avgPx":"0","execType":"","fee":"0","feeCcy":"USDT",)"
         R"("fillFee":"0","fillFeeCcy":"","amendResult":"","reqId":"","cancelSource":"",)"
         R"("attachAlgoOrds":[],"linkedAlgoOrd":{"algoId":""},"code":"0","msg":"",)"
         R"("category":"normal","reduceOnly":"false","cTime":"1795430400412",)"
         R"("uTime":"1795430400413")" +
         std::string(changes) + "}]}";
}

}  // namespace gannet::okx::testing
