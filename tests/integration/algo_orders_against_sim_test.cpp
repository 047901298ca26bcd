#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/algo_session.h"
#include "sim/okx_server/protocol/server.h"
#include "support/engine_bench.h"
#include "tests/unit/okx_protocol/account_side.h"

// The engine, both sides of the wire and the simulated venue in one process on virtual time: algo
// orders go out by REST, come back by two sockets, and what they put in ends in the position that
// the venue itself holds, wherever the wire is cut.

namespace gannet {
namespace {

using AlgoEvent = engine::OrderEventKind;
using okx::testing::Text;

enum class AlgoCut { Nothing, Orders, Algos, Both };

/// One socket: frames arrive after the call that made them, as on a wire.
struct AlgoWire final : okx::SocketOutput {
  bool send_text(std::string_view text) noexcept override {
    to_server.emplace_back(text);
    return true;
  }
  void reconnect(std::string_view) noexcept override { closing = true; }

  const char* path = "";
  okx::SocketSession* session = nullptr;
  okx_server::ConnectionId id = 0;
  bool up = false;
  bool closing = false;
  std::deque<std::string> to_client;
  std::deque<std::string> to_server;
};

struct AlgoWorld final : okx_server::ServerOutput, okx::RestOutput, VenuePort, AlgoPort {
  static constexpr std::uint64_t kAlgoBit = std::uint64_t{1} << 61;
  struct AlgoRequests final : okx::RestOutput {
    explicit AlgoRequests(AlgoWorld& given) : world(given) {}
    bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
      return world.send_request(kAlgoBit | id, std::move(request));
    }
    AlgoWorld& world;
  };

