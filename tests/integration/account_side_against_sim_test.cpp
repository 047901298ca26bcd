#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "sim/okx_server/protocol/server.h"
#include "tests/unit/okx_protocol/account_side.h"

// Both protocols of the wire in one process on virtual time: what our account side says, the
// simulated venue understands, and the other way round. Neither includes the other.

namespace gannet {
namespace {

using okx::testing::Heard;
using Kind = ExecutionReport::Kind;

/// Frames and answers arrive after the call that made them, as on a wire.
struct Joined final : okx_server::ServerOutput, okx::SocketOutput, okx::RestOutput {
  Joined() {
    swap = instruments.add(okx::testing::make_instrument("BTC-USDT-SWAP", InstrumentKind::Swap, 3,
                                                         2, currencies, "BTC", "USDT", "USDT"));
    instruments[swap].minimum_quantity = {1};
    instruments[swap].maximum_limit_quantity = {100'000'000};
    instruments[swap].contract_value = {1, 2};
    okx_server::Settings settings = okx_server::make_default_settings(7, instruments, currencies);
    settings.limits = okx_server::no_limits();
    settings.on_refusal = [this](std::string_view where, std::string_view code,
                                 std::string_view why) {
      refusals.push_back(std::string(where) + " " + std::string(code) + " " + std::string(why));
    };
    const okx_server::Credentials key = settings.keys.front().credentials;
    signer = std::make_unique<okx::Signer>(
        okx::Credentials{Secret(key.key), Secret(key.secret), Secret(key.passphrase)});
    terms.set(swap, okx::make_order_terms(instruments[swap], settings.instruments[0].code, false));
    server = std::make_unique<okx_server::Server>(std::move(settings), instruments, currencies,
                                                  *this, now);
    server->exchange().set_reference_prices(swap, {61'250'000}, {61'250'000}, now);
    orders = std::make_unique<okx::OrderSession>(*signer, context, heard, heard,
                                                 okx::OrderSessionSettings{});
    rest =
        std::make_unique<okx::RestSession>(okx::RestIdentity{signer.get(), false}, context, terms,
                                           heard, heard, *this, okx::RestSessionSettings{});
    venue = std::make_unique<okx::AccountVenue>(*orders, *rest, context, terms, heard);
  }

  void connect() {
    ++connection;
    up = true;
    ASSERT_EQ(server->on_upgrade("/ws/v5/private", "127.0.0.1:1", now), 0);
    server->on_open(connection, "/ws/v5/private", "127.0.0.1:1", now);
    orders->on_open(*this, now);
    deliver();
  }
  void cut() {
    if (!up) return;
    up = false;
    to_client.clear();
    to_server.clear();
    server->on_closed(connection, now);
    orders->on_closed(now);
  }

  void send_text(okx_server::ConnectionId id, std::string_view text) noexcept override {
    if (up && id == connection) to_client.emplace_back(text);
  }
  void close(okx_server::ConnectionId id, std::uint16_t, std::string_view) noexcept override {
    if (id == connection) closing = true;
  }
  bool send_text(std::string_view text) noexcept override {
    to_server.emplace_back(text);
    return true;
  }
  void reconnect(std::string_view why) noexcept override {
    closing = true;
    reconnects.emplace_back(why);
  }
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    requests.emplace_back(id, std::move(request));
    return true;
  }

  void deliver() {
    while (!to_client.empty() || !to_server.empty() || !requests.empty()) {
      if (!to_server.empty()) {
        const std::string text = std::exchange(to_server.front(), {});
        to_server.pop_front();
        if (up) server->on_text(connection, text, now);
      }
      if (!requests.empty()) {
        auto [id, request] = std::move(requests.front());
        requests.pop_front();
        const HttpResponse response = server->on_http(request, "127.0.0.1:2", now);
        rest->on_response(id, response, now);
      }
      if (!to_client.empty()) {
        const okx::testing::Text text(to_client.front());
        to_client.pop_front();
        orders->on_text(text.view(), now);
      }
      if (closing) {
        closing = false;
        cut();
      }
    }
  }
  void pass(Nanos time) {
    const Timestamp end = now + time;
    while (now < end) {
      now = now + milliseconds(10);
      server->on_timer(now);
      orders->on_timer(now);
      venue->on_timer(now);
      deliver();
    }
  }

  PlaceRequest order(std::uint64_t id, Side side, std::int64_t price, std::int64_t quantity) {
    PlaceRequest request;
    request.client_id = {id};
    request.instrument = swap;
    request.side = side;
    request.price = {price};
    request.quantity = {quantity};
    request.expire_time = now + seconds(1);
    return request;
  }
  /// An order of the market itself.
  void market(Side side, std::int64_t price, std::int64_t quantity) {
    sim::NewOrder taker;
    taker.instrument = swap;
    taker.side = side;
    taker.price = {price};
    taker.quantity = {quantity};
    server->exchange().place(taker, now);
    pass(milliseconds(20));
  }

