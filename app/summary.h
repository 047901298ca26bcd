#pragma once

#include <string>

#include "app/daemon_status.h"

namespace gannet::app {

/// What a run came to, from its last status.
struct RunSummary {
  DaemonStatus status;
  bool clean_exit = false;
  std::string note;  ///< what a person should know, "" nothing
};

/// One JSON object: orders, fills, denied, rejected, position (quantity by instrument, as text),
/// realised_pnl (after fees, in the risk currency's name or the settle currency's), unrealised_pnl,
/// fees, tick_to_order_ns {count,p50,p99,max}, order_round_trip_ns, market_frames, reconnects,
/// duration_s, clean_exit.
std::string summary_json(const RunSummary& summary);
/// The same for a person: a short page.
std::string summary_page(const RunSummary& summary);

}  // namespace gannet::app
