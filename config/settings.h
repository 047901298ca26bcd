#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backtest/settings.h"
#include "base/journal_writer.h"
#include "base/secret.h"
#include "base/time.h"
#include "engine/settings.h"
#include "monitor/alert_settings.h"
#include "monitor/settings.h"
#include "risk/settings.h"

namespace gannet::config {

enum class Environment : std::uint8_t { Sim, Paper, Demo, Live };
enum class Region : std::uint8_t { Global, Eea, Us };

struct CredentialSettings {
  Secret api_key;
  Secret secret;
  Secret passphrase;
};

/// Instead of URLs: a `gannet sim` that gannetd starts, and that ends with it.
struct EmbeddedSimSettings {
  std::string market = "synthetic";  ///< "synthetic" or "replay:FILE"
  std::uint64_t seed = 1;
  std::string speed = "1";  ///< exact decimal; scales the market's time
  std::string instruments;  ///< a file of instrument definitions; "": the built-in ones
};

/// Which way each kind of order request goes first; the other is used while that one is no way.
enum class Route : std::uint8_t { Socket, Rest };
struct RouteSettings {
  Route place = Route::Socket;
  Route amend = Route::Socket;
  Route cancel = Route::Socket;
};

/// The account of environment = "paper": what the simulated venue behind it starts with. Its modes
/// are those of [account].
struct PaperSettings {
  std::vector<std::string> balances = {"100000 USDT"};
  std::string queue = "back";  ///< whose cancels a shrinking level's are: back, proportional, front
};

/// Raw frames to disk, for `gannetd` and `gannet record`.
struct RecordSettings {
  std::string directory;
  std::vector<std::string> channels;  ///< of `gannet record`; empty: its own choice
  bool private_frames = false;        ///< of `gannetd`: orders, balances and positions too
  std::uint64_t segment_bytes_max = 256u << 20;  ///< of text, before compression
  Nanos segment_duration_max = seconds(3600);
  std::size_t queue_bytes = 64u << 20;        ///< between a connection and the recorder's thread
  std::uint32_t disk_free_min_ppm = 100'000;  ///< below, recording stops first (REC-09)
};

/// The record of everything (docs/adr/0004-journal.md).
struct JournalConfig {
  JournalMode mode = JournalMode::Process;  ///< when an order may leave
  std::size_t ring_bytes = 16u << 20;       ///< in shared memory; a power of two
  /// Where the ring lies, on tmpfs; "": /dev/shm. A service has it in its runtime directory, which
  /// is kept when it ends: of what a dynamic user has in /dev/shm nothing is.
  std::string ring_directory;
  std::size_t segment_bytes = 64u << 20;
  Nanos sync_interval = milliseconds(50);  ///< of mode "process"
  std::uint32_t retention_days = 30;       ///< segments older than that, and not needed, go
  /// Of the state directory's disk: below the first trading is held, below the second the process
  /// ends (REC-09). The recorder stops first, by its own disk_free_min.
  std::uint32_t disk_free_trading_ppm = 50'000;
  std::uint32_t disk_free_process_ppm = 20'000;
};

/// Who may say what on the control socket (docs/control.md). The engine's own user and root may say
/// everything. Others are named as "alice" or "1000", groups as "group:ops" or "group:1001".
struct ControlSettings {
  std::string socket;             ///< "": admin.sock in the state directory, which is closed
  std::string socket_group;       ///< owns the socket's file; "": everybody may connect, and only
                                  ///< who has a role is answered
  std::vector<std::string> view;  ///< look
  std::vector<std::string> operate;  ///< look, and run it: orders, strategies, hold, resume
  std::vector<std::string> kill;     ///< look, and stop it: kill, hold, cancel, flatten
  std::vector<std::string> admin;    ///< all

  bool is_open() const noexcept {
    return !view.empty() || !operate.empty() || !kill.empty() || !admin.empty();
  }
};

struct VenueSettings {
  std::string kind = "okx";
  Environment environment = Environment::Sim;
  Region region = Region::Global;
  std::string rest_url;  ///< filled from environment and region unless given; "" with `embedded`
  std::string ws_public_url;
  std::string ws_private_url;
  std::string ws_business_url;
  /// Connections that carry the same market data, 1 to 4: the first arrival of each event counts,
  /// and losing one costs nothing.
  std::uint32_t market_connections = 1;
  std::string ca_file;  ///< extra trust anchor; "" none
  RouteSettings routes;
  std::optional<EmbeddedSimSettings> embedded;
  PaperSettings paper;             ///< of environment = "paper"
  CredentialSettings credentials;  ///< empty with `embedded`: the sim makes its own
};

/// Everything of one configuration file, checked and resolved, as `app` hands it on.
struct Settings {
  std::string file;  ///< where it came from
  VenueSettings venue;
  engine::AccountSettings account;
  engine::EngineSettings engine;
  std::vector<engine::InstrumentSettings> instruments;
  std::vector<engine::StrategySettings> strategies;
  risk::Settings risk;  ///< its rates are [venue.limits]
  JournalConfig journal;
  ControlSettings control;
  std::vector<engine::ProtectionSettings> protections;
  std::optional<RecordSettings> record;
  std::optional<monitor::ScrapeSettings> metrics;  ///< absent: figures are served nowhere
  monitor::AlertSettings alerts;
};

/// The same for a backtest: no venue but its limits.
struct BacktestSettings {
  Settings trading;  ///< of `venue` nothing is set
  backtest::Settings backtest;
};

}  // namespace gannet::config
