#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/http_message.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/instrument_table.h"
#include "gateway/okx/protocol/account_mode.h"

namespace gannet::okx {

// The answers to the questions of start-up, which the app asks one after the other before anything
// trades. An error is one sentence that says what went wrong and what to do. Off the hot path.

struct AccountConfig {
  std::string account_name;  ///< the venue's number of the account
  AccountMode account_mode = AccountMode::Spot;
  PositionMode position_mode = PositionMode::Net;
  bool may_trade = false;
  bool may_withdraw = false;
  bool bound_to_addresses = false;  ///< the key works from listed addresses only
  bool fees_in_quote = false;       ///< spot buys pay their fee in quote currency
  std::string fee_level;
  std::string main_account;  ///< number of the account that this one belongs to; its own: the main
  std::string addresses;     ///< that the key works from, as the venue lists them; "" any
  std::string permissions;   ///< the venue's words
  bool leads_or_copies = false;  ///< copy trading: other limits, foreign orders
};

/// Ok, or one sentence that says what went wrong and what to do (refused credentials, wrong clock,
/// wrong environment, no answer).
std::expected<void, Error> check_answer(const HttpResponse& response);

/// The venue's clock.
std::expected<Timestamp, Error> decode_time(const HttpResponse& response);
/// True if asking again cannot help: credentials, permission, environment, clock. Exit code 3.
bool needs_a_person(const HttpResponse& response);
std::expected<AccountConfig, Error> decode_account_config(const HttpResponse& response);
/// Adds the names of all currencies the account holds to the table (start-up only).
std::expected<std::size_t, Error> intern_currencies(const HttpResponse& balance,
                                                    CurrencyTable& currencies);
/// Client order ids of a list of orders, as far as they are numbers of ours (see ids.h).
std::expected<std::vector<ClientOrderId>, Error> decode_client_ids(const HttpResponse& response);
/// Leverage as the venue writes it, of the first row.
std::expected<std::string, Error> decode_leverage(const HttpResponse& response);

}  // namespace gannet::okx
