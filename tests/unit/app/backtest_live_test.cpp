// The same plugin file decides the same in a backtest without latency as behind the live session's
// frames: MarketSession, core and publisher wired and turned as the daemon's engine room does.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "app/backtest_run.h"
#include "backtest/order_log.h"
#include "backtest/simulated_venue.h"
#include "base/jsonl_reader.h"
#include "config/load.h"
#include "engine/plugin_loader.h"
#include "engine/publisher.h"
#include "engine/trading_core.h"
#include "gateway/okx/protocol/market_session.h"
#include "risk/limit_table.h"
#include "sim/instruments.h"
#include "tests/support/backtest_config.h"
#include "tests/support/padded_text.h"
#include "tests/support/process.h"

namespace gannet::app {
namespace {

/// The venue hears of each event first, as its market; then the core.
struct Tee final : MarketListener {
  backtest::SimulatedVenue& venue;
  engine::TradingCore& core;
  Tee(backtest::SimulatedVenue& v, engine::TradingCore& c) : venue(v), core(c) {}

  void on_book_update(const BookUpdate& update) noexcept override {
    venue.on_book_update(update, update.receive_time);
    core.on_book_update(update);
  }
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override {
    venue.on_book_withdrawn(instrument, feed, now);
    core.on_book_withdrawn(instrument, feed, why, now);
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    venue.on_trade(trade, trade.receive_time);
    core.on_trade(trade);
  }
  void on_ticker(const TickerEvent& ticker) noexcept override { core.on_ticker(ticker); }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    venue.set_reference_price(price.instrument, price.kind, price.price, price.receive_time);
    core.on_reference_price(price);
  }
  void on_instrument_state(InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept override {
    core.on_instrument_state(instrument, state, now);
  }
  void on_market_connection(ConnectionState state, Timestamp now) noexcept override {
    core.on_market_connection(state, now);
  }
  void on_market_alive(Timestamp now) noexcept override { core.on_market_alive(now); }
};

struct Silent final : engine::EngineListener, okx::Diagnostics, okx::SocketOutput {
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent&) noexcept override {}
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {}
  void on_flat_confirmed(Timestamp) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                     std::string_view) noexcept override {
    diagnostics.push_back(std::string(okx::name_of(kind)) + " " + std::string(detail));
  }
  bool send_text(std::string_view text) noexcept override {
    sent.emplace_back(text);
    return true;
  }
  void reconnect(std::string_view) noexcept override {}
  std::vector<std::string> diagnostics;
  std::vector<std::string> sent;
};

std::string line_of(const backtest::OrderLine& order) {
  return std::to_string(order.decided_time.nanos) + (order.side == Side::Buy ? " buy " : " sell ") +
         std::to_string(order.quantity.raw) + " at " + std::to_string(order.price.raw) +
         " filled " + std::to_string(order.filled.raw) + " amends " + std::to_string(order.amends);
}

std::vector<std::string> lines_of(const backtest::OrderLog& log) {
  std::vector<std::string> lines;
  for (const backtest::OrderLine& order : log.orders()) lines.push_back(line_of(order));
  return lines;
}

