#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/business_feed.h"
#include "app/engine_figures.h"
#include "app/engine_room.h"
#include "app/event_tap.h"
#include "app/history_thread.h"
#include "app/market_stopwatch.h"
#include "app/prior_journal.h"
#include "app/recorded_session.h"
#include "app/store_journal.h"
#include "app/venue_link.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/spsc_queue.h"
#include "base/suspend_watch.h"
#include "base/thread_role.h"
#include "engine/lane_thread.h"
#include "engine/plugin_loader.h"
#include "engine/publisher.h"
#include "engine/trading_core.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/algo_session.h"
#include "gateway/okx/protocol/book_seeds.h"
#include "gateway/okx/protocol/market_feed.h"
#include "gateway/okx/protocol/order_lines.h"
#include "gateway/okx/transport/line_sockets.h"
#include "gateway/okx/transport/market_connection.h"
#include "gateway/okx/transport/order_connection.h"
#include "gateway/okx/transport/rest_connection.h"

namespace gannet::app {

/// Definitions older than risk.metadata_age_max (24 h) deny orders: they are confirmed long before.
inline constexpr Nanos kDefinitionInterval = seconds(3600);

/// Algo requests share the REST connection: their ids are told apart by a bit.
class AlgoRequests final : public okx::RestOutput {
 public:
  static constexpr std::uint64_t kBit = std::uint64_t{1} << 61;
  explicit AlgoRequests(okx::RestOutput& rest) noexcept : rest_(rest) {}
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    return rest_.send_request(kBit | id, std::move(request));
  }

 private:
  okx::RestOutput& rest_;
};

/// What the reactor owns and does. Split over files by question: how it is built
/// (engine_room_build), what a turn does (engine_room), what people are told (engine_room_status).
struct EngineRoom::Parts final : engine::EngineListener {
  explicit Parts(const EngineRoomLinks& given)
      : links(given),
        settings(given.settings),
        facts(given.facts),
        context{facts.instruments, facts.currencies, AccountId{0},
                okx::OrderTag(settings.account.engine_id)} {}

  // ---- set-up, main thread ----

  std::expected<void, Error> load_strategies() RUNS_ON(kReactor);
  std::expected<void, Error> open_journal() RUNS_ON(kReactor);
  std::expected<void, Error> make_core() RUNS_ON(kReactor);
  std::vector<InstrumentId> operator_instruments(std::uint16_t strategy) const RUNS_ON(kReactor);
  void define_ids(Timestamp now) RUNS_ON(kReactor);
  std::expected<void, Error> make_sessions() RUNS_ON(kReactor);
  std::expected<void, Error> make_sockets() RUNS_ON(kReactor);
  void make_business_lines() RUNS_ON(kReactor);
  void warm_up_strategies(CandleHistory& history) RUNS_ON(kReactor);
  /// The session itself, or what records it. `name`: its connection's, as in the log.
  okx::SocketSession& heard(okx::SocketSession& session, std::string_view name) RUNS_ON(kReactor);

  // ---- reactor ----

  void run() RUNS_ON(kReactor);
  void turn() RUNS_ON(kReactor);
  void take_bills(Timestamp now) RUNS_ON(kReactor);

  /// Strategies first, then their orders, then the venue's own word that nothing of ours is left.
  void stop() RUNS_ON(kReactor);

  static bool leaves_orders(const engine::StrategySettings& strategy) {
    return strategy.on_stop == engine::StrategySettings::OnStop::Leave;
  }

  /// Some strategies leave their orders at the venue: everybody else's must be gone, by a look at
  /// the venue's list that began after they ended here, and the dead-man timer must not cancel what
  /// is to stay.
  bool leave_only_what_may_stay() RUNS_ON(kReactor);

  template <class Condition>
  bool turn_until(Condition condition, Nanos patience) RUNS_ON(kReactor) {
    const Nanos deadline = monotonic_now() + patience;
    while (!condition()) {
      if (monotonic_now() > deadline) return false;
      turn();
    }
    return true;
  }

  void watch_journal(Timestamp now) RUNS_ON(kReactor);

