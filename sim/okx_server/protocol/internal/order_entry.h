#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/okx_server/protocol/internal/order_codes.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// Sockets name instruments by code alone, REST by name alone.
enum class Source : std::uint8_t { Socket, Rest };

struct OperationRequest {
  std::size_t user = 0;
  Operation operation = Operation::Place;
  bool batch = false;  ///< the batch form, even of one item
  Source source = Source::Socket;
  std::string_view name;    ///< "order", "batch-orders", ...: what faults name
  std::string expire_time;  ///< Unix milliseconds or ""
};

struct OperationReply {
  std::string code = "0";
  std::string message;
  std::string data;  ///< items as JSON, without brackets
};

/// Carries out place, amend or cancel, single or batch, for sockets and REST alike. Pushes wait in
/// the state until `flush_changes`.
OperationReply run_operation(ServerState& state, const OperationRequest& request,
                             const std::vector<simdjson::dom::element>& items);

/// The order's terms out of a request, or why not.
struct ParsedOrder {
  sim::NewOrder terms;
  Verdict verdict;
};
ParsedOrder parse_order(const ServerState& state, const UserState& user, InstrumentId instrument,
                        simdjson::dom::object item);

/// What orders and algo orders have in common: side, names, mode, position side, reduce-only.
Verdict parse_common_terms(const sim::UserSettings& user, const Instrument& instrument,
                           simdjson::dom::object item, sim::NewOrder& terms);

/// With pxAmendType 1 a price outside the band is moved to its edge.
Verdict fit_to_band(const ServerState& state, InstrumentId instrument, Side side,
                    simdjson::dom::object item, Price& price);

/// The instrument that an item names, or why none.
struct NamedInstrument {
  InstrumentId id;
  Verdict verdict;
};
NamedInstrument named_instrument(const ServerState& state, simdjson::dom::object item,
                                 Source source);

/// Mass cancelling is for option market makers in portfolio-margin accounts, which this venue has
/// not: always refused, with the code that says why. Draws from its rate bucket.
Verdict refuse_mass_cancel(ServerState& state, const UserState& user, simdjson::dom::object item);

/// `refusal` in OKX's words, with the figures that only the server knows.
Verdict refused(const ServerState& state, sim::Refusal refusal, Operation operation,
                InstrumentId instrument, sim::OrderType type);

/// The user's order by ordId or else clOrdId, whatever its state; null if there is none.
const sim::OrderView* named_order(const ServerState& state, const UserState& user,
                                  InstrumentId instrument, std::string_view order_id,
                                  std::string_view client_id);

}  // namespace gannet::okx_server
