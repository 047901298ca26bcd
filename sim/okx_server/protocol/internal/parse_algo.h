#pragma once

#include <simdjson.h>

#include <optional>
#include <vector>

#include "sim/algo_desk.h"
#include "sim/okx_server/protocol/internal/order_codes.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// An algo order's terms out of a request, or why not.
struct ParsedAlgo {
  sim::NewAlgo terms;
  Verdict verdict;
};
ParsedAlgo parse_algo(const ServerState& state, const UserState& user, InstrumentId instrument,
                      simdjson::dom::object item);

/// `attachAlgoOrds` of an order or of a trigger order; none if there is no such member.
struct ParsedExits {
  std::vector<sim::AttachedExit> exits;
  Verdict verdict;
};
ParsedExits parse_attached(const Instrument& instrument, simdjson::dom::object item);

struct ParsedAlgoAmend {
  sim::AmendAlgo terms;
  Verdict verdict;
};
ParsedAlgoAmend parse_algo_amend(const Instrument& instrument, const sim::NewAlgo& order,
                                 simdjson::dom::object item);

/// `attachAlgoOrds` of an amend; none if there is no such member.
struct ParsedExitAmends {
  std::vector<sim::AmendAttached> changes;
  Verdict verdict;
};
ParsedExitAmends parse_attached_amends(const Instrument& instrument, simdjson::dom::object item);

}  // namespace gannet::okx_server
