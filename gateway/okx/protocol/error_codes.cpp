#include "gateway/okx/protocol/error_codes.h"

#include <algorithm>

namespace gannet::okx {
namespace {

constexpr auto kOk = ErrorClass::None;
constexpr auto kRF = ErrorClass::RejectFinal;
constexpr auto kRB = ErrorClass::RetryAfterBackoff;
constexpr auto kRL = ErrorClass::RateLimited;
constexpr auto kAF = ErrorClass::AuthFatal;
constexpr auto kVU = ErrorClass::VenueUnavailable;
constexpr auto kUQ = ErrorClass::OutcomeUnknown;
constexpr auto kRC = ErrorClass::Reconcile;
constexpr auto kRN = ErrorClass::Reconnect;
using V = VenueReason;

// What the venue documents, and what its users have met, in order and without overlaps.
// [PROTOCOL 2.5, 3.8, 10.3-10.8; the classes are our judgement]
constexpr CodeRow kRows[] = {
    {0, 0, kOk, V::None, "success"},
    {1, 2, kUQ, V::OutcomeUnknown, "all or some of a request failed: its items say what"},
    // general and account state
    {50000, 50000, kRF, V::InvalidParameter, "the body of the request is empty"},
    {50001, 50001, kVU, V::VenueUnavailable, "the service is unavailable"},
    {50002, 50002, kRF, V::InvalidParameter, "the body is no JSON"},
    {50004, 50004, kUQ, V::OutcomeUnknown, "the endpoint timed out: the outcome is not known"},
    {50005, 50005, kRF, V::InvalidParameter, "the endpoint is gone"},
    {50006, 50006, kRF, V::InvalidParameter, "wrong content type"},
    {50007, 50007, kAF, V::NotAuthorised, "the user is blocked"},
    {50008, 50008, kAF, V::NotAuthorised, "the user is not known"},
    {50009, 50009, kAF, V::NotAuthorised, "the account is frozen by a stop-out"},
    {50010, 50010, kRF, V::InvalidParameter, "the user id is empty"},
    {50011, 50011, kRL, V::RateLimited, "too many requests to this endpoint"},
    {50012, 50012, kAF, V::NotAuthorised, "the account's status does not allow it"},
    {50013, 50013, kRB, V::VenueBusy, "the system is busy"},
    {50014, 50014, kRF, V::InvalidParameter, "a parameter is empty"},
    {50015, 50016, kRF, V::InvalidParameter,
     "one of two parameters is missing, or they do not match"},
    {50017, 50019, kRB, V::InstrumentNotTradable,
     "position, currency or account frozen by auto-deleveraging"},
    {50020, 50022, kRB, V::InstrumentNotTradable,
     "position, currency or account frozen by a liquidation"},
    {50023, 50023, kRB, V::InstrumentNotTradable, "frozen while funding fees are settled"},
    {50024, 50025, kRF, V::InvalidParameter,
     "parameters that exclude each other, or too many items"},
    {50026, 50026, kUQ, V::OutcomeUnknown, "system error: the outcome is not known"},
    {50027, 50029, kAF, V::NotAuthorised,
     "the account is restricted, may not place orders, or is under risk control"},
    {50030, 50030, kAF, V::NotAuthorised, "no permission for this endpoint"},
    {50032, 50033, kRF, V::InstrumentNotTradable,
     "currency or instrument blocked by the account's settings"},
    {50035, 50035, kAF, V::NotAuthorised, "the endpoint wants a key that is bound to addresses"},
    {50036, 50037, kRF, V::RequestExpired,
     "expired on arrival, or before it was handled: not executed"},
    {50038, 50038, kRF, V::NotPermitted, "not offered in demo trading"},
    {50039, 50039, kRF, V::InvalidParameter, "\"before\" does not go with paging by time"},
    {50040, 50040, kRL, V::RateLimited, "too frequent"},
    {50041, 50041, kAF, V::NotAuthorised, "the user is not on the allow-list"},
    {50042, 50042, kRC, V::DuplicateClientOrderId, "repeated request"},
    {50044, 50045, kRF, V::InvalidParameter, "broker type, position builder"},
    {50046, 50046, kRB, V::VenueBusy, "temporarily off"},
    {50047, 50050, kRF, V::InvalidParameter, "settled, no tiers, options already active"},
    {50051, 50052, kRF, V::NotPermitted, "compliance: feature or currency"},
    {50053, 50053, kRF, V::NotPermitted, "offered in demo trading alone"},
    {50055, 50058, kRF, V::InvalidParameter, "demo assets cannot be reset"},
    {50059, 50060, kAF, V::NotAuthorised,
     "the regulator's steps, or the identity check, are not done"},
    {50061, 50061, kRL, V::AccountRateLimited, "too many orders of the sub-account"},
    {50062, 50062, kRB, V::VenueBusy, "the feature is unavailable"},
    {50063, 50063, kRF, V::InvalidParameter, "credits"},
    {50064, 50064, kRB, V::VenueBusy, "borrowing is unavailable"},
    {50067, 50067, kRF, V::NotPermitted, "no trading across sites"},
    {50069, 50069, kRF, V::InsufficientFunds, "the margin check of the risk unit failed"},
    {50071, 50071, kRC, V::DuplicateClientOrderId,
     "the value exists already, the client order id for instance"},
    {50072, 50072, kRF, V::InvalidParameter,
     "isolated margin is not supported in this account mode"},
    {50075, 50075, kRF, V::NotPermitted, "the token is restricted on this sub-account"},
    {50076, 50077, kRF, V::InvalidParameter, "the range of dates is too long"},
    // key, signature, permission
    {50100, 50100, kAF, V::NotAuthorised, "the key is frozen"},
    {50101, 50101, kAF, V::NotAuthorised, "the key belongs to the other environment"},
    {50102, 50102, kAF, V::NotAuthorised, "the timestamp is outside the window"},
    {50103, 50107, kAF, V::NotAuthorised, "a header is missing, or the passphrase is wrong"},
    {50108, 50109, kAF, V::NotAuthorised, "exchange or domain not known"},
    {50110, 50110, kAF, V::NotAuthorised, "the address is not on the key's list"},
    {50111, 50114, kAF, V::NotAuthorised, "key, timestamp, signature or authorisation is wrong"},
    {50115, 50116, kRF, V::InvalidParameter, "method not allowed"},
    {50118, 50118, kRF, V::InvalidParameter, "wrong parameters"},
    {50119, 50121, kAF, V::NotAuthorised,
     "the key does not exist, lacks the permission, or its address is not served"},
    {50122, 50122, kRF, V::InvalidParameter, "the amount of the order is under the minimum"},
    // trade
    {51000, 51000, kRF, V::InvalidParameter, "a parameter is wrong"},
    {51001, 51002, kRF, V::UnknownInstrument, "instrument or its code not known"},
    {51003, 51003, kRF, V::InvalidParameter, "an order id is needed"},
    {51004, 51004, kRF, V::InsufficientFunds, "size, position and orders exceed the leverage tier"},
    {51005, 51005, kRF, V::InvalidParameter, "amount above the maximum"},
    {51006, 51006, kRF, V::PriceLimit, "price outside the limits"},
    {51007, 51007, kRF, V::InvalidParameter, "at least one contract"},
    {51008, 51008, kRF, V::InsufficientFunds, "insufficient balance, margin or quota"},
    {51009, 51009, kAF, V::NotAuthorised, "order placing is blocked: ask the venue's support"},
    {51010, 51010, kRF, V::InvalidParameter, "not supported in this account mode"},
    {51011, 51011, kRC, V::DuplicateClientOrderId, "the order id exists"},
    {51012, 51012, kRF, V::UnknownInstrument, "the token does not exist"},
    {51014, 51015, kRF, V::UnknownInstrument, "index not known, or instrument of another type"},
    {51016, 51016, kRC, V::DuplicateClientOrderId, "the client order id exists"},
    {51017, 51017, kRF, V::InsufficientFunds, "the borrowing limit"},
    {51018, 51019, kRF, V::InvalidParameter, "no net short, or no net long, options"},
    {51020, 51020, kRF, V::InvalidParameter, "below the minimum size"},
    {51021, 51022, kRF, V::InstrumentNotTradable, "not listed yet, or suspended"},
    {51023, 51023, kRC, V::ReduceOnly, "the position does not exist"},
    {51024, 51024, kAF, V::NotAuthorised, "the trading account is blocked"},
    {51025, 51025, kRB, V::TooManyOrders, "too many orders"},
    {51026, 51026, kRF, V::InvalidParameter, "type and index do not match"},
    {51027, 51027, kRF, V::InstrumentNotTradable, "expired"},
    {51028, 51030, kRB, V::InstrumentNotTradable, "delivering, settling, or funding is settled"},
    {51031, 51031, kRF, V::PriceLimit, "outside the closing price range"},
    {51032, 51032, kRB, V::InstrumentNotTradable, "a close at market is in progress"},
    {51033, 51033, kRF, V::InvalidParameter, "the pair's limit per order"},
    {51034, 51034, kRF, V::NotPermitted, "market maker protection has triggered: to be reset"},
    {51035, 51036, kRF, V::NotPermitted, "market maker protection: permission, account"},
    {51037, 51038, kRF, V::ReduceOnly, "only orders that reduce risk, one at a time"},
    {51039, 51041, kRF, V::InvalidParameter, "portfolio margin's own rules"},
    {51042, 51042, kRF, V::NotPermitted, "market maker protection: account mode"},
    {51043, 51043, kRF, V::ReduceOnly, "the isolated position is not there"},
    {51044, 51053, kRF, V::InvalidParameter, "take profit and stop loss do not fit"},
    {51054, 51054, kUQ, V::OutcomeUnknown, "timed out"},
    {51055, 51059, kRF, V::InvalidParameter, "bots"},
    {51063, 51063, kRC, V::OrderGone, "the order id does not exist"},
    {51065, 51065, kRC, V::DuplicateClientOrderId, "the algo client order id exists"},
    {51066, 51066, kRF, V::Unsupported, "no market orders on options"},
    {51068, 51068, kRC, V::DuplicateClientOrderId, "the algo client order id exists"},
    {51069, 51070, kRF, V::InvalidParameter, "option contracts, or a mode, are missing"},
    {51071, 51071, kRF, V::InvalidParameter, "too many tagged cancel-all-after timers"},
    {51072, 51075, kRF, V::InvalidParameter, "spot lead trading"},
    {51076, 51086, kRF, V::InvalidParameter, "split take profits"},
    {51087, 51087, kRF, V::InstrumentNotTradable, "the listing was cancelled"},
    {51088, 51099, kRF, V::InvalidParameter, "split take profits"},
    {51100, 51100, kRF, V::InvalidParameter, "no take profit and stop loss with reduce-only"},
    {51101, 51101, kRF, V::InvalidParameter, "above the most contracts of an order"},
    {51102, 51104, kRB, V::TooManyOrders, "too many pending orders or contracts"},
    {51105, 51107, kRF, V::TooManyOrders, "position and orders above the limits"},
    {51108, 51108, kRF, V::InvalidParameter, "too big for a close at market"},
    {51109, 51109, kRB, V::InstrumentNotTradable, "no offers"},
    {51110, 51110, kRF, V::InstrumentNotTradable, "call auction: limit orders alone"},
    {51111, 51111, kRF, V::InvalidParameter, "the batch is too long"},
    {51112, 51112, kRC, V::ReduceOnly, "closes more than there is"},
    {51113, 51113, kRL, V::RateLimited, "closes at market too frequent"},
    {51115, 51115, kRL, V::RateLimited, "cancel the closing orders first"},
    {51116, 51116, kRF, V::PriceLimit, "price above the absolute bound"},
    {51117, 51117, kRB, V::TooManyOrders, "too many pending closes"},
    {51118, 51118, kRF, V::InvalidParameter, "below the minimum"},
    {51119, 51119, kRF, V::InsufficientFunds, "insufficient balance"},
    {51120, 51121, kRF, V::InvalidParameter, "too small, or no multiple of the lot"},
    {51122, 51122, kRF, V::PriceLimit, "price below the absolute bound"},
    {51123, 51123, kRB, V::VenueBusy, "the tick is unavailable"},
    {51124, 51124, kRF, V::InstrumentNotTradable, "call auction: limit orders alone"},
    {51125, 51126, kRC, V::ReduceOnly, "orders that reduce the same margin position"},
    {51127, 51127, kRF, V::InsufficientFunds, "the balance is zero"},
    {51128, 51128, kRF, V::InvalidParameter, "margin mode"},
    {51129, 51129, kRF, V::InvalidParameter, "the position limit"},
    {51130, 51130, kRF, V::InvalidParameter, "margin mode"},
    {51131, 51131, kRF, V::InsufficientFunds, "insufficient balance"},
    {51132, 51134, kRF, V::InvalidParameter, "margin mode and reduce-only"},
    {51135, 51138, kRF, V::PriceLimit, "price limits"},
    {51139, 51139, kRF, V::ReduceOnly, "reduce-only is not available"},
    {51140, 51140, kRB, V::InstrumentNotTradable, "not enough orders on the other side"},
    {51142, 51144, kRF, V::InvalidParameter, "quotations and conversions"},
    {51147, 51147, kRF, V::NotPermitted, "options need a larger account"},
    {51148, 51148, kRC, V::ReduceOnly, "would open, not reduce"},
    {51149, 51149, kUQ, V::OutcomeUnknown, "timed out: the outcome is not known"},
    {51150, 51150, kRF, V::InvalidParameter, "too many decimals"},
    {51152, 51154, kRF, V::InvalidParameter, "quick margin"},
    {51155, 51155, kRF, V::NotPermitted, "compliance: the pair is restricted"},
    {51156, 51156, kRF, V::InvalidParameter, "lead trading"},
    {51158, 51159, kRF, V::InvalidParameter, "quick margin, lead trading"},
    {51162, 51168, kRF, V::InvalidParameter, "lead trading, mode switches"},
    {51169, 51171, kRC, V::ReduceOnly,
     "no such position to reduce, or an amend that would not reduce"},
    {51173, 51173, kRF, V::InvalidParameter, "nothing to repay"},
    {51174, 51174, kRB, V::TooManyOrders, "too many pending orders of a currency or underlying"},
    {51175, 51182, kRF, V::InvalidParameter, "prices of options"},
    {51185, 51185, kRF, V::InvalidParameter, "the most that an order may be worth"},
    {51186, 51187, kRF, V::InvalidParameter, "leverage"},
    {51192, 51195, kRF, V::PriceLimit, "option prices outside their limits"},
    {51196, 51197, kRF, V::InstrumentNotTradable, "call auction: when limit orders are taken"},
    {51201, 51203, kRF, V::InvalidParameter, "the most that a market order may be worth"},
    {51204, 51204, kRF, V::InvalidParameter, "a limit order without a price"},
    {51205, 51206, kRF, V::ReduceOnly, "reduce-only is not available, or is to be cancelled first"},
    {51207, 51207, kRF, V::InvalidParameter, "too large to close at market"},
    {51209, 51214, kRF, V::NotPermitted, "delta-reducing state: one order an underlying, no batch"},
    {51220, 51226, kRF, V::InvalidParameter, "bots"},
    {51250, 51398, kRF, V::InvalidParameter, "algo orders and bots"},
    {51400, 51400, kRC, V::OrderGone, "not cancelled: filled, cancelled or not known"},
    {51401, 51402, kRC, V::OrderGone, "spread order cancelled or completed already"},
    {51403, 51403, kRF, V::InvalidParameter, "this type is not cancelled here"},
    {51404, 51404, kRB, V::InstrumentNotTradable, "no cancels in this phase of the auction"},
    {51405, 51405, kRC, V::OrderGone, "no pending orders"},
    {51406, 51406, kRF, V::InvalidParameter, "the batch of cancels is too long"},
    {51407, 51409, kRF, V::InvalidParameter, "ids missing or of different orders"},
    {51410, 51410, kRC, V::OrderGone, "being cancelled, or settling, already"},
    {51411, 51411, kRF, V::NotPermitted, "no permission for mass cancels"},
    {51412, 51412, kUQ, V::OutcomeUnknown, "the cancel timed out"},
    {51413, 51413, kRF, V::InvalidParameter, "this type is not cancelled here"},
    {51415, 51415, kRF, V::InvalidParameter, "the trigger price's type"},
    {51416, 51416, kRC, V::OrderGone, "triggered already"},
    {51500, 51500, kRF, V::InvalidParameter, "nothing to amend"},
    {51501, 51501, kRF, V::InvalidParameter, "the batch of amends is too long"},
    {51502, 51502, kRF, V::InsufficientFunds, "insufficient funds for the amend"},
    {51503, 51503, kRC, V::OrderGone, "not amended: filled, cancelled or not known"},
    {51505, 51505, kRF, V::InstrumentNotTradable, "not in a call auction"},
    {51506, 51506, kRF, V::InvalidParameter, "this type cannot be amended"},
    {51507, 51507, kRB, V::InstrumentNotTradable, "market orders only five minutes after listing"},
    {51508, 51508, kRF, V::InstrumentNotTradable, "no amends in the auction"},
    {51509, 51510, kRC, V::OrderGone, "spread order cancelled or completed already"},
    {51511, 51511, kRF, V::PostOnlyWouldTake, "the amend would take"},
    {51512, 51512, kRF, V::InvalidParameter, "an order twice in a batch of amends"},
    {51513, 51513, kRL, V::RateLimited, "more than three amends in flight"},
    {51514, 51514, kRF, V::InvalidParameter, "the price is too long a text"},
    {51521, 51522, kRC, V::ReduceOnly, "the amend would not reduce"},
    {51523, 51543, kRF, V::InvalidParameter, "amends of take profit and stop loss"},
    {51600, 51602, kRF, V::InvalidParameter, "parameters of questions"},
    {51603, 51603, kRC, V::OrderGone, "the order does not exist"},
    {51604, 51625, kRF, V::InvalidParameter, "downloads, affiliates, repayment"},
    {51720, 51772, kRF, V::InvalidParameter, "earning and lending"},
    {51773, 51773, kRF, V::NotPermitted, "not available in the region"},
    {51774, 51785, kRF, V::InvalidParameter, "earning and lending"},
    {51800, 51899, kRF, V::InvalidParameter, "fiat"},
    {52000, 52000, kRB, V::VenueBusy, "no market data"},
    {54000, 54001, kRF, V::InvalidParameter, "margin is not supported"},
    {54004, 54004, kRF, V::Other, "another order of the batch failed"},
    {54005, 54007, kRF, V::InvalidParameter, "pre-market rules"},
    {54008, 54008, kRB, V::InstrumentNotTradable, "locked by a mass cancel"},
    {54009, 54009, kRF, V::InvalidParameter, "a parameter is out of range"},
    {54011, 54011, kRF, V::ReduceOnly, "pre-market: reduce only in the last hour"},
    {54012, 54012, kRF, V::InstrumentNotTradable, "the book is too thin: cancel and reduce alone"},
    {54018, 54019, kRF, V::InvalidParameter, "limits of the auction"},
    {54024, 54028, kRF, V::InvalidParameter, "collateral is to be enabled"},
    {54029, 54029, kRF, V::InvalidParameter, "no member of the list"},
    {54030, 54031, kRF, V::TooManyOrders, "limits of position and open interest"},
    {54035, 54035, kRF, V::ReduceOnly, "the platform's collateral limit: reduce only"},
    {54036, 54036, kRF, V::Unsupported, "fill-or-kill with cancel-both"},
    {54039, 54041, kRF, V::Unsupported, "retail price improvement: not such orders"},
    {54042, 54042, kRF, V::NotPermitted, "retail price improvement: no permission"},
    {54043, 54043, kRF, V::TooManyOrders, "retail price improvement: too many orders"},
    {54044, 54046, kRF, V::NotPermitted, "retail price improvement: not enabled"},
    {54047, 54048, kRB, V::VenueBusy, "in a speed bump"},
    {54049, 54049, kRB, V::VenueBusy, "taking retail liquidity is off"},
    {54051, 54051, kRF, V::InvalidParameter, "retail price improvement: under the minimum"},
    {54070, 54070, kRF, V::InvalidParameter, "attached orders are to be used"},
    {54071, 54071, kRF, V::InvalidParameter, "no longer amendable: cancel and place anew"},
    {54072, 54072, kRF, V::InstrumentNotTradable, "the contract may be viewed alone"},
    {54073, 54075, kRF, V::NotPermitted, "settings of dollar and cross-coin contracts"},
    {54078, 54079, kRF, V::InvalidParameter, "ratios of take profit and stop loss"},
    {54084, 54084, kRF, V::SlippageExceeded, "the slippage is over the order's limit"},
    {54085, 54086, kRF, V::InvalidParameter, "slippage or speed bump is wrong"},
    {54092, 54092, kRF, V::NotPermitted, "a disclaimer is to be accepted on the venue's site"},
    {54094, 54094, kRF, V::InstrumentNotTradable, "the instrument cools off"},
    {54109, 54109, kRF, V::NotPermitted, "a feature is to be activated on the venue's site"},
    {55000, 55000, kRB, V::VenueBusy, "no transfers for a while after a delivery"},
    {55100, 55199, kRF, V::InvalidParameter, "bots"},
    {56000, 56008, kRF, V::InvalidParameter, "block trades"},
    // funding account and administration
    {58000, 58003, kRF, V::InvalidParameter, "funding account"},
    {58004, 58004, kAF, V::NotAuthorised, "the account is blocked"},
    {58005, 58006, kRF, V::InvalidParameter, "funding account"},
    {58007, 58007, kRB, V::VenueBusy, "the interface is down"},
    {58008, 58016, kRF, V::InvalidParameter, "funding account"},
    {58100, 58101, kAF, V::NotAuthorised, "transfers are suspended"},
    {58102, 58102, kRL, V::RateLimited, "too many transfers"},
    {58103, 58105, kAF, V::NotAuthorised, "transfers are suspended or under risk control"},
    {58108, 58109, kRF, V::NotPermitted, "options or swaps are to be enabled"},
    {58110, 58111, kRB, V::VenueBusy, "transfers pause"},
    {58112, 58117, kRF, V::InvalidParameter, "transfers"},
    {58119, 58119, kRF, V::InvalidParameter, "transfers"},
    {58120, 58120, kRB, V::VenueBusy, "transfers pause"},
    {58121, 58123, kRF, V::InvalidParameter, "transfers"},
    {58124, 58124, kUQ, V::OutcomeUnknown, "the transfer's outcome is not known"},
    {58125, 58129, kRF, V::InvalidParameter, "transfers"},
    {58200, 58258, kRF, V::InvalidParameter, "withdrawals"},
    {58300, 58384, kRF, V::InvalidParameter, "deposits"},
    {58400, 58499, kRF, V::InvalidParameter, "fiat"},
    {59000, 59002, kRF, V::NotPermitted, "settings blocked by positions, loans or the sub-account"},
    {59004, 59006, kRF, V::InvalidParameter, "instrument types, manual margin"},
    {59101, 59112, kRF, V::InvalidParameter, "the leverage cannot be changed"},
    {59113, 59114, kRF, V::NotPermitted, "local law: margin"},
    {59132, 59139, kRF, V::NotPermitted, "the account mode cannot be changed"},
    {59200, 59202, kRF, V::InsufficientFunds, "balance insufficient or negative"},
    {59300, 59303, kRF, V::InsufficientFunds, "margin could not be added or reduced"},
    {59304, 59319, kRF, V::InvalidParameter, "borrowing"},
    {59400, 59499, kRF, V::InvalidParameter, "borrowing, holdings"},
    {59500, 59505, kRF, V::InvalidParameter, "sub-accounts, keys, brokers"},
    {59506, 59506, kAF, V::NotAuthorised, "the key does not exist"},
    {59507, 59508, kRF, V::InvalidParameter, "sub-accounts, keys, brokers"},
    {59509, 59509, kRF, V::NotPermitted, "no right to reset market maker protection"},
    {59510, 59529, kRF, V::InvalidParameter, "sub-accounts, keys, brokers"},
    {59600, 59699, kRF, V::InvalidParameter, "strategies, leverage, demo balances"},
    // socket
    {60001, 60005, kAF, V::NotAuthorised, "login: a parameter is missing or wrong"},
    {60006, 60006, kAF, V::NotAuthorised, "login: the timestamp is too old"},
    {60007, 60007, kAF, V::NotAuthorised, "login: the signature is wrong"},
    {60008, 60008, kRF, V::InvalidParameter, "the channel is not offered at this address"},
    {60009, 60010, kAF, V::NotAuthorised, "the login failed"},
    {60011, 60011, kUQ, V::OutcomeUnknown, "not logged in"},
    {60012, 60013, kRF, V::InvalidParameter, "the message or its arguments are malformed"},
    {60014, 60014, kRL, V::RateLimited, "too many requests on the connection"},
    {60015, 60016, kRN, V::OutcomeUnknown,
     "the connection is closed: no data, or its buffer is full"},
    {60017, 60019, kRF, V::InvalidParameter, "wrong address, channel or operation"},
    {60020, 60022, kAF, V::NotAuthorised, "login: too many, or not on the list"},
    {60023, 60023, kRL, V::RateLimited, "too many logins"},
    {60024, 60026, kAF, V::NotAuthorised, "login: wrong passphrase, or two kinds of login"},
    {60027, 60030, kRF, V::InvalidParameter,
     "an empty parameter, an operation not offered here, a fee tier too low"},
    {60031, 60032, kAF, V::NotAuthorised, "login: repeated, or the key does not exist"},
    {60033, 60034, kRF, V::InvalidParameter, "a parameter is wrong, or the fee tier too low"},
    {63999, 63999, kRB, V::VenueBusy, "login: an internal error"},
    {64000, 64004, kRF, V::InvalidParameter, "the channel's arguments, place or tier"},
    {64007, 64007, kUQ, V::OutcomeUnknown, "the operation failed inside the venue's sockets"},
    {64008, 64008, kRN, V::OutcomeUnknown, "notice: the connection will be closed for an upgrade"},
    {70000, 70518, kRF, V::InvalidParameter, "requests for quotes, block trades"},
    {75001, 75001, kRF, V::InvalidParameter, "spreads"},
    {75002, 75002, kRB, V::InstrumentNotTradable, "the spread is off"},
    {75003, 75003, kRF, V::InvalidParameter, "spreads"},
};

// Codes that nobody has listed, by their range. [10.1, rule 2]
constexpr CodeRow kRanges[] = {
    {50000, 50999, kUQ, V::OutcomeUnknown, "general: it may have been executed"},
    {51000, 51999, kRF, V::Other, "trade: refused"},
    {54000, 54999, kRF, V::Other, "trade: refused"},
    {55000, 56999, kRF, V::Other, "products: refused"},
    {58000, 59999, kRF, V::Other, "funding and settings: refused"},
    {60000, 69999, kRN, V::OutcomeUnknown, "socket: the connection is of no use any more"},
    {70000, 75999, kRF, V::Other, "block trades and spreads: refused"},
};

constexpr bool is_in_order(std::span<const CodeRow> rows) noexcept {
  std::int32_t last = -1;
  for (const CodeRow& row : rows) {
    if (row.first <= last || row.last < row.first) return false;
    last = row.last;
  }
  return true;
}
static_assert(is_in_order(kRows));
static_assert(is_in_order(kRanges));

/// The rows are in order: a code's row by halving.
constexpr const CodeRow* find(std::span<const CodeRow> rows, std::int32_t code) noexcept {
  const auto after =
      std::upper_bound(rows.begin(), rows.end(), code,
                       [](std::int32_t wanted, const CodeRow& row) { return wanted < row.first; });
  if (after == rows.begin()) return nullptr;
  const CodeRow& row = *(after - 1);
  return code <= row.last ? &row : nullptr;
}
static_assert(find(kRows, 51603)->error_class == kRC);
static_assert(find(kRows, 51604)->error_class == kRF);
static_assert(find(kRows, 50043) == nullptr);

}  // namespace

std::span<const CodeRow> code_rows() noexcept { return kRows; }
std::span<const CodeRow> code_ranges() noexcept { return kRanges; }

std::string_view name_of(ErrorClass error_class) noexcept {
  switch (error_class) {
    case ErrorClass::None:
      return "success";
    case ErrorClass::RejectFinal:
      return "final reject";
    case ErrorClass::RetryAfterBackoff:
      return "busy";
    case ErrorClass::RateLimited:
      return "rate limited";
    case ErrorClass::AuthFatal:
      return "authentication fatal";
    case ErrorClass::VenueUnavailable:
      return "venue unavailable";
    case ErrorClass::OutcomeUnknown:
      return "outcome unknown";
    case ErrorClass::Reconcile:
      return "reconcile";
    case ErrorClass::Reconnect:
      return "reconnect";
  }
  return "";
}

std::string_view behaviour_of(ErrorClass error_class) noexcept {
  switch (error_class) {
    case ErrorClass::None:
      return "The gateway took it; what became of it, pushes and queries tell.";
    case ErrorClass::RejectFinal:
      return "A new order is rejected, an amend leaves the order as it was; a refused cancel says "
             "nothing of its order, which is asked for. Nothing is sent again.";
    case ErrorClass::RetryAfterBackoff:
      return "Surely not executed: a new order is rejected and an amend refused with that reason; "
             "a "
             "cancel is sent again after a second until the order has ended. Questions are asked "
             "again, a few times.";
    case ErrorClass::RateLimited:
      return "Surely not executed, and our count was wrong: the bucket is emptied. A new order is "
             "rejected, an amend refused; a cancel goes again as soon as its bucket allows.";
    case ErrorClass::AuthFatal:
      return "Surely not executed. Logins and questions stop for good; after an order request the "
             "engine is held (`not_authorised`) until a person has acted and resumes it. A wrong "
             "clock is corrected once first.";
    case ErrorClass::VenueUnavailable:
      return "The engine is held (`venue_unavailable`) and cancels what it can, until the venue "
             "has "
             "not said so for 5 s. Of an order itself: refused. Of a whole message: unknown.";
    case ErrorClass::OutcomeUnknown:
      return "Never sent again: the order (or its amend) counts at its worst while the venue is "
             "asked what became of it. A cancel is asked about and sent again.";
    case ErrorClass::Reconcile:
      return "The order is not what we thought: a duplicate client order id makes a new order "
             "unknown; amends and cancels are refused and the order is asked for.";
    case ErrorClass::Reconnect:
      return "The connection is given up; what was in flight on it is unknown.";
  }
  return "";
}

ErrorRule classify_code(std::int32_t code) noexcept {
  if (const CodeRow* row = find(kRows, code)) return {row->error_class, row->reason, true};
  if (const CodeRow* row = find(kRanges, code)) return {row->error_class, row->reason, false};
  return {ErrorClass::OutcomeUnknown, VenueReason::OutcomeUnknown, false};
}

bool UnlistedCodes::note(std::int32_t code) noexcept {
  if (code < 0 || classify_code(code).listed) return false;
  ++count_;
  if (std::ranges::find(seen_.begin(), seen_.end(), code) != seen_.end()) return false;
  return seen_.push(code);  // beyond what is remembered: counted alone
}

ErrorRule classify_http(int status) noexcept {
  switch (status) {
    case 200:
      return {ErrorClass::None, VenueReason::None};
    case 401:
      return {ErrorClass::AuthFatal, VenueReason::NotAuthorised};
    case 403:  // without the venue's JSON it is the wall before the venue, not the key
      return {ErrorClass::VenueUnavailable, VenueReason::VenueUnavailable};
    case 429:
      return {ErrorClass::RateLimited, VenueReason::RateLimited};
    case 503:
      return {ErrorClass::VenueUnavailable, VenueReason::VenueUnavailable};
    default:
      break;
  }
  if (status >= 400 && status < 500) {
    return {ErrorClass::RejectFinal, VenueReason::InvalidParameter};
  }
  return {ErrorClass::OutcomeUnknown, VenueReason::OutcomeUnknown};
}

namespace {
constexpr std::int32_t kBusy = 50013;
constexpr std::int32_t kClockWrong = 50102;
}  // namespace

Verdict judge(ExecutionReport::Request request, std::int32_t code, bool per_item) noexcept {
  using Kind = ExecutionReport::Kind;
  using Request = ExecutionReport::Request;
  const ErrorRule rule = classify_code(code);
  const Verdict unknown{Kind::OutcomeUnknown, rule.reason};
  if (rule.error_class == ErrorClass::None) {
    switch (request) {
      case Request::Place:
        return {Kind::PlaceAccepted, VenueReason::None};
      case Request::Amend:
        return {Kind::AmendAccepted, VenueReason::None};
      case Request::Cancel:
        return {Kind::CancelAccepted, VenueReason::None};
      case Request::None:
        return {Kind::OutcomeUnknown, VenueReason::Other};
    }
  }
  if (rule.error_class == ErrorClass::OutcomeUnknown || rule.error_class == ErrorClass::Reconnect) {
    return unknown;
  }
  if (code == kClockWrong) return refused(request, VenueReason::VenueBusy);  // and is corrected
  // A cancel that cannot be taken now is sent again, whatever the reason.
  if (request == Request::Cancel && rule.error_class == ErrorClass::RetryAfterBackoff)
    return {per_item || code != kBusy ? Kind::CancelRejected : Kind::OutcomeUnknown,
            VenueReason::VenueBusy};
  // "System busy" and "unavailable" for a whole message do not say that nothing was done.
  const bool vague = rule.error_class == ErrorClass::VenueUnavailable || code == kBusy;
  if (vague && !per_item) return unknown;
  // An order of that id is, or was, at the venue: ask for it.
  if (request == Request::Place && rule.reason == VenueReason::DuplicateClientOrderId) {
    return unknown;
  }
  return refused(request, rule.reason);
}

Verdict refused(ExecutionReport::Request request, VenueReason reason) noexcept {
  using Kind = ExecutionReport::Kind;
  using Request = ExecutionReport::Request;
  switch (request) {
    case Request::Place:
      return {Kind::PlaceRejected, reason};
    case Request::Amend:
      return {Kind::AmendRejected, reason};
    case Request::Cancel:
      return {Kind::CancelRejected, reason};
    case Request::None:
      break;
  }
  return {Kind::OutcomeUnknown, reason};
}

std::string_view advice(std::int32_t code) noexcept {
  switch (code) {
    case 50101:
      return "the API key belongs to the other environment: use a demo key for demo trading and a "
             "live key for live";
    case 50102:
    case 60006:
    case 50107:
    case 50112:
    case 60004:
      return "this machine's clock differs too much from the venue's: synchronise it (chrony or "
             "systemd-timesyncd) and start again";
    case 50103:
    case 50111:
    case 60001:
    case 60005:
      return "the API key is malformed: check [venue.credentials] api_key";
    case 50104:
    case 50105:
    case 60024:
      return "the passphrase is wrong: check [venue.credentials] passphrase (the one chosen when "
             "the key was made)";
    case 50106:
    case 50113:
    case 60003:
    case 60007:
      return "the signature was refused: check [venue.credentials] secret";
    case 50110:
      return "this machine's address is not on the key's allow-list: add it where the key was made";
    case 50119:
    case 60032:
    case 59506:
      return "the venue does not know this API key: check the key, and that venue.region and "
             "venue.environment are those it was made for";
    case 50114:
    case 50120:
    case 50030:
      return "the API key lacks a permission: it needs read and trade (and no withdrawal)";
    case 50035:
      return "the venue wants an API key that is bound to addresses for this";
    case 50100:
    case 50007:
    case 50009:
    case 50012:
    case 51009:
    case 51024:
      return "the venue has blocked this account or key: look at the account on its site, or ask "
             "its support";
    case 60009:
      return "the login was refused: check all three values of [venue.credentials], venue.region "
             "and venue.environment";
    default:
      return "the venue refused this account's request: look up the code in its list, and check "
             "credentials and permissions";
  }
}

std::int32_t parse_code(std::string_view text) noexcept {
  if (text.empty() || text.size() > 6) return -1;
  std::int32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace gannet::okx
