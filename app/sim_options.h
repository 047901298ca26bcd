#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/queue_model.h"

namespace gannet::app {

/// What `gannet sim` is asked for.
struct SimOptions {
  std::string listen = "127.0.0.1:0";  ///< address:port; port 0: a free one
  /// "synthetic", "replay:FILE[,FILE...]", "mirror:wss://HOST/ws/v5/public", or "none": only
  /// clients trade.
  std::string market = "synthetic";
  std::vector<std::string> instruments;  ///< the venue's lists; empty: the built-in ones, or
                                         ///< what the recording or the mirrored venue tells
  std::vector<std::string> only;         ///< these instruments of them; empty: all
  std::vector<std::string> tickers;      ///< answers of GET /market/tickers: where prices start
  std::uint64_t seed = 1;
  double speed = 1;       ///< of market, funding and history
  bool step = false;      ///< the market's time stands still until it is stepped
  std::string event_log;  ///< each event of the exchange as a JSON line; "": none

  // The synthetic market.
  double events_per_second = 40;  ///< per instrument
  double volatility = 0.5;        ///< a year's standard deviation
  struct Pace {
    std::string instrument;
    std::optional<double> events_per_second;
    std::optional<double> volatility;
  };
  std::vector<Pace> paces;  ///< instruments that differ

  // Replayed and mirrored markets.
  sim::QueueModel queue = sim::QueueModel::Back;
  bool loop = false;        ///< the recording again, for ever
  Nanos replay_from;        ///< start that far into the recording
  std::string mirror_rest;  ///< https://HOST of the mirrored venue; "": that of the socket
  std::string mirror_ca;    ///< its certificate authority, beside the system's

  bool rate_limits = true;               ///< the venue's own; false: none
  bool orders_by_name = false;           ///< socket orders may name the instrument, as of old
  int best_price_interval_ms = 10;       ///< bbo-tbt; 0: every change at once
  int book_interval_ms = 100;            ///< books, books5
  Nanos clock_skew;                      ///< how far its clock is ahead of this machine's
  bool demo = false;                     ///< a demo account: takes the demo header and nothing else
  std::string accounts;                  ///< a TOML file with users and keys; "": one of each
  std::string scenario;                  ///< a TOML file of faults with their times; "": none
  std::uint64_t fault_seed = 0;          ///< a seed that orders faults by itself; 0: none
  double fault_intensity = 0.5;          ///< of that seed: faults a second
  std::string log_requests = "refused";  ///< to stderr: all, refused, off
  std::string state_directory;  ///< where the certificate goes; "": a fresh one, removed at the end
};

}  // namespace gannet::app
