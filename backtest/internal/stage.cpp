#include "backtest/internal/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gannet/abi.h"

#include "backtest/text.h"
#include "risk/limit_table.h"

namespace gannet::backtest {
namespace {

constexpr Nanos kWarmUp = seconds(3);

/// Which recorded book moves the exchange's market: the one that says most, soonest.
constexpr std::array<BookFeed, kBookFeeds> kByDetail{
    BookFeed::Depth400Fast, BookFeed::Depth400,     BookFeed::Depth50Fast,
    BookFeed::Top5,         BookFeed::BestBidOffer, BookFeed::Depth400Retail};

std::optional<BookFeed> most_detailed(const RecordedContent& content) noexcept {
  for (const BookFeed feed : kByDetail) {
    if (content.books[static_cast<std::size_t>(feed)]) return feed;
  }
  return std::nullopt;
}

std::string_view word_for_level(std::uint32_t level) noexcept {
  switch (level) {
    case GANNET_LOG_DEBUG:
      return "debug";
    case GANNET_LOG_INFO:
      return "info";
    case GANNET_LOG_WARNING:
      return "warn";
    default:
      return "error";
  }
}

}  // namespace

std::expected<void, Error> Stage::make() {
  auto first = inputs.source.next();
  if (!first) return std::unexpected(std::move(first.error()));
  if (!*first) {
    return std::unexpected(Error{inputs.settings.recording + ": there is no message in it"});
  }
  outcome.first_message = **first;
  const LatencySettings& latency = inputs.settings.latency;
  // Long enough for the engine to read its lists (five questions) before the first message.
  const Nanos warm_up = kWarmUp + (latency.order_to_venue + latency.venue_to_strategy) * 10;
  begin = **first - warm_up;
  for (const StartBalance& balance : inputs.settings.balances) {
    inputs.currencies.intern(balance.currency.view());
  }
  for (const auto step :
       {&Stage::make_strategies, &Stage::make_venue, &Stage::make_core, &Stage::make_feeds}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  return {};
}

std::expected<void, Error> Stage::make_strategies() {
  for (const Instrument& instrument : inputs.table) {
    const bool derivative = is_derivative(instrument.kind);
    const FeeSettings& paid = inputs.settings.fees;  // in billionths
    fees.set(instrument.id, {{derivative ? paid.maker : paid.spot_maker, 9},
                             {derivative ? paid.taker : paid.spot_taker, 9}});
  }
  publisher.emplace(inputs.table, inputs.currencies, this,
                    engine::PublisherSettings{.fees = &fees});
  for (std::size_t s = 0; s < inputs.strategies.size(); ++s) {
    engine::StrategySettings settings = inputs.strategies[s];
    settings.lane = "inline";  // one thread: the order of events is the same every time
    auto added = publisher->add_strategy(*inputs.types[s], settings);
    if (!added) return std::unexpected(std::move(added.error()));
    outcome.strategies.push_back({settings.name, "", 0});
  }
  return {};
}

std::expected<void, Error> Stage::make_venue() {
  std::vector<MarginMode> margin_modes;
  for (const Instrument& instrument : inputs.table) {
    const auto book = most_detailed(inputs.source.content()[instrument.id.value]);
    if (!book) {
      return std::unexpected(
          Error{fmt::format("{}: {} has no order book in it, so that nothing of it can be traded",
                            inputs.settings.recording, instrument.name.view())});
    }
    venue_books.push_back(*book);
  }
  for (const auto& instrument : inputs.instruments) {
    margin_modes.push_back(instrument.margin_mode);
  }
  venue.emplace(inputs.table, inputs.currencies, inputs.settings, venue_books, margin_modes);
  venue->watch(log);
  return {};
}

std::expected<void, Error> Stage::make_core() {
  std::vector<std::string> names;
  for (const auto& strategy : inputs.strategies) names.push_back(strategy.name);
  auto limits = risk::LimitTable::build(inputs.risk, inputs.table, inputs.currencies, names);
  if (!limits) return std::unexpected(std::move(limits.error()));
  for (std::uint16_t s = 0; s < names.size(); ++s) {
    for (const InstrumentId instrument : publisher->instruments_of({s})) {
      auto permitted = limits->permit({s}, inputs.table[instrument]);
      if (!permitted) {
        return std::unexpected(std::move(permitted.error()).with("strategy \"" + names[s] + "\""));
      }
    }
  }
  const CurrencyId risk_currency = inputs.currencies.find(inputs.risk.currency.view());
  if (!risk_currency.valid()) {
    return std::unexpected(Error{fmt::format(
        "risk.currency: \"{}\" is no currency of the account or of its instruments, so that no "
        "limit could be compared with anything",
        inputs.risk.currency.view())});
  }
  engine::TradingCoreSettings settings;
  for (const auto& instrument : inputs.instruments) {
    settings.margin_modes.push_back(instrument.margin_mode);
  }
  for (const auto& strategy : inputs.strategies) settings.on_start.push_back(strategy.on_start);
  // Dollars of all kinds count alike, but only where the limits are in dollars.
  constexpr std::array<std::string_view, 3> kDollars{"USD", "USDT", "USDC"};
  if (std::ranges::find(kDollars, inputs.risk.currency.view()) != kDollars.end()) {
    for (const std::string_view dollar : kDollars) {
      const CurrencyId id = inputs.currencies.find(dollar);
      if (id.valid()) settings.dollar_currencies.push_back(id);
    }
  }
  equity.emplace(*venue, inputs.table, inputs.currencies, risk_currency,
                 settings.dollar_currencies);
  const auto run = static_cast<std::uint64_t>(begin.nanos / 1'000'000'000);
  auto ids = engine::ClientOrderIds::start(1, run, 0);
  if (!ids) return std::unexpected(Error{"the recording's time is out of range"});
  core.emplace(engine::CoreLinks{inputs.table, inputs.currencies, journal, *venue, nullptr, log,
                                 *publisher, *this, &*venue},
               settings, inputs.risk, std::move(*limits), names.size(), *ids);
  log.bind(*publisher, *core);
  return {};
}

std::expected<void, Error> Stage::make_feeds() {
  feed.emplace(inputs.table, inputs.source.content(), venue_books, *venue, *core);
  std::vector<bool> has_book(inputs.table.size());
  for (const engine::Subscription& want : publisher->subscriptions()) {
    if ((want.channels & GANNET_WANT_BOOK) != 0) {
      has_book[want.instrument.value] = true;
      if (auto added = add_book(want.instrument, want.book); !added) return added;
    }
    note_missing(want);
  }
  for (std::uint32_t i = 0; i < inputs.table.size(); ++i) {
    if (has_book[i]) continue;
    if (auto added = add_book({i}, BookFeed::BestBidOffer); !added) return added;
  }
  for (const Instrument& instrument : inputs.table) {
    const RecordedContent& there = inputs.source.content()[instrument.id.value];
    if (is_derivative(instrument.kind) && !there.mark_price) {
      outcome.notes.push_back(
          fmt::format("{}: no mark price was recorded; the middle of the book stands for it",
                      instrument.name.view()));
    }
    if (!there.index_price) {
      outcome.notes.push_back(
          fmt::format("{}: no index price was recorded; the middle of the book stands for it",
                      instrument.name.view()));
    }
    if (!there.trades) {
      outcome.notes.push_back(fmt::format(
          "{}: no trades were recorded; resting orders fill only when a recorded quote crosses "
          "them",
          instrument.name.view()));
    }
  }
  return {};
}

std::expected<void, Error> Stage::add_book(InstrumentId instrument, BookFeed wanted) {
  core->add_book(instrument, wanted);
  const RecordedContent& there = inputs.source.content()[instrument.value];
  if (there.books[static_cast<std::size_t>(wanted)]) return {};
  const BookFeed source = venue_books[instrument.value];
  if (depth_of(source) < depth_of(wanted)) {
    return std::unexpected(Error{fmt::format(
        "{}: a strategy wants {} levels of {}'s book, and the deepest that was recorded has {}",
        inputs.settings.recording, depth_of(wanted), inputs.table[instrument].name.view(),
        depth_of(source))});
  }
  feed->derive({instrument, wanted, source, wants_book(instrument, source)});
  return {};
}

bool Stage::wants_book(InstrumentId instrument, BookFeed book) const {
  return std::ranges::any_of(publisher->subscriptions(), [&](const engine::Subscription& want) {
    return want.instrument == instrument && (want.channels & GANNET_WANT_BOOK) != 0 &&
           want.book == book;
  });
}

void Stage::note_missing(const engine::Subscription& want) {
  const RecordedContent& there = inputs.source.content()[want.instrument.value];
  const auto missing = [&](std::string_view what) {
    outcome.notes.push_back(fmt::format("{}: a strategy wants {}, and none were recorded",
                                        inputs.table[want.instrument].name.view(), what));
  };
  if ((want.channels & GANNET_WANT_TICKER) != 0 && !there.tickers) missing("tickers");
}

void Stage::open_account() {
  sim::UserSettings account;
  account.name = "backtest";
  account.long_short_mode =
      inputs.account.position_mode == engine::AccountSettings::PositionMode::LongShort;
  account.account_mode = static_cast<int>(inputs.account.account_mode) + 1;
  account.spot_fees = {inputs.settings.fees.spot_maker, inputs.settings.fees.spot_taker};
  account.derivative_fees = {inputs.settings.fees.maker, inputs.settings.fees.taker};
  for (const StartBalance& balance : inputs.settings.balances) {
    account.deposits.push_back({static_cast<__int128>(balance.amount.mantissa) *
                                    power_of_ten(Amount::kDigits - balance.amount.digits),
                                inputs.currencies.intern(balance.currency.view())});
  }
  venue->open_account(std::move(account), begin);
  for (std::uint32_t i = 0; i < inputs.instruments.size(); ++i) {
    if (inputs.instruments[i].leverage) {
      venue->set_leverage({i}, std::stoll(*inputs.instruments[i].leverage));
    }
  }
}

void Stage::conclude() {
  outcome.source = inputs.source.counts();
  outcome.core = core->status();
  outcome.venue = venue->totals();
  outcome.positions_agree = true;
  for (const Instrument& instrument : inputs.table) {
    outcome.instruments.push_back(core->status(instrument.id, now));
    outcome.funding.push_back({0, instrument.settle});
  }
  for (const sim::Bill& bill : venue->exchange().bills(venue->user())) {
    if (bill.cause != sim::Bill::Cause::Funding || !bill.instrument.valid()) continue;
    outcome.funding[bill.instrument.value].raw += bill.change.raw;
  }
  std::vector<Quantity> at_venue(inputs.table.size());
  for (const sim::PositionView& position : venue->exchange().positions(venue->user())) {
    at_venue[position.instrument.value] += position.quantity;
  }
  for (const Instrument& instrument : inputs.table) {
    if (is_derivative(instrument.kind) &&
        at_venue[instrument.id.value] != outcome.instruments[instrument.id.value].position) {
      outcome.positions_agree = false;
    }
  }
  outcome.money_fault = venue->exchange().check_money();
  for (std::uint16_t s = 0; s < inputs.strategies.size(); ++s) {
    outcome.strategies[s].failure = std::string(publisher->failure_of({s}));
  }
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    if (alerts[i] == 0) continue;
    outcome.alerts.emplace_back(engine::name_of(static_cast<engine::Alert>(i)), alerts[i]);
  }
}

void Stage::on_strategy_log(StrategyId strategy, std::uint32_t level,
                            std::string_view text) noexcept {
  strategy_log += fmt::format("{} {} {} {}\n", time_text(now), word_for_level(level),
                              inputs.strategies[strategy.value].name, text);
  if (strategy.value < outcome.strategies.size()) ++outcome.strategies[strategy.value].log_lines;
}

}  // namespace gannet::backtest