/// What gannetd would do with the recorded frames, its venue answering at once.
std::vector<std::string> decide_live(const config::BacktestSettings& settings,
                                     Timestamp last_message) {
  CurrencyTable currencies;
  InstrumentTable all;
  sim::add_built_in_instruments(all, currencies);
  Instrument definition = all[all.find("BTC-USDT-SWAP")];
  InstrumentTable table;
  const InstrumentId swap = table.add(definition);
  okx::InstrumentCodes codes;
  codes.add({swap, definition.name, definition.family, definition.family, definition.kind,
             definition.price_digits, definition.quantity_digits, 10459});

  Silent silent;
  auto plugin = engine::load_plugin(settings.trading.strategies[0].plugin,
                                    settings.trading.engine.plugin_directory);
  EXPECT_TRUE(plugin) << plugin.error().message;
  engine::Publisher publisher(table, currencies, nullptr, {});
  EXPECT_TRUE(publisher.add_strategy(plugin->type(), settings.trading.strategies[0]));

  backtest::OrderLog log(table);
  backtest::SimulatedVenue venue(table, currencies, settings.backtest, {BookFeed::Depth400Fast},
                                 {MarginMode::Cross});
  venue.watch(log);
  auto limits = risk::LimitTable::build(settings.trading.risk, table, currencies, {{"quotes"}});
  EXPECT_TRUE(limits);
  EXPECT_TRUE(limits->permit({0}, table[swap]));
  engine::MemoryJournal journal;
  engine::TradingCoreSettings core_settings;
  core_settings.dollar_currencies = {currencies.find("USDT")};
  engine::TradingCore core({table, currencies, journal, venue, nullptr, log, publisher, silent},
                           core_settings, settings.trading.risk, std::move(*limits), 1,
                           *engine::ClientOrderIds::start(1, 1'795'430'397, 0));
  log.bind(publisher, core);
  core.add_book(swap, BookFeed::Depth400Fast);
  Tee tee(venue, core);
  const std::vector<okx::MarketSubscription> subscriptions{{swap, okx::MarketStream::Depth400Fast},
                                                           {swap, okx::MarketStream::Trades},
                                                           {swap, okx::MarketStream::MarkPrice},
                                                           {swap, okx::MarketStream::IndexPrice}};
  okx::MarketSessionSettings session_settings;
  session_settings.instrument_states = false;
  okx::MarketSession session(session_settings, codes, subscriptions, tee, silent);

  const auto turn = [&](Timestamp now) {
    core.on_account_alive(now);
    session.on_timer(now);
    for (bool is_busy = true; is_busy;) {
      is_busy = false;
      while (venue.next_arrival() && *venue.next_arrival() <= now) {
        venue.take_arrival(now);
        is_busy = true;
      }
      while (venue.next_report() && *venue.next_report() <= now) {
        venue.deliver_report(core, now);
        is_busy = true;
      }
      publisher.do_work(now);
      core.on_timer(now);
    }
  };

  const Timestamp first = from_unix_millis(1'795'430'400'000);
  Timestamp now = first - seconds(3);
  sim::UserSettings account;
  account.deposits = {
      Amount{static_cast<__int128>(10'000) * power_of_ten(18), currencies.find("USDT")}};
  venue.open_account(account, now);
  core.start(now);
  core.on_venue_clock({}, now);
  publisher.start(log, now);
  session.on_open(silent, now);
  for (const auto& [channel, name] :
       {std::pair{"books-l2-tbt", "BTC-USDT-SWAP"}, std::pair{"trades", "BTC-USDT-SWAP"},
        std::pair{"mark-price", "BTC-USDT-SWAP"}, std::pair{"index-tickers", "BTC-USDT"}}) {
    session.on_text(
        gannet::test::PaddedText(std::string(R"({"event":"subscribe","arg":{"channel":")") +
                                 channel + R"(","instId":")" + name + R"("},"connId":"c0ffee01"})"),
        now);
  }
  EXPECT_TRUE(session.ready());
  core.on_account_connection(ConnectionState::Ready, now);

  auto reader = JsonlReader::open(settings.backtest.recording);
  EXPECT_TRUE(reader);
  for (;;) {
    const auto line = reader->next();
    if (!line || !*line) break;
    const auto recorded = parse_recorded_message(**line);
    if (!recorded || recorded->message.find("\"event\"") != std::string_view::npos) continue;
    const Timestamp at{*recorded->nanos};
    while (now + milliseconds(1) < at) {
      now = now + milliseconds(1);
      core.on_market_alive(now);  // pongs
      turn(now);
    }
    now = at;
    session.on_text(recorded->message, now);  // followed by the reader's padding
    turn(now);
  }
  EXPECT_EQ(now, last_message);
  publisher.stop(now);
  turn(now);
  EXPECT_TRUE(silent.diagnostics.empty()) << silent.diagnostics.front();
  return lines_of(log);
}

TEST(BacktestAndLive, TheSamePluginDecidesTheSameOnTheSameEvents) {
  gannet::test::BacktestConfig config;
  config.latency = "order_to_venue = \"0ms\"\nvenue_to_strategy = \"0ms\"";
  config.book = "depth400_fast";
  gannet::test::Folder folder;
  const auto settings = config::load_backtest(folder.write("b.toml", config.text()));
  ASSERT_TRUE(settings) << config::to_string(settings.error().front());
  auto run = BacktestRun::make(*settings);
  ASSERT_TRUE(run) << run.error().message;
  const auto done = (*run)->run();
  ASSERT_TRUE(done) << done.error().message;
  const backtest::Backtest& backtest = (*run)->backtest();
  const std::vector<std::string> expected = decide_live(*settings, backtest.outcome().last_message);
  EXPECT_GT(expected.size(), 10u);
  EXPECT_EQ(lines_of(backtest.log()), expected);
}

}  // namespace
}  // namespace gannet::app