  AlgoWorld() {
    swap = instruments.add(okx::testing::make_instrument("BTC-USDT-SWAP", InstrumentKind::Swap, 3,
                                                         2, currencies, "BTC", "USDT", "USDT"));
    instruments[swap].minimum_quantity = {1};
    instruments[swap].maximum_limit_quantity = {100'000'000};
    instruments[swap].contract_value = {1, 2};
    instruments[swap].state = InstrumentState::Live;
    okx_server::Settings settings = okx_server::make_default_settings(7, instruments, currencies);
    settings.limits = okx_server::no_limits();
    const okx_server::Credentials key = settings.keys.front().credentials;
    signer = std::make_unique<okx::Signer>(
        okx::Credentials{Secret(key.key), Secret(key.secret), Secret(key.passphrase)});
    terms.set(swap, okx::make_order_terms(instruments[swap], settings.instruments[0].code, false));
    server = std::make_unique<okx_server::Server>(std::move(settings), instruments, currencies,
                                                  *this, now);
    server->exchange().set_reference_prices(swap, {61'250'000}, {61'250'000}, now);

    const std::vector<std::string> names{"s0"};
    auto limits = risk::LimitTable::build({}, instruments, currencies, names);
    static_cast<void>(limits->permit(StrategyId{0}, instruments[swap]));
    const auto ids = engine::ClientOrderIds::start(1, 1'790'000'000, 0);
    engine::TradingCoreSettings core_settings;
    core_settings.dollar_currencies = {currencies.find("USDT")};
    core = std::make_unique<engine::TradingCore>(
        engine::CoreLinks{instruments, currencies, journal, *this, nullptr, ears, ears, ears, this},
        core_settings, risk::Settings{}, std::move(*limits), 1, *ids);
    core->add_book(swap, BookFeed::BestBidOffer);
    orders = std::make_unique<okx::OrderSession>(*signer, context, *core, heard,
                                                 okx::OrderSessionSettings{});
    algos = std::make_unique<okx::AlgoSession>(*signer, context, *core, heard,
                                               okx::AccountSessionSettings{});
    const okx::RestIdentity identity{signer.get(), false};
    rest = std::make_unique<okx::RestSession>(identity, context, terms, *core, heard, *this,
                                              okx::RestSessionSettings{});
    algo_rest = std::make_unique<okx::AlgoRest>(identity, context, terms, *core, heard,
                                                algo_requests, okx::AlgoRestSettings{});
    venue = std::make_unique<okx::AccountVenue>(*orders, *rest, context, terms, *core);
    order_wire.path = "/ws/v5/private";
    order_wire.session = orders.get();
    algo_wire.path = "/ws/v5/business";
    algo_wire.session = algos.get();
    core->start(now);
    core->on_market_connection(ConnectionState::Ready, now);
    connect(order_wire);
    connect(algo_wire);
    pass(seconds(3));
  }

  void connect(AlgoWire& wire) {
    wire.id = ++connections;
    wire.up = true;
    ASSERT_EQ(server->on_upgrade(wire.path, "127.0.0.1:1", now), 0);
    server->on_open(wire.id, wire.path, "127.0.0.1:1", now);
    wire.session->on_open(wire, now);
    deliver();
  }
  void cut(AlgoWire& wire) {
    wire.up = false;
    wire.to_client.clear();
    wire.to_server.clear();
    server->on_closed(wire.id, now);
    wire.session->on_closed(now);
  }

  // okx_server::ServerOutput
  void send_text(okx_server::ConnectionId id, std::string_view text) noexcept override {
    for (AlgoWire* wire : {&order_wire, &algo_wire}) {
      if (wire->up && wire->id == id) wire->to_client.emplace_back(text);
    }
  }
  void close(okx_server::ConnectionId id, std::uint16_t, std::string_view) noexcept override {
    for (AlgoWire* wire : {&order_wire, &algo_wire}) wire->closing |= wire->id == id;
  }
  // okx::RestOutput
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    requests.emplace_back(id, std::move(request));
    return true;
  }
  // VenuePort, AlgoPort
  SendResult place(const PlaceRequest& request, Timestamp at) noexcept override {
    return venue->place(request, at);
  }
  SendResult amend(const AmendRequest& request, Timestamp at) noexcept override {
    return venue->amend(request, at);
  }
  SendResult cancel(const CancelRequest& request, Timestamp at) noexcept override {
    return venue->cancel(request, at);
  }
  SendResult place_batch(std::span<const PlaceRequest> batch, Timestamp at) noexcept override {
    return venue->place_batch(batch, at);
  }
  SendResult amend_batch(std::span<const AmendRequest> batch, Timestamp at) noexcept override {
    return venue->amend_batch(batch, at);
  }
  SendResult cancel_batch(std::span<const CancelRequest> batch, Timestamp at) noexcept override {
    return venue->cancel_batch(batch, at);
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp at) noexcept override {
    return venue->query_order(instrument, client_id, venue_id, at);
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp at) noexcept override {
    if (kind == SnapshotKind::AlgoOrders) return algo_rest->request_list(request, at);
    return venue->request_snapshot(kind, request, since, at);
  }
  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp at) noexcept override {
    return algo_rest->place_algo(request, at);
  }
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp at) noexcept override {
    return algo_rest->amend_algo(request, at);
  }
  SendResult cancel_algos(std::span<const AlgoCancelRequest> batch,
                          Timestamp at) noexcept override {
    return algo_rest->cancel_algos(batch, at);
  }
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp at) noexcept override {
    return algo_rest->query_algo(instrument, kind, client_id, venue_id, at);
  }

  void deliver() {
    for (bool busy = true; busy;) {
      busy = false;
      for (AlgoWire* wire : {&order_wire, &algo_wire}) {
        if (!wire->to_server.empty()) {
          const std::string text = std::exchange(wire->to_server.front(), {});
          wire->to_server.pop_front();
          if (wire->up) server->on_text(wire->id, text, now);
          busy = true;
        }
        if (!wire->to_client.empty()) {
          const Text text(wire->to_client.front());
          wire->to_client.pop_front();
          wire->session->on_text(text.view(), now);
          busy = true;
        }
        if (std::exchange(wire->closing, false)) cut(*wire);
      }
      if (requests.empty()) continue;
      busy = true;
      auto [id, request] = std::move(requests.front());
      requests.pop_front();
      const HttpResponse response = server->on_http(request, "127.0.0.1:2", now);
      if ((id & kAlgoBit) != 0) {
        algo_rest->on_response(id & ~kAlgoBit, response, now);
      } else {
        rest->on_response(id, response, now);
      }
    }
  }
  void pass(Nanos time) {
    const Timestamp end = now + time;
    while (now < end) {
      now = now + milliseconds(10);
      server->on_timer(now);
      order_wire.session->on_timer(now);
      algo_wire.session->on_timer(now);
      venue->on_timer(now);
      algo_rest->on_timer(now);
      core->on_market_alive(now);
      show_book();
      core->on_timer(now);
      deliver();
    }
  }
  void show_book() {
    const Level bid{61'240'000, 10, 1, 0};
    const Level ask{61'260'000, 10, 1, 0};
    BookUpdate update;
    update.instrument = swap;
    update.feed = BookFeed::BestBidOffer;
    update.bids = {&bid, 1};
    update.asks = {&ask, 1};
    update.exchange_time = update.receive_time = now;
    core->on_book_update(update);
  }
  /// An order of the market itself.
  void market(Side side, std::int64_t price, std::int64_t quantity) {
    sim::NewOrder order;
    order.instrument = swap;
    order.side = side;
    order.price = {price};
    order.quantity = {quantity};
    server->exchange().place(order, now);
    deliver();
  }
  Handle command(engine::LaneCommand& command) {
    command.strategy = StrategyId{0};
    core->on_lane_command(command, now);
    return {last_handle};
  }
  Handle buy(std::int64_t quantity, std::int64_t price) {
    engine::LaneCommand wish;
    wish.place.strategy = StrategyId{0};
    wish.place.handle = {++last_handle};
    wish.place.instrument = swap;
    wish.place.price = {price};
    wish.place.quantity = {quantity};
    return command(wish);
  }
  Handle algo(const AlgoTerms& asked) {
    engine::LaneCommand wish;
    wish.kind = engine::LaneCommand::Kind::PlaceAlgo;
    wish.algo = AlgoIntent{StrategyId{0}, Handle{++last_handle}, 0, swap, asked, now};
    return command(wish);
  }
  std::int64_t held() const {
    return core->positions().of_strategy(StrategyId{0}, swap).quantity().raw;
  }
  /// Text of the first member `name` behind `after` in what really is.
  std::string truth(std::string_view after, std::string_view name) {
    HttpRequest request;
    request.method = "GET";
    request.target = "/sim/v1/truth";
    const std::string body = server->on_http(request, "127.0.0.1:3", now).body;
    const std::size_t list = body.find(after);
    const std::string key = "\"" + std::string(name) + "\":\"";
    const std::size_t at = list == std::string::npos ? list : body.find(key, list);
    if (at == std::string::npos) return "";
    return body.substr(at + key.size(), body.find('"', at + key.size()) - at - key.size());
  }
  /// A long position of 5, bought at the market.
  void open_position() {
    market(Side::Sell, 61'250'000, 100);
    buy(5, 61'260'000);
    pass(milliseconds(100));
    ASSERT_EQ(held(), 5);
  }
  static AlgoTerms stop_at(std::int64_t trigger) {
    AlgoTerms asked;
    asked.reduce_only = true;
    asked.quantity = {5};
    asked.stop_trigger = {trigger};
    return asked;
  }
  /// Trades at `price`, with buyers behind it.
  void fall_to(std::int64_t price) {
    market(Side::Buy, price, 50);
    market(Side::Sell, price, 1);
    pass(milliseconds(50));
  }

  Timestamp now = okx::testing::kStart;
  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId swap;
  okx::OrderTermsTable terms;
  okx::AccountContext context{instruments, currencies, AccountId{0}, okx::OrderTag("mm1")};
  okx::testing::Heard heard;  // problems
  test::EngineEars ears;
  engine::MemoryJournal journal;
  AlgoRequests algo_requests{*this};
  std::unique_ptr<okx::Signer> signer;
  std::unique_ptr<okx_server::Server> server;
  std::unique_ptr<engine::TradingCore> core;
  std::unique_ptr<okx::OrderSession> orders;
  std::unique_ptr<okx::AlgoSession> algos;
  std::unique_ptr<okx::RestSession> rest;
  std::unique_ptr<okx::AlgoRest> algo_rest;
  std::unique_ptr<okx::AccountVenue> venue;
  AlgoWire order_wire;
  AlgoWire algo_wire;
  okx_server::ConnectionId connections = 0;
  std::deque<std::pair<std::uint64_t, HttpRequest>> requests;
  std::uint64_t last_handle = 0;
};

