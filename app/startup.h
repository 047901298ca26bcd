#pragma once

#include <expected>
#include <string>
#include <vector>

#include "app/fee_rates.h"
#include "base/error.h"
#include "base/time.h"
#include "config/settings.h"
#include "domain/instrument_table.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/order_terms.h"
#include "gateway/okx/protocol/rest_answers.h"
#include "gateway/okx/protocol/rest_requests.h"

namespace gannet::app {

/// What the venue said at start, checked against the configuration; fixed for the run.
struct VenueFacts {
  Nanos clock_offset;  ///< venue minus ours
  InstrumentTable instruments;
  CurrencyTable currencies;
  okx::InstrumentCodes codes;
  okx::OrderTermsTable terms;
  okx::AccountConfig account;
  std::vector<ClientOrderId> recent_ids;  ///< of the account's newest orders
  engine::FeeTable fees;                  ///< some may not be known
};

/// Why the venue cannot be traded on, and the exit code that says so: 2, the configuration asks for
/// what is not there; 3, the venue refused credentials, clock or environment; 4, it did
/// not answer, and may well do so later.
struct StartupFailure {
  Error error;
  int exit_code = 3;
};

/// What a key and its account must and must not be: as configured, never able to withdraw. SEC-01
std::expected<void, StartupFailure> check_key(const config::Settings& settings,
                                              const okx::AccountConfig& account);

/// Asks the start-up questions one after the other: clock, account, instruments, balances,
/// leverage. Each is asked once more when there was no answer, never in a loop: a refused key is
/// not healed by knocking. Blocks; before any thread of the engine runs.
std::expected<VenueFacts, StartupFailure> ask_venue(const config::Settings& settings,
                                                    const okx::RestIdentity& identity,
                                                    const net::TlsContext& tls);

}  // namespace gannet::app