  /// KILL-09: what was killed stays so until a person resumes.
  void restore_kill(Timestamp now) RUNS_ON(kReactor);
  /// Kill, resume and cancel at a level; answered at once, or when it is durable.
  void control(const AdminCommand& command, Timestamp now) RUNS_ON(kReactor);
  std::optional<engine::ControlScope> scope_of(engine::ControlLevel level,
                                               std::string_view target) const RUNS_ON(kReactor);
  ControlTarget target_of(const engine::ControlScope& scope) const RUNS_ON(kReactor);
  // engine_room_view.cpp: what a person asks to see.
  void fill(EngineView& view, Timestamp now) RUNS_ON(kReactor);
  void list_orders(OrderListing& rows, Timestamp now) RUNS_ON(kReactor);
  void list_positions(PositionListing& listing, Timestamp now) const RUNS_ON(kReactor);
  void list_balances(BalanceListing& listing, Timestamp now) const RUNS_ON(kReactor);
  void list_fills(FillListing& listing, Timestamp now) const RUNS_ON(kReactor);
  void list_feeds(FeedListing& listing, Timestamp now) RUNS_ON(kReactor);
  void list_feed(FeedListing& listing, std::string_view name, okx::MarketFeed& feed, Timestamp now)
      RUNS_ON(kReactor);
  // engine_room_operator.cpp: a person's own orders, and words to strategies.
  void note(const AdminCommand& command, Timestamp now) RUNS_ON(kReactor);
  void place_order(const AdminCommand& command, AdminAnswer& answer, Timestamp now)
      RUNS_ON(kReactor);
  void amend_order(const AdminCommand& command, AdminAnswer& answer, Timestamp now)
      RUNS_ON(kReactor);
  void resolve_order(const AdminCommand& command, AdminAnswer& answer, Timestamp now)
      RUNS_ON(kReactor);
  void instruct_strategy(const AdminCommand& command, AdminAnswer& answer, Timestamp now)
      RUNS_ON(kReactor);
  engine::Order* order_named(std::string_view number) RUNS_ON(kReactor);
  /// What the core says about an order of a person's while it is carried out.
  static void answer_order(AdminAnswer& answer, std::string_view done,
                           const engine::OrderEvent& event);
  /// With a stop-watch.
  void kill_engine(const AdminCommand& command, Timestamp now) RUNS_ON(kReactor);
  FixedString<255> killed_parts_text() const RUNS_ON(kReactor);
  /// Tells the core when the machine, or this thread, has stood still.
  void watch_pauses(Timestamp now) RUNS_ON(kReactor);
  void on_rest_answer(const okx::RestAnswer& answer, Timestamp now) RUNS_ON(kReactor);

  /// Asks for one instrument's definition at a time, so that each is confirmed once in the interval
  /// and no answer is long enough to stall the reactor.
  void ask_definition(Timestamp now) RUNS_ON(kReactor);

  Nanos definition_spacing() const RUNS_ON(kReactor) {
    return {kDefinitionInterval.count / static_cast<std::int64_t>(facts.instruments.size())};
  }

  void confirm_definitions(const HttpResponse& response, Timestamp now) RUNS_ON(kReactor);

  /// What asks for market data and definitions, and how it is answered.
  void on_public_answer(const okx::RestAnswer& answer, Timestamp now) RUNS_ON(kReactor);

  /// Asked on the cold thread just before a request is written: no new order leaves once killed.
  bool permits(const HttpRequest& request) const RUNS_ON(kCold);
  void carry_out(const AdminCommand& command, Timestamp now) RUNS_ON(kReactor);
  StrategyId strategy_named(std::string_view name) const RUNS_ON(kReactor);
  void grant_override(const AdminCommand& command, AdminAnswer& answer, Timestamp now)
      RUNS_ON(kReactor);
  void take_credentials(okx::Credentials credentials, const AdminCommand& command, Timestamp now)
      RUNS_ON(kReactor);
  void answer_reload(Timestamp now) RUNS_ON(kReactor);

