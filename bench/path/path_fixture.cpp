#include "bench/path/path_fixture.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "app/event_tap.h"
#include "app/store_journal.h"
#include "app/venue_link.h"
#include "base/clock.h"
#include "base/journal_ring.h"
#include "bench/path/hot_meter.h"
#include "bench/path/market_script.h"
#include "bench/path/private_ring.h"
#include "engine/plugin_loader.h"
#include "engine/publisher.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/market_session.h"
#include "risk/limit_table.h"
#include "support/instrument_samples.h"

namespace gannet::bench {
namespace {

constexpr Timestamp kStart = from_unix_millis(1'795'430'400'000);
constexpr Nanos kTickSpacing = milliseconds(1);
constexpr std::uint64_t kRun = 1'795'430'400;
constexpr std::int64_t kInstrumentCode = 10'459;
constexpr std::size_t kJournalBytes = 1u << 22;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "path fixture: %s\n", why.c_str());
  std::abort();
}

std::string plugin_directory() {
  std::array<char, 4'096> path{};
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string program(path.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  return program.substr(0, program.rfind('/')) + "/../lib/gannet/strategies";
}

/// Takes what the daemon would log, and counts what must not happen here.
class Ears final : public engine::EngineListener,
                   public okx::SessionProblems,
                   public okx::Diagnostics {
 public:
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent& event) noexcept override {
    // A thousand orders a second of which none trades: the ratio's rule says so, once a window.
    if (event.alert == engine::Alert::RuleBroken) return;
    heard(engine::name_of(event.alert));
  }
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {
    heard("kill");
  }
  void on_flat_confirmed(Timestamp) noexcept override {}
  void on_problem(okx::ProblemKind, std::int32_t, std::string_view text) noexcept override {
    heard(text);
  }
  void on_diagnostic(okx::DiagnosticKind, std::string_view detail,
                     std::string_view) noexcept override {
    heard(detail);
  }
  std::uint64_t surprises() const noexcept { return surprises_; }

 private:
  void heard(std::string_view what) noexcept {
    if (surprises_++ == 0) {
      std::fprintf(stderr, "path fixture: %.*s\n", static_cast<int>(what.size()), what.data());
    }
  }
  std::uint64_t surprises_ = 0;
};

/// The market's socket: what is asked of it is known.
class DeafSocket final : public okx::SocketOutput {
 public:
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override { ++reconnects; }
  std::uint64_t reconnects = 0;
};

/// The daemon's port, with REST questions marked: the core asks them from its hot timers, but they
/// are cold.
class MeteredLink final : public VenuePort, public DeadManPort {
 public:
  explicit MeteredLink(HotMeter& meter) noexcept : meter_(meter) {}
  void bind(okx::AccountVenue& venue, const engine::OrderManager& orders) noexcept {
    link_.bind(venue, orders);
  }
  app::VenueLink& link() noexcept { return link_; }

  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override {
    return link_.place(request, now);
  }
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override {
    return link_.amend(request, now);
  }
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override {
    return link_.cancel(request, now);
  }
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override {
    return link_.place_batch(requests, now);
  }
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override {
    return link_.amend_batch(requests, now);
  }
  SendResult cancel_batch(std::span<const CancelRequest> requests,
                          Timestamp now) noexcept override {
    return link_.cancel_batch(requests, now);
  }
  bool supports(const PlaceRequest& request) const noexcept override {
    return link_.supports(request);
  }
  bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override {
    return link_.cancel_protected(instrument, now);
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override {
    return meter_.cold([&] { return link_.query_order(instrument, client_id, venue_id, now); });
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override {
    return meter_.cold([&] { return link_.request_snapshot(kind, request, since, now); });
  }
  bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override {
    return meter_.cold([&] { return link_.set_cancel_all_after(seconds, now); });
  }

 private:
  HotMeter& meter_;
  app::VenueLink link_;
};

}  // namespace

struct PathFixture::Parts {
  Parts(BookFeed book_feed, std::uint32_t orders_per_two_seconds)
      : feed(book_feed), market_script(book_feed) {
    define();
    load_probe();
    make_core(orders_per_two_seconds);
    make_sessions();
    connect();
  }

