#include <algorithm>
#include <array>

#include "app/internal/engine_room_parts.h"
#include "gateway/okx/protocol/decode_book.h"

// What a person asks to see: copied from what the reactor owns into room that the cold thread made.

namespace gannet::app {
namespace {

std::string_view state_text(const okx::MarketFeed::SeatState& state) noexcept {
  if (!state.working) return "spare";
  if (state.moving) return "moving";
  return state.ready ? "ready" : "down";
}

std::string_view state_text(const okx::SubscriptionArgument& argument) noexcept {
  using State = okx::SubscriptionArgument::State;
  switch (argument.state) {
    case State::Wanted:
      return "wanted";
    case State::Sent:
      return "asked";
    case State::Acknowledged:
      return "fresh";
    case State::Refused:
      return "refused";
    case State::Replaced:
      return "replaced";
    case State::UnsubscribeWanted:
    case State::UnsubscribeSent:
      return "renewing";
  }
  return "";
}

std::string_view state_text(okx::BookSequencer::State state) noexcept {
  switch (state) {
    case okx::BookSequencer::State::AwaitingSnapshot:
      return "awaiting_snapshot";
    case okx::BookSequencer::State::Open:
      return "open";
    case okx::BookSequencer::State::Seeding:
      return "seeding";
    case okx::BookSequencer::State::Live:
      return "live";
  }
  return "";
}

std::optional<Nanos> age_of(Timestamp then, Timestamp now) noexcept {
  return then.nanos == 0 ? std::nullopt : std::optional<Nanos>(now - then);
}

template <class Row>
Row* add_row(std::vector<Row>& rows) {
  return rows.size() == rows.capacity() ? nullptr : &rows.emplace_back();  // no room is made here
}

}  // namespace

void EngineRoom::Parts::fill(EngineView& view, Timestamp now) {
  switch (view.what) {
    case EngineView::What::Orders:
      return list_orders(view.orders, now);
    case EngineView::What::Positions:
      return list_positions(view.positions, now);
    case EngineView::What::Balances:
      return list_balances(view.balances, now);
    case EngineView::What::Fills:
      return list_fills(view.fills, now);
    case EngineView::What::Feeds:
      return list_feeds(view.feeds, now);
  }
}

void EngineRoom::Parts::list_orders(OrderListing& rows, Timestamp now) {
  rows.time = now;
  rows.listed = core->last_round();
  rows.open = 0;
  const auto add = [&](InstrumentId id) RUNS_ON(kReactor) -> OrderListing::Row* {
    ++rows.open;
    if (rows.rows.size() == rows.rows.capacity()) return nullptr;  // no room may be made here
    OrderListing::Row& row = rows.rows.emplace_back();
    const Instrument& instrument = facts.instruments[id];
    row.instrument = instrument.name;
    row.price_digits = instrument.price_digits;
    row.quantity_digits = instrument.quantity_digits;
    return &row;
  };
  const engine::OrderManager& orders = core->orders();
  orders.table().for_each_open([&](const engine::Order& order) {
    OrderListing::Row* row = add(order.instrument);
    if (row == nullptr) return;
    row->ours = true;
    row->client_id = order.client_id;
    row->venue_id = order.venue_id;
    if (order.strategy.value < settings.strategies.size())
      row->strategy = FixedString<31>(settings.strategies[order.strategy.value].name);
    row->side = order.side;
    row->price = order.price;
    row->quantity = order.quantity;
    row->filled = order.cumulative_quantity;
    row->algo = order.algo;
    row->kept = orders.is_kept(order);
    row->unknown = order.unknown || order.has_unknown_amend();
    row->cancelling = order.cancel_wish != engine::CancelWish::None;
  });
  orders.foreign().for_each_open([&](const engine::ForeignOrder& order) {
    OrderListing::Row* row = add(order.instrument);
    if (row == nullptr) return;
    row->ours = order.own_tag;
    row->client_id = order.client_id;
    row->venue_id = order.venue_id;
    row->side = order.side;
    row->price = order.price;
    row->quantity = order.quantity;
    row->filled = order.cumulative_quantity;
    row->algo = order.algo;
    row->cancelling = order.cancel_wished || order.own_tag;
  });
  core->request_round();  // who asks again sees what the venue says by then
}

void EngineRoom::Parts::list_positions(PositionListing& listing, Timestamp now) const {
  listing.time = now;
  const auto add = [&](const Instrument& instrument, StrategyId strategy,
                       std::string_view name) RUNS_ON(kReactor) {
    const engine::ProfitRow at = core->profits().row(strategy, instrument.id);
    const engine::InstrumentStatus account = core->status(instrument.id, now);
    const bool is_account = !strategy.valid();
    const bool is_idle = at.position.raw == 0 && at.realised.raw == 0 && at.fees.raw == 0 &&
                         (!is_account || account.venue_position.raw == 0);
    if (is_idle) return;
    PositionListing::Row* const row = add_row(listing.rows);
    if (row == nullptr) return;
    row->instrument = instrument.name;
    row->strategy = FixedString<31>(name);
    row->currency = CurrencyName(facts.currencies.name(at.realised.currency));
    row->price_digits = instrument.price_digits;
    row->quantity_digits = instrument.quantity_digits;
    row->position = is_account ? account.position : at.position;
    row->venue_position = account.venue_position;
    row->average_entry_price = account.average_entry_price;
    row->realised_pnl = at.realised;
    row->unrealised_pnl = at.unrealised.value_or(Amount{});
    row->has_price = at.unrealised.has_value();
    row->fees = at.fees;
  };
  for (const Instrument& instrument : facts.instruments) {
    add(instrument, {}, "");
    for (std::uint16_t s = 0; s < settings.strategies.size(); ++s)
      add(instrument, StrategyId{s}, settings.strategies[s].name);
  }
}

void EngineRoom::Parts::list_balances(BalanceListing& listing, Timestamp now) const {
  listing.time = now;
  for (std::uint16_t c = 0; c < facts.currencies.size(); ++c) {
    const auto& balance = core->balance(CurrencyId{c});
    if (!balance) continue;
    BalanceListing::Row* const row = add_row(listing.rows);
    if (row == nullptr) return;
    row->currency = CurrencyName(facts.currencies.name({c}));
    row->cash = balance->cash;
    row->available = balance->available;
    row->equity = balance->equity;
    row->age = now - balance->receive_time;
    row->unexplained = core->bills().unexplained(CurrencyId{c}) != 0;
  }
}

void EngineRoom::Parts::list_fills(FillListing& listing, Timestamp now) const {
  listing.time = now;
  listing.of_run = fill_memory.count();
  const FillFilter& wanted = listing.filter;
  const InstrumentId instrument = facts.instruments.find(wanted.instrument.view());
  const StrategyId strategy = strategy_named(wanted.strategy.view());
  const std::size_t kept = std::min<std::size_t>(fill_memory.count(), FillMemory::kKept);
  for (std::size_t back = 0; back < kept && listing.rows.size() < wanted.count; ++back) {
    const FillMemory::Row& fill = fill_memory.newest(back);
    if (!wanted.instrument.empty() && fill.instrument != instrument) continue;
    if (!wanted.strategy.empty() && fill.strategy != strategy) continue;
    if (!facts.instruments.contains(fill.instrument)) continue;
    FillListing::Row* const row = add_row(listing.rows);
    if (row == nullptr) return;
    const Instrument& known = facts.instruments[fill.instrument];
    row->instrument = known.name;
    if (fill.strategy.value < settings.strategies.size())
      row->strategy = FixedString<31>(settings.strategies[fill.strategy.value].name);
    row->fee_currency = CurrencyName(facts.currencies.name(fill.fee.currency));
    row->price_digits = known.price_digits;
    row->quantity_digits = known.quantity_digits;
    row->fill = fill;
  }
}

void EngineRoom::Parts::list_feeds(FeedListing& listing, Timestamp now) {
  listing.time = now;
  list_feed(listing, "market", *market_feed, now);
  if (business_lines) list_feed(listing, "business", *business_lines, now);
  const auto add = [&](std::string_view name, const okx::AccountSession& session,
                       std::uint64_t frames) {
    FeedListing::Line* const line = add_row(listing.lines);
    if (line == nullptr) return;
    line->name = FixedString<23>(name);
    line->state = session.ready() ? "ready" : "down";
    line->frames = frames;
  };
  add("orders", order_lines->current(), order_lines->counters().frames);
  add("algo_orders", algo_lines->session(algo_lines->current()), 0);
}

void EngineRoom::Parts::list_feed(FeedListing& listing, std::string_view name,
                                  okx::MarketFeed& feed, Timestamp now) {
  constexpr std::string_view kNumbers = "123456789";
  for (std::size_t seat = 0; seat < feed.seats(); ++seat) {
    const okx::MarketFeed::SeatState state = feed.state(seat);
    const okx::MarketSession& session = feed.session(seat);
    std::array<char, 23> text{};
    std::copy_n(name.data(), name.size(), text.data());
    std::size_t size = name.size();
    if (seat > 0) {
      text[size++] = '-';
      text[size++] = kNumbers[std::min<std::size_t>(seat, kNumbers.size() - 1)];
    }
    FeedListing::Line* const line = add_row(listing.lines);
    if (line == nullptr) return;
    line->name = FixedString<23>(std::string_view(text.data(), size));
    line->state = state_text(state);
    line->frames = session.frames();
    line->age = age_of(session.last_frame(), now);
    if (!state.working) continue;
    for (const okx::SubscriptionArgument& argument : session.subscriptions().arguments()) {
      FeedListing::Channel* const row = add_row(listing.channels);
      if (row == nullptr) return;
      row->line = line->name;
      row->channel = FixedString<23>(okx::name_of(argument.channel));
      row->what = FixedString<47>(argument.name);
      row->state = state_text(argument);
      row->age = age_of(argument.heard, now);
      if (!state.ready && row->state == "fresh") row->state = "silent";
      const InstrumentId instrument = facts.instruments.find(argument.name);
      const auto book = okx::book_feed_of(argument.channel);
      if (!book || !instrument.valid()) continue;
      const okx::BookSequencer* const sequencer = session.sequencer(instrument, *book);
      if (sequencer == nullptr) continue;
      row->sequence = state_text(sequencer->state());
      row->last_sequence = sequencer->sequence();
      row->gaps = sequencer->counts().gaps + sequencer->counts().checksums_bad;
      const OrderBook* const kept = core->books().find(instrument, *book);
      if (kept != nullptr) row->age = age_of(kept->receive_time(), now);
      if (kept == nullptr) row->state = "withdrawn";
    }
  }
}

}  // namespace gannet::app