  // engine::EngineListener
  void on_engine_state(const engine::StateEvent& event) noexcept override RUNS_ON(kReactor);
  void on_alert(const engine::AlertEvent& event) noexcept override RUNS_ON(kReactor);
  void on_kill_changed(bool now_killed, std::string_view why, std::string_view who,
                       Timestamp now) noexcept override RUNS_ON(kReactor);
  void on_part_killed(const engine::ControlScope& scope, bool now_killed, std::string_view why,
                      std::string_view who, Timestamp now) noexcept override RUNS_ON(kReactor);
  void on_reduction_ended(const engine::ReductionResult& result, Timestamp now) noexcept override
      RUNS_ON(kReactor);
  void on_day_closed(StrategyId strategy, const engine::ProfitFigures& closing,
                     Timestamp now) noexcept override RUNS_ON(kReactor);
  void on_protection(const engine::ProtectionRule& rule, __int128 value,
                     Timestamp now) noexcept override RUNS_ON(kReactor);
  void on_flat_confirmed(Timestamp now) noexcept override RUNS_ON(kReactor);
  void on_definition_changed(const Instrument& instrument, Timestamp now) noexcept override
      RUNS_ON(kReactor);
  void on_socket(std::string_view name, const okx::SocketConnectionEvent& event) RUNS_ON(kReactor);
  std::uint64_t frames_refused() const noexcept RUNS_ON(kReactor);

  /// The core has cancelled its orders by then; a person must know that it no longer trades.
  void tell_stopped_strategies(Timestamp now) RUNS_ON(kReactor);
  /// What the kernel refused to the lanes' threads. SEC-05
  void tell_lanes(Timestamp now) RUNS_ON(kReactor);

  /// What an operator reads in the log beside orders: connections that are ready, comparisons with
  /// the venue, and once a minute the figures.
  void tell_milestones(const engine::CoreStatus& at, Timestamp now) RUNS_ON(kReactor);
  void tell_started_strategies(Timestamp now) RUNS_ON(kReactor);
  void publish_status(Timestamp now) RUNS_ON(kReactor);
  void publish_figures(const engine::CoreStatus& at, Timestamp now) RUNS_ON(kReactor);
  void publish_limiter(EngineFigures& figures, Timestamp now) const RUNS_ON(kReactor);
  void publish_balances(EngineFigures& figures) const RUNS_ON(kReactor);
  void publish_histograms() RUNS_ON(kReactor);
  void publish_lines(DaemonStatus& status) const RUNS_ON(kReactor);
  void publish_money(MoneyStatus& money, Timestamp now) const RUNS_ON(kReactor);
  void publish_why_not(DaemonStatus& status) const RUNS_ON(kReactor);
  NotTrading why_not(InstrumentId instrument) const RUNS_ON(kReactor);
  NotTrading why_not(StrategyId strategy) const RUNS_ON(kReactor);
  DaemonStatus::InstrumentRow row_of(InstrumentId id, Timestamp now) RUNS_ON(kReactor);

  EngineRoomLinks links;
  const config::Settings& settings;
  VenueFacts& facts;
  std::string ring_path;
  okx::AccountContext context;
  okx::RestIdentity public_identity;

  net::EventLoop loop OWNED_BY(kReactor);
  okx::ConnectPacer pacer OWNED_BY(kReactor);
  SessionLog session_log OWNED_BY(kReactor);
  StrategyLog strategy_log;
  VenueLink link OWNED_BY(kReactor);
  std::unique_ptr<HistoryThread> history_thread;  // before the store, whose thread offers to it
  std::unique_ptr<JournalStore> store OWNED_BY(kReactor);
  std::optional<StoreJournal> journal OWNED_BY(kReactor);
  std::optional<StoreDisk> disk OWNED_BY(kReactor);
  std::optional<engine::DurablePort> durable OWNED_BY(kReactor);  // modes that wait for the disk
  std::optional<PriorJournal> prior OWNED_BY(kReactor);
  // Before the publisher: handlers live in them.
  std::vector<engine::Plugin> plugins OWNED_BY(kReactor);
  std::optional<engine::Publisher> publisher OWNED_BY(kReactor);
  std::optional<BookTap> book_tap;
  std::optional<EventTap> tap OWNED_BY(kReactor);
  std::optional<engine::TradingCore> core OWNED_BY(kReactor);
  std::vector<okx::MarketSubscription> subscriptions OWNED_BY(kReactor);
  std::unique_ptr<okx::RestConnection> rest OWNED_BY(kReactor);
  // Of its own, so that no order, cancel or dead-man timer waits behind a book.
  std::unique_ptr<okx::RestConnection> public_rest OWNED_BY(kReactor);
  std::optional<okx::BookSeeds> book_seeds OWNED_BY(kReactor);
  std::optional<okx::OrderLines> order_lines OWNED_BY(kReactor);
  std::optional<okx::RestSession> rest_session OWNED_BY(kReactor);
  std::optional<okx::AccountVenue> venue OWNED_BY(kReactor);
  std::optional<AlgoRequests> algo_requests OWNED_BY(kReactor);
  std::optional<okx::AlgoRest> algo_rest OWNED_BY(kReactor);
  std::array<std::optional<okx::AlgoSession>, okx::LinePair::kLines> algo_sessions
      OWNED_BY(kReactor);
  std::optional<okx::LinePair> algo_lines OWNED_BY(kReactor);
  std::optional<MarketStopwatch> stopwatch OWNED_BY(kReactor);
  std::optional<okx::MarketFeed> market_feed OWNED_BY(kReactor);
  std::optional<BusinessFeed> business_feed OWNED_BY(kReactor);
  std::optional<okx::MarketFeed> business_lines OWNED_BY(kReactor);  // if anything wants it
  // Between a session and its connection, where frames are recorded.
  std::vector<std::unique_ptr<RecordedSession>> recorded OWNED_BY(kReactor);
  // After the sessions: they go first.
  okx::LineSockets market_sockets OWNED_BY(kReactor);
  okx::LineSockets order_sockets OWNED_BY(kReactor);
  okx::LineSockets business_sockets OWNED_BY(kReactor);
  okx::LineSockets algo_sockets OWNED_BY(kReactor);
  std::uint64_t last_question OWNED_BY(kReactor) = 0;  // about a definition