  Timestamp now = okx::testing::kStart;
  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId swap;
  okx::OrderTermsTable terms;
  okx::AccountContext context{instruments, currencies, AccountId{0}, okx::OrderTag("mm1")};
  Heard heard;
  std::unique_ptr<okx::Signer> signer;
  std::unique_ptr<okx_server::Server> server;
  std::unique_ptr<okx::OrderSession> orders;
  std::unique_ptr<okx::RestSession> rest;
  std::unique_ptr<okx::AccountVenue> venue;
  okx_server::ConnectionId connection = 0;
  bool up = false;
  bool closing = false;
  std::deque<std::string> to_client;
  std::deque<std::string> to_server;
  std::deque<std::pair<std::uint64_t, HttpRequest>> requests;
  std::vector<std::string> refusals;
  std::vector<std::string> reconnects;
};

TEST(AccountSideAgainstSim, AnOrdersLifeIsUnderstoodOnBothSides) {
  Joined joined;
  joined.connect();
  ASSERT_TRUE(joined.orders->ready());
  Heard& heard = joined.heard;

  ASSERT_EQ(joined.venue->place(joined.order(17, Side::Buy, 61'200'000, 5), joined.now),
            SendResult::Sent);
  joined.pass(milliseconds(20));
  ASSERT_EQ(heard.reports.size(), 2u);
  EXPECT_EQ(heard.count(Kind::PlaceAccepted), 1u);
  const ExecutionReport live = heard.reports.back();
  EXPECT_EQ(live.state, OrderState::Live);
  EXPECT_EQ(live.client_id.value, 17u);
  EXPECT_TRUE(live.own_tag);

  joined.market(Side::Sell, 61'200'000, 2);
  const ExecutionReport filled = heard.reports.back();
  EXPECT_EQ(filled.state, OrderState::PartiallyFilled);
  ASSERT_TRUE(filled.has_fill);
  EXPECT_EQ(filled.fill.quantity.raw, 2);
  EXPECT_TRUE(filled.fill.maker);
  EXPECT_GT(filled.fill.fee.raw, 0);

  AmendRequest amend;
  amend.client_id = {17};
  amend.venue_id = filled.venue_id;
  amend.instrument = joined.swap;
  amend.amend_id = 99;
  amend.new_price = Price{61'100'000};
  amend.expire_time = joined.now + seconds(1);
  ASSERT_EQ(joined.venue->amend(amend, joined.now), SendResult::Sent);
  joined.pass(milliseconds(20));
  EXPECT_EQ(heard.count(Kind::AmendAccepted), 1u);
  EXPECT_EQ(heard.reports.back().price.raw, 61'100'000);
  EXPECT_EQ(heard.reports.back().amend_id, 99u);

  ASSERT_EQ(joined.venue->cancel({{17}, {}, joined.swap}, joined.now), SendResult::Sent);
  joined.pass(milliseconds(20));
  EXPECT_EQ(heard.count(Kind::CancelAccepted), 1u);
  EXPECT_EQ(heard.reports.back().state, OrderState::Cancelled);
  EXPECT_EQ(heard.reports.back().reason, VenueReason::UserCancel);
  EXPECT_EQ(heard.reports.back().cumulative_quantity.raw, 2);

  joined.pass(milliseconds(200));
  ASSERT_FALSE(heard.positions.empty());
  EXPECT_EQ(heard.positions.back().quantity.raw, 2);
  EXPECT_FALSE(heard.balances.empty());
  EXPECT_TRUE(joined.refusals.empty()) << joined.refusals.front();
  EXPECT_EQ(joined.orders->counters().malformed, 0u);
}

TEST(AccountSideAgainstSim, RestTellsTheSameStory) {
  Joined joined;
  joined.connect();
  Heard& heard = joined.heard;
  for (std::uint64_t i = 1; i <= 230; ++i) {
    ASSERT_EQ(joined.venue->place(
                  joined.order(i, Side::Buy, 61'000'000 - static_cast<std::int64_t>(i) * 100, 1),
                  joined.now),
              SendResult::Sent);
    joined.pass(milliseconds(10));
  }
  joined.market(Side::Sell, 60'999'800, 2);  // fills the best two
  heard = {};
  for (const SnapshotKind kind : {SnapshotKind::OpenOrders, SnapshotKind::Fills,
                                  SnapshotKind::Positions, SnapshotKind::Balances}) {
    ASSERT_TRUE(joined.venue->request_snapshot(kind, 1, {}, joined.now));
  }
  ASSERT_TRUE(joined.venue->query_order(joined.swap, {1}, {}, joined.now));
  ASSERT_TRUE(joined.venue->query_order(joined.swap, {999}, {}, joined.now));
  joined.pass(milliseconds(200));
  ASSERT_EQ(heard.ended.size(), 4u);
  for (const Heard::Ended& end : heard.ended) EXPECT_TRUE(end.complete);
  EXPECT_EQ(heard.fills.size(), 2u);
  ASSERT_EQ(heard.positions.size(), 1u);
  EXPECT_EQ(heard.positions[0].quantity.raw, 2);
  EXPECT_FALSE(heard.balances.empty());
  EXPECT_EQ(heard.count(Kind::Status), 228u + 1u);
  EXPECT_EQ(heard.count(Kind::NotFound), 1u);
  ASSERT_TRUE(joined.venue->set_cancel_all_after(10, joined.now));
  joined.pass(milliseconds(50));
  EXPECT_EQ(heard.dead_man, std::vector{true});
  joined.pass(seconds(15));  // not refreshed: the venue cancels
  ASSERT_TRUE(joined.venue->request_snapshot(SnapshotKind::OpenOrders, 2, {}, joined.now));
  heard.reports.clear();
  joined.pass(milliseconds(50));
  EXPECT_EQ(heard.count(Kind::Status), 0u);
  EXPECT_EQ(joined.rest->counters().malformed_rows, 0u);
}

TEST(AccountSideAgainstSim, WhileTheSocketIsDownOrdersGoByRest) {
  Joined joined;
  ASSERT_EQ(joined.venue->place(joined.order(5, Side::Buy, 61'000'000, 1), joined.now),
            SendResult::Sent);
  joined.pass(milliseconds(20));
  EXPECT_EQ(joined.heard.count(Kind::PlaceAccepted), 1u);
  const CancelRequest both[] = {{{5}, {}, joined.swap}, {{6}, {}, joined.swap}};
  ASSERT_EQ(joined.venue->cancel_batch(both, joined.now), SendResult::Sent);
  joined.pass(milliseconds(20));
  EXPECT_EQ(joined.heard.count(Kind::CancelAccepted), 1u);
  EXPECT_EQ(joined.heard.count(Kind::CancelRejected), 1u);
}

TEST(AccountSideAgainstSim, EveryRequestIsAnsweredOnceHoweverOftenTheSocketIsCut) {
  std::mt19937_64 random(11);
  Joined joined;
  std::map<std::pair<int, std::uint64_t>, int> open;  // (request, id) -> answers still due
  std::size_t read = 0;
  std::uint64_t next = 1;
  for (int step = 0; step < 3'000; ++step) {
    if (!joined.up && random() % 4 == 0) joined.connect();
    if (random() % 60 == 0) joined.cut();
    const std::uint64_t id = next++;
    const auto price = 61'250'000 + (static_cast<std::int64_t>(random() % 400) - 200) * 100;
    PlaceRequest request = joined.order(id, random() % 2 == 0 ? Side::Buy : Side::Sell, price,
                                        1 + static_cast<std::int64_t>(random() % 3));
    request.post_only = random() % 2 == 0;
    if (joined.venue->place(request, joined.now) == SendResult::Sent) ++open[{1, id}];
    if (id > 3 && random() % 2 == 0) {
      const std::uint64_t victim = id - 1 - random() % 3;
      if (joined.venue->cancel({{victim}, {}, joined.swap}, joined.now) == SendResult::Sent) {
        ++open[{3, victim}];
      }
    }
    if (random() % 3 != 0) joined.deliver();  // else a cut may come first
    if (random() % 2 == 0) joined.pass(milliseconds(10));
    for (; read < joined.heard.reports.size(); ++read) {
      const ExecutionReport& report = joined.heard.reports[read];
      if (report.source != ExecutionReport::Source::Reply) continue;
      --open[{static_cast<int>(report.request), report.client_id.value}];
    }
  }
  joined.pass(seconds(10));
  for (; read < joined.heard.reports.size(); ++read) {
    const ExecutionReport& report = joined.heard.reports[read];
    if (report.source != ExecutionReport::Source::Reply) continue;
    --open[{static_cast<int>(report.request), report.client_id.value}];
  }
  for (const auto& [request, due] : open)
    EXPECT_EQ(due, 0) << request.first << " " << request.second;
  EXPECT_GT(joined.heard.count(Kind::OutcomeUnknown), 0u);
  EXPECT_EQ(joined.orders->counters().malformed, 0u);
  EXPECT_EQ(joined.rest->counters().malformed_rows, 0u);
}

}  // namespace
}  // namespace gannet
