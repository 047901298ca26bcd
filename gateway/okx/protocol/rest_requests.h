#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "base/time.h"
#include "domain/instrument.h"
#include "domain/orders.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

// Requests of the REST interface as values; rest_answers.h reads what comes back. Off the hot path:
// these allocate.

/// How requests are made: for whom, and for which environment.
struct RestIdentity {
  const Signer* signer = nullptr;  ///< null: public questions only
  bool simulated_trading = false;  ///< the venue's demo environment: sends its header
};

/// A signed request (unsigned without a signer). `venue_now`: our clock plus the venue's offset.
HttpRequest make_get(const RestIdentity& identity, std::string_view target, Timestamp venue_now);
HttpRequest make_post(const RestIdentity& identity, std::string_view target, std::string_view body,
                      Timestamp venue_now);

HttpRequest time_request(const RestIdentity& identity);
/// All instruments of a kind as everybody sees them; options need a family.
HttpRequest public_instruments_request(const RestIdentity& identity, InstrumentKind kind,
                                       std::string_view family);
/// The definition of one, by its own name.
HttpRequest public_instrument_request(const RestIdentity& identity, const Instrument& instrument);
/// As this account sees them (signed).
HttpRequest account_instruments_request(const RestIdentity& identity, InstrumentKind kind,
                                        std::string_view family, Timestamp venue_now);
HttpRequest account_config_request(const RestIdentity& identity, Timestamp venue_now);
HttpRequest balance_request(const RestIdentity& identity, Timestamp venue_now);
HttpRequest set_leverage_request(const RestIdentity& identity, std::string_view instrument_name,
                                 std::string_view leverage, MarginMode margin_mode,
                                 Timestamp venue_now);
/// The newest orders of a kind, ended ones too (a page of 100): whose ids must not come again.
HttpRequest recent_orders_request(const RestIdentity& identity, InstrumentKind kind,
                                  Timestamp venue_now);
HttpRequest leverage_request(const RestIdentity& identity, std::string_view instrument_name,
                             MarginMode margin_mode, Timestamp venue_now);
/// The dead-man timer of this engine's tag ("" for the whole account): 10..120 s, or 0 to disarm.
HttpRequest cancel_all_after_request(const RestIdentity& identity, int timeout_seconds,
                                     std::string_view tag, Timestamp venue_now);
/// A whole book, to start one whose stream sends no snapshot. [PROTOCOL 4.4]
HttpRequest book_request(const RestIdentity& identity, std::string_view instrument_name,
                         int levels);

}  // namespace gannet::okx