  void define() {
    const Instrument swap = test::linear_swap(currencies, kMarketInstrument);
    instrument = instruments.add(swap);
    codes.add({instrument, swap.name, swap.family, InstrumentName("BTC-USDT"), swap.kind,
               swap.price_digits, swap.quantity_digits, kInstrumentCode});
    terms.set(instrument, okx::make_order_terms(instruments[instrument], kInstrumentCode, false));
  }

  void load_probe() {
    auto loaded = engine::load_plugin("probe", plugin_directory());
    if (!loaded) give_up(loaded.error().message);
    plugin.emplace(std::move(*loaded));
    publisher.emplace(instruments, currencies, nullptr, engine::PublisherSettings{});
    tap.emplace(*publisher, instruments);
    engine::StrategySettings settings;
    settings.name = "prober";
    settings.plugin = "probe";
    using Kind = engine::ParameterSetting::Kind;
    settings.parameters = {
        {"instrument", std::string(kMarketInstrument), Kind::Text, "path fixture"},
        {"quantity", "1 contract", Kind::Text, "path fixture"},
        {"channel", feed == BookFeed::BestBidOffer ? "best" : "depth400", Kind::Text,
         "path fixture"}};
    if (auto added = publisher->add_strategy(plugin->type(), settings); !added) {
      give_up(added.error().message);
    }
  }