  // Shared: atomics, and queues of one producer and one consumer.
  std::atomic<bool> stop_requested{false};
  /// Taken so far, for the watchdog and the figures. Written here alone; nothing else is read on
  /// its word.
  std::atomic<std::uint64_t> turns{0};
  std::atomic<bool> killed{false};
  std::atomic<bool> disk_low{false};
  SpscQueue<AdminCommand> commands{64};
  SpscQueue<AdminAnswer> answers{64};
  SpscQueue<BillNews> bills{4096};
  Timestamp bills_known;  // written before the reactor runs
  SpscQueue<KillChange> kill_changes{64};
  PublishedValue<DaemonStatus> published;
  PublishedValue<EngineFigures> published_figures;
  LatencyBoard latencies;
  FillMemory fill_memory OWNED_BY(kReactor);
  std::uint64_t manual_orders OWNED_BY(kReactor) = 0;  // of this run

  Timestamp started OWNED_BY(kReactor);
  Timestamp last_status OWNED_BY(kReactor);
  Timestamp last_rest_timer OWNED_BY(kReactor);
  Timestamp last_summary;
  engine::CoreStatus told;  // as the log knows it
  Timestamp last_definition OWNED_BY(kReactor);
  std::uint32_t next_definition OWNED_BY(kReactor) = 0;
  FixedString<120> kill_reason OWNED_BY(kReactor);
  std::uint64_t waiting_kill_command OWNED_BY(kReactor) = 0;
  /// A reload of credentials that is answered when the connections log in with the new key.
  struct Reload {
    std::uint64_t command = 0;
    Timestamp since;
  };
  std::optional<Reload> reload OWNED_BY(kReactor);
  std::array<DaemonStatus::Reduction, DaemonStatus::kMaxReductions> reductions OWNED_BY(kReactor);
  std::uint64_t reductions_ended OWNED_BY(kReactor) = 0;
  KillTimes kill_times OWNED_BY(kReactor);
  Timestamp kill_began OWNED_BY(kReactor);
  SuspendWatch suspend_watch OWNED_BY(kReactor){seconds(5)};
  std::uint64_t reconnects OWNED_BY(kReactor) = 0;
  std::array<std::uint64_t, EngineFigures::kAlerts> alerts_told OWNED_BY(kReactor){};
  std::size_t latency_turn OWNED_BY(kReactor) = 0;
  bool journal_failure_told OWNED_BY(kReactor) = false;
  std::vector<bool> stopped_told OWNED_BY(kReactor);
  bool flat OWNED_BY(kReactor) = false;
  bool clean OWNED_BY(kReactor) = false;
  std::span<const std::unique_ptr<engine::LaneThread>> lane_threads;  // while they run
  bool lane_abandoned = false;
};

}  // namespace gannet::app