class AlgoAgainstSim : public ::testing::TestWithParam<AlgoCut> {};

TEST_P(AlgoAgainstSim, AStopThatTriggersEndsInThePositionThatTheVenueHolds) {
  AlgoWorld world;
  ASSERT_EQ(world.core->state(), engine::EngineState::Ready);
  ASSERT_TRUE(world.algos->ready());
  world.open_position();
  const Handle handle = world.algo(AlgoWorld::stop_at(61'000'000));
  world.pass(milliseconds(100));
  ASSERT_EQ(world.ears.last(handle), AlgoEvent::Live);
  EXPECT_EQ(world.truth("algo_orders", "state"), "live");

  const AlgoCut cut = GetParam();
  if (cut == AlgoCut::Orders || cut == AlgoCut::Both) world.cut(world.order_wire);
  if (cut == AlgoCut::Algos || cut == AlgoCut::Both) world.cut(world.algo_wire);
  world.fall_to(60'990'000);
  EXPECT_EQ(world.truth("algo_orders", "state"), "effective");
  world.pass(milliseconds(500));
  if (!world.order_wire.up) world.connect(world.order_wire);
  if (!world.algo_wire.up) world.connect(world.algo_wire);
  if (world.algos->ready()) world.core->request_round();
  world.pass(seconds(8));

  EXPECT_EQ(world.ears.last(handle), AlgoEvent::Filled);
  EXPECT_TRUE(world.ears.heard(handle, AlgoEvent::Triggered));
  EXPECT_EQ(world.held(), 0);
  EXPECT_NE(world.truth("\"positions\":[{", "pos"), "0.05");
  ASSERT_EQ(world.ears.fill_events.size(), 2u);
  EXPECT_EQ(world.ears.fill_events.back().handle, handle);
  EXPECT_EQ(world.core->state(), engine::EngineState::Ready);
  EXPECT_FALSE(world.core->is_held(world.swap));
  EXPECT_EQ(world.core->status().open_orders, 0u);
  EXPECT_EQ(world.core->status().foreign_orders, 0u);
  EXPECT_EQ(world.algo_rest->counters().malformed_rows, 0u);
  EXPECT_EQ(world.algos->counters().malformed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Cuts, AlgoAgainstSim,
                         ::testing::Values(AlgoCut::Nothing, AlgoCut::Orders, AlgoCut::Algos,
                                           AlgoCut::Both));

TEST(AlgoAgainstSimAlone, EveryKindIsTakenAmendedAndCancelled) {
  AlgoWorld world;
  world.open_position();
  std::vector<AlgoTerms> kinds(7, AlgoWorld::stop_at(61'000'000));
  kinds[1].kind = AlgoKind::OneCancelsOther;
  kinds[1].trigger = {61'600'000};
  for (std::size_t i = 2; i < kinds.size(); ++i) {
    kinds[i].stop_trigger = {};
    kinds[i].kind = static_cast<AlgoKind>(i);
  }
  kinds[2].trigger = {61'000'000};
  kinds[2].limit = {60'990'000};
  kinds[3].distance_ppm = 10'000;
  kinds[4].slice = {1};
  kinds[4].slices = 2;
  kinds[4].limit = {62'000'000};
  kinds[5].slice = {1};
  kinds[5].interval = seconds(30);
  kinds[5].distance = {100'000};
  kinds[5].limit = {62'000'000};
  kinds[6].distance = {1'000'000};
  for (const AlgoTerms& kind : kinds) {
    const Handle handle = world.algo(kind);
    world.pass(milliseconds(100));
    // A chase puts its order in at once, and may be heard of by that alone.
    ASSERT_TRUE(world.ears.heard(handle, AlgoEvent::Live) ||
                world.ears.heard(handle, AlgoEvent::Triggered))
        << static_cast<int>(kind.kind);
    if (is_amendable(kind.kind)) {
      engine::LaneCommand wish;
      wish.kind = engine::LaneCommand::Kind::Amend;
      wish.amend = {};
      wish.amend.strategy = StrategyId{0};
      wish.amend.handle = handle;
      wish.amend.new_price = Price{60'900'000};
      wish.amend.new_quantity = Quantity{4};
      world.command(wish);
      world.pass(milliseconds(100));
      EXPECT_TRUE(world.ears.heard(handle, AlgoEvent::Amended)) << static_cast<int>(kind.kind);
    }
    engine::LaneCommand cancel;
    cancel.kind = engine::LaneCommand::Kind::Cancel;
    cancel.cancel = {StrategyId{0}, handle, world.now};
    world.command(cancel);
    world.pass(milliseconds(200));
    EXPECT_EQ(world.ears.last(handle), AlgoEvent::Cancelled) << static_cast<int>(kind.kind);
  }
  EXPECT_EQ(world.core->status().open_orders, 0u);
  EXPECT_EQ(world.held(), 5);
}

TEST(AlgoAgainstSimAlone, ExitsThatCameWithAnOrderEndItsPosition) {
  AlgoWorld world;
  world.market(Side::Sell, 61'250'000, 100);
  engine::LaneCommand wish;
  wish.place.strategy = StrategyId{0};
  wish.place.handle = {++world.last_handle};
  wish.place.instrument = world.swap;
  wish.place.price = {61'260'000};
  wish.place.quantity = {5};
  wish.place.exits.stop = {61'000'000};
  wish.place.exits.take_profit = {62'000'000};
  const Handle entry = world.command(wish);
  const Handle exits = exits_handle(entry);
  ++world.last_handle;
  world.pass(seconds(1));
  ASSERT_EQ(world.ears.last(entry), AlgoEvent::Filled);
  ASSERT_EQ(world.ears.last(exits), AlgoEvent::Live);
  EXPECT_EQ(world.held(), 5);
  world.fall_to(60'990'000);
  world.pass(seconds(1));
  EXPECT_EQ(world.ears.last(exits), AlgoEvent::Filled);
  EXPECT_EQ(world.held(), 0);
  EXPECT_EQ(world.core->status().open_orders, 0u);
  world.pass(seconds(35));
  EXPECT_FALSE(world.core->is_held(world.swap));
}

TEST(AlgoAgainstSimAlone, KillIsFlatByTheVenuesAlgoListToo) {
  AlgoWorld world;
  world.open_position();
  const Handle exit = world.algo(AlgoWorld::stop_at(61'000'000));
  AlgoTerms entry = AlgoWorld::stop_at(0);
  entry.kind = AlgoKind::Trigger;
  entry.reduce_only = false;
  entry.side = Side::Buy;
  entry.trigger = {61'900'000};
  const Handle wish = world.algo(entry);
  world.pass(milliseconds(200));
  world.core->kill("a test", "somebody", world.now);
  EXPECT_FALSE(world.core->status().flat_confirmed);
  world.pass(seconds(4));
  EXPECT_EQ(world.ears.last(wish), AlgoEvent::Cancelled);
  EXPECT_EQ(world.ears.last(exit), AlgoEvent::Live);
  EXPECT_TRUE(world.core->status().flat_confirmed);
  EXPECT_EQ(world.core->status().kept_orders, 1u);
  // The exit does its work while everything else is stopped.
  world.fall_to(60'990'000);
  world.pass(seconds(1));
  EXPECT_EQ(world.held(), 0);
  EXPECT_EQ(world.ears.last(exit), AlgoEvent::Filled);
}

// Fault 24: what a triggered order may meet; the engine ends where the venue is.
struct AlgoFault {
  const char* name;
  const char* faults;
  AlgoEvent end;
  const char* left;  ///< position at the venue
};

class AlgoFaultsAgainstSim : public ::testing::TestWithParam<AlgoFault> {};

TEST_P(AlgoFaultsAgainstSim, AStopEndsReconciled) {
  AlgoWorld world;
  world.open_position();
  const Handle handle = world.algo(AlgoWorld::stop_at(61'000'000));
  world.pass(milliseconds(100));
  ASSERT_EQ(world.ears.last(handle), AlgoEvent::Live);
  const auto ordered = world.server->order_faults(GetParam().faults, world.now);
  ASSERT_TRUE(ordered) << ordered.error();
  world.core->request_round();
  world.pass(seconds(2));
  world.fall_to(60'990'000);
  world.pass(seconds(90));
  EXPECT_EQ(world.ears.last(handle), GetParam().end);
  EXPECT_EQ(std::to_string(world.held()), GetParam().left);
  EXPECT_EQ(world.core->status().open_orders, 0u);
  EXPECT_EQ(world.core->status().unknown_orders, 0u);
  EXPECT_EQ(world.core->status().held_instruments, 0u);
  EXPECT_EQ(world.core->state(), engine::EngineState::Ready);
  std::int64_t at_the_venue = 0;
  for (const auto& position : world.server->exchange().positions(1))
    at_the_venue += position.quantity.raw;
  EXPECT_EQ(at_the_venue, world.held());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AlgoFaultsAgainstSim,
    ::testing::Values(
        AlgoFault{"ChildRefused", R"({"algo_refused":{}})", AlgoEvent::Rejected, "5"},
        AlgoFault{"ChildUnnamed", R"({"algo_unnamed":{}})", AlgoEvent::Filled, "0"},
        AlgoFault{"ListEmpty",
                  R"({"empty_list":{"path":"/api/v5/trade/orders-algo-pending","count":14}})",
                  AlgoEvent::Filled, "0"},
        AlgoFault{"RowMissing",
                  R"({"missing_row":{"path":"/api/v5/trade/orders-algo-pending","count":14}})",
                  AlgoEvent::Filled, "0"},
        AlgoFault{
            "PushesLost",
            R"({"faults":[{"drop_push":{"channel":"orders-algo","count":4}},{"drop_push":{"channel":"orders","count":3}}]})",
            AlgoEvent::Filled, "0"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace gannet
