#pragma once

#include <array>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/trading_core.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/book_seeds.h"
#include "gateway/okx/protocol/market_session.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/rest_session.h"
#include "sim/okx_server/protocol/server.h"
#include "support/engine_bench.h"

namespace gannet::test {

struct WiredOptions {
  std::uint64_t seed = 7;
  Nanos latency = milliseconds(1);  ///< one way, of everything
  Nanos reconnect_after = milliseconds(300);
  bool uses_dead_man = true;
  okx::AccountVenueSettings venue;
  okx::OrderSessionSettings orders;
  engine::TradingCoreSettings core;
  risk::Settings risk;  ///< but for what the harness opens wide
  okx_server::Limits limits = okx_server::no_limits();
  int account_mode = 2;
  bool deep_market = true;
  bool depth = false;           ///< the swap's book of 400 levels and its funding too
  int more_swaps = 0;           ///< beside the first: SWAP-2 and so on
  bool limits_cancels = false;  ///< as the venue does, ours and its own
};

/// The production engine and both sides of the wire in one process under virtual time, without a
/// socket: core, sessions and venue port here, the simulated venue's protocol and exchange there,
/// and between them two lines and REST, on which a test can look at every message, hold it back,
/// lose it, answer in the venue's place, or cut. The same calls give the same run.
///
/// One linear swap (BTC-USDT-SWAP, price digits 3, contracts of 0.01, lot 0.01) and one spot pair;
/// the market is what `market` places, by default a deep bid and ask at a tick's distance.
class WiredEngine final : private okx_server::ServerOutput,
                          private okx::RestOutput,
                          private okx::SessionProblems,
                          private okx::Diagnostics {
 public:
  static constexpr Timestamp kStart{1'795'430'400'000'000'000};
  static constexpr Price kBid{61'249'900};
  static constexpr Price kAsk{61'250'100};

  enum class Line : std::uint8_t { Market, Private };
  enum class Way : std::uint8_t { ToVenue, ToEngine };
  struct Message {
    Line line;
    Way way;
    std::string_view text;
  };
  enum class Fate : std::uint8_t { Deliver, Drop, CutBefore, CutAfter };

  using Options = WiredOptions;

  explicit WiredEngine(Options given = {}) : options(std::move(given)) {
    swap = add("BTC-USDT-SWAP", InstrumentKind::Swap, 10458, 2);
    spot = add("BTC-USDT", InstrumentKind::Spot, 7, 8);
    for (int i = 0; i < options.more_swaps; ++i)
      swaps.push_back(
          add("BTC" + std::to_string(i) + "-USDT-SWAP", InstrumentKind::Swap, 20'000 + i, 2));
    make_venue();
    make_engine();
  }

  // ---- time ----

  void run_for(Nanos span) { run_until(now + span); }
  void run_until(Timestamp end) {
    for (;;) {
      Pipe* first = nullptr;
      for (Pipe& pipe : pipes_) {
        if (!pipe.messages.empty() && (first == nullptr || pipe.head() < first->head()))
          first = &pipe;
      }
      const Timestamp due =
          first == nullptr ? next_tick_ : std::min(first->head().first, next_tick_);
      if (due > end) break;
      now = std::max(now, due);
      if (first != nullptr && first->head().first <= next_tick_) {
        deliver(*first);
      } else {
        next_tick_ = now + milliseconds(10);
        tick();
      }
    }
    now = std::max(now, end);
  }
  /// Until `done`, at most that long. False: it did not come to pass.
  template <class F>
  bool run_until_true(F&& done, Nanos at_most = seconds(30)) {
    const Timestamp end = now + at_most;
    while (!done()) {
      if (now >= end) return false;
      run_for(milliseconds(1));
    }
    return true;
  }
  /// Both lines up, reconciled.
  bool make_ready() {
    core->start(now);
    for (const Line line : {Line::Market, Line::Private}) connect(line);
    return run_until_true([&] { return is_ready(); });
  }
  bool is_ready() const { return core->state() == engine::EngineState::Ready; }

  // ---- faults ----

  /// Asked for every message just before it arrives; absent: all are delivered.
  std::function<Fate(const Message&)> hook;
  /// Answers in the venue's place: true: the message goes no further.
  std::function<bool(const Message&)> intercept;
  /// The same for REST; a response of status 0 is none.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> intercept_rest;

  void cut(Line line) {
    Wire& wire = wire_of(line);
    if (!wire.up) return;
    wire.up = false;
    wire.reconnect_at = now + options.reconnect_after;
    for (const Way way : {Way::ToVenue, Way::ToEngine}) pipe_of(line, way).messages.clear();
    server->on_closed(wire.connection, now);
    session_of(line).on_closed(now);
  }
  /// Holds back what that way still has to deliver, and what comes after it.
  void delay(Line line, Way way, Nanos by) { pipe_of(line, way).extra = by; }
  /// As if the venue had said it.
  void say(Line line, std::string_view text) {
    post(pipe_of(line, Way::ToEngine), std::string(text));
  }
  bool rest_is_up = true;

  // ---- the market ----

  VenueOrderId market(Side side, Price price, Quantity quantity, InstrumentId instrument = {},
                      sim::OrderType type = sim::OrderType::Limit) {
    sim::NewOrder order;
    order.instrument = instrument.valid() ? instrument : swap;
    order.side = side;
    order.type = type;
    order.price = price;
    order.quantity = quantity;
    return server->exchange().place(order, now).id;
  }

  // ---- the strategy ----

  static OrderIntent intent(InstrumentId instrument, Side side, Price price, Quantity quantity) {
    OrderIntent order;
    order.strategy = StrategyId{0};
    order.instrument = instrument;
    order.side = side;
    order.price = price;
    order.quantity = quantity;
    return order;
  }
  Handle place(OrderIntent order, bool more = false) {
    order.handle = {++last_handle_};
    order.intent_time = now;
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::Place;
    command.more = more;
    command.strategy = order.strategy;
    command.place = order;
    core->on_lane_command(command, now);
    return order.handle;
  }
  void amend(Handle handle, std::optional<Price> price, std::optional<Quantity> quantity = {},
             bool more = false) {
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::Amend;
    command.more = more;
    command.strategy = StrategyId{0};
    command.amend = {StrategyId{0}, handle, price, quantity, now, false, false};
    core->on_lane_command(command, now);
  }
  void cancel(Handle handle, bool more = false) {
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::Cancel;
    command.more = more;
    command.strategy = StrategyId{0};
    command.cancel = {StrategyId{0}, handle, now};
    core->on_lane_command(command, now);
  }
  const engine::Order* order(Handle handle) { return core->orders().table().find(handle); }
  Quantity position(InstrumentId instrument) const {
    return core->positions().of_account(instrument).quantity();
  }

  // ---- the truth ----

  Quantity venue_position(InstrumentId instrument) const {
    Quantity sum;
    for (const sim::PositionView& held : server->exchange().positions(user)) {
      if (held.instrument == instrument) sum += held.quantity;
    }
    return sum;
  }
  std::size_t venue_open_orders() const { return server->exchange().open_orders(user).size(); }
  /// What is wrong when nothing is in flight any more; "" when engine and venue agree.
  std::string disagreement() {
    const engine::CoreStatus status = core->status();
    if (!is_ready()) return "not ready: " + std::to_string(static_cast<int>(status.hold_reason));
    if (status.unknown_orders != 0) return "orders whose outcome is not known";
    if (status.held_instruments != 0) return "an instrument is held";
    for (const sim::BalanceView& there : server->exchange().balances(user)) {
      const auto& here = core->balance(there.currency);
      const __int128 cash = here ? here->cash.raw : __int128{0};
      if (cash != there.cash.raw)
        return "a balance differs: " + std::string(currencies.name(there.currency));
    }
    if (options.depth && !depth_agrees()) return "the deep book differs";
    if (position(swap) != venue_position(swap))
      return "position " + std::to_string(position(swap).raw) + " here, " +
             std::to_string(venue_position(swap).raw) + " at the venue";
    if (status.open_orders != venue_open_orders())
      return std::to_string(status.open_orders) + " orders here, " +
             std::to_string(venue_open_orders()) + " at the venue";
    const std::size_t fills = server->exchange().fills(user).size();
    if (status.fills != fills)
      return std::to_string(status.fills) + " fills booked, " + std::to_string(fills) +
             " at the venue";
    const risk::Holding& holding = core->exposure().of_account(swap);
    if (status.open_orders == 0 && (holding.working_buy.raw != 0 || holding.working_sell.raw != 0))
      return "leaves are counted of no order";
    return {};
  }

  /// The best levels of the swap's deep book are the venue's.
  bool depth_agrees() const {
    const OrderBook* const book = core->books().find(swap, BookFeed::Depth400);
    if (book == nullptr) return false;
    for (const Side side : {Side::Buy, Side::Sell}) {
      const auto there = server->exchange().book(swap, side, 5);
      const auto here = side == Side::Buy ? book->bids_worst_first() : book->asks_worst_first();
      if (here.size() < there.size()) return false;
      for (std::size_t i = 0; i < there.size(); ++i) {
        const auto& level = here[here.size() - 1 - i];
        if (level.price != there[i].price || level.quantity != there[i].quantity) return false;
      }
    }
    return true;
  }

  Options options;
  Timestamp now = kStart;
  InstrumentTable instruments;
  CurrencyTable currencies;
  InstrumentId swap;
  InstrumentId spot;
  std::vector<InstrumentId> swaps;  ///< the others
  okx::InstrumentCodes codes;
  okx::OrderTermsTable terms;
  engine::MemoryJournal journal;
  EngineEars ears;
  sim::UserId user = 1;
  std::unique_ptr<okx_server::Server> server;
  std::unique_ptr<okx::OrderSession> orders;
  std::unique_ptr<okx::BookSeeds> seeds;
  std::unique_ptr<okx::MarketSession> market_session;
  std::unique_ptr<okx::RestSession> rest;
  std::unique_ptr<okx::AccountVenue> venue;
  std::unique_ptr<engine::TradingCore> core;
  std::vector<std::string> problems;  ///< what a person would have read
  std::uint64_t private_messages = 0;

 private:
  /// The core's port, made before what it leads to.
  struct Port final : VenuePort, DeadManPort {
    SendResult place(const PlaceRequest& r, Timestamp t) noexcept override {
      return to->place(r, t);
    }
    SendResult amend(const AmendRequest& r, Timestamp t) noexcept override {
      return to->amend(r, t);
    }
    SendResult cancel(const CancelRequest& r, Timestamp t) noexcept override {
      return to->cancel(r, t);
    }
    SendResult place_batch(std::span<const PlaceRequest> r, Timestamp t) noexcept override {
      return to->place_batch(r, t);
    }
    SendResult amend_batch(std::span<const AmendRequest> r, Timestamp t) noexcept override {
      return to->amend_batch(r, t);
    }
    SendResult cancel_batch(std::span<const CancelRequest> r, Timestamp t) noexcept override {
      return to->cancel_batch(r, t);
    }
    bool supports(const PlaceRequest& r) const noexcept override { return to->supports(r); }
    bool query_order(InstrumentId i, ClientOrderId c, VenueOrderId v,
                     Timestamp t) noexcept override {
      return to->query_order(i, c, v, t);
    }
    bool request_snapshot(SnapshotKind k, std::uint64_t r, Timestamp s,
                          Timestamp t) noexcept override {
      return to->request_snapshot(k, r, s, t);
    }
    bool set_cancel_all_after(std::uint32_t s, Timestamp t) noexcept override {
      return to->set_cancel_all_after(s, t);
    }
    okx::AccountVenue* to = nullptr;
  };
  struct Wire final : okx::SocketOutput {
    bool send_text(std::string_view text) noexcept override {
      if (!up) return false;
      owner->post(owner->pipe_of(line, Way::ToVenue), std::string(text));
      return true;
    }
    void reconnect(std::string_view) noexcept override { wants_cut = true; }
    WiredEngine* owner = nullptr;
    Line line = Line::Market;
    bool up = false;
    bool wants_cut = false;
    std::uint16_t close_code = 0;  // by the venue, with a word
    okx_server::ConnectionId connection = 0;
    std::optional<Timestamp> reconnect_at;
  };
  struct SeedRequests final : okx::RestOutput {
    static constexpr std::uint64_t kBit = std::uint64_t{1} << 62;
    bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
      okx::RestOutput& rest = *owner;
      return rest.send_request(kBit | id, std::move(request));
    }
    WiredEngine* owner = nullptr;
  };
  using Due = std::pair<Timestamp, std::uint64_t>;  // when, and in the order of sending
  struct Pipe {
    const Due& head() const { return messages.front().first; }
    std::deque<std::pair<Due, std::string>> messages;
    std::deque<std::pair<std::uint64_t, HttpRequest>> requests;  // REST, beside their messages
    std::deque<std::pair<std::uint64_t, HttpResponse>> responses;
    Nanos extra;
    Timestamp last;
  };
  static constexpr std::size_t kRestAsk = 4;
  static constexpr std::size_t kRestAnswer = 5;

  InstrumentId add(std::string_view name, InstrumentKind kind, std::int64_t code, int digits) {
    Instrument instrument;
    instrument.name = name;
    instrument.kind = kind;
    instrument.state = InstrumentState::Live;
    instrument.base = currencies.intern("BTC");
    instrument.quote = instrument.settle = currencies.intern("USDT");
    instrument.price_digits = 3;
    instrument.quantity_digits = static_cast<std::uint8_t>(digits);
    instrument.tick_size = {100};
    instrument.lot_size = instrument.minimum_quantity = {1};
    instrument.maximum_limit_quantity = {1'000'000'000'000};
    instrument.maximum_market_quantity = Quantity{1'000'000'000'000};
    if (kind == InstrumentKind::Swap) {
      instrument.family = InstrumentName("BTC-USDT");
      instrument.contract = ContractKind::Linear;
      instrument.contract_value = {1, 2};
      instrument.maximum_leverage = Decimal{100, 0};
    }
    const InstrumentId id = instruments.add(instrument);
    const Instrument& row = instruments[id];
    codes.add({id, row.name, row.family, InstrumentName("BTC-USDT"), kind, row.price_digits,
               row.quantity_digits, code});
    return id;
  }

  void make_venue() {
    okx_server::Settings settings =
        okx_server::make_default_settings(options.seed, instruments, currencies);
    settings.limits = options.limits;
    settings.limits.connections_per_second = 0;
    settings.history_days = 0;
    if (options.limits_cancels) {
      settings.limits.cancel_single = okx_server::Limits{}.cancel_single;
      settings.limits.cancel_batch = okx_server::Limits{}.cancel_batch;
    }
    settings.users.front().account.account_mode = options.account_mode;
    for (okx_server::ListedInstrument& listed : settings.instruments)
      listed.code = *codes.find(listed.instrument)->code;
    const okx_server::Credentials key = settings.keys.front().credentials;
    signer_ = std::make_unique<okx::Signer>(
        okx::Credentials{Secret(key.key), Secret(key.secret), Secret(key.passphrase)});
    okx_server::ServerOutput& output = *this;
    server = std::make_unique<okx_server::Server>(std::move(settings), instruments, currencies,
                                                  output, now);
    std::vector<InstrumentId> all{swap, spot};
    all.insert(all.end(), swaps.begin(), swaps.end());
    for (const InstrumentId id : all) {
      server->exchange().set_reference_prices(id, {61'250'000}, {61'250'000}, now);
      if (!options.deep_market) continue;
      const Quantity deep{id == spot ? 100'000'000'000 : 100'000'000};
      market(Side::Buy, kBid, deep, id);
      market(Side::Sell, kAsk, deep, id);
    }
  }

  void make_engine() {
    for (const Instrument& instrument : instruments) {
      terms.set(instrument.id,
                okx::make_order_terms(instrument, codes.find(instrument.id)->code, false,
                                      static_cast<okx::AccountMode>(options.account_mode - 1)));
    }
    core = make_core(journal, port_, options.uses_dead_man ? &port_ : nullptr, instruments,
                     static_cast<std::uint64_t>(now.nanos / 1'000'000'000), nullptr);
    std::vector<okx::MarketSubscription> wanted;
    for (const Instrument& instrument : instruments) {
      wanted.push_back({instrument.id, okx::MarketStream::BestBidOffer});
      if (is_derivative(instrument.kind))
        wanted.push_back({instrument.id, okx::MarketStream::MarkPrice});
      wanted.push_back({instrument.id, okx::MarketStream::IndexPrice});
    }
    okx::SessionProblems& heard = *this;
    okx::Diagnostics& told = *this;
    okx::RestOutput& http = *this;
    if (options.depth) {
      core->add_book(swap, BookFeed::Depth400);
      wanted.push_back({swap, okx::MarketStream::Depth400});
      wanted.push_back({swap, okx::MarketStream::FundingRate});
    }
    seed_requests_.owner = this;
    seeds = std::make_unique<okx::BookSeeds>(okx::RestIdentity{}, codes, seed_requests_);
    market_session = std::make_unique<okx::MarketSession>(okx::MarketSessionSettings{}, codes,
                                                          wanted, *core, told, seeds.get());
    orders = std::make_unique<okx::OrderSession>(*signer_, context_, *core, heard, options.orders);
    rest =
        std::make_unique<okx::RestSession>(okx::RestIdentity{signer_.get(), false}, context_, terms,
                                           *core, heard, http, okx::RestSessionSettings{});
    venue =
        std::make_unique<okx::AccountVenue>(*orders, *rest, context_, terms, *core, options.venue);
    port_.to = venue.get();
    wires_[0].line = Line::Market;
    wires_[1].line = Line::Private;
    for (Wire& wire : wires_) wire.owner = this;
  }

 public:
  /// A core of the same settings between others: to replay what this one wrote.
  std::unique_ptr<engine::TradingCore> make_core(engine::Journal& pen, VenuePort& port,
                                                 DeadManPort* dead_man, InstrumentTable& table,
                                                 std::uint64_t run,
                                                 const engine::PriorBelief* prior) {
    risk::Settings risk_settings = options.risk;
    const risk::RateLimit any{1'000'000, seconds(2)};
    risk_settings.rates.place = risk_settings.rates.place_batch = risk_settings.rates.amend =
        risk_settings.rates.amend_batch = risk_settings.rates.cancel =
            risk_settings.rates.cancel_batch = risk_settings.rates.account = any;
    if (options.limits_cancels) {
      risk_settings.rates.cancel = risk::RateLimits{}.cancel;
      risk_settings.rates.cancel_batch = risk::RateLimits{}.cancel_batch;
    }
    risk_settings.account.open_orders_max = 100'000;
    risk_settings.instrument_default.open_orders_max = 100'000;
    risk_settings.strategy_default.open_orders_max = 100'000;
    risk_settings.instrument_default.price_collar_ppm = 500'000;
    risk_settings.price_collar_majors_ppm = 500'000;
    auto limits = risk::LimitTable::build(risk_settings, instruments, currencies,
                                          std::vector<std::string>{"s0"});
    if (!limits) std::abort();
    for (const Instrument& instrument : instruments)
      static_cast<void>(limits->permit(StrategyId{0}, instrument));
    const auto ids =
        engine::ClientOrderIds::start(1, run, prior == nullptr ? 0 : prior->newest_run());
    if (!ids) std::abort();
    options.core.margin_modes.assign(table.size(), MarginMode::Cross);
    options.core.margin_modes[spot.value] = MarginMode::Cash;
    auto made = std::make_unique<engine::TradingCore>(
        engine::CoreLinks{table, currencies, pen, port, dead_man, ears, ears, ears}, options.core,
        risk_settings, std::move(*limits), 1, *ids);
    for (const Instrument& instrument : table)
      made->add_book(instrument.id, BookFeed::BestBidOffer);
    if (prior != nullptr) made->restore(*prior);
    return made;
  }

 private:
  Wire& wire_of(Line line) { return wires_[static_cast<std::size_t>(line)]; }
  okx::SocketSession& session_of(Line line) {
    if (line == Line::Market) return *market_session;
    return *orders;
  }
  Pipe& pipe_of(Line line, Way way) {
    return pipes_[static_cast<std::size_t>(line) * 2 + static_cast<std::size_t>(way)];
  }
  void post(Pipe& pipe, std::string text) {
    pipe.last = std::max(pipe.last, now + options.latency + pipe.extra);
    pipe.messages.push_back({{pipe.last, ++sent_}, std::move(text)});
  }

  void connect(Line line) {
    Wire& wire = wire_of(line);
    wire.reconnect_at.reset();
    wire.connection = ++last_connection_;
    const std::string_view path = line == Line::Market ? "/ws/v5/public" : "/ws/v5/private";
    if (server->on_upgrade(path, "127.0.0.1:1", now) != 0) {
      wire.reconnect_at = now + options.reconnect_after;
      return;
    }
    wire.up = true;
    server->on_open(wire.connection, path, "127.0.0.1:1", now);
    session_of(line).on_open(wire, now);
  }

  void tick() {
    server->on_timer(now);
    core->on_timer(now);
    market_session->on_timer(now);
    seeds->on_timer(now);
    orders->on_timer(now);
    venue->on_timer(now);
    for (Wire& wire : wires_) {
      if (wire.wants_cut) {
        wire.wants_cut = false;
        const std::uint16_t code = std::exchange(wire.close_code, std::uint16_t{0});
        const bool stays =
            code != 0 && session_of(wire.line).on_close_code(code, now) == okx::CloseReaction::Stop;
        cut(wire.line);
        if (stays) wire.reconnect_at.reset();
      }
      if (!wire.up && wire.reconnect_at && now >= *wire.reconnect_at) connect(wire.line);
    }
  }

  void deliver(Pipe& pipe) {
    const auto index = static_cast<std::size_t>(&pipe - pipes_.data());
    const std::string text = std::move(pipe.messages.front().second);
    pipe.messages.pop_front();
    if (index == kRestAsk) return ask_venue(pipe);
    if (index == kRestAnswer) return answer_engine(pipe);
    const Message message{static_cast<Line>(index / 2), static_cast<Way>(index % 2), text};
    if (message.line == Line::Private) ++private_messages;
    const Fate fate = hook ? hook(message) : Fate::Deliver;
    if (fate == Fate::CutBefore) return cut(message.line);
    if (fate == Fate::Drop) return;
    if (!intercept || !intercept(message)) hand_over(message);
    if (fate == Fate::CutAfter) cut(message.line);
  }
  void hand_over(const Message& message) {
    Wire& wire = wire_of(message.line);
    if (message.way == Way::ToVenue) {
      server->on_text(wire.connection, message.text, now);
      return;
    }
    std::string padded(message.text);
    padded.append(okx::kTextPadding, '\0');
    session_of(message.line).on_text({padded.data(), message.text.size()}, now);
  }

  void ask_venue(Pipe& pipe) {
    auto [id, request] = std::move(pipe.requests.front());
    pipe.requests.pop_front();
    HttpResponse response;
    std::optional<HttpResponse> instead;
    Nanos late;
    if (intercept_rest) instead = intercept_rest(request);
    if (instead) {
      response = std::move(*instead);
    } else if (rest_is_up) {
      response = server->on_http(request, "127.0.0.1:2", now);
      const okx_server::HttpDelivery delivery = server->delivery();
      if (delivery.cut_after) response = {};
      late = delivery.delay;
    }
    Pipe& back = pipes_[kRestAnswer];
    back.extra = late;
    back.responses.emplace_back(id, std::move(response));
    post(back, {});
  }
  void answer_engine(Pipe& pipe) {
    auto [id, response] = std::move(pipe.responses.front());
    pipe.responses.pop_front();
    if ((id & SeedRequests::kBit) == 0) return rest->on_response(id, response, now);
    const auto book = seeds->on_response(id & ~SeedRequests::kBit, response, now);
    if (!book) return;
    std::string body = response.status == 200 ? response.body : "";
    const std::size_t size = body.size();
    body.append(okx::kTextPadding, '\0');
    market_session->on_book_seed(book->instrument, book->feed, {body.data(), size}, now);
  }

  // okx_server::ServerOutput
  void send_text(okx_server::ConnectionId id, std::string_view text) noexcept override {
    for (Wire& wire : wires_) {
      if (wire.up && wire.connection == id)
        post(pipe_of(wire.line, Way::ToEngine), std::string(text));
    }
  }
  void close(okx_server::ConnectionId id, std::uint16_t code, std::string_view) noexcept override {
    for (Wire& wire : wires_) {
      if (!wire.up || wire.connection != id) continue;
      wire.wants_cut = true;
      wire.close_code = code;
    }
  }
  // okx::RestOutput
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    Pipe& pipe = pipes_[kRestAsk];
    pipe.requests.emplace_back(id, std::move(request));
    post(pipe, {});
    return true;
  }
  // what people would read
  void on_problem(okx::ProblemKind, std::int32_t code, std::string_view text) noexcept override {
    problems.push_back(std::to_string(code) + " " + std::string(text));
  }
  void on_diagnostic(okx::DiagnosticKind, std::string_view detail,
                     std::string_view) noexcept override {
    problems.emplace_back(detail);
  }

  SeedRequests seed_requests_;
  std::unique_ptr<okx::Signer> signer_;
  okx::AccountContext context_{instruments, currencies, AccountId{0}, okx::OrderTag("mm1")};
  Port port_;
  std::array<Wire, 2> wires_;
  std::array<Pipe, 6> pipes_;
  Timestamp next_tick_ = kStart;
  std::uint64_t sent_ = 0;
  std::uint64_t last_handle_ = 0;
  okx_server::ConnectionId last_connection_ = 0;
};

}  // namespace gannet::test
