#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/admin.h"
#include "app/bill_reader.h"
#include "app/daemon_status.h"
#include "app/engine_figures.h"
#include "app/engine_view.h"
#include "app/frame_recorder.h"
#include "app/kill_change.h"
#include "app/limit_desk.h"
#include "app/limit_use.h"
#include "app/startup.h"
#include "base/error.h"
#include "base/journal_store.h"
#include "base/published_value.h"
#include "base/thread_role.h"
#include "config/settings.h"
#include "domain/venue.h"
#include "engine/parameters.h"
#include "engine/strategy_type.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::app {

/// What the engine room works with and does not own. All outlive it.
struct EngineRoomLinks {
  const config::Settings& settings;
  VenueFacts& facts;
  okx::Signer& signer;
  const net::TlsContext& tls;
  net::EventLoop& cold;
  const std::string& state_directory;
  const std::string& ring_path;       ///< of the journal, on tmpfs
  CandleHistory* history = nullptr;   ///< for strategies to warm up with; null: there is none
  FrameRecorder* recorder = nullptr;  ///< null: nothing is recorded
};

/// Everything that lives on the reactor: sessions, core, publisher, strategies; and the loop that
/// turns them. Built on the main thread, then `run` on the reactor thread until `request_stop`.
class EngineRoom {
 public:
  /// Loads the plugins, opens the journal, restores what it says. Errors: a plugin or its
  /// parameters, a limit, the journal; one sentence each.
  static std::expected<std::unique_ptr<EngineRoom>, Error> build(const EngineRoomLinks& links);
  ~EngineRoom();
  EngineRoom(const EngineRoom&) = delete;
  EngineRoom& operator=(const EngineRoom&) = delete;

  /// The reactor's thread body: trades until `request_stop`, then stops strategies, cancels what is
  /// open, waits (bounded) for the venue's confirmation, and returns.
  void run();

  // The cold thread's: the other ends of queues with one producer and one consumer.
  bool post(const AdminCommand& command) noexcept RUNS_ON(kCold);
  bool take_kill_change(KillChange& change) noexcept RUNS_ON(kCold);
  bool take_answer(AdminAnswer& answer) noexcept RUNS_ON(kCold);
  /// A bill for the core. False: its queue is full.
  bool post_bill(const BillNews& news) noexcept RUNS_ON(kCold);
  /// Of the venue's clock: bills before that are in the journal, or before its time.
  Timestamp bills_known() const noexcept;

  // Any thread.
  /// From the reactor's next turn on everything is signed with this key, and the private socket is
  /// logged in anew; answers `command`.
  void replace_credentials(okx::Credentials credentials, const AdminCommand& command);
  /// Limits to be in force from the reactor's next turn on; then `done` runs on the cold loop,
  /// where what they replaced is let go.
  void replace_limits(std::unique_ptr<LimitReplacement> limits, std::function<void()> done);
  /// How much of each limit is used now: told to `done`, on the cold loop.
  void ask_limits(std::function<void(const LimitUse&)> done);
  /// To the journal, before what this thread does about it reaches the reactor.
  void note(const AdminCommand& command);
  /// What a person asks to see, filled on the reactor: told to `done`, on the cold loop.
  void ask_view(EngineView::What what, const FillFilter& filter,
                std::function<void(const EngineView&)> done);
  /// Other values for a strategy, checked before; then `done` runs on the cold loop: true if its
  /// lane took them.
  void replace_parameters(StrategyId strategy, engine::ParameterSet parameters,
                          std::function<void(bool)> done);
  /// What each strategy's plugin says of itself, by StrategyId. Does not change.
  std::vector<const engine::StrategyType*> strategy_types() const;
  /// Before `run`: the limits that it starts with.
  const risk::LimitTable& limits() const noexcept;
  void request_stop() noexcept;
  bool is_stopping() const noexcept;
  /// Of the reactor, so far: a loop that hangs takes none. MON-09
  std::uint64_t turns() const noexcept;
  /// First sequence of the journal's segment that is being written; 0: none yet.
  std::uint64_t journal_segment() const noexcept;
  /// The state directory's disk is nearly full (or has room again): trading is held meanwhile.
  void set_disk_low(bool low) noexcept;
  const PublishedValue<DaemonStatus>& status() const noexcept;
  const PublishedValue<EngineFigures>& figures() const noexcept;
  const LatencyBoard& latencies() const noexcept;
  /// True when `run` ended with the venue's own list empty of our orders, nothing unknown, and the
  /// journal whole. After `run`.
  bool ended_clean() const noexcept;
  /// A lane's handler never returned and its thread still uses what this owns: end the process
  /// without destroying it. After `run`.
  bool has_abandoned_lane() const noexcept;
  /// The venue refused us for good: why, in one sentence; "" otherwise. After `run`.
  std::string refusal() const;

 private:
  std::size_t limits_instruments() const noexcept;
  struct Parts;
  explicit EngineRoom(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gannet::app
