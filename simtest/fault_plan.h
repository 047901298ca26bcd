#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gannet::simtest {

/// Who makes it happen.
enum class FaultAct : std::uint8_t {
  Venue,        ///< an order to the simulated venue, as JSON
  Cut,          ///< a connection is reset, with whatever was on it
  HalfOpen,     ///< a connection carries nothing any more and does not say so
  Stall,        ///< a connection holds everything back for a while, then lets it go in a burst
  Latency,      ///< a connection, or REST, is slow for a while
  RestLost,     ///< REST requests or their answers are lost, each with some probability
  Crash,        ///< the process dies after so many steps more, wherever it is then
  PowerCut,     ///< likewise, and its journal loses what was not synced
  ClockStep,    ///< the process dies, and the machine's clock is another when it comes back
  Suspend,      ///< the process stands still for a while
  JournalFull,  ///< records find no room for a while
  Flood,        ///< a strategy sends as fast as it can, unfit orders among them
  ManyOrders,   ///< a strategy wants a hundred and more small orders to rest
  Kill,         ///< a person kills, twice, and resumes later
  Hold,         ///< a person holds, and resumes later
  KillPart,     ///< a person kills a strategy or an instrument, and resumes it later
  Flatten,      ///< a person has positions brought down
  LimitReset,   ///< a person cancels everything
};

/// Where a part of a run begins to draw: the same for the same seed, and unlike any other's.
std::uint64_t chance_of(std::uint64_t seed, std::string_view whose) noexcept;

/// One kind of trouble that a plan may draw.
struct FaultRow {
  int number;             ///< row of the fault list in RELIABILITY, part D
  std::string_view name;  ///< "drop_ack"
  FaultAct act;
  std::string_view form;  ///< FaultAct::Venue: the order, $words filled in by chance
};
std::span<const FaultRow> fault_rows() noexcept;

/// One trouble of one run.
struct PlannedFault {
  Nanos at;  ///< after the engine was ready first
  std::uint16_t row = 0;
  std::uint64_t chance = 0;  ///< what is left open is drawn from it
  Nanos lasting;
  std::string order;  ///< FaultAct::Venue
};

/// What goes wrong in a run, and when: a function of the seed alone. A run draws a few kinds out of
/// all, and has them often.
struct FaultPlan {
  explicit FaultPlan(std::uint64_t seed);

  std::vector<PlannedFault> faults;  ///< in order of time
  Nanos storm;                       ///< how long they go on
};

std::string describe(const PlannedFault& fault);

}  // namespace gannet::simtest