  void make_core(std::uint32_t orders_per_two_seconds) {
    risk::Settings risk_settings;
    // A thousand orders a second of virtual time, and in one test a position that only grows.
    risk_settings.rates.cancel = risk_settings.rates.account =
        risk::RateLimit{PathFixture::kUnthrottled, seconds(2)};
    risk_settings.rates.place = risk::RateLimit{orders_per_two_seconds, seconds(2)};
    risk_settings.account.order_notional_max = Decimal{5'000, 0};
    risk_settings.instrument_default.position_long_max = risk::SizeLimit{{100'000'000, 0}, {}};
    const std::vector<std::string> names{"prober"};
    auto limits = risk::LimitTable::build(risk_settings, instruments, currencies, names);
    if (!limits) give_up(limits.error().message);
    if (auto permitted = limits->permit({0}, instruments[instrument]); !permitted) {
      give_up(permitted.error().message);
    }
    const auto ids = engine::ClientOrderIds::start(1, kRun, 0);
    if (!ids) give_up("no client order ids");
    core.emplace(
        engine::CoreLinks{instruments, currencies, journal, link, &link, *tap, *publisher, ears},
        engine::TradingCoreSettings{}, risk_settings, std::move(*limits), names.size(), *ids);
    core->add_book(instrument, feed);
  }

  void make_sessions() {
    using enum okx::MarketStream;
    const std::array<okx::MarketSubscription, 3> wanted{
        {{instrument, okx::stream_of(feed)}, {instrument, MarkPrice}, {instrument, IndexPrice}}};
    market.emplace(okx::MarketSessionSettings{}, codes, wanted, *core, ears);
    orders.emplace(signer, context, *core, ears, okx::OrderSessionSettings{});
    rest.emplace(okx::RestIdentity{&signer, false}, context, terms, *core, ears, script,
                 okx::RestSessionSettings{});
    venue.emplace(*orders, *rest, context, terms, *core);
    link.bind(*venue, core->orders());
    tap->time_with(link.link());
  }

  void connect() {
    core->start(now);
    publisher->start(*core, now);
    market->on_open(market_socket, now);
    for (const MarketFrame& frame : market_script.opening()) market->on_text(frame.view(), now);
    orders->on_open(script, now);
    for (int i = 0; i < 1'000 && core->state() != engine::EngineState::Ready; ++i) {
      now = now + milliseconds(10);
      turn(Ending::Rest);
    }
    if (core->state() != engine::EngineState::Ready) give_up("the engine did not get ready");
  }

  /// What the reactor does around its frames, and what the venue says to it all.
  void turn(Ending ending) {
    if (now - references_told >= seconds(1)) {
      references_told = now;
      for (const MarketFrame& frame : market_script.references()) {
        meter.hot([&] { market->on_text(frame.view(), now); });
      }
    }
    for (const ScriptedVenue::Text& text : script.make_answers(ending, now)) {
      meter.hot([&] { orders->on_text(text.view(), now); });
    }
    meter.hot([&] {
      publisher->do_work(now);
      core->on_timer(now);
      market->on_timer(now);
      orders->on_timer(now);
    });
    venue->on_timer(now);
    for (const ScriptedVenue::Request& request : script.take_requests()) {
      rest->on_response(request.id, script.answer(request, now), now);
    }
    ring.release(ring.peek().size());
  }

  BookFeed feed;
  MarketScript market_script;
  Timestamp now = kStart;
  Timestamp references_told;
  HotMeter meter;

  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId instrument;
  okx::InstrumentCodes codes;
  okx::OrderTermsTable terms;
  okx::Signer signer{{Secret("key"), Secret("EXAMPLE-SECRET-NOT-REAL-0001"), Secret("pass")}};
  okx::AccountContext context{instruments, currencies, AccountId{0}, okx::OrderTag("bench")};
  ScriptedVenue script{kMarketInstrument, "bench"};
  DeafSocket market_socket;
  Ears ears;
  JournalRing ring = private_ring(kJournalBytes);
  app::StoreJournal journal{ring};
  MeteredLink link{meter};
  std::optional<engine::Plugin> plugin;  // before the publisher: its handlers live in it
  std::optional<engine::Publisher> publisher;
  std::optional<app::EventTap> tap;
  std::optional<engine::TradingCore> core;
  std::optional<okx::MarketSession> market;
  std::optional<okx::OrderSession> orders;
  std::optional<okx::RestSession> rest;
  std::optional<okx::AccountVenue> venue;
};

PathFixture::PathFixture(BookFeed feed, std::uint32_t orders_per_two_seconds)
    : parts_(std::make_unique<Parts>(feed, orders_per_two_seconds)) {}
PathFixture::~PathFixture() = default;

Tick PathFixture::tick() noexcept {
  Parts& path = *parts_;
  path.now = path.now + kTickSpacing;
  const MarketFrame& frame = path.market_script.next();
  const std::uint64_t orders_before = path.core->orders().counters().placed;
  path.script.arm();
  Tick tick;
  path.meter.hot([&] {
    const Nanos start = monotonic_now();
    path.market->on_text(frame.view(), path.now);
    tick.whole = monotonic_now() - start;
    tick.to_order = path.script.first_written() - start;
  });
  tick.orders = path.core->orders().counters().placed - orders_before;
  return tick;
}

void PathFixture::answer(Ending ending) { parts_->turn(ending); }

std::uint64_t PathFixture::run(int count, Ending ending) {
  std::uint64_t orders = 0;
  for (int i = 0; i < count; ++i) {
    orders += tick().orders;
    answer(ending);
  }
  return orders;
}

void PathFixture::set_hot_flag_at(volatile char* flag) noexcept { parts_->meter.set_flag_at(flag); }

std::uint64_t PathFixture::allocations() const noexcept { return parts_->meter.allocations(); }
std::uint64_t PathFixture::surprises() const noexcept {
  return parts_->ears.surprises() + parts_->script.surprises() + parts_->market_socket.reconnects;
}
const engine::TradingCore& PathFixture::core() const noexcept { return *parts_->core; }
const ScriptedVenue& PathFixture::venue() const noexcept { return parts_->script; }
std::uint64_t PathFixture::journal_records() const noexcept {
  return parts_->ring.next_sequence() - 1;
}

}  // namespace gannet::bench
